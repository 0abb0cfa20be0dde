/** Paragraphs, lists and code of a mail: 72 columns, plain text, nothing in it that a terminal or a log would obey. */

import { printable } from '../../diagnostic.ts';
import { safeForLogs } from '../safe-text.ts';
import { wrap } from '../style.ts';

export const mailWidth = 72;

export function paragraph(text: string): string {
  return wrap(safeForLogs(printable(text)), mailWidth);
}

export function bullet(text: string): string {
  return wrap(safeForLogs(printable(text)), mailWidth, '    ', '  - ');
}

export function code(lines: readonly string[]): string {
  return lines.map((line) => `    ${line.split('\t').map(printable).join('\t')}`.trimEnd()).join('\n');
}

/** A clause as a sentence. Most begin with a name, which keeps its spelling. */
export function sentence(clause: string): string {
  const isWord = /^(?:the|a|an|it|one|no|nobody|only|every|old|new|and) /.test(clause);
  const start = isWord ? clause.slice(0, 1).toUpperCase() + clause.slice(1) : clause;
  return /[.?!]$/.test(start) ? start : `${start}.`;
}
