/**
 * Macros that are worth one number everywhere: arithmetic on `int` and `unsigned int`, which have 32 bits on every target.
 *
 * A quarter of a kernel's macros are `(1 << 5)` or `-1`. Their values ask nothing of their surroundings, so that no expander,
 * parser or scope is needed to find them. Whatever is not plainly inside this corner of C (a name, a suffix other than `u`, a
 * result that does not fit) is left to the full evaluation.
 */

import { parseInteger } from './literal.ts';
import type { Macro } from './macro.ts';
import { TokenKind } from './token.ts';

interface Plain {
  readonly value: bigint;
  readonly isUnsigned: boolean;
}

/** The value of a macro that means the same on every target, if it is surely one. */
export function plainValue(macro: Macro): bigint | undefined {
  const reader = new PlainReader(macro);
  const result = reader.or();
  return result !== undefined && reader.isAtEnd ? result.value : undefined;
}

const maximumDepth = 16;

/** One method for each level of precedence (C17 §6.5.3 to §6.5.12) that flags and masks are made of. */
class PlainReader {
  readonly #macro: Macro;
  #at: number;
  #depth = 0;

  constructor(macro: Macro) {
    this.#macro = macro;
    this.#at = macro.bodyStart;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#macro.bodyEnd;
  }

  or(): Plain | undefined {
    let left = this.#shift();
    while (left !== undefined && this.#takes('|')) left = join(left, this.#shift(), (a, b) => a | b);
    return left;
  }

  #shift(): Plain | undefined {
    let left = this.#sum();
    while (left !== undefined && this.#takes('<<')) left = shiftLeft(left, this.#sum());
    return left;
  }

  #sum(): Plain | undefined {
    let left = this.#unary();
    for (;;) {
      if (left === undefined) return undefined;
      if (this.#takes('+')) left = join(left, this.#unary(), (a, b) => a + b);
      else if (this.#takes('-')) left = join(left, this.#unary(), (a, b) => a - b);
      else return left;
    }
  }

  #unary(): Plain | undefined {
    if (this.#takes('-')) {
      const operand = this.#primary();
      return operand === undefined ? undefined : fitting(-operand.value, operand.isUnsigned);
    }
    return this.#primary();
  }

  #primary(): Plain | undefined {
    if (this.#takes('(')) {
      if (++this.#depth > maximumDepth) return undefined;
      const inside = this.or();
      this.#depth--;
      return this.#takes(')') ? inside : undefined;
    }
    const { file, bodyEnd } = this.#macro;
    if (this.#at >= bodyEnd || file.kinds[this.#at] !== TokenKind.number) return undefined;
    const text = file.texts[this.#at] ?? '';
    // The suffix decides about the type; decimal and other literals differ only where they do not fit an int.
    const isUnsigned = /[uU]$/.test(text);
    if (/[lL]/.test(text)) return undefined;
    const literal = parseInteger(text);
    if (literal === undefined) return undefined;
    this.#at++;
    return literal.value < (isUnsigned ? unsignedEnd : signedEnd) ? { value: literal.value, isUnsigned } : undefined;
  }

  #takes(text: string): boolean {
    const { file, bodyEnd } = this.#macro;
    const isThere =
      this.#at < bodyEnd && file.texts[this.#at] === text && file.kinds[this.#at] === TokenKind.punctuator;
    if (isThere) this.#at++;
    return isThere;
  }
}

const signedEnd = 1n << 31n;
const unsignedEnd = 1n << 32n;

/** A result that overflows an `int` is nobody's business here; an unsigned one wraps. */
function fitting(value: bigint, isUnsigned: boolean): Plain | undefined {
  if (isUnsigned) return { value: BigInt.asUintN(32, value), isUnsigned };
  return value >= -signedEnd && value < signedEnd ? { value, isUnsigned } : undefined;
}

/** The usual arithmetic conversions (C17 §6.3.1.8): one unsigned operand makes the other one unsigned. */
function join(left: Plain, right: Plain | undefined, compute: (a: bigint, b: bigint) => bigint): Plain | undefined {
  if (right === undefined) return undefined;
  const isUnsigned = left.isUnsigned || right.isUnsigned;
  if (!isUnsigned) return fitting(compute(left.value, right.value), false);
  return fitting(compute(BigInt.asUintN(32, left.value), BigInt.asUintN(32, right.value)), true);
}

/** The type is that of the left operand alone (C17 §6.5.7). */
function shiftLeft(left: Plain, right: Plain | undefined): Plain | undefined {
  if (right === undefined || left.value < 0n || right.value < 0n || right.value > 31n) return undefined;
  return fitting(left.value << right.value, left.isUnsigned);
}
