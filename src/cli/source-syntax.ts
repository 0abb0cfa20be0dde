/** How SOURCE arguments are written, so far as that can be told without looking for what they name. */

import { UserError } from '../diagnostic.ts';

/** What to do about a name that no layout which comes with uabi has. */
export const searchHeaders = '--in SOURCE looks in headers (a kernel tree, /usr/include, a revision)';

/** Whether a SOURCE is written as a layout file or a snapshot: a path that ends in `.json`, perhaps with `#variant`. */
export function isJsonSource(source: string): boolean {
  return /\.json(#[^/]*)?$/.test(source);
}

/** Whether an argument is a range of revisions: `A..B`, `A...B`, `A..`, `..B`. A path may hold `..` only as a whole part. */
export function isRange(text: string): boolean {
  return !isJsonSource(text) && text.includes('..') && !/(^|\/)\.\.(\/|$)/.test(text);
}

/** @throws {UserError} for anything but a range. */
export function splitRange(text: string): readonly [string, string] {
  const range = /^(.*?)\.\.\.?(.*)$/s.exec(text);
  if (range === null || !isRange(text)) {
    // What comes through a pipe is mostly a patch.
    const hint = text === '-' ? ' A patch is read with "--patch -".' : '';
    throw new UserError(`"${text}" is one source; a comparison needs two: OLD NEW, or a range A..B.${hint}`);
  }
  return [range[1] === '' ? 'HEAD' : (range[1] ?? ''), range[2] === '' ? 'HEAD' : (range[2] ?? '')];
}

/** Whether the old side of a range is where both have parted, as in `git diff A...B`. */
export function isFromBase(text: string): boolean {
  return isRange(text) && text.includes('...');
}

/** What stood before `--` on a command line, and what behind; commander has taken the `--` away. */
export function splitArguments(
  args: readonly string[],
  afterDashes: number,
): { readonly sides: readonly string[]; readonly paths: readonly string[] } {
  const limit = Math.max(0, args.length - afterDashes);
  return { sides: args.slice(0, limit), paths: args.slice(limit) };
}

/**
 * Makes sure that no more was named than two sources or one range. `isOnDisk`: a file may have any name.
 * @throws {UserError} if more was.
 */
export function checkSides(sides: readonly string[], isOnDisk: (source: string) => boolean): void {
  const excluded = sides.find((side) => side.startsWith('^') && !isOnDisk(side));
  if (excluded !== undefined) {
    throw new UserError(
      `"${excluded}" leaves commits out of a list, and a comparison takes two sources: OLD NEW, or a range A..B.`,
    );
  }
  if (sides.length < 2) return;
  // A path in a revision, or a file, may hold `..` in a name.
  const range = sides.find((side) => isRange(side) && !side.includes(':') && !isOnDisk(side));
  if (range !== undefined) {
    const other = sides.find((side) => side !== range) ?? range;
    throw new UserError(
      `The range "${range}" names both sides; "${other}" is one source too many. Paths stand behind "--".`,
    );
  }
  const [, , extra] = sides;
  if (extra === undefined) return;
  throw new UserError(
    `Two sources can be compared, not ${String(sides.length)}: "${extra}" is one too many. Paths stand behind "--".`,
  );
}
