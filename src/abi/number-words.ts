/**
 * Which of the numbers in many portions begin with a word (`wordOf`).
 *
 * Families of numbers lie within one word, so whoever compares a number asks for all of its word. Portions are gone through once,
 * to note which words are in them; what they say is put together for the words that are asked for.
 */

import { groupBy } from './group-by.ts';
import { NewPortions } from './new-portions.ts';
import { type PlacedSlice, WordSlices } from './number-slices.ts';
import { isOfWord, type LateMacros, type Portion, wordOf } from './portion.ts';
import type { EnumType } from './types.ts';

/** All enums of one name: the first may be the only one that counts, whatever its enumerators are called. */
interface SameEnums {
  /** Of the enumerators of any. */
  readonly words: Set<string>;
  readonly places: { readonly portion: Portion; readonly at: number }[];
}

export class NumberWords {
  readonly #newcomers: NewPortions;
  readonly #slices = new Map<string, WordSlices>();
  readonly #enums = new Map<string, SameEnums>();
  /** Portions of macros that are read late. */
  readonly #late: { readonly portion: Portion; readonly late: LateMacros }[] = [];
  /** How many of these were looked at for a word. */
  readonly #looked = new Map<string, number>();
  readonly #byNames = new WeakMap<readonly string[], ReadonlyMap<string, readonly number[]>>();

  /** `entered` grows at its end. */
  constructor(entered: readonly Portion[]) {
    this.#newcomers = new NewPortions(entered);
  }

  /** Everything that decides about the constants and enumerators of a word, by portion. */
  of(word: string): ReadonlyMap<Portion, PlacedSlice> {
    for (const portion of this.#newcomers.take()) this.#enter(portion);
    this.#lookAmongLate(word);
    return this.#slices.get(word)?.byPortion() ?? nothing;
  }

  #enter(portion: Portion): void {
    let word = '';
    let slices: WordSlices | undefined;
    const { late } = portion;
    if (late !== undefined) {
      this.#late.push({ portion, late });
      return;
    }
    for (const [at, declared] of portion.declared.entries()) {
      if (declared.kind === 'constant' || declared.kind === 'request') {
        const { name } = declared.declaration;
        // Mostly it is the word of the one before.
        if (slices === undefined || !isOfWord(name, word)) slices = this.#slicesOf((word = wordOf(name)));
        slices.add(portion, at);
      } else if (declared.kind === 'enum') {
        this.#enterEnum(declared.declaration.name, declared.declaration.type, portion, at);
      }
    }
  }

  #lookAmongLate(word: string): void {
    const looked = this.#looked.get(word) ?? 0;
    if (looked === this.#late.length) return;
    this.#looked.set(word, this.#late.length);
    for (const { portion, late } of this.#late.slice(looked)) {
      if (!late.words.has(word)) continue;
      const ats = this.#wordsIn(late.names).get(word);
      if (ats !== undefined) this.#slicesOf(word).addLate(portion, late, ats);
    }
  }

  #wordsIn(names: readonly string[]): ReadonlyMap<string, readonly number[]> {
    let words = this.#byNames.get(names);
    if (words === undefined) {
      words = groupBy(names.keys(), (at) => wordOf(names[at] ?? ''));
      this.#byNames.set(names, words);
    }
    return words;
  }

  #enterEnum(name: string, { enumerators }: EnumType, portion: Portion, at: number): void {
    let same = this.#enums.get(name);
    if (same === undefined) this.#enums.set(name, (same = { words: new Set(), places: [] }));
    let word = '';
    for (const enumerator of enumerators) {
      if (isOfWord(enumerator.name, word)) continue;
      word = wordOf(enumerator.name);
      if (same.words.has(word)) continue;
      same.words.add(word);
      for (const other of same.places) this.#slicesOf(word).add(other.portion, other.at);
    }
    same.places.push({ portion, at });
    for (const one of same.words) this.#slicesOf(one).add(portion, at);
  }

  #slicesOf(word: string): WordSlices {
    let slices = this.#slices.get(word);
    if (slices === undefined) this.#slices.set(word, (slices = new WordSlices()));
    return slices;
  }
}

const nothing: ReadonlyMap<Portion, PlacedSlice> = new Map<Portion, PlacedSlice>();
