/**
 * The `#include`s of a text, found line by line without regard for conditions.
 *
 * Nearly every line of a header has nothing to do with them, so they are looked for by words that cannot be missing from a line
 * that has. Such lines alone say as much as the whole text does: git can be asked for them (`includeMark`) in place of all
 * headers of a tree.
 *
 * What is read here decides whether a header is read at all, so it may err on one side only: where a line might be a
 * directive that these few rules do not understand (a macro for a name, a comment before the `#`, a word torn by a line
 * splice, `__has_include`), the includes count as unclear, and the header is always read.
 */

export interface Include {
  readonly name: string;
  readonly form: 'angle' | 'quote';
}

export interface IncludeScan {
  readonly includes: readonly Include[];
  /** Whether there may be others that can only be told by reading the header. */
  readonly isUnclear: boolean;
}

/**
 * Matches something in every line in which a directive that includes something begins or goes on: a POSIX extended
 * regular expression. A word may go on in the next line behind a `\` (C17 5.1.1.2, phase 2).
 */
export const includeMark = String.raw`include|import|i[mn]?[cp]?[lo]?[ru]?d?\\`;

const plain = /[ \t]*#[ \t]*include\b[ \t]*(?:<([^>\n]+)>|"([^"\n]+)"|(\S))/y;
/** The `#` may be in the line before, with a splice or a comment behind it. */
const unusual =
  /(?:^|[\r\u2028\u2029])\s*(?:#|%:)?\s*(?:(?:include|include_next|import)(?!\w)\s*\S|i(?:n(?:c(?:l(?:ud?)?)?)?|m(?:p(?:or?)?)?)?\\\s*$)/;

/** Of a text, or of those of its lines in which `includeMark` is found. */
export function scanIncludes(text: string): IncludeScan {
  const includes: Include[] = [];
  let isUnclear = hasTornWord(text);
  for (const word of ['include', 'import']) {
    for (let at = text.indexOf(word); at >= 0;) {
      const start = text.lastIndexOf('\n', at) + 1;
      const end = endOfLine(text, at);
      plain.lastIndex = start;
      const match = plain.exec(text);
      const angle = match?.[1];
      const quote = match?.[2];
      const other = match?.[3];
      if (angle !== undefined) includes.push({ name: angle, form: 'angle' });
      else if (quote !== undefined) includes.push({ name: quote, form: 'quote' });
      // A comment between the directive and the name is as good as a macro: rare, and safe to read once more.
      else isUnclear ||= other !== undefined || mayInclude(text.slice(start, end));
      at = text.indexOf(word, end);
    }
  }
  return { includes, isUnclear };
}

/** Whether a line might be a directive, or ask for one, though it does not look like one. */
function mayInclude(line: string): boolean {
  return line.includes('__has_include') || unusual.test(line) || unusual.test(withoutComments(line));
}

/** Whether a line ends within a word that may become `include` in the next. */
function hasTornWord(text: string): boolean {
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 1)) {
    if (!'includemport'.includes(text.charAt(at - 1))) continue;
    const end = endOfLine(text, at);
    if (text.slice(at + 1, end).trim() !== '') continue;
    if (mayInclude(text.slice(text.lastIndexOf('\n', at) + 1, end))) return true;
  }
  return false;
}

/** Of one line: a comment that began in an earlier line ends in it as well. */
function withoutComments(line: string): string {
  return line.replace(/\/\*.*?\*\//gs, ' ').replace(/^.*\*\//s, ' ');
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}
