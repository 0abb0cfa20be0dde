/**
 * Data processing with immediates and registers (Arm ARM C4.1.86 and C4.1.95).
 *
 * A function answers `false` for an encoding it does not know. MTE's tagged arithmetic, CRC32, pointer authentication and the
 * flag manipulation instructions are left out.
 */

import { addWithCarry, conditionHolds, extend, logicalFlags, logicalImmediate, shift, type Sum } from './arithmetic.ts';
import type { GuestCpu } from './guest-cpu.ts';
import { pstateBits } from './pstate.ts';

const mask64 = (1n << 64n) - 1n;

function setFlags(cpu: GuestCpu, flags: number): void {
  cpu.pstate = ((cpu.pstate & ~pstateBits.nzcv) | flags) >>> 0;
}

function truncate(value: bigint, is64: boolean): bigint {
  return is64 ? value & mask64 : value & 0xffff_ffffn;
}

/** PC-relative, add/subtract, logical, move wide, bit-field, extract. */
export function executeImmediate(cpu: GuestCpu, word: number): boolean {
  const is64 = word >>> 31 === 1;
  const rd = word & 31;
  const rn = (word >>> 5) & 31;
  switch ((word >>> 23) & 7) {
    case 0:
    case 1: {
      const offset = (((word << 8) >> 13) << 2) | ((word >>> 29) & 3) | 0;
      if (is64) cpu.setX(rd, BigInt.asUintN(64, (cpu.pc & ~0xfffn) + (BigInt(offset) << 12n)));
      else cpu.setX(rd, BigInt.asUintN(64, cpu.pc + BigInt(offset)));
      return true;
    }
    case 2: {
      const immediate = BigInt((word >>> 10) & 0xfff) << (((word >>> 22) & 1) === 1 ? 12n : 0n);
      addOrSubtract(cpu, word, cpu.xOrSp(rn), immediate, true);
      return true;
    }
    case 4: {
      const immediate = logicalImmediate((word >>> 22) & 1, (word >>> 10) & 63, (word >>> 16) & 63, is64);
      if (immediate === undefined) return false;
      const operation = (word >>> 29) & 3;
      const value = logical(operation, cpu.x(rn), immediate, is64);
      if (operation === 3) {
        setFlags(cpu, logicalFlags(value, is64));
        cpu.setX(rd, value);
      } else {
        cpu.setXOrSp(rd, value);
      }
      return true;
    }
    case 5:
      return moveWide(cpu, word, is64, rd);
    case 6:
      return bitField(cpu, word, is64, rn, rd);
    case 7: {
      if (((word >>> 21) & 3) !== 0 || ((word >>> 29) & 3) !== 0) return false;
      const width = is64 ? 64n : 32n;
      const low = BigInt((word >>> 10) & 63);
      const joined = (truncate(cpu.x(rn), is64) << width) | truncate(cpu.x((word >>> 16) & 31), is64);
      cpu.setX(rd, truncate(joined >> low, is64));
      return true;
    }
    default:
      return false;
  }
}

function addOrSubtract(cpu: GuestCpu, word: number, left: bigint, right: bigint, mayBeSp: boolean): void {
  const is64 = word >>> 31 === 1;
  const isSubtract = ((word >>> 30) & 1) === 1;
  const setsFlags = ((word >>> 29) & 1) === 1;
  const sum: Sum = addWithCarry(left, isSubtract ? ~right : right, isSubtract ? 1n : 0n, is64);
  const rd = word & 31;
  if (setsFlags) {
    setFlags(cpu, sum.flags);
    cpu.setX(rd, sum.value);
  } else if (mayBeSp) {
    cpu.setXOrSp(rd, sum.value);
  } else {
    cpu.setX(rd, sum.value);
  }
}

function logical(operation: number, left: bigint, right: bigint, is64: boolean): bigint {
  switch (operation) {
    case 1:
      return truncate(left | right, is64);
    case 2:
      return truncate(left ^ right, is64);
    default:
      return truncate(left & right, is64);
  }
}

function moveWide(cpu: GuestCpu, word: number, is64: boolean, rd: number): boolean {
  const half = (word >>> 21) & 3;
  if (!is64 && half > 1) return false;
  const by = BigInt(half * 16);
  const immediate = BigInt((word >>> 5) & 0xffff) << by;
  switch ((word >>> 29) & 3) {
    case 0:
      cpu.setX(rd, truncate(~immediate, is64));
      return true;
    case 2:
      cpu.setX(rd, immediate);
      return true;
    case 3:
      cpu.setX(rd, truncate((cpu.x(rd) & ~(0xffffn << by)) | immediate, is64));
      return true;
    default:
      return false;
  }
}

function bitField(cpu: GuestCpu, word: number, is64: boolean, rn: number, rd: number): boolean {
  const operation = (word >>> 29) & 3;
  const immr = (word >>> 16) & 63;
  const imms = (word >>> 10) & 63;
  const width = is64 ? 64 : 32;
  if (operation === 3 || ((word >>> 22) & 1) !== (is64 ? 1 : 0) || (!is64 && (immr | imms) > 31)) return false;
  const source = truncate(cpu.x(rn), is64);
  const isExtract = imms >= immr;
  const length = isExtract ? imms - immr + 1 : imms + 1;
  const fieldMask = (1n << BigInt(length)) - 1n;
  const field = isExtract ? (source >> BigInt(immr)) & fieldMask : source & fieldMask;
  const position = isExtract ? 0n : BigInt(width - immr);
  let value = field << position;
  if (operation === 0) value = BigInt.asIntN(length, field) << position;
  if (operation === 1) value |= truncate(cpu.x(rd), is64) & ~(fieldMask << position);
  cpu.setX(rd, truncate(value, is64));
  return true;
}

/** Logical and add/subtract with registers, conditional select and compare, multiply, divide, shifts, bit counting. */
export function executeRegister(cpu: GuestCpu, word: number): boolean {
  const is64 = word >>> 31 === 1;
  const rd = word & 31;
  const rn = (word >>> 5) & 31;
  const rm = (word >>> 16) & 31;
  if (((word >>> 28) & 1) === 0) {
    const by = (word >>> 10) & 63;
    const type = (word >>> 22) & 3;
    if (((word >>> 24) & 1) === 0) {
      if (!is64 && by > 31) return false;
      const operand = shift(cpu.x(rm), type, by, is64);
      const operation = (word >>> 29) & 3;
      const value = logical(operation, cpu.x(rn), ((word >>> 21) & 1) === 1 ? ~operand : operand, is64);
      if (operation === 3) setFlags(cpu, logicalFlags(value, is64));
      cpu.setX(rd, value);
      return true;
    }
    if (((word >>> 21) & 1) === 0) {
      if (type === 3 || (!is64 && by > 31)) return false;
      addOrSubtract(cpu, word, cpu.x(rn), shift(cpu.x(rm), type, by, is64), false);
      return true;
    }
    const left = (word >>> 10) & 7;
    if (type !== 0 || left > 4) return false;
    addOrSubtract(cpu, word, cpu.xOrSp(rn), extend(cpu.x(rm), (word >>> 13) & 7, left, is64), true);
    return true;
  }
  switch ((word >>> 21) & 0xf) {
    case 0: {
      if (((word >>> 10) & 63) !== 0) return false;
      const isSubtract = ((word >>> 30) & 1) === 1;
      const carry = (cpu.pstate & pstateBits.c) !== 0 ? 1n : 0n;
      const sum = addWithCarry(cpu.x(rn), isSubtract ? ~cpu.x(rm) : cpu.x(rm), carry, is64);
      if (((word >>> 29) & 1) === 1) setFlags(cpu, sum.flags);
      cpu.setX(rd, sum.value);
      return true;
    }
    case 2:
      return conditionalCompare(cpu, word, is64);
    case 4: {
      if (((word >>> 29) & 1) === 1 || ((word >>> 11) & 1) === 1) return false;
      const isHeld = conditionHolds((word >>> 12) & 15, cpu.pstate);
      let value = isHeld ? cpu.x(rn) : cpu.x(rm);
      if (!isHeld && ((word >>> 30) & 1) === 1) value = ~value;
      if (!isHeld && ((word >>> 10) & 1) === 1) value += 1n;
      cpu.setX(rd, truncate(value, is64));
      return true;
    }
    case 6:
      return ((word >>> 30) & 1) === 1 ? oneSource(cpu, word, is64) : twoSources(cpu, word, is64);
    default:
      return ((word >>> 24) & 1) === 1 && threeSources(cpu, word, is64);
  }
}

function conditionalCompare(cpu: GuestCpu, word: number, is64: boolean): boolean {
  if (((word >>> 29) & 1) === 0 || ((word >>> 10) & 1) === 1 || ((word >>> 4) & 1) === 1) return false;
  if (!conditionHolds((word >>> 12) & 15, cpu.pstate)) {
    setFlags(cpu, ((word & 15) << 28) >>> 0);
    return true;
  }
  const field = (word >>> 16) & 31;
  const right = ((word >>> 11) & 1) === 1 ? BigInt(field) : cpu.x(field);
  const isSubtract = ((word >>> 30) & 1) === 1;
  const left = cpu.x((word >>> 5) & 31);
  setFlags(cpu, addWithCarry(left, isSubtract ? ~right : right, isSubtract ? 1n : 0n, is64).flags);
  return true;
}

function twoSources(cpu: GuestCpu, word: number, is64: boolean): boolean {
  if (((word >>> 29) & 1) === 1) return false;
  const width = is64 ? 64 : 32;
  const left = truncate(cpu.x((word >>> 5) & 31), is64);
  const right = truncate(cpu.x((word >>> 16) & 31), is64);
  const operation = (word >>> 10) & 63;
  const rd = word & 31;
  if (operation === 2) {
    cpu.setX(rd, right === 0n ? 0n : left / right);
    return true;
  }
  if (operation === 3) {
    const divisor = BigInt.asIntN(width, right);
    cpu.setX(rd, divisor === 0n ? 0n : BigInt.asUintN(width, BigInt.asIntN(width, left) / divisor));
    return true;
  }
  if (operation < 8 || operation > 11) return false;
  cpu.setX(rd, shift(left, operation - 8, Number(right % BigInt(width)), is64));
  return true;
}

function oneSource(cpu: GuestCpu, word: number, is64: boolean): boolean {
  if (((word >>> 29) & 1) === 1 || ((word >>> 16) & 31) !== 0) return false;
  const width = is64 ? 64 : 32;
  const bits = truncate(cpu.x((word >>> 5) & 31), is64)
    .toString(2)
    .padStart(width, '0');
  const rd = word & 31;
  const operation = (word >>> 10) & 63;
  switch (operation) {
    case 0:
      cpu.setX(rd, BigInt(`0b${Array.from(bits).reverse().join('')}`));
      return true;
    case 1:
    case 2:
    case 3: {
      const size = operation === 1 ? 16 : operation === 2 ? 32 : 64;
      if (size > width) return false;
      const chunks = bits.match(new RegExp(`.{${String(size)}}`, 'g')) ?? [];
      cpu.setX(rd, BigInt(`0b${chunks.map((chunk) => (chunk.match(/.{8}/g) ?? []).reverse().join('')).join('')}`));
      return true;
    }
    case 4: {
      const at = bits.indexOf('1');
      cpu.setX(rd, BigInt(at === -1 ? width : at));
      return true;
    }
    case 5: {
      const first = bits.charAt(0);
      const at = bits.indexOf(first === '0' ? '1' : '0');
      cpu.setX(rd, BigInt((at === -1 ? width : at) - 1));
      return true;
    }
    default:
      return false;
  }
}

function threeSources(cpu: GuestCpu, word: number, is64: boolean): boolean {
  if (((word >>> 29) & 3) !== 0) return false;
  const left = cpu.x((word >>> 5) & 31);
  const right = cpu.x((word >>> 16) & 31);
  const addend = cpu.x((word >>> 10) & 31);
  const isSubtract = ((word >>> 15) & 1) === 1;
  const sum = (product: bigint): bigint => truncate(isSubtract ? addend - product : addend + product, is64);
  const rd = word & 31;
  switch ((word >>> 21) & 7) {
    case 0:
      cpu.setX(rd, sum(left * right));
      return true;
    case 1:
      if (!is64) return false;
      cpu.setX(rd, sum(BigInt.asIntN(32, left) * BigInt.asIntN(32, right)));
      return true;
    case 2:
      if (!is64) return false;
      cpu.setX(rd, truncate((BigInt.asIntN(64, left) * BigInt.asIntN(64, right)) >> 64n, true));
      return true;
    case 5:
      if (!is64) return false;
      cpu.setX(rd, sum(BigInt.asUintN(32, left) * BigInt.asUintN(32, right)));
      return true;
    case 6:
      if (!is64) return false;
      cpu.setX(rd, (left * right) >> 64n);
      return true;
    default:
      return false;
  }
}
