/**
 * What has to be read to compare two sources that differ in a few headers: which names may mean something else, and which of the
 * headers that include what changed can tell.
 *
 * To find out costs a look at everything that may be read, for all targets together. That pays where a few headers changed, and two
 * kernels are compared without it.
 */

import type { Target } from '../abi/target.ts';
import type { TokenFile } from '../c/token.ts';
import { type Unsettled, unsettledNames, type Versions } from '../c/unsettled/unsettled-names.ts';
import { type ChangedHeaders, type changedFiles, includedFiles, includersAmong } from '../source/changes.ts';
import type { HeaderFile, TargetHeaders } from '../source/header.ts';
import { includesOf } from '../source/header-includes.ts';
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
  readonly #definesWord: RegExp | undefined;
  readonly #known = new Map<TokenFile, boolean>();

  constructor(sides: HeaderSides, unsettled: Unsettled) {
    this.#sides = sides;
    this.#unsettled = unsettled;
    this.#definesWord = anyOf(unsettled.words, (words) => `(?:define|undef)\\s+(?:${words})\\b`);
  }

  /** Those that changed, and those that include a text that tells. What changed headers include themselves is read with them. */
  among(reading: ToRead): ChangedHeaders {
    const [old, next] = [this.#amongSide('old', reading), this.#amongSide('new', reading)];
    // What one side alone reads would be new, or gone.
    if (old === undefined || next === undefined) return reading.headers;
    const isLess = old.length < reading.headers.old.length || next.length < reading.headers.new.length;
    return isLess ? { old, new: next } : reading.headers;
  }

  /** `undefined` where all have to be read. */
  #amongSide(side: 'old' | 'new', { target, changed: changes, headers, files }: ToRead): readonly string[] | undefined {
    const source = this.#sides[side];
    const all = source.headersFor(target);
    const affected = new Set(headers[side]);
    const changed = new Set(changes.flatMap((one) => one[side]?.name ?? []));
    // What is only ever included is read where it is included first.
    const doors = [...changed].map((name) =>
      affected.has(name) ? name : doorTo(name, all, headers[side], files[side]),
    );
    const always = new Set(doors.flatMap((door) => door ?? []));
    if (doors.includes(undefined)) return undefined;
    const read = includedFiles(all, always);
    // Whoever includes such a file may define what decides there.
    if (read.some((file) => this.#unsettled.conditional.has(source.tokensOf(target, file)))) return undefined;
    // What a header says that includes one that changed it says itself, even if another that changed includes it.
    const known = new Set(read.flatMap(({ name }) => (affected.has(name) && !always.has(name) ? [] : name)));
    const telling = files[side].filter((file) => !known.has(file.name) && this.#tells(file, source, target));
    const names = telling.map(({ name }) => name);
    const kept = names.length === 0 ? undefined : includersAmong(all, headers[side], names);
    return headers[side].filter((name) => always.has(name) || kept?.has(name) === true);
  }

  /** Whether a text mentions an unsettled name, or defines or forgets a macro that stands in what changed. */
  #tells(file: HeaderFile, source: HeaderSource, target: Target): boolean {
    const tokens = source.tokensOf(target, file);
    let answer = this.#known.get(tokens);
    if (answer === undefined) {
      answer = this.#unsettled.files.has(tokens) || this.#definesWord?.test(file.text) === true;
      this.#known.set(tokens, answer);
    }
    return answer;
  }
}

/**
 * A header among `headers` that includes `name`, itself or through others of `files` that are only ever included: as
 * `asm-generic/stat.h` is included by `asm/stat.h`.
 */
function doorTo(
  name: string,
  all: TargetHeaders,
  headers: readonly string[],
  files: readonly HeaderFile[],
): string | undefined {
  const isHeader = new Set(headers);
  const reached = new Set([name]);
  for (const one of reached) {
    const lastPart = one.slice(one.lastIndexOf('/') + 1);
    const includesIt = (file: HeaderFile): boolean =>
      includesOf(file).includes.some(
        (include) => include.name.endsWith(lastPart) && all.resolve(include.name, include.form, file)?.name === one,
      );
    const includers = files.filter(includesIt).map((file) => file.name);
    const doors = includers.filter((includer) => isHeader.has(includer));
    // Others include it for one thing or another; this one stands for it.
    const counterpart = doors.find((door) => door === `asm/${lastPart}`);
    if (doors.length > 0) return counterpart ?? doors[0];
    for (const includer of includers) reached.add(includer);
  }
  return undefined;
}

/** `expression`: made from all of `words` as alternatives. */
function anyOf(words: ReadonlySet<string>, expression: (words: string) => string): RegExp | undefined {
  const alternatives = [...words].map((word) => word.replace(/\W/g, '\\$&'));
  return alternatives.length === 0 ? undefined : new RegExp(expression(alternatives.join('|')));
}
