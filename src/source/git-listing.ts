/**
 * Which files a git tree, or the index, holds: what `ls-tree` says of the folders that were asked for, and no more.
 */

import type { AskedTree } from './fetch-command.ts';
import { folderOf, isUnder, sorted } from './file-tree.ts';
import { type GitEntry, isLink, isRegularFile, type TreeListing } from './git-questions.ts';
import type { GitRepository } from './git.ts';
import type { IncludeIndex } from './include-index.ts';

/** What is asked of the index. */
export interface StagedFiles {
  /** Files at or below some paths; all, where there are none. */
  readonly below: (paths: readonly string[]) => readonly GitEntry[];
  /** Files and links at some paths. */
  readonly at: (paths: readonly string[]) => readonly GitEntry[];
}

export class GitListing implements AskedTree {
  /** What the kernel headers among the files include, where somebody found out. */
  includeIndex: IncludeIndex | undefined;
  readonly #repository: GitRepository;
  /** Id of the tree, or of a commit or tag that leads to one; `undefined` for the index. */
  readonly tree: string | undefined;
  readonly #staged: StagedFiles | undefined;
  /** Files and folders that somebody wanted to know about. */
  readonly asked = new Set<string>();
  /** Files at the top that are listed with whatever is listed first. */
  #alongside: readonly string[];
  /** Entries known so far, by path, and the folders they were listed for. */
  readonly #files = new Map<string, GitEntry>();
  /** Those that are links or submodules. */
  readonly odd = new Map<string, GitEntry>();
  /** Their paths, sorted. */
  #paths: readonly string[] | undefined;
  readonly #listed = new Set<string>();
  readonly #lookedAt = new Set<string>();
  readonly #folders = new Map<string, readonly GitEntry[]>();
  /** What was listed, by where. */
  readonly #lists = new Map<string, readonly string[]>();

  private constructor(
    repository: GitRepository,
    tree: string | undefined,
    alongside: readonly string[],
    staged?: StagedFiles,
  ) {
    this.#repository = repository;
    this.tree = tree;
    this.#alongside = alongside;
    this.#staged = staged;
    repository.keepAsked(this);
  }

  static ofTree(repository: GitRepository, tree: string, alongside: readonly string[]): GitListing {
    return new GitListing(repository, tree, alongside);
  }

  static ofIndex(repository: GitRepository, staged: StagedFiles, alongside: readonly string[]): GitListing {
    return new GitListing(repository, undefined, alongside, staged);
  }

  /** What must be listed so that everything at or under each of `folders`, which are asked for, is known. */
  unlisted(folders: readonly string[]): readonly string[] {
    for (const folder of folders) this.asked.add(folder);
    const unlisted = folders.filter((folder) => !this.#isListed(folder));
    if (unlisted.length === 0) return [];
    for (const path of this.#alongside) this.asked.add(path);
    return [...unlisted, ...this.#alongside];
  }

  /** Everything that lies at or under each of `folders`. */
  keep(folders: readonly string[], entries: readonly GitEntry[]): void {
    for (const entry of entries) {
      this.#files.set(entry.path, entry);
      if (!isRegularFile(entry)) this.odd.set(entry.path, entry);
    }
    for (const folder of folders) this.#listed.add(folder);
    this.#alongside = this.#alongside.filter((path) => !this.#listed.has(path));
    this.#paths = undefined;
    this.#lists.clear();
  }

  /** Paths of all files at or under each of `folders`, sorted. */
  list(folders: readonly string[]): readonly string[] {
    const key = folders.join('\0');
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const list = this.#list(folders);
    this.#lists.set(key, list);
    return list;
  }

  #list(folders: readonly string[]): readonly string[] {
    const unlisted = this.unlisted(folders);
    if (unlisted.length > 0) this.keep(unlisted, this.#filesBelow(unlisted.includes('') ? [] : unlisted));
    const paths = this.#sortedPaths();
    if (folders.includes('')) return paths;
    // A path that turns out to be a file stands for itself.
    const found = folders.flatMap((folder) => [
      ...(this.#files.has(folder) ? [folder] : []),
      ...filesBelow(paths, folder),
    ]);
    return folders.length === 1 ? found : sorted(new Set(found));
  }

  /**
   * Finds links that stand where a folder above some others would: nothing is listed below those. Kept as `odd`. Asked once for each.
   */
  lookAbove(folders: readonly string[]): void {
    if (this.#listed.has('')) return;
    const above = new Set<string>();
    for (const folder of folders) {
      for (let place = folderOf(folder); place !== '' && !this.#lookedAt.has(place); place = folderOf(place)) {
        above.add(place);
        this.#lookedAt.add(place);
      }
    }
    if (above.size === 0) return;
    const entries = this.#entriesAt([...above]);
    // Of a folder above another one, all that it holds is told.
    for (const entry of entries) if (isLink(entry) && above.has(entry.path)) this.odd.set(entry.path, entry);
  }

  /** Those of some folders that were listed and hold nothing. */
  emptyAmong(folders: readonly string[]): readonly string[] {
    const paths = this.#sortedPaths();
    return folders.filter((folder) => !this.#files.has(folder) && filesBelow(paths, folder).next().done === true);
  }

  /** The entry of a file that was listed. */
  file(path: string): GitEntry | undefined {
    return this.#files.get(path);
  }

  /** The entry of a file or folder. */
  find(path: string): GitEntry | undefined {
    const known = this.#files.get(path);
    if (known !== undefined || this.#isListed(path)) return known ?? this.#impliedFolder(path);
    if (this.#staged !== undefined) return this.#findStaged(path);
    const isNews = !this.asked.has(path);
    // Kept where its folder turns out to be missing.
    this.asked.add(path);
    const found = this.children(folderOf(path)).find((entry) => entry.path === path);
    if (isNews && (found === undefined || !isRegularFile(found))) this.asked.delete(path);
    return found;
  }

  /** The index knows no folders, so one is looked for by what lies in it. */
  #findStaged(path: string): GitEntry | undefined {
    this.list([path]);
    const found = this.#files.get(path) ?? this.#impliedFolder(path);
    if (found === undefined) this.lookAbove([path]);
    return found;
  }

  holds(id: string): boolean {
    const known = [...this.#files.values(), ...[...this.#folders.values()].flat()];
    // Where nothing could be listed, folders are missing, and whatever is fetched by its path comes with these.
    return known.length === 0 || known.some((entry) => entry.id === id && isUnder(entry.path, [...this.asked]));
  }

  children(folder: string): readonly GitEntry[] {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const children = this.#staged === undefined ? this.#childrenInTree(folder) : this.#childrenInIndex(folder);
    this.#folders.set(folder, children);
    return children;
  }

  #isListed(path: string): boolean {
    for (let folder = path; ; folder = folderOf(folder)) {
      if (this.#listed.has(folder)) return true;
      if (folder === '') return false;
    }
  }

  /** Recursive listings and the index hold files only; a folder is there if a file is in it. */
  #impliedFolder(path: string): GitEntry | undefined {
    const [first] = filesBelow(this.#sortedPaths(), path);
    return first === undefined ? undefined : { mode: '040000', id: '', path };
  }

  #sortedPaths(): readonly string[] {
    this.#paths ??= sorted(this.#files.keys());
    return this.#paths;
  }

  #filesBelow(paths: readonly string[]): readonly GitEntry[] {
    return this.#staged?.below(paths) ?? this.#inTree({ paths, isRecursive: true, hasSizes: true });
  }

  #entriesAt(paths: readonly string[]): readonly GitEntry[] {
    return this.#staged?.at(paths) ?? this.#inTree({ paths, isRecursive: false, hasSizes: false });
  }

  #inTree(listing: TreeListing): readonly GitEntry[] {
    return this.#repository.listTree(this.tree ?? '', listing);
  }

  #childrenInTree(folder: string): readonly GitEntry[] {
    // Asked for `a/b/`, ls-tree lists what is in the folder; a missing folder, or a file, lists nothing.
    return this.#inTree({ paths: folder === '' ? [] : [`${folder}/`], isRecursive: false, hasSizes: false });
  }

  #childrenInIndex(folder: string): readonly GitEntry[] {
    this.list([folder]);
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

/** Those of some sorted paths that lie in `folder`. */
function* filesBelow(paths: readonly string[], folder: string): Generator<string> {
  const prefix = `${folder}/`;
  for (let at = firstFrom(paths, prefix); at < paths.length; at += 1) {
    const path = paths[at];
    if (path?.startsWith(prefix) !== true) return;
    yield path;
  }
}

/** Index of the first of some sorted paths that does not come before `path`. */
function firstFrom(paths: readonly string[], path: string): number {
  let [low, high] = [0, paths.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((paths[middle] ?? '') < path) low = middle + 1;
    else high = middle;
  }
  return low;
}
