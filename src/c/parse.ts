/**
 * Declarations (C17 §6.7), with the GNU extensions that headers use.
 *
 * One call reads one external declaration. Function parameters, bodies, initializers and `asm` are skipped by their
 * brackets: nothing in them can change a layout. Which identifiers are types must be asked (`isTypedefName`), the one place
 * where C's grammar depends on what was declared before.
 */

import { limits } from './limits.ts';
import { ExpressionParser } from './parse-expression.ts';
import type {
  Attribute,
  Declarator,
  DeclaratorPart,
  EnumeratorSyntax,
  EnumSpecifier,
  Expression,
  ExternalDeclaration,
  Member,
  MemberDeclarator,
  RecordSpecifier,
  Specifiers,
  StaticAssertion,
  TypeName,
  TypeSpecifier,
} from './syntax.ts';
import { SyntaxProblem, type TokenStream } from './token-stream.ts';
import { type Token, TokenKind } from './token.ts';

/** Words for basic types, under the one spelling that `lower` knows. */
const basicWords = new Map<string, string>();
for (const word of [
  'void',
  'char',
  'short',
  'int',
  'long',
  'float',
  'double',
  'signed',
  'unsigned',
  '_Bool',
  '__int128',
]) {
  basicWords.set(word, word);
}
for (const [spelling, word] of [
  ['__signed', 'signed'],
  ['__signed__', 'signed'],
  ['__int128_t', '__int128_t'],
  ['__uint128_t', '__uint128_t'],
  ['_Complex', '_Complex'],
  ['__complex__', '_Complex'],
  ['_Float16', '_Float16'],
  ['_Float32', 'float'],
  ['_Float64', 'double'],
  ['_Float128', '__float128'],
  ['__float128', '__float128'],
  ['__builtin_va_list', 'va_list'],
] as const) {
  basicWords.set(spelling, word);
}

const skippedWords = new Set(
  `const __const __const__ volatile __volatile __volatile__ restrict __restrict __restrict__ _Atomic inline __inline
   __inline__ _Noreturn register auto __thread _Thread_local __extension__`.split(/\s+/),
);
/** Annotations of kernel sources that `make headers_install` drops or that stand for nothing to a compiler. */
const annotations = new Set(
  `__user __kernel __iomem __percpu __rcu __force __nocast __safe __bitwise __must_check __must_hold __packed2 __always_unused
   __deprecated asmlinkage`.split(/\s+/),
);
const attributeWords = new Set(['__attribute__', '__attribute', '_Alignas', 'alignas']);
const typeofWords = new Set(['typeof', '__typeof__', '__typeof', 'typeof_unqual']);
const assertWords = new Set(['_Static_assert', 'static_assert']);
const asmWords = new Set(['asm', '__asm__', '__asm']);
/** Whether an attribute makes another type of a pointer; `packed` does not. */
function changesType({ name }: Attribute): boolean {
  return name === 'aligned' || name === 'mode' || name === 'vector_size';
}

function isStorage(word: string): word is 'typedef' | 'extern' | 'static' {
  return word === 'typedef' || word === 'extern' || word === 'static';
}

export class Parser {
  readonly #stream: TokenStream;
  readonly #isTypedefName: (name: string) => boolean;
  readonly #isCxx: () => boolean;
  readonly #packBytes: () => number;
  readonly #expressions: ExpressionParser;
  #nesting = 0;

  /** `packBytes`: what `#pragma pack` says where the stream is. */
  constructor(
    stream: TokenStream,
    isTypedefName: (name: string) => boolean,
    isCxx = (): boolean => false,
    packBytes = (): number => 0,
  ) {
    this.#stream = stream;
    this.#isTypedefName = isTypedefName;
    this.#isCxx = isCxx;
    this.#packBytes = packBytes;
    this.#expressions = new ExpressionParser(stream, {
      startsTypeName: (token) => this.#startsTypeName(token),
      parseTypeName: () => this.parseTypeName(),
    });
  }

  /** A whole constant expression, and nothing behind it; not even a comma operator (C17 §6.6p3). */
  parseWholeTypeName(): TypeName {
    const name = this.parseTypeName();
    const rest = this.#stream.peek();
    if (rest.kind !== TokenKind.end) throw new SyntaxProblem('syntax', 'This is no part of a type.', rest);
    return name;
  }

  parseWholeExpression(): Expression {
    const expression = this.#expressions.parseConditional();
    const rest = this.#stream.peek();
    if (rest.kind !== TokenKind.end) throw new SyntaxProblem('syntax', 'This is no part of an expression.', rest);
    return expression;
  }

  /** One external declaration (C17 §6.9); the stream must not be at its end. */
  parseDeclaration(): ExternalDeclaration {
    this.#nesting = 0;
    const token = this.#stream.peek();
    if (this.#stream.take(';')) return { kind: 'empty', token };
    if (assertWords.has(token.text)) return this.#parseStaticAssertion();
    if (asmWords.has(token.text)) {
      this.#skipAsm();
      this.#stream.take(';');
      return { kind: 'empty', token };
    }
    if (this.#skipLinkage(token)) return { kind: 'empty', token };
    const specifiers = this.#parseSpecifiers(true);
    const declarators: MemberDeclarator[] = [];
    if (this.#stream.take(';')) return { kind: 'declaration', specifiers, declarators, token };
    for (;;) {
      const declarator = this.#parseDeclarator(false);
      const attributes: Attribute[] = [];
      while (this.#parseAttributes(attributes) || this.#skipAsm() || this.#skipAnnotation());
      declarators.push({ declarator, width: undefined, attributes });
      if (declarator.parts.at(-1)?.kind === 'function' && this.#skipBody()) break;
      if (this.#stream.take('=')) this.#skipInitializer();
      if (this.#stream.take(',')) {
        this.#parseAttributes(attributes);
        continue;
      }
      this.#stream.expect(';', 'after a declaration');
      break;
    }
    return { kind: 'declaration', specifiers, declarators, token };
  }

  /**
   * `extern "C" {` and the brace that ends it, for a C++ program. They are not held against each other: what a header includes
   * in between is read piece by piece.
   */
  #skipLinkage(token: Token): boolean {
    if (token.text === '}') return this.#isCxx() && this.#stream.take('}');
    if (token.text !== 'extern' || this.#stream.peek(1).kind !== TokenKind.string) return false;
    if (this.#stream.peek(2).text !== '{' || !this.#isCxx()) return false;
    for (let count = 0; count < 3; count++) this.#stream.next();
    return true;
  }

  parseTypeName(): TypeName {
    const token = this.#stream.peek();
    const specifiers = this.#parseSpecifiers(false);
    return { kind: 'type-name', specifiers, declarator: this.#parseDeclarator(true), token };
  }

  #startsTypeName(token: Token): boolean {
    if (token.kind !== TokenKind.identifier) return false;
    const { text } = token;
    if (basicWords.has(text) || skippedWords.has(text) || typeofWords.has(text)) return text !== '__extension__';
    if (text === 'struct' || text === 'union' || text === 'enum' || text === '__attribute__') return true;
    return this.#isTypedefName(text);
  }

  #enter(): void {
    if (++this.#nesting <= limits.syntaxNesting) return;
    throw new SyntaxProblem('limit-reached', 'Declarations are nested too deeply.', this.#stream.peek());
  }

  #parseStaticAssertion(): StaticAssertion {
    const token = this.#stream.next();
    this.#stream.expect('(', 'after _Static_assert');
    const condition = this.#expressions.parseConditional();
    let message = '';
    if (this.#stream.take(',')) {
      while (this.#stream.peek().kind === TokenKind.string) message += this.#stream.next().text.slice(1, -1);
    }
    this.#stream.expect(')', 'after _Static_assert');
    this.#stream.expect(';', 'after _Static_assert');
    return { kind: 'static-assertion', condition, message, token };
  }

  /** `mayBeImplicit`: C89's `extern x;` and `f();`, which declare an `int`. */
  #parseSpecifiers(mayBeImplicit: boolean): Specifiers {
    const token = this.#stream.peek();
    let storage: Specifiers['storage'];
    let type: TypeSpecifier | undefined;
    const words: string[] = [];
    const attributes: Attribute[] = [];
    for (;;) {
      const next = this.#stream.peek();
      const { text } = next;
      if (next.kind !== TokenKind.identifier) {
        if (this.#parseAttributes(attributes)) continue;
        break;
      }
      const basic = basicWords.get(text);
      if (basic !== undefined && type === undefined) {
        words.push(basic);
        this.#stream.next();
      } else if (isStorage(text)) {
        storage = text;
        this.#stream.next();
        // extern "C", which C++ guards leave behind where __cplusplus is not asked.
        if (text === 'extern' && this.#stream.peek().kind === TokenKind.string) {
          if (this.#isCxx()) {
            this.#stream.next();
            continue;
          }
          throw new SyntaxProblem('syntax', 'This is C++.', this.#stream.peek());
        }
      } else if (skippedWords.has(text)) {
        this.#stream.next();
        if (text === '_Atomic' && this.#stream.is('(')) {
          this.#stream.next();
          type = { kind: 'typeof', operand: this.parseTypeName(), token: next };
          this.#stream.expect(')', 'after _Atomic');
        }
      } else if (attributeWords.has(text)) {
        this.#parseAttributes(attributes);
      } else if (type !== undefined || words.length > 0) {
        if (!annotations.has(text) || this.#isTypedefName(text)) break;
        this.#stream.next();
      } else if (text === 'struct' || text === 'union') {
        type = this.#parseRecord(text);
      } else if (text === 'enum') {
        type = this.#parseEnum();
      } else if (typeofWords.has(text)) {
        type = this.#parseTypeof();
      } else if (this.#isTypedefName(text)) {
        type = { kind: 'typedef-name', name: text, token: this.#stream.next() };
      } else if (annotations.has(text)) {
        this.#stream.next();
      } else if (mayBeImplicit && (storage !== undefined || this.#stream.peek(1).text === '(') && this.#isLoneName()) {
        words.push('int');
        break;
      } else {
        throw new SyntaxProblem('unknown-type', `There is no type called ${text}.`, next);
      }
    }
    if (type === undefined) {
      if (words.length === 0) {
        const found = this.#stream.peek();
        const what = found.kind === TokenKind.end ? 'the end' : `"${found.text.slice(0, 80)}"`;
        throw new SyntaxProblem('syntax', `Expected a type, found ${what}.`, found);
      }
      type = { kind: 'basic', words, token };
    }
    return { storage, type, attributes, token };
  }

  /** Whether the name ahead can be a declarator without a type: something that ends a declarator follows it. */
  #isLoneName(): boolean {
    return /^[;,=([]$/.test(this.#stream.peek(1).text);
  }

  #parseTypeof(): TypeSpecifier {
    const token = this.#stream.next();
    this.#stream.expect('(', 'after typeof');
    this.#enter();
    const operand = this.#startsTypeName(this.#stream.peek())
      ? this.parseTypeName()
      : this.#expressions.parseExpression();
    this.#nesting--;
    this.#stream.expect(')', 'after typeof');
    return { kind: 'typeof', operand, token };
  }

  #parseRecord(recordKind: 'struct' | 'union'): RecordSpecifier {
    const token = this.#stream.next();
    const attributes: Attribute[] = [];
    while (this.#parseAttributes(attributes));
    const tag = this.#stream.peek().kind === TokenKind.identifier ? this.#stream.next() : undefined;
    if (!this.#stream.is('{')) {
      if (tag === undefined) {
        throw new SyntaxProblem('syntax', `A ${recordKind} has a name or a body.`, this.#stream.peek());
      }
      return { kind: 'record', recordKind, tag: tag.text, members: undefined, packBytes: 0, attributes, token: tag };
    }
    this.#enter();
    this.#stream.next();
    const members: (Member | StaticAssertion)[] = [];
    while (!this.#stream.is('}')) {
      if (this.#stream.take(';')) continue;
      members.push(assertWords.has(this.#stream.peek().text) ? this.#parseStaticAssertion() : this.#parseMember());
    }
    this.#nesting--;
    // Before anything behind the brace is looked at, which a pragma may precede (`finish_struct`).
    const packBytes = this.#packBytes();
    this.#stream.next();
    while (this.#parseAttributes(attributes));
    return { kind: 'record', recordKind, tag: tag?.text, members, packBytes, attributes, token: tag ?? token };
  }

  #parseMember(): Member {
    const token = this.#stream.peek();
    const specifiers = this.#parseSpecifiers(false);
    const declarators: MemberDeclarator[] = [];
    while (!this.#stream.is(';') && !this.#stream.is('}')) {
      const attributes: Attribute[] = [];
      const isUnnamed = this.#stream.is(':');
      const declarator = isUnnamed ? { name: undefined, parts: [], attributes: [] } : this.#parseDeclarator(false);
      const width = this.#stream.take(':') ? this.#expressions.parseConditional() : undefined;
      while (this.#parseAttributes(attributes));
      declarators.push({ declarator, width, attributes });
      if (!this.#stream.take(',')) break;
    }
    // GCC accepts a last member without its semicolon.
    if (!this.#stream.is('}')) this.#stream.expect(';', 'after a member');
    return { kind: 'member', specifiers, declarators, token };
  }

  #parseEnum(): EnumSpecifier {
    const token = this.#stream.next();
    const attributes: Attribute[] = [];
    while (this.#parseAttributes(attributes));
    const tag = this.#stream.peek().kind === TokenKind.identifier ? this.#stream.next() : undefined;
    // In a record `enum e : 3;` is a bit-field without a name.
    const isFixed = this.#stream.is(':') && this.#startsTypeName(this.#stream.peek(1));
    if (isFixed) this.#stream.next();
    const underlying = isFixed ? this.parseTypeName() : undefined;
    const at = tag ?? token;
    if (!this.#stream.is('{')) {
      if (tag === undefined) {
        throw new SyntaxProblem('syntax', 'An enum has a name or a body.', this.#stream.peek());
      }
      return { kind: 'enum', tag: tag.text, enumerators: undefined, underlying, attributes, token: at };
    }
    this.#stream.next();
    const enumerators: EnumeratorSyntax[] = [];
    while (!this.#stream.is('}')) {
      const name = this.#stream.next();
      if (name.kind !== TokenKind.identifier) throw new SyntaxProblem('syntax', 'An enumerator has a name.', name);
      while (this.#parseAttributes([]));
      const value = this.#stream.take('=') ? this.#expressions.parseConditional() : undefined;
      enumerators.push({ name: name.text, value, token: name });
      if (!this.#stream.take(',')) break;
    }
    this.#stream.expect('}', 'after the enumerators');
    while (this.#parseAttributes(attributes));
    return { kind: 'enum', tag: tag?.text, enumerators, underlying, attributes, token: at };
  }

  /** `isInner`: in parentheses, where leading attributes belong to the type and not to what is declared (GCC's `cdk_attrs`). */
  #parseDeclarator(isAbstract: boolean, isInner = false): Declarator {
    this.#enter();
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
        if (!this.#parseAttributes(attributes)) break;
        if (pointers.length === 0 && !isInner) leading.push(...attributes);
        else if (attributes.some(changesType)) pointers.push({ kind: 'attributes', attributes });
      }
    }
    let inner: Declarator | undefined;
    let name: Token | undefined;
    if (this.#stream.is('(') && this.#opensDeclarator(isAbstract)) {
      this.#stream.next();
      inner = this.#parseDeclarator(isAbstract, true);
      this.#stream.expect(')', 'after a declarator');
    } else if (this.#stream.peek().kind === TokenKind.identifier) {
      if (!isAbstract) name = this.#stream.next();
    } else if (!isAbstract) {
      const found = this.#stream.peek();
      const what = found.kind === TokenKind.end ? 'the end' : `"${found.text.slice(0, 80)}"`;
      throw new SyntaxProblem('syntax', `Expected a name, found ${what}.`, found);
    }
    const suffixes: DeclaratorPart[] = [];
    for (;;) {
      const token = this.#stream.peek();
      if (this.#stream.take('[')) {
        while (/^(?:static|const|volatile|restrict|__restrict)$/.test(this.#stream.peek().text)) this.#stream.next();
        const length = this.#stream.is(']') ? undefined : this.#expressions.parseExpression();
        this.#stream.expect(']', 'after the length of an array');
        suffixes.push({ kind: 'array', length, token });
      } else if (this.#stream.take('(')) {
        this.#stream.skipBalanced('(', ')', token);
        suffixes.push({ kind: 'function' });
      } else {
        break;
      }
      this.#checkLength(suffixes);
    }
    this.#nesting--;
    const parts = [...pointers, ...suffixes.reverse(), ...(inner?.parts ?? [])];
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

  /** Reads what attributes there are; false if there are none here. */
  #parseAttributes(into: Attribute[]): boolean {
    const token = this.#stream.peek();
    if (token.text === '[' && this.#stream.peek(1).text === '[') {
      this.#stream.next();
      this.#stream.skipBalanced('[', ']', token);
      return true;
    }
    if (token.kind !== TokenKind.identifier || !attributeWords.has(token.text)) return false;
    this.#stream.next();
    this.#stream.expect('(', 'after an attribute');
    if (token.text === '_Alignas' || token.text === 'alignas') {
      const argument: Expression = this.#startsTypeName(this.#stream.peek())
        ? { kind: 'alignof', operand: this.parseTypeName(), isLeast: true, token, depth: 1 }
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

  #parseAttribute(): Attribute {
    const token = this.#stream.next();
    if (token.kind !== TokenKind.identifier) throw new SyntaxProblem('syntax', 'An attribute has a name.', token);
    const name = /^__.+__$/.test(token.text) ? token.text.slice(2, -2) : token.text;
    if (!this.#stream.is('(')) return { name, argument: undefined, word: undefined, token };
    const open = this.#stream.next();
    if (name === 'aligned' || name === 'vector_size') {
      const argument = this.#stream.is(')') ? undefined : this.#expressions.parseConditional();
      this.#stream.expect(')', 'after an attribute');
      return { name, argument, word: undefined, token };
    }
    const word = this.#stream.peek().kind === TokenKind.identifier ? this.#stream.peek().text : undefined;
    this.#stream.skipBalanced('(', ')', open);
    return { name, argument: undefined, word, token };
  }

  #skipAsm(): boolean {
    if (!asmWords.has(this.#stream.peek().text)) return false;
    this.#stream.next();
    while (/^(?:volatile|__volatile__|goto|inline)$/.test(this.#stream.peek().text)) this.#stream.next();
    const open = this.#stream.expect('(', 'after asm');
    this.#stream.skipBalanced('(', ')', open);
    return true;
  }

  #skipAnnotation(): boolean {
    const { text } = this.#stream.peek();
    if (!annotations.has(text) || this.#isTypedefName(text)) return false;
    this.#stream.next();
    return true;
  }

  /** A function's body, with C89 parameter declarations before it. */
  #skipBody(): boolean {
    const next = this.#stream.peek();
    if (next.text !== '{' && !this.#startsTypeName(next)) return false;
    while (!this.#stream.is('{')) {
      if (this.#stream.next().kind === TokenKind.end) {
        throw new SyntaxProblem('syntax', 'Expected ";" or a body after a function.', next);
      }
    }
    this.#stream.skipBalanced('{', '}', this.#stream.next());
    return true;
  }

  #skipInitializer(): void {
    for (let depth = 0; ;) {
      const token = this.#stream.peek();
      if (token.kind === TokenKind.end) throw new SyntaxProblem('syntax', 'This initializer does not end.', token);
      if (token.kind === TokenKind.punctuator) {
        if (depth === 0 && (token.text === ',' || token.text === ';')) return;
        if (/^[([{]$/.test(token.text)) depth++;
        else if (/^[)\]}]$/.test(token.text)) depth--;
      }
      this.#stream.next();
    }
  }
}
