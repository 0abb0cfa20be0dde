/**
 * The JSON Schema of layout files. It is published as `layouts/layout.schema.json` (a test keeps the two equal), so that
 * editors complete keys and show these sentences; `validate.ts` checks files with it.
 *
 * The schema says which keys exist and which JSON type each has. What it cannot say, such as that a field reference leads
 * somewhere, is checked when a variant is read (`read-variant.ts`), where a better sentence can be given too.
 */

import { targetNames } from '../target.ts';

const text = (description: string): object => ({ type: 'string', description });
const words = (description: string): object => ({ type: 'array', items: { type: 'string' }, description });
const flag = (description: string): object => ({ type: 'boolean', description });
const oneOf = (values: readonly string[], description: string): object => ({
  type: 'string',
  enum: values,
  description,
});
const object = (properties: object, required: readonly string[], description: string): object => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
  description,
});

const list = (items: string, description: string): object => ({ type: 'array', items: { $ref: items }, description });
const integer = { type: ['integer', 'string'], description: 'An integer, or text C reads as one: "0x1f", "1 << 3".' };
const header = text('Header that declares it, as its includers write it: "linux/kvm.h".');
const doc = text('One sentence for people.');
const aligned = { type: 'integer', minimum: 1, maximum: 65536, description: '__attribute__((aligned(n))).' };
const packed = flag('__attribute__((packed)).');
const targets = {
  type: 'array',
  items: { type: 'string', enum: targetNames },
  minItems: 1,
  description: 'Targets it exists on.',
};
const sizeRule = oneOf(
  ['exact', 'by-request-size', 'extensible', 'by-size-field', 'mapped'],
  'How the kernel decides how many bytes of the record to copy.',
);
const expect = {
  type: 'object',
  description: 'Expected layout by target name, or "*" for every target; checked against the computed one.',
  additionalProperties: object(
    {
      sizeBytes: { type: 'integer', minimum: 0 },
      alignBytes: { type: 'integer', minimum: 1 },
      offsets: {
        type: 'object',
        additionalProperties: { type: 'integer', minimum: 0 },
        description: 'Byte offset by field path.',
      },
    },
    [],
    'Expected size, alignment and offsets in bytes.',
  ),
};

const limits = {
  targets,
  from: text('First variant (in file order) that has it.'),
  until: text('Last variant (in file order) that has it.'),
  only: words('The variants that have it, by name.'),
};

const meaning = {
  type: ['string', 'object'],
  description: 'What kind of thing the integer is.',
  properties: {
    enumeration: text('Family of constants of which the value is one.'),
    flags: text('Family of constants whose bits the value holds.'),
    syndrome: oneOf(['ESR_EL1', 'ESR_EL2', 'ISS', 'SERROR_ISS'], 'Arm syndrome register the value is taken from.'),
    address: oneOf(['guest-physical', 'guest-virtual', 'host-virtual'], 'Address space the value points into.'),
    count: text('What the value counts.'),
  },
  additionalProperties: false,
};

const field = object(
  {
    field: text('The C declaration of the member: "__u8 pad[6]", "__u32 mode : 3", "struct kvm_regs regs".'),
    struct: text('Member name of a nested struct, empty for an anonymous one.'),
    union: text('Member name of a nested union, empty for an anonymous one.'),
    fields: list('#/$defs/field', 'Members of the nested struct or union.'),
    ...limits,
    packed,
    aligned,
    doc,
    writer: oneOf(['user', 'kernel', 'both'], 'Who puts a value into it.'),
    role: oneOf(['padding', 'reserved'], 'It carries no information: it fills a hole, or keeps room for growth.'),
    nonZero: oneOf(['rejected', 'ignored'], 'What the kernel does with non-zero bytes in it.'),
    validIf: text('When it means anything: "a.b", "flags & NAME", "type == NAME". Paths start at the named record.'),
    meaning: { $ref: '#/$defs/meaning' },
    acceptedMask: integer,
    capability: text('Capability constant by which a program asks whether the kernel knows the member.'),
    countedBy: text('Path of the field that counts the elements of this array.'),
    discriminant: text('Of a union: path of the field that selects the arm.'),
    when: words('Of an arm: constants that select it.'),
    otherwise: flag('Of an arm: selected by every value that no other arm names.'),
  },
  [],
  'A member of a record.',
);

const variant = object(
  {
    name: text('Name used as file.json#name.'),
    since: text('First release with it.'),
    until: text('Last release with it.'),
    date: { type: 'string', pattern: '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$', description: 'Date, as 2025-07-31.' },
    status: oneOf(['merged', 'proposed', 'rejected'], 'What became of it.'),
    doc,
    source: text('Where it comes from: a commit, a patch series.'),
    supersedes: text('Variant it was meant to replace.'),
    targets: { ...targets, description: 'Targets it exists on, where the file is about more.' },
    fields: list('#/$defs/field', 'Members of the main record in this variant.'),
    expect,
  },
  ['name', 'status'],
  'One version of the layouts in this file.',
);

const record = object(
  {
    record: text('The record as C names it: "struct kvm_regs".'),
    doc,
    header,
    ...limits,
    sizeRule,
    packed,
    aligned,
    fields: list('#/$defs/field', 'Members in order.'),
    expect,
  },
  ['record', 'fields'],
  'A record.',
);

const family = object(
  {
    family: text('Name of the family, usually the common prefix: "KVM_EXIT_".'),
    kind: oneOf(
      ['enumeration', 'flags', 'plain'],
      'Whether a value is one of them, a set of them, or they are unrelated.',
    ),
    unique: flag('Two names of the family must never share a number.'),
    undeclared: flag('No header that programs include has these names: they are known from elsewhere.'),
    header,
    doc,
    ...limits,
    values: {
      type: 'object',
      description: 'Value by name.',
      additionalProperties: {
        type: ['integer', 'string', 'object'],
        properties: { value: integer, doc, ...limits },
        required: ['value'],
        additionalProperties: false,
      },
    },
  },
  ['family', 'kind', 'values'],
  'Constants that belong together.',
);

const errno = { type: 'string', pattern: '^E[A-Z0-9]+$' };
const unknownErrno = {
  type: ['string', 'object'],
  pattern: '^E[A-Z0-9]+$',
  additionalProperties: errno,
  description: 'errno for an unknown request, or one by target ("*" for the others).',
};

const descriptors = ['system', 'vm', 'vcpu', 'device'] as const;

const request = object(
  {
    request: text('Name of the request.'),
    define: text('What the header defines it as: "_IOW(KVMIO, 0xa0, struct kvm_vcpu_events)".'),
    on: {
      type: 'array',
      items: { type: 'string', enum: descriptors },
      description: 'Kinds of descriptor that take it.',
    },
    carries: oneOf(['read', 'write', 'readwrite'], 'What really travels, where the macro tells something else.'),
    header,
    doc,
    ...limits,
  },
  ['request', 'define'],
  'An ioctl request.',
);

/** The schema, as JSON. */
export const layoutSchema: object = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'uabi layout file',
  ...object(
    {
      $schema: text('Path or address of this schema.'),
      doc,
      header,
      targets,
      record: text('The main record: what file.json#variant means.'),
      sizeRule,
      packed,
      aligned,
      fields: list('#/$defs/field', 'Members of the main record, where no variant lists its own.'),
      expect,
      variants: {
        type: 'array',
        minItems: 1,
        items: { $ref: '#/$defs/variant' },
        description: 'Versions, oldest first.',
      },
      records: list('#/$defs/record', 'Other records.'),
      constants: list('#/$defs/family', 'Flag bits, enumerations and other constants by name.'),
      requests: list('#/$defs/request', 'The ioctl requests that carry the records.'),
      unknownErrno: object(
        Object.fromEntries(descriptors.map((name) => [name, unknownErrno])),
        [],
        'What a kernel answers to a request it does not know, by kind of descriptor.',
      ),
    },
    ['header', 'targets', 'variants'],
    'Layouts of records of a kernel interface, with what C cannot say about them.',
  ),
  $defs: { field, variant, record, family, request, meaning },
};
