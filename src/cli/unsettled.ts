/**
 * What has to be read to compare two sources that differ in a few headers: which names may mean something else, and which of the
 * headers that include what changed can tell.
 *
 * To find out costs a look at everything that may be read, for all targets together. That pays where a few headers changed, and two
 * kernels are compared without it.
 */

import { wordOf } from '../abi/portion.ts';
import type { Target } from '../abi/target.ts';
import type { TokenFile } from '../c/token.ts';
import { type Unsettled, unsettledNames, type Versions } from '../c/unsettled/unsettled-names.ts';
import { type ChangedHeaders, type changedFiles, includedFiles, includersAmong } from '../source/changes.ts';
import type { HeaderFile } from '../source/header.ts';
import type { HeaderSides, HeaderSource } from './header-source.ts';

/** In more headers than this, most names are no longer settled. */
const mostHeaders = 12;

/** What is to be read of both sides for a target. */
export interface ToRead {
  readonly target: Target;
  /** What differs. */
  readonly changed: ReturnType<typeof changedFiles>;
  /** Those, and all that include one of them. */
  readonly headers: ChangedHeaders;
  /** These, and all they include. */
  readonly files: { readonly old: readonly HeaderFile[]; readonly new: readonly HeaderFile[] };
}

/** `undefined` where nobody can tell, or need not know. */
export function findUnsettled(sides: HeaderSides, reading: readonly ToRead[]): Unsettled | undefined {
  const { old, new: next } = sides;
  const changed = new Map<TokenFile, Versions>();
  for (const { target, changed: files } of reading) {
    for (const { old: was, new: is } of files) {
      // What a header that came or went says may be said elsewhere as well.
      if (was === undefined || is === undefined) return undefined;
      if (was.contentKey === is.contentKey) continue;
      const [before, after] = [old.tokensOf(target, was), next.tokensOf(target, is)];
      if (before !== after) changed.set(before, { old: before, new: after });
      if (changed.size > mostHeaders) return undefined;
    }
  }
  const files = new Map<TokenFile, string>();
  for (const { target, files: read } of reading) {
    for (const file of read.old) files.set(old.tokensOf(target, file), file.text);
    for (const file of read.new) files.set(next.tokensOf(target, file), file.text);
  }
  return unsettledNames([...changed.values()], files, old.isSpelled);
}

/** Which headers can tell what is unsettled. A text is looked at once, whoever includes it. */
export class Telling {
  readonly #sides: HeaderSides;
  readonly #unsettled: Unsettled;
  readonly #hasFamily: RegExp | undefined;
  readonly #definesWord: RegExp | undefined;
  readonly #known = new Map<TokenFile, boolean>();

  constructor(sides: HeaderSides, unsettled: Unsettled) {
    this.#sides = sides;
    this.#unsettled = unsettled;
    const families = new Set([...unsettled.names].map(wordOf));
    this.#hasFamily = anyOf(families, (words) => `\\b(?:${words})`);
    this.#definesWord = anyOf(unsettled.words, (words) => `define\\s+(?:${words})\\b`);
  }

  /** Those that changed, and those that include a text that tells. What changed headers include themselves is read with them. */
  among({ target, changed: changes, headers, files }: ToRead): ChangedHeaders {
    const sides = this.#sides;
    if (!this.#unsettled.isThereForAll) return headers;
    const of = (side: 'old' | 'new'): readonly string[] => {
      const source = sides[side];
      const all = source.headersFor(target);
      const changed = new Set(changes.flatMap((one) => one[side]?.name ?? []));
      // What is only ever included has no other place to be read.
      if ([...changed].some((name) => !headers[side].includes(name))) return headers[side];
      const known = new Set(includedFiles(all, changed).map(({ name }) => name));
      const telling = files[side].filter((file) => !known.has(file.name) && this.#tells(file, source, target));
      const names = telling.map(({ name }) => name);
      const kept = names.length === 0 ? undefined : includersAmong(all, headers[side], names);
      return headers[side].filter((name) => changed.has(name) || kept?.has(name) === true);
    };
    const [before, after] = [of('old'), of('new')];
    const isLess = before.length < headers.old.length || after.length < headers.new.length;
    return isLess ? { old: before, new: after } : headers;
  }

  /** Whether a text mentions an unsettled name, or one of its family, or defines a macro that stands in what changed. */
  #tells(file: HeaderFile, source: HeaderSource, target: Target): boolean {
    const tokens = source.tokensOf(target, file);
    let answer = this.#known.get(tokens);
    if (answer === undefined) {
      answer =
        this.#unsettled.files.has(tokens) ||
        this.#hasFamily?.test(file.text) === true ||
        this.#definesWord?.test(file.text) === true;
      this.#known.set(tokens, answer);
    }
    return answer;
  }
}

/** `expression`: made from all of `words` as alternatives. */
function anyOf(words: ReadonlySet<string>, expression: (words: string) => string): RegExp | undefined {
  const alternatives = [...words].map((word) => word.replace(/\W/g, '\\$&'));
  return alternatives.length === 0 ? undefined : new RegExp(expression(alternatives.join('|')));
}
