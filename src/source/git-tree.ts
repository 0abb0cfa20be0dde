/**
 * A git revision, a folder in one, or the index, as a tree of files.
 *
 * Only what is asked for is read: the folders that are listed (`git-listing.ts`) and the blobs that are looked at
 * (`blob-store.ts`).
 */

import { UserError } from '../diagnostic.ts';
import type { BlobStore } from './blob-store.ts';
import {
  type FileTree,
  folderOf,
  joinPath,
  maximumFileBytes,
  normalizePath,
  type ReadResult,
  sorted,
} from './file-tree.ts';
import { GitListing } from './git-listing.ts';
import { type GitEntry, isRegularFile } from './git-questions.ts';
import type { IncludeIndex } from './include-index.ts';

const symbolicLink = '120000';
const maximumLinks = 8;

/** The files of one tree object, or of the index. */
export class GitTree implements FileTree {
  readonly label: string;
  readonly #blobs: BlobStore;
  /** Id of the tree, or of a commit or tag that leads to one; `undefined` for the index. */
  readonly #tree: string | undefined;
  readonly #listing: GitListing;

  constructor(blobs: BlobStore, tree: string | undefined, label: string) {
    this.#blobs = blobs;
    this.#tree = tree;
    this.label = label;
    this.#listing = tree === undefined ? GitListing.ofIndex(blobs.repository) : blobs.listing(tree);
  }

  list(folders: readonly string[]): readonly string[] {
    return this.#listing.list(folders);
  }

  entries(folder: string): readonly string[] {
    const children = this.#listing.children(folder);
    return sorted(children.map((entry) => entry.path.slice(folder === '' ? 0 : folder.length + 1)));
  }

  kindOf(path: string): 'file' | 'folder' | 'other' | 'absent' {
    const normal = normalizePath(path);
    if (normal === undefined) return 'absent';
    if (normal === '') return 'folder';
    const entry = this.#listing.find(normal);
    if (entry === undefined) return 'absent';
    if (entry.mode === '040000') return 'folder';
    if (isRegularFile(entry)) return 'file';
    if (entry.mode !== symbolicLink) return 'other';
    const target = this.#follow(entry);
    return target.kind === 'entry' ? (target.entry.mode === '040000' ? 'folder' : 'file') : 'other';
  }

  read(path: string): ReadResult {
    const normal = normalizePath(path);
    const entry = normal === undefined ? undefined : this.#listing.find(normal);
    if (entry === undefined) return { kind: 'absent' };
    const target = this.#follow(entry);
    if (target.kind === 'refused') return target;
    if (target.entry.mode === '040000') return { kind: 'refused', reason: 'it is a directory' };
    if (!isRegularFile(target.entry)) return { kind: 'refused', reason: 'it is a submodule' };
    return this.#blobs.read(target.entry.id, target.entry.sizeBytes);
  }

  keyOf(path: string): string | undefined {
    const entry = this.#listing.file(path);
    if (entry === undefined || !isRegularFile(entry)) return undefined;
    return (entry.sizeBytes ?? Infinity) <= maximumFileBytes ? entry.id : undefined;
  }

  includeIndex(): IncludeIndex | undefined {
    return this.#listing.includeIndex;
  }

  prefetch(paths: readonly string[]): void {
    this.#blobs.expect(this.#idsOf(paths));
  }

  fetch(paths: readonly string[]): void {
    this.#blobs.fetch(this.#idsOf(paths));
  }

  search(folder: string, words: readonly string[]): readonly string[] {
    if (this.#tree === undefined || words.length === 0) return [];
    return this.#blobs.repository.filesWith(this.#tree, folder, words);
  }

  #idsOf(paths: readonly string[]): readonly string[] {
    return paths.flatMap((path) => {
      const entry = this.#listing.file(path);
      return entry !== undefined && isRegularFile(entry) && !isTooLarge(entry) ? [entry.id] : [];
    });
  }

  #follow(entry: GitEntry): { kind: 'entry'; entry: GitEntry } | { kind: 'refused'; reason: string } {
    let current = entry;
    for (let links = 0; current.mode === symbolicLink; links += 1) {
      if (links === maximumLinks) return { kind: 'refused', reason: 'its symbolic links go round in a circle' };
      const link = this.#blobs.read(current.id);
      if (link.kind !== 'text') return { kind: 'refused', reason: 'it is a symbolic link that leads nowhere' };
      const target = link.text.startsWith('/') ? undefined : normalizePath(joinPath(folderOf(current.path), link.text));
      if (target === undefined) return { kind: 'refused', reason: 'it is a symbolic link that leads out of the tree' };
      const next = this.#listing.find(target);
      if (next === undefined) return { kind: 'refused', reason: 'it is a symbolic link that leads nowhere' };
      current = next;
    }
    return { kind: 'entry', entry: current };
  }
}

function isTooLarge({ sizeBytes }: GitEntry): boolean {
  return sizeBytes !== undefined && sizeBytes > maximumFileBytes;
}

/**
 * Opens what a revision names: a commit, a tag or a tree.
 * @throws {UserError} if it names nothing, or a blob.
 */
export function openRevision(blobs: BlobStore, revision: string, label = revision): GitTree {
  const { id, type } = blobs.identify(revision);
  if (type !== 'blob') return new GitTree(blobs, id, label);
  throw new UserError(`"${revision}" names a file, where a commit or a directory is needed.`);
}
