/**
 * In what two groups of numbers differ, an old one and a new one: found once for all targets that have both.
 */

import type { NamedNumber } from './changes.ts';
import type { NumberGroup, PlacedNumber } from './number-group.ts';
import { onceForPair } from '../abi/once.ts';

export interface GroupDifference {
  /** Of the old group: gone, or of another value now. */
  readonly left: readonly PlacedNumber[];
  /** Of the new group: not there before, of another value, or in another header. */
  readonly came: readonly PlacedNumber[];
}

/** Numbers by their names. */
interface Named {
  readonly get: (name: string) => NamedNumber | undefined;
}

/** Whether the other side does not have that number under that name. */
export function hasLeft({ name, value }: NamedNumber, next: Named): boolean {
  return next.get(name)?.value !== value;
}

export function hasCome({ name, value, declaration }: NamedNumber, old: Named): boolean {
  const was = old.get(name);
  return was?.value !== value || was.declaration.header !== declaration.header;
}

/** The numbers of a new group whose value the old one does not give their name. */
export function valuesThatCame(old: NumberGroup, next: NumberGroup): readonly NamedNumber[] {
  return differenceOf(old, next).came.flatMap(({ number }) => (hasLeft(number, old) ? [number] : []));
}

const nothing: GroupDifference = { left: [], came: [] };

export function differenceOf(old: NumberGroup, next: NumberGroup): GroupDifference {
  return old === next ? nothing : differenceBetween(old, next);
}

const differenceBetween = onceForPair((old: NumberGroup, next: NumberGroup): GroupDifference => ({
  left: old.placed().filter(({ number }) => hasLeft(number, next)),
  came: next.placed().filter(({ number }) => hasCome(number, old)),
}));
