/** The JSON Schema of snapshots (`snapshot.ts`), for people and programs that read them. */

const place = { type: 'string', pattern: '^.*:\\d+:\\d+$', description: 'file:line:column' };
const targets = {
  type: 'array',
  items: { type: 'string' },
  description: 'The targets that have this entry; absent where all of the snapshot do.',
};
const type = {
  description:
    'A type: the name of a basic type, the id of a definition, or an object: {pointer}, {array, length}, {vector, sizeBytes}, {typedef, type}, a record or an enum without a tag.',
  anyOf: [{ type: 'string' }, { type: 'object' }],
};
const name = { type: 'string', description: 'As C spells it: struct kvm_run, KVM_RUN.' };
const header = { type: 'string', description: 'As its includers write it: linux/kvm.h.' };
const key = { type: 'string', description: 'Where a name has several meanings, what this one is called.' };

function section(properties: object, required: readonly string[]): object {
  return {
    type: 'array',
    items: {
      type: 'object',
      properties: { name, key, header, at: place, targets, ...properties },
      required: ['name', 'header', ...required],
    },
  };
}

export const snapshotSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'uabi snapshot',
  type: 'object',
  properties: {
    schemaVersion: { const: 1 },
    kind: { const: 'uabi-snapshot' },
    label: { type: 'string', description: 'What the source was called when the snapshot was taken.' },
    targets: { type: 'array', items: { type: 'string' } },
    only: {
      type: 'array',
      items: header,
      description:
        'The headers that were asked for, where not all were; the others are there because these include them.',
    },
    about: { type: 'array', items: { type: 'object' } },
    headers: { type: 'array', items: { type: 'object', properties: { name: header, targets }, required: ['name'] } },
    definitions: {
      type: 'array',
      description: 'Records and enums with a tag. A second meaning of a tag has an id that ends in #2.',
      items: {
        type: 'object',
        properties: {
          id: { type: 'string' },
          struct: { type: ['string', 'null'] },
          union: { type: ['string', 'null'] },
          enum: { type: ['string', 'null'] },
          incomplete: { const: true },
          packed: { type: 'boolean' },
          alignBytes: { type: 'integer' },
          packBytes: { type: 'integer' },
          underlying: { type: 'string' },
          at: place,
          fields: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                name: { type: 'string' },
                type,
                bits: { type: 'integer', description: 'Width of a bit-field.' },
                alignBytes: { type: 'integer' },
                packed: { type: 'boolean' },
                at: place,
                semantics: { type: 'object' },
              },
              required: ['type'],
            },
          },
          enumerators: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                name: { type: 'string' },
                value: { type: 'string', pattern: '^-?\\d+$' },
                sameAs: { type: 'string', description: 'The enumerator that gave it its value.' },
                at: place,
              },
              required: ['name', 'value'],
            },
          },
        },
        required: ['id'],
      },
    },
    records: section({ type }, ['type']),
    enums: section({ type }, ['type']),
    typedefs: section({ type }, ['type']),
    constants: section(
      { value: { type: 'object', properties: { integer: { type: 'string', pattern: '^-?\\d+$' } } } },
      ['value'],
    ),
    requests: section(
      {
        number: { type: 'integer' },
        direction: { enum: ['none', 'read', 'write', 'readwrite'] },
        type: { type: 'integer' },
        nr: { type: 'integer' },
        sizeBytes: { type: 'integer' },
        argument: { type: 'string' },
      },
      ['number', 'direction', 'type', 'nr', 'sizeBytes'],
    ),
    macros: section(
      {
        parameters: { type: 'array', items: { type: 'string' } },
        body: { type: 'string' },
        isFunction: { type: 'boolean' },
      },
      ['body'],
    ),
    notUnderstood: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          readIn: {
            type: 'array',
            items: header,
            description: 'The headers in which it was met, each read by itself.',
          },
        },
      },
    },
    digests: {
      type: 'array',
      description:
        'Of headers in which something was not understood: a digest of all that they and what they include say. Two sources that have the same do not differ there.',
      items: {
        type: 'object',
        properties: { name: header, digest: { type: 'string' }, targets },
        required: ['name', 'digest'],
      },
    },
  },
  required: ['schemaVersion', 'kind', 'targets', 'headers', 'definitions', 'records', 'constants', 'requests'],
} as const;
