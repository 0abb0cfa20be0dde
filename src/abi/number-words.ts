/**
 * Which of the numbers in many portions begin with a word (`wordOf`).
 *
 * Families of numbers lie within one word, so whoever compares a number asks for all of its word. Portions are gone through once,
 * to note which words are in them; what they say is put together for the words that are asked for.
 */

import { groupBy } from './group-by.ts';
import { NewPortions } from './new-portions.ts';
import type { NumberScope } from './number-scope.ts';
import { type PlacedSlice, WordSlices } from './number-slices.ts';
import { isOfWord, type LateMacros, type Portion, wordOf } from './portion.ts';
import type { EnumType } from './types.ts';

/** All enums of one name: the first may be the only one that counts, whatever its enumerators are called. */
interface SameEnums {
  /** Of the enumerators of any. */
  readonly words: Set<string>;
  readonly places: { readonly portion: Portion; readonly at: number }[];
}

/** More names than this are not looked for one by one. */
const fewNames = 64;

export class NumberWords {
  readonly #scope: NumberScope | undefined;
  readonly #newcomers: NewPortions;
  readonly #slices = new Map<string, WordSlices>();
  readonly #enums = new Map<string, SameEnums>();
  /** Portions of macros that are read late. */
  readonly #late: { readonly portion: Portion; readonly late: LateMacros }[] = [];
  /** How many of these were looked at for a word. */
  readonly #looked = new Map<string, number>();
  readonly #byNames = new WeakMap<readonly string[], ReadonlyMap<string, readonly number[]>>();

  /** `entered` grows at its end. `scope`: of macros that are read late; all, where there is none. */
  constructor(entered: readonly Portion[], scope?: NumberScope) {
    this.#scope = scope;
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
      if (!late.words.has(word) || !this.#isAskedIn(late)) continue;
      const ats = this.#wordsIn(late.names).get(word);
      if (ats !== undefined) this.#slicesOf(word).addLate(portion, late, ats);
    }
  }

  /** Whether anything of such macros is within the scope. Names that nobody defines there need not be found out. */
  #isAskedIn(late: LateMacros): boolean {
    const names = namesAlone(this.#scope);
    if (names === undefined || names.size > fewNames) return true;
    for (const name of names) if (late.indexOf(name) >= 0) return true;
    return false;
  }

  #wordsIn(names: readonly string[]): ReadonlyMap<string, readonly number[]> {
    let words = this.#byNames.get(names);
    if (words === undefined) {
      const asked = namesAlone(this.#scope);
      words = groupBy(names.keys(), (at) => {
        const name = names[at] ?? '';
        return asked?.has(name) === false ? undefined : wordOf(name);
      });
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
    if (slices === undefined) this.#slices.set(word, (slices = new WordSlices(this.#scope)));
    return slices;
  }
}

/** The names, if a scope leaves out all others. */
function namesAlone(scope: NumberScope | undefined): ReadonlySet<string> | undefined {
  return scope?.others === 'left-out' ? scope.names : undefined;
}

const nothing: ReadonlyMap<Portion, PlacedSlice> = new Map<Portion, PlacedSlice>();
