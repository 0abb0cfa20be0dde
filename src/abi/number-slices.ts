/**
 * What portions say of the numbers of one first word (`wordOf`).
 *
 * A portion is another one for a target as soon as one of its declarations is. Its constants are mostly the same all the same, and
 * whoever puts the numbers of a word together need not do so again for them. Of requests only the names count here.
 */

import type { Declared, Portion } from './portion.ts';

/** Portions that say the same have one of these. */
export type NumberSlice = readonly Declared[];

export interface PlacedSlice {
  readonly slice: NumberSlice;
  /** Which of the portion's declarations these are, rising. */
  readonly ats: readonly number[];
}

/** The slices of one word. */
export class WordSlices {
  readonly #byPortion = new Map<Portion, PlacedSlice>();
  /** What was added since somebody asked. */
  #added: { readonly portion: Portion; readonly ats: number[] }[] = [];
  /** By the name that comes first. */
  readonly #slices = new Map<string, NumberSlice[]>();

  /** Which of a portion's declarations is of the word. */
  add(portion: Portion, at: number): void {
    const last = this.#added.at(-1);
    if (last?.portion === portion) last.ats.push(at);
    else this.#added.push({ portion, ats: [at] });
  }

  byPortion(): ReadonlyMap<Portion, PlacedSlice> {
    const added = this.#added;
    if (added.length > 0) this.#added = [];
    for (const { portion, ats } of added) {
      const all = rising([...(this.#byPortion.get(portion)?.ats ?? []), ...ats]);
      this.#byPortion.set(portion, { slice: this.#sliceOf(portion, all), ats: all });
    }
    return this.#byPortion;
  }

  #sliceOf({ declared }: Portion, ats: readonly number[]): NumberSlice {
    const slice = ats.flatMap((at) => declared[at] ?? []);
    const first = slice[0]?.declaration.name ?? '';
    let known = this.#slices.get(first);
    if (known === undefined) this.#slices.set(first, (known = []));
    const same = known.find(
      (other) => other.length === slice.length && other.every((one, index) => isOneToNumbers(one, slice[index])),
    );
    if (same === undefined) known.push(slice);
    return same ?? slice;
  }
}

/** Each once. Enums may come late; all else comes in order. */
function rising(ats: readonly number[]): readonly number[] {
  if (ats.every((at, index) => index === 0 || at > (ats[index - 1] ?? 0))) return ats;
  return [...new Set(ats)].sort((a, b) => a - b);
}

/** A request keeps constants of its name from counting, whatever its number is. */
function isOneToNumbers(one: Declared, other: Declared | undefined): boolean {
  const isRequest = one.kind === 'request' && other?.kind === 'request';
  return one === other || (isRequest && one.declaration.name === other.declaration.name);
}
