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
  readonly declared: readonly Declared[];
  readonly #byKind = new Map<DeclaredKind, readonly Declared[]>();
  #byHeader: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  #headers: readonly string[] | undefined;

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

  /** The headers that are named with what it declares. */
  get headers(): readonly string[] {
    this.#headers ??= [...new Set(this.declared.map(({ declaration }) => declaration.header))];
    return this.#headers;
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

/** Where something is declared. */
export interface Place {
  readonly portion: Portion;
  /** Which of its declarations. */
  readonly at: number;
}

const nowhere: readonly Place[] = [];
const noPlaces: ReadonlyMap<Portion, ReadonlySet<number>> = new Map<Portion, ReadonlySet<number>>();

/** Every portion of a run, by the names in it. */
export class PortionIndex {
  readonly #portions = new WeakMap<readonly Declared[], Portion>();
  readonly #entered = new Set<Portion>();
  readonly #places = new Map<string, Place[]>();
  readonly #enumerators = new Map<string, Place[]>();
  readonly #byWord = new Map<string, Map<Portion, Set<number>>>();
  readonly #wordsOfEnum = new Map<string, Set<string>>();
  #count = 0;

  /** The portion that these declarations are: one for each list. */
  portionOf(declared: readonly Declared[], file: string): Portion {
    let portion = this.#portions.get(declared);
    if (portion === undefined) {
      portion = new Portion(this.#count++, file, declared);
      this.#portions.set(declared, portion);
    }
    return portion;
  }

  /** Makes a portion's names known. */
  enter(portion: Portion): void {
    if (this.#entered.has(portion)) return;
    this.#entered.add(portion);
    for (const [at, { kind, declaration }] of portion.declared.entries()) {
      const place = { portion, at };
      put(this.#places, declaration.name, place);
      if (kind === 'constant' || kind === 'request') this.#enterWord(wordOf(declaration.name), place);
      if (kind !== 'enum') continue;
      for (const { name } of declaration.type.enumerators) put(this.#enumerators, name, place);
      this.#enterEnum(declaration, place);
    }
  }

  /** Where any declaration of this name stands. */
  placesOf(name: string): readonly Place[] {
    return this.#places.get(name) ?? nowhere;
  }

  /** Where enums with an enumerator of this name stand. */
  enumsWith(name: string): readonly Place[] {
    return this.#enumerators.get(name) ?? nowhere;
  }

  /** Everything that decides about the constants and enumerators whose `wordOf` this is: which declarations of a portion. */
  numbersWith(word: string): ReadonlyMap<Portion, ReadonlySet<number>> {
    return this.#byWord.get(word) ?? noPlaces;
  }

  #enterWord(word: string, { portion, at }: Place): void {
    let places = this.#byWord.get(word);
    if (places === undefined) this.#byWord.set(word, (places = new Map<Portion, Set<number>>()));
    const there = places.get(portion);
    if (there === undefined) places.set(portion, new Set([at]));
    else there.add(at);
  }

  /** Of several enums with one name the first may be the only one that counts, whatever its enumerators are called. */
  #enterEnum({ name, type }: EnumDeclaration, place: Place): void {
    let words = this.#wordsOfEnum.get(name);
    if (words === undefined) this.#wordsOfEnum.set(name, (words = new Set()));
    for (const enumerator of type.enumerators) {
      const word = wordOf(enumerator.name);
      if (words.has(word)) continue;
      words.add(word);
      for (const other of this.placesOf(name)) this.#enterWord(word, other);
    }
    for (const word of words) this.#enterWord(word, place);
  }
}

function put(places: Map<string, Place[]>, name: string, place: Place): void {
  const there = places.get(name);
  if (there === undefined) places.set(name, [place]);
  else there.push(place);
}

/** `__KVM_` of `__KVM_EXIT_IO`: what every prefix of a family begins with. `undefined` for a name of one word. */
export function firstWordOf(name: string): string | undefined {
  let start = 0;
  while (name.charCodeAt(start) === 0x5f) start++;
  const end = name.indexOf('_', start);
  return end < 0 || start === name.length ? undefined : name.slice(0, end + 1);
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
