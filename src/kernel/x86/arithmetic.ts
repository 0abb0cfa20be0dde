/** Flags of arithmetic on 1, 2 and 4 bytes (Intel SDM volume 1, 3.4.3.1), and the eight operations of the ALU. */

import { flagBits, type X86Cpu } from './cpu.ts';

const arithmeticFlags =
  flagBits.carry | flagBits.parity | flagBits.auxiliary | flagBits.zero | flagBits.sign | flagBits.overflow;

/** Keeps the low `size` bytes of a number, which may be above 2^32. */
export function truncate(value: number, size: number): number {
  const modulus = 2 ** (size * 8);
  return ((value % modulus) + modulus) % modulus;
}

export function signExtend(value: number, size: number): number {
  const modulus = 2 ** (size * 8);
  return value >= modulus / 2 ? value - modulus : value;
}

function resultFlags(result: number, size: number): number {
  let flags = 0;
  if (result === 0) flags |= flagBits.zero;
  if (result >= 2 ** (size * 8 - 1)) flags |= flagBits.sign;
  let ones = 0;
  for (let bits = result & 0xff; bits !== 0; bits >>>= 1) ones += bits & 1;
  if (ones % 2 === 0) flags |= flagBits.parity;
  return flags;
}

function put(cpu: X86Cpu, changed: number, flags: number): void {
  cpu.flags = ((cpu.flags & ~changed) | flags) >>> 0;
}

function add(cpu: X86Cpu, left: number, right: number, carry: number, size: number): number {
  const sum = left + right + carry;
  const result = truncate(sum, size);
  let flags = resultFlags(result, size);
  if (sum !== result) flags |= flagBits.carry;
  if ((left & 15) + (right & 15) + carry > 15) flags |= flagBits.auxiliary;
  const isOverflow = signExtend(left, size) + signExtend(right, size) + carry !== signExtend(result, size);
  if (isOverflow) flags |= flagBits.overflow;
  put(cpu, arithmeticFlags, flags);
  return result;
}

function subtract(cpu: X86Cpu, left: number, right: number, borrow: number, size: number): number {
  const difference = left - right - borrow;
  const result = truncate(difference, size);
  let flags = resultFlags(result, size);
  if (difference < 0) flags |= flagBits.carry;
  if ((left & 15) - (right & 15) - borrow < 0) flags |= flagBits.auxiliary;
  const isOverflow = signExtend(left, size) - signExtend(right, size) - borrow !== signExtend(result, size);
  if (isOverflow) flags |= flagBits.overflow;
  put(cpu, arithmeticFlags, flags);
  return result;
}

/** AND, OR and XOR clear carry and overflow; the auxiliary flag is undefined, and processors clear it. */
function logic(cpu: X86Cpu, result: number, size: number): number {
  put(cpu, arithmeticFlags, resultFlags(result, size));
  return result;
}

/**
 * Operations 0 … 7 as an instruction encodes them: ADD OR ADC SBB AND SUB XOR CMP.
 *
 * @returns the result, or `undefined` for CMP, which only sets flags
 */
export function operate(cpu: X86Cpu, operation: number, left: number, right: number, size: number): number | undefined {
  const carry = cpu.flags & flagBits.carry;
  switch (operation) {
    case 0:
      return add(cpu, left, right, 0, size);
    case 1:
      return logic(cpu, (left | right) >>> 0, size);
    case 2:
      return add(cpu, left, right, carry, size);
    case 3:
      return subtract(cpu, left, right, carry, size);
    case 4:
      return logic(cpu, (left & right) >>> 0, size);
    case 5:
      return subtract(cpu, left, right, 0, size);
    case 6:
      return logic(cpu, (left ^ right) >>> 0, size);
    default:
      subtract(cpu, left, right, 0, size);
      return undefined;
  }
}

/** INC and DEC leave the carry flag alone. */
export function step(cpu: X86Cpu, value: number, by: 1 | -1, size: number): number {
  const carry = cpu.flags & flagBits.carry;
  const result = by === 1 ? add(cpu, value, 1, 0, size) : subtract(cpu, value, 1, 0, size);
  put(cpu, flagBits.carry, carry);
  return result;
}

export function test(cpu: X86Cpu, left: number, right: number, size: number): void {
  logic(cpu, (left & right) >>> 0, size);
}

/** The sixteen conditions of Jcc; an odd number is the opposite of the even one before it. */
export function conditionHolds(condition: number, flags: number): boolean {
  const is = (bit: number): boolean => (flags & bit) !== 0;
  const isLess = is(flagBits.sign) !== is(flagBits.overflow);
  const holds = [
    is(flagBits.overflow),
    is(flagBits.carry),
    is(flagBits.zero),
    is(flagBits.carry) || is(flagBits.zero),
    is(flagBits.sign),
    is(flagBits.parity),
    isLess,
    isLess || is(flagBits.zero),
  ][condition >>> 1];
  return holds === ((condition & 1) === 0);
}
