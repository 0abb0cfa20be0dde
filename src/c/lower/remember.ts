/**
 * Lists of what one text came to in different surroundings, the one that was right last in front.
 *
 * Targets fall into few classes, and what a target that is done with meant by a text is found again on its other side or not at
 * all. So the lists are short; what falls off the end is worked out again if it must be.
 */

const kept = 8;

export function remember<T>(known: T[], one: T): void {
  known.unshift(one);
  if (known.length > kept) known.pop();
}

/** What was right once is likely right next time. */
export function toFront(known: unknown[], index: number): void {
  if (index > 0) known.unshift(...known.splice(index, 1));
}
