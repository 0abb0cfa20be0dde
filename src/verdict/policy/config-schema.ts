/**
 * The JSON Schema of `uabi.config.json`: what a project says once for all its checks. It is published as
 * `docs/config.schema.json` (a test keeps the two equal).
 */

import { targetNames } from '../../abi/target.ts';
import { contracts } from '../contract.ts';
import { lintRules } from '../lint/rules.ts';

const text = (description: string): object => ({ type: 'string', description });
const oneOf = (values: readonly string[], description: string): object => ({
  type: 'string',
  enum: values,
  description,
});
const listOf = (values: readonly string[], description: string): object => ({
  type: 'array',
  items: { type: 'string', enum: values },
  minItems: 1,
  description,
});
const object = (properties: object, description: string, required: readonly string[] = []): object => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
  description,
});

const doc = text('One sentence for people.');
const writer = oneOf(['user', 'kernel', 'both'], 'Who puts a value into it: "kernel" for what programs only read.');
const nonZero = oneOf(['rejected', 'ignored'], 'What the kernel does with non-zero bytes in it.');

const field = object(
  {
    doc,
    writer,
    role: oneOf(['padding', 'reserved'], 'It carries no information: it fills a hole, or keeps room for growth.'),
    nonZero,
    validIf: text('When it means anything: "a.b", "flags & NAME", "type == NAME". Paths start at the record.'),
    meaning: {
      type: ['string', 'object'],
      description: 'What kind of thing the integer is: "boolean", or constants with a common prefix.',
      properties: {
        enumeration: text('Prefix of the constants of which the value is one: "KVM_EXIT_".'),
        flags: text('Prefix of the constants whose bits the value holds: "FUSE_".'),
      },
      additionalProperties: false,
    },
    acceptedMask: {
      type: ['integer', 'string'],
      description: 'The bits the kernel accepts: 3, "0x1f", "1 << 3". Others are refused.',
    },
    capability: text('Capability constant by which a program asks whether the kernel knows the field.'),
    countedBy: text('Path of the field that counts the elements of this array.'),
  },
  'What C cannot say about a field.',
);

const request = object(
  {
    name: text('Name of the request.'),
    direction: oneOf(['read', 'write', 'readwrite'], 'What the program does with the record.'),
    unknownErrno: {
      type: 'string',
      pattern: '^E[A-Z0-9]+$',
      description: 'errno of a kernel that does not know the request.',
    },
  },
  'A request that carries the record.',
  ['name', 'direction'],
);

const record = object(
  {
    doc,
    sizeRule: oneOf(
      ['exact', 'by-request-size', 'extensible', 'by-size-field', 'mapped'],
      'How the kernel decides how many bytes of the record to copy.',
    ),
    writer,
    nonZero: oneOf(['rejected', 'ignored'], 'What the kernel does with non-zero bytes in padding and reserved fields.'),
    requests: { type: 'array', items: request, description: 'The requests that carry the record.' },
    fields: { type: 'object', additionalProperties: field, description: 'Fields by path: "exception.pad".' },
  },
  'What C cannot say about a record.',
);

export const configSchema: object = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'uabi-config-1',
  title: 'uabi.config.json',
  ...object(
    {
      $schema: text('Path or address of this schema.'),
      targets: listOf(targetNames, 'Targets to judge where the call names none.'),
      contracts: listOf(contracts, 'Contracts to judge where the call names none.'),
      failOn: oneOf(['break', 'review', 'never'], 'The verdict from which on a check fails, where the call says none.'),
      ignore: {
        type: 'array',
        items: { type: 'string', pattern: '\\S' },
        description: 'Headers and directories of headers whose findings are left out: "drm/", "linux/foo.h".',
      },
      records: {
        type: 'object',
        additionalProperties: record,
        description: 'What C cannot say about records, by their C name: "struct kvm_vcpu_events".',
      },
      lint: object({ off: listOf([...lintRules.keys()], 'Lint rules that are not wanted.') }, 'Settings of uabi lint.'),
    },
    'What a project says once for all its checks. A check reads it from its old side.',
  ),
};
