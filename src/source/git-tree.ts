/**
 * A git revision, a folder in one, or the index, as a tree of files.
 *
 * Only what is asked for is read: `ls-tree` for the folders that are listed, one `cat-file --batch` for the blobs that will be
 * needed. Text is remembered by blob id for the whole process, so a file that two revisions share is read, and later
 * tokenized, once.
 */

import { UserError } from '../diagnostic.ts';
import {
  type FileTree,
  folderOf,
  joinPath,
  maximumFileBytes,
  normalizePath,
  type ReadResult,
  sorted,
} from './file-tree.ts';
import type { GitEntry, GitRepository } from './git.ts';

const symbolicLink = '120000';
const maximumLinks = 8;

/** All headers of a kernel have 8 MB. */
const treeBytes = 64 * 1024 * 1024;

/** What the trees of one repository share: the text of each blob, by id. */
export class BlobStore {
  readonly repository: GitRepository;
  readonly #texts = new Map<string, ReadResult>();

  constructor(repository: GitRepository) {
    this.repository = repository;
  }

  read(id: string): ReadResult {
    this.fetch([id]);
    return this.#texts.get(id) ?? { kind: 'absent' };
  }

  /** @throws {UserError} naming the `git fetch` to run, if blobs are missing from a partial clone. */
  fetch(ids: Iterable<string>): void {
    const wanted = [...new Set(ids)].filter((id) => !this.#texts.has(id));
    if (wanted.length === 0) return;
    const objects = this.repository.readSmallObjects(wanted, treeBytes);
    if (objects?.every(({ kind }) => kind === 'object') !== true) {
      this.#fetchBySize(wanted);
      return;
    }
    for (const [index, id] of wanted.entries()) {
      const object = objects[index];
      if (object?.kind === 'object') this.#keep(id, object.content);
    }
  }

  #keep(id: string, content: Buffer): void {
    const text: ReadResult =
      content.length <= maximumFileBytes
        ? { kind: 'text', text: content.toString('utf8'), key: id }
        : { kind: 'refused', reason: `it has ${content.length} bytes, too many` };
    this.#texts.set(id, text);
  }

  /** Something is missing, or there is more than headers are: a file of gigabytes must not be read to learn that it is one. */
  #fetchBySize(wanted: readonly string[]): void {
    const sizes = this.repository.sizes(wanted);
    const small: string[] = [];
    const missing: string[] = [];
    for (const [index, id] of wanted.entries()) {
      const size = sizes[index];
      if (size === undefined) missing.push(id);
      else if (size <= maximumFileBytes) small.push(id);
      else this.#texts.set(id, { kind: 'refused', reason: `it has ${size} bytes, too many` });
    }
    if (missing.length > 0) throw this.repository.missingObjects(missing);
    const objects = this.repository.readObjects(small);
    for (const [index, id] of small.entries()) {
      const object = objects[index];
      if (object?.kind !== 'object') throw this.repository.missingObjects([id]);
      this.#keep(id, object.content);
    }
  }
}

/** The files of one tree object, or of the index. */
export class GitTree implements FileTree {
  readonly label: string;
  readonly #blobs: BlobStore;
  /** Id of the tree, or of a commit or tag that leads to one; `undefined` for the index. */
  readonly #tree: string | undefined;
  /** Entries known so far, by path, and the folders they were listed for. */
  readonly #files = new Map<string, GitEntry>();
  readonly #listed = new Set<string>();
  /** Folders of the files known so far; worked out when first asked for. */
  readonly #implied = new Set<string>();
  readonly #folders = new Map<string, readonly GitEntry[]>();

  constructor(blobs: BlobStore, tree: string | undefined, label: string) {
    this.#blobs = blobs;
    this.#tree = tree;
    this.label = label;
    if (tree === undefined) {
      for (const entry of blobs.repository.listIndex()) this.#files.set(entry.path, entry);
      this.#listed.add('');
    }
  }

  list(folders: readonly string[]): readonly string[] {
    const unlisted = folders.filter((folder) => !this.#isListed(folder));
    if (unlisted.length > 0 && this.#tree !== undefined) {
      const paths = unlisted.includes('') ? [] : unlisted;
      for (const entry of this.#blobs.repository.listTree(this.#tree, paths, true)) this.#files.set(entry.path, entry);
      for (const folder of unlisted) this.#listed.add(folder);
      this.#implied.clear();
    }
    // A path that turns out to be a file stands for itself.
    const isIn = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
    return sorted(
      [...this.#files.keys()].filter((path) => folders.some((folder) => folder === '' || isIn(path, folder))),
    );
  }

  entries(folder: string): readonly string[] {
    return sorted(this.#children(folder).map((entry) => entry.path.slice(folder === '' ? 0 : folder.length + 1)));
  }

  kindOf(path: string): 'file' | 'folder' | 'other' | 'absent' {
    const normal = normalizePath(path);
    if (normal === undefined) return 'absent';
    if (normal === '') return 'folder';
    const entry = this.#find(normal);
    if (entry === undefined) return 'absent';
    if (entry.mode === '040000') return 'folder';
    if (entry.mode.startsWith('100')) return 'file';
    if (entry.mode !== symbolicLink) return 'other';
    const target = this.#follow(entry);
    return target.kind === 'entry' ? (target.entry.mode === '040000' ? 'folder' : 'file') : 'other';
  }

  read(path: string): ReadResult {
    const normal = normalizePath(path);
    const entry = normal === undefined ? undefined : this.#find(normal);
    if (entry === undefined) return { kind: 'absent' };
    const target = this.#follow(entry);
    if (target.kind === 'refused') return target;
    if (target.entry.mode === '040000') return { kind: 'refused', reason: 'it is a directory' };
    if (!target.entry.mode.startsWith('100')) return { kind: 'refused', reason: 'it is a submodule' };
    return this.#blobs.read(target.entry.id);
  }

  prefetch(paths: readonly string[]): void {
    const ids: string[] = [];
    for (const path of paths) {
      const entry = this.#files.get(path);
      if (entry?.mode.startsWith('100') === true) ids.push(entry.id);
    }
    this.#blobs.fetch(ids);
  }

  search(folder: string, words: readonly string[]): readonly string[] {
    if (this.#tree === undefined || words.length === 0) return [];
    return this.#blobs.repository.filesWith(this.#tree, folder, words);
  }

  #follow(entry: GitEntry): { kind: 'entry'; entry: GitEntry } | { kind: 'refused'; reason: string } {
    let current = entry;
    for (let links = 0; current.mode === symbolicLink; links += 1) {
      if (links === maximumLinks) return { kind: 'refused', reason: 'its symbolic links go round in a circle' };
      const link = this.#blobs.read(current.id);
      if (link.kind !== 'text') return { kind: 'refused', reason: 'it is a symbolic link that leads nowhere' };
      const target = link.text.startsWith('/') ? undefined : normalizePath(joinPath(folderOf(current.path), link.text));
      if (target === undefined) return { kind: 'refused', reason: 'it is a symbolic link that leads out of the tree' };
      const next = this.#find(target);
      if (next === undefined) return { kind: 'refused', reason: 'it is a symbolic link that leads nowhere' };
      current = next;
    }
    return { kind: 'entry', entry: current };
  }

  #find(path: string): GitEntry | undefined {
    const known = this.#files.get(path);
    if (known !== undefined || this.#isListed(path)) return known ?? this.#impliedFolder(path);
    return this.#children(folderOf(path)).find((entry) => entry.path === path);
  }

  #isListed(path: string): boolean {
    for (let folder = path; ; folder = folderOf(folder)) {
      if (this.#listed.has(folder)) return true;
      if (folder === '') return false;
    }
  }

  /** Recursive listings and the index hold files only; a folder is there if a file is in it. */
  #impliedFolder(path: string): GitEntry | undefined {
    if (this.#implied.size === 0) {
      for (const file of this.#files.keys()) {
        for (let folder = folderOf(file); folder !== '' && !this.#implied.has(folder); folder = folderOf(folder)) {
          this.#implied.add(folder);
        }
      }
    }
    return this.#implied.has(path) ? { mode: '040000', id: '', path } : undefined;
  }

  #children(folder: string): readonly GitEntry[] {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const children =
      this.#tree === undefined ? this.#childrenInIndex(folder) : this.#childrenInTree(this.#tree, folder);
    this.#folders.set(folder, children);
    return children;
  }

  #childrenInTree(tree: string, folder: string): readonly GitEntry[] {
    if (folder === '') return this.#blobs.repository.listTree(tree, [], false);
    // Asked for `a/b/`, ls-tree lists what is in the folder; a missing folder, or a file, lists nothing.
    return this.#blobs.repository.listTree(tree, [`${folder}/`], false);
  }

  #childrenInIndex(folder: string): readonly GitEntry[] {
    const prefix = folder === '' ? '' : `${folder}/`;
    const children = new Map<string, GitEntry>();
    for (const entry of this.#files.values()) {
      if (!entry.path.startsWith(prefix)) continue;
      const slash = entry.path.indexOf('/', prefix.length);
      const path = slash < 0 ? entry.path : entry.path.slice(0, slash);
      if (!children.has(path)) children.set(path, slash < 0 ? entry : { mode: '040000', id: '', path });
    }
    return [...children.values()];
  }
}

/**
 * Opens what a revision names: a commit, a tag or a tree.
 * @throws {UserError} if it names nothing, or a blob.
 */
export function openRevision(blobs: BlobStore, revision: string, label = revision): GitTree {
  const { id, type } = blobs.repository.identify(revision);
  if (type !== 'blob') return new GitTree(blobs, id, label);
  throw new UserError(`"${revision}" names a file, where a commit or a directory is needed.`);
}
