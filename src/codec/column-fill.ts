/**
 * One column of numbers out of many records that lie one behind the other.
 *
 * A number occupies a window of at most eight bytes, read as two halves of 32 bits: a BigInt for every element would cost ten
 * times the rest of the work. The halves are shifted and cut in registers and stored as halves again. Little- and big-endian
 * records, bit-fields and unaligned fields all take this way; only what crosses nine bytes (a wide packed bit-field) is read
 * by `readNumber`, which defines what is right.
 */

import type { NumberElement } from './record-descriptor.ts';
import { readNumber, widthBitsOf } from './scalar.ts';

export type ColumnArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Where `count` numbers stand: each `strideBytes` behind the one before. */
export interface Rows {
  readonly bytes: Uint8Array;
  readonly strideBytes: number;
  readonly count: number;
}

/** The bytes a number touches, counted from its record. */
interface Window {
  readonly start: number;
  readonly size: number;
  /** Bits of the window below the number. */
  readonly below: number;
  readonly width: number;
}

function windowOf(element: NumberElement, offsetBits: number): Window {
  const width = widthBitsOf(element);
  const start = Math.floor(offsetBits / 8);
  const end = Math.ceil((offsetBits + width) / 8);
  const below = element.byteOrder === 'little' ? offsetBits - start * 8 : end * 8 - (offsetBits + width);
  return { start, size: end - start, below, width };
}

/** Stores the numbers in `values`, which keeps as many low bits as its elements have. */
export function fillNumbers(values: ColumnArray, element: NumberElement, offsetBits: number, rows: Rows): void {
  const window = windowOf(element, offsetBits);
  if (window.size > 8) fillSlowly(values, element, offsetBits, rows);
  else if (window.width > 32) fillWide(values, element, window, rows);
  else fillNarrow(values, element, window, rows);
}

function fillSlowly(
  values: ColumnArray,
  element: NumberElement,
  offsetBits: number,
  { bytes, strideBytes, count }: Rows,
): void {
  const isWide = values instanceof BigUint64Array || values instanceof BigInt64Array;
  for (let i = 0; i < count; i++) {
    const value = readNumber(element, bytes, i * strideBytes * 8 + offsetBits);
    if (isWide) values[i] = value;
    else values[i] = Number(value);
  }
}

/** The column's own bits, so that signed ones can be filled through an unsigned view. */
function unsignedView({
  buffer,
  byteOffset,
  byteLength,
  BYTES_PER_ELEMENT,
}: ColumnArray): Uint8Array | Uint16Array | Uint32Array {
  if (BYTES_PER_ELEMENT === 1) return new Uint8Array(buffer, byteOffset, byteLength);
  if (BYTES_PER_ELEMENT === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

function fillNarrow(
  values: ColumnArray,
  element: NumberElement,
  { start, size, below, width }: Window,
  { bytes, strideBytes, count }: Rows,
): void {
  const isLittle = element.byteOrder === 'little';
  const to = unsignedView(values);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 1 && width === 8 && values.BYTES_PER_ELEMENT === 1) {
    for (let i = 0, at = start; i < count; i++, at += strideBytes) to[i] = bytes[at] ?? 0;
    return;
  }
  // A bit-field of 32 bits can touch a fifth byte.
  const lowSize = Math.min(size, 4);
  const lowStart = start + (isLittle ? 0 : size - lowSize);
  const highStart = start + (isLittle ? lowSize : 0);
  const unused = 32 - width;
  for (let i = 0, at = 0; i < count; i++, at += strideBytes) {
    let value = readSmall(view, at + lowStart, lowSize, isLittle) >>> below;
    if (size > 4) value |= readSmall(view, at + highStart, size - 4, isLittle) << (32 - below);
    to[i] = element.isSigned ? (value << unused) >> unused : (value << unused) >>> unused;
  }
}

function fillWide(
  values: ColumnArray,
  element: NumberElement,
  { start, size, below, width }: Window,
  { bytes, strideBytes, count }: Rows,
): void {
  const isLittle = element.byteOrder === 'little';
  const to = new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const low = isLittleEndian ? 0 : 1;
  const lowStart = start + (isLittle ? 0 : size - 4);
  const highStart = start + (isLittle ? 4 : 0);
  const unused = 64 - width;
  for (let i = 0, at = 0; i < count; i++, at += strideBytes) {
    let lower = view.getUint32(at + lowStart, isLittle);
    let upper = readSmall(view, at + highStart, size - 4, isLittle);
    if (below > 0) {
      lower = (lower >>> below) | (upper << (32 - below));
      upper >>>= below;
    }
    to[2 * i + low] = lower;
    to[2 * i + 1 - low] = element.isSigned ? (upper << unused) >> unused : (upper << unused) >>> unused;
  }
}

/** An unsigned number of one to four bytes. */
function readSmall(view: DataView, at: number, size: number, isLittle: boolean): number {
  switch (size) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, isLittle);
    case 3:
      return isLittle
        ? view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
        : (view.getUint8(at) << 16) | view.getUint16(at + 1, false);
    default:
      return view.getUint32(at, isLittle);
  }
}

/** Reads a number of up to 32 bits at a place of the record that starts at `start`; as a bit pattern without sign. */
export type NarrowReader = (view: DataView, start: number) => number;

/** A reader for a number at `offsetBits` of a record; `undefined` where 32 bits do not hold it. */
export function narrowReader(element: NumberElement, offsetBits: number): NarrowReader | undefined {
  const { start, size, below, width } = windowOf(element, offsetBits);
  if (width > 32 || size > 4 || width === 0) return undefined;
  const isLittle = element.byteOrder === 'little';
  const unused = 32 - width;
  return (view, at) => ((readSmall(view, at + start, size, isLittle) >>> below) << unused) >>> unused;
}
