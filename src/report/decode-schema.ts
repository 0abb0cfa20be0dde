/**
 * JSON Schemas of what `uabi decode --format json` prints: one buffer or a syndrome register (`uabi schema decode`), a line of a
 * decoded log (`decode-line`), two captures compared (`decode-diff`).
 */

import { targetNames } from '../abi/target.ts';

const text = { type: 'string' } as const;
const textOrNull = { type: ['string', 'null'] } as const;
const count = { type: 'integer', minimum: 0 } as const;
const countOrNull = { type: ['integer', 'null'], minimum: 0 } as const;
/** Integers are text, so that no 64-bit value is lost. */
const number = { type: 'string', pattern: '^-?0x[0-9a-f]+$' } as const;
const bytes = { type: 'string', pattern: '^([0-9a-f]{2})*$' } as const;
const target = { enum: targetNames } as const;
const value = {
  description:
    'An integer as "0x…", a float as a number, bytes as hexadecimal digits, an array of those, what strace printed; null where the bytes do not reach.',
  anyOf: [text, { type: 'number' }, { type: 'null' }, { type: 'array', items: { $ref: '#/definitions/value' } }],
} as const;

function object(required: Record<string, unknown>, optional: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

const note = object({
  severity: { enum: ['error', 'warning', 'info'] },
  path: textOrNull,
  offsetBytes: count,
  rule: { type: 'string', pattern: '^[a-z0-9-]+$' },
  message: text,
});

const place = { path: text, type: text, offsetBytes: count, sizeBytes: count };
const bits = { offsetBits: count, sizeBits: count };
const meaning = { value: { $ref: '#/definitions/value' }, meaning: textOrNull };

const definitions = { value, note };
const notes = { type: 'array', items: { $ref: '#/definitions/note' } } as const;

const record = {
  schemaVersion: { const: 1 },
  type: textOrNull,
  variant: textOrNull,
  target,
  sizeBytes: count,
  fields: { type: 'array', items: object({ ...place, ...meaning }, bits) },
  notes,
  trailingBytes: count,
  missingBytes: count,
};

const reading = object({
  target,
  sameOn: { type: 'array', items: target },
  variant: textOrNull,
  status: { enum: ['merged', 'proposed', 'rejected', null] },
  penalty: count,
  against: { type: 'array', items: text },
});

const candidates = {
  type: 'array',
  items: object({
    type: text,
    target,
    variant: textOrNull,
    requests: { type: 'array', items: text },
    penalty: count,
    against: { type: 'array', items: text },
    checkedBits: count,
  }),
} as const;

const syndrome = object({
  ...record,
  type: { enum: ['ESR_EL1', 'ESR_EL2', 'ISS', 'SERROR_ISS'] },
  value: number,
  summary: text,
  fields: {
    type: 'array',
    items: object({
      path: text,
      offsetBytes: count,
      sizeBytes: count,
      highBit: count,
      lowBit: count,
      value: number,
      meaning: textOrNull,
    }),
  },
});

const draft = 'http://json-schema.org/draft-07/schema#';

export const decodeSchema: object = {
  $schema: draft,
  $id: 'uabi-decode-1',
  title: 'uabi decode --format json: one buffer, or a syndrome register',
  definitions,
  anyOf: [
    object({ ...record, type: text, bytes }, { readings: { type: 'array', items: reading }, candidates }),
    syndrome,
    // Nobody said what the bytes are, and they do not tell.
    object({
      ...record,
      type: { type: 'null' },
      variant: { type: 'null' },
      target: { enum: [...targetNames, null] },
      fields: { type: 'array', maxItems: 0 },
      bytes,
      candidates,
    }),
  ],
};

const call = object(
  {
    request: text,
    number: { anyOf: [number, { type: 'null' }] },
    descriptor: object(
      {
        number: { type: ['integer', 'null'] },
        kind: { enum: ['system', 'vm', 'vcpu', 'device', 'other', 'unknown'] },
        name: textOrNull,
        evidence: text,
      },
      { label: text },
    ),
    argument: textOrNull,
    result: { type: ['string', 'null'], pattern: '^-?[0-9]+$' },
    errno: textOrNull,
    exitReason: textOrNull,
    process: { type: ['integer', 'null'] },
    time: textOrNull,
  },
  {
    alternatives: { type: 'array', items: text },
    argumentMeaning: text,
    isArgumentCut: { const: true },
    immediateExit: { type: 'boolean' },
    why: text,
    madeLabel: text,
  },
);

export const decodeLineSchema: object = {
  $schema: draft,
  $id: 'uabi-decode-line-1',
  title: 'uabi decode --input strace|jsonl --format json, a line',
  definitions,
  ...object(
    {
      ...record,
      source: object({ line: { type: 'integer', minimum: 1 } }, { step: text }),
      // strace names members whose place nothing says.
      fields: {
        type: 'array',
        items: object({ ...place, offsetBytes: countOrNull, sizeBytes: countOrNull, ...meaning }, bits),
      },
    },
    {
      bytes,
      moment: { enum: ['before', 'after'] },
      call,
      registers: { type: 'array', items: object({ name: text, id: number, value: number, meaning: text }) },
    },
  ),
};

const side = object({ source: text, trailingBytes: count, missingBytes: count, notes });
const content = { anyOf: [object(meaning), { type: 'null' }] };

export const decodeDiffSchema: object = {
  $schema: draft,
  $id: 'uabi-decode-diff-1',
  title: 'uabi decode --diff --format json',
  definitions,
  ...object({
    schemaVersion: { const: 1 },
    type: text,
    variant: textOrNull,
    target,
    sizeBytes: count,
    old: side,
    new: side,
    changedBytes: count,
    fields: { type: 'array', items: object({ ...place, old: content, new: content }, bits) },
    bytes: { type: 'array', items: object({ offsetBytes: count, old: bytes, new: bytes }) },
    notes,
  }),
};
