/** The numbers of an ABI that is a list of portions: those of one first word are put together when somebody asks. */

import { type DeclarationList, rankAt } from '../abi/declaration-list.ts';
import type { NumberScope } from '../abi/number-scope.ts';
import { wordOf } from '../abi/portion.ts';
import type { NamedNumber } from './changes.ts';
import { differenceOf } from './number-difference.ts';
import { groupOf, type ListedGroup, type NumberGroup, type PlacedNumber } from './number-group.ts';
import type { GroupedNumbers, NumberPair } from './number-pair.ts';
import type { Suspects } from './suspect-names.ts';

export class ListedNumbers implements GroupedNumbers {
  readonly #list: DeclarationList;
  readonly #scope: NumberScope | undefined;
  readonly #groups = new Map<string, ListedGroup>();

  constructor(list: DeclarationList, scope?: NumberScope) {
    this.#list = list;
    this.#scope = scope;
  }

  get(name: string): NamedNumber | undefined {
    return this.groupOf(wordOf(name)).get(name);
  }

  groupOf(word: string): NumberGroup {
    return this.listedGroupOf(word).group;
  }

  listedGroupOf(word: string): ListedGroup {
    let group = this.#groups.get(word);
    if (group === undefined) this.#groups.set(word, (group = groupOf(word, this.#list, this.#scope)));
    return group;
  }
}

/** What differs of the numbers under suspicion. */
export function differencesAmong(
  { numbers, words }: Suspects,
  old: ListedNumbers,
  next: ListedNumbers,
): Pick<NumberPair, 'left' | 'came'> {
  const [left, came] = [new RankedNumbers(numbers), new RankedNumbers(numbers)];
  for (const word of words) {
    const [was, is] = [old.listedGroupOf(word), next.listedGroupOf(word)];
    const difference = differenceOf(was.group, is.group);
    left.add(difference.left, was);
    came.add(difference.came, is);
  }
  return { left: left.inOrder(), came: came.inOrder() };
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
