/**
 * Macro expansion (C17 §6.10.3), after Dave Prosser's algorithm: every token carries the set of macro names it must not be
 * expanded to again, which is what makes expansion end and what makes `#define X X` harmless.
 *
 * GNU extensions that headers use are part of it: named variadic parameters, `, ## args` that swallows the comma, and C23's
 * `__VA_OPT__`. Work is bounded by a budget of tokens and a depth of nesting; exceeding one throws `LimitReached`, which
 * costs the caller the text it was working on.
 */

import type { Diagnostic } from '../diagnostic.ts';
import type { Scope } from './environment.ts';
import { limits } from './limits.ts';
import { Macro } from './macro.ts';
import { type HideSet, locationOf, type Token, TokenKind, usedAs } from './token.ts';

/** Thrown where hostile input asks for too much; carries the diagnostic to give. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached';
  readonly diagnostic: Diagnostic;

  constructor(message: string, token: Token) {
    super(message);
    this.diagnostic = { severity: 'error', code: 'limit-reached', message, location: locationOf(token) };
  }
}

/** What expansions share: where macros are looked up, how much may still be made, where problems go. */
export interface ExpansionContext {
  readonly scope: Scope;
  readonly report: (diagnostic: Diagnostic) => void;
  /** In `#if`, where the name behind `defined` stands for itself. */
  isCondition?: boolean;
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
      this.#pushBack(this.#substitute(macro, call.parameters, token, hide(shared, token.text, token)));
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
            if (macro.isVariadic && parameters.length === wanted - 1) parameters.push([]);
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

  /** The replacement list with its parameters replaced (C17 §6.10.3.1-3), every token hidden from `hideSet`. */
  #substitute(
    macro: Macro,
    parameters: readonly (readonly Token[])[],
    use: Token,
    hideSet: HideSet | undefined,
  ): readonly Token[] {
    const result: Token[] = [];
    const expanded = new Map<number, readonly Token[]>();
    const indexOf = (token: Token | undefined): number =>
      token?.kind === TokenKind.identifier ? (macro.parameters?.indexOf(token.text) ?? -1) : -1;
    const variadic = macro.isVariadic ? (macro.parameters?.length ?? 0) - 1 : -1;
    const fullyExpanded = (index: number): readonly Token[] => {
      let tokens = expanded.get(index);
      if (tokens === undefined) {
        tokens = expandTokens(this.#context, parameters[index] ?? [], this.#nesting + 1, use);
        expanded.set(index, tokens);
      }
      return tokens;
    };
    const run = (body: readonly Token[]): void => {
      let pasteNext = false;
      /** Whether the left operand of a coming `##` is empty (C's placemarker). */
      let leftIsEmpty = true;
      const append = (tokens: readonly Token[], first: Token): void => {
        let rest = tokens;
        if (pasteNext && !leftIsEmpty) {
          const left = result.pop();
          const [right, ...others] = tokens;
          if (left !== undefined) {
            if (right === undefined) result.push(left);
            else result.push(...this.#paste(left, right, use));
          }
          rest = others;
          leftIsEmpty = result.length === 0;
        } else {
          leftIsEmpty = tokens.length === 0;
        }
        this.#spend(tokens.length, use);
        for (const [position, token] of rest.entries()) {
          result.push(
            position === 0 && token.hasSpaceBefore !== first.hasSpaceBefore
              ? { ...token, hasSpaceBefore: first.hasSpaceBefore }
              : token,
          );
        }
        pasteNext = false;
      };
      for (let at = 0; at < body.length; at++) {
        const token = body[at];
        if (token === undefined) break;
        if (token.kind === TokenKind.punctuator && token.text === '##' && at > 0) {
          const next = body[at + 1];
          const previous = body[at - 1];
          // GNU: `, ## args` without arguments takes the comma away, and pastes nothing otherwise.
          if (previous?.text === ',' && variadic >= 0 && indexOf(next) === variadic) {
            const given = parameters[variadic] ?? [];
            if (given.length === 0) result.pop();
            else if (next !== undefined) append(fullyExpanded(variadic), next);
            leftIsEmpty = false;
            at++;
          } else {
            pasteNext = true;
          }
          continue;
        }
        if (token.text === '#' && token.kind === TokenKind.punctuator && macro.parameters !== undefined) {
          const index = indexOf(body[at + 1]);
          if (index >= 0) {
            append([this.#stringify(parameters[index] ?? [], token)], token);
            at++;
            continue;
          }
        }
        if (token.text === '__VA_OPT__' && macro.isVariadic && body[at + 1]?.text === '(') {
          const close = closingParenthesis(body, at + 1);
          if (close > 0) {
            if (fullyExpanded(variadic).length > 0) {
              pasteNext = false;
              run(body.slice(at + 2, close));
              leftIsEmpty = false;
            } else {
              append([], token);
            }
            at = close;
            continue;
          }
        }
        const index = indexOf(token);
        if (index < 0) append([{ ...token, expandedFrom: use }], token);
        else if (pasteNext || body[at + 1]?.text === '##') append(parameters[index] ?? [], token);
        else append(fullyExpanded(index), token);
      }
    };
    run(macro.body);
    return result.map((token, index) => ({
      ...token,
      hideSet: union(token.hideSet, hideSet, use),
      hasSpaceBefore: index === 0 ? use.hasSpaceBefore : token.hasSpaceBefore,
    }));
  }

  #paste(left: Token, right: Token, use: Token): Token[] {
    const text = left.text + right.text;
    if (text.length > limits.pastedTextLength) throw new LimitReached('## builds a text that is too long.', use);
    const kind = kindOf(text);
    if (kind === undefined) {
      this.#report(use, 'bad-paste', `## makes no token out of "${left.text}" and "${right.text}".`);
      return [left, right];
    }
    const hideSet = intersect(left.hideSet, right.hideSet);
    return [{ ...left, kind, text, hideSet, expandedFrom: use }];
  }

  #stringify(tokens: readonly Token[], at: Token): Token {
    let text = '';
    for (const [index, token] of tokens.entries()) {
      if (index > 0 && token.hasSpaceBefore) text += ' ';
      const isLiteral = token.kind === TokenKind.string || token.kind === TokenKind.character;
      text += isLiteral ? token.text.replace(/["\\]/g, '\\$&') : token.text;
      if (text.length > limits.pastedTextLength) throw new LimitReached('# builds a text that is too long.', at);
    }
    return { ...at, kind: TokenKind.string, text: `"${text}"` };
  }

  #dynamic(macro: Macro, token: Token): Token | undefined {
    const made = (kind: Token['kind'], text: string): Token => ({ ...token, kind, text, expandedFrom: token });
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

  #spend(tokens: number, use: Token): void {
    this.#context.tokensLeft -= tokens;
    if (this.#context.tokensLeft < 0) throw new LimitReached('Macro expansion makes too many tokens.', use);
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
  if (nesting > limits.expansionNesting) throw new LimitReached('Macro calls are nested too deeply.', at);
  let index = 0;
  const end: Token = { ...at, kind: TokenKind.end, text: '' };
  return new Expander(context, () => tokens[index++] ?? end, nesting).rest();
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

function kindOf(text: string): Token['kind'] | undefined {
  const groups = pastable.exec(text)?.groups;
  if (groups === undefined) return undefined;
  if (groups['identifier'] !== undefined) return TokenKind.identifier;
  if (groups['number'] !== undefined) return TokenKind.number;
  if (groups['string'] !== undefined) return TokenKind.string;
  if (groups['character'] !== undefined) return TokenKind.character;
  return TokenKind.punctuator;
}

export function hides(set: HideSet | undefined, name: string): boolean {
  for (let entry = set; entry !== undefined; entry = entry.rest) if (entry.name === name) return true;
  return false;
}

function hide(set: HideSet | undefined, name: string, at: Token): HideSet {
  if (hides(set, name)) return set ?? { name, rest: undefined, size: 1 };
  const size = (set?.size ?? 0) + 1;
  if (size > limits.expansionNesting) throw new LimitReached('Macros expand to each other too deeply.', at);
  return { name, rest: set, size };
}

function union(first: HideSet | undefined, second: HideSet | undefined, at: Token): HideSet | undefined {
  if (first === undefined || first === second) return second;
  let result = second;
  for (let entry: HideSet | undefined = first; entry !== undefined; entry = entry.rest) {
    if (entry === result) break;
    result = hide(result, entry.name, at);
  }
  return result;
}

function intersect(first: HideSet | undefined, second: HideSet | undefined): HideSet | undefined {
  if (first === second) return first;
  let result: HideSet | undefined;
  for (let entry = first; entry !== undefined; entry = entry.rest) {
    if (hides(second, entry.name)) result = { name: entry.name, rest: result, size: (result?.size ?? 0) + 1 };
  }
  return result;
}
