/** A bar on standard error for long streams: on terminals only, and at most ten times a second. */

import type { Io } from './io.ts';

const intervalMilliseconds = 100;
const width = 24;

export class ProgressBar {
  readonly #io: Io;
  readonly #total: number | undefined;
  readonly #startedAt = performance.now();
  #shownAt = 0;
  #isShown = false;

  /** `total` bytes; without it the line says only what is done. */
  constructor(io: Io, total: number | undefined) {
    this.#io = io;
    this.#total = total === undefined || total <= 0 ? undefined : total;
  }

  /** Says how far the work is: bytes read, and what has come of them. */
  update(bytes: number, what: string): void {
    const now = performance.now();
    if (!this.#io.isTerminal.stderr || now - this.#shownAt < intervalMilliseconds) return;
    this.#shownAt = now;
    this.#isShown = true;
    const rate = `${(bytes / 1e6 / Math.max(0.001, (now - this.#startedAt) / 1000)).toFixed(0)} MB/s`;
    if (this.#total === undefined) {
      this.#io.stderr(`\r\u001b[K${(bytes / 1e6).toFixed(0)} MB, ${what}, ${rate}`);
      return;
    }
    const share = Math.min(1, bytes / this.#total);
    const done = Math.round(share * width);
    const bar = `${'█'.repeat(done)}${'░'.repeat(width - done)}`;
    this.#io.stderr(`\r\u001b[K${bar} ${(share * 100).toFixed(0).padStart(3)} %, ${what}, ${rate}`);
  }

  /** Wipes the line. */
  finish(): void {
    if (this.#isShown) this.#io.stderr('\r\u001b[K');
    this.#isShown = false;
  }
}
