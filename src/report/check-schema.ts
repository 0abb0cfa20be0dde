/** JSON Schema of what `uabi check --format json` prints; `uabi schema check` prints this. */

import { targetNames } from '../abi/target.ts';
import { contracts } from '../verdict/contract.ts';
import { rules } from '../verdict/rules.ts';

const text = { type: 'string' } as const;
const textOrNull = { type: ['string', 'null'] } as const;
const integerOrNull = { type: ['integer', 'null'] } as const;
const count = { type: 'integer', minimum: 0 } as const;
const contract = { enum: contracts } as const;
const hex = { type: 'string', pattern: '^-?0x[0-9a-f]+$' } as const;
const bytes = { type: 'string', pattern: '^([0-9a-f]{2})*$' } as const;

function object(properties: Record<string, unknown>, optional: readonly string[] = []): Record<string, unknown> {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties).filter((key) => !optional.includes(key)),
    additionalProperties: false,
  };
}

const reading = object({ path: text, offsetBits: count, sizeBits: count, type: text, value: hex });

const witness = {
  oneOf: [
    object(
      {
        kind: { const: 'bytes' },
        contract,
        record: text,
        writer: { enum: ['old', 'new'] },
        reader: { enum: ['old', 'new'] },
        bytes,
        written: { type: 'array', items: reading },
        read: { type: 'array', items: reading, minItems: 1 },
        check: textOrNull,
        kernels: {
          type: 'array',
          items: object({ side: { enum: ['old', 'new'] }, kernel: text, answer: text }),
        },
      },
      ['kernels'],
    ),
    object({
      kind: { const: 'request' },
      contract,
      name: text,
      old: hex,
      new: { oneOf: [hex, { type: 'null' }] },
      answer: textOrNull,
    }),
    object({ kind: { const: 'number' }, contract, name: text, old: text, new: textOrNull, holder: textOrNull }),
    object({ kind: { const: 'source' }, contract, code: text, problem: text }),
    object({
      kind: { const: 'refusal' },
      contract,
      record: text,
      bytes,
      path: text,
      offsetBits: count,
      value: hex,
      answer: text,
    }),
    { type: 'null' },
  ],
};

const sideKeys = {
  header: text,
  file: text,
  line: integerOrNull,
  offsetBits: count,
  sizeBits: count,
  alignBits: count,
  type: text,
  name: text,
  value: { type: 'string', pattern: '^-?[0-9]+$' },
  number: hex,
  direction: { enum: ['none', 'read', 'write', 'readwrite'] },
  nr: count,
  sizeBytes: count,
  text,
};

const side = {
  oneOf: [
    object(
      sideKeys,
      Object.keys(sideKeys).filter((key) => key !== 'header' && key !== 'line'),
    ),
    { type: 'null' },
  ],
};

const waiver = object({ reason: text, expires: text, file: text, line: count }, ['file', 'line']);

const findingKeys = (kind?: string): Record<string, unknown> => ({
  ...(kind === undefined ? {} : { kind: { const: kind } }),
  rule: { enum: [...rules.keys()] },
  verdict: { enum: ['break', 'review', 'compatible'] },
  subject: text,
  targets: { type: 'array', items: { enum: targetNames }, minItems: 1 },
  contracts: { type: 'array', items: contract },
  old: side,
  new: side,
  fingerprint: { type: 'string', pattern: '^[0-9a-f]{12}$' },
  message: text,
  witness,
  answers: {
    type: 'array',
    items: object({ contract, answer: { enum: ['kept', 'broken', 'unknown'] }, reason: text }),
  },
  lookAt: textOrNull,
  because: textOrNull,
  language: { const: 'C++' },
  members: { type: 'array', items: text },
  follows: {
    type: 'array',
    items: object({
      rule: { enum: [...rules.keys()] },
      verdict: { enum: ['break', 'review', 'compatible'] },
      subject: text,
      old: side,
      new: side,
      message: text,
      witness,
    }),
  },
  variants: {
    type: 'array',
    items: object({
      targets: { type: 'array', items: { enum: targetNames }, minItems: 1 },
      old: side,
      new: side,
      message: text,
      fingerprint: { type: 'string', pattern: '^[0-9a-f]{12}$' },
    }),
  },
});

/** A finding, on a line of its own if it has a kind; `waiver` is there exactly where it is waived. */
function finding(kind?: string, isWaived = false): Record<string, unknown> {
  return {
    ...object({ ...findingKeys(kind), ...(isWaived ? { waiver } : {}) }, ['language']),
    // A break is proven, and nothing else claims a proof.
    if: { properties: { verdict: { const: 'break' } } },
    then: { properties: { witness: { type: 'object' } } },
    else: { properties: { witness: { type: 'null' } } },
  };
}

const alternativeKeys = {
  record: text,
  title: text,
  verdict: { enum: ['compatible', 'review'] },
  places: { type: 'array', items: text },
  reason: text,
  declaration: text,
};

const diagnosticKeys = { header: textOrNull, line: integerOrNull, column: integerOrNull, code: text, message: text };

const headKeys = {
  schemaVersion: { const: 1 },
  old: text,
  new: text,
  targets: { type: 'array', items: { enum: targetNames } },
  contracts: { type: 'array', items: contract },
};

const verdictKeys = {
  verdict: { enum: ['break', 'review', 'compatible', 'undecided'] },
  summary: text,
  counts: object({ break: count, review: count, compatible: count, waived: count }),
};

const listKeys = {
  findings: { type: 'array', items: finding() },
  notUnderstood: { type: 'array', items: object(diagnosticKeys) },
};

const patchKeys = { title: text, ...verdictKeys, ...listKeys };

export const checkSchema: object = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'uabi-check-1',
  title: 'uabi check --format json',
  ...object(
    {
      ...headKeys,
      ...verdictKeys,
      ...listKeys,
      waived: { type: 'array', items: finding(undefined, true) },
      alternatives: { type: 'array', items: object(alternativeKeys) },
      // Of a series, each patch from the state its predecessor left.
      patches: { type: 'array', items: object(patchKeys) },
    },
    ['patches'],
  ),
};

/** JSON Schema of each line of `uabi check --format jsonl`. */
export const checkLineSchema: object = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'uabi-check-line-1',
  title: 'a line of uabi check --format jsonl',
  oneOf: [
    object({ kind: { const: 'check' }, ...headKeys }),
    finding('finding'),
    finding('waived', true),
    object({ kind: { const: 'alternative' }, ...alternativeKeys }),
    object({ kind: { const: 'not-understood' }, ...diagnosticKeys }),
    object({ kind: { const: 'patch' }, ...patchKeys }),
    object({ kind: { const: 'verdict' }, ...verdictKeys }),
  ],
};
