/**
 * The numbers of an ABI: constants and enumerators in one name space, because C lets a macro become an enumerator unnoticed.
 *
 * A tree has fifty thousand, and a comparison asks for those that changed and for some around them: the family of a name, its
 * enum, what else has its value in its header. Where an ABI is a list of portions they are looked up one by one; anything
 * else is put together first.
 */

import type { Abi } from '../abi/abi.ts';
import type { DeclarationList } from '../abi/declaration-list.ts';
import { listOf } from '../abi/declaration-map.ts';
import { groupBy } from '../abi/group-by.ts';
import { wordOf } from '../abi/portion.ts';
import type { AbiPair, NamedNumber } from './changes.ts';
import { fewNumbersOf } from './few-numbers.ts';
import { differencesAmong, ListedNumbers } from './listed-numbers.ts';
import { hasCome, hasLeft } from './number-difference.ts';
import { enumeratorsOf, NumberGroup, ofConstant } from './number-group.ts';
import { type GroupedNumbers, wholeGroups, type NumberPair } from './number-pair.ts';
import type { Suspects } from './suspect-names.ts';

export function numbersOfPair({ old, new: next }: AbiPair, suspects: Suspects | undefined): NumberPair {
  const [before, after] = [listOf(old), listOf(next)];
  if (suspects !== undefined && before !== undefined && after !== undefined) {
    return listedPair(before, after, suspects);
  }
  const numbers = new GatheredNumbers(old);
  const isOne = old.constants === next.constants && old.enums === next.enums;
  if (isOne) {
    return { old: numbers, new: numbers, ...wholeGroups(numbers, numbers), left: [], came: [] };
  }
  const others = new GatheredNumbers(next);
  const suspectedOf = (some: GatheredNumbers): readonly NamedNumber[] => {
    if (suspects?.numbers.size === 0) return [];
    return suspects === undefined ? some.all() : some.all().filter(({ name }) => suspects.numbers.has(name));
  };
  return {
    old: numbers,
    new: others,
    ...wholeGroups(numbers, others),
    left: suspectedOf(numbers).filter((one) => hasLeft(one, others)),
    came: suspectedOf(others).filter((one) => hasCome(one, numbers)),
  };
}

/** A macro that repeats its enumerator (`#define A A`) is that enumerator. */
class GatheredNumbers implements GroupedNumbers {
  readonly #abi: Abi;
  readonly #groups = new Map<string, NumberGroup>();
  #byName: ReadonlyMap<string, NamedNumber> | undefined;
  #byWord: ReadonlyMap<string, readonly NamedNumber[]> | undefined;

  constructor(abi: Abi) {
    this.#abi = abi;
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

  /** Where two sides differ in no number, nobody asks. */
  get #numbers(): ReadonlyMap<string, NamedNumber> {
    this.#byName ??= numbersIn(this.#abi);
    return this.#byName;
  }
}

function numbersIn({ constants, enums }: Abi): ReadonlyMap<string, NamedNumber> {
  const numbers = new Map<string, NamedNumber>();
  for (const declaration of constants.values()) numbers.set(declaration.name, ofConstant(declaration));
  for (const [key, declaration] of enums) {
    for (const number of enumeratorsOf(key, declaration)) numbers.set(number.name, number);
  }
  return numbers;
}

function listedPair(before: DeclarationList, after: DeclarationList, suspects: Suspects): NumberPair {
  const few = fewNumbersOf(before, after, suspects);
  if (few !== undefined) return few;
  const [old, next] = [new ListedNumbers(before), new ListedNumbers(after)];
  return { old, new: next, ...wholeGroups(old, next), ...differencesAmong(suspects, old, next) };
}
