/**
 * Writers of numbers at a byte offset, each of which checks that the value fits. Nothing here allocates, and every check of
 * the common widths is one comparison with what the bytes can hold.
 */

import { EncodeError } from './checks.ts';
import { f32be, f32le, f64be, f64le } from './read.ts';
import { HIGH, LOW, scratch32, scratch64, scratchDouble, scratchFloat } from './scratch.ts';

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

/** Writes raw bytes; throws unless there are exactly `length` of them, all from 0 to 255. */
export function putBytes(b: Uint8Array, o: number, values: ArrayLike<number>, length: number, path: string): void {
  if (values.length !== length)
    throw new EncodeError(path, `has ${String(length)} bytes, got ${String(values.length)}`);
  for (let i = 0; i < length; i++) putU8(b, o + i, values[i] ?? -1, path);
}
