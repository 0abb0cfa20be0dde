/**
 * The types of enums and enumerators as GCC chooses them (`finish_enum`, `build_enumerator` in c-decl.c).
 *
 * C says an enumerator is an `int`. GCC also allows values that no `int` holds: the enum then gets the narrowest integer type
 * that holds all its values (never narrower than `int`, unless packed), and exactly those enumerators that do not fit into
 * an `int` have the enum's type.
 */

import type { IntegerBase } from '../../abi/types.ts';
import { toUnsigned } from '../expression/arithmetic.ts';

function bitsNeeded(value: bigint, isSigned: boolean): number {
  const magnitude = value < 0n ? -value - 1n : value;
  return magnitude.toString(2).length - (magnitude === 0n ? 1 : 0) + (isSigned ? 1 : 0);
}

const intMinimum = -(1n << 31n);
const intMaximum = (1n << 31n) - 1n;

/** The integer type of an enum with these values. `isLong64` is asked only where the answer matters. */
export function narrowestBase(values: readonly bigint[], isPacked: boolean, isLong64: () => boolean): IntegerBase {
  const isSigned = values.some((value) => value < 0n);
  let bits = 0;
  for (const value of values) bits = Math.max(bits, bitsNeeded(value, isSigned));
  let base: IntegerBase;
  if (isPacked && bits <= 8) base = 'signed char';
  else if (isPacked && bits <= 16) base = 'short';
  else if (bits <= 32) base = 'int';
  else base = isLong64() ? 'long' : 'long long';
  return isSigned ? base : toUnsigned(base);
}

const modeBits: Partial<Record<IntegerBase, number>> = {
  'signed char': 8,
  'unsigned char': 8,
  short: 16,
  'unsigned short': 16,
};

/** Whether an integer type of a machine mode holds all the values. */
export function fits(values: readonly bigint[], base: IntegerBase): boolean {
  const isSigned = base !== toUnsigned(base);
  const bits = modeBits[base] ?? (base === 'int' || base === 'unsigned int' ? 32 : 64);
  return values.every((value) => bitsNeeded(value, isSigned) <= bits);
}

/** The type an enumerator has behind its enum. */
export function enumeratorBase(value: bigint, underlying: IntegerBase): IntegerBase {
  return value >= intMinimum && value <= intMaximum ? 'int' : underlying;
}

export interface EnumeratorValue {
  readonly value: bigint;
  readonly base: IntegerBase;
}

/** What an enumerator without a value gets after one with this value; `undefined`: its type has no larger one (C17 §6.7.2.2p3). */
export function nextEnumeratorValue(
  value: bigint,
  base: IntegerBase,
  bitsOf: (base: IntegerBase) => number,
): EnumeratorValue | undefined {
  const next = value + 1n;
  if (next >= 0n && next <= 0x7fn) return { value: next, base };
  const isUnsigned = base === toUnsigned(base);
  const bits = BigInt(bitsOf(base)) - (isUnsigned ? 0n : 1n);
  return next < 1n << bits ? { value: next, base } : undefined;
}
