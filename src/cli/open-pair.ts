/**
 * The two sides of a comparison: OLD and NEW, or a range `A..B`.
 *
 * Where both sides are headers, only those are read that changed or include something that did: a commit that touches one
 * header costs as much as that header.
 */

import { resolve } from 'node:path';
import { UserError } from '../diagnostic.ts';
import { MissingObjectsError } from '../source/git.ts';
import type { Outlook } from '../source/look-ahead.ts';
import { statsAt } from '../source/stats.ts';
import type { HeaderSource } from './header-source.ts';
import type { HeaderWorkshop } from './header-workshop.ts';
import type { Io } from './io.ts';
import { limitToHeaders } from './limit-to-headers.ts';
import { limitToLayout } from './limit-to-layout.ts';
import { isHeaders, type OpenedSource, openSource, type SourceOptions, workshopFor } from './open-source.ts';
import { basesOf, limitsFor } from './path-limits.ts';
import { restrictToChanges } from './restrict-to-changes.ts';
import { withoutUnread } from './without-unread.ts';
import { checkSides, isFromBase, splitRange } from './source-syntax.ts';

export interface OpenedPair {
  readonly old: OpenedSource;
  readonly new: OpenedSource;
  /** Paths of headers that differ, and that no program of the targets sees which were compared so far. */
  readonly unseen?: () => readonly string[];
}

export interface OpenedComparison extends OpenedPair {
  /** Where both were read. */
  readonly workshop: HeaderWorkshop;
}

export interface PairOptions extends SourceOptions {
  /** `-- PATH…`: only headers at or below these, as they were written. */
  readonly paths?: readonly string[];
}

/**
 * Opens both sides from the arguments of a command: `OLD NEW` or `A..B` or `A...B` (from the merge base, as in `git diff`).
 * @throws {UserError} if there are not two sides, or one of them cannot be opened.
 */
export async function openPair(sides: readonly string[], io: Io, options: PairOptions = {}): Promise<OpenedComparison> {
  const [first, second] = sides;
  if (first === undefined) throw new UserError('There is nothing to compare: name OLD and NEW, or a range A..B.');
  checkSides(sides, (source) => statsAt(resolve(io.cwd, source), source) !== undefined);
  const workshop = await workshopFor(io, options);
  // The sides of a range are revisions.
  const prefersRevisions = options.prefersRevisions ?? second === undefined;
  const shared = { ...options, workshop, prefersRevisions };
  const [oldName, newName] = second === undefined ? splitRange(first) : [first, second];
  const hasParted = second === undefined && isFromBase(first);
  const oldRevision = hasParted ? workshop.repository().mergeBase(oldName, newName) : oldName;
  const outlook = await workshop.lookAhead(oldRevision, newName, {}, prefersRevisions);
  if (outlook !== undefined) io.expectRun?.((await outlook.areNear) ? 'short' : 'any');
  // To look for headers that were named, it has to be known which there are.
  await ((options.headers ?? []).length === 0 ? outlook?.listed : outlook?.fetched);
  const [old, next] = await openBoth(oldRevision, newName, (source) => openSource(source, io, shared), workshop);
  const bases = basesOf(io.cwd, options.gitDirectory);
  if (!isHeaders(old) || !isHeaders(next)) {
    const limits = { headers: options.headers ?? [], paths: options.paths ?? [], bases };
    const { withDigests } = await import('./header-digests.ts');
    const told = (side: OpenedSource): OpenedSource => (isHeaders(side) ? withDigests(side) : side);
    const isWhole = limits.headers.length + limits.paths.length === 0;
    const [was, is] = withoutUnread(limitToLayout(limitToHeaders([old, next], limits), isWhole));
    return { old: told(was), new: told(is), workshop };
  }
  const ahead = outlook ?? (await lookAheadFrom(old, next, oldRevision, newName.startsWith(':'), workshop));
  if (ahead !== undefined) {
    await ahead.fetched;
    // While git still works, it can be worked out which headers there are.
    for (const source of [old, next]) for (const target of source.targets) source.headersFor(target);
    await ahead.included;
  }
  const limits = limitsFor(options.paths ?? [], bases, [old, next]);
  return { ...restrictToChanges(old, next, limits), workshop };
}

/** What git was asked ahead where the old side is a revision and the new one the index. */
async function lookAheadFrom(
  old: HeaderSource,
  next: HeaderSource,
  revision: string,
  isIndex: boolean,
  workshop: HeaderWorkshop,
): Promise<Outlook | undefined> {
  if (old.revision === undefined) return undefined;
  // The files of a work tree are read for this, and those of the revision that are equal need not be fetched any more.
  const touched = old.collection.changedPaths?.(next.collection);
  if (touched === undefined || !isIndex) return undefined;
  return workshop.lookAhead(revision, revision, { touched: [...touched] }, true);
}

/** Where objects are missing for one side, it is told what is for both: nobody wants to fetch twice. */
async function openBoth(
  oldName: string,
  newName: string,
  open: (source: string) => Promise<OpenedSource>,
  workshop: HeaderWorkshop,
): Promise<readonly [OpenedSource, OpenedSource]> {
  const orMissing = async (source: string): Promise<OpenedSource | MissingObjectsError> => {
    try {
      return await open(source);
    } catch (error) {
      if (error instanceof MissingObjectsError) return error;
      throw error;
    }
  };
  const old = await orMissing(oldName);
  const next = await orMissing(newName);
  if (old instanceof MissingObjectsError || next instanceof MissingObjectsError) {
    const ids = [old, next].flatMap((side) => (side instanceof MissingObjectsError ? side.ids : []));
    throw workshop.repository().missingObjects(ids);
  }
  return [old, next];
}
