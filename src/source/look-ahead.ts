/**
 * What a comparison of two near revisions needs from git, asked for before anybody waits for it.
 *
 * Where two kernel trees differ in a few files, few headers will be read: those that differ, those that include them, and
 * what these include. Who includes whom is in a few lines of each header (`include-lines.ts`), and git finds these faster than
 * it hands out all texts. So fetched are those lines, what says which headers there are, the files that differ, and what is
 * around these; it is begun before the program is loaded (`EarlyQuestions` in cli/).
 *
 * Nothing here decides anything, and nothing that goes wrong is told: what is not known afterwards is asked for when it is
 * needed, as if nobody had looked ahead.
 */

import type { BlobStore } from './blob-store.ts';
import { maximumFileBytes } from './file-tree.ts';
import type { GitListing } from './git-listing.ts';
import { maximumAnswerBytes, whatBothAre, whatHeadersInclude } from './first-questions.ts';
import { isPlainWord, isRegularFile, whatIsIn, whatLiesIn } from './git-questions.ts';
import { withCounterparts, withIncluded, withIncluders } from './headers-around.ts';
import { IncludeIndex } from './include-index.ts';
import { generatorPaths, headerFolders, kbuildFiles, kernelPaths } from './kernel-paths.ts';

/** Where more files differ than that, most headers will be read: `linux/types.h` will be one of them. */
const maximumDifferences = 100;

/** What was asked; nothing is ever rejected. */
export interface Outlook {
  /** Both trees are listed. */
  readonly listed: Promise<void>;
  /** Whether they differ in few files, as far as is known. */
  readonly areNear: Promise<boolean>;
  /** What differs is fetched, and what says which headers there are. */
  readonly fetched: Promise<void>;
  /** It is known who includes whom, and fetched what will be read. */
  readonly included: Promise<void>;
}

/** What a tree is looked into for, besides what differs from another. */
export interface WhatFor {
  readonly words?: readonly string[];
  readonly touched?: readonly string[];
}

/**
 * Looks ahead to a comparison of what two revisions name, or to a search in one of them for `words`, or to one with other texts at
 * the paths `touched`; `undefined` where git knows no such revisions, or is not there.
 */
export async function lookAhead(
  store: BlobStore,
  old: string,
  next: string,
  { words = [], touched = [] }: WhatFor = {},
): Promise<Outlook | undefined> {
  const revisions = [...new Set([old, next])];
  const question = whatBothAre(old, next);
  if (question === undefined || !words.every(isPlainWord)) return undefined;
  const names = await store.repository.askAhead(question, maximumAnswerBytes);
  const ids: string[] = [];
  for (const [index, revision] of revisions.entries()) {
    const name = names?.[index];
    if (name === undefined || name.type === 'blob') return undefined;
    store.keepName(revision, name);
    ids.push(name.id);
  }
  const [id = ''] = ids;
  // Asked before it is known whether the answer is wanted: of all questions, this one takes longest.
  const search = new AbortController();
  const lines = store.repository.askAhead(whatHeadersInclude(id, words), maximumAnswerBytes, search.signal);
  const listed = listBoth(store, ids, touched).then((differing) => {
    if (differing === undefined) search.abort();
    return differing;
  });
  return {
    listed: listed.then(() => undefined),
    areNear: listed.then((differing) => differing !== undefined),
    fetched: listed.then((differing) => (differing === undefined ? undefined : textsAhead(store, id, differing))),
    included: Promise.all([lines, listed]).then(([found, differing]) => {
      if (found === undefined || differing === undefined) return undefined;
      keepIncludes(store, store.listing(id), found);
      store.keepWords(words);
      const mentioning = [...found].flatMap(([path, text]) => (words.some((word) => text.includes(word)) ? path : []));
      return textsAround(store, ids, differing, mentioning);
    }),
  };
}

/** Ids of the blobs that only one of two trees has, or that are touched; `undefined` if these are many, or if some file cannot be read. */
async function listBoth(
  store: BlobStore,
  ids: readonly string[],
  touched: readonly string[],
): Promise<ReadonlySet<string> | undefined> {
  const [before, after = before] = await Promise.all(ids.map((id) => listAhead(store, id)));
  return before === undefined || after === undefined ? undefined : differencesOf(before, after, touched);
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

function differencesOf(
  before: GitListing,
  after: GitListing,
  touched: readonly string[],
): ReadonlySet<string> | undefined {
  const ids = [before, after].map((listing) => {
    const entries = listing.list(kernelPaths).map((path) => listing.file(path));
    const isReadable = entries.every(
      (entry) => entry === undefined || !isRegularFile(entry) || (entry.sizeBytes ?? Infinity) <= maximumFileBytes,
    );
    return isReadable ? new Set(entries.flatMap((entry) => entry?.id ?? [])) : undefined;
  });
  const [old, next] = ids;
  if (old === undefined || next === undefined) return undefined;
  const differing = new Set([
    ...[...old].filter((id) => !next.has(id)),
    ...[...next].filter((id) => !old.has(id)),
    ...touched.flatMap((path) => before.file(path)?.id ?? []),
  ]);
  return differing.size > maximumDifferences ? undefined : differing;
}

/** `lines`: of the files that have any, those that include something. */
function keepIncludes(store: BlobStore, listing: GitListing, lines: ReadonlyMap<string, string>): void {
  const paths = listing.list(headerFolders);
  const isKnown = (path: string): boolean => {
    const entry = listing.file(path);
    if (entry === undefined || !isRegularFile(entry)) return false;
    store.keepIncludeLines(entry.id, lines.get(path) ?? '');
    return true;
  };
  // All are looked at, whatever the first are.
  const known = paths.filter(isKnown);
  if (known.length === paths.length) listing.includeIndex = new IncludeIndex(lines);
}

/** Fetches what will be read because something differs, or is mentioned. */
async function textsAround(
  store: BlobStore,
  trees: readonly string[],
  differing: ReadonlySet<string>,
  mentioning: readonly string[],
): Promise<void> {
  const [before, after = before] = trees.map((tree) => store.listing(tree));
  const index = before?.includeIndex;
  if (before === undefined || after === undefined || index === undefined) return;
  const changed = before.list(headerFolders).filter((path) => differing.has(before.file(path)?.id ?? ''));
  // Only headers that are made from tables are searched as they are, and these are known by no lines.
  const tables = mentioning.length === 0 ? [] : generatorPaths;
  const around = withIncluded([...withIncluders(changed, index), ...mentioning], index);
  const ids = idsIn([before, after], [...around, ...tables]);
  await keepTexts(
    store,
    [...ids].filter((id) => !differing.has(id)),
  );
  store.keepCompany(companyIn([before, after], index));
}

/** What is looked at with a blob that nobody expected: ids, from the names of headers alone. */
function companyIn(listings: readonly GitListing[], index: IncludeIndex): (id: string) => ReadonlySet<string> {
  const paths = new Map<string, Set<string>>();
  const lookThrough = (): void => {
    for (const listing of listings) {
      for (const path of listing.list(headerFolders)) {
        const id = listing.file(path)?.id ?? '';
        paths.set(id, (paths.get(id) ?? new Set()).add(path));
      }
    }
  };
  return (id) => {
    if (paths.size === 0) lookThrough();
    return idsIn(listings, withCounterparts([...(paths.get(id) ?? [])], index));
  };
}

function idsIn(listings: readonly GitListing[], paths: Iterable<string>): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const path of paths) {
    for (const listing of listings) {
      const entry = listing.file(path);
      if (entry !== undefined && isRegularFile(entry)) ids.add(entry.id);
    }
  }
  return ids;
}

/** Fetches what differs, and what says which headers there are. */
async function textsAhead(store: BlobStore, tree: string, differing: ReadonlySet<string>): Promise<void> {
  const listing = store.listing(tree);
  await keepTexts(store, [...differing, ...kbuildFiles.flatMap((path) => listing.file(path)?.id ?? [])]);
}

async function keepTexts(store: BlobStore, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const objects = await store.repository.askAhead(whatIsIn(ids), maximumAnswerBytes);
  for (const [index, id] of ids.entries()) {
    const object = objects?.[index];
    if (object?.kind === 'object') store.keep(id, object.content);
  }
}
