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
import { differenceOf, hasCome, hasLeft } from './number-difference.ts';
import {
  enumeratorsOf,
  groupOf,
  type ListedGroup,
  NumberGroup,
  ofConstant,
  type PlacedNumber,
} from './number-group.ts';
import type { Suspects } from './suspects.ts';

export interface Numbers {
  readonly get: (name: string) => NamedNumber | undefined;
  /** Those of one first word, as `wordOf` gives it. */
  readonly groupOf: (word: string) => NumberGroup;
}

/**
 * The numbers of both sides, and those under suspicion that differ, in the order in which an ABI lists them: constants before
 * enumerators.
 */
export interface NumberPair {
  readonly old: Numbers;
  readonly new: Numbers;
  /** Of the old side: gone, or of another value now. */
  readonly left: readonly NamedNumber[];
  /** Of the new side: not there before, of another value, or in another header. */
  readonly came: readonly NamedNumber[];
}

export function numbersOfPair({ old, new: next }: AbiPair, suspects: Suspects | undefined): NumberPair {
  const [before, after] = [listOf(old), listOf(next)];
  if (suspects !== undefined && before !== undefined && after !== undefined) {
    return listedPair(before, after, suspects);
  }
  const numbers = new GatheredNumbers(old);
  const isOne = old.constants === next.constants && old.enums === next.enums;
  if (isOne) return { old: numbers, new: numbers, left: [], came: [] };
  const others = new GatheredNumbers(next);
  const isSuspect = ({ name }: NamedNumber): boolean => suspects?.numbers.has(name) !== false;
  return {
    old: numbers,
    new: others,
    left: numbers.all().filter((one) => isSuspect(one) && hasLeft(one, others)),
    came: others.all().filter((one) => isSuspect(one) && hasCome(one, numbers)),
  };
}

/** A macro that repeats its enumerator (`#define A A`) is that enumerator. */
class GatheredNumbers implements Numbers {
  readonly #numbers = new Map<string, NamedNumber>();
  readonly #groups = new Map<string, NumberGroup>();
  #byWord: ReadonlyMap<string, readonly NamedNumber[]> | undefined;

  constructor(abi: Abi) {
    for (const declaration of abi.constants.values()) this.#numbers.set(declaration.name, ofConstant(declaration));
    for (const [key, declaration] of abi.enums) {
      for (const number of enumeratorsOf(key, declaration)) this.#numbers.set(number.name, number);
    }
  }

  get(name: string): NamedNumber | undefined {
    return this.#numbers.get(name);
  }

  all(): readonly NamedNumber[] {
    return [...this.#numbers.values()];
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

class ListedNumbers implements Numbers {
  readonly #list: DeclarationList;
  readonly #groups = new Map<string, ListedGroup>();

  constructor(list: DeclarationList) {
    this.#list = list;
  }

  get(name: string): NamedNumber | undefined {
    return this.groupOf(wordOf(name)).get(name);
  }

  groupOf(word: string): NumberGroup {
    return this.listedGroupOf(word).group;
  }

  listedGroupOf(word: string): ListedGroup {
    let group = this.#groups.get(word);
    if (group === undefined) this.#groups.set(word, (group = groupOf(word, this.#list)));
    return group;
  }
}

function listedPair(before: DeclarationList, after: DeclarationList, suspects: Suspects): NumberPair {
  const [old, next] = [new ListedNumbers(before), new ListedNumbers(after)];
  const [left, came] = [new RankedNumbers(suspects.numbers), new RankedNumbers(suspects.numbers)];
  for (const word of suspects.words) {
    const [was, is] = [old.listedGroupOf(word), next.listedGroupOf(word)];
    const difference = differenceOf(was.group, is.group);
    left.add(difference.left, was);
    came.add(difference.came, is);
  }
  return { old, new: next, left: left.inOrder(), came: came.inOrder() };
}

/** Further than any constant. */
const firstEnumerator = 2 ** 38;

/** Numbers of one list, of any word. */
class RankedNumbers {
  readonly #names: ReadonlySet<string>;
  readonly #found: { readonly number: NamedNumber; readonly rank: number }[] = [];

  constructor(names: ReadonlySet<string>) {
    this.#names = names;
  }

  add(placed: readonly PlacedNumber[], { parts }: ListedGroup): void {
    for (const { number, part, index, share } of placed) {
      const place = parts[part];
      if (place === undefined || !this.#names.has(number.name)) continue;
      const rank = rankAt(place.position, place.ats[index] ?? 0);
      this.#found.push({ number, rank: share === undefined ? rank : firstEnumerator + rank + share });
    }
  }

  inOrder(): readonly NamedNumber[] {
    return this.#found.sort((a, b) => a.rank - b.rank).map(({ number }) => number);
  }
}
