/**
 * Headers that are there and cannot be read: a named pipe, a link that leads out of the tree, a file that permits nobody to
 * read it, a submodule.
 *
 * Such a header is part of its tree. It declares something that nobody knows, so it counts as empty, is told as not understood
 * wherever it is read, and never equals another unless both are known to hold the same. A folder that cannot be looked into
 * stands for all headers below it.
 */

import type { Diagnostic } from '../diagnostic.ts';
import type { FileTree, ReadResult } from './file-tree.ts';
import type { UnreadFile } from './header.ts';

/** Of what is told about such a header. */
export const unreadHeaderCode = 'unread-header';

type Refusal = Extract<ReadResult, { kind: 'refused' }>;

export class UnreadHeader implements UnreadFile {
  readonly name: string;
  readonly path: string;
  readonly contentKey: string;
  /** Whether it stands for a folder of headers. */
  readonly isFolder: boolean;
  readonly text = '';
  readonly isBuiltIn = false;
  readonly problem: Diagnostic;

  constructor(name: string, path: string, label: string, { reason, key }: Refusal, isFolder = false) {
    this.name = name;
    this.path = path;
    this.isFolder = isFolder;
    this.contentKey = key === undefined ? newKey() : `unread:${key}`;
    this.problem = {
      severity: 'error',
      code: unreadHeaderCode,
      message: `${path} of ${label} is not read: ${reason}.`,
      location: { file: path, line: 1, column: 1 },
    };
  }
}

let keys = 0;

/** The same where another header stands in its place: not even that one is equal. */
export function unlikeAny({ name, path, isFolder, problem }: UnreadFile): UnreadFile {
  return { name, path, text: '', contentKey: newKey(), isBuiltIn: false, isFolder, problem };
}

/** What is not known equals nothing. */
function newKey(): string {
  keys += 1;
  return `unread:${keys}`;
}

/** Those of `paths` that are there and cannot be read. What is known to be a text is not looked at. */
export function unreadAmong(tree: FileTree, paths: readonly string[]): readonly string[] {
  return paths.filter((path) => tree.keyOf?.(path) === undefined && isUnread(tree.read(path)));
}

/** A folder is no header, and whoever includes its name finds none. */
export function isUnread(result: ReadResult): result is Refusal & { readonly isFolder?: false } {
  return result.kind === 'refused' && result.isFolder !== true;
}

/** Folders at or below `folders` that cannot be looked into, by path. */
export function unreadFolders(tree: FileTree, folders: readonly string[]): ReadonlyMap<string, Refusal> {
  const found = new Map<string, Refusal>();
  for (const path of tree.closedFolders?.(folders) ?? []) {
    const result = tree.read(path);
    if (result.kind === 'refused') found.set(path, result);
  }
  return found;
}
