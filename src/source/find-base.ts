/**
 * The commit a patch was made for, found by what it says about it.
 *
 * The `index` line of a file holds the id of the blob that was changed. A commit whose tree has these blobs at these paths is
 * as good a base as the author's own, whatever else differs. Looked at are HEAD, what branches, remote branches and tags point
 * at, and then the commits that touched the same paths.
 */

import type { GitRepository } from './git.ts';

/** A file as the patch found it: `blob` is the beginning of its id. */
export interface ExpectedBlob {
  readonly path: string;
  readonly blob: string;
}

export interface FoundBase {
  readonly id: string;
  /** How a person would call it: `HEAD`, `v6.12`, or the beginning of the id. */
  readonly name: string;
}

const maximumCommits = 4000;
/** Places asked for in one go: revisions times paths. */
const maximumPlaces = 200_000;

/** The first commit that has all of `expected`; `undefined` if none has. */
export function findBase(repository: GitRepository, expected: readonly ExpectedBlob[]): FoundBase | undefined {
  // git is asked line by line; a path that holds a line feed cannot be asked for.
  const askable = expected.filter(({ path }) => !/[\n\r]/.test(path)).slice(0, 200);
  if (askable.length === 0) return undefined;
  const head = repository.resolve('HEAD', 'commit');
  const named = repository.tips();
  const nameOfHead = named.find(({ id }) => id === head)?.name ?? 'HEAD';
  const tips = [...(head === undefined ? [] : [{ id: head, name: nameOfHead }]), ...named];
  const found = firstWith(repository, tips, askable);
  if (found !== undefined || head === undefined) return found;
  const paths = askable.map(({ path }) => path);
  const commits = repository.commitsThatChanged(paths, maximumCommits);
  const nearby = commits.map((id) => ({ id, name: id.slice(0, 12) }));
  return firstWith(repository, nearby, askable);
}

function firstWith(
  repository: GitRepository,
  candidates: readonly FoundBase[],
  expected: readonly ExpectedBlob[],
): FoundBase | undefined {
  const names = new Set<string>();
  const distinct = candidates.filter(({ id }) => !names.has(id) && names.add(id));
  const perBatch = Math.max(1, Math.floor(maximumPlaces / expected.length));
  for (let start = 0; start < distinct.length; start += perBatch) {
    const batch = distinct.slice(start, start + perBatch);
    const blobs = repository.blobsAt(
      batch.map(({ id }) => id),
      expected.map(({ path }) => path),
    );
    const match = batch.find((_, index) =>
      expected.every(({ blob }, offset) => blobs[index]?.[offset]?.startsWith(blob) === true),
    );
    if (match !== undefined) return match;
  }
  return undefined;
}
