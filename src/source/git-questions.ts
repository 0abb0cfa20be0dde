/**
 * What git is asked about objects, and how its answers are read. Nothing runs here (`run-git.ts` does that), so the same question can
 * be waited for or be asked while something else is done.
 */

import { UndecidedError } from '../diagnostic.ts';
import { includeMark } from './include-lines.ts';

/** A command line behind `git`, what it gets on standard input, and what its output says. */
export interface GitQuestion<Answer> {
  readonly parameters: readonly string[];
  readonly input: string;
  /** Exit statuses that are answers; others are failures. */
  readonly statuses: readonly number[];
  readonly read: (output: Buffer) => Answer;
}

/** One entry of a tree or of the index. */
export interface GitEntry {
  readonly mode: string;
  readonly id: string;
  readonly path: string;
  /** Of a file, where git was asked and has the object. */
  readonly sizeBytes?: number | undefined;
}

/** One entry of the index. */
export interface StagedEntry extends GitEntry {
  /** 0, or, where a merge has left a conflict, whose version it is: 1 of both, 2 ours, 3 theirs. */
  readonly stage: number;
  /** Whether git was told to leave the file out of the work tree. */
  readonly isSkipped: boolean;
}

/** Whether an entry is a file and no link, folder or submodule. */
export function isRegularFile({ mode }: GitEntry): boolean {
  return mode.startsWith('100');
}

export function isLink({ mode }: GitEntry): boolean {
  return mode === '120000';
}

export type GitObject =
  { readonly kind: 'object'; readonly type: string; readonly content: Buffer } | { readonly kind: 'missing' };

export interface GitObjectName {
  readonly id: string;
  readonly type: string;
}

/** Whether git could be asked for `revision` at all: nothing that looks like an option, spans lines, or is empty. */
export function isPlausibleRevision(revision: string): boolean {
  return revision !== '' && !revision.startsWith('-') && !/[\u0000-\u001f\u007f]/.test(revision);
}

/** Id and type of what plausible revisions name; `undefined` for one that names nothing. */
export function whatIs(revisions: readonly string[]): GitQuestion<readonly (GitObjectName | undefined)[]> {
  return {
    parameters: ['cat-file', '--batch-check=%(objectname) %(objecttype)'],
    input: linesOf(revisions),
    // A name that leads to an object which is not there may end the answer early.
    statuses: [0, 128],
    read: (output) => {
      const lines = output.toString().split('\n');
      return revisions.map((_, index) => {
        const [, id, type] = /^([0-9a-f]+) (commit|tree|blob|tag)$/.exec(lines[index] ?? '') ?? [];
        return id === undefined || type === undefined ? undefined : { id, type };
      });
    },
  };
}

export interface TreeListing {
  /** Where to look; all of the tree, if there are none. */
  readonly paths: readonly string[];
  readonly isRecursive: boolean;
  /** Asks for the sizes of files as well, for which git needs the objects. */
  readonly hasSizes: boolean;
}

/** The entries of the tree-ish with that id. */
export function whatLiesIn(id: string, { paths, isRecursive, hasSizes }: TreeListing): GitQuestion<GitEntry[]> {
  const options = [...(isRecursive ? ['-r'] : []), ...(hasSizes ? ['-l'] : [])];
  return {
    parameters: ['ls-tree', '-z', '--full-tree', ...options, '--end-of-options', id, ...paths],
    input: '',
    statuses: [0],
    read: (output) => parseEntries(output, /^(\d+) \S+ ([0-9a-f]+)(?: +(\S+))?\t(.*)$/s),
  };
}

/** The entries of the index at or below some paths, of all where there are none; a conflict has several for one path. */
export function whatIsStaged(paths: readonly string[]): GitQuestion<StagedEntry[]> {
  return whatMatchesInIndex(paths.length === 0 ? [':/'] : paths.map((path) => `:(top,literal)${path}`));
}

/** As `whatIsStaged`, without what lies below the paths: for folders nothing, and for links the links. */
export function whatIsStagedAt(paths: readonly string[]): GitQuestion<StagedEntry[]> {
  // A pattern has to match all of a path, where plain text may be the folder that it lies in.
  const exactly = (path: string): string => path.replace(/[\\*?[\]]/g, '\\$&').replace(/[A-Za-z0-9_]/, '[$&]');
  return whatMatchesInIndex(paths.map((path) => `:(top,glob)${exactly(path)}`));
}

function whatMatchesInIndex(pathspecs: readonly string[]): GitQuestion<StagedEntry[]> {
  return {
    parameters: ['ls-files', '-z', '-t', '--stage', '--full-name', '--', ...pathspecs],
    input: '',
    statuses: [0],
    read: (output) => parseStaged(output),
  };
}

/** Type and content of objects, in the order asked for. */
export function whatIsIn(ids: readonly string[]): GitQuestion<GitObject[]> {
  return {
    parameters: ['cat-file', '--batch', '--buffer'],
    input: linesOf(ids),
    statuses: [0],
    read: (output) => parseBatch(output, ids.length),
  };
}

/**
 * Without what else the user's configuration or a version of git may put between the lines. Several threads write the lines of each
 * file by themselves, and a pipe holds few such pieces: they would wait for whoever is too busy to read.
 */
const plainLines = [
  ...['-c', 'grep.lineNumber=false', '-c', 'grep.column=false', '-c', 'submodule.recurse=false'],
  ...['grep', '--threads=1', '-z', '-a', '-E', '--no-color', '--full-name', '--no-textconv'],
];

/** Whether a word can be looked for by `whatIncludes`: it means nothing else in a pattern. */
export function isPlainWord(word: string): boolean {
  return /^[A-Za-z0-9_]+$/.test(word);
}

/**
 * For each file of a tree-ish below `folders` that has any: its lines in which `includeMark` is found, or one of some plain
 * words.
 */
export function whatIncludes(
  id: string,
  folders: readonly string[],
  words: readonly string[],
): GitQuestion<ReadonlyMap<string, string>> {
  return {
    parameters: [
      ...plainLines,
      '-e',
      [includeMark, ...words].join('|'),
      id,
      '--',
      ...folders.map((folder) => `:(top,literal)${folder}`),
    ],
    input: '',
    // 1: nothing was found.
    statuses: [0, 1],
    read: (output) => parseMatches(output, `${id}:`),
  };
}

function linesOf(names: readonly string[]): string {
  return `${names.join('\n')}\n`;
}

function parseEntries(output: Buffer, form: RegExp): GitEntry[] {
  const entries: GitEntry[] = [];
  for (const line of output.toString('utf8').split('\0')) {
    // Not taken apart by a pattern: that is slow in code that was not optimised yet, and two trees have three thousand lines.
    const match = form.exec(line);
    if (match === null) continue;
    const sizeBytes = match[3] === undefined ? NaN : Number(match[3]);
    entries.push({
      mode: match[1] ?? '',
      id: match[2] ?? '',
      path: match[4] ?? '',
      sizeBytes: Number.isSafeInteger(sizeBytes) ? sizeBytes : undefined,
    });
  }
  return entries;
}

/** `<tag> <mode> <id> <stage>\t<path>\0`, where the tag `S` is that of a file to be left out. */
function parseStaged(output: Buffer): StagedEntry[] {
  const entries: StagedEntry[] = [];
  for (const line of output.toString('utf8').split('\0')) {
    const [, tag, mode = '', id = '', stage, path = ''] = /^(\S) (\d+) ([0-9a-f]+) ([0-3])\t(.*)$/s.exec(line) ?? [];
    if (tag !== undefined) entries.push({ mode, id, path, stage: Number(stage), isSkipped: tag === 'S' });
  }
  return entries;
}

/** `<id> <type> <size>\n<content>\n` or `<id> missing\n`, once for each id. */
function parseBatch(output: Buffer, count: number): GitObject[] {
  const objects: GitObject[] = [];
  let position = 0;
  while (objects.length < count) {
    const end = output.indexOf(10, position);
    if (end < 0) throw new UndecidedError('git cat-file ended before it had answered everything.');
    const header = output.toString('latin1', position, end).split(' ');
    position = end + 1;
    const size = Number(header[2]);
    if (header.length < 3 || !Number.isSafeInteger(size)) {
      objects.push({ kind: 'missing' });
      continue;
    }
    objects.push({ kind: 'object', type: header[1] ?? '', content: output.subarray(position, position + size) });
    position += size + 1;
  }
  return objects;
}

/** `<tree>:<path>\0<line>\n`, where a path may hold line feeds and a line may hold anything else. */
function parseMatches(output: Buffer, prefix: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const text = output.toString('utf8');
  let path = '';
  let lines: string[] = [];
  for (let position = 0; position < text.length;) {
    const nul = text.indexOf('\0', position);
    const end = nul < 0 ? -1 : text.indexOf('\n', nul);
    if (end < 0 || !text.startsWith(prefix, position))
      throw new UndecidedError('git grep answered in an unknown form.');
    const next = text.slice(position + prefix.length, nul);
    if (next !== path) {
      found.set(path, lines.join(''));
      path = next;
      lines = [];
    }
    lines.push(text.slice(nul + 1, end + 1));
    position = end + 1;
  }
  found.set(path, lines.join(''));
  return found;
}
