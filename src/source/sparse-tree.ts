/**
 * A work tree of which only a part is checked out (git sparse-checkout).
 *
 * Files that git was told to leave out ("skip-worktree") are not gone: nobody has deleted them, and a commit made here would hold
 * them as they are in the index. So they are read from there, unless something stands in their place on disk.
 */

import { folderOf, type FileTree, isUnder, joinPath, type ReadResult, sorted } from './file-tree.ts';

export class SparseTree implements FileTree {
  readonly label: string;
  readonly #disk: FileTree;
  readonly #index: FileTree;
  /** Paths of the files that are left out. */
  readonly #skipped: ReadonlySet<string>;
  readonly #skippedFolders = new Set<string>();

  constructor(disk: FileTree, index: FileTree, skipped: Iterable<string>) {
    this.label = disk.label;
    this.#disk = disk;
    this.#index = index;
    this.#skipped = new Set(skipped);
    for (const path of this.#skipped) {
      for (let folder = folderOf(path); !this.#skippedFolders.has(folder); folder = folderOf(folder)) {
        this.#skippedFolders.add(folder);
      }
    }
  }

  list(folders: readonly string[]): readonly string[] {
    const left = this.#index.list(folders).filter((path) => this.#isSkipped(path));
    return left.length === 0 ? this.#disk.list(folders) : sorted(new Set([...this.#disk.list(folders), ...left]));
  }

  closedFolders(folders: readonly string[]): readonly string[] {
    const left = this.#index.closedFolders?.(folders) ?? [];
    const closed = this.#disk.closedFolders?.(folders) ?? [];
    return [...closed, ...left.filter((path) => this.#isSkipped(path) && !isUnder(path, closed))];
  }

  entries(folder: string): readonly string[] {
    if (!this.#skippedFolders.has(folder)) return this.#disk.entries(folder);
    const left = this.#index.entries(folder).filter((name) => {
      const path = joinPath(folder, name);
      return this.#skipped.has(path) || this.#skippedFolders.has(path);
    });
    return sorted(new Set([...this.#disk.entries(folder), ...left]));
  }

  kindOf(path: string): ReturnType<FileTree['kindOf']> {
    const kind = this.#disk.kindOf(path);
    if (kind !== 'absent') return kind;
    return this.#isSkipped(path) || this.#skippedFolders.has(path) ? this.#index.kindOf(path) : 'absent';
  }

  read(path: string): ReadResult {
    const result = this.#disk.read(path);
    return result.kind === 'absent' && this.#isSkipped(path) ? this.#index.read(path) : result;
  }

  keyOf(path: string): string | undefined {
    return this.#disk.keyOf?.(path) ?? (this.#isSkipped(path) ? this.#index.keyOf?.(path) : undefined);
  }

  prefetch(paths: readonly string[]): void {
    this.#index.prefetch(paths.filter((path) => this.#isSkipped(path)));
  }

  fetch(paths: readonly string[]): void {
    this.#index.fetch?.(paths.filter((path) => this.#isSkipped(path)));
  }

  /** Whether a file is left out, or lies behind a link that is. */
  #isSkipped(path: string): boolean {
    for (let place = path; place !== ''; place = folderOf(place)) if (this.#skipped.has(place)) return true;
    return false;
  }
}
