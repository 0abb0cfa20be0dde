/**
 * The replacement list of one macro call with its parameters replaced (C17 §6.10.3.1 to §6.10.3.3): `#`, `##`, GNU's comma
 * before `## args`, and C23's `__VA_OPT__`.
 */

import { intersect, union } from './hide-set.ts';
import { LimitReached, limits } from './limits.ts';
import type { Macro } from './macro.ts';
import type { Token } from './token.ts';
import { type HideSet, locationOf, TokenKind } from './token.ts';

export interface SubstitutionContext {
  /** An argument, expanded on its own. */
  readonly expand: (tokens: readonly Token[]) => readonly Token[];
  /** Counts tokens made; throws where there are too many. */
  readonly spend: (tokens: number) => void;
  readonly report: (code: string, message: string) => void;
}

/** Stands for what a variadic macro is not given, not even an empty text behind a comma. */
export const omittedArgument: Token[] = [];

/** What `macro` becomes where `use` stands, every token hidden from `hideSet` as well. */
export function substitute(
  macro: Macro,
  given: readonly (readonly Token[])[],
  use: Token,
  hideSet: HideSet | undefined,
  context: SubstitutionContext,
): readonly Token[] {
  const result: Token[] = [];
  if (macro.hasOperators) {
    new Substitution(macro, given, use, context, result).run(macro.body);
    for (const [index, token] of result.entries()) {
      const { hasSpaceBefore, expandedFrom } = token;
      result[index] = token.with(hasSpaceBefore, union(token.hideSet, hideSet, use), expandedFrom);
    }
  } else {
    substituteNames(macro, given, use, hideSet, context, result);
  }
  const first = result[0];
  if (first !== undefined && first.hasSpaceBefore !== use.hasSpaceBefore) {
    result[0] = first.with(use.hasSpaceBefore, first.hideSet, first.expandedFrom);
  }
  return result;
}

/** Nearly all macros: no operators, just names and other tokens. */
function substituteNames(
  macro: Macro,
  given: readonly (readonly Token[])[],
  use: Token,
  hideSet: HideSet | undefined,
  context: SubstitutionContext,
  result: Token[],
): void {
  const expanded: (readonly Token[] | undefined)[] = [];
  const { body, bodyParameters } = macro;
  // By index: these two loops make most of the tokens there are.
  for (let at = 0; at < body.length; at++) {
    const token = body[at];
    if (token === undefined) break;
    const index = bodyParameters[at] ?? -1;
    if (index < 0) {
      context.spend(1);
      result.push(token.with(token.hasSpaceBefore, hideSet, use));
      continue;
    }
    const tokens = (expanded[index] ??= context.expand(given[index] ?? []));
    context.spend(tokens.length);
    let own: HideSet | undefined;
    let joined = hideSet;
    for (let position = 0; position < tokens.length; position++) {
      const argument = tokens[position];
      if (argument === undefined) break;
      if (argument.hideSet !== own) {
        own = argument.hideSet;
        joined = union(own, hideSet, use);
      }
      const hasSpaceBefore = position === 0 ? token.hasSpaceBefore : argument.hasSpaceBefore;
      result.push(argument.with(hasSpaceBefore, joined, argument.expandedFrom));
    }
  }
}

class Substitution {
  readonly #macro: Macro;
  readonly #given: readonly (readonly Token[])[];
  readonly #use: Token;
  readonly #context: SubstitutionContext;
  readonly #result: Token[];
  readonly #expanded: (readonly Token[] | undefined)[] = [];
  /** Index of the parameter that takes all remaining arguments, or -1. */
  readonly #variadic: number;
  #isPasting = false;
  /** Whether the left operand of a coming `##` is empty (C's placemarker). */
  #isLeftEmpty = true;

  constructor(
    macro: Macro,
    given: readonly (readonly Token[])[],
    use: Token,
    context: SubstitutionContext,
    result: Token[],
  ) {
    this.#macro = macro;
    this.#given = given;
    this.#use = use;
    this.#context = context;
    this.#result = result;
    this.#variadic = macro.isVariadic ? (macro.parameters?.length ?? 0) - 1 : -1;
  }

  run(body: readonly Token[]): void {
    for (let at = 0; at < body.length; at++) {
      const token = body[at];
      if (token === undefined) break;
      const next = body[at + 1];
      if (token.kind === TokenKind.punctuator && token.text === '##' && at > 0) {
        // GNU: `, ## args` takes the comma away where args are left out, not where they are empty, and pastes nothing otherwise.
        if (
          body[at - 1]?.text === ',' &&
          next !== undefined &&
          this.#variadic >= 0 &&
          this.#indexOf(next) === this.#variadic
        ) {
          const tokens = this.#fullyExpanded(this.#variadic);
          if (this.#isOmitted()) this.#result.pop();
          else this.#append(tokens, tokens[0] ?? next);
          this.#isLeftEmpty = false;
          at++;
        } else {
          this.#isPasting = true;
        }
        continue;
      }
      if (token.text === '#' && token.kind === TokenKind.punctuator && next !== undefined) {
        const index = this.#indexOf(next);
        const close = this.#variadic >= 0 && next.text === '__VA_OPT__' ? closingParenthesis(body, at + 2) : -1;
        if (close > 0) {
          this.#append([this.#stringifyOptional(body, at + 1, close, token)], token);
          at = close;
          continue;
        }
        if (index >= 0) {
          this.#append([stringify(this.#given[index] ?? [], token)], token);
          at++;
          continue;
        }
      }
      if (token.text === '__VA_OPT__' && this.#variadic >= 0 && next?.text === '(') {
        const close = closingParenthesis(body, at + 1);
        if (close > 0) {
          if (this.#fullyExpanded(this.#variadic).length > 0) {
            this.run(optional(body, at, close));
            this.#isLeftEmpty = false;
          } else {
            this.#append([], token);
          }
          at = close;
          continue;
        }
      }
      const index = this.#indexOf(token);
      if (index < 0) this.#append([token.with(token.hasSpaceBefore, token.hideSet, this.#use)], token);
      else if (this.#isPasting || next?.text === '##') this.#append(this.#given[index] ?? [], token);
      else this.#append(this.#fullyExpanded(index), token);
    }
  }

  /** A macro with nothing but `...` cannot tell (GCC's `copy_paste_flag`). */
  #isOmitted(): boolean {
    const given = this.#given[this.#variadic];
    return given === omittedArgument || (this.#variadic === 0 && given?.length === 0);
  }

  /** `#__VA_OPT__(…)` makes a string of what it comes to (C23 §6.10.4.1). */
  #stringifyOptional(body: readonly Token[], at: number, close: number, hash: Token): Token {
    const inside: Token[] = [];
    if (this.#fullyExpanded(this.#variadic).length > 0) {
      new Substitution(this.#macro, this.#given, this.#use, this.#context, inside).run(optional(body, at, close));
    }
    return stringify(inside, hash);
  }

  #indexOf(token: Token): number {
    return token.kind === TokenKind.identifier ? (this.#macro.parameters?.indexOf(token.text) ?? -1) : -1;
  }

  #fullyExpanded(index: number): readonly Token[] {
    return (this.#expanded[index] ??= this.#context.expand(this.#given[index] ?? []));
  }

  /** Adds what `first` in the replacement list stands for. */
  #append(tokens: readonly Token[], first: Token): void {
    const result = this.#result;
    let start = 0;
    if (this.#isPasting && !this.#isLeftEmpty) {
      const left = result.pop();
      const [right] = tokens;
      if (left !== undefined) {
        if (right === undefined) result.push(left);
        else result.push(...this.#paste(left, right));
      }
      start = 1;
      this.#isLeftEmpty = result.length === 0;
    } else {
      this.#isLeftEmpty = tokens.length === 0;
    }
    this.#context.spend(tokens.length);
    for (const [position, token] of tokens.entries()) {
      if (position < start) continue;
      const hasSpaceBefore = position === 0 ? first.hasSpaceBefore : token.hasSpaceBefore;
      result.push(token.with(hasSpaceBefore, token.hideSet, token.expandedFrom));
    }
    this.#isPasting = false;
  }

  #paste(left: Token, right: Token): Token[] {
    const text = left.text + right.text;
    if (text.length > limits.pastedTextLength) {
      throw new LimitReached('## builds a text that is too long.', locationOf(this.#use));
    }
    const kind = kindOf(text);
    if (kind === undefined) {
      this.#context.report('bad-paste', `## makes no token out of "${left.text}" and "${right.text}".`);
      return [left, right];
    }
    return [left.as(kind, text).with(left.hasSpaceBefore, intersect(left.hideSet, right.hideSet), this.#use)];
  }
}

/** What stands in the parentheses of `__VA_OPT__`; it begins where the word stands. */
function optional(body: readonly Token[], at: number, close: number): readonly Token[] {
  const [first, ...rest] = body.slice(at + 2, close);
  if (first === undefined) return [];
  return [first.with(body[at]?.hasSpaceBefore === true, first.hideSet, first.expandedFrom), ...rest];
}

function stringify(tokens: readonly Token[], at: Token): Token {
  let text = '';
  for (const [index, token] of tokens.entries()) {
    if (index > 0 && token.hasSpaceBefore) text += ' ';
    const isLiteral = token.kind === TokenKind.string || token.kind === TokenKind.character;
    text += isLiteral ? token.text.replace(/["\\]/g, '\\$&') : token.text;
    if (text.length > limits.pastedTextLength)
      throw new LimitReached('# builds a text that is too long.', locationOf(at));
  }
  return at.as(TokenKind.string, `"${text}"`);
}

function closingParenthesis(body: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < body.length; at++) {
    const text = body[at]?.text;
    if (text === '(') depth++;
    else if (text === ')' && --depth === 0) return at;
  }
  return -1;
}

const pastable =
  /^(?:(?<identifier>[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*)|(?<number>\.?\d(?:[eEpP][+-]|[\w.$])*)|(?<string>(?:L|u8?|U)"[^]*")|(?<character>(?:L|u8?|U)'[^]*')|(?<punctuator>->|\+\+|--|<<=?|>>=?|[<>=!*/%+&^|-]=|&&|\|\||##|\.\.\.))$/u;

function kindOf(text: string): TokenKind | undefined {
  const groups = pastable.exec(text)?.groups;
  if (groups === undefined) return undefined;
  if (groups['identifier'] !== undefined) return TokenKind.identifier;
  if (groups['number'] !== undefined) return TokenKind.number;
  if (groups['string'] !== undefined) return TokenKind.string;
  if (groups['character'] !== undefined) return TokenKind.character;
  return TokenKind.punctuator;
}
