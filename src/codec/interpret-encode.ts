/**
 * Encoding any descriptor without generating code, with the same checks as a generated module.
 *
 * A record is written over the bytes it came from, or over zeros; what the value does not mention stays. Errors carry the
 * path of the field, so that a caller who knows where the value stands in a file can point at it.
 */

import { elementBits, elementBytes, isByte } from './element-size.ts';
import type { RecordValue, UnionValue, Value } from './interpret-decode.ts';
import { readPlace, selectArm } from './places.ts';
import type { Element, FieldDescriptor, RecordDescriptor } from './record-descriptor.ts';
import { checkArm, EncodeError } from './runtime.ts';
import { rangeOf, widthBitsOf, writeBits, writeFloat } from './scalar.ts';

/**
 * Encodes a value of the shape `decodeRecord` gives; fields left out keep the bytes of `base`, or are zero.
 * @throws EncodeError for a value that does not fit its field, or an arm that its discriminant does not select.
 */
export function encodeRecord(descriptor: RecordDescriptor, value: RecordValue, base?: Uint8Array): Uint8Array {
  const tail = descriptor.fields.at(-1);
  let sizeBytes = descriptor.sizeBytes;
  if (tail?.isFlexible === true) {
    const items = value[tail.name] as ArrayLike<unknown> | undefined;
    sizeBytes = Math.max(sizeBytes, tail.offsetBits / 8 + (items?.length ?? 0) * elementBytes(tail));
  }
  const bytes = new Uint8Array(Math.max(sizeBytes, base?.length ?? 0));
  if (base !== undefined) bytes.set(base);
  encodeAt(descriptor, value, bytes, 0, '');
  return bytes;
}

function encodeAt(
  record: RecordDescriptor,
  value: RecordValue,
  bytes: Uint8Array,
  baseBits: number,
  prefix: string,
): void {
  const unions: FieldDescriptor[] = [];
  for (const field of record.fields) {
    const given = value[field.name];
    if (given === undefined) continue;
    // A union is checked against its discriminant, which may be written after it.
    if (field.element.kind === 'union') unions.push(field);
    else encodeField(field, given, bytes, baseBits, prefix);
  }
  for (const field of unions) {
    const given = value[field.name];
    if (given !== undefined) encodeField(field, given, bytes, baseBits, prefix);
  }
}

function encodeField(field: FieldDescriptor, value: Value, bytes: Uint8Array, baseBits: number, prefix: string): void {
  const path = field.cName === undefined ? prefix : prefix === '' ? field.cName : `${prefix}.${field.cName}`;
  const offsetBits = baseBits + field.offsetBits;
  if (field.dimensions.length === 0) {
    encodeElement(field.element, value, bytes, offsetBits, baseBits, path);
    return;
  }
  const dimensions = [...field.dimensions];
  if (field.isFlexible === true) dimensions[0] = (value as ArrayLike<unknown>).length;
  encodeArray(field.element, dimensions, value, bytes, offsetBits, path);
}

function encodeArray(
  element: Element,
  dimensions: readonly number[],
  value: Value,
  bytes: Uint8Array,
  offsetBits: number,
  path: string,
): void {
  const [length = 0, ...inner] = dimensions;
  const isBytes = inner.length === 0 && isByte(element);
  const items = value as ArrayLike<Value>;
  if (items.length !== length) {
    throw new EncodeError(path, `has ${String(length)} ${isBytes ? 'bytes' : 'elements'}, got ${String(items.length)}`);
  }
  const stride = inner.reduce((product, count) => product * count, elementBits(element));
  for (let i = 0; i < length; i++) {
    const at = offsetBits + i * stride;
    const item = items[i] ?? 0;
    if (inner.length === 0) encodeElement(element, item, bytes, at, at, path);
    else encodeArray(element, inner, item, bytes, at, path);
  }
}

function encodeElement(
  element: Element,
  value: Value,
  bytes: Uint8Array,
  offsetBits: number,
  baseBits: number,
  path: string,
): void {
  switch (element.kind) {
    case 'integer':
    case 'bits': {
      const [low, high] = rangeOf(element);
      const isWide = widthBitsOf(element) > 32;
      if (isWide ? typeof value !== 'bigint' : !Number.isInteger(value)) {
        throw new EncodeError(path, `${describe(value)} is not ${isWide ? 'a bigint' : 'an integer'}`);
      }
      const integer = BigInt(value as number | bigint);
      if (integer < low || integer > high) {
        throw new EncodeError(path, `${String(integer)} is not an integer from ${String(low)} to ${String(high)}`);
      }
      writeBits(bytes, offsetBits, widthBitsOf(element), element.byteOrder, integer);
      return;
    }
    case 'float':
      if (typeof value !== 'number') throw new EncodeError(path, `${describe(value)} is not a number`);
      writeFloat(element.sizeBytes, element.byteOrder, bytes, offsetBits, value);
      return;
    case 'opaque':
      encodeBytes(value, element.sizeBytes, bytes, offsetBits, path);
      return;
    case 'record':
      encodeAt(element.record, value as RecordValue, bytes, offsetBits, path);
      return;
    case 'union': {
      const { select, record } = element;
      if (select === undefined) {
        encodeBareUnion(record, value as RecordValue, bytes, offsetBits, path);
        return;
      }
      const { arm, value: inner } = value as UnionValue;
      if (arm === undefined) {
        encodeBytes(inner, record.sizeBytes, bytes, offsetBits, path);
        return;
      }
      const field = record.fields.find(({ name }) => name === arm);
      if (field === undefined) throw new EncodeError(path, `has no arm ${arm}`);
      encodeField(field, inner, bytes, offsetBits, path);
      const discriminant = readPlace(select.place, bytes, baseBits) ?? 0n;
      checkArm(arm, selectArm(select, discriminant, bytes, baseBits), path);
      return;
    }
    default:
      element satisfies never;
  }
}

function encodeBareUnion(
  record: RecordDescriptor,
  value: RecordValue,
  bytes: Uint8Array,
  offsetBits: number,
  path: string,
): void {
  const arms = record.fields.filter(({ name }) => value[name] !== undefined);
  const raw = value['bytes'];
  if (arms.length > 1) {
    throw new EncodeError(path, `is a union: only one of ${arms.map(({ name }) => name).join(', ')} can be given`);
  }
  if (raw !== undefined) encodeBytes(raw, record.sizeBytes, bytes, offsetBits, path);
  const [arm] = arms;
  const given = arm === undefined ? undefined : value[arm.name];
  if (arm !== undefined && given !== undefined) encodeField(arm, given, bytes, offsetBits, path);
}

function encodeBytes(value: Value, length: number, bytes: Uint8Array, offsetBits: number, path: string): void {
  if (!(value instanceof Uint8Array) || value.length !== length) {
    throw new EncodeError(path, `has ${String(length)} bytes, got ${describe(value)}`);
  }
  bytes.set(value, offsetBits / 8);
}

function describe(value: Value): string {
  if (typeof value === 'bigint' || typeof value === 'number') return String(value);
  return value instanceof Uint8Array ? `${String(value.length)} bytes` : typeof value;
}
