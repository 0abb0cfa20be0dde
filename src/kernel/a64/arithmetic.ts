/** Integer helpers of the Arm pseudocode: AddWithCarry, shifts, bit masks, condition codes. 64-bit values are bigints. */

import { pstateBits } from './pstate.ts';

const mask64 = (1n << 64n) - 1n;

/** Sign-extends the low `bits` of a number below 2^31. */
export function signExtend(value: number, bits: number): number {
  const shift = 32 - bits;
  return (value << shift) >> shift;
}

export interface Sum {
  readonly value: bigint;
  /** NZCV in bits 31:28. */
  readonly flags: number;
}

/** AddWithCarry: subtraction is `addWithCarry(a, ~b, 1)`. */
export function addWithCarry(a: bigint, b: bigint, carry: bigint, is64: boolean): Sum {
  const width = is64 ? 64 : 32;
  const left = BigInt.asUintN(width, a);
  const right = BigInt.asUintN(width, b);
  const unsignedSum = left + right + carry;
  const value = BigInt.asUintN(width, unsignedSum);
  const signedSum = BigInt.asIntN(width, left) + BigInt.asIntN(width, right) + carry;
  let flags = 0;
  if (value >> BigInt(width - 1) === 1n) flags |= pstateBits.n;
  if (value === 0n) flags |= pstateBits.z;
  if (value !== unsignedSum) flags |= pstateBits.c;
  if (BigInt.asIntN(width, value) !== signedSum) flags |= pstateBits.v;
  return { value, flags };
}

/** N and Z of a logical result; C and V are cleared. */
export function logicalFlags(value: bigint, is64: boolean): number {
  const sign = value >> (is64 ? 63n : 31n) === 1n ? pstateBits.n : 0;
  return sign | (value === 0n ? pstateBits.z : 0);
}

/** Shifts a register operand: 0 LSL, 1 LSR, 2 ASR, 3 ROR. */
export function shift(value: bigint, type: number, amount: number, is64: boolean): bigint {
  const width = is64 ? 64 : 32;
  const operand = BigInt.asUintN(width, value);
  const by = BigInt(amount % width);
  switch (type) {
    case 0:
      return BigInt.asUintN(width, operand << by);
    case 1:
      return operand >> by;
    case 2:
      return BigInt.asUintN(width, BigInt.asIntN(width, operand) >> by);
    default:
      return BigInt.asUintN(width, (operand >> by) | (operand << (BigInt(width) - by)));
  }
}

/** Extends a register operand (option: UXTB … SXTX) and shifts it left. */
export function extend(value: bigint, option: number, by: number, is64: boolean): bigint {
  const bits = 8 << (option & 3);
  const extended = (option & 4) === 0 ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);
  return BigInt.asUintN(is64 ? 64 : 32, extended << BigInt(by));
}

/** DecodeBitMasks for logical immediates; `undefined` for reserved encodings. */
export function logicalImmediate(n: number, imms: number, immr: number, is64: boolean): bigint | undefined {
  const pattern = (n << 6) | (~imms & 0x3f);
  const length = 31 - Math.clz32(pattern);
  if (length < 1 || (!is64 && n === 1)) return undefined;
  const size = 1 << length;
  const levels = size - 1;
  const ones = imms & levels;
  const rotate = immr & levels;
  if (ones === levels) return undefined;
  const element = (1n << BigInt(ones + 1)) - 1n;
  const sizeBig = BigInt(size);
  const rotated = ((element >> BigInt(rotate)) | (element << BigInt(size - rotate))) & ((1n << sizeBig) - 1n);
  let value = 0n;
  for (let at = 0n; at < 64n; at += sizeBig) value |= rotated << at;
  return is64 ? value & mask64 : value & 0xffff_ffffn;
}

/** Whether a condition (EQ 0 … AL 14) holds. */
export function conditionHolds(condition: number, pstate: number): boolean {
  const n = (pstate & pstateBits.n) !== 0;
  const z = (pstate & pstateBits.z) !== 0;
  const c = (pstate & pstateBits.c) !== 0;
  const v = (pstate & pstateBits.v) !== 0;
  const base = [z, c, n, v, c && !z, n === v, n === v && !z, true][condition >> 1] ?? true;
  return (condition & 1) === 1 && condition !== 15 ? !base : base;
}
