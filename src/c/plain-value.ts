/**
 * Macros that are worth one number: arithmetic on plain literals, and on names of macros that are such numbers themselves.
 *
 * Most of a kernel's macros are `(1 << 5)`, `-1` or `(KVM_REG_ARM | 0x10)`. Their values need no expander, parser or scope. What is
 * known of a type here is what makes no difference between targets: `int` has 32 bits and `long long` 64 everywhere, and a
 * `long`, of whatever sign, does as long as its value fits both. Whatever is not plainly inside this corner of C (a cast, an
 * enumerator, a result that does not fit) is left to the full evaluation.
 */

import { parseInteger } from './literal.ts';
import type { Macro } from './macro.ts';
import { TokenKind } from './token.ts';

/** `long`: of either sign, or of a type that is it on some targets; the value is one that an `int` could have, and not below zero. */
type PlainType = 'int' | 'unsigned int' | 'long' | 'long long' | 'unsigned long long';

export interface Plain {
  readonly value: bigint;
  readonly type: PlainType;
}

/** What a name is worth that stands for a number; `undefined` if it may be anything else. */
export type NameValue = (name: string) => Plain | undefined;

/** The value of a macro that means the same on every target and wherever its names do, if it is surely one. */
export function plainValue(macro: Macro, valueOfName: NameValue = () => undefined): Plain | undefined {
  const { file, bodyStart, bodyEnd } = macro;
  // Most are one number.
  if (bodyEnd - bodyStart === 1 && file.kinds[bodyStart] === TokenKind.number)
    return literalOf(file.texts[bodyStart] ?? '');
  const reader = new PlainReader(macro, valueOfName);
  const result = reader.or();
  return result !== undefined && reader.isAtEnd ? result : undefined;
}

/** Whether what a macro stands for stays together wherever its name is put: one token, or parentheses around everything. */
export function isOnePart({ file, bodyStart, bodyEnd }: Macro): boolean {
  if (bodyEnd - bodyStart === 1) return true;
  let depth = 0;
  for (let at = bodyStart; at < bodyEnd; at++) {
    if (file.kinds[at] === TokenKind.punctuator) {
      const text = file.texts[at];
      if (text === '(') depth++;
      else if (text === ')') depth--;
    }
    if (depth <= 0) return depth === 0 && at > bodyStart && at === bodyEnd - 1;
  }
  return false;
}

const maximumDepth = 16;

/** One method for each level of precedence (C17 §6.5.3 to §6.5.12) that flags and masks are made of. */
class PlainReader {
  readonly #macro: Macro;
  readonly #valueOfName: NameValue;
  #at: number;
  #depth = 0;

  constructor(macro: Macro, valueOfName: NameValue) {
    this.#macro = macro;
    this.#valueOfName = valueOfName;
    this.#at = macro.bodyStart;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#macro.bodyEnd;
  }

  or(): Plain | undefined {
    let left = this.#and();
    while (left !== undefined && this.#takes('|')) left = join(left, this.#and(), (a, b) => a | b);
    return left;
  }

  #and(): Plain | undefined {
    let left = this.#shift();
    while (left !== undefined && this.#takes('&')) left = join(left, this.#shift(), (a, b) => a & b);
    return left;
  }

  #shift(): Plain | undefined {
    let left = this.#sum();
    for (;;) {
      if (left === undefined) return undefined;
      if (this.#takes('<<')) left = shift(left, this.#sum(), (value, count) => value << count);
      else if (this.#takes('>>')) left = shift(left, this.#sum(), (value, count) => value >> count);
      else return left;
    }
  }

  #sum(): Plain | undefined {
    let left = this.#product();
    for (;;) {
      if (left === undefined) return undefined;
      if (this.#takes('+')) left = join(left, this.#product(), (a, b) => a + b);
      else if (this.#takes('-')) left = join(left, this.#product(), (a, b) => a - b);
      else return left;
    }
  }

  #product(): Plain | undefined {
    let left = this.#unary();
    while (left !== undefined && this.#takes('*')) left = join(left, this.#unary(), (a, b) => a * b);
    return left;
  }

  #unary(): Plain | undefined {
    const operator = this.#takes('-') ? '-' : this.#takes('~') ? '~' : undefined;
    const operand = this.#primary();
    if (operator === undefined || operand === undefined) return operand;
    return fitting(operator === '-' ? -operand.value : ~operand.value, operand.type);
  }

  #primary(): Plain | undefined {
    if (this.#takes('(')) {
      if (++this.#depth > maximumDepth) return undefined;
      const inside = this.or();
      this.#depth--;
      return this.#takes(')') ? inside : undefined;
    }
    const { file, bodyEnd } = this.#macro;
    if (this.#at >= bodyEnd) return undefined;
    const [text, kind] = [file.texts[this.#at] ?? '', file.kinds[this.#at]];
    if (kind !== TokenKind.number && kind !== TokenKind.identifier) return undefined;
    this.#at++;
    return kind === TokenKind.number ? literalOf(text) : this.#valueOfName(text);
  }

  #takes(text: string): boolean {
    const { file, bodyEnd } = this.#macro;
    const isThere =
      this.#at < bodyEnd && file.texts[this.#at] === text && file.kinds[this.#at] === TokenKind.punctuator;
    if (isThere) this.#at++;
    return isThere;
  }
}

/** C17 §6.4.4.1: the first type that holds the value. One of 64 bits that some targets call `long` behaves as `long long`. */
function literalOf(text: string): Plain | undefined {
  const literal = parseInteger(text);
  if (literal === undefined) return undefined;
  const { value, isDecimal, isUnsigned, length } = literal;
  if (length === 'l') return fitting(value, 'long');
  if (length === '') {
    if (value < 1n << 31n && !isUnsigned) return { value, type: 'int' };
    if (value < 1n << 32n && (isUnsigned || !isDecimal)) return { value, type: 'unsigned int' };
  }
  if (value < 1n << 63n && !isUnsigned) return { value, type: 'long long' };
  return value < 1n << 64n && (isUnsigned || !isDecimal) ? { value, type: 'unsigned long long' } : undefined;
}

/** A signed result that overflows is nobody's business here; an unsigned one wraps. */
function fitting(value: bigint, type: PlainType): Plain | undefined {
  switch (type) {
    case 'int':
      return value >= -(1n << 31n) && value < 1n << 31n ? { value, type } : undefined;
    case 'unsigned int':
      return { value: BigInt.asUintN(32, value), type };
    case 'long':
      return value >= 0n && value < 1n << 31n ? { value, type } : undefined;
    case 'long long':
      return value >= -(1n << 63n) && value < 1n << 63n ? { value, type } : undefined;
    case 'unsigned long long':
      return { value: BigInt.asUintN(64, value), type };
    default:
      return type satisfies never;
  }
}

/** The usual arithmetic conversions (C17 §6.3.1.8). */
function join(left: Plain, right: Plain | undefined, compute: (a: bigint, b: bigint) => bigint): Plain | undefined {
  if (right === undefined) return undefined;
  const type = commonType(left.type, right.type);
  const [a, b] = [fitting(left.value, type), fitting(right.value, type)];
  return a === undefined || b === undefined ? undefined : fitting(compute(a.value, b.value), type);
}

function commonType(a: PlainType, b: PlainType): PlainType {
  for (const type of ['unsigned long long', 'long', 'long long', 'unsigned int'] as const) {
    // What a long and a long long are together depends on the target, but for the values that a long may have here.
    if (a === type || b === type) return type;
  }
  return 'int';
}

/** The type is that of the left operand alone (C17 §6.5.7). */
function shift(
  left: Plain,
  right: Plain | undefined,
  compute: (value: bigint, count: bigint) => bigint,
): Plain | undefined {
  if (right === undefined || left.value < 0n || right.value < 0n) return undefined;
  const width = left.type === 'long long' || left.type === 'unsigned long long' ? 64n : 32n;
  return right.value < width ? fitting(compute(left.value, right.value), left.type) : undefined;
}
