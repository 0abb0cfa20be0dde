/**
 * Attributes, however they are written: GNU's `__attribute__((packed))`, C's `_Alignas(8)`, and C23's `[[gnu::packed]]`, which means
 * what GNU's word means (GCC manual, "Attribute Syntax"). Others in `[[…]]` say nothing to a layout.
 */

import type { ExpressionParser, TypeNameParser } from './parse-expression.ts';
import type { Attribute, Expression } from './syntax.ts';
import { SyntaxProblem, type TokenStream } from './token-stream.ts';
import { type Token, TokenKind } from './token.ts';
import { attributeWords, kernelAttributes } from './words.ts';

function unadorned(name: string): string {
  return /^__.+__$/.test(name) ? name.slice(2, -2) : name;
}

export class AttributeParser {
  readonly #stream: TokenStream;
  readonly #expressions: ExpressionParser;
  readonly #types: TypeNameParser;

  constructor(stream: TokenStream, expressions: ExpressionParser, types: TypeNameParser) {
    this.#stream = stream;
    this.#expressions = expressions;
    this.#types = types;
  }

  /** Reads what attributes there are of any kind; false if there are none here. */
  parse(into: Attribute[]): boolean {
    return this.#stream.peek().kind === TokenKind.identifier ? this.parseGnu(into) : this.parseStandard(into);
  }

  /** `[[…]]` (C23 §6.7.12), whose place decides what it belongs to. */
  parseStandard(into: Attribute[]): boolean {
    const open = this.#stream.peek();
    if (open.text !== '[' || open.kind !== TokenKind.punctuator || this.#stream.peek(1).text !== '[') return false;
    this.#stream.next();
    this.#stream.next();
    while (!this.#stream.is(']')) {
      if (this.#stream.take(',')) continue;
      this.#parsePrefixed(into);
    }
    this.#stream.next();
    this.#stream.expect(']', 'after attributes');
    return true;
  }

  /** `__attribute__((…))` and `_Alignas(…)`, and `__packed` where that is no macro. */
  parseGnu(into: Attribute[]): boolean {
    const token = this.#stream.peek();
    if (token.kind !== TokenKind.identifier || !attributeWords.has(token.text)) return false;
    if (kernelAttributes.has(token.text)) return this.#parseKernelAttribute(token, into);
    this.#stream.next();
    this.#stream.expect('(', 'after an attribute');
    if (token.text === '_Alignas' || token.text === 'alignas') {
      const argument: Expression = this.#types.startsTypeName(this.#stream.peek())
        ? { kind: 'alignof', operand: this.#types.parseTypeName(), isLeast: true, token, depth: 1 }
        : this.#expressions.parseConditional();
      into.push({ name: 'aligned', argument, word: undefined, token });
      this.#stream.expect(')', 'after _Alignas');
      return true;
    }
    this.#stream.expect('(', 'after __attribute__');
    while (!this.#stream.is(')')) {
      if (this.#stream.take(',')) continue;
      into.push(this.#parseAttribute());
    }
    this.#stream.next();
    this.#stream.expect(')', 'after an attribute');
    return true;
  }

  #parseKernelAttribute(token: Token, into: Attribute[]): boolean {
    const name = kernelAttributes.get(token.text) ?? '';
    const takesArgument = name === 'aligned' || name === 'counted_by';
    if (takesArgument !== (this.#stream.peek(1).text === '(')) return false;
    into.push(this.#parseAttribute(name));
    return true;
  }

  #parsePrefixed(into: Attribute[]): void {
    const isGnu = unadorned(this.#stream.peek().text) === 'gnu' && this.#stream.peek(1).text === ':';
    if (!isGnu) {
      this.#parseAttribute();
      if (!this.#stream.take(':')) return;
      this.#stream.expect(':', 'after the prefix of an attribute');
      this.#parseAttribute();
      return;
    }
    this.#stream.next();
    this.#stream.next();
    this.#stream.expect(':', 'after the prefix of an attribute');
    into.push(this.#parseAttribute());
  }

  /** `called`: what GCC calls it, where its text says something else. */
  #parseAttribute(called?: string): Attribute {
    const token = this.#stream.next();
    if (token.kind !== TokenKind.identifier) throw new SyntaxProblem('syntax', 'An attribute has a name.', token);
    const name = called ?? unadorned(token.text);
    if (!this.#stream.is('(')) return { name, argument: undefined, word: undefined, token };
    const open = this.#stream.next();
    if (name === 'aligned' || name === 'vector_size') {
      const argument = this.#stream.is(')') ? undefined : this.#expressions.parseConditional();
      this.#stream.expect(')', 'after an attribute');
      return { name, argument, word: undefined, token };
    }
    const { kind, text } = this.#stream.peek();
    const word = kind === TokenKind.identifier ? text : kind === TokenKind.string ? text.slice(1, -1) : undefined;
    this.#stream.skipBalanced('(', ')', open);
    return { name, argument: undefined, word, token };
  }
}
