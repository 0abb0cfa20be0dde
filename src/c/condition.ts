/**
 * The value of `#if` (C17 §6.10.1): integers only, all of them `intmax_t` or `uintmax_t`, names that are no macros are 0.
 *
 * `defined` and the `__has_…` tests are answered before this sees the line. Operands that are not evaluated (`0 && 1/0`) may
 * be anything, so values are computed only where they count.
 */

import { encodingOf, parseCharacter, parseInteger } from './literal.ts';
import { limits } from './limits.ts';
import { type Token, TokenKind } from './token.ts';

interface Value {
  readonly value: bigint;
  readonly isUnsigned: boolean;
}

export type ConditionResult =
  | { readonly kind: 'value'; readonly isTrue: boolean }
  | { readonly kind: 'problem'; readonly message: string; readonly token: Token | undefined };

class ConditionError extends Error {
  readonly token: Token | undefined;

  constructor(message: string, token: Token | undefined) {
    super(message);
    this.token = token;
  }
}

/** Binding strength of binary operators, from C17 §6.5.5-15. */
const precedences = new Map<string, number>([
  ...(['*', '/', '%'] as const).map((operator) => [operator, 10] as const),
  ...(['+', '-'] as const).map((operator) => [operator, 9] as const),
  ...(['<<', '>>'] as const).map((operator) => [operator, 8] as const),
  ...(['<', '>', '<=', '>='] as const).map((operator) => [operator, 7] as const),
  ...(['==', '!='] as const).map((operator) => [operator, 6] as const),
  ['&', 5],
  ['^', 4],
  ['|', 3],
  ['&&', 2],
  ['||', 1],
]);

/** Which characters can be negative; asked only where it matters. */
export interface CharacterSigns {
  readonly isCharSigned: () => boolean;
  readonly isWideSigned: () => boolean;
}

class Evaluator {
  readonly #tokens: readonly Token[];
  readonly #signs: CharacterSigns;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], signs: CharacterSigns) {
    this.#tokens = tokens;
    this.#signs = signs;
  }

  evaluate(): boolean {
    if (this.#tokens.length === 0) throw new ConditionError('The condition is empty.', undefined);
    const result = this.#conditional(true);
    const rest = this.#tokens[this.#at];
    if (rest !== undefined) throw new ConditionError('This does not belong to a condition.', rest);
    return result.value !== 0n;
  }

  #take(text: string): boolean {
    if (this.#tokens[this.#at]?.text !== text) return false;
    this.#at++;
    return true;
  }

  #conditional(isLive: boolean): Value {
    if (++this.#depth > limits.syntaxNesting) throw new ConditionError('Nested too deeply.', this.#tokens[this.#at]);
    const condition = this.#binary(1, isLive);
    this.#depth--;
    if (!this.#take('?')) return condition;
    const isTrue = condition.value !== 0n;
    const first = this.#comma(isLive && isTrue);
    if (!this.#take(':')) throw new ConditionError('There is a ? without its :.', this.#tokens[this.#at]);
    this.#depth++;
    const second = this.#conditional(isLive && !isTrue);
    this.#depth--;
    return wrap((isTrue ? first : second).value, first.isUnsigned || second.isUnsigned);
  }

  #comma(isLive: boolean): Value {
    let value = this.#conditional(isLive);
    while (this.#take(',')) value = this.#conditional(isLive);
    return value;
  }

  #binary(minimum: number, isLive: boolean): Value {
    let left = this.#unary(isLive);
    for (;;) {
      const operator = this.#tokens[this.#at];
      const strength = precedences.get(operator?.text ?? '');
      if (operator === undefined || strength === undefined || strength < minimum) return left;
      this.#at++;
      const decided = (operator.text === '&&' && left.value === 0n) || (operator.text === '||' && left.value !== 0n);
      const right = this.#binary(strength + 1, isLive && !decided);
      left = apply(operator, left, right, isLive);
    }
  }

  #unary(isLive: boolean): Value {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new ConditionError('The condition ends too early.', this.#tokens.at(-1));
    if (token.kind === TokenKind.number) {
      const literal = parseInteger(token.text);
      if (literal === undefined || literal.value >= 1n << 64n) {
        throw new ConditionError(`${token.text} is no integer.`, token);
      }
      return { value: literal.value, isUnsigned: literal.isUnsigned || literal.value >= 1n << 63n };
    }
    if (token.kind === TokenKind.character) return this.#character(token);
    if (token.kind === TokenKind.identifier) return { value: 0n, isUnsigned: false };
    if (++this.#depth > limits.syntaxNesting) throw new ConditionError('Nested too deeply.', token);
    const value = this.#prefixed(token, isLive);
    this.#depth--;
    return value;
  }

  /** GCC's preprocessor computes with unsigned numbers where the type of the character is unsigned (`cpp_interpret_charconst`). */
  #character(token: Token): Value {
    const encoding = encodingOf(token.text);
    const isSigned = encoding === '' ? this.#signs.isCharSigned() : encoding === 'L' && this.#signs.isWideSigned();
    const value = parseCharacter(token.text, isSigned);
    if (value === undefined) throw new ConditionError(`${token.text} is no character.`, token);
    if (encoding === 'L') return { value: isSigned ? BigInt.asIntN(32, value) : value, isUnsigned: !isSigned };
    // One of several characters is an int.
    return { value, isUnsigned: !isSigned && (encoding !== '' || (value >= 0n && value <= 0xffn)) };
  }

  #prefixed(token: Token, isLive: boolean): Value {
    switch (token.text) {
      case '(': {
        const inside = this.#comma(isLive);
        if (!this.#take(')')) throw new ConditionError('A ) is missing.', this.#tokens[this.#at] ?? token);
        return inside;
      }
      case '!':
        return truth(this.#unary(isLive).value === 0n);
      case '-': {
        const operand = this.#unary(isLive);
        return wrap(-operand.value, operand.isUnsigned);
      }
      case '+':
        return this.#unary(isLive);
      case '~': {
        const operand = this.#unary(isLive);
        return wrap(~operand.value, operand.isUnsigned);
      }
      default:
        throw new ConditionError(`"${token.text}" cannot stand in a condition.`, token);
    }
  }
}

function truth(isTrue: boolean): Value {
  return { value: isTrue ? 1n : 0n, isUnsigned: false };
}

function wrapValue(value: bigint, isUnsigned: boolean): bigint {
  return isUnsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value);
}

function wrap(value: bigint, isUnsigned: boolean): Value {
  return { value: wrapValue(value, isUnsigned), isUnsigned };
}

function apply(operator: Token, left: Value, right: Value, isLive: boolean): Value {
  const isUnsigned = left.isUnsigned || right.isUnsigned;
  const a = wrapValue(left.value, isUnsigned);
  const b = wrapValue(right.value, isUnsigned);
  switch (operator.text) {
    case '||':
      return truth(left.value !== 0n || right.value !== 0n);
    case '&&':
      return truth(left.value !== 0n && right.value !== 0n);
    case '==':
      return truth(a === b);
    case '!=':
      return truth(a !== b);
    case '<':
      return truth(a < b);
    case '>':
      return truth(a > b);
    case '<=':
      return truth(a <= b);
    case '>=':
      return truth(a >= b);
    case '|':
      return wrap(a | b, isUnsigned);
    case '^':
      return wrap(a ^ b, isUnsigned);
    case '&':
      return wrap(a & b, isUnsigned);
    case '+':
      return wrap(a + b, isUnsigned);
    case '-':
      return wrap(a - b, isUnsigned);
    case '*':
      return wrap(a * b, isUnsigned);
    case '<<':
    case '>>':
      return shift(left, operator.text === '<<' ? right.value : -right.value);
    default:
      if (b === 0n) {
        if (!isLive) return wrap(0n, isUnsigned);
        throw new ConditionError('The condition divides by zero.', operator);
      }
      return wrap(operator.text === '/' ? a / b : a % b, isUnsigned);
  }
}

/** A shift by a negative count goes the other way, and one by 64 or more empties the value, as in GCC's preprocessor. */
function shift(left: Value, by: bigint): Value {
  if (by <= -64n) return wrap(!left.isUnsigned && left.value < 0n ? -1n : 0n, left.isUnsigned);
  if (by >= 64n) return wrap(0n, left.isUnsigned);
  return wrap(by < 0n ? left.value >> -by : left.value << by, left.isUnsigned);
}

/** Decides a condition whose macros are expanded and whose `defined` are answered. */
export function evaluateCondition(tokens: readonly Token[], signs: CharacterSigns): ConditionResult {
  try {
    return { kind: 'value', isTrue: new Evaluator(tokens, signs).evaluate() };
  } catch (error) {
    if (error instanceof ConditionError) return { kind: 'problem', message: error.message, token: error.token };
    throw error;
  }
}
