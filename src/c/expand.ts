/**
 * Macro expansion (C17 §6.10.3), after Dave Prosser's algorithm: every token carries the set of macro names it must not be
 * expanded to again, which is what makes expansion end and what makes `#define X X` harmless.
 *
 * GNU extensions that headers use are part of it: named variadic parameters, `, ## args` that swallows the comma, and C23's
 * `__VA_OPT__`. Work is bounded by a budget of tokens and a depth of nesting; exceeding one throws `LimitReached`, which
 * costs the caller the text it was working on.
 */

import type { Diagnostic } from '../diagnostic.ts';
import { hide, hides, intersect } from './hide-set.ts';
import { LimitReached, limits } from './limits.ts';
import { Macro } from './macro.ts';
import type { Scope } from './scope.ts';
import { omittedArgument, substitute } from './substitute.ts';
import { SyntaxProblem } from './token-stream.ts';
import { type HideSet, locationOf, type Token, TokenKind, usedAs } from './token.ts';

/** What expansions share: where macros are looked up, how much may still be made, where problems go. */
export interface ExpansionContext {
  readonly scope: Scope;
  readonly report: (diagnostic: Diagnostic) => void;
  /** In `#if`, where the name behind `defined` stands for itself. */
  isCondition?: boolean;
  /** What is asked for is the value of a macro wherever it is used: what `__LINE__` says differs from place to place. */
  readonly isForAnyPlace?: boolean;
  /** Tokens that may still be made. */
  tokensLeft: number;
  /** Next value of `__COUNTER__`; asking for it makes the result unfit for sharing. */
  readonly nextCounter: () => number;
  /** Told of every function-like macro that is expanded, with its arguments as written. */
  readonly onCall?: (macro: Macro, use: Token, parameters: readonly (readonly Token[])[]) => void;
}

/** Gives the raw tokens of a text one by one; an end token when there are no more, as often as asked. */
export type RawTokens = () => Token;

interface Pending {
  readonly tokens: readonly Token[];
  at: number;
}

export class Expander {
  readonly #context: ExpansionContext;
  readonly #raw: RawTokens;
  readonly #pending: Pending[] = [];
  readonly #nesting: number;
  /** In a condition: 2 behind `defined`, 1 behind `defined (`. */
  #behindDefined = 0;

  constructor(context: ExpansionContext, raw: RawTokens, nesting = 0) {
    this.#context = context;
    this.#raw = raw;
    this.#nesting = nesting;
  }

  /** True where the next token comes straight from the text. */
  get isIdle(): boolean {
    return this.#pending.length === 0;
  }

  #next(): Token {
    for (let top = this.#pending.at(-1); top !== undefined; top = this.#pending.at(-1)) {
      const token = top.tokens[top.at++];
      if (token !== undefined) return token;
      this.#pending.pop();
    }
    return this.#raw();
  }

  #pushBack(tokens: readonly Token[]): void {
    // An exhausted list goes first, or a chain of macros that end in macros would pile them up.
    const top = this.#pending.at(-1);
    if (top !== undefined && top.at >= top.tokens.length) this.#pending.pop();
    if (tokens.length > 0) this.#pending.push({ tokens, at: 0 });
  }

  /** The next token after expansion. */
  next(): Token {
    for (;;) {
      const token = this.#next();
      if (token.kind !== TokenKind.identifier) {
        this.#behindDefined = this.#behindDefined === 2 && token.text === '(' ? 1 : 0;
        return token;
      }
      if (this.#context.isCondition === true) {
        const isNamed = this.#behindDefined > 0;
        this.#behindDefined = token.text === 'defined' ? 2 : 0;
        if (isNamed) return token;
      }
      const macro = this.#context.scope.binding(token.text);
      if (!(macro instanceof Macro) || hides(token.hideSet, token.text)) return token;
      if (macro.dynamic !== undefined) {
        const made = this.#dynamic(macro, token);
        if (made === undefined) return token;
        return made;
      }
      if (macro.parameters === undefined) {
        const hideSet = hide(token.hideSet, token.text, token);
        // Going through a hide set is work as well; in a chain of macros it is most of it.
        this.#spend(hideSet.size >> 2, token);
        this.#pushBack(this.#substitute(macro, [], token, hideSet));
        continue;
      }
      const open = this.#next();
      if (open.text !== '(' || open.kind !== TokenKind.punctuator) {
        if (open.kind !== TokenKind.end || !this.isIdle) this.#pushBack([open]);
        // Pushed back behind it, or the look-ahead would be lost: an end token is given again by the text itself.
        return token;
      }
      const call = this.#readArguments(macro, token);
      if (call === undefined) return token;
      this.#context.onCall?.(macro, token, call.parameters);
      const shared = intersect(token.hideSet, call.close.hideSet);
      const hideSet = hide(shared, token.text, token);
      this.#spend(hideSet.size >> 2, token);
      this.#pushBack(this.#substitute(macro, call.parameters, token, hideSet));
    }
  }

  /** Everything up to the end of the text, expanded. */
  rest(): Token[] {
    const tokens: Token[] = [];
    for (let token = this.next(); token.kind !== TokenKind.end; token = this.next()) tokens.push(token);
    return tokens;
  }

  #readArguments(macro: Macro, use: Token): { parameters: Token[][]; close: Token } | undefined {
    const wanted = macro.parameters?.length ?? 0;
    const parameters: Token[][] = [[]];
    let depth = 0;
    for (;;) {
      const token = this.#next();
      if (token.kind === TokenKind.end) {
        this.#report(use, 'unterminated-macro-call', `The arguments of ${macro.name} are not closed with ).`);
        return undefined;
      }
      this.#spend(1, use);
      if (token.kind === TokenKind.punctuator) {
        if (token.text === '(') depth++;
        else if (token.text === ')') {
          if (depth === 0) {
            if (macro.isVariadic && parameters.length === wanted - 1) parameters.push(omittedArgument);
            if (wanted === 0 && parameters.length === 1 && parameters[0]?.length === 0) parameters.pop();
            if (parameters.length !== wanted) {
              const counted = `${parameters.length} ${parameters.length === 1 ? 'argument' : 'arguments'}`;
              this.#report(use, 'macro-argument-count', `${macro.name} takes ${wanted}, but is given ${counted}.`);
              return undefined;
            }
            return { parameters, close: token };
          }
          depth--;
        } else if (token.text === ',' && depth === 0 && !(macro.isVariadic && parameters.length === wanted)) {
          parameters.push([]);
          continue;
        }
      }
      parameters.at(-1)?.push(token);
    }
  }

  #substitute(
    macro: Macro,
    parameters: readonly (readonly Token[])[],
    use: Token,
    hideSet: HideSet | undefined,
  ): readonly Token[] {
    return substitute(macro, parameters, use, hideSet, {
      expand: (tokens) => expandTokens(this.#context, tokens, this.#nesting + 1, use),
      spend: (tokens) => {
        this.#spend(tokens, use);
      },
      report: (code, message) => {
        this.#report(use, code, message);
      },
    });
  }

  #dynamic(macro: Macro, token: Token): Token | undefined {
    const made = (kind: TokenKind, text: string): Token =>
      token.as(kind, text).with(token.hasSpaceBefore, token.hideSet, token);
    if (this.#context.isForAnyPlace === true && !token.text.startsWith('__has_')) {
      throw new SyntaxProblem('not-constant', `${token.text} differs from place to place.`, token);
    }
    switch (macro.dynamic) {
      case '__LINE__':
        return made(TokenKind.number, String(locationOf(token).line));
      case '__FILE__':
        return made(TokenKind.string, JSON.stringify(usedAs(token).file.name));
      case '__COUNTER__':
        return made(TokenKind.number, String(this.#context.nextCounter()));
      case '__INCLUDE_LEVEL__':
        return made(TokenKind.number, '1');
      case '__DATE__':
        return made(TokenKind.string, '"??? ?? ????"');
      case '__TIME__':
        return made(TokenKind.string, '"??:??:??"');
      case '__has_include':
      case '__has_include_next':
      case '__has_attribute':
      case '__has_c_attribute':
      case '__has_builtin':
      case undefined:
        return undefined;
      default:
        return macro.dynamic satisfies never;
    }
  }

  /** Counts tokens that are made. */
  #spend(tokens: number, use: Token): void {
    this.#context.tokensLeft -= tokens;
    if (this.#context.tokensLeft < 0) throw new LimitReached('Macro expansion makes too many tokens.', locationOf(use));
  }

  #report(use: Token, code: string, message: string): void {
    this.#context.report({ severity: 'error', code, message, location: locationOf(use) });
  }
}

/** All of `tokens` expanded, on their own (as macro arguments and directive lines are). */
export function expandTokens(
  context: ExpansionContext,
  tokens: readonly Token[],
  nesting: number,
  at: Token,
): readonly Token[] {
  if (tokens.every((token) => token.kind !== TokenKind.identifier)) return tokens;
  if (nesting > limits.expansionNesting) throw new LimitReached('Macro calls are nested too deeply.', locationOf(at));
  return expanderOf(context, tokens, nesting, at).rest();
}

/** Expands `tokens` one by one, as they are asked for. */
export function expanderOf(context: ExpansionContext, tokens: readonly Token[], nesting: number, at: Token): Expander {
  let index = 0;
  const end = at.as(TokenKind.end, '');
  return new Expander(context, () => tokens[index++] ?? end, nesting);
}
