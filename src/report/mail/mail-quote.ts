/**
 * The changed lines, quoted as a reply quotes them: `> +`, `> -`, left as they are, however long.
 *
 * The file is named where it is another than that of the quotation before it. Lines that were left out are `[...]`.
 */

import { printable } from '../../diagnostic.ts';
import type { Finding } from '../../verdict/finding.ts';
import { type DiffLine, follows } from '../line-diff.ts';
import type { Quotes } from '../quotes.ts';

/** Writes the quotations of one mail. */
export class MailQuotes {
  readonly #quotes: Quotes;
  #file: string | undefined;
  readonly #said = new Set<string>();

  constructor(quotes: Quotes) {
    this.#quotes = quotes;
  }

  /** The lines that some findings are about, without those that this mail has quoted already; empty if none are left. */
  textFor(findings: readonly Finding[]): string {
    const lines: string[] = [];
    let last: DiffLine | undefined;
    for (const finding of findings) {
      const quote = this.#quotes.quoteFor(finding);
      if (quote === undefined || this.#said.has(quote.key)) continue;
      this.#said.add(quote.key);
      if (quote.file !== undefined && quote.file !== this.#file) {
        lines.push(`> +++ b/${printable(quote.file)}`);
        last = undefined;
      }
      this.#file = quote.file;
      for (const line of withoutBlankEnds(quote.lines)) {
        const isBefore = last !== undefined && line.newLine <= last.newLine && line.oldLine <= last.oldLine;
        if (isBefore) continue;
        if (last !== undefined && !follows(last, line)) lines.push('> [...]');
        lines.push(quoted(line));
        last = line;
      }
    }
    return lines.join('\n');
  }
}

/** The lines without empty ones around them, which show nothing. */
function withoutBlankEnds(lines: readonly DiffLine[]): readonly DiffLine[] {
  const tells = ({ kind, text }: DiffLine): boolean => kind !== 'same' || text.trim() !== '';
  return lines.slice(lines.findIndex(tells), lines.findLastIndex(tells) + 1);
}

function quoted({ kind, text }: DiffLine): string {
  const mark = { same: ' ', added: '+', removed: '-' }[kind];
  return `> ${mark}${text.split('\t').map(printable).join('\t')}`.trimEnd();
}
