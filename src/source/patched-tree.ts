/**
 * A tree with some files changed in memory: what it would be after a patch.
 *
 * Nothing is written anywhere: no object, no index, no file. A folder that lost its last file still counts as one, which
 * matters to nobody who reads headers.
 */

import { createHash } from 'node:crypto';
import { type FileTree, folderOf, isUnder, normalizePath, type ReadResult, sorted } from './file-tree.ts';

/** What a changed file is: its text, or `undefined` if it is gone. */
export type Changes = ReadonlyMap<string, string | undefined>;

export class PatchedTree implements FileTree {
  readonly label: string;
  readonly #base: FileTree;
  readonly #changes: Changes;
  readonly #folders = new Set<string>();
  readonly #read = new Map<string, ReadResult>();

  constructor(base: FileTree, changes: Changes, label: string) {
    this.label = label;
    this.#base = base;
    this.#changes = changes;
    for (const [path, text] of changes) {
      if (text === undefined) continue;
      for (let folder = folderOf(path); ; folder = folderOf(folder)) {
        this.#folders.add(folder);
        if (folder === '') break;
      }
    }
  }

  list(folders: readonly string[]): readonly string[] {
    const added = [...this.#changes]
      .filter(([path, text]) => text !== undefined && isUnder(path, folders))
      .map(([path]) => path);
    return sorted(new Set([...this.#base.list(folders).filter((path) => !this.#changes.has(path)), ...added]));
  }

  closedFolders(folders: readonly string[]): readonly string[] {
    return this.#base.closedFolders?.(folders) ?? [];
  }

  entries(folder: string): readonly string[] {
    const prefix = folder === '' ? '' : `${folder}/`;
    const names = new Set(this.#base.entries(folder).filter((name) => !this.#changes.has(`${prefix}${name}`)));
    for (const [path, text] of this.#changes) {
      if (text !== undefined && path.startsWith(prefix)) names.add(path.slice(prefix.length).split('/')[0] ?? '');
    }
    return sorted(names);
  }

  kindOf(path: string): 'file' | 'folder' | 'other' | 'absent' {
    const normal = normalizePath(path);
    if (normal === undefined) return 'absent';
    if (this.#changes.has(normal)) return this.#changes.get(normal) === undefined ? 'absent' : 'file';
    return this.#folders.has(normal) ? 'folder' : this.#base.kindOf(normal);
  }

  read(path: string): ReadResult {
    const normal = normalizePath(path);
    if (normal === undefined) return { kind: 'absent' };
    if (!this.#changes.has(normal)) return this.#base.read(normal);
    let result = this.#read.get(normal);
    if (result === undefined) {
      const text = this.#changes.get(normal);
      result = text === undefined ? { kind: 'absent' } : { kind: 'text', text, key: blobId(text) };
      this.#read.set(normal, result);
    }
    return result;
  }

  keyOf(path: string): string | undefined {
    if (!this.#changes.has(path)) return this.#base.keyOf?.(path);
    const changed = this.read(path);
    return changed.kind === 'text' ? changed.key : undefined;
  }

  prefetch(paths: readonly string[]): void {
    this.#base.prefetch(paths.filter((path) => !this.#changes.has(path)));
  }

  fetch(paths: readonly string[]): void {
    this.#base.fetch?.(paths.filter((path) => !this.#changes.has(path)));
  }
}

/** The id that git (with SHA-1) gives a file of this text: what `index` lines of patches show. */
export function blobId(text: string): string {
  const content = Buffer.from(text);
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}
