/**
 * What happened to several fields or names in the same way, as one sentence: `a (4 bytes at 0) and b (4 bytes at 4) are new in pad`.
 *
 * The sentences of judges are taken apart at what they are about and put together again; one of another form is told as it is.
 */

import type { Finding } from './finding.ts';
import { list } from './judgement.ts';

/** More are counted. */
export const namesInSentence = 6;

/** What a sentence is about, and what it says of it; the whole where it is another kind of sentence. */
function inTwo(message: string): readonly [string, string] {
  for (const form of [
    /^(.+? \([^()]*\)) ((?:is new|is gone|is no macro|stands).*)$/,
    /^(\S+) (changed its type from .*?); its place \(.*$/,
    /^the macro (\S+) (is gone)$/,
    /^((?:(?:struct|union) )?\S+) (is gone)$/,
    /^((?:struct|union) \S+) (is now aligned to .*)$/,
  ]) {
    const [, what, said] = form.exec(message) ?? [];
    if (what !== undefined && said !== undefined) return [what, said];
  }
  return [message, ''];
}

function shortened(names: readonly string[]): readonly string[] {
  return names.length > namesInSentence ? [...names.slice(0, 4), `${String(names.length - 4)} more`] : names;
}

/** One clause for all that have the same said of them: `a (4 bytes at 0) and b (4 bytes at 4) are new in pad`. */
export function tellTogether(findings: readonly Finding[]): string[] {
  const [first, ...others] = findings;
  if (first?.rule === 'enumerator-renumbered' && others.length > 0) {
    const names = others.map(({ message }) => /^\w+/.exec(message)?.[0] ?? '');
    return [first.message, `${list(shortened(names))} moved by as much`];
  }
  const clauses = new Map<string, string[]>();
  for (const { message } of findings) {
    const [name, type] = inTwo(message);
    const names = clauses.get(type);
    if (names === undefined) clauses.set(type, [name]);
    else names.push(name);
  }
  return [...clauses].flatMap(([said, names]) => {
    if (said === '')
      return names.length > 4 ? [...names.slice(0, 3), `${String(names.length - 3)} more likewise`] : names;
    const isOne = names.length === 1;
    const words = isOne
      ? said
      : said
          .replace(/^is /, 'are ')
          .replace('no macro any more, only an enumerator', 'no macros any more, only enumerators')
          .replace(' in its place', ' in their place')
          .replace(/^stands /, 'stand ')
          .replace(' its type ', ' their types ');
    const tail = words.startsWith('changed')
      ? isOne
        ? '; its place and size did not'
        : '; their places and sizes did not'
      : '';
    return [`${list(shortened(names))} ${words}${tail}`];
  });
}
