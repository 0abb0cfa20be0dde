/**
 * Which numbers that came have the value of a number that left, and are of its family.
 *
 * That depends on the two groups of one first word alone, and is asked for by every target that has both.
 */

import { groupBy } from '../abi/group-by.ts';
import type { NamedNumber } from './changes.ts';
import { isMember } from './families.ts';
import { valuesThatCame } from './number-difference.ts';
import type { NumberGroup } from './number-group.ts';
import { onceForPair } from '../abi/once.ts';

class FamilyHeirs {
  readonly #old: NumberGroup;
  readonly #byValue: ReadonlyMap<bigint, readonly NamedNumber[]>;
  readonly #known = new Map<NamedNumber, readonly NamedNumber[]>();

  constructor(old: NumberGroup, next: NumberGroup) {
    this.#old = old;
    this.#byValue = groupBy(valuesThatCame(old, next), ({ value }) => value);
  }

  /** In their order. */
  of(number: NamedNumber): readonly NamedNumber[] {
    let heirs = this.#known.get(number);
    if (heirs === undefined) {
      const { name, value, declaration } = number;
      // Whatever is added next takes the number that the end of a list had.
      const family = isMember(number) ? this.#old.familyIn(declaration.header) : undefined;
      heirs = (this.#byValue.get(value) ?? []).filter((one) => family?.common(name, one.name) !== undefined);
      this.#known.set(number, heirs);
    }
    return heirs;
  }
}

export const familyHeirsBetween = onceForPair(
  (old: NumberGroup, next: NumberGroup): FamilyHeirs => new FamilyHeirs(old, next),
);
