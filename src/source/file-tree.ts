/**
 * A tree of files that can be read but never changed: a directory on disk, a git revision, the git index.
 *
 * Paths are relative to the root of the tree, separated by `/`, without `.` and `..`. Nothing outside the root can be named:
 * a path that leaves it does not exist, and a symbolic link that leads out of it is refused.
 */

import type { IncludeIndex } from './include-index.ts';

/** Headers are text of some kilobytes; the largest UAPI header has half a megabyte. */
export const maximumFileBytes = 16 * 1024 * 1024;

/** A text may be fetched when it is first looked at. */
export interface FileText {
  readonly kind: 'text';
  readonly text: string;
  /** Promises equal text where it is equal: a blob's id, or a hash. */
  readonly key: string;
  /** Those of its lines in which `includeMark` is found, where they are known without the text. */
  readonly includeLines?: string | undefined;
  /** Whether one of `words` stands in the text, where that is known without it. */
  readonly mentions?: (words: readonly string[]) => boolean | undefined;
}

/** `refused`: something stands there that is not read. */
export type ReadResult =
  | FileText
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'refused';
      /** A clause: "it is a named pipe". */
      readonly reason: string;
      /** Whether it is a folder that can be looked into. */
      readonly isFolder?: boolean;
      /** Promises that the same stands there where it is equal, though nobody reads it. */
      readonly key?: string;
    };

export interface FileTree {
  /** What the user called it. */
  readonly label: string;
  /** Every file at or under each of `folders` (`''` is the root), sorted; what does not exist holds nothing. */
  list(folders: readonly string[]): readonly string[];
  /** Folders at or under each of `folders`, which were listed, that cannot be looked into. */
  closedFolders?(folders: readonly string[]): readonly string[];
  /** Names directly in `folder`, sorted: files and folders. */
  entries(folder: string): readonly string[];
  kindOf(path: string): 'file' | 'folder' | 'other' | 'absent';
  read(path: string): ReadResult;
  /** The key of what `read` gives, where it is a text and that can be told without fetching it from elsewhere. */
  keyOf?(path: string): string | undefined;
  /** What kernel headers include, where that is known of all of them without reading any. */
  includeIndex?(): IncludeIndex | undefined;
  /** Says what may be read: the first text that is looked at is then fetched with all others. */
  prefetch(paths: readonly string[]): void;
  /** Fetches what will be read for sure, and leaves the rest. */
  fetch?(paths: readonly string[]): void;
  /**
   * Files below a folder in whose text one of `words` stands, from a tree that can tell without reading them all; `undefined` where
   * some of them are not there to be searched.
   */
  search?(folder: string, words: readonly string[]): readonly string[] | undefined;
}

/** `path` without `.`, `..` and doubled slashes; `undefined` if it is absolute or climbs out of the root. */
export function normalizePath(path: string): string | undefined {
  if (path.startsWith('/') || path.includes('\0')) return undefined;
  // Nearly every path is as it should be.
  if (path !== '' && !path.startsWith('.') && !path.includes('/.') && !path.includes('//') && !path.endsWith('/')) {
    return path;
  }
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

/** The folder a path stands in; `''` for the root. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** Whether a path lies at or under one of `folders`, where `''` is the root. */
export function isUnder(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => folder === '' || path === folder || path.startsWith(`${folder}/`));
}

/** `folder/name`, where the root is `''`. */
export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** Sorted by code units: the same order on every machine, whatever its locale. */
export function sorted(names: Iterable<string>): string[] {
  return [...names].sort();
}
