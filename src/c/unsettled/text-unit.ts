/** A stretch of a header that declares what it declares by itself, and what directives say of themselves. */

import { type TokenFile, TokenKind } from '../token.ts';

/** What a tag stands behind. */
export const recordKeywords: ReadonlySet<string> = new Set(['struct', 'union', 'enum']);

/** Tokens from `start` to before `end`. A text may have directives between its lines, which are units of their own. */
export interface TextUnit {
  /** `define` and `undef` of a name; a conditional (`#if` to `#endif`); any other `directive`; `text`. */
  readonly kind: 'define' | 'undef' | 'conditional' | 'directive' | 'text';
  readonly start: number;
  readonly end: number;
}

/** What a `#define` or `#undef` names. */
export function nameOf({ texts, kinds }: TokenFile, { start }: TextUnit): string | undefined {
  return kinds[start + 2] === TokenKind.identifier ? texts[start + 2] : undefined;
}

/** Whether a token is what a `#define` or `#undef` names. */
export function isNamedAt({ texts }: TokenFile, at: number): boolean {
  return texts[at - 2] === '#' && (texts[at - 1] === 'define' || texts[at - 1] === 'undef');
}

/** What an `#include <name>` names. */
export function includedBy({ texts, kinds }: TokenFile, { kind, start, end }: TextUnit): string | undefined {
  const name = texts[start + 2] ?? '';
  const isPlain = kind === 'directive' && texts[start + 1] === 'include' && end === start + 3;
  return isPlain && kinds[start + 2] === TokenKind.headerName && name.startsWith('<') ? name.slice(1, -1) : undefined;
}

export function isInclude(word: string): boolean {
  return word === 'include' || word === 'include_next' || word === 'import';
}

export function isDirective({ texts, kinds }: TokenFile, line: number): boolean {
  return texts[line] === '#' && kinds[line] === TokenKind.punctuator;
}
