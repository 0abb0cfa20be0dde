/**
 * Every portion of a run, by the names in it.
 *
 * The index knows where a name is declared in any portion, whichever targets and trees that is part of; which of these places
 * count is up to the list of an ABI (`declaration-list.ts`). Besides names it answers for what comparisons ask about: headers,
 * first words of numbers, enumerators, and what requests carry.
 */

import type { EnumDeclaration } from './abi.ts';
import { type PlacedSlice, WordSlices } from './number-slices.ts';
import { type Declared, isOfWord, Place, Portion, wordOf } from './portion.ts';
import { isVerySame, likenessOf, saidLikewise } from './very-same.ts';

const nowhere: readonly Place[] = [];
const noSlices: ReadonlyMap<Portion, PlacedSlice> = new Map<Portion, PlacedSlice>();

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

function put(places: Map<string, Place[]>, name: string, place: Place): void {
  const there = places.get(name);
  if (there === undefined) places.set(name, [place]);
  else if (there.at(-1) !== place) there.push(place);
}
