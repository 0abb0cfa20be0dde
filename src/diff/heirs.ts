/**
 * Who has a number now that was another name's.
 *
 * A new name of the same enum or family, or of the same list under two prefixes, that took the value of a name that is gone is
 * its heir. Small values are everywhere, so only what can be one is looked at: the group of the name, its header, its enum.
 */

import type { Abi } from '../abi/abi.ts';
import { groupBy } from '../abi/group-by.ts';
import { wordOf } from '../abi/portion.ts';
import type { NamedNumber } from './changes.ts';
import { familyHeirsBetween } from './family-heirs.ts';
import type { NumberPair } from './number-pair.ts';

/** Among more than this nobody looks for one number. */
const fewCandidates = 64;

/** Numbers of the new side, in their order. */
export class Heirs {
  readonly #numbers: NumberPair;
  readonly #next: Abi;
  readonly #places: ReadonlyMap<NamedNumber, number>;
  #byHeader: ReadonlyMap<string, readonly NamedNumber[]> | undefined;

  /** `candidates`: who may be an heir; `next` is the side they are of. */
  constructor(candidates: readonly NamedNumber[], numbers: NumberPair, next: Abi) {
    this.#numbers = numbers;
    this.#next = next;
    const places = new Map<NamedNumber, number>();
    for (const one of candidates) places.set(one, places.size);
    this.#places = places;
  }

  /** Those of the number's header with its value. */
  inHeader({ value, declaration }: NamedNumber): readonly NamedNumber[] {
    this.#byHeader ??= groupBy(this.#places.keys(), (one) => one.declaration.header);
    return (this.#byHeader.get(declaration.header) ?? []).filter((one) => one.value === value);
  }

  /** Those of the number's family with its value. */
  inFamily(number: NamedNumber): readonly NamedNumber[] {
    const word = wordOf(number.name);
    // Most numbers that are gone have none, and where few came nobody need know the families to see it.
    if (this.#places.size <= fewCandidates && !this.#isTaken(number, word)) return [];
    const groups = this.#numbers.groupsAround(word, [number]);
    const heirs = groups === undefined ? [] : familyHeirsBetween(groups.old, groups.new).of(number);
    return heirs.length === 0 ? heirs : heirs.filter((one) => this.#places.has(one));
  }

  /** Whether a candidate with a first word has the number's value. */
  #isTaken({ value }: NamedNumber, word: string): boolean {
    for (const one of this.#places.keys()) if (one.value === value && wordOf(one.name) === word) return true;
    return false;
  }

  /** Those of the number's enum with its value. */
  inEnum({ enum: key, value }: NamedNumber): readonly NamedNumber[] {
    if (key === undefined) return [];
    return (this.#next.enums.get(key)?.type.enumerators ?? []).flatMap((enumerator) => {
      if (enumerator.value !== value) return [];
      const one = this.#numbers.new.get(enumerator.name);
      return one?.enum === key && one.value === value && this.#places.has(one) ? [one] : [];
    });
  }

  /** Each of some once, in the order of the new side. */
  inOrder(some: readonly NamedNumber[]): readonly NamedNumber[] {
    if (some.length < 2) return some;
    const placeOf = (one: NamedNumber): number => this.#places.get(one) ?? 0;
    return [...new Set(some)].sort((a, b) => placeOf(a) - placeOf(b));
  }
}
