/**
 * The arithmetic behind constant expressions that no target has a say in: ranks of integer types, and operators on values.
 */

import { type FloatBase, type IntegerBase, type Type, unalias } from '../../abi/types.ts';

/** Integer conversion ranks (C17 §6.3.1.1). */
export const ranks: Readonly<Record<IntegerBase, number>> = {
  _Bool: 0,
  char: 1,
  'signed char': 1,
  'unsigned char': 1,
  short: 2,
  'unsigned short': 2,
  int: 3,
  'unsigned int': 3,
  long: 4,
  'unsigned long': 4,
  'long long': 5,
  'unsigned long long': 5,
  __int128: 6,
  'unsigned __int128': 6,
};

/** Of two floating types the usual arithmetic conversions choose the later one (C17 §6.3.1.8p1). */
const floatRanks: readonly FloatBase[] = ['_Float16', 'float', 'double', 'long double', '__float128'];

/** The types of floating constants (C17 §6.4.4.2p4), those with a width as the basic type that has it. */
const floatSuffixes: Readonly<Record<string, FloatBase>> = {
  ...{ '': 'double', f: 'float', l: 'long double' },
  ...{ f16: '_Float16', f32: 'float', f64: 'double', f128: '__float128', f32x: 'double', f64x: 'long double' },
};

/** The type that the suffix of a floating constant gives it; `undefined`: there is no such suffix. */
export function floatBaseOfSuffix(suffix: string): FloatBase | undefined {
  return Object.hasOwn(floatSuffixes, suffix) ? floatSuffixes[suffix] : undefined;
}

/** The floating type that two operands come to, where one of them is floating. */
export function commonFloat(left: Type, right: Type): Type | undefined {
  const [a, b] = [unalias(left), unalias(right)];
  if (a.kind !== 'float') return b.kind === 'float' ? b : undefined;
  return b.kind === 'float' && floatRanks.indexOf(b.base) > floatRanks.indexOf(a.base) ? b : a;
}

/** A value as a floating type holds it. Of the types that are not JavaScript's own only `float` is looked after. */
export function asFloating(value: number, type: Type): number {
  const behind = unalias(type);
  return behind.kind === 'float' && behind.base === 'float' ? Math.fround(value) : value;
}

const unsignedOf: Readonly<Partial<Record<IntegerBase, IntegerBase>>> = {
  char: 'unsigned char',
  'signed char': 'unsigned char',
  short: 'unsigned short',
  int: 'unsigned int',
  long: 'unsigned long',
  'long long': 'unsigned long long',
  __int128: 'unsigned __int128',
};

/** The unsigned type of the same width. */
export function toUnsigned(base: IntegerBase): IntegerBase {
  return unsignedOf[base] ?? base;
}

/** The integer type behind typedefs and enums. */
export function integerBase(type: Type): IntegerBase | undefined {
  const behind = unalias(type);
  return behind.kind === 'integer' ? behind.base : behind.kind === 'enum' ? behind.underlying : undefined;
}

export function compares(operator: string, a: bigint | number, b: bigint | number): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
    case '==':
      return a == b;
    default:
      return a != b;
  }
}

/** `undefined` where floating types have no such operator. */
export function computeFloating(operator: string, a: number, b: number): number | undefined {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    default:
      return undefined;
  }
}

/** Before it is cut to the width of its type; `undefined` for a division by zero. */
export function computeInteger(operator: string, a: bigint, b: bigint): bigint | undefined {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? undefined : a / b;
    case '%':
      return b === 0n ? undefined : a % b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    default:
      return undefined;
  }
}
