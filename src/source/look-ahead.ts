/**
 * What a comparison of two near revisions needs from git, asked for before anybody waits for it.
 *
 * Where two kernel trees differ in a few files, few headers will be read: those that differ, those that include them, and
 * what these include. Who includes whom is in a few lines of each header (`include-lines.ts`), and git finds these faster than
 * it hands out all texts. So fetched are those lines, what says which headers there are, and the files that differ; all of
 * it while the program is still loading.
 *
 * Nothing here decides anything, and nothing that goes wrong is told: what is not known afterwards is asked for when it is
 * needed, as if nobody had looked ahead.
 */

import type { BlobStore } from './blob-store.ts';
import { maximumFileBytes } from './file-tree.ts';
import type { GitListing } from './git-listing.ts';
import { isPlausibleRevision, whatIncludes, whatIs, whatIsIn, whatLiesIn } from './git-questions.ts';
import { headerFolders, kbuildFiles, kernelPaths } from './kernel-tree.ts';

/** Where more files differ than that, most headers will be read: `linux/types.h` will be one of them. */
const maximumDifferences = 100;
const maximumAnswerBytes = 64 * 1024 * 1024;

/** Looks ahead to a comparison of what two revisions name. */
export async function lookAhead(store: BlobStore, old: string, next: string): Promise<void> {
  const revisions = [...new Set([old, next])];
  if (!revisions.every(isPlausibleRevision)) return;
  const names = await store.repository.askAhead(whatIs(revisions), maximumAnswerBytes);
  const ids: string[] = [];
  for (const [index, revision] of revisions.entries()) {
    const name = names?.[index];
    if (name === undefined || name.type === 'blob') return;
    store.keepName(revision, name);
    ids.push(name.id);
  }
  const listings = await Promise.all(ids.map((id) => listAhead(store, id)));
  const [before, after = before] = listings;
  if (before === undefined || after === undefined) return;
  const differing = differencesOf(before, after);
  if (differing === undefined) return;
  await Promise.all([
    includesAhead(store, ids[0] ?? '', before),
    textsAhead(store, [...differing, ...kbuildOf(before)]),
  ]);
}

async function listAhead(store: BlobStore, id: string): Promise<GitListing | undefined> {
  const listing = store.listing(id);
  const paths = listing.unlisted(kernelPaths);
  if (paths.length === 0) return listing;
  const question = whatLiesIn(id, { paths, isRecursive: true, hasSizes: true });
  const entries = await store.repository.askAhead(question, maximumAnswerBytes);
  if (entries === undefined) return undefined;
  listing.keep(paths, entries);
  return listing;
}

/** Ids of the blobs that only one side has; `undefined` if there are many, or if some could not be read. */
function differencesOf(before: GitListing, after: GitListing): ReadonlySet<string> | undefined {
  const ids = [before, after].map((listing) => {
    const entries = listing.list(kernelPaths).map((path) => listing.file(path));
    const isReadable = entries.every(
      (entry) => entry?.mode.startsWith('100') !== true || (entry.sizeBytes ?? Infinity) <= maximumFileBytes,
    );
    return isReadable ? new Set(entries.flatMap((entry) => entry?.id ?? [])) : undefined;
  });
  const [old, next] = ids;
  if (old === undefined || next === undefined) return undefined;
  const differing = new Set([...[...old].filter((id) => !next.has(id)), ...[...next].filter((id) => !old.has(id))]);
  return differing.size > maximumDifferences ? undefined : differing;
}

/** The lines that include something, of every header of a tree. */
async function includesAhead(store: BlobStore, id: string, listing: GitListing): Promise<void> {
  const lines = await store.repository.askAhead(whatIncludes(id, headerFolders), maximumAnswerBytes);
  if (lines === undefined) return;
  for (const path of listing.list(headerFolders)) {
    const entry = listing.file(path);
    if (entry?.mode.startsWith('100') === true) store.keepIncludeLines(entry.id, lines.get(path) ?? '');
  }
}

async function textsAhead(store: BlobStore, ids: readonly string[]): Promise<void> {
  const objects = await store.repository.askAhead(whatIsIn(ids), maximumAnswerBytes);
  for (const [index, id] of ids.entries()) {
    const object = objects?.[index];
    if (object?.kind === 'object') store.keep(id, object.content);
  }
}

function kbuildOf(listing: GitListing): readonly string[] {
  return kbuildFiles.flatMap((path) => listing.file(path)?.id ?? []);
}
