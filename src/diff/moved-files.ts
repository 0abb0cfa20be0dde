/**
 * Headers that stand elsewhere among the others than they did.
 *
 * Where two headers declare one name, the first counts. So what stays in its order means what it did, and of what does not, few
 * headers have to be doubted: an include that comes, or goes up a line, moves one header past many.
 */

import type { DeclarationList } from '../abi/declaration-list.ts';

/**
 * The fewest files of which the others, as far as both lists have them, follow each other alike. Of two that changed places, at least one
 * is among them.
 *
 * `isOwn`: of headers that are read by themselves, or of what only their includers show of them.
 */
export function movedFiles(before: DeclarationList, after: DeclarationList, isOwn: boolean): ReadonlySet<string> {
  const places = new Map<string, number>();
  for (const [place, { portion, isOwn: isOwnThere }] of before.portions.entries()) {
    if (isOwnThere === isOwn && !places.has(portion.file)) places.set(portion.file, place);
  }
  const moved = new Map<string, number>();
  let [last, isRising] = [-1, true];
  for (const { portion, isOwn: isOwnHere } of after.portions) {
    const place = places.get(portion.file);
    if (isOwnHere !== isOwn || place === undefined || moved.has(portion.file)) continue;
    moved.set(portion.file, place);
    isRising &&= place > last;
    last = place;
  }
  if (isRising) return none;
  for (const place of longestRising([...moved.values()])) {
    const { portion } = before.portions[place] ?? {};
    if (portion !== undefined) moved.delete(portion.file);
  }
  return new Set(moved.keys());
}

const none: ReadonlySet<string> = new Set();

/** A longest rising subsequence of numbers that are all different. */
export function longestRising(numbers: readonly number[]): readonly number[] {
  /** Of the best sequences of each length, where the one that ends lowest ends. */
  const ends: number[] = [];
  const previous: (number | undefined)[] = [];
  for (const [at, number] of numbers.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[ends[middle] ?? 0] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    previous.push(ends[low - 1]);
    ends[low] = at;
  }
  const rising: number[] = [];
  for (let at = ends.at(-1); at !== undefined; at = previous[at]) rising.push(numbers[at] ?? 0);
  return rising.reverse();
}
