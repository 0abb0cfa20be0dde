/**
 * Declarations (C17 §6.7), with the GNU extensions that headers use.
 *
 * One call reads one external declaration. Function parameters, bodies, initializers and `asm` are skipped by their
 * brackets: nothing in them can change a layout. Which identifiers are types must be asked (`isTypedefName`), the one place
 * where C's grammar depends on what was declared before.
 */

import { AttributeParser } from './parse-attributes.ts';
import { DeclaratorParser, Nesting } from './parse-declarator.ts';
import { ExpressionParser } from './parse-expression.ts';
import { parseInitializer, skipInitializer } from './parse-initializer.ts';
import type {
  Attribute,
  EnumeratorSyntax,
  EnumSpecifier,
  Expression,
  ExternalDeclaration,
  Initializer,
  Member,
  MemberDeclarator,
  RecordPragmas,
  RecordSpecifier,
  Specifiers,
  StaticAssertion,
  TypeName,
  TypeSpecifier,
} from './syntax.ts';
import { SyntaxProblem, type TokenStream } from './token-stream.ts';
import { type Token, TokenKind } from './token.ts';
import { annotations, asmWords, assertWords, attributeWords, basicWords, skippedWords, typeofWords } from './words.ts';

function isStorage(word: string): word is 'typedef' | 'extern' | 'static' {
  return word === 'typedef' || word === 'extern' || word === 'static';
}

const noPragmas: RecordPragmas = { packBytes: 0, storageOrder: undefined };

export class Parser {
  readonly #stream: TokenStream;
  readonly #isTypedefName: (name: string) => boolean;
  readonly #isCxx: () => boolean;
  readonly #pragmas: () => RecordPragmas;
  readonly #expressions: ExpressionParser;
  readonly #attributes: AttributeParser;
  readonly #nesting: Nesting;
  readonly #declarators: DeclaratorParser;

  /** `pragmas`: what they say where the stream is. */
  constructor(
    stream: TokenStream,
    isTypedefName: (name: string) => boolean,
    isCxx = (): boolean => false,
    pragmas = (): RecordPragmas => noPragmas,
  ) {
    this.#stream = stream;
    this.#isTypedefName = isTypedefName;
    this.#isCxx = isCxx;
    this.#pragmas = pragmas;
    const types = {
      startsTypeName: (token: Token) => this.#startsTypeName(token),
      parseTypeName: () => this.parseTypeName(),
    };
    this.#expressions = new ExpressionParser(stream, types);
    this.#attributes = new AttributeParser(stream, this.#expressions, types);
    this.#nesting = new Nesting(stream);
    this.#declarators = new DeclaratorParser(stream, this.#expressions, this.#attributes, this.#nesting);
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
    this.#nesting.reset();
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
      const declarator = this.#declarators.parse(false);
      const attributes: Attribute[] = [];
      while (this.#attributes.parse(attributes) || this.#skipAsm() || this.#skipAnnotation());
      const outermost = declarator.parts.at(-1);
      let initializer: Initializer | undefined;
      if (outermost?.kind === 'function' && this.#skipBody()) {
        declarators.push({ declarator, width: undefined, attributes });
        break;
      }
      if (this.#stream.is('=') && specifiers.storage === 'typedef') {
        throw new SyntaxProblem('syntax', 'A typedef has no initializer.', this.#stream.peek());
      }
      if (this.#stream.take('=')) {
        const isAsked = outermost?.kind === 'array' && outermost.length === undefined;
        if (isAsked) initializer = parseInitializer(this.#stream, () => this.#expressions.parseConditional());
        else skipInitializer(this.#stream);
      }
      declarators.push({ declarator, width: undefined, attributes, ...(initializer && { initializer }) });
      if (this.#stream.take(',')) {
        this.#attributes.parseGnu(attributes);
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
    return { kind: 'type-name', specifiers, declarator: this.#declarators.parse(true), token };
  }

  #startsTypeName(token: Token): boolean {
    if (token.kind !== TokenKind.identifier) return false;
    const { text } = token;
    if (basicWords.has(text) || skippedWords.has(text) || typeofWords.has(text)) return text !== '__extension__';
    if (text === 'struct' || text === 'union' || text === 'enum' || text === '__attribute__') return true;
    // `(__force snd_pcm_format_t) 3`, as it stands in a header that nobody installed.
    return annotations.has(text) || this.#isTypedefName(text);
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
    let typeAttributes: Attribute[] | undefined;
    let isAtomic = false;
    for (;;) {
      const next = this.#stream.peek();
      const { text } = next;
      if (next.kind !== TokenKind.identifier) {
        const isBehind = type !== undefined || words.length > 0;
        if (this.#attributes.parseStandard(isBehind ? (typeAttributes ??= []) : attributes)) continue;
        break;
      }
      const basic = basicWords.get(text);
      if (basic !== undefined && type === undefined) {
        words.push(basic);
        this.#stream.next();
      } else if (isStorage(text)) {
        if (storage !== undefined && storage !== text) {
          throw new SyntaxProblem('syntax', 'A declaration has one storage class.', next);
        }
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
        if (text !== '_Atomic') continue;
        isAtomic = true;
        if (this.#stream.take('(')) {
          type = { kind: 'typeof', operand: this.parseTypeName(), token: next };
          this.#stream.expect(')', 'after _Atomic');
        }
      } else if (attributeWords.has(text) && this.#attributes.parseGnu(attributes)) {
        continue;
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
    return typeAttributes === undefined && !isAtomic
      ? { storage, type, attributes, token }
      : { storage, type, attributes, ...(typeAttributes && { typeAttributes }), isAtomic, token };
  }

  /** Whether the name ahead can be a declarator without a type: something that ends a declarator follows it. */
  #isLoneName(): boolean {
    return /^[;,=([]$/.test(this.#stream.peek(1).text);
  }

  #parseTypeof(): TypeSpecifier {
    const token = this.#stream.next();
    this.#stream.expect('(', 'after typeof');
    this.#nesting.enter();
    const operand = this.#startsTypeName(this.#stream.peek())
      ? this.parseTypeName()
      : this.#expressions.parseExpression();
    this.#nesting.leave();
    this.#stream.expect(')', 'after typeof');
    return { kind: 'typeof', operand, token };
  }

  #parseRecord(recordKind: 'struct' | 'union'): RecordSpecifier {
    const token = this.#stream.next();
    const attributes: Attribute[] = [];
    while (this.#attributes.parse(attributes));
    const tag = this.#stream.peek().kind === TokenKind.identifier ? this.#stream.next() : undefined;
    if (!this.#stream.is('{')) {
      if (tag === undefined) {
        throw new SyntaxProblem('syntax', `A ${recordKind} has a name or a body.`, this.#stream.peek());
      }
      return {
        kind: 'record',
        recordKind,
        tag: tag.text,
        members: undefined,
        pragmas: noPragmas,
        attributes,
        token: tag,
      };
    }
    this.#nesting.enter();
    this.#stream.next();
    const members: (Member | StaticAssertion)[] = [];
    while (!this.#stream.is('}')) {
      if (this.#stream.take(';')) continue;
      members.push(assertWords.has(this.#stream.peek().text) ? this.#parseStaticAssertion() : this.#parseMember());
    }
    this.#nesting.leave();
    // Before anything behind the brace is looked at, which a pragma may precede (`finish_struct`).
    const pragmas = this.#pragmas();
    this.#stream.next();
    while (this.#attributes.parseGnu(attributes));
    return { kind: 'record', recordKind, tag: tag?.text, members, pragmas, attributes, token: tag ?? token };
  }

  #parseMember(): Member {
    const token = this.#stream.peek();
    const specifiers = this.#parseSpecifiers(false);
    if (specifiers.storage !== undefined) throw new SyntaxProblem('syntax', 'A member has no storage class.', token);
    const declarators: MemberDeclarator[] = [];
    while (!this.#stream.is(';') && !this.#stream.is('}')) {
      const attributes: Attribute[] = [];
      const isUnnamed = this.#stream.is(':');
      const declarator = isUnnamed ? { name: undefined, parts: [], attributes: [] } : this.#declarators.parse(false);
      const width = this.#stream.take(':') ? this.#expressions.parseConditional() : undefined;
      while (this.#attributes.parse(attributes));
      declarators.push({ declarator, width, attributes });
      if (!this.#stream.take(',')) break;
      if (this.#stream.is(';')) throw new SyntaxProblem('syntax', 'Expected a member.', this.#stream.peek());
    }
    // GCC accepts a last member without its semicolon.
    if (!this.#stream.is('}')) this.#stream.expect(';', 'after a member');
    return { kind: 'member', specifiers, declarators, token };
  }

  #parseEnum(): EnumSpecifier {
    const token = this.#stream.next();
    const attributes: Attribute[] = [];
    while (this.#attributes.parse(attributes));
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
      while (this.#attributes.parse([]));
      const value = this.#stream.take('=') ? this.#expressions.parseConditional() : undefined;
      enumerators.push({ name: name.text, value, token: name });
      if (!this.#stream.take(',')) break;
    }
    this.#stream.expect('}', 'after the enumerators');
    while (this.#attributes.parseGnu(attributes));
    return { kind: 'enum', tag: tag?.text, enumerators, underlying, attributes, token: at };
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
}
