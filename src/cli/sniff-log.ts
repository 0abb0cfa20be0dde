/** Whether an input is a log, by its first lines: most of them calls as strace prints them, or JSON objects as tracers write them. */

import { readJsonLine } from '../capture/jsonl.ts';
import { type Line, LineSplitter } from '../capture/lines.ts';
import { parseStraceLine } from '../capture/strace-line.ts';

const maxLines = 50;

/** The form of a log that begins with `start`; `undefined` for everything else. */
export function sniffLog(start: Uint8Array): 'strace' | 'jsonl' | undefined {
  // A record, or a file that is packed.
  if (start.includes(0)) return undefined;
  const splitter = new LineSplitter(1 << 16);
  const lines: Line[] = [];
  for (const line of [...splitter.push(start), ...splitter.end()]) {
    if (line.text.trim() !== '' && lines.push(line) >= maxLines) break;
  }
  const share = (holds: (line: Line) => boolean): number => lines.filter(holds).length / Math.max(1, lines.length);
  if (share((line) => line.text.startsWith('{') && readJsonLine(line)?.kind !== 'skipped') > 0.5) return 'jsonl';
  // Signals, stacks and dumps stand in a log of strace, but mark none.
  const kinds = lines.map(({ text }) => parseStraceLine(text).kind).filter((kind) => kind !== 'event');
  const calls = kinds.filter((kind) => kind !== 'unknown');
  return calls.length > kinds.length / 2 ? 'strace' : undefined;
}
