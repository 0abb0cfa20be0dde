/** The numbers of both sides of a comparison, and in which of them they differ. */

import type { NamedNumber } from './changes.ts';
import type { NumberGroup } from './number-group.ts';

export interface Numbers {
  readonly get: (name: string) => NamedNumber | undefined;
}

/** Numbers of which all that have one first word can be asked for. */
export interface GroupedNumbers extends Numbers {
  /** Those of one first word, as `wordOf` gives it. */
  readonly groupOf: (word: string) => NumberGroup;
}

/** Groups in which everything is. */
export function wholeGroups(
  old: GroupedNumbers,
  next: GroupedNumbers,
): Pick<NumberPair, 'groupsAround' | 'mayBeShared'> {
  return { groupsAround: (word) => ({ old: old.groupOf(word), new: next.groupOf(word) }), mayBeShared: () => true };
}

/** What both sides have of one first word. */
export interface GroupPair {
  readonly old: NumberGroup;
  readonly new: NumberGroup;
}

/**
 * The numbers of both sides, and those under suspicion that differ, in the order in which an ABI lists them: constants before
 * enumerators.
 */
export interface NumberPair {
  readonly old: Numbers;
  readonly new: Numbers;
  /**
   * The groups of a word, with all that the families of some of its numbers are made of; `undefined` where these belong to none,
   * in what their headers say on the old side.
   */
  readonly groupsAround: (word: string, numbers: readonly NamedNumber[]) => GroupPair | undefined;
  /** Whether another number of the new side, of its header and first word, may be worth the same. */
  readonly mayBeShared: (number: NamedNumber) => boolean;
  /** Of the old side: gone, or of another value now. */
  readonly left: readonly NamedNumber[];
  /** Of the new side: not there before, of another value, or in another header. */
  readonly came: readonly NamedNumber[];
}
