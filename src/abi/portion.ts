/**
 * What one piece of text declares, wherever it means the same.
 *
 * A header is read for twenty targets and two trees, and nearly always it says the same again. So what it says is kept as a
 * *portion*, one object for each meaning, and the ABI of one target is a list of portions (`declaration-list.ts`). A
 * `PortionIndex` knows where a name is declared in any portion of a run; which of these places count is up to the list.
 */

import type {
  ConstantDeclaration,
  EnumDeclaration,
  MacroDeclaration,
  RecordDeclaration,
  RequestDeclaration,
  TypedefDeclaration,
} from './abi.ts';
import type { SourceLocation } from '../diagnostic.ts';
import type { Enumerator, EnumType } from './types.ts';

/** One declaration; `text` is a macro that is no number. */
export type Declared =
  | { readonly kind: 'record'; readonly declaration: RecordDeclaration }
  | { readonly kind: 'enum'; readonly declaration: EnumDeclaration }
  | { readonly kind: 'typedef'; readonly declaration: TypedefDeclaration }
  | { readonly kind: 'constant'; readonly declaration: ConstantDeclaration }
  | { readonly kind: 'request'; readonly declaration: RequestDeclaration }
  | { readonly kind: 'text'; readonly declaration: MacroDeclaration };

export type DeclaredKind = Declared['kind'];

export class Portion {
  readonly id: number;
  /** The header it stands in, as its includers write it. */
  readonly file: string;
  /** A declaration that several portions have, place and all, is mostly one object: to remember things about. */
  readonly declared: readonly Declared[];
  readonly #byKind = new Map<DeclaredKind, readonly Declared[]>();
  #byHeader: ReadonlyMap<string, ReadonlySet<string>> | undefined;

  constructor(id: number, file: string, declared: readonly Declared[]) {
    this.id = id;
    this.file = file;
    this.declared = declared;
  }

  ofKind(kind: DeclaredKind): readonly Declared[] {
    let found = this.#byKind.get(kind);
    if (found === undefined) {
      found = this.declared.filter((one) => one.kind === kind);
      this.#byKind.set(kind, found);
    }
    return found;
  }

  /** The names it declares, enumerators too, by the header that is named with them: nearly always its own. */
  get byHeader(): ReadonlyMap<string, ReadonlySet<string>> {
    this.#byHeader ??= namesByHeader(this.declared);
    return this.#byHeader;
  }
}

function namesByHeader(declared: readonly Declared[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byHeader = new Map<string, Set<string>>();
  for (const { kind, declaration } of declared) {
    const { name, header } = declaration;
    let names = byHeader.get(header);
    if (names === undefined) byHeader.set(header, (names = new Set()));
    if (kind === 'enum') for (const one of declaration.type.enumerators) names.add(one.name);
    else names.add(name);
  }
  return byHeader;
}

/** Something that an ABI holds, and where it stands. */
export interface Entry {
  readonly kind: DeclaredKind;
  /** Under which it is found: its name, or `NAME@header`. */
  readonly key: string;
  readonly declared: Declared;
  readonly portion: Portion;
  /** Which of the portion's declarations it is. */
  readonly at: number;
}

/** Where something is declared; also what an ABI holds in which nothing else has its name. */
export class Place implements Entry {
  readonly portion: Portion;
  readonly at: number;
  readonly declared: Declared;

  constructor(portion: Portion, at: number, declared: Declared) {
    this.portion = portion;
    this.at = at;
    this.declared = declared;
  }

  get kind(): DeclaredKind {
    return this.declared.kind;
  }

  get key(): string {
    return this.declared.declaration.name;
  }
}

const nowhere: readonly Place[] = [];

/** Every portion of a run, by the names in it. */
export class PortionIndex {
  readonly #portions = new WeakMap<readonly Declared[], Portion>();
  /** By file and, for those that may say the same, by `likenessOf`. */
  readonly #alike = new Map<string, Portion[]>();
  /** By the id of a portion. */
  readonly #isEntered: boolean[] = [];
  readonly #places = new Map<string, Place[]>();
  readonly #enumerators = new Map<string, Place[]>();
  readonly #byWord = new Map<string, WordSlices>();
  readonly #byHeader = new Map<string, Set<Portion>>();
  readonly #byArgument = new Map<string, Place[]>();
  readonly #wordsOfEnum = new Map<string, Set<string>>();
  #count = 0;

  /** The portion that these declarations are: one for all lists that say the very same. */
  portionOf(declared: readonly Declared[], file: string): Portion {
    let portion = this.#portions.get(declared);
    if (portion === undefined) this.#portions.set(declared, (portion = this.#findOrMake(declared, file)));
    return portion;
  }

  #findOrMake(declared: readonly Declared[], file: string): Portion {
    const likeness = `${file} ${likenessOf(declared)}`;
    let alike = this.#alike.get(likeness);
    if (alike === undefined) this.#alike.set(likeness, (alike = []));
    const same = alike.find((one) => one.declared.every((said, at) => isVerySame(said, declared[at])));
    if (same !== undefined) return same;
    const portion = new Portion(this.#count++, file, saidLikewise(declared, alike.at(-1)?.declared));
    alike.push(portion);
    return portion;
  }

  /** Makes a portion's names known. */
  enter(portion: Portion): void {
    if (this.#isEntered[portion.id] === true) return;
    this.#isEntered[portion.id] = true;
    const numbers = new Map<string, Place[]>();
    let [word, lastHeader] = ['', ''];
    for (const [at, declared] of portion.declared.entries()) {
      const { name, header } = declared.declaration;
      const place = new Place(portion, at, declared);
      put(this.#places, name, place);
      if (header !== lastHeader) this.#enterHeader((lastHeader = header), portion);
      if (declared.kind === 'constant' || declared.kind === 'request') {
        // Mostly it is the word of the one before.
        if (!isOfWord(name, word)) word = wordOf(name);
        put(numbers, word, place);
        const argument = declared.kind === 'request' ? declared.declaration.argument : undefined;
        if (argument !== undefined) put(this.#byArgument, argument, place);
      } else if (declared.kind === 'enum') this.#enterEnum(declared.declaration, place, numbers);
    }
    for (const [of, places] of numbers) this.#slicesOf(of).set(portion, places);
  }

  /** Where any declaration of this name stands. */
  placesOf(name: string): readonly Place[] {
    return this.#places.get(name) ?? nowhere;
  }

  /** Where enums with an enumerator of this name stand. */
  enumsWith(name: string): readonly Place[] {
    return this.#enumerators.get(name) ?? nowhere;
  }

  /** Where requests stand that carry this. */
  requestsWith(argument: string): readonly Place[] {
    return this.#byArgument.get(argument) ?? nowhere;
  }

  /** Portions that declare something in a header. */
  portionsIn(header: string): Iterable<Portion> {
    return this.#byHeader.get(header) ?? [];
  }

  /** Everything that decides about the constants and enumerators whose `wordOf` this is, by portion. */
  numbersWith(word: string): ReadonlyMap<Portion, PlacedSlice> {
    return this.#byWord.get(word)?.byPortion ?? noSlices;
  }

  #enterHeader(header: string, portion: Portion): void {
    const there = this.#byHeader.get(header);
    if (there === undefined) this.#byHeader.set(header, new Set([portion]));
    else there.add(portion);
  }

  #slicesOf(word: string): WordSlices {
    let slices = this.#byWord.get(word);
    if (slices === undefined) this.#byWord.set(word, (slices = new WordSlices()));
    return slices;
  }

  /** Of several enums with one name the first may be the only one that counts, whatever its enumerators are called. */
  #enterEnum({ name, type }: EnumDeclaration, place: Place, numbers: Map<string, Place[]>): void {
    let words = this.#wordsOfEnum.get(name);
    if (words === undefined) this.#wordsOfEnum.set(name, (words = new Set()));
    let word = '';
    for (const enumerator of type.enumerators) {
      put(this.#enumerators, enumerator.name, place);
      if (isOfWord(enumerator.name, word)) continue;
      word = wordOf(enumerator.name);
      if (words.has(word)) continue;
      words.add(word);
      for (const other of this.placesOf(name)) {
        if (other.portion === place.portion) {
          if (other !== place) put(numbers, word, other);
        } else this.#slicesOf(word).add(other);
      }
    }
    for (const one of words) put(numbers, one, place);
  }
}

/** What a portion says of the numbers of one word; of requests only the names count. Portions that say the same have one of these. */
export type NumberSlice = readonly Declared[];

export interface PlacedSlice {
  readonly slice: NumberSlice;
  /** Which of the portion's declarations these are, rising. */
  readonly ats: readonly number[];
}

const noSlices: ReadonlyMap<Portion, PlacedSlice> = new Map<Portion, PlacedSlice>();

class WordSlices {
  readonly byPortion = new Map<Portion, PlacedSlice>();
  /** By the name that comes first. */
  readonly #slices = new Map<string, NumberSlice[]>();

  set(portion: Portion, places: readonly Place[]): void {
    const ordered = places.length > 1 ? [...places].sort((a, b) => a.at - b.at) : places;
    const slice = this.#sliceOf(ordered.map(({ declared }) => declared));
    this.byPortion.set(portion, { slice, ats: ordered.map(({ at }) => at) });
  }

  /** One more, of a portion that was entered before. */
  add(place: Place): void {
    const { slice = [], ats = [] } = this.byPortion.get(place.portion) ?? {};
    if (ats.includes(place.at)) return;
    const there = slice.map((declared, index) => new Place(place.portion, ats[index] ?? 0, declared));
    this.set(place.portion, [...there, place]);
  }

  #sliceOf(declared: NumberSlice): NumberSlice {
    const first = declared[0]?.declaration.name ?? '';
    let known = this.#slices.get(first);
    if (known === undefined) this.#slices.set(first, (known = []));
    const same = known.find(
      (slice) => slice.length === declared.length && slice.every((one, index) => isOneToNumbers(one, declared[index])),
    );
    if (same === undefined) known.push(declared);
    return same ?? declared;
  }
}

/** A request keeps constants of its name from counting, whatever its number is. */
function isOneToNumbers(one: Declared, other: Declared | undefined): boolean {
  const isRequest = one.kind === 'request' && other?.kind === 'request';
  return one === other || (isRequest && one.declaration.name === other.declaration.name);
}

function put(places: Map<string, Place[]>, name: string, place: Place): void {
  const there = places.get(name);
  if (there === undefined) places.set(name, [place]);
  else if (there.at(-1) !== place) there.push(place);
}

/** What declarations that say the very same have in common at first sight. */
function likenessOf(declared: readonly Declared[]): string {
  const { name = '', location } = declared[0]?.declaration ?? {};
  return `${String(declared.length)} ${String(location?.line)} ${name}`;
}

/** The same declarations, as far as possible by the objects of an earlier reading of the same lines. */
function saidLikewise(declared: readonly Declared[], earlier: readonly Declared[] | undefined): readonly Declared[] {
  if (earlier === undefined) return declared;
  return declared.map((one, at) => {
    const other = earlier[at];
    return other !== undefined && isVerySame(other, one) ? other : one;
  });
}

/** Whether two declarations are one, place and all, though a header was worked through once for each. */
function isVerySame(a: Declared, b: Declared | undefined): boolean {
  if (b === undefined) return false;
  const [one, other] = [a.declaration, b.declaration];
  if (one === other) return true;
  if (one.name !== other.name || one.header !== other.header || !isSamePlace(one.location, other.location))
    return false;
  switch (a.kind) {
    case 'record':
    case 'typedef':
      // Types are compared where they matter (`diff/alike.ts`).
      return false;
    case 'enum':
      return b.kind === a.kind && isSameEnum(a.declaration.type, b.declaration.type);
    case 'constant':
      return (
        b.kind === a.kind &&
        a.declaration.value === b.declaration.value &&
        a.declaration.text === b.declaration.text &&
        a.declaration.family === b.declaration.family
      );
    case 'request': {
      if (b.kind !== a.kind) return false;
      const [was, is] = [a.declaration, b.declaration];
      return (
        was.number === is.number &&
        was.direction === is.direction &&
        was.sizeBytes === is.sizeBytes &&
        was.type === is.type &&
        was.nr === is.nr &&
        was.argument === is.argument &&
        was.aliasOf === is.aliasOf &&
        was.descriptors === is.descriptors &&
        was.carries === is.carries
      );
    }
    case 'text':
      return (
        b.kind === a.kind &&
        a.declaration.body === b.declaration.body &&
        a.declaration.isFunction === b.declaration.isFunction &&
        a.declaration.parameters?.join() === b.declaration.parameters?.join()
      );
    default:
      return a satisfies never;
  }
}

function isSameEnum(one: EnumType, other: EnumType): boolean {
  return (
    one.tag === other.tag &&
    one.underlying === other.underlying &&
    one.alignBytes === other.alignBytes &&
    one.enumerators.length === other.enumerators.length &&
    one.enumerators.every((enumerator, index) => isSameEnumerator(enumerator, other.enumerators[index]))
  );
}

function isSameEnumerator(one: Enumerator, other: Enumerator | undefined): boolean {
  return (
    one.name === other?.name &&
    one.value === other.value &&
    one.sameAs === other.sameAs &&
    isSamePlace(one.location, other.location)
  );
}

function isSamePlace(one: SourceLocation | undefined, other: SourceLocation | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one === other || (one.line === other.line && one.column === other.column && one.file === other.file);
}

/** `__KVM_` of `__KVM_EXIT_IO`: what every prefix of a family begins with. `undefined` for a name of one word. */
export function firstWordOf(name: string): string | undefined {
  let start = 0;
  while (name.charCodeAt(start) === 0x5f) start++;
  const end = name.indexOf('_', start);
  return end < 0 || start === name.length ? undefined : name.slice(0, end + 1);
}

/** Whether a word is that of a name, for which there is no need to work that one out. */
export function isOfWord(name: string, word: string): boolean {
  // A name of one word is its own, and so is one of nothing but underscores.
  const isPrefix = word.length > 1 && word.endsWith('_') && word.charCodeAt(word.length - 2) !== 0x5f;
  return isPrefix ? name.startsWith(word) : name === word;
}

const words = new Map<string, string>();

/** The first word of a name, or the name itself if it has only one: two names of one family have the same. */
export function wordOf(name: string): string {
  let word = words.get(name);
  if (word === undefined) {
    word = firstWordOf(name) ?? name;
    // A tree has fifty thousand names; whoever reads many trees pays a little for the rest.
    if (words.size < maximumWords) words.set(name, word);
  }
  return word;
}

const maximumWords = 200_000;
