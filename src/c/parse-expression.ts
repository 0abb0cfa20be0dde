/**
 * Expressions (C17 §6.5), as far as something constant can be made of them: no assignment, no statement expression.
 */

import { limits } from './limits.ts';
import { parseInitializer } from './parse-initializer.ts';
import type { Expression, TypeName } from './syntax.ts';
import { SyntaxProblem, type TokenStream } from './token-stream.ts';
import { type Token, TokenKind } from './token.ts';

/** What expressions need from declarations: casts and `sizeof` name types. */
export interface TypeNameParser {
  readonly startsTypeName: (token: Token) => boolean;
  readonly parseTypeName: () => TypeName;
}

const precedences = new Map<string, number>();
for (const [strength, operators] of [
  [10, '* / %'],
  [9, '+ -'],
  [8, '<< >>'],
  [7, '< > <= >='],
  [6, '== !='],
  [5, '&'],
  [4, '^'],
  [3, '|'],
  [2, '&&'],
  [1, '||'],
] as const) {
  for (const operator of operators.split(' ')) precedences.set(operator, strength);
}

const alignofWords = new Set(['_Alignof', 'alignof', '__alignof__', '__alignof']);
/** C's words; GNU's mean something else (`c_sizeof_or_alignof_type`). */
const leastWords = new Set(['_Alignof', 'alignof']);
const offsetofWords = new Set(['__builtin_offsetof', 'offsetof']);
/** Calls whose arguments may be types. */
const typeCalls = new Set(['__builtin_types_compatible_p', '__builtin_va_arg']);

export class ExpressionParser {
  readonly #stream: TokenStream;
  readonly #types: TypeNameParser;
  #nesting = 0;

  constructor(stream: TokenStream, types: TypeNameParser) {
    this.#stream = stream;
    this.#types = types;
  }

  /** With the comma operator: what stands in parentheses. */
  parseExpression(): Expression {
    let left = this.parseConditional();
    while (this.#stream.is(',')) {
      const token = this.#stream.next();
      const right = this.parseConditional();
      left = { kind: 'binary', operator: ',', left, right, token, depth: this.#depthOver(token, left, right) };
    }
    return left;
  }

  /** A constant expression (C17 §6.6). */
  parseConditional(): Expression {
    this.#enter();
    const condition = this.#parseBinary(1);
    let result = condition;
    if (this.#stream.is('?')) {
      const token = this.#stream.next();
      const then = this.#stream.is(':') ? undefined : this.parseExpression();
      this.#stream.expect(':', 'after the first choice of a condition');
      const otherwise = this.parseConditional();
      const depth = this.#depthOver(token, condition, then ?? condition, otherwise);
      result = { kind: 'conditional', condition, then, otherwise, token, depth };
    }
    this.#nesting--;
    return result;
  }

  #enter(): void {
    if (++this.#nesting <= limits.syntaxNesting) return;
    this.#nesting = 0;
    throw new SyntaxProblem('limit-reached', 'The expression is nested too deeply.', this.#stream.peek());
  }

  #depthOver(token: Token, ...parts: readonly Expression[]): number {
    let depth = 0;
    for (const part of parts) depth = Math.max(depth, part.depth);
    if (depth >= limits.expressionDepth) throw new SyntaxProblem('limit-reached', 'The expression is too long.', token);
    return depth + 1;
  }

  #parseBinary(minimum: number): Expression {
    let left = this.#parseCast();
    for (;;) {
      const token = this.#stream.peek();
      const strength = token.kind === TokenKind.punctuator ? precedences.get(token.text) : undefined;
      if (strength === undefined || strength < minimum) return left;
      this.#stream.next();
      const right = this.#parseBinary(strength + 1);
      left = { kind: 'binary', operator: token.text, left, right, token, depth: this.#depthOver(token, left, right) };
    }
  }

  #parseCast(): Expression {
    const token = this.#stream.peek();
    if (token.text !== '(' || !this.#types.startsTypeName(this.#stream.peek(1))) return this.#parseUnary();
    this.#enter();
    this.#stream.next();
    const type = this.#types.parseTypeName();
    this.#stream.expect(')', 'after the type of a cast');
    let result: Expression;
    if (this.#stream.is('{')) {
      result = this.#parsePostfix(this.#parseCompoundLiteral(type, token));
    } else {
      const operand = this.#parseCast();
      result = { kind: 'cast', type, operand, token, depth: this.#depthOver(token, operand) };
    }
    this.#nesting--;
    return result;
  }

  #parseCompoundLiteral(type: TypeName, token: Token): Expression {
    const initializer = parseInitializer(this.#stream, () => this.parseConditional());
    return { kind: 'compound-literal', type, initializer, token, depth: 1 };
  }

  #parseUnary(): Expression {
    const token = this.#stream.peek();
    if (token.kind === TokenKind.punctuator && ['+', '-', '~', '!', '&', '*'].includes(token.text)) {
      this.#enter();
      this.#stream.next();
      const operand = this.#parseCast();
      this.#nesting--;
      return { kind: 'unary', operator: token.text, operand, token, depth: this.#depthOver(token, operand) };
    }
    if (token.kind === TokenKind.identifier) {
      if (token.text === '__extension__') {
        this.#enter();
        this.#stream.next();
        const operand = this.#parseCast();
        this.#nesting--;
        return operand;
      }
      if (token.text === 'sizeof') return this.#parseMeasure('sizeof');
      if (alignofWords.has(token.text)) return this.#parseMeasure('alignof');
    }
    return this.#parsePostfix(this.#parsePrimary());
  }

  #parseMeasure(kind: 'sizeof' | 'alignof'): Expression {
    this.#enter();
    const token = this.#stream.next();
    let operand: Expression | TypeName;
    if (this.#stream.is('(') && this.#types.startsTypeName(this.#stream.peek(1))) {
      const open = this.#stream.next();
      const type = this.#types.parseTypeName();
      this.#stream.expect(')', `after the type in ${kind}`);
      operand = this.#stream.is('{') ? this.#parsePostfix(this.#parseCompoundLiteral(type, open)) : type;
    } else {
      operand = this.#parseUnary();
    }
    this.#nesting--;
    const depth = operand.kind === 'type-name' ? 1 : this.#depthOver(token, operand);
    return kind === 'sizeof'
      ? { kind, operand, token, depth }
      : { kind, operand, isLeast: leastWords.has(token.text), token, depth };
  }

  #parsePostfix(start: Expression): Expression {
    let operand = start;
    for (;;) {
      const token = this.#stream.peek();
      if (token.kind !== TokenKind.punctuator) return operand;
      if (token.text === '[') {
        this.#stream.next();
        const index = this.parseExpression();
        this.#stream.expect(']', 'after an index');
        operand = { kind: 'index', operand, index, token, depth: this.#depthOver(token, operand, index) };
      } else if (token.text === '.' || token.text === '->') {
        this.#stream.next();
        const name = this.#stream.next();
        if (name.kind !== TokenKind.identifier) throw new SyntaxProblem('syntax', 'A member has a name.', name);
        const depth = this.#depthOver(token, operand);
        operand = { kind: 'member', operand, name: name.text, isArrow: token.text === '->', token, depth };
      } else if (token.text === '(') {
        this.#stream.next();
        const given: (Expression | TypeName)[] = [];
        const takesTypes = operand.kind === 'name' && typeCalls.has(operand.token.text);
        while (!this.#stream.is(')')) {
          const isType = takesTypes && this.#types.startsTypeName(this.#stream.peek());
          given.push(isType ? this.#types.parseTypeName() : this.parseConditional());
          if (!this.#stream.take(',')) break;
        }
        this.#stream.expect(')', 'after the arguments of a call');
        const parts = given.filter((part): part is Expression => part.kind !== 'type-name');
        operand = {
          kind: 'call',
          callee: operand,
          arguments: given,
          token,
          depth: this.#depthOver(token, operand, ...parts),
        };
      } else {
        return operand;
      }
    }
  }

  #parsePrimary(): Expression {
    const token = this.#stream.next();
    if (token.kind === TokenKind.number) return { kind: 'number', token, depth: 1 };
    if (token.kind === TokenKind.character) return { kind: 'character', token, depth: 1 };
    if (token.kind === TokenKind.string) {
      const others: Token[] = [];
      while (this.#stream.peek().kind === TokenKind.string) others.push(this.#stream.next());
      return { kind: 'string', others, token, depth: 1 };
    }
    if (token.kind === TokenKind.identifier) {
      return offsetofWords.has(token.text) && this.#stream.is('(')
        ? this.#parseOffsetof(token)
        : { kind: 'name', token, depth: 1 };
    }
    if (token.text === '(' && token.kind === TokenKind.punctuator) {
      if (this.#stream.is('{')) throw new SyntaxProblem('not-constant', 'A statement is no constant.', token);
      const inside = this.parseExpression();
      this.#stream.expect(')', 'after an expression in parentheses');
      return inside;
    }
    const found =
      token.kind === TokenKind.end ? 'The expression ends too early.' : `"${token.text}" begins no expression.`;
    throw new SyntaxProblem('syntax', found, token);
  }

  #parseOffsetof(token: Token): Expression {
    this.#stream.expect('(', 'after offsetof');
    const type = this.#types.parseTypeName();
    this.#stream.expect(',', 'after the type in offsetof');
    const first = this.#stream.next();
    if (first.kind !== TokenKind.identifier) throw new SyntaxProblem('syntax', 'A member has a name.', first);
    // `a.b[2].c` is read as the postfix expression it looks like; its innermost name is a member, not an object.
    const path = this.#parsePostfix({ kind: 'name', token: first, depth: 1 });
    this.#stream.expect(')', 'after the member in offsetof');
    return { kind: 'offsetof', type, path, token, depth: this.#depthOver(token, path) };
  }
}
