/**
 * What a macro may be worth, told without working it out.
 *
 * Whoever looks for requests with one number need not know what all others carry: `_IOW(KVMIO, 0x12, struct …)` has 0x12 for its last
 * eight bits, whatever the size of the struct is. The form of the call (`call-form.ts`) shows which bits of the number a
 * plain argument decides, and of `v4l2_fourcc('Y', 'U', 'Y', 'V')` it shows all. What never mentions a macro that makes requests,
 * itself or through others, is no request.
 */

import type { KnownBits } from '../../abi/portion.ts';
import { integerSizeBytes, type Target } from '../../abi/target.ts';
import type { View } from '../environment.ts';
import { integerBase } from '../expression/arithmetic.ts';
import { parseInteger } from '../literal.ts';
import { Macro } from '../macro.ts';
import { Scope } from '../scope.ts';
import type { Expression, TypeName } from '../syntax.ts';
import { SyntaxProblem } from '../token-stream.ts';
import { TokenKind } from '../token.ts';
import { type CallForm, type CallForms, parameterOf } from './call-form.ts';
import { Lowering } from './lowering.ts';
import { requestMacros } from './request-macros.ts';
import type { TypeTable } from './type-table.ts';

/** Nothing is known. */
export const unknownBits: KnownBits = { value: 0, known: 0 };
const allBits = -1;
/** Names for names of requests go no further. */
const longestChain = 8;

/** Which of the last 32 bits of an expression are known, with the plain arguments of a call. */
type BitsOf = (expression: Expression, given: readonly string[]) => KnownBits;

export class PossibleValues {
  readonly #forms: CallForms;
  readonly #types: TypeTable;
  /** By the arguments that are plain numbers. */
  readonly #bits = new WeakMap<CallForm, Map<string, KnownBits>>();

  constructor(forms: CallForms, types: TypeTable) {
    this.#forms = forms;
    this.#types = types;
  }

  /** Whether a macro may come to a request with one of some numbers. */
  mayBeRequest(numbers: readonly number[], macro: Macro, view: View, target: Target): boolean {
    if (macro.parameters !== undefined) return false;
    const { value, known } = this.#lastBits(macro, view, target, 0);
    if (known === 0) return mentionsRequests(macro, view, new Set());
    return numbers.some((number) => ((number ^ value) & known) === 0);
  }

  /** What is known of the last 32 bits of a number that a macro may come to; `undefined` where it comes to none. */
  lastBitsOf(macro: Macro, view: View, target: Target): KnownBits | undefined {
    return macro.parameters === undefined ? this.#lastBits(macro, view, target, 0) : undefined;
  }

  #lastBits(macro: Macro, view: View, target: Target, depth: number): KnownBits {
    const { file, bodyStart, bodyEnd } = macro;
    const first = file.kinds[bodyStart] === TokenKind.identifier ? view.macro(file.texts[bodyStart] ?? '') : undefined;
    if (!(first instanceof Macro)) return unknownBits;
    if (bodyEnd - bodyStart === 1 && first.parameters === undefined && depth < longestChain) {
      return this.#lastBits(first, view, target, depth + 1);
    }
    const given = first.parameters === undefined ? undefined : argumentsOf(macro);
    if (given === undefined) return unknownBits;
    const form = this.#forms.formOf(first, view, target, file.token(macro.nameIndex));
    return form?.uses.length === given.length ? this.#bitsOf(form, given, view, target) : unknownBits;
  }

  #bitsOf(form: CallForm, given: readonly string[], view: View, target: Target): KnownBits {
    let byArguments = this.#bits.get(form);
    if (byArguments === undefined) this.#bits.set(form, (byArguments = new Map<string, KnownBits>()));
    const key = given.join(' ');
    let bits = byArguments.get(key);
    if (bits === undefined) {
      const isWide = (type: TypeName): boolean => this.#isWide(type, view, target);
      byArguments.set(key, (bits = readerOf(isWide)(form.expression, given)));
    }
    return bits;
  }

  /** Whether a type is one of integers that have 32 bits or more, for whoever reads the form. */
  #isWide(name: TypeName, view: View, target: Target): boolean {
    try {
      const base = integerBase(new Lowering(new Scope(view), target, this.#types, () => undefined).typeOf(name));
      return base !== undefined && integerSizeBytes(base, target) >= 4;
    } catch (error) {
      if (error instanceof SyntaxProblem) return false;
      throw error;
    }
  }
}

const known = new WeakMap<Macro, readonly string[] | 'none'>();

/** The arguments of the call that a macro is, and nothing else: each number or character, and nothing for what is neither. */
function argumentsOf(macro: Macro): readonly string[] | undefined {
  let found = known.get(macro);
  if (found === undefined) known.set(macro, (found = findArguments(macro) ?? 'none'));
  return found === 'none' ? undefined : found;
}

function findArguments({ file: { texts, kinds }, bodyStart, bodyEnd }: Macro): readonly string[] | undefined {
  if (texts[bodyStart + 1] !== '(') return undefined;
  const given: string[] = [];
  let start = bodyStart + 2;
  let depth = 1;
  for (let at = start; at < bodyEnd; at++) {
    if (kinds[at] !== TokenKind.punctuator) continue;
    const text = texts[at];
    if (text === '(') depth++;
    else if (text === ')') depth--;
    if (depth > 1 || (text !== ',' && text !== ')') || (text === ')' && depth === 1)) continue;
    const isPlain = at === start + 1 && (kinds[start] === TokenKind.number || kinds[start] === TokenKind.character);
    given.push(isPlain ? (texts[start] ?? '') : '');
    start = at + 1;
    if (depth === 0) return start === bodyEnd ? given : undefined;
  }
  return undefined;
}

/** `isWide`: whether a cast to a type keeps the last 32 bits. */
function readerOf(isWide: (type: TypeName) => boolean): BitsOf {
  const bitsOf: BitsOf = (expression, given) => {
    const { kind, token } = expression;
    if (kind === 'number' || kind === 'character') return bitsOfLiteral(token.text);
    if (kind === 'name') return bitsOfLiteral(given[parameterOf(token)] ?? '');
    if (kind === 'cast') return isWide(expression.type) ? bitsOf(expression.operand, given) : unknownBits;
    if (kind !== 'binary') return unknownBits;
    return combine(expression.operator, bitsOf(expression.left, given), bitsOf(expression.right, given));
  };
  return bitsOf;
}

function bitsOfLiteral(text: string): KnownBits {
  // No more than the characters that have the same value everywhere.
  if (/^'[ -&(-[\]-~]'$/.test(text)) return { value: text.charCodeAt(1), known: allBits };
  const literal = parseInteger(text);
  return literal === undefined ? unknownBits : { value: Number(BigInt.asIntN(32, literal.value)), known: allBits };
}

function combine(operator: string, left: KnownBits, right: KnownBits): KnownBits {
  if (operator === '|') {
    const value = left.value | right.value;
    return { value, known: (left.known & right.known) | value };
  }
  // Both sides have 32 bits at least, and the shift is less than that, or is no shift of C's.
  if (operator === '<<' && right.known === allBits && right.value >= 0 && right.value < 32) {
    const { value: shift } = right;
    return { value: left.value << shift, known: (left.known << shift) | ((1 << shift) - 1) };
  }
  return unknownBits;
}

/** Whether the name of a macro that makes requests stands in a macro, or in one that stands in it. */
function mentionsRequests(macro: Macro, view: View, seen: Set<Macro>): boolean {
  if (seen.has(macro)) return false;
  seen.add(macro);
  // What is pasted together may have any name.
  if (macro.hasOperators || macro.dynamic !== undefined) return true;
  const { file, bodyStart, bodyEnd } = macro;
  for (let at = bodyStart; at < bodyEnd; at++) {
    if (file.kinds[at] !== TokenKind.identifier) continue;
    const word = file.texts[at] ?? '';
    if (requestMacros.has(word)) return true;
    const other = view.macro(word);
    if (other instanceof Macro && mentionsRequests(other, view, seen)) return true;
  }
  return false;
}
