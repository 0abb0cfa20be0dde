/**
 * Random edits of a record, as patches make them: some that break everything, some that a careful author makes, and some
 * that only look like a change.
 */

import fc from 'fast-check';
import type { Field, IntegerBase, RecordType, Type } from '../../src/abi/types.ts';

export interface Edit {
  readonly kind: EditKind;
  /** Which field, counted round. */
  readonly at: number;
  readonly type: number;
  readonly length: number;
}

const kinds = [
  'insert',
  'remove',
  'swap',
  'retype',
  'rename',
  'append',
  'append-flexible',
  'convert-flexible',
  'take-reserve',
  'name-bytes',
  'add-arm',
  'share',
  'wrap',
  'resize-array',
  'reverse-arms',
  'grow-inner',
  'pack',
  'align',
  'narrow-bits',
] as const;
export type EditKind = (typeof kinds)[number];

export const edits: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom(...kinds),
  at: fc.nat(20),
  type: fc.nat(20),
  length: fc.nat(4),
});

const integer = (base: IntegerBase): Type => ({ kind: 'integer', base });
const alias = (name: string, base: IntegerBase): Type => ({ kind: 'typedef', name, type: integer(base) });

const types: readonly Type[] = [
  integer('unsigned char'),
  integer('char'),
  integer('signed char'),
  integer('_Bool'),
  integer('unsigned short'),
  integer('int'),
  integer('unsigned int'),
  integer('long'),
  integer('unsigned long'),
  integer('unsigned long long'),
  integer('long long'),
  alias('__s32', 'int'),
  alias('__u64', 'unsigned long long'),
  alias('__le32', 'unsigned int'),
  alias('__be16', 'unsigned short'),
  { kind: 'pointer', pointee: { kind: 'void' } },
  { kind: 'float', base: 'double' },
  { kind: 'typedef', name: '__aligned_u64', type: integer('unsigned long long'), alignBytes: 8 },
  { kind: 'enum', tag: 'colour', enumerators: [{ name: 'RED', value: 0n }], underlying: 'unsigned int' },
];

const typeOf = (edit: Edit): Type => types[edit.type % types.length] ?? integer('int');

function arrayOf(element: Type, length: number | undefined): Type {
  return { kind: 'array', element, length };
}

const anonymous = (recordKind: 'struct' | 'union', fields: readonly Field[]): Field => ({
  name: undefined,
  type: { kind: 'record', recordKind, tag: undefined, isComplete: true, fields },
});

/** The record after one edit; `serial` keeps new names apart. An edit that finds nothing to work on changes nothing. */
export function applyEdit(record: RecordType, edit: Edit, serial: number): RecordType {
  const fields = [...record.fields];
  const index = fields.length === 0 ? 0 : edit.at % fields.length;
  const one = fields[index];
  const name = (word: string): string => `${word}${String(serial)}`;
  const done = (): RecordType => ({ ...record, fields });
  const replace = (...by: readonly Field[]): RecordType => {
    fields.splice(index, 1, ...by);
    return done();
  };
  if (one === undefined) return record;
  const { type } = one;
  switch (edit.kind) {
    case 'insert':
      fields.splice(index, 0, { name: name('inserted'), type: typeOf(edit) });
      return done();
    case 'remove':
      return fields.length > 1 ? replace() : record;
    case 'swap': {
      const other = (index + 1) % fields.length;
      [fields[index], fields[other]] = [fields[other] ?? one, one];
      return done();
    }
    case 'retype':
      return one.bitWidth === undefined && one.name !== undefined ? replace({ ...one, type: typeOf(edit) }) : record;
    case 'rename':
      return one.name === undefined ? record : replace({ ...one, name: name('renamed') });
    case 'append':
    case 'append-flexible': {
      if (type.kind === 'array' && type.length === undefined) return record;
      const isFlexible = edit.kind === 'append-flexible';
      fields.push({ name: name('appended'), type: isFlexible ? arrayOf(typeOf(edit), undefined) : typeOf(edit) });
      return done();
    }
    case 'convert-flexible': {
      const last = fields.at(-1);
      if (last?.type.kind !== 'array' || record.recordKind === 'union' || fields.length < 2) return record;
      fields.splice(-1, 1, {
        ...last,
        type: arrayOf(last.type.element, last.type.length === undefined ? edit.length : undefined),
      });
      return done();
    }
    case 'take-reserve': {
      const reserve = fields.findIndex((field) => /^(?:pad|reserved)/.test(field.name ?? ''));
      const filler = fields[reserve];
      if (filler?.type.kind !== 'array' || (filler.type.length ?? 0) < 2) return record;
      const { element, length = 0 } = filler.type;
      const rest: Field = { ...filler, type: arrayOf(element, length - 1) };
      const taken: Field = { name: name('taken'), type: edit.length === 0 ? typeOf(edit) : element };
      fields.splice(reserve, 1, ...(edit.at % 2 === 0 ? [rest, taken] : [taken, rest]));
      return done();
    }
    case 'name-bytes':
      fields.splice(index, 0, { name: name('pad'), type: arrayOf(integer('unsigned char'), 1 + (edit.length % 4)) });
      return done();
    case 'add-arm':
      return type.kind === 'record' && type.tag === undefined && type.recordKind === 'union'
        ? replace({ ...one, type: { ...type, fields: [...type.fields, { name: name('arm'), type: typeOf(edit) }] } })
        : record;
    case 'share':
      return one.name === undefined
        ? record
        : replace(anonymous('union', [one, { name: name('view'), type: typeOf(edit) }]));
    case 'wrap':
      return replace(anonymous('struct', [one]));
    case 'resize-array':
      return type.kind === 'array' && type.length !== undefined
        ? replace({ ...one, type: arrayOf(type.element, edit.length) })
        : record;
    case 'reverse-arms':
      return type.kind === 'record' && type.recordKind === 'union'
        ? replace({ ...one, type: { ...type, fields: [...type.fields].reverse() } })
        : record;
    case 'grow-inner':
      return type.kind === 'record' && type.tag === undefined
        ? replace({ ...one, type: applyEdit(type, { ...edit, kind: 'append' }, serial) })
        : record;
    case 'pack':
      return { ...record, isPacked: record.isPacked !== true };
    case 'align':
      return replace({ ...one, alignBytes: 2 ** edit.length });
    case 'narrow-bits':
      return one.bitWidth !== undefined && one.bitWidth > 1 ? replace({ ...one, bitWidth: one.bitWidth - 1 }) : record;
    default:
      return edit.kind satisfies never;
  }
}
