/**
 * For whom the headers of one source are read together.
 *
 * A command that knows the targets it will go through says so; what these share is then read once. A target that nobody expected
 * is read alone.
 */

import { cxxOf, type Target } from '../abi/target.ts';
import { Audience } from '../c/lower/audience.ts';
import type { FrontEnd } from '../c/lower/front-end.ts';
import { maximumViewers } from '../c/viewers.ts';
import type { HeaderCollection } from '../source/header.ts';
import { takenForGranted } from '../source/taken-for-granted.ts';

export class Audiences {
  readonly #frontEnd: FrontEnd;
  readonly #collection: HeaderCollection;
  readonly #open: Audience[] = [];
  readonly #expected: (readonly Target[])[] = [];

  constructor(frontEnd: FrontEnd, collection: HeaderCollection) {
    this.#frontEnd = frontEnd;
    this.#collection = collection;
  }

  /** These targets will be asked for together, as C and as C++ programs see them. */
  expect(targets: readonly Target[]): void {
    this.#expected.push(targets.slice(0, maximumViewers));
  }

  /** The audience that a target belongs to. */
  of(target: Target): Audience {
    const known = this.#open.find((audience) => audience.numberOf(target) >= 0);
    if (known !== undefined) return known;
    const groups = target.language === 'C' ? this.#expected : this.#expected.map((group) => group.map(cxxOf));
    const targets = groups.find((group) => group.includes(target)) ?? [target];
    const viewers = targets
      .filter((one) => one === target || this.#collection.unavailable(one) === undefined)
      .map((one) => ({ target: one, source: this.#collection.forTarget(one) }));
    const audience = new Audience(this.#frontEnd, viewers, takenForGranted);
    this.#open.push(audience);
    return audience;
  }

  /** An audience of one, for a text that is no header of the source. */
  alone(target: Target): Audience {
    return new Audience(this.#frontEnd, [{ target, source: this.#collection.forTarget(target) }], takenForGranted);
  }
}
