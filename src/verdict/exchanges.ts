/**
 * Fields of a record that changed places among each other.
 *
 * Two fields that are swapped both moved, and so did each that was turned around with them: one decision of the author. Which fields
 * belong together is told by their bytes: one stands where another stood. Two swaps in one record that do not touch are two.
 */

import type { FieldChange } from '../diff/changes.ts';

type Move = Extract<FieldChange, { kind: 'field-moved' }>;

/** For each move that is part of an exchange the path of the first field of that exchange. */
export function exchangesAmong(moves: readonly Move[]): ReadonlyMap<Move, string> {
  const reordered = moves
    .filter(({ cause }) => cause.kind === 'reordered')
    .sort((a, b) => start(a) - start(b) || a.old.offsetBits - b.old.offsetBits);
  const exchanges = new Map<Move, string>();
  let end = -1;
  let path = '';
  // Fields that exchange their places cover the same stretch of bytes, from the first place to the last.
  for (const move of reordered) {
    if (start(move) >= end) path = move.old.path;
    end = Math.max(end, stop(move));
    exchanges.set(move, `exchange of ${path}`);
  }
  return exchanges;
}

function start({ old, new: next, followers }: Move): number {
  return followers.reduce(
    (least, one) => Math.min(least, one.old.offsetBits, one.new.offsetBits),
    Math.min(old.offsetBits, next.offsetBits),
  );
}

function stop({ old, new: next, followers }: Move): number {
  return followers.reduce((most, one) => Math.max(most, endOf(one)), endOf({ old, new: next }));
}

function endOf({ old, new: next }: Pick<Move, 'old' | 'new'>): number {
  return Math.max(old.offsetBits + old.sizeBits, next.offsetBits + next.sizeBits);
}
