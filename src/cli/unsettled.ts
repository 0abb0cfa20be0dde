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
import { libcHeadersWith } from '../source/libc.ts';
import type { HeaderSides } from './header-source.ts';
import type { HeaderTexts } from './header-texts.ts';

/** Where more headers than this say something else, most names are no longer settled. */
const mostHeaders = 12;
/** Of how many headers with other texts it pays to find out whether they say something else. */
const mostCompared = 100;

/**
 * Of how many unsettled names it pays to know which. Where few headers include what changed, macros that need not be worked out are
 * all that is gained by that; of many headers, most need not even be read.
 */
const mostNames = { ofFewHeaders: 200, ofMany: 400 };
const fewHeaders = 4;

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
      if (changed.size > mostCompared) return undefined;
    }
  }
  const searched = new Set<SearchedText>();
  // Targets of one architecture read the same files.
  for (const { target, files } of new Map(reading.map((one) => [one.files, one])).values()) {
    for (const file of files.old) searched.add(texts.of(old, target, file));
    for (const file of files.new) searched.add(texts.of(next, target, file));
  }
  const areFew = reading.every(({ headers }) => headers.new.length <= fewHeaders);
  const most = { mostHeaders, mostNames: areFew ? mostNames.ofFewHeaders : mostNames.ofMany };
  return unsettledNames([...changed.values()], searched, most, (name) => libcHeadersWith(name).length > 0);
}

type Side = 'old' | 'new';

/** What is read of a side whatever else is: names of headers, and of all that they include. */
interface Certain {
  readonly side: Side;
  readonly always: ReadonlySet<string>;
  readonly known: ReadonlySet<string>;
}

/** A text that changed or mentions what did. */
interface Touched {
  /** Who decides what it says. */
  readonly deciders: Deciders;
  /** What of it may differ, if it only declares. */
  readonly declares: DeclaredSpaces | undefined;
}

/** What has to be read of both sides. */
export interface ToTell {
  /** Enough where some of them, read by themselves, show what they declare. */
  readonly headers: ChangedHeaders;
  readonly ifShown: readonly { readonly side: Side; readonly header: string; readonly declares: DeclaredSpaces }[];
  /** Those that have to be read where they do not. */
  readonly otherwise: () => ChangedHeaders;
}

/** Files that tell besides those that mention something unsettled. */
interface Others {
  /** Whether they are read with what changed or not. */
  readonly always: ReadonlySet<TokenFile>;
  readonly elsewhere: ReadonlySet<TokenFile>;
}

/** Which headers can tell what is unsettled. A text is looked at once, whoever includes it. */
export class Telling {
  readonly #sides: HeaderSides;
  readonly #unsettled: Unsettled;
  readonly #texts: HeaderTexts;
  readonly #touched = new Map<TokenFile, Touched>();
  readonly #found = new Map<ToRead['files'], ToTell>();

  /** Of several headers that define one name, one counts. */
  readonly #definers: Others;

  constructor(sides: HeaderSides, unsettled: Unsettled, texts: HeaderTexts) {
    this.#definers = { always: new Set(), elsewhere: unsettled.definers() };
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
    if (before === undefined || after === undefined) return onlyThese(reading.headers);
    const otherwise = (): ChangedHeaders => this.#withDeciders(reading, [before, after]);
    const telling = this.#telling(reading, [before, after], this.#definers);
    const few = {
      old: this.#readAlone(before, reading, telling),
      new: this.#readAlone(after, reading, telling),
    };
    const ifShown: ToTell['ifShown'][number][] = [];
    for (const side of ['old', 'new'] as const) {
      const alone = new Set(few[side]);
      for (const file of includedFiles(this.#sides[side].headersFor(reading.target), few[side])) {
        // Our declarations of libc are part of no ABI.
        if (file.isBuiltIn) continue;
        const { deciders, declares } = this.#touchedIn(this.#texts.of(this.#sides[side], reading.target, file)) ?? {};
        if (deciders === undefined || deciders.isNobody) continue;
        if (declares === undefined || !alone.has(file.name)) return onlyThese(otherwise());
        ifShown.push({ side, header: file.name, declares });
      }
    }
    return { headers: lessOf(few, reading.headers), ifShown, otherwise };
  }

  /** With all that decides what others say, and all that includes what tells. */
  #withDeciders(reading: ToRead, sides: readonly [Certain, Certain]): ChangedHeaders {
    const deciders = sides.flatMap(({ side, always }) =>
      includedFiles(this.#sides[side].headersFor(reading.target), always).flatMap(
        (file) => this.#touchedIn(this.#texts.of(this.#sides[side], reading.target, file))?.deciders ?? [],
      ),
    );
    const telling = this.#telling(reading, sides, {
      always: new Set(deciders.flatMap(({ always }) => [...always])),
      elsewhere: new Set(deciders.flatMap(({ elsewhere }) => [...elsewhere])),
    });
    const [old, next] = sides.map((certain) => this.#read(certain, reading, telling));
    return lessOf({ old: old ?? [], new: next ?? [] }, reading.headers);
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
    return { side, always, known };
  }

  /** Names of the files that tell. What one side alone reads would be new, or gone: who tells on one side tells on both. */
  #telling(reading: ToRead, sides: readonly [Certain, Certain], others: Others): ReadonlySet<string> {
    return new Set(sides.flatMap((certain) => this.#tellingOn(certain, reading, others)));
  }

  #tellingOn({ side, known }: Certain, { target, files }: ToRead, { always, elsewhere }: Others): readonly string[] {
    const source = this.#sides[side];
    const telling = files[side].filter((file) => {
      const text = this.#texts.of(source, target, file);
      if (!text.isCut) return false;
      const { tokens } = text;
      const isTold = this.#unsettled.files.has(tokens) || elsewhere.has(tokens);
      return always.has(tokens) || (isTold && !known.has(file.name));
    });
    return telling.map(({ name }) => name);
  }

  /** What tells, and what includes such as is only ever included. */
  #readAlone(
    { side, always }: Certain,
    { target, headers, files }: ToRead,
    telling: ReadonlySet<string>,
  ): readonly string[] {
    const affected = new Set(headers[side]);
    const inner = files[side].filter(({ name, isBuiltIn }) => telling.has(name) && !affected.has(name) && !isBuiltIn);
    const names = new Set(inner.map(({ name }) => name));
    const kept = names.size === 0 ? names : includersAmong(this.#sides[side].headersFor(target), headers[side], names);
    return headers[side].filter((name) => always.has(name) || telling.has(name) || kept.has(name));
  }

  #read({ side, always }: Certain, { target, headers }: ToRead, telling: ReadonlySet<string>): readonly string[] {
    const all = this.#sides[side].headersFor(target);
    const kept = telling.size === 0 ? telling : includersAmong(all, headers[side], telling);
    return headers[side].filter((name) => always.has(name) || kept.has(name));
  }

  #touchedIn(text: SearchedText): Touched | undefined {
    if (!text.isCut || !this.#unsettled.files.has(text.tokens)) return undefined;
    let touched = this.#touched.get(text.tokens);
    if (touched === undefined) {
      const { tokens } = text;
      touched = { deciders: this.#unsettled.decidersOf(tokens), declares: this.#unsettled.declaredBy(tokens) };
      this.#touched.set(tokens, touched);
    }
    return touched;
  }
}

function onlyThese(headers: ChangedHeaders): ToTell {
  return { headers, ifShown: [], otherwise: () => headers };
}

/** Some of all headers, or that very object where it is all of them. */
function lessOf(some: ChangedHeaders, all: ChangedHeaders): ChangedHeaders {
  return some.old.length < all.old.length || some.new.length < all.new.length ? some : all;
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
