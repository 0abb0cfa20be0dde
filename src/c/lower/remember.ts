/**
 * Lists of what one text came to in different surroundings, the one that was right last in front.
 *
 * Few texts mean something else to each target, and no list needs to be longer than all targets can make it; what falls off the
 * end is worked out again if it must be.
 */

const kept = 32;

export function remember<T>(known: T[], one: T): void {
  known.unshift(one);
  if (known.length > kept) known.pop();
}

/** What was right once is likely right next time. */
export function toFront(known: unknown[], index: number): void {
  if (index > 0) known.unshift(...known.splice(index, 1));
}
