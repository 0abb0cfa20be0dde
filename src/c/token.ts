/**
 * Tokens, and the files they stand in.
 *
 * A `TokenFile` is the text of one file cut into preprocessing tokens (C17 §6.4), once and for all: it does not depend on
 * macros or on the target, so every unit that includes the file shares it. It is stored as parallel arrays, because a kernel
 * tree has some millions of tokens and most of them stand in macro bodies that nobody ever looks at. A `Token` is made when
 * one is needed; it remembers where it was spelled and, if it came out of a macro, the token it was expanded from.
 */

import type { Diagnostic, SourceLocation } from '../diagnostic.ts';

export const TokenKind = {
  end: 0,
  identifier: 1,
  /** A preprocessing number: `1`, `0x1fUL`, `1.5e+3`, and things that are no number in the end. */
  number: 2,
  string: 3,
  character: 4,
  punctuator: 5,
  /** `<linux/kvm.h>` after `#include`. */
  headerName: 6,
  /** A character that starts no token, such as a lone quote. */
  other: 7,
} as const;

export type TokenKind = (typeof TokenKind)[keyof typeof TokenKind];

/** Set in `TokenFile.flags`. */
export const spaceBefore = 1;
export const lineStart = 2;

/** Names that a token must not be expanded to again (Prosser's hide set), as a linked list. */
export interface HideSet {
  readonly name: string;
  readonly rest: HideSet | undefined;
  readonly size: number;
}

export class Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly hasSpaceBefore: boolean;
  readonly file: TokenFile;
  /** Where it is spelled, as an offset for `TokenFile.locate`. */
  readonly offset: number;
  readonly hideSet: HideSet | undefined;
  /** The macro name whose expansion this token is part of. */
  readonly expandedFrom: Token | undefined;

  constructor(
    kind: TokenKind,
    text: string,
    hasSpaceBefore: boolean,
    file: TokenFile,
    offset: number,
    hideSet?: HideSet,
    expandedFrom?: Token,
  ) {
    this.kind = kind;
    this.text = text;
    this.hasSpaceBefore = hasSpaceBefore;
    this.file = file;
    this.offset = offset;
    this.hideSet = hideSet;
    this.expandedFrom = expandedFrom;
  }

  /** Another token in the place of this one. */
  as(kind: TokenKind, text: string): Token {
    return new Token(kind, text, this.hasSpaceBefore, this.file, this.offset, this.hideSet, this.expandedFrom);
  }

  with(hasSpaceBefore: boolean, hideSet: HideSet | undefined, expandedFrom: Token | undefined): Token {
    return new Token(this.kind, this.text, hasSpaceBefore, this.file, this.offset, hideSet, expandedFrom);
  }
}

export class TokenFile {
  /** As includers write it. */
  readonly name: string;
  readonly path: string;
  readonly count: number;
  readonly kinds: Uint8Array;
  readonly flags: Uint8Array;
  readonly texts: readonly string[];
  readonly offsets: Uint32Array;
  /** For the `#` of each conditional directive: the index of the `#` that closes its branch, or `count`. */
  readonly branchEnds: ReadonlyMap<number, number>;
  /** Where a long text may be taken apart (`structure.ts`). */
  readonly seams: ReadonlySet<number>;
  /** `X` where the whole file stands between `#ifndef X` and its `#endif`. */
  readonly guard: string | undefined;
  readonly isOnce: boolean;
  /** No part of the ABI that is read (`SourceFile.isBuiltIn`). */
  readonly isBuiltIn: boolean;
  /** What is wrong with the text itself, whoever includes it. */
  readonly diagnostics: readonly Diagnostic[];
  readonly #physicalLines: Uint32Array;

  constructor(parts: {
    name: string;
    path: string;
    kinds: Uint8Array;
    flags: Uint8Array;
    texts: readonly string[];
    offsets: Uint32Array;
    physicalLines: Uint32Array;
    branchEnds: ReadonlyMap<number, number>;
    seams: ReadonlySet<number>;
    guard: string | undefined;
    isOnce: boolean;
    isBuiltIn: boolean;
    diagnostics: readonly Diagnostic[];
  }) {
    this.name = parts.name;
    this.path = parts.path;
    this.count = parts.texts.length;
    this.kinds = parts.kinds;
    this.flags = parts.flags;
    this.texts = parts.texts;
    this.offsets = parts.offsets;
    this.branchEnds = parts.branchEnds;
    this.seams = parts.seams;
    this.guard = parts.guard;
    this.isOnce = parts.isOnce;
    this.isBuiltIn = parts.isBuiltIn;
    this.diagnostics = parts.diagnostics;
    this.#physicalLines = parts.physicalLines;
  }

  /** The token at `index`, or an end token behind the last one. */
  token(index: number): Token {
    const isInside = index < this.count;
    return new Token(
      isInside ? ((this.kinds[index] ?? 0) as TokenKind) : TokenKind.end,
      isInside ? (this.texts[index] ?? '') : '',
      this.hasSpaceBefore(index),
      this,
      this.offsets[isInside ? index : this.count - 1] ?? 0,
    );
  }

  /** The tokens from `start` to before `end`. */
  tokensBetween(start: number, end: number): Token[] {
    const tokens: Token[] = [];
    for (let index = start; index < end; index++) tokens.push(this.token(index));
    return tokens;
  }

  /** A line's end is white space too (C17 §6.10.3p10): in the arguments of a macro `#` makes one space of it. */
  hasSpaceBefore(index: number): boolean {
    return ((this.flags[index] ?? 0) & (spaceBefore | lineStart)) !== 0;
  }

  startsLine(index: number): boolean {
    return index >= this.count || ((this.flags[index] ?? 0) & lineStart) !== 0;
  }

  /** Index of the first token of the next line. */
  lineEnd(index: number): number {
    let end = index + 1;
    while (!this.startsLine(end)) end++;
    return end;
  }

  locate(offset: number): SourceLocation {
    const lines = this.#physicalLines;
    let low = 0;
    let high = lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lines[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file: this.path, line: low + 1, column: offset - (lines[low] ?? 0) + 1 };
  }
}

/** The token as the file shows it: for a token out of a macro, the macro's use and not its definition. */
export function usedAs(token: Token): Token {
  let outer = token;
  while (outer.expandedFrom !== undefined) outer = outer.expandedFrom;
  return outer;
}

/** Where a reader of the header finds the token: for one out of a macro, where the macro is used. */
export function locationOf(token: Token): SourceLocation {
  const used = usedAs(token);
  return used.file.locate(used.offset);
}

/** The text of a run of tokens, with one space where the source had white space. */
export function spellTokens(tokens: readonly Token[]): string {
  let text = '';
  for (const token of tokens) text += (text !== '' && token.hasSpaceBefore ? ' ' : '') + token.text;
  return text;
}
