/**
 * The run-time half of a generated codec: the one file that generated modules import (as `uabi/runtime`).
 *
 * It carries a version: a module generated for another version refuses to load instead of
 * reading wrong bytes. Three rules hold throughout:
 *
 * - Bytes past the end of a `Uint8Array` read as `undefined`, which arithmetic turns into silent zeros. So every face
 *   checks the length **once, up front** (`checkLength`), and the readers check nothing.
 * - Nothing on the path of `encodeInto`, views and columns allocates: 64-bit values pass through one scratch word, and
 *   range checks compare instead of truncating.
 * - Every byte survives: `prepare` starts an encoding from the bytes a value was decoded from, so holes, padding, reserved
 *   words and the unused end of a union come back as they were.
 */

import { inspectBytes, type Inspection } from './inspect.ts';
import type { ByteOrder, RecordDescriptor } from './record-descriptor.ts';

export type { Inspection } from './inspect.ts';
export type { RecordDescriptor } from './record-descriptor.ts';

/** Version of the contract between this file and generated modules; changes when either side would misread the other. */
export const runtimeVersion = 1;

/** Called by every generated module when it is loaded. */
export function assertRuntimeVersion(wanted: number, module: string): void {
  if (wanted !== runtimeVersion) {
    throw new Error(
      `${module} was generated for version ${String(wanted)} of uabi/runtime, this is version ${String(runtimeVersion)}: generate it again`,
    );
  }
}

/** Bytes that cannot be a record of this type, because there are too few or too many of them. */
export class DecodeError extends RangeError {
  override readonly name = 'DecodeError';
}

/** A value that does not fit its field. `path` says which field. */
export class EncodeError extends RangeError {
  override readonly name = 'EncodeError';
  readonly path: string;

  constructor(path: string, message: string) {
    super(`${path === '' ? '' : `${path}: `}${message}`);
    this.path = path;
  }
}

/** What a decoded value remembers of where it came from. */
export interface Kept {
  readonly _bytes?: Uint8Array | undefined;
  readonly _offset?: number | undefined;
}

/** Throws unless `bytes` holds exactly one record. */
export function checkLength(bytes: Uint8Array, sizeBytes: number, type: string): void {
  if (bytes.length !== sizeBytes) {
    const difference = bytes.length - sizeBytes;
    const what = difference < 0 ? `${String(-difference)} missing` : `${String(difference)} too many`;
    throw new DecodeError(`${type} has ${String(sizeBytes)} bytes, got ${String(bytes.length)} (${what})`);
  }
}

/** Throws unless a record of `sizeBytes` lies within `bytes` at `offset`. */
export function checkWithin(bytes: Uint8Array, offset: number, sizeBytes: number, type: string): void {
  if (!Number.isSafeInteger(offset) || offset < 0 || offset + sizeBytes > bytes.length) {
    throw new DecodeError(
      `${type} has ${String(sizeBytes)} bytes and does not fit at offset ${String(offset)} of ${String(bytes.length)} bytes`,
    );
  }
}

/** Number of records in a batch; throws if the last one is cut. */
export function checkBatch(bytes: Uint8Array, sizeBytes: number, type: string): number {
  const count = sizeBytes === 0 ? 0 : bytes.length / sizeBytes;
  if (!Number.isInteger(count) || (sizeBytes === 0 && bytes.length > 0)) {
    throw new DecodeError(
      `${String(bytes.length)} bytes are no whole number of ${type} records of ${String(sizeBytes)} bytes`,
    );
  }
  return count;
}

// --- Reading -------------------------------------------------------------------------------------------------------------

/** Which half of a 64-bit scratch word holds the low 32 bits: depends on the machine we run on. */
const LOW = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;
const HIGH = 1 - LOW;
const scratch64 = new BigUint64Array(1);
const scratchSigned64 = new BigInt64Array(scratch64.buffer);
const scratch32 = new Uint32Array(scratch64.buffer);
const scratchDouble = new Float64Array(scratch64.buffer);
const scratchFloat = new Float32Array(scratch64.buffer);

export const u8 = (b: Uint8Array, o: number): number => b[o] ?? 0;
export const i8 = (b: Uint8Array, o: number): number => ((b[o] ?? 0) << 24) >> 24;
export const u16le = (b: Uint8Array, o: number): number => (b[o] ?? 0) | ((b[o + 1] ?? 0) << 8);
export const u16be = (b: Uint8Array, o: number): number => ((b[o] ?? 0) << 8) | (b[o + 1] ?? 0);
export const i16le = (b: Uint8Array, o: number): number => (u16le(b, o) << 16) >> 16;
export const i16be = (b: Uint8Array, o: number): number => (u16be(b, o) << 16) >> 16;
export const i32le = (b: Uint8Array, o: number): number =>
  (b[o] ?? 0) | ((b[o + 1] ?? 0) << 8) | ((b[o + 2] ?? 0) << 16) | ((b[o + 3] ?? 0) << 24);
export const i32be = (b: Uint8Array, o: number): number =>
  ((b[o] ?? 0) << 24) | ((b[o + 1] ?? 0) << 16) | ((b[o + 2] ?? 0) << 8) | (b[o + 3] ?? 0);
export const u32le = (b: Uint8Array, o: number): number => i32le(b, o) >>> 0;
export const u32be = (b: Uint8Array, o: number): number => i32be(b, o) >>> 0;

export function u64le(b: Uint8Array, o: number): bigint {
  scratch32[LOW] = i32le(b, o);
  scratch32[HIGH] = i32le(b, o + 4);
  return scratch64[0] ?? 0n;
}

export function u64be(b: Uint8Array, o: number): bigint {
  scratch32[HIGH] = i32be(b, o);
  scratch32[LOW] = i32be(b, o + 4);
  return scratch64[0] ?? 0n;
}

export function i64le(b: Uint8Array, o: number): bigint {
  scratch32[LOW] = i32le(b, o);
  scratch32[HIGH] = i32le(b, o + 4);
  return scratchSigned64[0] ?? 0n;
}

export function i64be(b: Uint8Array, o: number): bigint {
  scratch32[HIGH] = i32be(b, o);
  scratch32[LOW] = i32be(b, o + 4);
  return scratchSigned64[0] ?? 0n;
}

export const u128le = (b: Uint8Array, o: number): bigint => (u64le(b, o + 8) << 64n) | u64le(b, o);
export const u128be = (b: Uint8Array, o: number): bigint => (u64be(b, o) << 64n) | u64be(b, o + 8);
export const i128le = (b: Uint8Array, o: number): bigint => BigInt.asIntN(128, u128le(b, o));
export const i128be = (b: Uint8Array, o: number): bigint => BigInt.asIntN(128, u128be(b, o));

export function f32le(b: Uint8Array, o: number): number {
  scratch32[0] = i32le(b, o);
  return scratchFloat[0] ?? 0;
}

export function f32be(b: Uint8Array, o: number): number {
  scratch32[0] = i32be(b, o);
  return scratchFloat[0] ?? 0;
}

export function f64le(b: Uint8Array, o: number): number {
  scratch32[LOW] = i32le(b, o);
  scratch32[HIGH] = i32le(b, o + 4);
  return scratchDouble[0] ?? 0;
}

export function f64be(b: Uint8Array, o: number): number {
  scratch32[HIGH] = i32be(b, o);
  scratch32[LOW] = i32be(b, o + 4);
  return scratchDouble[0] ?? 0;
}

/**
 * Reads a bit-field of at most 32 bits. `offsetBits` counts in memory order: from the least significant bit of byte 0 on a
 * little-endian target, from the most significant one on a big-endian target. The at most 40 bits of the bytes it touches
 * are exact in a double, so no BigInt is needed.
 */
export function bitsLe(b: Uint8Array, offsetBits: number, widthBits: number): number {
  const first = Math.floor(offsetBits / 8);
  let value = 0;
  for (let i = Math.floor((offsetBits + widthBits - 1) / 8); i >= first; i--) value = value * 256 + (b[i] ?? 0);
  return Math.floor(value / 2 ** (offsetBits % 8)) % 2 ** widthBits;
}

export function bitsBe(b: Uint8Array, offsetBits: number, widthBits: number): number {
  const end = offsetBits + widthBits;
  const last = Math.floor((end - 1) / 8);
  let value = 0;
  for (let i = Math.floor(offsetBits / 8); i <= last; i++) value = value * 256 + (b[i] ?? 0);
  return Math.floor(value / 2 ** ((last + 1) * 8 - end)) % 2 ** widthBits;
}

/** A bit-field wider than 32 bits. */
export function wideBitsLe(b: Uint8Array, offsetBits: number, widthBits: number): bigint {
  const low = BigInt(bitsLe(b, offsetBits, 32));
  let value = low;
  for (let done = 32; done < widthBits; done += 32) {
    value |= BigInt(bitsLe(b, offsetBits + done, Math.min(32, widthBits - done))) << BigInt(done);
  }
  return value;
}

export function wideBitsBe(b: Uint8Array, offsetBits: number, widthBits: number): bigint {
  let value = 0n;
  for (let done = 0; done < widthBits; done += 32) {
    const chunk = Math.min(32, widthBits - done);
    value = (value << BigInt(chunk)) | BigInt(bitsBe(b, offsetBits + done, chunk));
  }
  return value;
}

/** The signed reading of an unsigned bit-field value of at most 32 bits. */
export const signBits = (value: number, widthBits: number): number =>
  value >= 2 ** (widthBits - 1) ? value - 2 ** widthBits : value;

/** Builds an array value. */
export function readArray<T>(length: number, read: (index: number) => T): T[] {
  const values: T[] = [];
  for (let i = 0; i < length; i++) values.push(read(i));
  return values;
}

/** Whether any byte of a range is not zero. */
export function isNonZero(b: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (b[i] !== 0) return true;
  return false;
}

/** Throws unless columns that are to be filled again have room for so many records. */
export function checkColumns(into: { readonly reservedNonZero: Uint8Array } | undefined, count: number): void {
  if (into !== undefined && into.reservedNonZero.length < count) {
    throw new RangeError(`columns for ${String(into.reservedNonZero.length)} records cannot hold ${String(count)}`);
  }
}

/** The bytes of a batch as 32-bit words in the given byte order: no copy where the machine and the alignment allow. */
export function wordsOf(bytes: Uint8Array, byteOrder: ByteOrder): Int32Array {
  const count = bytes.length >>> 2;
  const isNative = (byteOrder === 'little') === (LOW === 0);
  if (isNative && bytes.byteOffset % 4 === 0) return new Int32Array(bytes.buffer, bytes.byteOffset, count);
  const words = new Int32Array(count);
  if (isNative) {
    new Uint8Array(words.buffer).set(bytes.subarray(0, count * 4));
  } else {
    const read = byteOrder === 'little' ? i32le : i32be;
    for (let i = 0; i < count; i++) words[i] = read(bytes, i * 4);
  }
  return words;
}

/** The 32-bit halves of a 64-bit column, so that it can be filled without a BigInt; `[2i + lowHalf]` is the low one. */
export const halvesOf = (column: BigUint64Array | BigInt64Array): Int32Array =>
  new Int32Array(column.buffer, column.byteOffset, column.length * 2);
export const lowHalf = LOW;

// --- Writing -------------------------------------------------------------------------------------------------------------

function refuse(path: string, value: unknown, wanted: string): never {
  const shown =
    typeof value === 'bigint' ? `${String(value)}n` : typeof value === 'number' ? String(value) : typeof value;
  throw new EncodeError(path, `${shown} is not ${wanted}`);
}

/** Throws unless `value` is an integer from `low` to `high`. */
export function checkInteger(value: number, low: number, high: number, path: string): void {
  if (!(Number.isInteger(value) && value >= low && value <= high)) {
    refuse(path, value, `an integer from ${String(low)} to ${String(high)}`);
  }
}

const MAX_U64 = 0xffff_ffff_ffff_ffffn;
const MIN_I64 = -0x8000_0000_0000_0000n;
const MAX_I64 = 0x7fff_ffff_ffff_ffffn;

/** Throws unless `value` is a bigint from `low` to `high`. */
export function checkBigint(value: bigint, low: bigint, high: bigint, path: string): void {
  if (!(typeof value === 'bigint' && value >= low && value <= high)) {
    refuse(path, value, `a bigint from ${String(low)} to ${String(high)}`);
  }
}

export function putU8(b: Uint8Array, o: number, value: number, path: string): void {
  checkInteger(value, 0, 0xff, path);
  b[o] = value;
}

export function putI8(b: Uint8Array, o: number, value: number, path: string): void {
  checkInteger(value, -0x80, 0x7f, path);
  b[o] = value;
}

function store16(b: Uint8Array, o: number, value: number, isLittle: boolean): void {
  b[isLittle ? o : o + 1] = value;
  b[isLittle ? o + 1 : o] = value >>> 8;
}

function store32(b: Uint8Array, o: number, value: number, isLittle: boolean): void {
  if (isLittle) {
    b[o] = value;
    b[o + 1] = value >>> 8;
    b[o + 2] = value >>> 16;
    b[o + 3] = value >>> 24;
  } else {
    b[o] = value >>> 24;
    b[o + 1] = value >>> 16;
    b[o + 2] = value >>> 8;
    b[o + 3] = value;
  }
}

function store64(b: Uint8Array, o: number, value: bigint, isLittle: boolean): void {
  // Storing a signed value into an unsigned word keeps its two's complement bits.
  scratch64[0] = value;
  store32(b, o, scratch32[isLittle ? LOW : HIGH] ?? 0, isLittle);
  store32(b, o + 4, scratch32[isLittle ? HIGH : LOW] ?? 0, isLittle);
}

export function putU16le(b: Uint8Array, o: number, value: number, path: string): void {
  checkInteger(value, 0, 0xffff, path);
  store16(b, o, value, true);
}

export function putU16be(b: Uint8Array, o: number, value: number, path: string): void {
  checkInteger(value, 0, 0xffff, path);
  store16(b, o, value, false);
}

export function putI16le(b: Uint8Array, o: number, value: number, path: string): void {
  checkInteger(value, -0x8000, 0x7fff, path);
  store16(b, o, value, true);
}

export function putI16be(b: Uint8Array, o: number, value: number, path: string): void {
  checkInteger(value, -0x8000, 0x7fff, path);
  store16(b, o, value, false);
}

export function putU32le(b: Uint8Array, o: number, value: number, path: string): void {
  checkInteger(value, 0, 0xffff_ffff, path);
  store32(b, o, value, true);
}

export function putU32be(b: Uint8Array, o: number, value: number, path: string): void {
  checkInteger(value, 0, 0xffff_ffff, path);
  store32(b, o, value, false);
}

export function putI32le(b: Uint8Array, o: number, value: number, path: string): void {
  checkInteger(value, -0x8000_0000, 0x7fff_ffff, path);
  store32(b, o, value, true);
}

export function putI32be(b: Uint8Array, o: number, value: number, path: string): void {
  checkInteger(value, -0x8000_0000, 0x7fff_ffff, path);
  store32(b, o, value, false);
}

export function putU64le(b: Uint8Array, o: number, value: bigint, path: string): void {
  checkBigint(value, 0n, MAX_U64, path);
  store64(b, o, value, true);
}

export function putU64be(b: Uint8Array, o: number, value: bigint, path: string): void {
  checkBigint(value, 0n, MAX_U64, path);
  store64(b, o, value, false);
}

export function putI64le(b: Uint8Array, o: number, value: bigint, path: string): void {
  checkBigint(value, MIN_I64, MAX_I64, path);
  store64(b, o, value, true);
}

export function putI64be(b: Uint8Array, o: number, value: bigint, path: string): void {
  checkBigint(value, MIN_I64, MAX_I64, path);
  store64(b, o, value, false);
}

function put128(b: Uint8Array, o: number, value: bigint, isLittle: boolean): void {
  store64(b, isLittle ? o : o + 8, BigInt.asUintN(64, value), isLittle);
  store64(b, isLittle ? o + 8 : o, BigInt.asUintN(64, value >> 64n), isLittle);
}

export function putU128le(b: Uint8Array, o: number, value: bigint, path: string): void {
  checkBigint(value, 0n, (1n << 128n) - 1n, path);
  put128(b, o, value, true);
}

export function putU128be(b: Uint8Array, o: number, value: bigint, path: string): void {
  checkBigint(value, 0n, (1n << 128n) - 1n, path);
  put128(b, o, value, false);
}

export function putI128le(b: Uint8Array, o: number, value: bigint, path: string): void {
  checkBigint(value, -(1n << 127n), (1n << 127n) - 1n, path);
  put128(b, o, value, true);
}

export function putI128be(b: Uint8Array, o: number, value: bigint, path: string): void {
  checkBigint(value, -(1n << 127n), (1n << 127n) - 1n, path);
  put128(b, o, value, false);
}

/** JavaScript has one NaN, a float has millions: where the bytes already hold one, they keep theirs. */
function checkFloat(value: number, path: string): void {
  if (typeof value !== 'number') refuse(path, value, 'a number');
}

export function putF32le(b: Uint8Array, o: number, value: number, path: string): void {
  checkFloat(value, path);
  if (Number.isNaN(value) && Number.isNaN(f32le(b, o))) return;
  scratchFloat[0] = value;
  store32(b, o, scratch32[0] ?? 0, true);
}

export function putF32be(b: Uint8Array, o: number, value: number, path: string): void {
  checkFloat(value, path);
  if (Number.isNaN(value) && Number.isNaN(f32be(b, o))) return;
  scratchFloat[0] = value;
  store32(b, o, scratch32[0] ?? 0, false);
}

function storeDouble(b: Uint8Array, o: number, value: number, isLittle: boolean): void {
  scratchDouble[0] = value;
  store32(b, o, scratch32[isLittle ? LOW : HIGH] ?? 0, isLittle);
  store32(b, o + 4, scratch32[isLittle ? HIGH : LOW] ?? 0, isLittle);
}

export function putF64le(b: Uint8Array, o: number, value: number, path: string): void {
  checkFloat(value, path);
  if (!(Number.isNaN(value) && Number.isNaN(f64le(b, o)))) storeDouble(b, o, value, true);
}

export function putF64be(b: Uint8Array, o: number, value: number, path: string): void {
  checkFloat(value, path);
  if (!(Number.isNaN(value) && Number.isNaN(f64be(b, o)))) storeDouble(b, o, value, false);
}

/**
 * Writes the low `widthBits` of `value` into the bits at `offsetBits` (memory order), leaving their neighbours alone: one bit
 * at a time, because bit-fields are rare enough in kernel records that clarity wins over speed.
 */
function storeBits(b: Uint8Array, offsetBits: number, widthBits: number, value: number, isLittle: boolean): void {
  let rest = value < 0 ? value + 2 ** widthBits : value;
  for (let i = 0; i < widthBits; i++) {
    const at = isLittle ? offsetBits + i : offsetBits + widthBits - 1 - i;
    const mask = isLittle ? 1 << (at & 7) : 0x80 >>> (at & 7);
    const index = Math.floor(at / 8);
    b[index] = rest % 2 === 1 ? (b[index] ?? 0) | mask : (b[index] ?? 0) & ~mask;
    rest = Math.floor(rest / 2);
  }
}

function checkBits(value: number, widthBits: number, isSigned: boolean, path: string): void {
  const half = 2 ** (widthBits - 1);
  checkInteger(value, isSigned ? -half : 0, isSigned ? half - 1 : 2 * half - 1, path);
}

/** Writes a bit-field of at most 32 bits. */
export function putBitsLe(
  b: Uint8Array,
  at: number,
  widthBits: number,
  isSigned: boolean,
  value: number,
  path: string,
): void {
  checkBits(value, widthBits, isSigned, path);
  storeBits(b, at, widthBits, value, true);
}

export function putBitsBe(
  b: Uint8Array,
  at: number,
  widthBits: number,
  isSigned: boolean,
  value: number,
  path: string,
): void {
  checkBits(value, widthBits, isSigned, path);
  storeBits(b, at, widthBits, value, false);
}

function checkedWideBits(value: bigint, widthBits: number, isSigned: boolean, path: string): bigint {
  const half = 1n << BigInt(widthBits - 1);
  checkBigint(value, isSigned ? -half : 0n, isSigned ? half - 1n : 2n * half - 1n, path);
  return BigInt.asUintN(widthBits, value);
}

/** Writes a bit-field wider than 32 bits. */
export function putWideBitsLe(
  b: Uint8Array,
  at: number,
  widthBits: number,
  isSigned: boolean,
  value: bigint,
  path: string,
): void {
  const raw = checkedWideBits(value, widthBits, isSigned, path);
  storeBits(b, at, 32, Number(raw & 0xffff_ffffn), true);
  storeBits(b, at + 32, widthBits - 32, Number(raw >> 32n), true);
}

export function putWideBitsBe(
  b: Uint8Array,
  at: number,
  widthBits: number,
  isSigned: boolean,
  value: bigint,
  path: string,
): void {
  const raw = checkedWideBits(value, widthBits, isSigned, path);
  storeBits(b, at, widthBits - 32, Number(raw >> 32n), false);
  storeBits(b, at + widthBits - 32, 32, Number(raw & 0xffff_ffffn), false);
}

/** Throws unless an array value has exactly `length` elements. */
export function checkCount(values: ArrayLike<unknown>, length: number, path: string): void {
  if (values.length !== length) {
    throw new EncodeError(path, `has ${String(length)} elements, got ${String(values.length)}`);
  }
}

/** Throws unless `index` is one of an array of `length` elements. */
export function checkIndex(index: number, length: number, path: string): void {
  if (!(Number.isInteger(index) && index >= 0 && index < length)) {
    throw new DecodeError(`${path} has ${String(length)} elements, there is no element ${String(index)}`);
  }
}

/** Writes raw bytes; throws unless there are exactly `length` of them, all from 0 to 255. */
export function putBytes(b: Uint8Array, o: number, values: ArrayLike<number>, length: number, path: string): void {
  if (values.length !== length) {
    throw new EncodeError(path, `has ${String(length)} bytes, got ${String(values.length)}`);
  }
  for (let i = 0; i < length; i++) putU8(b, o + i, values[i] ?? -1, path);
}

/** Starts an encoding: with the bytes `value` was decoded from, or with zeros. */
export function prepare(out: Uint8Array, offset: number, sizeBytes: number, value: Kept): void {
  const kept = value._bytes;
  if (kept === undefined) {
    // `fill` is a call out of compiled code, which costs more than clearing a small record.
    if (sizeBytes > 128) out.fill(0, offset, offset + sizeBytes);
    else for (let i = offset; i < offset + sizeBytes; i++) out[i] = 0;
    return;
  }
  const from = value._offset ?? 0;
  if (kept === out && from === offset) return;
  if (from === 0 && kept.length === sizeBytes) {
    out.set(kept, offset);
  } else {
    // A loop, because `set(subarray())` would allocate a view for every record.
    for (let i = 0; i < sizeBytes; i++) out[offset + i] = kept[from + i] ?? 0;
  }
}

/** Throws unless the arm that was given is the one the encoded discriminant selects. */
export function checkArm(given: string | undefined, selected: string | undefined, path: string): void {
  if (given !== undefined && given !== selected) {
    const other = selected === undefined ? 'no arm' : `the arm ${selected}`;
    throw new EncodeError(path, `holds the arm ${given}, but its discriminant selects ${other}`);
  }
}

// --- JSON ----------------------------------------------------------------------------------------------------------------

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

/** Lowercase hexadecimal without separators. */
export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte] ?? '';
  return text;
}

/** `0x…`, with the sign in front: the one spelling of 64-bit values in JSON, which has no integers that wide. */
export function hexOfInteger(value: bigint | number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

/** A decoded value as JSON can hold it: 64-bit integers and bytes as text, everything else as it is. */
export function jsonOf(value: unknown): unknown {
  if (typeof value === 'bigint') return hexOfInteger(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return hexOf(value);
  if (Array.isArray(value)) return value.map(jsonOf);
  if ('toJSON' in value && typeof value.toJSON === 'function') return (value as { toJSON: () => unknown }).toJSON();
  const result = Object.create(null) as Record<string, unknown>;
  for (const [name, item] of Object.entries(value)) result[name] = jsonOf(item);
  return result;
}

// --- Inspection ----------------------------------------------------------------------------------------------------------

/** Everything that can be said about bytes that may be a record: never throws, whatever their number. */
export function inspectRecord(descriptor: RecordDescriptor, bytes: Uint8Array): Inspection {
  return inspectBytes(descriptor, bytes);
}
