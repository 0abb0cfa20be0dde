/**
 * The arithmetic behind constant expressions that no target has a say in: ranks of integer types, and operators on values.
 */

import { type IntegerBase, type Type, unalias } from '../../abi/types.ts';

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
