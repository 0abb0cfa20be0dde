/**
 * Hide sets: which macro names a token must not be expanded to again (Dave Prosser's algorithm behind C17 §6.10.3.4).
 *
 * They are short linked lists: in real headers a token passes through a handful of macros, and a hostile one is stopped at
 * `limits.expansionNesting` names, which also bounds the time that looking through a list takes.
 */

import { LimitReached, limits } from './limits.ts';
import { type HideSet, locationOf, type Token } from './token.ts';

export function hides(set: HideSet | undefined, name: string): boolean {
  for (let entry = set; entry !== undefined; entry = entry.rest) if (entry.name === name) return true;
  return false;
}

export function hide(set: HideSet | undefined, name: string, at: Token): HideSet {
  if (hides(set, name)) return set ?? { name, rest: undefined, size: 1 };
  const size = (set?.size ?? 0) + 1;
  if (size > limits.expansionNesting) throw new LimitReached('Macros expand to each other too deeply.', locationOf(at));
  return { name, rest: set, size };
}

export function union(first: HideSet | undefined, second: HideSet | undefined, at: Token): HideSet | undefined {
  if (first === undefined || first === second) return second;
  let result = second;
  for (let entry: HideSet | undefined = first; entry !== undefined; entry = entry.rest) {
    if (entry === result) break;
    result = hide(result, entry.name, at);
  }
  return result;
}

export function intersect(first: HideSet | undefined, second: HideSet | undefined): HideSet | undefined {
  if (first === second) return first;
  let result: HideSet | undefined;
  for (let entry = first; entry !== undefined; entry = entry.rest) {
    if (hides(second, entry.name)) result = { name: entry.name, rest: result, size: (result?.size ?? 0) + 1 };
  }
  return result;
}
