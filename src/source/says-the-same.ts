/** Whether two texts of a header differ in nothing that a compiler sees. */

/**
 * Strings and the names of included files, which are left as they are; or white space and comments. A comment that nobody closes is
 * part of the text, to its end: to look for other comments in it would take as long again for each.
 */
const piece =
  /("(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|<[^<>\n]*>)|(?:[ \t\v\f\r]|\/\*[^]*?\*\/|\/\/[^\n]*)+|(\/\*[^]*)/g;

/** What stands for another thing where lines move; a string in which quotes and comments are none; bytes that are no text. */
const unequalToItself = /__LINE__|__COUNTER__|R"|\ufffd/;

/** Whether they are made of the same lines, but for comments, empty lines, and how much white space stands where some does. */
export function saysTheSame(one: string, other: string): boolean {
  // Nearly always what differs is no comment, and a look at that is enough.
  const [before, after] = differingLines(one, other);
  if (withoutComments(besideComments(before)) !== withoutComments(besideComments(after))) return false;
  return !unequalToItself.test(one) && withoutComments(one) === withoutComments(other);
}

function withoutComments(text: string): string {
  return text
    .replace(/\\\r?\n/g, '')
    .replace(piece, (_piece, kept?: string, unclosed?: string) => kept ?? unclosed ?? ' ')
    .replace(/^ | $/gm, '')
    .replace(/\n+/g, '\n')
    .trim();
}

/** What looks as if it were no comment: lines may be cut out of one, or begin one. */
function besideComments(lines: string): string {
  return lines.replace(/\/\*[^]*?(?:\*\/|$)|^[ \t]*\*.*$/gm, '');
}

/** From the first line in which two texts differ to the last. */
function differingLines(one: string, other: string): readonly [string, string] {
  const most = Math.min(one.length, other.length);
  const above = largest(most, (length) => one.slice(0, length) === other.slice(0, length));
  const start = one.slice(0, above).lastIndexOf('\n') + 1;
  const below = largest(most - start, (length) => length === 0 || one.slice(-length) === other.slice(-length));
  const end = (text: string): number => {
    const lineEnd = text.indexOf('\n', text.length - below);
    return lineEnd < 0 ? text.length : lineEnd;
  };
  return [one.slice(start, end(one)), other.slice(start, end(other))];
}

/** The largest number up to `most` for which something holds that holds for all smaller ones. */
function largest(most: number, holds: (number: number) => boolean): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
