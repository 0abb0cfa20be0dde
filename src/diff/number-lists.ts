/**
 * Lists under one prefix: which names of a family are numbered one after another.
 *
 * A prefix may serve two lists of one header: `BPF_F_TEST_RND_HI32` is a flag for loading programs, and a hundred lines further
 * down `BPF_F_TEST_RUN_ON_CPU` begins the flags for running them at 1 again. While their numbers happen to differ they look
 * like one family. What gives them away is the text: read from the top, the numbers start over.
 */

import type { SourceLocation } from '../diagnostic.ts';
import type { NamedNumber } from './changes.ts';

/**
 * Whether two numbers may be claims in one list. `members` are the family's names that both sides have, in any order; a name that
 * is new stands in the list above it and in the one below it, so that no place in the text hides a clash.
 */
export function areOfOneList(newcomer: NamedNumber, holder: NamedNumber, members: readonly NamedNumber[]): boolean {
  const lists = listsOf(members.filter((one) => one !== newcomer && isBeside(newcomer, one)));
  const line = lineOf(newcomer);
  const above = lists.findLast((list) => list.some((one) => lineOf(one) < line));
  const below = lists.find((list) => list.some((one) => lineOf(one) > line));
  const isListed = lists.some((list) => list.includes(holder));
  return !isListed || above?.includes(holder) === true || below?.includes(holder) === true;
}

/** The members in the order of the text, cut where a number is as low as the lowest of the list so far. */
function listsOf(members: readonly NamedNumber[]): readonly (readonly NamedNumber[])[] {
  const lists: NamedNumber[][] = [];
  let lowest: bigint | undefined;
  for (const member of [...members].sort((a, b) => lineOf(a) - lineOf(b))) {
    const current = lists.at(-1);
    if (current === undefined || lowest === undefined || member.value <= lowest) {
      lists.push([member]);
      lowest = member.value;
    } else current.push(member);
  }
  return lists;
}

function isBeside(a: NamedNumber, b: NamedNumber): boolean {
  return locationOf(a)?.file === locationOf(b)?.file;
}

function lineOf(number: NamedNumber): number {
  return locationOf(number)?.line ?? 0;
}

function locationOf({ enumerator, declaration }: NamedNumber): SourceLocation | undefined {
  return enumerator?.location ?? declaration.location;
}
