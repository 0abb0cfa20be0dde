/** A log as text for people: who acts, what was asked and answered, what repeats, and at the end what happened in all. */

import { printable } from '../../diagnostic.ts';
import { renderHexdump } from '../../report/hexdump.ts';
import { plainStyle, type Style } from '../../report/style.ts';
import { callText } from './call-text.ts';
import type { LogEntry } from './log-entry.ts';
import { LogFold } from './log-fold.ts';
import { LogSummary } from './log-summary.ts';

export class LogText {
  readonly #style: Style;
  readonly #render: typeof renderHexdump;
  readonly #said = new Set<string>();
  readonly #fold = new LogFold();
  readonly #summary = new LogSummary();
  #process: number | null = null;

  constructor(style: Style = plainStyle, render: typeof renderHexdump = renderHexdump) {
    this.#style = style;
    this.#render = render;
  }

  /** What can be said now that this entry is known; nothing where it only repeats what was said. */
  add(entry: LogEntry): string {
    this.#summary.add(entry);
    const process = entry.call?.process ?? null;
    let said = '';
    if (process !== null && process !== this.#process) {
      this.#process = process;
      said = `${this.#fold.interrupt()}${this.#style.bold(`process ${String(process)}`)}\n`;
    }
    return said + this.#fold.add(entry, () => callText(entry, this.#said, this.#style, this.#render));
  }

  /** What is left to say when the log is over. */
  end(): string {
    const lines = this.#summary.lines();
    return (
      this.#fold.interrupt() + lines.map((line, index) => `${index === 0 ? '\n' : ''}${printable(line)}\n`).join('')
    );
  }
}
