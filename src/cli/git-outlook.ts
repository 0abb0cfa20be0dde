/** What a comparison will ask of git, asked as soon as it is plain what will be compared. */

import { resolve } from 'node:path';
import { BlobStore } from '../source/blob-store.ts';
import { GitRepository } from '../source/git.ts';
import { lookAhead, type Outlook, type WhatFor } from '../source/look-ahead.ts';
import { areRevisions, listedAlongside } from './early-questions.ts';
import type { Io } from './io.ts';

/** A repository, and what is known of it for one comparison. */
export interface GitOutlook extends Outlook {
  readonly store: BlobStore;
}

/**
 * What git says of two sources, where both are revisions of the repository at `directory` (`-C`); `undefined` where they
 * are not, or there is none. `what`: what they are looked into for. `known`: what is known of that repository.
 * `prefersRevisions`: what stands on disk under the name of a revision does not matter.
 */
export async function outlookFor(
  old: string,
  next: string,
  what: WhatFor,
  directory: string | undefined,
  io: Io,
  known: BlobStore | undefined,
  prefersRevisions = false,
): Promise<GitOutlook | undefined> {
  if (!areRevisions([old, next], io.cwd, prefersRevisions)) return undefined;
  // Nobody has made sure that there is a repository.
  const place = resolve(io.cwd, directory ?? '.');
  const store = known ?? storeOf(new GitRepository(place, io.env, directory !== undefined, io.begun));
  const outlook = await lookAhead(store, old, next, what);
  return outlook === undefined ? undefined : { ...outlook, store };
}

/** A store for a repository, whose trees are listed with the files in which a project keeps its rules. */
export function storeOf(repository: GitRepository): BlobStore {
  return new BlobStore(repository, listedAlongside);
}
