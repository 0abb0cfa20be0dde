/**
 * Reading and writing one number anywhere, the slow and obvious way.
 *
 * One rule covers integers and bit-fields on both byte orders: take the bytes the bits touch, put them together as one
 * big number in the byte order, and cut the bits out. On a little-endian target bit 0 of memory is the least significant
 * bit of byte 0, on a big-endian one the most significant (see `FieldLayout`). The generated codecs do the same with
 * typed arrays and shifts; that the two agree is a property test.
 */

import type { ByteOrder, NumberElement, ScalarElement } from './record-descriptor.ts';

/** The unsigned value of `widthBits` bits at `offsetBits`, both in memory order. Bytes outside of `bytes` must not be asked for. */
export function readBits(bytes: Uint8Array, offsetBits: number, widthBits: number, byteOrder: ByteOrder): bigint {
  if (widthBits === 0) return 0n;
  const first = Math.floor(offsetBits / 8);
  const last = Math.floor((offsetBits + widthBits - 1) / 8);
  let whole = 0n;
  for (let i = first; i <= last; i++) {
    const byte = BigInt(bytes[byteOrder === 'big' ? i : last - (i - first)] ?? 0);
    whole = (whole << 8n) | byte;
  }
  const below = byteOrder === 'little' ? offsetBits - first * 8 : (last + 1) * 8 - (offsetBits + widthBits);
  return (whole >> BigInt(below)) & ((1n << BigInt(widthBits)) - 1n);
}

/** Whole bytes, up to eight: what most fields are, without a big number for each byte. */
function readWhole(bytes: Uint8Array, start: number, sizeBytes: number, byteOrder: ByteOrder): bigint {
  if (sizeBytes <= 4) return BigInt(readSmall(bytes, start, sizeBytes, byteOrder));
  const first = readSmall(bytes, start, 4, byteOrder);
  const second = readSmall(bytes, start + 4, sizeBytes - 4, byteOrder);
  const [high, low] = byteOrder === 'little' ? [second, first] : [first, second];
  return high === 0 ? BigInt(low) : (BigInt(high) << 32n) | BigInt(low);
}

function readSmall(bytes: Uint8Array, start: number, sizeBytes: number, byteOrder: ByteOrder): number {
  let value = 0;
  if (byteOrder === 'little') {
    for (let i = start + sizeBytes - 1; i >= start; i--) value = (value << 8) | (bytes[i] ?? 0);
  } else {
    for (let i = start; i < start + sizeBytes; i++) value = (value << 8) | (bytes[i] ?? 0);
  }
  return value >>> 0;
}

/** Replaces `widthBits` bits at `offsetBits` with the low bits of `value`; the bits around them stay. */
export function writeBits(
  bytes: Uint8Array,
  offsetBits: number,
  widthBits: number,
  byteOrder: ByteOrder,
  value: bigint,
): void {
  if (widthBits === 0) return;
  const first = Math.floor(offsetBits / 8);
  const last = Math.floor((offsetBits + widthBits - 1) / 8);
  const below = byteOrder === 'little' ? offsetBits - first * 8 : (last + 1) * 8 - (offsetBits + widthBits);
  const mask = ((1n << BigInt(widthBits)) - 1n) << BigInt(below);
  const old = readBits(bytes, first * 8, (last - first + 1) * 8, byteOrder);
  let whole = (old & ~mask) | ((value << BigInt(below)) & mask);
  for (let i = first; i <= last; i++) {
    bytes[byteOrder === 'little' ? i : last - (i - first)] = Number(whole & 0xffn);
    whole >>= 8n;
  }
}

export function widthBitsOf(element: ScalarElement): number {
  return element.kind === 'bits' ? element.widthBits : element.sizeBytes * 8;
}

/** Smallest and largest value of an integer or bit-field. */
export function rangeOf(element: NumberElement): readonly [bigint, bigint] {
  const width = BigInt(widthBitsOf(element));
  return element.isSigned ? [-(1n << (width - 1n)), (1n << (width - 1n)) - 1n] : [0n, (1n << width) - 1n];
}

export function readNumber(element: NumberElement, bytes: Uint8Array, offsetBits: number): bigint {
  const width = widthBitsOf(element);
  if (element.kind === 'integer' && width <= 64 && offsetBits % 8 === 0) {
    const value = readWhole(bytes, offsetBits / 8, element.sizeBytes, element.byteOrder);
    return element.isSigned ? BigInt.asIntN(width, value) : value;
  }
  const value = readBits(bytes, offsetBits, width, element.byteOrder);
  return element.isSigned ? BigInt.asIntN(width, value) : value;
}

/** A float by way of its bits; `offsetBits` is a whole number of bytes. */
export function readFloat(sizeBytes: 4 | 8, byteOrder: ByteOrder, bytes: Uint8Array, offsetBits: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offsetBits / 8, sizeBytes);
  return sizeBytes === 4 ? view.getFloat32(0, byteOrder === 'little') : view.getFloat64(0, byteOrder === 'little');
}

export function writeFloat(
  sizeBytes: 4 | 8,
  byteOrder: ByteOrder,
  bytes: Uint8Array,
  offsetBits: number,
  value: number,
): void {
  // JavaScript has one NaN, a float has millions: where the bytes already hold one, they keep theirs.
  if (Number.isNaN(value) && Number.isNaN(readFloat(sizeBytes, byteOrder, bytes, offsetBits))) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offsetBits / 8, sizeBytes);
  if (sizeBytes === 4) view.setFloat32(0, value, byteOrder === 'little');
  else view.setFloat64(0, value, byteOrder === 'little');
}
