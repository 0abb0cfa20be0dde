/**
 * Bytes to lines, with bounded memory.
 *
 * A log can hold a line of any length, and NUL bytes or invalid UTF-8 in it. Lines are therefore read as Latin-1 (every
 * byte is one character, nothing is lost or replaced) and cut after `maxLineBytes`; how much was cut is said.
 */

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its line end; one character per byte. */
  readonly text: string;
  /** Bytes of the line behind the ones in `text`. */
  readonly cutBytes: number;
}

const newline = 10;
const carriageReturn = 13;

export class LineSplitter {
  readonly #maxLineBytes: number;
  #parts: Uint8Array[] = [];
  #keptBytes = 0;
  #cutBytes = 0;
  #number = 1;

  constructor(maxLineBytes = 1 << 20) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** The lines that a further piece of the input completes. The piece may be overwritten once the lines are consumed. */
  *push(chunk: Uint8Array): Generator<Line> {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(newline, start);
      if (end === -1) break;
      this.#keep(chunk.subarray(start, end));
      yield this.#finish();
      start = end + 1;
    }
    // A copy, because the reader may reuse its buffer.
    if (start < chunk.length) this.#keep(chunk.slice(start, start + this.#maxLineBytes), chunk.length - start);
  }

  /** The last line, where the input does not end with a line end. */
  *end(): Generator<Line> {
    if (this.#keptBytes > 0 || this.#cutBytes > 0) yield this.#finish();
  }

  #keep(part: Uint8Array, length = part.length): void {
    const room = this.#maxLineBytes - this.#keptBytes;
    const kept = part.subarray(0, room);
    if (kept.length > 0) this.#parts.push(kept);
    this.#keptBytes += kept.length;
    this.#cutBytes += length - kept.length;
  }

  #finish(): Line {
    const [first] = this.#parts;
    const bytes = first !== undefined && this.#parts.length === 1 ? first : Buffer.concat(this.#parts);
    const hasReturn = this.#cutBytes === 0 && bytes.at(-1) === carriageReturn;
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length - (hasReturn ? 1 : 0));
    const line = { number: this.#number, text: view.toString('latin1'), cutBytes: this.#cutBytes };
    this.#number += 1;
    this.#parts = [];
    this.#keptBytes = 0;
    this.#cutBytes = 0;
    return line;
  }
}
