/**
 * Decoding any descriptor without generating code: slower than a generated module by two orders of magnitude, and its
 * judge in the tests, because it shares nothing with it but the descriptor.
 *
 * Values have the same shape as those of a generated module: `number` up to 32 bits, `bigint` above, `Uint8Array` for
 * arrays of bytes, arrays, objects; a union with a discriminant is `{arm, value}`, one without is `{bytes}`.
 */

import { elementBits, elementBytes, isByte } from './element-size.ts';
import { readPlace, selectArm } from './places.ts';
import type { Element, FieldDescriptor, RecordDescriptor } from './record-descriptor.ts';
import { checkLength } from './runtime.ts';
import { readFloat, readNumber, widthBitsOf } from './scalar.ts';

export interface RecordValue {
  readonly [name: string]: Value;
}

export interface UnionValue {
  /** `undefined` for a discriminant that selects no known arm; `value` is then the whole union as bytes. */
  readonly arm: string | undefined;
  readonly value: Value;
}

export type Value = number | bigint | Uint8Array | readonly Value[] | UnionValue | RecordValue;

/**
 * Decodes exactly one record; a flexible array at its end takes what its count says, or all that is left.
 * @throws DecodeError if the number of bytes is not that of the record.
 */
export function decodeRecord(descriptor: RecordDescriptor, bytes: Uint8Array): RecordValue {
  checkLength(bytes, recordBytes(descriptor, bytes), descriptor.type);
  return decodeAt(descriptor, bytes, 0);
}

/** Size of the record these bytes hold: more than `sizeBytes` where a flexible array follows. */
export function recordBytes(descriptor: RecordDescriptor, bytes: Uint8Array): number {
  const tail = descriptor.fields.at(-1);
  if (tail?.isFlexible !== true || bytes.length < descriptor.sizeBytes) return descriptor.sizeBytes;
  return Math.max(descriptor.sizeBytes, tail.offsetBits / 8 + flexibleLength(tail, bytes, 0) * elementBytes(tail));
}

/** Number of elements of a flexible array, from its count or from the room there is. */
export function flexibleLength(field: FieldDescriptor, bytes: Uint8Array, baseBits: number): number {
  const size = elementBytes(field);
  const room = bytes.length - (baseBits + field.offsetBits) / 8;
  const count = field.countedBy === undefined ? undefined : readPlace(field.countedBy, bytes, baseBits);
  if (count !== undefined) return Number(count < 0n ? 0n : count);
  return size === 0 ? 0 : Math.floor(room / size);
}

function decodeAt(record: RecordDescriptor, bytes: Uint8Array, baseBits: number): RecordValue {
  // Without a prototype, so that no name of a field can be anything but a name.
  const value = Object.create(null) as Record<string, Value>;
  for (const field of record.fields) value[field.name] = decodeField(field, bytes, baseBits);
  return value;
}

function decodeField(field: FieldDescriptor, bytes: Uint8Array, baseBits: number): Value {
  const offsetBits = baseBits + field.offsetBits;
  if (field.dimensions.length === 0) return decodeElement(field.element, bytes, offsetBits, baseBits);
  const dimensions = [...field.dimensions];
  if (field.isFlexible === true) dimensions[0] = flexibleLength(field, bytes, baseBits);
  return decodeArray(field.element, dimensions, bytes, offsetBits);
}

function decodeArray(element: Element, dimensions: readonly number[], bytes: Uint8Array, offsetBits: number): Value {
  const [length = 0, ...inner] = dimensions;
  if (inner.length === 0 && isByte(element)) return bytes.slice(offsetBits / 8, offsetBits / 8 + length);
  const stride = inner.reduce((product, count) => product * count, elementBits(element));
  return Array.from({ length }, (_, index) =>
    inner.length === 0
      ? decodeElement(element, bytes, offsetBits + index * stride, offsetBits + index * stride)
      : decodeArray(element, inner, bytes, offsetBits + index * stride),
  );
}

function decodeElement(element: Element, bytes: Uint8Array, offsetBits: number, baseBits: number): Value {
  switch (element.kind) {
    case 'integer':
    case 'bits': {
      const value = readNumber(element, bytes, offsetBits);
      return widthBitsOf(element) > 32 ? value : Number(value);
    }
    case 'float':
      return readFloat(element.sizeBytes, element.byteOrder, bytes, offsetBits);
    case 'opaque':
      return bytes.slice(offsetBits / 8, offsetBits / 8 + element.sizeBytes);
    case 'record':
      return decodeAt(element.record, bytes, offsetBits);
    case 'union': {
      const whole = bytes.slice(offsetBits / 8, offsetBits / 8 + element.record.sizeBytes);
      if (element.select === undefined) return { bytes: whole };
      const discriminant = readPlace(element.select.place, bytes, baseBits) ?? 0n;
      const arm = selectArm(element.select, discriminant, bytes, baseBits);
      const field = element.record.fields.find(({ name }) => name === arm);
      return field === undefined
        ? { arm: undefined, value: whole }
        : { arm: field.name, value: decodeField(field, bytes, offsetBits) };
    }
    default:
      return element satisfies never;
  }
}
