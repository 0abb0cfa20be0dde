/** Readers of numbers at a byte offset, by width and byte order. None of them checks that the bytes are there. */

import { HIGH, LOW, scratch32, scratch64, scratchDouble, scratchFloat, scratchSigned64 } from './scratch.ts';

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
