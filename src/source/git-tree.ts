/**
 * A git revision, a folder in one, or the index, as a tree of files.
 *
 * Only what is asked for is read: the folders that are listed (`git-listing.ts`) and the blobs that are looked at
 * (`blob-store.ts`).
 */

import { UserError } from '../diagnostic.ts';
import { MissingObjectsError } from './git.ts';
import type { BlobStore } from './blob-store.ts';
import {
  type FileTree,
  folderOf,
  isUnder,
  joinPath,
  maximumFileBytes,
  normalizePath,
  type ReadResult,
  sorted,
} from './file-tree.ts';
import { labelOfStage, type Stage } from './git-index.ts';
import type { GitListing } from './git-listing.ts';
import { type GitEntry, isLink, isRegularFile } from './git-questions.ts';
import type { IncludeIndex } from './include-index.ts';

const folderMode = '040000';
const maximumLinks = 8;

/** Why there is nothing to read where a merge has left a conflict. */
export const unmergedReason =
  'it is unmerged, so the index holds no version of it but those of a conflict (":2:" is ours, ":3:" is theirs)';

/** The files of one tree object, or of the index. */
export class GitTree implements FileTree {
  readonly label: string;
  readonly #blobs: BlobStore;
  /** Id of the tree, or of a commit or tag that leads to one; `undefined` for the index. */
  readonly #tree: string | undefined;
  readonly #listing: GitListing;
  /** Folders below a link that is not followed. */
  readonly #closed = new Set<string>();
  /** Paths that the index has no version of yet, but several. */
  #unmerged: ReadonlySet<string> = new Set();

  private constructor(blobs: BlobStore, tree: string | undefined, label: string, listing: GitListing) {
    this.#blobs = blobs;
    this.#tree = tree;
    this.label = label;
    this.#listing = listing;
  }

  static ofTree(blobs: BlobStore, tree: string, label: string): GitTree {
    return new GitTree(blobs, tree, label, blobs.listing(tree));
  }

  /** The index, with that version of what is in conflict. */
  static ofIndex(blobs: BlobStore, stage: Stage = 0): GitTree {
    const tree = new GitTree(blobs, undefined, labelOfStage(stage), blobs.stagedListing(stage));
    if (stage === 0) tree.#unmerged = blobs.index().unmerged;
    return tree;
  }

  list(folders: readonly string[]): readonly string[] {
    return this.#list(folders, 0);
  }

  #list(folders: readonly string[], links: number): readonly string[] {
    const paths = this.#listing.list(folders);
    // What looks like a file is not looked for behind links: some kernel has none of these.
    const empty = this.#listing.emptyAmong(folders.filter((folder) => !hasEnding(folder)));
    this.#listing.lookAbove(empty);
    if (this.#listing.odd.size === 0) return paths;
    const found = [...paths.flatMap((path) => this.#behind(path)), ...empty.flatMap((one) => this.#below(one, links))];
    return sorted(new Set(found));
  }

  /** The files of a folder below a link to a folder. */
  #below(folder: string, links: number): readonly string[] {
    const link = this.#linkAbove(folder);
    if (link === undefined) return [];
    const target = this.#follow(link, links);
    if (target.kind === 'refused' || target.entry.mode !== folderMode) {
      this.#closed.add(folder);
      return [folder];
    }
    const inside = joinPath(target.entry.path, folder.slice(link.path.length + 1));
    return this.#list([inside], links + 1).map((path) => `${folder}${path.slice(inside.length)}`);
  }

  /** The link nearest to a path of those above it that are known. */
  #linkAbove(path: string): GitEntry | undefined {
    for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) {
      const link = this.#listing.odd.get(folder);
      if (link !== undefined) return link;
    }
    return undefined;
  }

  closedFolders(folders: readonly string[]): readonly string[] {
    const closed = [...this.#listing.odd.values()].flatMap((entry) =>
      isUnder(entry.path, folders) && this.#isClosed(entry) ? entry.path : [],
    );
    return [...closed, ...[...this.#closed].filter((folder) => isUnder(folder, folders))];
  }

  /** A submodule, or a link that cannot be followed and may be to a folder: its name has no ending. */
  #isClosed(entry: GitEntry): boolean {
    if (!isLink(entry)) return true;
    return !hasEnding(entry.path) && this.#follow(entry).kind === 'refused';
  }

  /** The files that a path leads to: those of a folder, for a link to one. */
  #behind(path: string): readonly string[] {
    const entry = this.#listing.odd.get(path);
    if (entry === undefined || !isLink(entry)) return [path];
    const target = this.#follow(entry);
    if (target.kind === 'refused' || target.entry.mode !== folderMode) return [path];
    const folder = target.entry.path;
    // A link to a folder that holds the link would be walked for ever.
    if (isUnder(path, [folder])) return [];
    return this.#listing.list([folder]).map((file) => joinPath(path, file.slice(folder.length + 1)));
  }

  /** The entry that a path leads to, if need be through links to folders. */
  #find(path: string, links = 0): GitEntry | undefined {
    const found = this.#listing.find(path);
    if (found !== undefined || this.#listing.odd.size === 0) return found;
    const link = this.#linkAbove(path);
    if (link === undefined) return undefined;
    const target = this.#follow(link, links);
    // What lies behind a link or in a submodule that is not looked into may be there.
    if (target.kind === 'refused' || target.entry.mode !== folderMode) return link;
    return this.#find(joinPath(target.entry.path, path.slice(link.path.length + 1)), links + 1);
  }

  entries(folder: string): readonly string[] {
    const entry = this.#listing.odd.size === 0 || folder === '' ? undefined : this.#find(folder);
    const place = entry === undefined || !isLink(entry) ? entry : this.#targetOf(entry);
    const { path } = place ?? { path: folder };
    const children = this.#listing.children(path);
    return sorted(children.map((child) => child.path.slice(path === '' ? 0 : path.length + 1)));
  }

  kindOf(path: string): 'file' | 'folder' | 'other' | 'absent' {
    const normal = normalizePath(path);
    if (normal === undefined) return 'absent';
    if (normal === '') return 'folder';
    const entry = this.#find(normal);
    if (entry === undefined) return 'absent';
    if (entry.mode === folderMode) return 'folder';
    if (isRegularFile(entry)) return 'file';
    if (!isLink(entry)) return 'other';
    const target = this.#follow(entry);
    return target.kind === 'entry'
      ? target.entry.mode === folderMode
        ? 'folder'
        : isRegularFile(target.entry)
          ? 'file'
          : 'other'
      : 'other';
  }

  /** @throws {UserError} if the index has several versions of what stands there. */
  read(path: string): ReadResult {
    const normal = normalizePath(path);
    const entry = normal === undefined ? undefined : this.#find(normal);
    if (entry === undefined) return { kind: 'absent' };
    const target = this.#follow(entry);
    if (target.kind === 'refused') return target;
    if (target.entry.mode === folderMode) return { kind: 'refused', reason: 'it is a directory', isFolder: true };
    if (!isRegularFile(target.entry)) {
      return { kind: 'refused', reason: 'it is a submodule', key: target.entry.id };
    }
    return this.#textOf(target.entry);
  }

  keyOf(path: string): string | undefined {
    const entry = this.#listing.file(path);
    if (entry === undefined || !isRegularFile(entry) || this.#unmerged.has(path)) return undefined;
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

  search(folder: string, words: readonly string[]): readonly string[] | undefined {
    if (this.#tree === undefined || words.length === 0) return [];
    try {
      return this.#blobs.repository.filesWith(this.#tree, folder, words);
    } catch (error) {
      if (error instanceof MissingObjectsError) return undefined;
      throw error;
    }
  }

  #idsOf(paths: readonly string[]): readonly string[] {
    return paths.flatMap((path) => {
      const entry = this.#listing.file(path) ?? (this.#listing.odd.size === 0 ? undefined : this.#find(path));
      return entry !== undefined && isRegularFile(entry) && !isTooLarge(entry) ? [entry.id] : [];
    });
  }

  #textOf({ id, path, sizeBytes }: GitEntry): ReadResult {
    if (!this.#unmerged.has(path)) return this.#blobs.read(id, sizeBytes);
    // A header is one of many. What says which headers there are is needed for all of them.
    if (path.endsWith('.h')) return { kind: 'refused', reason: unmergedReason };
    throw new UserError(`${path} of ${this.label} cannot be read: ${unmergedReason}.`);
  }

  #targetOf(entry: GitEntry): GitEntry | undefined {
    const target = this.#follow(entry);
    return target.kind === 'entry' ? target.entry : undefined;
  }

  #follow(entry: GitEntry, before = 0): { kind: 'entry'; entry: GitEntry } | { kind: 'refused'; reason: string } {
    let current = entry;
    for (let links = before; isLink(current); links += 1) {
      if (links >= maximumLinks) return { kind: 'refused', reason: 'its symbolic links go round in a circle' };
      const link = this.#textOf(current);
      if (link.kind !== 'text') return { kind: 'refused', reason: 'it is a symbolic link that leads nowhere' };
      const target = link.text.startsWith('/') ? undefined : normalizePath(joinPath(folderOf(current.path), link.text));
      if (target === undefined) return { kind: 'refused', reason: 'it is a symbolic link that leads out of the tree' };
      if (target === '') return { kind: 'entry', entry: { mode: folderMode, id: '', path: '' } };
      this.#listing.lookAbove([target]);
      const next = this.#find(target, links + 1);
      if (next === undefined) return { kind: 'refused', reason: 'it is a symbolic link that leads nowhere' };
      current = next;
    }
    return { kind: 'entry', entry: current };
  }
}

function hasEnding(path: string): boolean {
  return /[^/]\.[^/]*$/.test(path);
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
  if (type !== 'blob') return GitTree.ofTree(blobs, id, label);
  throw new UserError(`"${revision}" names a file, where a commit or a directory is needed.`);
}
