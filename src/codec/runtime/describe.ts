/**
 * Descriptors in short: a generated module says where every bit is in one line a field.
 *
 * A field is `[name, C type, offset, element, more]`. The offset is in bytes, or `[bytes, bits]`. The element is spelled like
 * a reader (`u32le`; `bool8le`; `bits5be`, `sbits5be` and `boolbits1be` for bit-fields), or is a record, or is written out
 * where it has no short spelling. `more` holds what else is known; the C name is the name unless `more` says otherwise.
 */

import type { NamedValue, ValueMeaning } from '../../abi/semantics.ts';
import type {
  ArmSelection,
  Element,
  FieldDescriptor,
  HoleDescriptor,
  NumberElement,
  Place,
  RecordDescriptor,
} from '../record-descriptor.ts';

/** Where something starts: bytes, or bytes and bits. */
export type ShortOffset = number | readonly [number, number];

/** What a field says beyond name, type, place and element. */
export interface MoreOfField extends Partial<
  Omit<FieldDescriptor, 'name' | 'cName' | 'offsetBits' | 'type' | 'element'>
> {
  /** The C name, where it is another; `null` for an anonymous union. */
  readonly cName?: string | null;
  /** How the arm of a union is chosen. */
  readonly select?: ArmSelection;
}

export type ShortField = readonly [
  name: string,
  type: string,
  offset: ShortOffset,
  element: string | Element | RecordDescriptor,
  more?: MoreOfField,
];

export interface MoreOfRecord {
  readonly doc?: string;
  readonly variant?: string;
  readonly holes?: readonly (readonly [HoleDescriptor['kind'], ShortOffset, ShortOffset])[];
}

type RecordBuilder = (
  type: string,
  sizeBytes: number,
  alignBytes: number,
  fields: readonly ShortField[],
  more?: MoreOfRecord,
) => RecordDescriptor;

const bitsOf = (offset: ShortOffset): number => (typeof offset === 'number' ? offset * 8 : offset[0] * 8 + offset[1]);

/** The element a short spelling means; throws for a word that is none. */
export function elementOf(word: string): Exclude<Element, { kind: 'record' | 'union' | 'opaque' }> {
  const match = /^(u|i|f|bool|bits|sbits|boolbits)(\d+)(le|be)$/.exec(word);
  const [, kind = '', digits = '', order] = match ?? [];
  const byteOrder = order === 'le' ? 'little' : 'big';
  const width = Number(digits);
  if (kind.endsWith('bits')) {
    return {
      ...{ kind: 'bits', widthBits: width, isSigned: kind === 'sbits' },
      ...(kind === 'boolbits' ? { isBoolean: true } : {}),
      byteOrder,
    };
  }
  const sizeBytes = width / 8;
  if (kind === 'f' && (sizeBytes === 4 || sizeBytes === 8)) return { kind: 'float', sizeBytes, byteOrder };
  if (kind === '' || ![1, 2, 4, 8, 16].includes(sizeBytes)) throw new Error(`${word} is no element`);
  return {
    ...{ kind: 'integer', sizeBytes: sizeBytes as 1 | 2 | 4 | 8 | 16, isSigned: kind === 'i' },
    ...(kind === 'bool' ? { isBoolean: true } : {}),
    byteOrder,
  };
}

function isRecord(element: Element | RecordDescriptor): element is RecordDescriptor {
  return 'recordKind' in element;
}

function sizeBitsOf(element: Element): number {
  if (element.kind === 'bits') return element.widthBits;
  return 8 * (element.kind === 'record' || element.kind === 'union' ? element.record.sizeBytes : element.sizeBytes);
}

/** The descriptor of one field. */
export function expandField([name, type, offset, short, more = {}]: ShortField): FieldDescriptor {
  const { cName = name, select, ...rest } = more;
  const found = typeof short === 'string' ? elementOf(short) : short;
  const element: Element = !isRecord(found)
    ? found
    : found.recordKind === 'struct'
      ? { kind: 'record', record: found }
      : { kind: 'union', record: found, ...(select === undefined ? {} : { select }) };
  const dimensions = more.dimensions ?? [];
  return {
    name,
    ...(cName === null ? {} : { cName }),
    offsetBits: bitsOf(offset),
    sizeBits: dimensions.reduce((product, length) => product * length, sizeBitsOf(element)),
    type,
    element,
    ...rest,
    dimensions,
  };
}

/** What builds the records and places of one target. */
export function layoutsOn(
  target: string,
  byteOrder: 'little' | 'big',
): {
  struct: RecordBuilder;
  union: RecordBuilder;
  place: (path: string, offset: ShortOffset, element: string, known?: readonly NamedValue[]) => Place;
} {
  const record =
    (recordKind: 'struct' | 'union'): RecordBuilder =>
    (type, sizeBytes, alignBytes, fields, { holes = [], ...more } = {}) => ({
      ...{ type, recordKind, target, byteOrder, sizeBytes, alignBytes, ...more },
      fields: fields.map(expandField),
      holes: holes.map(([kind, offset, size]) => ({ kind, offsetBits: bitsOf(offset), sizeBits: bitsOf(size) })),
    });
  return {
    struct: record('struct'),
    union: record('union'),
    place: (path, offset, element, known) => ({
      ...{ path, offsetBits: bitsOf(offset), element: elementOf(element) as NumberElement },
      ...(known === undefined ? {} : { known }),
    }),
  };
}

type Constants = Readonly<Record<string, number | bigint>>;

/** Constants as a list. */
export const namedValues = (constants: Constants): NamedValue[] =>
  Object.entries(constants).map(([name, value]) => ({ name, value: BigInt(value) }));

/** The meaning of a field whose values are these constants. */
export const enumeration = (name: string, values: Constants): ValueMeaning & { kind: 'enumeration' } => ({
  kind: 'enumeration',
  name,
  values: namedValues(values),
});

/** The meaning of a field whose bits are these constants. */
export const flags = (name: string, bits: Constants): ValueMeaning & { kind: 'flags' } => ({
  kind: 'flags',
  name,
  flags: namedValues(bits),
});
