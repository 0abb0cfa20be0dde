/**
 * Those for whom a text is read at once.
 *
 * A header means the same to most targets. So it is worked through for all of them together, each a *viewer* with a number, and
 * only where they get different answers are they told apart. Sets of viewers are the bits of a number.
 */

/** A set of viewers: bit `n` stands for viewer number `n`. */
export type Viewers = number;

/** How many viewers fit into a set; bit 31 would make it negative. */
export const maximumViewers = 31;

/** The set of viewer `number` alone. */
export function only(number: number): Viewers {
  return 1 << number;
}

/** The viewers with numbers below `count`. */
export function firstViewers(count: number): Viewers {
  return 2 ** count - 1;
}

/** The lowest number in a set that is not empty. */
export function firstOf(viewers: Viewers): number {
  return 31 - Math.clz32(viewers & -viewers);
}

/** A set without its first viewer. */
export function withoutFirst(viewers: Viewers): Viewers {
  return viewers & (viewers - 1);
}
