/** A directory that was named as a source: what stands there, and what git left out of it. */

import { realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import type { BlobStore } from '../source/blob-store.ts';
import { DirectoryTree } from '../source/directory.ts';
import { type FileText, type FileTree, isUnder } from '../source/file-tree.ts';
import { GitTree } from '../source/git-tree.ts';
import { SubTree } from '../source/open-headers.ts';
import { sparseTopOf } from '../source/sparse-checkout.ts';
import { SparseTree } from '../source/sparse-tree.ts';

/** What is known of repositories. */
export interface KnownRepositories {
  /** One whose index was listed, which tells of files that were left out one by one as well. */
  readonly listed: BlobStore | undefined;
  /** Its work tree, if it has one. */
  readonly workTrees: () => readonly string[];
  /** The repository of the work tree at a directory. */
  readonly storeFor: (top: string) => BlobStore;
  /** Is given every text that is read. */
  readonly onRead?: (text: FileText) => void;
}

/**
 * The files of a directory, and those of the index that a sparse checkout has left out of it. git is asked only where there may be any.
 * @throws {UserError} if git will not read the repository of a sparse checkout: what it leaves out is not gone.
 */
export function treeOnDisk(path: string, label: string, known: KnownRepositories): FileTree {
  const disk = new DirectoryTree(path, label, [], known.onRead);
  const place = realpathSync(path);
  const sparseTop = sparseTopOf(place);
  const top =
    sparseTop ?? (known.listed === undefined ? undefined : known.workTrees().map((one) => realpathSync(one))[0]);
  const folder = top === undefined ? undefined : folderWithin(top, place);
  if (top === undefined || folder === undefined) return disk;
  const store = sparseTop === undefined ? known.listed : known.storeFor(top);
  const skipped = store?.index().skipped() ?? [];
  const inside = skipped.filter((file) => isUnder(file, [folder]));
  if (store === undefined || inside.length === 0) return disk;
  const start = folder === '' ? 0 : folder.length + 1;
  const left = inside.map((file) => file.slice(start));
  return new SparseTree(disk, new SubTree(GitTree.ofIndex(store), folder, label), left);
}

/** As git writes it; `undefined` for what lies elsewhere. */
function folderWithin(top: string, path: string): string | undefined {
  const parts = relative(top, path).split(sep);
  return parts[0] === '..' ? undefined : parts.join('/');
}
