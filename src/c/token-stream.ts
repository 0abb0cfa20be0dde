/**
 * Tokens with look-ahead, and the way back after an error.
 *
 * One strange declaration must not cost the others, so the stream counts the brackets that a declaration opens and can skip
 * to where it most likely ends.
 */

import type { Diagnostic } from '../diagnostic.ts';
import { locationOf, type Token, TokenKind } from './token.ts';

/** Thrown by the parser and the lowering for a construct that is wrong or not understood; costs one declaration. */
export class SyntaxProblem extends Error {
  override readonly name = 'SyntaxProblem';
  readonly code: string;
  readonly token: Token;

  constructor(code: string, message: string, token: Token) {
    // One is thrown for every macro that is no expression, and nobody asks where.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.token = token;
  }

  get diagnostic(): Diagnostic {
    return { severity: 'error', code: this.code, message: this.message, location: locationOf(this.token) };
  }
}

export class TokenStream {
  readonly #pull: (isBetweenDeclarations: boolean) => Token;
  /** Nearly always the only one that was looked at: a queue of one costs more than reading the token. */
  #current: Token | undefined;
  /** Those behind it. */
  readonly #ahead: Token[] = [];
  #isFresh = true;
  #braces = 0;
  #parentheses = 0;
  #first: Token | undefined;
  #last: Token | undefined;

  /** `pull` gives the next token; its argument says whether a declaration could begin with it. */
  constructor(pull: (isBetweenDeclarations: boolean) => Token) {
    this.#pull = pull;
  }

  beginDeclaration(): void {
    this.#isFresh = true;
    this.#braces = 0;
    this.#parentheses = 0;
    this.#first = undefined;
    this.#last = undefined;
  }

  peek(distance = 0): Token {
    const current = (this.#current ??= this.#pull(this.#isFresh));
    if (distance === 0) return current;
    while (this.#ahead.length < distance) this.#ahead.push(this.#pull(false));
    return this.#ahead[distance - 1] ?? current;
  }

  /** What the declaration begins with, as far as it was read. */
  get first(): Token | undefined {
    return this.#first;
  }

  /** What was read last of it. */
  get last(): Token | undefined {
    return this.#last;
  }

  next(): Token {
    const token = this.peek();
    // The end stays in sight, so that nothing is read behind it.
    if (token.kind === TokenKind.end) return token;
    this.#current = this.#ahead.length === 0 ? undefined : this.#ahead.shift();
    this.#isFresh = false;
    this.#first ??= token;
    this.#last = token;
    if (token.kind === TokenKind.punctuator) {
      if (token.text === '{') this.#braces++;
      else if (token.text === '}') this.#braces--;
      else if (token.text === '(' || token.text === '[') this.#parentheses++;
      else if (token.text === ')' || token.text === ']') this.#parentheses--;
    }
    return token;
  }

  is(text: string): boolean {
    const token = this.peek();
    return token.text === text && token.kind !== TokenKind.string && token.kind !== TokenKind.end;
  }

  take(text: string): boolean {
    if (!this.is(text)) return false;
    this.next();
    return true;
  }

  expect(text: string, after: string): Token {
    const token = this.peek();
    if (this.is(text)) return this.next();
    const found = token.kind === TokenKind.end ? 'the end' : `"${token.text.slice(0, 80)}"`;
    throw new SyntaxProblem('syntax', `Expected "${text}" ${after}, found ${found}.`, token);
  }

  /** Skips from behind an opening bracket to behind the one that closes it. Needs no stack, however deep they nest. */
  skipBalanced(open: string, close: string, start: Token): void {
    for (let depth = 1; depth > 0;) {
      const token = this.next();
      if (token.kind === TokenKind.end) {
        throw new SyntaxProblem('syntax', `This "${open}" is not closed with "${close}".`, start);
      }
      if (token.kind !== TokenKind.punctuator) continue;
      if (token.text === open) depth++;
      else if (token.text === close) depth--;
    }
  }

  /** After an error: goes to where the declaration ends, by its brackets and its semicolon. */
  recover(first: Token): void {
    // A type definition goes on behind its braces; a function does not.
    const isDefinition = /^(?:typedef|struct|union|enum|__extension__)$/.test(first.text);
    if (this.#last?.text === ';' && this.#braces <= 0 && this.#parentheses <= 0) return;
    for (;;) {
      if (this.#braces <= 0 && this.#last?.text === '}' && !isDefinition) {
        this.take(';');
        return;
      }
      const token = this.next();
      if (token.kind === TokenKind.end) return;
      // Parentheses are often what was wrong; a semicolon outside of braces ends a declaration all the same.
      if (token.text === ';' && token.kind === TokenKind.punctuator && this.#braces <= 0) return;
    }
  }
}
