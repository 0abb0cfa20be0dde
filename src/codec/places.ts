/** Reading what other fields depend on: discriminants, conditions, counts. */

import type { ArmSelection, Place, PlacedCondition } from './record-descriptor.ts';
import { readNumber, widthBitsOf } from './scalar.ts';

/** The value at a place, seen from a record that starts at `baseBits`; `undefined` where the bytes do not reach. */
export function readPlace(place: Place, bytes: Uint8Array, baseBits: number): bigint | undefined {
  const at = baseBits + place.offsetBits;
  if (at < 0 || at + widthBitsOf(place.element) > bytes.length * 8) return undefined;
  return readNumber(place.element, bytes, at);
}

/** Whether a condition holds; `undefined` where the bytes it depends on are missing. */
export function isConditionTrue(condition: PlacedCondition, bytes: Uint8Array, baseBits: number): boolean | undefined {
  const value = readPlace(condition.place, bytes, baseBits);
  if (value === undefined) return undefined;
  switch (condition.kind) {
    case 'non-zero':
      return value !== 0n;
    case 'flag-set':
      return (value & condition.mask) !== 0n;
    case 'equals':
      return condition.values.some((wanted) => wanted.value === value);
    default:
      return condition satisfies never;
  }
}

/** A condition in words: `ext_abt_has_esr is not zero`. */
export function describeCondition(condition: PlacedCondition): string {
  const { path } = condition.place;
  switch (condition.kind) {
    case 'non-zero':
      return `${path} is not zero`;
    case 'flag-set':
      return `${path} has ${condition.flag}`;
    case 'equals':
      return `${path} is ${condition.values.map(({ name }) => name).join(' or ')}`;
    default:
      return condition satisfies never;
  }
}

/** Name of the arm that a discriminant value selects. */
export function selectArm(
  select: ArmSelection,
  discriminant: bigint,
  bytes: Uint8Array,
  baseBits: number,
): string | undefined {
  let selected: string | undefined;
  for (const arm of select.arms) {
    if (!arm.values.some(({ value }) => value === discriminant)) continue;
    const holds = arm.condition === undefined ? undefined : isConditionTrue(arm.condition, bytes, baseBits);
    if (selected === undefined ? holds !== false || arm.condition === undefined : holds === true) selected = arm.name;
  }
  return selected ?? select.otherwise;
}
