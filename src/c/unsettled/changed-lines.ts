/**
 * Which lines of two versions of a file are not lines of the other.
 *
 * Lines are compared by their tokens, so that comments and white space change nothing, but for the white space that tells two macros
 * apart, and without regard for the words that a basic type is spelled in; and by the conditions around them, so that a line which is there for others than before has changed, but not one that is
 * there for all as before. The lines of an include guard are the same whatever that is called. What is found is correct and not always
 * the shortest: a line that moved is a line that changed.
 */

import { spaceBefore, type TokenFile } from '../token.ts';
import type { DecidedConditions } from './decided-conditions.ts';
import type { SpelledTypes } from './spelled-types.ts';
import type { TextUnits } from './text-units.ts';

/** Lines from `old` to before `oldEnd` became those from `next` to before `nextEnd`. */
export interface ChangedLines {
  readonly old: number;
  readonly oldEnd: number;
  readonly next: number;
  readonly nextEnd: number;
}

/** As many lines have to follow each other alike for two texts to be taken for one again. */
const linesAlike = 3;
/** How many lines ahead the texts are searched. */
const mostAhead = 400;

export function changedLines(
  old: TextUnits,
  next: TextUnits,
  { conditions, types }: { readonly conditions: DecidedConditions; readonly types: SpelledTypes },
): readonly ChangedLines[] {
  const changes: ChangedLines[] = [];
  const isSame = (one: number, other: number): boolean => {
    if (one >= old.lines || other >= next.lines) return false;
    return (
      (isSpelledAlike(old, one, next, other) ||
        asksTheSame(old, one, next, other, conditions) ||
        types.areAlike(old, one, next, other)) &&
      (old.conditionsOf(one) === next.conditionsOf(other) ||
        conditions.conditionsOf(old, one) === conditions.conditionsOf(next, other))
    );
  };
  let [a, b] = [0, 0];
  while (a < old.lines || b < next.lines) {
    if (isSame(a, b)) {
      a++;
      b++;
      continue;
    }
    const [oldEnd, nextEnd] = meetingPlace(a, b, old.lines, next.lines, isSame);
    changes.push({ old: a, oldEnd, next: b, nextEnd });
    [a, b] = [oldEnd, nextEnd];
  }
  return changes;
}

/** Where two texts that differ are one again. */
function meetingPlace(
  a: number,
  b: number,
  oldLines: number,
  nextLines: number,
  isSame: (one: number, other: number) => boolean,
): readonly [number, number] {
  for (let ahead = 1; ahead <= mostAhead; ahead++) {
    for (let there = 0; there <= ahead; there++) {
      const [one, other] = [a + ahead - there, b + there];
      if (one > oldLines || other > nextLines) continue;
      let alike = 0;
      while (alike < linesAlike && isSame(one + alike, other + alike)) alike++;
      const isAtEnd = one + alike === oldLines && other + alike === nextLines;
      if (alike === linesAlike || isAtEnd) return [one, other];
    }
  }
  return [oldLines, nextLines];
}

function isSpelledAlike(old: TextUnits, one: number, next: TextUnits, other: number): boolean {
  const [a, b] = [old.lineStarts[one] ?? 0, next.lineStarts[other] ?? 0];
  const length = (old.lineStarts[one + 1] ?? 0) - a;
  const areOfGuards = old.isOfGuard(one) && next.isOfGuard(other);
  if (areOfGuards && old.unitOfLine(one)?.kind === 'conditional') return next.unitOfLine(other)?.kind === 'conditional';
  if ((next.lineStarts[other + 1] ?? 0) - b !== length) return false;
  for (let at = 0; at < length; at++) {
    // #define NAME
    if (areOfGuards && at === 2) continue;
    if (old.file.texts[a + at] !== next.file.texts[b + at]) return false;
    if (at > 0 && spaceAt(old.file, a + at) !== spaceAt(next.file, b + at)) return false;
  }
  return true;
}

/** Whether both lines begin or divide a conditional, on the same condition. */
function asksTheSame(
  old: TextUnits,
  one: number,
  next: TextUnits,
  other: number,
  conditions: DecidedConditions,
): boolean {
  if (old.unitOfLine(one)?.kind !== 'conditional' || next.unitOfLine(other)?.kind !== 'conditional') return false;
  return conditions.spell(old, old.lineStarts[one] ?? 0) === conditions.spell(next, next.lineStarts[other] ?? 0);
}

function spaceAt({ flags }: TokenFile, index: number): number {
  return (flags[index] ?? 0) & spaceBefore;
}
