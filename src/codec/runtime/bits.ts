/**
 * Bit-fields. An offset counts bits in memory order: from the least significant bit of byte 0 on a little-endian target, from
 * the most significant one on a big-endian target.
 */

import { checkBigint, checkInteger } from './write.ts';

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
