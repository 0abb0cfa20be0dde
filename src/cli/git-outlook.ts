/**
 * What a comparison will ask of git, asked as soon as it is plain what will be compared.
 *
 * For `uabi check A..B` the command line says so before any of its code is loaded, and git has another processor to work on while
 * that happens. The command line is not understood here, only looked at: a guess that turns out wrong has cost a question
 * that nobody needed the answer to.
 */

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { BlobStore } from '../source/blob-store.ts';
import { GitRepository } from '../source/git.ts';
import { lookAhead, type Outlook } from '../source/look-ahead.ts';
import { configFileName, waiverFileName } from '../verdict/policy/policy-files.ts';
import type { Io } from './io.ts';
import { isFromBase, isJsonSource, isRange, splitRange } from './source-syntax.ts';

/** A repository, and what is known of it for one comparison. */
export interface GitOutlook extends Outlook {
  readonly store: BlobStore;
}

interface Begun {
  readonly question: string;
  readonly outlook: Promise<GitOutlook | undefined>;
}

/** What was begun, for each run, until it is asked for. */
const begun = new WeakMap<Io, Begun>();

/** Asks what `uabi check` with these arguments will ask; resolves once git works on it. */
export async function beginComparison(argv: readonly string[], io: Io): Promise<void> {
  const range = argv.find((argument) => !argument.startsWith('-') && isRange(argument));
  if (range === undefined || isFromBase(range)) return;
  const [old, next] = splitRange(range);
  const directory = directoryIn(argv);
  if (!areRevisions([old, next], io)) return;
  const outlook = begin(old, next, storeAt(directory, io));
  begun.set(io, { question: questionOf(old, next, directory), outlook });
  await outlook;
}

/**
 * What git says of two sources, where both are revisions of the repository at `directory` (`-C`); `undefined` where they
 * are not, or there is none. `store`: what is known of that repository.
 */
export async function outlookFor(
  old: string,
  next: string,
  directory: string | undefined,
  io: Io,
  store: BlobStore | undefined,
): Promise<GitOutlook | undefined> {
  if (!areRevisions([old, next], io)) return undefined;
  const known = begun.get(io);
  begun.delete(io);
  if (store === undefined && known?.question === questionOf(old, next, directory)) return known.outlook;
  return begin(old, next, store ?? storeAt(directory, io));
}

/** A store for a repository, whose trees are listed with the files in which a project keeps its rules. */
export function storeOf(repository: GitRepository): BlobStore {
  return new BlobStore(repository, [configFileName, waiverFileName]);
}

/** Nobody has made sure that there is a repository. */
function storeAt(directory: string | undefined, io: Io): BlobStore {
  return storeOf(new GitRepository(resolve(io.cwd, directory ?? '.'), io.env, directory !== undefined));
}

async function begin(old: string, next: string, store: BlobStore): Promise<GitOutlook | undefined> {
  const outlook = await lookAhead(store, old, next);
  return outlook === undefined ? undefined : { ...outlook, store };
}

function questionOf(old: string, next: string, directory: string | undefined): string {
  return JSON.stringify([old, next, directory]);
}

/** Whether all of `sources` can only be revisions. */
function areRevisions(sources: readonly string[], io: Io): boolean {
  return sources.every(
    (source) =>
      source !== '-' &&
      !source.includes(':') &&
      !isJsonSource(source) &&
      statSync(resolve(io.cwd, source), { throwIfNoEntry: false }) === undefined,
  );
}

/** The value of `-C DIR` or `--directory DIR`, in any of the ways to write it. */
function directoryIn(argv: readonly string[]): string | undefined {
  for (const [index, argument] of argv.entries()) {
    if (argument === '-C' || argument === '--directory') return argv[index + 1];
    const [, value] = /^(?:-C|--directory=)(.+)$/s.exec(argument) ?? [];
    if (value !== undefined) return value;
  }
  return undefined;
}
