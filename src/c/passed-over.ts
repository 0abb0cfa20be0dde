/**
 * What a text that was not understood would have declared.
 *
 * A syntax error costs the declaration it is in, a comment without an end all that is behind it. Nobody knows what these would have
 * come to, but the text can be searched for the names it seems to declare: of those nobody may say that they are gone. What
 * is only used there is no such name: a tag without a body, a type in front of a field.
 */

import type { Macro } from './macro.ts';
import { type Token, type TokenFile, TokenKind, usedAs } from './token.ts';

/** In what is read all the same, as `#define` amid a declaration is, directives declare nothing that is missed. */
type Directives = 'read' | 'passed-over';

const tagWords: ReadonlySet<string> = new Set(['struct', 'union', 'enum']);
/** A tag stands before its body, and at most some attributes stand between the word and the tag. */
const mostOfHead = 40;
/** Tokens on either side of an include amid a declaration: many errors must not search one text again and again. */
const mostAround = 5_000;

/**
 * The names that tokens `from` to `to` of a file seem to declare: `struct foo` for what has a tag and a body, `#include
 * linux/foo.h` for an include, the bare name of anything else.
 */
export function declaredIn(file: TokenFile, from: number, to: number, directives: Directives): readonly string[] {
  const names = new Set<string>();
  const end = Math.min(to, file.count);
  for (let at = from; at < end; at++) {
    const text = file.texts[at] ?? '';
    if (text === '#' && file.startsLine(at)) {
      if (directives === 'passed-over') addDirective(file, at, names);
      at = file.lineEnd(at) - 1;
      continue;
    }
    if (file.kinds[at] !== TokenKind.identifier) continue;
    if (tagWords.has(text)) {
      const tag = tagBehind(file, at);
      if (tag !== undefined) names.add(`${text} ${tag.name}`);
      // The next word is a tag, whether it is declared here or used.
      at = tag?.at ?? at + 1;
    } else if (!isUse(file, at)) names.add(text);
  }
  return [...names];
}

/** From one token to another; where an include stands between, a good part of both files. */
export function declaredBetween(first: Token, last: Token): readonly string[] {
  const [start, end] = [usedAs(first), usedAs(last)];
  const [from, to] = [indexOf(start), indexOf(end) + 1];
  if (start.file === end.file) return declaredIn(start.file, from, to, 'read');
  return [
    ...declaredIn(start.file, from, from + mostAround, 'read'),
    ...declaredIn(end.file, Math.max(0, to - mostAround), to, 'read'),
  ];
}

/** Names, and what they become where a macro stands for another name: `#define __status status` above `struct __status { … };`. */
export function withMacroNames(
  names: readonly string[],
  macroOf: (name: string) => Macro | undefined,
): readonly string[] {
  const all = new Set(names);
  for (const name of all) {
    // What is put in is looked at as well, and a name never twice.
    const [, tag = '', word = ''] = /^((?:struct|union|enum) )?(\w+)$/.exec(name) ?? [];
    const { parameters, body = [] } = macroOf(word) ?? {};
    const [meant] = body;
    if (parameters === undefined && body.length === 1 && meant?.kind === TokenKind.identifier)
      all.add(tag + meant.text);
  }
  return [...all];
}

/** From a token to the end of its file, which nobody reads. */
export function declaredFrom(first: Token): readonly string[] {
  const { file } = usedAs(first);
  return declaredIn(file, indexOf(usedAs(first)), file.count, 'passed-over');
}

/** What stands behind a condition that cannot be answered, up to the next branch. */
export function declaredInBranch(file: TokenFile, hash: number): readonly string[] {
  return declaredIn(file, file.lineEnd(hash), file.branchEnds.get(hash) ?? file.count, 'passed-over');
}

/** What a line with an odd directive is about, as `#defin FOO 1`. */
export function nameOnLine(file: TokenFile, hash: number): readonly string[] {
  const isThere = hash + 2 < file.lineEnd(hash) && file.kinds[hash + 2] === TokenKind.identifier;
  return isThere ? [file.texts[hash + 2] ?? ''] : [];
}

function addDirective(file: TokenFile, hash: number, names: Set<string>): void {
  const word = file.texts[hash + 1] ?? '';
  const argument = file.texts[hash + 2] ?? '';
  if (hash + 2 >= file.lineEnd(hash)) return;
  if (word === 'define') names.add(argument);
  else if (word.startsWith('include')) names.add(`#include ${argument.slice(1, -1)}`);
}

/** The tag of the body behind `struct`, and where it stands. */
function tagBehind(file: TokenFile, word: number): { readonly name: string; readonly at: number } | undefined {
  let tag: number | undefined;
  let depth = 0;
  for (let at = word + 1; at < Math.min(file.count, word + mostOfHead); at++) {
    const text = file.texts[at] ?? '';
    if (text === '(') depth++;
    else if (text === ')') depth--;
    else if (depth > 0) continue;
    else if (text === '{') return tag === undefined ? undefined : { name: file.texts[tag] ?? '', at: tag };
    else if (tag !== undefined && isOddBehindTag(file, at)) return { name: file.texts[tag] ?? '', at: tag };
    else if (file.kinds[at] !== TokenKind.identifier) return undefined;
    else if (tag === undefined || !text.startsWith('__')) tag = at;
  }
  return undefined;
}

/** Behind the tag of a type that is only used there is a name or the end of something; the next line begins a body whose brace is missing. */
function isOddBehindTag(file: TokenFile, at: number): boolean {
  const isName = file.kinds[at] === TokenKind.identifier;
  return isName ? file.startsLine(at) : !/^[*;,)(]$/.test(file.texts[at] ?? '');
}

/** A type stands before what it is the type of. */
function isUse(file: TokenFile, at: number): boolean {
  const behind = file.texts[at + 1] ?? '';
  if (behind === '*') return true;
  return file.kinds[at + 1] === TokenKind.identifier && !behind.startsWith('__') && !file.startsLine(at + 1);
}

function indexOf({ file, offset }: Token): number {
  let low = 0;
  let high = file.count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((file.offsets[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
