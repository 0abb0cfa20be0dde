/**
 * From a place (a directory, a file, a revision, a path in a revision) to the headers that are there.
 *
 * Kinds are told apart by what a tree holds, never by its name. A single header that stands inside a kernel tree or an
 * installed tree is read as a part of it, so that `<asm/kvm.h>` means the right file without `--include`.
 */

import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { UndecidedError } from '../diagnostic.ts';
import { DirectoryTree, readRegularFile } from './directory.ts';
import { type FileTree, folderOf, joinPath } from './file-tree.ts';
import { HeaderFiles } from './header-files.ts';
import type { HeaderCollection, HeaderTarget } from './header.ts';
import { InstalledTree, isInstalledTree } from './installed-tree.ts';
import { isKernelTree, KernelTree } from './kernel-tree.ts';
import { unreadFolders } from './unread-header.ts';

/** Headers of a source, and which of them the user named (`undefined`: all). */
export interface OpenedHeaders {
  readonly collection: HeaderCollection;
  readonly only: readonly string[] | undefined;
}

/** Opens the headers of a tree of files, whatever kind of tree it is. */
export function openTree(tree: FileTree, includes: readonly HeaderCollection[], path?: string): HeaderCollection {
  if (isKernelTree(tree)) return new KernelTree(tree);
  if (isInstalledTree(tree)) return new InstalledTree(tree, path);
  const headers = tree.list(['']).filter((name) => name.endsWith('.h'));
  if (headers.length === 0 && unreadFolders(tree, ['']).size === 0)
    throw new UndecidedError(`${tree.label} holds no headers.`);
  return new HeaderFiles({ label: tree.label, tree, headers, isSearched: true, includes });
}

/** The files of a directory on disk. */
export type TreeOfDirectory = (path: string, label: string) => FileTree;

const asItStands: TreeOfDirectory = (path, label) => new DirectoryTree(path, label);

/**
 * Opens a directory on disk.
 * @throws {UndecidedError} if it cannot be read or holds no headers.
 */
export function openDirectory(
  path: string,
  label: string,
  includes: readonly HeaderCollection[],
  treeOf = asItStands,
): HeaderCollection {
  const root = treeRootFor(path, (folder) => treeOf(folder, label).kindOf('arch') === 'folder');
  return openTree(treeOf(root, label), includes, realpathSync(root));
}

/** Opens a directory named by `--include`: a tree if it is one, else a folder to search. */
export function openIncludeDirectory(path: string): HeaderCollection {
  const tree = new DirectoryTree(treeRootFor(path), path);
  if (isKernelTree(tree)) return new KernelTree(tree);
  if (isInstalledTree(tree)) return new InstalledTree(tree, realpathSync(path));
  return new HeaderFiles({ label: path, tree, headers: [], isSearched: true, includes: [] });
}

/**
 * Opens one header on disk; the tree it stands in, if any, is found by looking upwards.
 * @throws {UndecidedError} if it cannot be read.
 */
export function openFile(
  path: string,
  label: string,
  includes: readonly HeaderCollection[],
  treeOf = asItStands,
): OpenedHeaders {
  const content = readRegularFile(path);
  if (content.kind === 'absent') throw new UndecidedError(`There is no file or directory "${label}".`);
  if (content.kind === 'refused') throw new UndecidedError(`${label} is not read: ${content.reason}.`);
  const real = realpathSync(path);
  if (includes.length === 0) {
    const home = findHome(real);
    if (home !== undefined) {
      const tree = treeOf(home, label);
      return { collection: isKernelTree(tree) ? new KernelTree(tree) : new InstalledTree(tree, home), only: [real] };
    }
  }
  const tree = new DirectoryTree(dirname(path), label);
  const headers = [basename(path)];
  return { collection: new HeaderFiles({ label, tree, headers, isSearched: false, includes }), only: undefined };
}

/** Opens one header of a revision or of the index, with the tree around it where that is one. */
export function openTreeFile(
  tree: FileTree,
  path: string,
  label: string,
  includes: readonly HeaderCollection[],
): OpenedHeaders {
  // First, because it lists what is read with the header: where that is missing it is told at once.
  const home = includes.length === 0 ? homeOf(tree, path) : undefined;
  const content = tree.read(path);
  if (content.kind === 'absent') throw new UndecidedError(`There is no "${path}" in ${tree.label}.`);
  if (content.kind === 'refused') throw new UndecidedError(`${label} is not read: ${content.reason}.`);
  if (home !== undefined) return { collection: home.open(), only: [home.inside] };
  // Its name is the one it has on disk: where it stands in a repository is nothing to programs.
  const options = { label, tree, headers: [path], folder: folderOf(path), isSearched: false, includes };
  return { collection: new HeaderFiles(options), only: undefined };
}

/** The kernel or installed tree that a header stands in, and its path inside. */
function homeOf(
  tree: FileTree,
  path: string,
): { readonly open: () => HeaderCollection; readonly inside: string } | undefined {
  const homes = foldersAround(path).map((folder) => ({
    part: folder === '' ? tree : new SubTree(tree, folder),
    inside: folder === '' ? path : path.slice(folder.length + 1),
  }));
  // A kernel tree first: its include/uapi looks like an installed tree from inside.
  for (const { part, inside } of homes) {
    if (isKernelHeader(inside) && isKernelTree(part)) return { open: () => new KernelTree(part), inside };
  }
  for (const { part, inside } of homes) {
    if (isInstalledHeader(inside) && isInstalledTree(part)) return { open: () => new InstalledTree(part), inside };
  }
  return undefined;
}

/**
 * The name under which a target's programs include the header at `path` (as in `OpenedHeaders.only`), if it is one of theirs:
 * arch/x86/include/uapi/asm/kvm.h is nobody's header on arm64.
 */
export function nameOfPath(collection: HeaderCollection, target: HeaderTarget, path: string): string | undefined {
  const headers = collection.forTarget(target);
  const parts = path.split(/[/\\]/);
  // The longest tail that is found at that very place.
  for (let length = Math.min(parts.length, 8); length > 0; length -= 1) {
    const name = parts.slice(-length).join('/');
    const file = headers.resolve(name, 'angle', undefined);
    if (file !== undefined && !file.isBuiltIn && (path === file.path || path.endsWith(`/${file.path}`))) return name;
  }
  return undefined;
}

/** The folders a path stands in, innermost first, the root last. */
function foldersAround(path: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) folders.push(folder);
  return [...folders, ''];
}

/** A folder of a tree as a tree of its own; `..` does not lead out of it. */
export class SubTree implements FileTree {
  readonly label: string;
  readonly #tree: FileTree;
  readonly #folder: string;
  /** Length of what the paths of `tree` have in front. */
  readonly #start: number;

  constructor(tree: FileTree, folder: string, label = tree.label) {
    this.label = label;
    this.#tree = tree;
    this.#folder = folder;
    this.#start = folder === '' ? 0 : folder.length + 1;
  }

  list(folders: readonly string[]): readonly string[] {
    const inside = folders.map((folder) => this.#outer(folder));
    return this.#tree.list(inside).map((path) => path.slice(this.#start));
  }

  closedFolders(folders: readonly string[]): readonly string[] {
    const inside = folders.map((folder) => this.#outer(folder));
    return (this.#tree.closedFolders?.(inside) ?? []).map((path) => path.slice(this.#start));
  }

  entries(folder: string): readonly string[] {
    return this.#tree.entries(this.#outer(folder));
  }

  kindOf(path: string): ReturnType<FileTree['kindOf']> {
    return this.#tree.kindOf(this.#outer(path));
  }

  read(path: string): ReturnType<FileTree['read']> {
    return this.#tree.read(this.#outer(path));
  }

  keyOf(path: string): string | undefined {
    return this.#tree.keyOf?.(this.#outer(path));
  }

  prefetch(paths: readonly string[]): void {
    this.#tree.prefetch(paths.map((path) => this.#outer(path)));
  }

  fetch(paths: readonly string[]): void {
    this.#tree.fetch?.(paths.map((path) => this.#outer(path)));
  }

  #outer(path: string): string {
    return path === '' ? this.#folder : joinPath(this.#folder, path);
  }
}

/**
 * Where the tree begins of which `path` is the directory a user would name: `linux/include/uapi` belongs to `linux`, and
 * Debian's `/usr/include` links into `/usr/lib/linux/uapi`.
 */
function treeRootFor(path: string, hasArchitectures: (root: string) => boolean = hasArchFolder): string {
  const real = realOrUndefined(path);
  if (real === undefined) return path;
  const parts = real.split(sep);
  if (parts.at(-1) === 'uapi' && parts.at(-2) === 'include' && hasArchitectures(join(real, '../..'))) {
    return join(real, '../..');
  }
  if (parts.at(-1) === 'include' && isDirectory(join(real, '../lib/linux/uapi'))) return join(real, '..');
  return path;
}

function hasArchFolder(root: string): boolean {
  return isDirectory(join(root, 'arch'));
}

/** As `treeRootFor`, in a tree: the folder of `tree` that the folder at `path` belongs to, as a tree of its own. */
export function openFolderOf(tree: FileTree, path: string, label: string): FileTree {
  if (/(?:^|\/)include\/uapi$/.test(path)) {
    const root = folderOf(folderOf(path));
    if (tree.kindOf(joinPath(root, 'arch')) === 'folder') return new SubTree(tree, root, label);
  }
  if (/(?:^|\/)include$/.test(path)) {
    const root = folderOf(path);
    if (tree.kindOf(joinPath(root, 'lib/linux/uapi')) === 'folder') return new SubTree(tree, root, label);
  }
  return new SubTree(tree, path, label);
}

/** The root of the kernel or installed tree that a file stands in. */
function findHome(file: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const inside = relative(folder, file).split(sep).join('/');
    if (isKernelHeader(inside) && isKernelTree(new DirectoryTree(folder, folder))) return folder;
    const isIncluded = ['include', 'uapi'].includes(basename(folder));
    if (isInstalledHeader(inside) && isDirectory(join(folder, 'linux')) && isIncluded) {
      return treeRootFor(folder);
    }
    if (dirname(folder) === folder) return undefined;
  }
}

function isKernelHeader(path: string): boolean {
  return /^(?:include\/uapi\/|arch\/[^/]+\/include\/uapi\/asm\/).+\.h$/.test(path);
}

function isInstalledHeader(path: string): boolean {
  return /^(?:[a-z0-9_]+-linux-[a-z0-9]+\/)?(?:asm|asm-generic|cxl|drm|fwctl|linux|misc|mtd|rdma|regulator|scsi|sound|video|xen)\/.+\.h$/.test(
    path,
  );
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function realOrUndefined(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false }) === undefined ? undefined : realpathSync(path);
}
