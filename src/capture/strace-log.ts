/**
 * A whole strace log: its calls in the order in which they began.
 *
 * With -f a call of one process can begin and end on two lines, with calls of others between them. What ends is held back until
 * all that began before it has ended as well, as long as that is not too much: a virtual CPU may run for hours.
 */

import type { Line } from './lines.ts';
import { type StraceItem, StraceReader } from './strace.ts';

/** Items that are held back for the sake of their order. */
const maxHeld = 10_000;

export class StraceLog {
  readonly #reader = new StraceReader();
  #held: StraceItem[] = [];

  /** What strace says of the width of the program it traces. */
  get programBits(): 32 | 64 | undefined {
    return this.#reader.programBits;
  }

  /** What can be told now that the line is known. */
  read(line: Line): readonly StraceItem[] {
    const item = this.#reader.read(line);
    const oldest = this.#reader.oldestUnfinished;
    if (this.#held.length === 0 && (oldest === undefined || item === undefined))
      return item === undefined ? [] : [item];
    if (item !== undefined) this.#hold(item);
    return this.#release(this.#held.length > maxHeld ? Infinity : (oldest ?? Infinity));
  }

  /** What is left when the log is over, calls that never returned among it. */
  end(): readonly StraceItem[] {
    for (const item of this.#reader.end()) this.#hold(item);
    return this.#release(Infinity);
  }

  #hold(item: StraceItem): void {
    const line = lineOf(item);
    let at = this.#held.length;
    for (let before = this.#held[at - 1]; before !== undefined && lineOf(before) > line; before = this.#held[at - 1]) {
      at -= 1;
    }
    this.#held.splice(at, 0, item);
  }

  #release(line: number): readonly StraceItem[] {
    let count = 0;
    for (let next = this.#held[count]; next !== undefined && lineOf(next) < line; next = this.#held[count]) count += 1;
    return this.#held.splice(0, count);
  }
}

/** Where an item begins. */
export function lineOf(item: StraceItem): number {
  return item.kind === 'call' ? item.call.line : item.line;
}
