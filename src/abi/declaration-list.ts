/**
 * The declarations of one ABI as a list of portions; the maps of an `Abi` are views of it (`declaration-map.ts`).
 *
 * Two kernels seen by twenty targets declare a million names, of which few differ anywhere. So no map is filled before
 * somebody asks for all of it: a name is looked up by the places that declare it, and their order decides as it does where
 * headers are read one after another. The first meaning of a name is kept; another one, in another header, is kept as
 * `NAME@header`. A name that is a request is no constant, and what is a number is no text.
 */

import type { RequestDeclaration } from './abi.ts';
import { groupBy } from './group-by.ts';
import type { NumberScope } from './number-scope.ts';
import type { PlacedSlice } from './number-slices.ts';
import type { Declared, DeclaredKind, Entry, LateMacros, Place, Portion } from './portion.ts';
import type { PortionIndex } from './portion-index.ts';

/** A portion in its place. */
export interface ListedPortion {
  readonly portion: Portion;
  /** Whether it is a header's own text, so that a second meaning of a name counts. */
  readonly isOwn: boolean;
}

/** What one portion of a list says of the numbers of a word. */
export interface NumberPart extends PlacedSlice {
  /** Where the portion stands in the list. */
  readonly position: number;
  readonly isOwn: boolean;
}

/** More declarations than a portion can have: a header has no more tokens. */
const placesPerPortion = 2 ** 24;

/** Grows in the order in which a list has its declarations. */
export function rankAt(position: number, at: number): number {
  return position * placesPerPortion + at;
}

export class DeclarationList {
  readonly index: PortionIndex;
  readonly portions: readonly ListedPortion[];
  /** By the id of a portion, one more than its position; nothing for those that came up later. */
  #positions: Uint32Array | undefined;
  /** Of names that several portions declare. */
  readonly #entries = new Map<string, readonly Entry[]>();
  readonly #maps = new Map<DeclaredKind, ReadonlyMap<string, Declared>>();
  readonly #byHeader = new Map<string, readonly Portion[]>();
  #late: readonly LateMacros[] | undefined;

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

  /** Says which names will be asked for: they are found together more cheaply than one by one. */
  expect(names: ReadonlySet<string>): void {
    this.#enter();
    this.index.expect(names);
  }

  /** Everything that is declared under a name, in order. */
  entriesOf(name: string): readonly Entry[] {
    const found = this.#placeOf(name);
    return found === undefined ? nothing : found === 'several' ? this.#chosen(name) : [found];
  }

  /** What the ABI holds under a key. */
  entryOf(kind: DeclaredKind, key: string): Entry | undefined {
    const at = key.indexOf('@');
    const name = at < 0 ? key : key.slice(0, at);
    const found = this.#placeOf(name);
    if (found === 'several') return this.#chosen(name).find((one) => one.kind === kind && one.key === key);
    return found?.kind === kind && at < 0 ? found : undefined;
  }

  /** Nearly always one portion of a list declares a name, once. */
  #placeOf(name: string): Place | 'several' | undefined {
    const positions = this.#enter();
    let only: Place | undefined;
    for (let place = this.index.placesOf(name); place !== undefined; place = place.next) {
      if ((positions[place.portion.id] ?? 0) === 0) continue;
      if (only !== undefined) return 'several';
      only = place;
    }
    return only;
  }

  /** Everything that is declared under some names, in order. */
  entriesAmong(names: ReadonlySet<string>): readonly Entry[] {
    this.expect(names);
    const found: { readonly entry: Entry; readonly rank: number }[] = [];
    for (const name of names) {
      for (const entry of this.entriesOf(name)) found.push({ entry, rank: this.rankOf(entry) });
    }
    return found.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry);
  }

  /** The enums with an enumerator of this name, in order. */
  enumsWith(name: string): readonly Entry[] {
    return this.#entriesAt((index) => index.enumsWith(name));
  }

  /** The requests that carry this or have one of these names, in order. */
  requestsWith(argument: string, names: ReadonlySet<string> = new Set()): readonly RequestDeclaration[] {
    const carrying = this.#entriesAt((index) => index.requestsWith(argument));
    const entries = names.size === 0 ? carrying : this.#inOrder([...carrying, ...this.entriesAmong(names)]);
    return entries.flatMap(({ declared }) => (declared.kind === 'request' ? [declared.declaration] : []));
  }

  /** Each once. */
  #inOrder(entries: readonly Entry[]): readonly Entry[] {
    const byRank = new Map(entries.map((entry) => [this.rankOf(entry), entry]));
    return [...byRank].sort(([a], [b]) => a - b).map(([, entry]) => entry);
  }

  #entriesAt(placesIn: (index: PortionIndex) => Place | undefined): readonly Entry[] {
    this.#enter();
    const found: Entry[] = [];
    for (const { key, portion, at } of this.#thoseHere(placesIn(this.index))) {
      const entry = this.entriesOf(key).find((one) => one.portion === portion && one.at === at);
      if (entry !== undefined) found.push(entry);
    }
    return found.length > 1 ? found.sort((a, b) => this.rankOf(a) - this.rankOf(b)) : found;
  }

  #thoseHere(places: Place | undefined): Place[] {
    const here: Place[] = [];
    for (let place = places; place !== undefined; place = place.next) {
      if (this.positionOf(place.portion) !== undefined) here.push(place);
    }
    return here;
  }

  /** Where a portion stands among the others, if it is one of these. */
  positionOf(portion: Portion): number | undefined {
    const position = this.#enter()[portion.id] ?? 0;
    return position === 0 ? undefined : position - 1;
  }

  /** Whether the list has a portion as a header's own text; `undefined` where it does not have it. */
  isOwn(portion: Portion): boolean | undefined {
    const position = this.positionOf(portion);
    return position === undefined ? undefined : this.portions[position]?.isOwn;
  }

  /** Grows in the order of the list. */
  rankOf({ portion, at }: Entry): number {
    return rankAt(this.positionOf(portion) ?? 0, at);
  }

  /** What decides about the numbers of one first word, as far as `scope` goes, in order. */
  numbersWith(word: string, scope?: NumberScope): readonly NumberPart[] {
    this.#enter();
    const parts: NumberPart[] = [];
    for (const [portion, { slice, ats }] of this.index.numbersWith(word, scope)) {
      const position = this.positionOf(portion);
      if (position === undefined) continue;
      parts.push({ slice, ats, position, isOwn: this.portions[position]?.isOwn === true });
    }
    return parts.length > 1 ? parts.sort((a, b) => a.position - b.position) : parts;
  }

  /** The portions of macros that are read late. */
  get late(): readonly LateMacros[] {
    if (this.#late === undefined) {
      const late: LateMacros[] = [];
      for (const { portion } of this.portions) if (portion.late !== undefined) late.push(portion.late);
      this.#late = late;
    }
    return this.#late;
  }

  /** The portions that declare something in a header, in order. */
  portionsIn(header: string): readonly Portion[] {
    const positions = this.#enter();
    let portions = this.#byHeader.get(header);
    if (portions === undefined) {
      portions = this.index
        .portionsIn(header)
        .filter(({ id }) => (positions[id] ?? 0) > 0)
        .sort((a, b) => (positions[a.id] ?? 0) - (positions[b.id] ?? 0));
      this.#byHeader.set(header, portions);
    }
    return portions;
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

  /** Makes the names of all portions known, and says where the portions stand. */
  #enter(): Uint32Array {
    if (this.#positions !== undefined) return this.#positions;
    let last = 0;
    for (const { portion } of this.portions) last = Math.max(last, portion.id);
    const positions = new Uint32Array(last + 1);
    for (const [position, { portion }] of this.portions.entries()) {
      this.index.enter(portion);
      // Where it stands twice, the first place decides about its names, as in the maps.
      if (positions[portion.id] === 0) positions[portion.id] = position + 1;
    }
    this.#positions = positions;
    return positions;
  }

  /** Which of several declarations count. */
  #chosen(name: string): readonly Entry[] {
    let entries = this.#entries.get(name);
    if (entries === undefined) this.#entries.set(name, (entries = this.#choose(name)));
    return entries;
  }

  #choose(name: string): readonly Entry[] {
    const found = this.#thoseHere(this.index.placesOf(name)).sort((a, b) => this.rankOf(a) - this.rankOf(b));
    const entries: Entry[] = [];
    const has = (kind: DeclaredKind, key: string): boolean =>
      entries.some((entry) => entry.kind === kind && entry.key === key);
    for (const place of found) {
      const { kind, declared, portion, at } = place;
      const first = entries.find((entry) => entry.kind === kind);
      if (first === undefined) {
        if (kind === 'constant' && has('request', name)) continue;
        if (kind === 'text' && (has('constant', name) || has('request', name))) continue;
        entries.push(place);
      } else if (this.isOwn(portion) === true && !isSameMeaning(first.declared, declared)) {
        const key = secondKey(declared);
        if (!has(kind, key)) entries.push({ kind, key, declared, portion, at });
      }
    }
    return entries;
  }
}

const nothing: readonly Entry[] = [];

function newMap(): Map<string, Declared> {
  return new Map<string, Declared>();
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
