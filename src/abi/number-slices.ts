/**
 * What portions say of the numbers of one first word (`wordOf`).
 *
 * A portion is another one for a target as soon as one of its declarations is. Its constants are mostly the same all the same, and
 * whoever puts the numbers of a word together need not do so again for them. Of requests only the names count here.
 */

import { type Declared, Place, type Portion } from './portion.ts';

/** Portions that say the same have one of these. */
type NumberSlice = readonly Declared[];

export interface PlacedSlice {
  readonly slice: NumberSlice;
  /** Which of the portion's declarations these are, rising. */
  readonly ats: readonly number[];
}

/** The slices of one word. */
export class WordSlices {
  readonly byPortion = new Map<Portion, PlacedSlice>();
  /** By the name that comes first. */
  readonly #slices = new Map<string, NumberSlice[]>();

  set(portion: Portion, places: readonly Place[]): void {
    const ordered = places.length > 1 ? [...places].sort((a, b) => a.at - b.at) : places;
    const slice = this.#sliceOf(ordered.map(({ declared }) => declared));
    this.byPortion.set(portion, { slice, ats: ordered.map(({ at }) => at) });
  }

  /** One more, of a portion that was entered before. */
  add(place: Place): void {
    const { slice = [], ats = [] } = this.byPortion.get(place.portion) ?? {};
    if (ats.includes(place.at)) return;
    const there = slice.map((declared, index) => new Place(place.portion, ats[index] ?? 0, declared));
    this.set(place.portion, [...there, place]);
  }

  #sliceOf(declared: NumberSlice): NumberSlice {
    const first = declared[0]?.declaration.name ?? '';
    let known = this.#slices.get(first);
    if (known === undefined) this.#slices.set(first, (known = []));
    const same = known.find(
      (slice) => slice.length === declared.length && slice.every((one, index) => isOneToNumbers(one, declared[index])),
    );
    if (same === undefined) known.push(declared);
    return same ?? declared;
  }
}

/** A request keeps constants of its name from counting, whatever its number is. */
function isOneToNumbers(one: Declared, other: Declared | undefined): boolean {
  const isRequest = one.kind === 'request' && other?.kind === 'request';
  return one === other || (isRequest && one.declaration.name === other.declaration.name);
}
