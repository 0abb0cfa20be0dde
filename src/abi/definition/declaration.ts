/**
 * One C declaration of a member, as layout files write it: `__u8 pad[6]`, `__u32 mode : 3`, `struct kvm_regs regs`,
 * `const char *name`, `__u64 tail[]`.
 *
 * The grammar is the part of C17 §6.7 that UAPI records use: specifiers in any order (`long unsigned int`), stars, a name,
 * dimensions, a bit-field width. A dimension or width is a number or the name of a constant. Left out on purpose: several
 * declarators in one string, function pointers and inline record bodies (a nested record is an entry of its own).
 */

import type { FloatBase, IntegerBase } from '../types.ts';

/** The type named by the specifiers, before anything is looked up. */
export type TypeSpecifier =
  | { readonly kind: 'base'; readonly base: IntegerBase | FloatBase | 'void' }
  | { readonly kind: 'name'; readonly name: string; readonly index: number }
  | { readonly kind: 'record'; readonly key: string; readonly index: number };

/** A number written out, or the name of a constant. */
export type Extent = number | { readonly constant: string; readonly index: number };

export interface MemberDeclaration {
  readonly specifier: TypeSpecifier;
  readonly pointers: number;
  /** `undefined` only for an unnamed bit-field. */
  readonly name: string | undefined;
  /** Outermost first; `undefined` for `[]`. */
  readonly dimensions: readonly (Extent | undefined)[];
  readonly bitWidth?: Extent;
}

/** What is wrong with a declaration, and where in its text. */
export interface DeclarationProblem {
  readonly code: string;
  readonly message: string;
  readonly index: number;
  readonly hint?: string;
}

export type Parsed<T> =
  { readonly kind: 'parsed'; readonly value: T } | { readonly kind: 'problem'; readonly problem: DeclarationProblem };

interface Token {
  readonly kind: 'word' | 'number' | 'mark' | 'end';
  readonly text: string;
  readonly index: number;
}

const TOKEN = /\s*(?:([A-Za-z_]\w*)|(0[xX][0-9a-fA-F]+|[0-9]+)|([*[\]:]))/y;
const IDENTIFIER = /^[A-Za-z_]\w*$/;
const MAX_POINTERS = 8;
const MAX_DIMENSIONS = 8;

/** Words that say nothing about layout. */
const qualifiers = new Set(['const', 'volatile', '__user', '__volatile__', '__const']);

const specifierWords = new Set([
  ...['void', 'char', 'short', 'int', 'long', 'signed', 'unsigned', 'float', 'double', '_Bool', 'bool'],
  ...['__signed__', '__int128', '_Float16', '__float128'],
]);

const keywords = new Set([
  ...specifierWords,
  ...qualifiers,
  ...['struct', 'union', 'enum', 'typedef', 'extern', 'static', 'auto', 'register', 'inline', 'restrict'],
  ...['if', 'else', 'for', 'while', 'do', 'switch', 'case', 'default', 'break', 'continue', 'return', 'goto', 'sizeof'],
]);

/** Canonical spelling for each multiset of specifier words, the words sorted (C17 §6.7.2 p2). */
const baseByWords = new Map<string, IntegerBase | FloatBase | 'void'>([
  ['void', 'void'],
  ['_Bool', '_Bool'],
  ['char', 'char'],
  ['char signed', 'signed char'],
  ['char unsigned', 'unsigned char'],
  ['short', 'short'],
  ['short unsigned', 'unsigned short'],
  ['int', 'int'],
  ['int unsigned', 'unsigned int'],
  ['long', 'long'],
  ['long unsigned', 'unsigned long'],
  ['long long', 'long long'],
  ['long long unsigned', 'unsigned long long'],
  ['__int128', '__int128'],
  ['__int128 unsigned', 'unsigned __int128'],
  ['float', 'float'],
  ['double', 'double'],
  ['double long', 'long double'],
  ['_Float16', '_Float16'],
  ['__float128', '__float128'],
]);

/** Whether `name` can name a member, a record or a constant in C. */
export function isIdentifier(name: string): boolean {
  return IDENTIFIER.test(name) && name.length <= 128 && !keywords.has(name);
}

/** Thrown inside this file only, to leave the recursive descent. */
class Refusal extends Error {
  readonly problem: DeclarationProblem;

  constructor(problem: DeclarationProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

function refuse(code: string, message: string, index: number, hint?: string): never {
  throw new Refusal({ code, message, index, ...(hint === undefined ? {} : { hint }) });
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (;;) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) {
      const rest = text.slice(start);
      const index = start + (rest.length - rest.trimStart().length);
      if (rest.trim() !== '') {
        const hint = /^\s*;/.test(rest)
          ? 'leave the semicolon out'
          : /^\s*,/.test(rest)
            ? 'one entry per member'
            : undefined;
        refuse('bad-declaration', `"${text[index] ?? ''}" is not part of a member declaration.`, index, hint);
      }
      tokens.push({ kind: 'end', text: '', index: text.length });
      return tokens;
    }
    const [, word, number, mark] = match;
    const text_ = word ?? number ?? mark ?? '';
    const kind = word !== undefined ? 'word' : number !== undefined ? 'number' : 'mark';
    tokens.push({ kind, text: text_, index: TOKEN.lastIndex - text_.length });
  }
}

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  get next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', index: 0 };
  }

  take(): Token {
    const token = this.next;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  takeMark(text: string): boolean {
    if (this.next.kind !== 'mark' || this.next.text !== text) return false;
    this.#at++;
    return true;
  }

  end(): void {
    const { kind, text, index } = this.next;
    if (kind !== 'end') refuse('bad-declaration', `"${text}" is not expected here.`, index);
  }
}

function readSpecifier(reader: Reader): TypeSpecifier {
  const words: string[] = [];
  const start = reader.next.index;
  for (;;) {
    const { kind, text, index } = reader.next;
    if (kind !== 'word') break;
    if (qualifiers.has(text)) {
      reader.take();
    } else if (text === 'struct' || text === 'union') {
      if (words.length > 0) refuse('bad-declaration', `"${text}" cannot follow "${words.join(' ')}".`, index);
      reader.take();
      const tag = reader.take();
      if (tag.kind !== 'word' || keywords.has(tag.text))
        refuse('bad-declaration', `A tag must follow "${text}".`, tag.index);
      return { kind: 'record', key: `${text} ${tag.text}`, index };
    } else if (text === 'enum') {
      refuse(
        'unsupported-type',
        'A member of enumeration type is written with its integer type.',
        index,
        'use "int" or "__u32" and name the family under "meaning"',
      );
    } else if (specifierWords.has(text)) {
      words.push(text === 'bool' ? '_Bool' : text === '__signed__' ? 'signed' : text);
      reader.take();
    } else {
      if (words.length > 0) break;
      reader.take();
      return { kind: 'name', name: text, index };
    }
  }
  if (words.length === 0)
    refuse('bad-declaration', 'A member declaration starts with a type.', start, 'for example "__u32 flags"');
  const base = baseByWords.get(canonicalWords(words).join(' '));
  if (base === undefined) refuse('unknown-type', `"${words.join(' ')}" is no type of C.`, start);
  return { kind: 'base', base };
}

/** Drops the words that C lets one leave out or add: `signed` except on char, `int` beside a length. */
function canonicalWords(words: readonly string[]): string[] {
  let rest = [...words];
  if (!rest.includes('char')) {
    rest = rest.filter((word, index) => word !== 'signed' || rest.indexOf('signed') !== index);
    if (rest.length === 0 || rest.join() === 'unsigned') rest.push('int');
  }
  if (rest.includes('short') || rest.includes('long')) {
    rest = rest.filter((word, index) => word !== 'int' || rest.indexOf('int') !== index);
  }
  return rest.sort();
}

function readExtent(reader: Reader, what: string): Extent {
  const token = reader.take();
  if (token.kind === 'number') {
    const value = Number(token.text);
    if (!Number.isSafeInteger(value) || value > 0xffff_ffff)
      refuse('too-large', `The ${what} ${token.text} is too large.`, token.index);
    return value;
  }
  if (token.kind === 'word' && !keywords.has(token.text)) return { constant: token.text, index: token.index };
  return refuse('bad-declaration', `The ${what} must be a number or the name of a constant.`, token.index);
}

function readDimensions(reader: Reader): (Extent | undefined)[] {
  const dimensions: (Extent | undefined)[] = [];
  while (reader.takeMark('[')) {
    const { index } = reader.next;
    if (reader.takeMark(']')) {
      if (dimensions.length > 0) refuse('bad-declaration', 'Only the first dimension may be empty.', index);
      dimensions.push(undefined);
    } else {
      dimensions.push(readExtent(reader, 'array length'));
      if (!reader.takeMark(']')) refuse('bad-declaration', 'A closing "]" is missing.', reader.next.index);
    }
    if (dimensions.length > MAX_DIMENSIONS) refuse('too-large', 'The array has too many dimensions.', index);
  }
  return dimensions;
}

function readName(reader: Reader): string {
  const token = reader.take();
  if (token.kind === 'end') refuse('bad-declaration', 'The member has no name.', token.index);
  if (token.kind !== 'word' || !isIdentifier(token.text)) {
    refuse('bad-name', `"${token.text}" cannot be the name of a member.`, token.index);
  }
  return token.text;
}

function attempt<T>(read: () => T): Parsed<T> {
  try {
    return { kind: 'parsed', value: read() };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'problem', problem: error.problem };
    throw error;
  }
}

/** Takes a member declaration apart. */
export function parseMemberDeclaration(text: string): Parsed<MemberDeclaration> {
  return attempt(() => {
    const reader = new Reader(text);
    const specifier = readSpecifier(reader);
    let pointers = 0;
    for (;;) {
      const { index } = reader.next;
      if (reader.takeMark('*')) {
        if (++pointers > MAX_POINTERS) refuse('too-large', 'The declaration has too many stars.', index);
      } else if (reader.next.kind === 'word' && qualifiers.has(reader.next.text)) reader.take();
      else break;
    }
    const name = reader.next.kind === 'mark' && reader.next.text === ':' ? undefined : readName(reader);
    const dimensions = readDimensions(reader);
    const bitWidth = reader.takeMark(':') ? readExtent(reader, 'bit-field width') : undefined;
    reader.end();
    return { specifier, pointers, name, dimensions, ...(bitWidth === undefined ? {} : { bitWidth }) };
  });
}

/** Takes the name of a nested record apart: `exception`, `entries[4]`, or nothing for an anonymous one. */
export function parseNestedName(text: string): Parsed<Pick<MemberDeclaration, 'name' | 'dimensions'>> {
  return attempt(() => {
    const reader = new Reader(text);
    if (reader.next.kind === 'end') return { name: undefined, dimensions: [] };
    const name = readName(reader);
    const dimensions = readDimensions(reader);
    reader.end();
    return { name, dimensions };
  });
}

/** Reads a type name without a declarator, as it stands inside `_IOW(…)`: `struct kvm_regs`, `unsigned long`, `__u64`. */
export function parseTypeName(text: string): Parsed<TypeSpecifier> {
  return attempt(() => {
    const reader = new Reader(text);
    const specifier = readSpecifier(reader);
    reader.end();
    return specifier;
  });
}
