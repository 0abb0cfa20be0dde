/**
 * A line on standard error while something takes long: on terminals only, and only for runs of more than half a second.
 *
 * The work is synchronous, so nothing ticks; the line is written before a step and wiped after it.
 */

import type { Io } from './io.ts';

const quietMilliseconds = 500;

export class Progress {
  readonly #io: Io;
  // Not `performance`, which Node would have to load. A clock that is set meanwhile does no harm.
  readonly #startedAt = Date.now();

  constructor(io: Io) {
    this.#io = io;
  }

  /** Does `work`, saying so if the run has already taken a while. */
  during<T>(what: string, work: () => T): T {
    const isShown = this.#io.isTerminal.stderr && Date.now() - this.#startedAt > quietMilliseconds;
    if (!isShown) return work();
    this.#io.stderr(`\r\u001b[K${what}…`);
    try {
      return work();
    } finally {
      this.#io.stderr('\r\u001b[K');
    }
  }
}
