/**
 * Which requests a macro can be, told without working it out.
 *
 * Whoever looks for requests with one number need not know what all others carry: `_IOW(KVMIO, 0x12, struct …)` has 0x12 for its last
 * eight bits, whatever the size of the struct is. The form of the call (`call-form.ts`) shows which bits of the number a
 * plain argument decides. And what never mentions a macro that makes requests, itself or through others, is no request.
 */

import type { Target } from '../../abi/target.ts';
import type { View } from '../environment.ts';
import { parseInteger } from '../literal.ts';
import { Macro } from '../macro.ts';
import type { Expression } from '../syntax.ts';
import { TokenKind } from '../token.ts';
import { type CallForm, type CallForms, parameterOf } from './call-form.ts';
import { requestMacros } from './macro-reader.ts';

/** A number of which some bits are known: those that are set in `known` are as in `value`. */
interface KnownBits {
  readonly value: number;
  readonly known: number;
}

const unknownBits: KnownBits = { value: 0, known: 0 };
const allBits = -1;
/** Names for names of requests go no further. */
const longestChain = 8;

export class PossibleRequests {
  readonly #forms: CallForms;
  /** By the arguments that are plain numbers. */
  readonly #bits = new WeakMap<CallForm, Map<string, KnownBits>>();

  constructor(forms: CallForms) {
    this.#forms = forms;
  }

  /** Whether a macro may come to a request with one of some numbers. */
  mayBeOneOf(numbers: readonly number[], macro: Macro, view: View, target: Target, depth = 0): boolean {
    if (macro.parameters !== undefined) return false;
    const { file, bodyStart, bodyEnd } = macro;
    const first = file.kinds[bodyStart] === TokenKind.identifier ? view.macro(file.texts[bodyStart] ?? '') : undefined;
    if (bodyEnd - bodyStart === 1 && first instanceof Macro && depth < longestChain) {
      return this.mayBeOneOf(numbers, first, view, target, depth + 1);
    }
    const given = first instanceof Macro && first.parameters !== undefined ? argumentsOf(macro) : undefined;
    if (first instanceof Macro && given !== undefined) {
      const form = this.#forms.formOf(first, view, target, file.token(macro.nameIndex));
      if (form?.uses.length === given.length) {
        const { value, known } = this.#bitsOf(form, given);
        return numbers.some((number) => ((number ^ value) & known) === 0);
      }
    }
    return mentionsRequests(macro, view, new Set());
  }

  #bitsOf(form: CallForm, given: readonly string[]): KnownBits {
    let byArguments = this.#bits.get(form);
    if (byArguments === undefined) this.#bits.set(form, (byArguments = new Map<string, KnownBits>()));
    const key = given.join();
    let bits = byArguments.get(key);
    if (bits === undefined) byArguments.set(key, (bits = bitsOf(form.expression, given)));
    return bits;
  }
}

const known = new WeakMap<Macro, readonly string[] | 'none'>();

/** The arguments of the call that a macro is, and nothing else: of each the number, or nothing where it is no plain number. */
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
    given.push(at === start + 1 && kinds[start] === TokenKind.number ? (texts[start] ?? '') : '');
    start = at + 1;
    if (depth === 0) return start === bodyEnd ? given : undefined;
  }
  return undefined;
}

/** What is known of the last 32 bits of a call, with these arguments. */
function bitsOf(expression: Expression, given: readonly string[]): KnownBits {
  const { kind, token } = expression;
  if (kind === 'number') return bitsOfNumber(token.text);
  if (kind === 'name') return bitsOfNumber(given[parameterOf(token)] ?? '');
  if (kind !== 'binary') return unknownBits;
  return combine(expression.operator, bitsOf(expression.left, given), bitsOf(expression.right, given));
}

function bitsOfNumber(text: string): KnownBits {
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
