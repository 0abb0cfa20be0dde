/** The portions that were entered since somebody asked last: tables are filled when they are used, and as far as there is anything. */

import type { Portion } from './portion.ts';

export class NewPortions {
  readonly #entered: readonly Portion[];
  #taken = 0;

  /** `entered` grows at its end. */
  constructor(entered: readonly Portion[]) {
    this.#entered = entered;
  }

  /** Each portion once. */
  take(): readonly Portion[] {
    if (this.#taken === this.#entered.length) return none;
    const portions = this.#entered.slice(this.#taken);
    this.#taken = this.#entered.length;
    return portions;
  }
}

const none: readonly Portion[] = [];
