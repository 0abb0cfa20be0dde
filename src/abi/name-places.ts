/**
 * Where in many portions a name is declared.
 *
 * A commit that adds a constant makes a comparison ask for a dozen names among twenty thousand. To go through all portions for one
 * name costs a hundredth of listing every name. So the first names are looked for one by one, and all are listed once so many
 * were asked for that this is cheaper.
 */

import { NewPortions } from './new-portions.ts';
import { Place, type Portion } from './portion.ts';

/** How often the portions are gone through for single names. */
const maximumSearches = 48;
/** As many names as this are asked for by somebody who will ask for more. */
const manyNames = 64;

export class NamePlaces {
  readonly #entered: readonly Portion[];
  readonly #newcomers: NewPortions;
  /** Of the names that were looked for, or of all. */
  readonly #places = new Map<string, Place | undefined>();
  #areAllListed = false;
  #searches = 0;

  /** `entered` grows at its end. */
  constructor(entered: readonly Portion[]) {
    this.#entered = entered;
    this.#newcomers = new NewPortions(entered);
  }

  of(name: string): Place | undefined {
    this.#catchUp();
    if (!this.#areAllListed && !this.#places.has(name)) this.#search([name]);
    return this.#places.get(name);
  }

  /** Says which names will be asked for. */
  expect(names: ReadonlySet<string>): void {
    this.#catchUp();
    if (this.#areAllListed) return;
    if (names.size > manyNames) {
      this.#listAll();
      return;
    }
    const unknown = [...names].filter((name) => !this.#places.has(name));
    if (unknown.length > 0) this.#search(unknown);
  }

  #search(names: readonly string[]): void {
    if (++this.#searches > maximumSearches) {
      this.#listAll();
      return;
    }
    for (const name of names) this.#places.set(name, undefined);
    const wanted = new Set(names);
    for (const portion of this.#entered) this.#list(portion, wanted);
  }

  #catchUp(): void {
    for (const portion of this.#newcomers.take()) {
      if (this.#areAllListed) this.#list(portion);
      else if (this.#places.size > 0) this.#list(portion, this.#places);
    }
  }

  #listAll(): void {
    this.#areAllListed = true;
    this.#places.clear();
    for (const portion of this.#entered) this.#list(portion);
  }

  /** `wanted`: all where there are none. */
  #list(portion: Portion, wanted?: Wanted): void {
    const { late } = portion;
    if (late !== undefined) {
      for (const name of wanted?.size === undefined || wanted.size > manyNames ? late.names : wanted.keys()) {
        const at = wanted?.has(name) === false ? -1 : late.indexOf(name);
        if (at >= 0) this.#add(name, portion, at);
      }
      return;
    }
    const { declared } = portion;
    // The most travelled loop of a comparison.
    for (let at = 0; at < declared.length; at++) {
      const one = declared[at];
      if (one === undefined) continue;
      const { name } = one.declaration;
      if (wanted?.has(name) !== false) this.#add(name, portion, at);
    }
  }

  #add(name: string, portion: Portion, at: number): void {
    this.#places.set(name, new Place(portion, at, this.#places.get(name)));
  }
}

type Wanted = Pick<ReadonlyMap<string, unknown>, 'has' | 'keys' | 'size'>;
