/**
 * The numbers of an ABI: constants and enumerators in one name space, because C lets a macro become an enumerator unnoticed.
 *
 * A tree has fifty thousand, and a comparison asks for those that changed and for some around them: the family of a name, its
 * enum, what else has its value in its header. Where an ABI is a list of portions they are looked up one by one; anything
 * else is put together first.
 */

import type { Abi } from '../abi/abi.ts';
import { type DeclarationList, listOf, rankAt } from '../abi/declaration-list.ts';
import { groupBy } from '../abi/group-by.ts';
import { wordOf } from '../abi/portion.ts';
import type { AbiPair, NamedNumber } from './changes.ts';
import { enumeratorsOf, groupOf, type ListedGroup, NumberGroup, ofConstant } from './number-group.ts';
import type { Suspects } from './suspects.ts';

export interface Numbers {
  readonly get: (name: string) => NamedNumber | undefined;
  /** In the order in which the ABI lists them, constants before enumerators: those under suspicion, or all. */
  readonly suspected: () => readonly NamedNumber[];
  /** Those of one first word, as `wordOf` gives it. */
  readonly groupOf: (word: string) => NumberGroup;
}

export interface NumberPair {
  readonly old: Numbers;
  readonly new: Numbers;
}

/** The numbers of both sides; one object where both sides have the very same declarations. */
export function numbersOfPair({ old, new: next }: AbiPair, suspects: Suspects | undefined): NumberPair {
  const [before, after] = [listOf(old), listOf(next)];
  if (suspects !== undefined && before !== undefined && after !== undefined) {
    return { old: new ListedNumbers(before, suspects), new: new ListedNumbers(after, suspects) };
  }
  const numbers = new GatheredNumbers(old, suspects);
  const isOne = old.constants === next.constants && old.enums === next.enums;
  return { old: numbers, new: isOne ? numbers : new GatheredNumbers(next, suspects) };
}

/** A macro that repeats its enumerator (`#define A A`) is that enumerator. */
class GatheredNumbers implements Numbers {
  readonly #numbers = new Map<string, NamedNumber>();
  readonly #suspects: Suspects | undefined;
  readonly #groups = new Map<string, NumberGroup>();
  #byWord: ReadonlyMap<string, readonly NamedNumber[]> | undefined;

  constructor(abi: Abi, suspects: Suspects | undefined) {
    this.#suspects = suspects;
    for (const declaration of abi.constants.values()) this.#numbers.set(declaration.name, ofConstant(declaration));
    for (const [key, declaration] of abi.enums) {
      for (const number of enumeratorsOf(key, declaration)) this.#numbers.set(number.name, number);
    }
  }

  get(name: string): NamedNumber | undefined {
    return this.#numbers.get(name);
  }

  suspected(): readonly NamedNumber[] {
    const all = [...this.#numbers.values()];
    const names = this.#suspects?.numbers;
    return names === undefined ? all : all.filter(({ name }) => names.has(name));
  }

  groupOf(word: string): NumberGroup {
    let group = this.#groups.get(word);
    if (group === undefined) {
      this.#byWord ??= groupBy(this.#numbers.values(), ({ name }) => wordOf(name));
      const members = this.#byWord.get(word) ?? [];
      group = new NumberGroup(
        new Map(members.map((number, index) => [number.name, { number, part: 0, index, share: undefined }])),
      );
      this.#groups.set(word, group);
    }
    return group;
  }
}

/** Further than any constant. */
const firstEnumerator = 2 ** 38;

class ListedNumbers implements Numbers {
  readonly #list: DeclarationList;
  readonly #suspects: Suspects;
  readonly #groups = new Map<string, ListedGroup>();
  #suspected: readonly NamedNumber[] | undefined;

  constructor(list: DeclarationList, suspects: Suspects) {
    this.#list = list;
    this.#suspects = suspects;
  }

  get(name: string): NamedNumber | undefined {
    return this.groupOf(wordOf(name)).get(name);
  }

  suspected(): readonly NamedNumber[] {
    this.#suspected ??= this.#ordered(this.#suspects.numbers);
    return this.#suspected;
  }

  groupOf(word: string): NumberGroup {
    return this.#listedGroupOf(word).group;
  }

  #listedGroupOf(word: string): ListedGroup {
    let group = this.#groups.get(word);
    if (group === undefined) this.#groups.set(word, (group = groupOf(word, this.#list)));
    return group;
  }

  #ordered(names: Iterable<string>): NamedNumber[] {
    const found: { readonly number: NamedNumber; readonly rank: number }[] = [];
    for (const name of names) {
      const { group, parts } = this.#listedGroupOf(wordOf(name));
      const placed = group.placeOf(name);
      const part = placed === undefined ? undefined : parts[placed.part];
      if (placed === undefined || part === undefined) continue;
      const { number, index, share } = placed;
      const rank = rankAt(part.position, part.ats[index] ?? 0);
      found.push({ number, rank: share === undefined ? rank : firstEnumerator + rank + share });
    }
    return found.sort((a, b) => a.rank - b.rank).map(({ number }) => number);
  }
}

/** The members of an enum that go by its name and no other meaning. */
export function membersOf(key: string, abi: Abi, numbers: Numbers): NamedNumber[] {
  return (abi.enums.get(key)?.type.enumerators ?? []).flatMap(({ name }) => {
    const number = numbers.get(name);
    return number?.enum === key ? [number] : [];
  });
}
