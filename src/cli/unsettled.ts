/**
 * What has to be read to compare two sources that differ in a few headers: which names may mean something else, and which of the
 * headers that include what changed can tell.
 *
 * To find out costs a look at everything that may be read, for all targets together. That pays where a few headers changed, and two
 * kernels are compared without it.
 */

import type { Target } from '../abi/target.ts';
import type { TokenFile } from '../c/token.ts';
import type { Deciders } from '../c/unsettled/deciders.ts';
import type { DeclaredSpaces } from '../c/unsettled/declared-spaces.ts';
import type { SearchedText } from '../c/unsettled/searched-text.ts';
import { type Unsettled, unsettledNames, type Versions } from '../c/unsettled/unsettled-names.ts';
import { type ChangedFile, type ChangedHeaders, includedFiles, includersAmong } from '../source/changes.ts';
import type { HeaderFile, TargetHeaders } from '../source/header.ts';
import { includesOf } from '../source/header-includes.ts';
import type { HeaderSides } from './header-source.ts';
import type { HeaderTexts } from './header-texts.ts';

/** In more headers than this, most names are no longer settled. */
const mostHeaders = 12;

/** What is to be read of both sides for a target. */
export interface ToRead {
  readonly target: Target;
  /** What differs. */
  readonly changed: readonly ChangedFile[];
  /** Those, and all that include one of them. */
  readonly headers: ChangedHeaders;
  /** These, and all they include. */
  readonly files: { readonly old: readonly HeaderFile[]; readonly new: readonly HeaderFile[] };
}

/** `undefined` where nobody can tell, or need not know. */
export function findUnsettled(
  sides: HeaderSides,
  reading: readonly ToRead[],
  texts: HeaderTexts,
): Unsettled | undefined {
  const { old, new: next } = sides;
  const changed = new Map<TokenFile, Versions>();
  for (const { target, changed: files } of reading) {
    for (const { old: was, new: is } of files) {
      // What a header that came or went says may be said elsewhere as well.
      if (was === undefined || is === undefined) return undefined;
      if (was.contentKey === is.contentKey) continue;
      const [before, after] = [texts.of(old, target, was).tokens, texts.of(next, target, is).tokens];
      if (before !== after) changed.set(before, { old: before, new: after });
      if (changed.size > mostHeaders) return undefined;
    }
  }
  const searched = new Set<SearchedText>();
  // Targets of one architecture read the same files.
  for (const { target, files } of new Map(reading.map((one) => [one.files, one])).values()) {
    for (const file of files.old) searched.add(texts.of(old, target, file));
    for (const file of files.new) searched.add(texts.of(next, target, file));
  }
  return unsettledNames([...changed.values()], searched);
}

/** What is read of a side whatever else is: names of headers, and of all that they include. */
interface Certain {
  readonly side: 'old' | 'new';
  readonly always: ReadonlySet<string>;
  readonly known: ReadonlySet<string>;
  /** Texts of which something may be there, or not, for who includes them. */
  readonly decided: readonly Decided[];
}

/** A text that changed or mentions what did. */
interface Decided {
  readonly side: 'old' | 'new';
  readonly header: string;
  /** Who decides what it says. */
  readonly deciders: Deciders;
  /** What of it may differ, if it only declares. */
  readonly declares: DeclaredSpaces | undefined;
}

/** What has to be read of both sides. */
export interface ToTell {
  readonly headers: ChangedHeaders;
  /** Enough, if some headers show by themselves what they declare. */
  readonly few?: ChangedHeaders;
  readonly ifShown: readonly {
    readonly side: 'old' | 'new';
    readonly header: string;
    readonly declares: DeclaredSpaces;
  }[];
}

/** Which headers can tell what is unsettled. A text is looked at once, whoever includes it. */
export class Telling {
  readonly #sides: HeaderSides;
  readonly #unsettled: Unsettled;
  readonly #texts: HeaderTexts;
  readonly #decided = new Map<TokenFile, Pick<Decided, 'deciders' | 'declares'>>();
  readonly #found = new Map<ToRead['files'], ToTell>();

  constructor(sides: HeaderSides, unsettled: Unsettled, texts: HeaderTexts) {
    this.#sides = sides;
    this.#unsettled = unsettled;
    this.#texts = texts;
  }

  /** Those that changed, and those that include a text that tells. What changed headers include themselves is read with them. */
  among(reading: ToRead): ToTell {
    let found = this.#found.get(reading.files);
    if (found === undefined) this.#found.set(reading.files, (found = this.#find(reading)));
    return found;
  }

  #find(reading: ToRead): ToTell {
    const [before, after] = [this.#certain('old', reading), this.#certain('new', reading)];
    if (before === undefined || after === undefined) return { headers: reading.headers, ifShown: [] };
    const decided = [...before.decided, ...after.decided];
    const headers = this.#headersFor(reading, [before, after], decided);
    const few = this.#headersFor(reading, [before, after], []);
    if (few.old.length === headers.old.length && few.new.length === headers.new.length) return { headers, ifShown: [] };
    const alone = { old: before.always, new: after.always };
    const ifShown = decided.flatMap(({ side, header, declares }) =>
      declares !== undefined && alone[side].has(header) ? [{ side, header, declares }] : [],
    );
    return ifShown.length === decided.length ? { headers, few, ifShown } : { headers, ifShown: [] };
  }

  /** `decided`: texts of which it counts what they say below others. */
  #headersFor(
    reading: ToRead,
    [before, after]: readonly [Certain, Certain],
    decided: readonly Decided[],
  ): ChangedHeaders {
    const deciders = decided.map((one) => one.deciders);
    // What one side alone reads would be new, or gone: who tells on one side tells on both.
    const telling = new Set([before, after].flatMap((certain) => this.#telling(certain, reading, deciders)));
    const [old, next] = [this.#read(before, reading, telling), this.#read(after, reading, telling)];
    const isLess = old.length < reading.headers.old.length || next.length < reading.headers.new.length;
    return isLess ? { old, new: next } : reading.headers;
  }

  /** What is read in any case; `undefined` where all have to be read. */
  #certain(side: 'old' | 'new', { target, changed: changes, headers, files }: ToRead): Certain | undefined {
    const source = this.#sides[side];
    const all = source.headersFor(target);
    const affected = new Set(headers[side]);
    const changed = new Set(changes.flatMap((one) => one[side]?.name ?? []));
    // What is only ever included is read where it is included first.
    const doors = [...changed].map((name) =>
      affected.has(name) ? name : doorTo(name, all, headers[side], files[side]),
    );
    if (doors.includes(undefined)) return undefined;
    const always = new Set(doors.flatMap((door) => door ?? []));
    const read = includedFiles(all, always);
    // What a header says that includes one that changed it says itself, even if another that changed includes it.
    const known = new Set(read.flatMap(({ name }) => (affected.has(name) && !always.has(name) ? [] : name)));
    const decided = read.flatMap((file) => {
      const found = this.#decidedIn(this.#texts.of(source, target, file));
      return found === undefined ? [] : [{ side, header: file.name, ...found }];
    });
    return { side, always, known, decided };
  }

  /** Names of the files of a side that tell. */
  #telling({ side, known }: Certain, { target, files }: ToRead, deciders: readonly Deciders[]): readonly string[] {
    const source = this.#sides[side];
    const telling = files[side].filter((file) => {
      const text = this.#texts.of(source, target, file);
      if (!text.isCut) return false;
      const { tokens } = text;
      if (deciders.some((one) => one.always.has(tokens))) return true;
      const isTold = this.#unsettled.files.has(tokens) || deciders.some((one) => one.elsewhere.has(tokens));
      return isTold && !known.has(file.name);
    });
    return telling.map(({ name }) => name);
  }

  #read({ side, always }: Certain, { target, headers }: ToRead, telling: ReadonlySet<string>): readonly string[] {
    const all = this.#sides[side].headersFor(target);
    const kept = telling.size === 0 ? telling : includersAmong(all, headers[side], telling);
    return headers[side].filter((name) => always.has(name) || kept.has(name));
  }

  #decidedIn(text: SearchedText): Pick<Decided, 'deciders' | 'declares'> | undefined {
    if (!text.isCut || !this.#unsettled.files.has(text.tokens)) return undefined;
    let decided = this.#decided.get(text.tokens);
    if (decided === undefined) {
      const { tokens } = text;
      decided = { deciders: this.#unsettled.decidersOf(tokens), declares: this.#unsettled.declaredBy(tokens) };
      this.#decided.set(tokens, decided);
    }
    return decided;
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
