/**
 * The declarations of one ABI as a list of portions, and the maps of an `Abi` as views of it.
 *
 * Two kernels seen by twenty targets declare a million names, of which few differ anywhere. So no map is filled before
 * somebody asks for all of it: a name is looked up by the places that declare it, and their order decides as it does where
 * headers are read one after another. The first meaning of a name is kept; another one, in another header, is kept as
 * `NAME@header`. A name that is a request is no constant, and what is a number is no text.
 */

import type {
  Abi,
  ConstantDeclaration,
  EnumDeclaration,
  MacroDeclaration,
  RecordDeclaration,
  RequestDeclaration,
  TypedefDeclaration,
} from './abi.ts';
import { groupBy } from './group-by.ts';
import type { Declared, DeclaredKind, Portion, PortionIndex } from './portion.ts';

/** The kind of declaration that each map of an ABI holds. */
export type DeclarationMaps = Pick<Abi, 'records' | 'enums' | 'typedefs' | 'constants' | 'requests' | 'macros'>;

/** A portion in its place. */
export interface ListedPortion {
  readonly portion: Portion;
  /** Whether it is a header's own text, so that a second meaning of a name counts. */
  readonly isOwn: boolean;
}

export interface PortionPlace {
  readonly position: number;
  readonly isOwn: boolean;
}

export interface NumberPart {
  readonly portion: Portion;
  readonly place: PortionPlace;
  readonly ats: ReadonlySet<number>;
}

/** A declaration as an ABI holds it. */
export interface Entry {
  readonly kind: DeclaredKind;
  /** Under which it is found: its name, or `NAME@header`. */
  readonly key: string;
  readonly declared: Declared;
  /** As `rankAt` gives it. */
  readonly rank: number;
}

/** More declarations than a portion can have: a header has no more tokens. */
const placesPerPortion = 2 ** 24;

/** Grows in the order in which an ABI lists its declarations. */
export function rankAt(position: number, at: number): number {
  return position * placesPerPortion + at;
}

export class DeclarationList {
  readonly index: PortionIndex;
  readonly portions: readonly ListedPortion[];
  readonly #places = new Map<Portion, PortionPlace>();
  readonly #entries = new Map<string, readonly Entry[]>();
  readonly #maps = new Map<DeclaredKind, ReadonlyMap<string, Declared>>();
  #byHeader: ReadonlyMap<string, readonly Portion[]> | undefined;
  #isEntered = false;

  constructor(index: PortionIndex, portions: readonly ListedPortion[]) {
    this.index = index;
    this.portions = portions;
  }

  /** This list with what stands in `files` as `other` has it. */
  withFilesOf(other: DeclarationList, files: ReadonlySet<string>): DeclarationList {
    const theirs = new Map(groupBy(other.portions, ({ portion: { file } }) => (files.has(file) ? file : undefined)));
    const portions: ListedPortion[] = [];
    for (const one of this.portions) {
      const { file } = one.portion;
      if (!files.has(file)) portions.push(one);
      for (const instead of theirs.get(file) ?? []) portions.push(instead);
      theirs.delete(file);
    }
    for (const rest of theirs.values()) for (const one of rest) portions.push(one);
    return new DeclarationList(this.index, portions);
  }

  /** This list, and what stands in `files` as `other` has it, where this one says nothing of a name. */
  followedBy(other: DeclarationList, files: ReadonlySet<string>): DeclarationList {
    const more = other.portions.filter(({ portion: { file } }) => files.has(file));
    return new DeclarationList(this.index, [
      ...this.portions,
      ...more.map(({ portion }) => ({ portion, isOwn: false })),
    ]);
  }

  /** Everything that is declared under a name, in order. */
  entriesOf(name: string): readonly Entry[] {
    let found = this.#entries.get(name);
    if (found === undefined) this.#entries.set(name, (found = this.#choose(name)));
    return found;
  }

  /** The enums with an enumerator of this name, in order. */
  enumsWith(name: string): readonly Entry[] {
    this.#enter();
    const found: Entry[] = [];
    for (const { portion, at } of this.index.enumsWith(name)) {
      const declared = portion.declared[at];
      if (declared === undefined || !this.#places.has(portion)) continue;
      const entry = this.entriesOf(declared.declaration.name).find((one) => one.declared === declared);
      if (entry !== undefined) found.push(entry);
    }
    return found.sort(byRank);
  }

  /** Where a portion stands among the others, if it is one of these. */
  placeOf(portion: Portion): PortionPlace | undefined {
    this.#enter();
    return this.#places.get(portion);
  }

  /** What decides about the numbers of one first word: the portions in order, and which of their declarations. */
  numbersWith(word: string): readonly NumberPart[] {
    this.#enter();
    const parts: NumberPart[] = [];
    for (const [portion, ats] of this.index.numbersWith(word)) {
      const place = this.#places.get(portion);
      if (place !== undefined) parts.push({ portion, place, ats });
    }
    return parts.length > 1 ? parts.sort((a, b) => a.place.position - b.place.position) : parts;
  }

  /** The portions that declare something in a header. */
  portionsIn(header: string): readonly Portion[] {
    if (this.#byHeader === undefined) {
      const byHeader = new Map<string, Portion[]>();
      for (const { portion } of this.portions) {
        for (const name of portion.headers) {
          const there = byHeader.get(name);
          if (there === undefined) byHeader.set(name, [portion]);
          else there.push(portion);
        }
      }
      this.#byHeader = byHeader;
    }
    return this.#byHeader.get(header) ?? [];
  }

  /** One map of the ABI, filled. */
  mapOf(kind: DeclaredKind): ReadonlyMap<string, Declared> {
    const known = this.#maps.get(kind);
    if (known !== undefined) return known;
    // What a macro counts as depends on what else has its name.
    const isMacro = kind === 'constant' || kind === 'text';
    const [constants, requests, texts] = [newMap(), newMap(), newMap()];
    const single = newMap();
    for (const { portion, isOwn } of this.portions) {
      for (const declared of isMacro ? portion.declared : portion.ofKind(kind)) {
        const { name } = declared.declaration;
        const map = !isMacro
          ? single
          : declared.kind === 'constant'
            ? constants
            : declared.kind === 'request'
              ? requests
              : declared.kind === 'text'
                ? texts
                : undefined;
        if (map === undefined) continue;
        const first = map.get(name);
        if (first !== undefined) {
          if (!isOwn || isSameMeaning(first, declared)) continue;
          const key = secondKey(declared);
          if (!map.has(key)) map.set(key, declared);
        } else if (
          map === constants ? !requests.has(name) : map !== texts || !(constants.has(name) || requests.has(name))
        ) {
          map.set(name, declared);
        }
      }
    }
    if (isMacro) {
      this.#maps.set('constant', constants);
      this.#maps.set('text', texts);
      return kind === 'constant' ? constants : texts;
    }
    this.#maps.set(kind, single);
    return single;
  }

  /** The map of a kind, if it was filled. */
  filledMapOf(kind: DeclaredKind): ReadonlyMap<string, Declared> | undefined {
    return this.#maps.get(kind);
  }

  /** The maps of an ABI. */
  maps(): DeclarationMaps {
    return {
      records: new DeclarationMap<RecordDeclaration>(this, 'record'),
      enums: new DeclarationMap<EnumDeclaration>(this, 'enum'),
      typedefs: new DeclarationMap<TypedefDeclaration>(this, 'typedef'),
      constants: new DeclarationMap<ConstantDeclaration>(this, 'constant'),
      requests: new DeclarationMap<RequestDeclaration>(this, 'request'),
      macros: new DeclarationMap<MacroDeclaration>(this, 'text'),
    };
  }

  #enter(): void {
    if (this.#isEntered) return;
    this.#isEntered = true;
    for (const [position, { portion, isOwn }] of this.portions.entries()) {
      this.index.enter(portion);
      this.#places.set(portion, { position, isOwn });
    }
  }

  #choose(name: string): readonly Entry[] {
    this.#enter();
    const found: { readonly declared: Declared; readonly rank: number; readonly isOwn: boolean }[] = [];
    for (const { portion, at } of this.index.placesOf(name)) {
      const place = this.#places.get(portion);
      const declared = portion.declared[at];
      if (place === undefined || declared === undefined) continue;
      found.push({ declared, rank: rankAt(place.position, at), isOwn: place.isOwn });
    }
    if (found.length > 1) found.sort(byRank);
    const entries: Entry[] = [];
    const has = (kind: DeclaredKind, key: string): boolean =>
      entries.some((entry) => entry.kind === kind && entry.key === key);
    for (const { declared, rank, isOwn } of found) {
      const { kind } = declared;
      const first = entries.find((entry) => entry.kind === kind);
      if (first === undefined) {
        if (kind === 'constant' && has('request', name)) continue;
        if (kind === 'text' && (has('constant', name) || has('request', name))) continue;
        entries.push({ kind, key: name, declared, rank });
      } else if (isOwn && !isSameMeaning(first.declared, declared)) {
        const key = secondKey(declared);
        if (!has(kind, key)) entries.push({ kind, key, declared, rank });
      }
    }
    return entries;
  }
}

function newMap(): Map<string, Declared> {
  return new Map<string, Declared>();
}

function byRank(a: { readonly rank: number }, b: { readonly rank: number }): number {
  return a.rank - b.rank;
}

/** Another meaning of a name that is taken; no name of C has an `@`. */
function secondKey({ declaration }: Declared): string {
  return `${declaration.name}@${declaration.header}`;
}

/** Whether two declarations of one kind say the same; `false` for others. */
export function isSameMeaning(a: Declared, b: Declared): boolean {
  switch (a.kind) {
    case 'record':
      return b.kind === a.kind && a.declaration.record === b.declaration.record;
    case 'enum':
    case 'typedef':
      return b.kind === a.kind && a.declaration.type === b.declaration.type;
    case 'constant':
      return b.kind === a.kind && a.declaration.value === b.declaration.value;
    case 'request':
      return b.kind === a.kind && a.declaration.number === b.declaration.number;
    case 'text':
      return b.kind === a.kind && a.declaration.body === b.declaration.body;
    default:
      return a satisfies never;
  }
}

/** One map of an ABI: filled when somebody goes through all of it, and until then asked name by name. */
export class DeclarationMap<T> implements ReadonlyMap<string, T> {
  readonly list: DeclarationList;
  /** What stands here instead of what the headers say, or besides. */
  readonly replaced: ReadonlyMap<string, T>;
  readonly #kind: DeclaredKind;
  #filled: ReadonlyMap<string, T> | undefined;

  constructor(list: DeclarationList, kind: DeclaredKind, replaced: ReadonlyMap<string, T> = new Map<string, T>()) {
    this.list = list;
    this.replaced = replaced;
    this.#kind = kind;
  }

  /** The same map with some declarations instead of others. */
  replacing(declarations: Iterable<readonly [string, T]>): DeclarationMap<T> {
    return new DeclarationMap(this.list, this.#kind, new Map([...this.replaced, ...declarations]));
  }

  get(key: string): T | undefined {
    if (this.#filled !== undefined) return this.#filled.get(key);
    const replaced = this.replaced.get(key);
    if (replaced !== undefined) return replaced;
    const filled = this.list.filledMapOf(this.#kind);
    if (filled !== undefined) return filled.get(key)?.declaration as T | undefined;
    const at = key.indexOf('@');
    const entries = this.list.entriesOf(at < 0 ? key : key.slice(0, at));
    const entry = entries.find((one) => one.kind === this.#kind && one.key === key);
    // The kind says what it is a declaration of.
    return entry?.declared.declaration as T | undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** What is declared under some names, seconds included, in the order of the whole map. */
  among(names: Iterable<string>): (readonly [string, T])[] {
    const found: { readonly key: string; readonly rank: number; readonly value: T }[] = [];
    let added = Number.MAX_SAFE_INTEGER / 2;
    for (const name of names) {
      let isThere = false;
      for (const { kind, key, declared, rank } of this.list.entriesOf(name)) {
        if (kind !== this.#kind) continue;
        isThere ||= key === name;
        found.push({ key, rank, value: this.replaced.get(key) ?? (declared.declaration as T) });
      }
      const replaced = isThere ? undefined : this.replaced.get(name);
      if (replaced !== undefined) found.push({ key: name, rank: added++, value: replaced });
    }
    return found.sort(byRank).map(({ key, value }) => [key, value] as const);
  }

  get size(): number {
    return this.#fill().size;
  }

  entries(): MapIterator<[string, T]> {
    return this.#fill().entries();
  }

  keys(): MapIterator<string> {
    return this.#fill().keys();
  }

  values(): MapIterator<T> {
    return this.#fill().values();
  }

  forEach(callback: (value: T, key: string, map: ReadonlyMap<string, T>) => void): void {
    for (const [key, value] of this.#fill()) callback(value, key, this);
  }

  [Symbol.iterator](): MapIterator<[string, T]> {
    return this.#fill().entries();
  }

  #fill(): ReadonlyMap<string, T> {
    if (this.#filled === undefined) {
      const filled = new Map<string, T>();
      for (const [key, { declaration }] of this.list.mapOf(this.#kind)) filled.set(key, declaration as T);
      for (const [key, declaration] of this.replaced) filled.set(key, declaration);
      this.#filled = filled;
    }
    return this.#filled;
  }
}

/** A map of an ABI with some declarations instead of others, or besides. */
export function replacing<T>(
  map: ReadonlyMap<string, T>,
  declarations: Iterable<readonly [string, T]>,
): ReadonlyMap<string, T> {
  return map instanceof DeclarationMap
    ? (map as DeclarationMap<T>).replacing(declarations)
    : new Map([...map, ...declarations]);
}

/** What a map of an ABI holds besides what the headers say, or instead. */
export function replacedIn<T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return map instanceof DeclarationMap ? (map as DeclarationMap<T>).replaced : new Map<string, T>();
}

/** The list that all maps of an ABI are views of, if they are. */
export function listOf(maps: DeclarationMaps): DeclarationList | undefined {
  const { records, enums, typedefs, constants, requests, macros } = maps;
  if (!(records instanceof DeclarationMap)) return undefined;
  const { list } = records as DeclarationMap<RecordDeclaration>;
  const isView = (map: ReadonlyMap<string, unknown>): boolean => map instanceof DeclarationMap && map.list === list;
  return [enums, typedefs, constants, requests, macros].every(isView) ? list : undefined;
}
