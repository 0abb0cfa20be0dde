/**
 * The one command line that brings a partial clone what uabi needs from it.
 *
 * Which objects are missing is found out a few at a time: what says which headers there are, then headers, then what they include.
 * A user who fetches what was missed last would go round hundreds of times, so the command is about places: all that was
 * asked for in each tree, whether it is there or not. git names what lies there, and fetches all of it in one go (`--stdin`, git
 * 2.29). It names it with `diff-tree` and not with `rev-list --missing=print`, which takes no patterns below folders and stops
 * where a folder is missing.
 *
 * The command is pasted into a shell: nothing stands in it that somebody else has written, unless it is quoted.
 */

import { printable } from '../diagnostic.ts';
import { isUnder } from './file-tree.ts';

/** A tree, or the index, of which something was asked for. */
export interface AskedTree {
  /** Its id, or that of a commit or tag that leads to it; `undefined` for the index. */
  readonly tree: string | undefined;
  /** Files and folders that were asked for; `''` is all of it. */
  readonly asked: ReadonlySet<string>;
  /** Whether an object lies at one of these, or may. */
  readonly holds: (id: string) => boolean;
}

const maximumTrees = 8;
const maximumPatterns = 12;
const maximumIds = 8;

/** The tree without files, which git knows without having it: compared with this one, everything in another is news. */
const emptyTrees = {
  sha1: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  sha256: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
} as const;

/**
 * A line for a POSIX shell that fetches `ids`, and all that was asked for in `trees`. `remote` must be safe to write as it is.
 * `directory`: where git has to run, if that is not where the user is.
 */
export function fetchCommand(
  remote: string,
  ids: readonly string[],
  trees: readonly AskedTree[],
  directory?: string,
): string {
  const command = commandHere(remote, ids, trees);
  return directory === undefined || !isPlain(directory) ? command : `(cd ${quoted(directory)} && ${command})`;
}

function commandHere(remote: string, ids: readonly string[], trees: readonly AskedTree[]): string {
  const asked = trees.filter((one) => one.asked.size > 0).slice(-maximumTrees);
  const others = ids.filter((id) => !asked.some((one) => one.holds(id)));
  if (asked.length === 0 || others.length > maximumIds) {
    return ids.length <= maximumIds
      ? `git fetch ${remote} ${ids.join(' ')}`
      : `git fetch --refetch --no-filter ${remote}`;
  }
  const below = `-- ${patternsFor(asked.flatMap((one) => [...one.asked])).join(' ')}`;
  const [id = ''] = [...ids, ...asked.flatMap(({ tree }) => tree ?? [])];
  const places = `--ignore-submodules --diff-filter=A ${id.length > 40 ? emptyTrees.sha256 : emptyTrees.sha1}`;
  const commits = [...new Set(asked.flatMap(({ tree }) => tree ?? []))];
  const lists: string[] = [];
  const [commit] = commits;
  if (commit !== undefined && commits.length === 1) lists.push(`git diff-tree -r ${places} ${commit} ${below}`);
  else if (commits.length > 1) {
    lists.push(`for tree in ${commits.join(' ')}; do git diff-tree -r ${places} $tree ${below}; done`);
  }
  if (asked.some(({ tree }) => tree === undefined)) lists.push(`git diff-index --cached ${places} ${below}`);
  const list = lists.length === 1 ? lists.join('') : `{ ${lists.join('; ')}; }`;
  const named = others.map((other) => ` ${other}`).join('');
  return `${list} | cut -d' ' -f4 | git fetch --no-tags --no-write-fetch-head --stdin ${remote}${named}`;
}

/** What git takes for these places. */
function patternsFor(paths: readonly string[]): readonly string[] {
  const patterns = new Set(paths.map(patternFor));
  return patterns.size > maximumPatterns ? [allHeaders] : [...patterns].sort();
}

/** Of a whole tree, only headers are read. */
const allHeaders = "':/*.h'";

/** Architectures differ in their names only, and a few patterns stand for the places of all. */
function patternFor(path: string): string {
  if (path === '' || !isPlain(path)) return allHeaders;
  const [, above = '', below = ''] = /^((?:.*\/)?)arch\/[^/]+\/(.+)$/s.exec(path) ?? [];
  if (below !== '' && !/[*?[\\]/.test(above)) {
    if (isUnder(below, ['include/uapi'])) return quoted(`:(top,glob)${above}arch/*/include/uapi/**`);
    if (below.endsWith('.tbl')) return quoted(`:(top,glob)${above}arch/**/*.tbl`);
    if (below.endsWith('/syscalls/Makefile')) return quoted(`:(top,glob)${above}arch/*/*/syscalls/Makefile`);
    if (below.endsWith('/Makefile.syscalls')) return quoted(`:(top,glob)${above}arch/*/*/Makefile.syscalls`);
  }
  return /^[\w./-]+$/.test(path) ? `:/${path}` : quoted(`:(top,literal)${path}`);
}

/** One word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Quotes do not keep a terminal from acting on control characters that are pasted, or shown. */
function isPlain(text: string): boolean {
  return printable(text) === text && !text.includes('\n') && !text.includes('\t');
}
