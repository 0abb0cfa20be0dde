/**
 * Declarators (C17 §6.7.6): the part of a declaration that is read inside out, from the name to the type.
 *
 * Parameters of functions are skipped by their brackets: nothing in them can change a layout.
 */

import { limits } from './limits.ts';
import type { AttributeParser } from './parse-attributes.ts';
import type { ExpressionParser } from './parse-expression.ts';
import type { Attribute, Declarator, DeclaratorPart } from './syntax.ts';
import { SyntaxProblem, type TokenStream } from './token-stream.ts';
import { type Token, TokenKind } from './token.ts';
import { annotations, skippedWords } from './words.ts';

/** How deep declarations stand inside each other. */
export class Nesting {
  readonly #stream: TokenStream;
  #depth = 0;

  constructor(stream: TokenStream) {
    this.#stream = stream;
  }

  /** An error leaves what it was inside of without saying so. */
  reset(): void {
    this.#depth = 0;
  }

  enter(): void {
    if (++this.#depth <= limits.syntaxNesting) return;
    throw new SyntaxProblem('limit-reached', 'Declarations are nested too deeply.', this.#stream.peek());
  }

  leave(): void {
    this.#depth--;
  }
}

/** Whether an attribute makes another type of a pointer; `packed` does not. */
function changesType({ name }: Attribute): boolean {
  return name === 'aligned' || name === 'mode' || name === 'vector_size';
}

export class DeclaratorParser {
  readonly #stream: TokenStream;
  readonly #expressions: ExpressionParser;
  readonly #attributes: AttributeParser;
  readonly #nesting: Nesting;

  constructor(stream: TokenStream, expressions: ExpressionParser, attributes: AttributeParser, nesting: Nesting) {
    this.#stream = stream;
    this.#expressions = expressions;
    this.#attributes = attributes;
    this.#nesting = nesting;
  }

  /** `isInner`: in parentheses, where leading attributes belong to the type and not to what is declared (GCC's `cdk_attrs`). */
  parse(isAbstract: boolean, isInner = false): Declarator {
    this.#nesting.enter();
    const pointers: DeclaratorPart[] = [];
    const leading: Attribute[] = [];
    for (;;) {
      const { text, kind } = this.#stream.peek();
      if (this.#stream.take('*')) {
        pointers.push({ kind: 'pointer' });
        this.#checkLength(pointers);
      } else if (kind === TokenKind.identifier && (skippedWords.has(text) || annotations.has(text))) {
        this.#stream.next();
      } else {
        const attributes: Attribute[] = [];
        if (!this.#attributes.parse(attributes)) break;
        if (pointers.length === 0 && !isInner) leading.push(...attributes);
        else if (attributes.some(changesType)) pointers.push({ kind: 'attributes', attributes });
      }
    }
    let inner: Declarator | undefined;
    let name: Token | undefined;
    if (this.#stream.is('(') && this.#opensDeclarator(isAbstract)) {
      this.#stream.next();
      inner = this.parse(isAbstract, true);
      this.#stream.expect(')', 'after a declarator');
    } else if (this.#stream.peek().kind === TokenKind.identifier) {
      if (!isAbstract) {
        name = this.#stream.next();
        while (this.#attributes.parseStandard(leading));
      }
    } else if (!isAbstract) {
      const found = this.#stream.peek();
      const what = found.kind === TokenKind.end ? 'the end' : `"${found.text.slice(0, 80)}"`;
      throw new SyntaxProblem('syntax', `Expected a name, found ${what}.`, found);
    }
    const suffixes: DeclaratorPart[] = [];
    for (;;) {
      const token = this.#stream.peek();
      if (token.text === '[' && this.#stream.peek(1).text === '[') {
        const attributes: Attribute[] = [];
        this.#attributes.parseStandard(attributes);
        // They belong to the array or the function in front of them; the order is turned round below.
        suffixes.splice(-1, 0, { kind: 'attributes', attributes });
      } else if (this.#stream.take('[')) {
        while (/^(?:static|const|volatile|restrict|__restrict)$/.test(this.#stream.peek().text)) this.#stream.next();
        const length = this.#stream.is(']') ? undefined : this.#expressions.parseExpression();
        this.#stream.expect(']', 'after the length of an array');
        suffixes.push({ kind: 'array', length, token });
      } else if (this.#stream.take('(')) {
        this.#stream.skipBalanced('(', ')', token);
        suffixes.push({ kind: 'function', token });
      } else {
        break;
      }
      this.#checkLength(suffixes);
    }
    this.#nesting.leave();
    const parts = [...pointers, ...suffixes.reverse(), ...(inner?.parts ?? [])];
    if (inner !== undefined) leading.push(...inner.attributes);
    return { name: name ?? inner?.name, parts, attributes: leading };
  }

  #checkLength(parts: readonly DeclaratorPart[]): void {
    if (parts.length <= limits.syntaxNesting) return;
    throw new SyntaxProblem('limit-reached', 'This declarator is too long.', this.#stream.peek());
  }

  /** In a type name `(` opens a declarator, as in `int (*)(void)`, or parameters, as in `int (void)`. */
  #opensDeclarator(isAbstract: boolean): boolean {
    if (!isAbstract) return true;
    const next = this.#stream.peek(1);
    return next.text === '*' || next.text === '(' || next.text === '[' || next.text === '__attribute__';
  }
}
