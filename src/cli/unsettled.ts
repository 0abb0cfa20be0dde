/**
 * Which names may mean something else in NEW than in OLD: the macros of all others need not be worked out to compare the two.
 *
 * To find out costs a look at everything that is read, for all targets together. That pays where a few headers changed, and two kernels
 * are compared without it.
 */

import type { Target } from '../abi/target.ts';
import type { TokenFile } from '../c/token.ts';
import { unsettledNames, type Versions } from '../c/unsettled/unsettled-names.ts';
import { changedFiles } from '../source/changes.ts';
import type { HeaderFile } from '../source/header.ts';
import type { HeaderSource } from './header-source.ts';

/** In more headers than this, most names are no longer settled. */
const mostHeaders = 12;

/** What is read of a side for a target. */
export type FilesOf = (side: 'old' | 'new', target: Target) => readonly HeaderFile[];

/** The names, or `undefined` where nobody can tell, or need not know. */
export function findUnsettled(
  old: HeaderSource,
  next: HeaderSource,
  targets: readonly Target[],
  filesOf: FilesOf,
): ReadonlySet<string> | undefined {
  const changed = new Map<TokenFile, Versions>();
  for (const target of targets) {
    for (const { old: was, new: is } of changedFiles(old.headersFor(target), next.headersFor(target))) {
      // What a header that came or went says may be said elsewhere as well.
      if (was === undefined || is === undefined) return undefined;
      if (was.contentKey === is.contentKey) continue;
      const [before, after] = [old.tokensOf(target, was), next.tokensOf(target, is)];
      if (before !== after) changed.set(before, { old: before, new: after });
      if (changed.size > mostHeaders) return undefined;
    }
  }
  const files = new Set<TokenFile>();
  for (const target of targets) {
    for (const file of filesOf('old', target)) files.add(old.tokensOf(target, file));
    for (const file of filesOf('new', target)) files.add(next.tokensOf(target, file));
  }
  return unsettledNames([...changed.values()], [...files], old.isSpelled);
}
