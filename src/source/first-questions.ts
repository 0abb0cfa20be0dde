/** What git is asked first about two revisions that are compared, as soon as it is known which these are. */

import {
  type GitEntry,
  type GitQuestion,
  isPlausibleRevision,
  whatIncludes,
  whatIs,
  whatLiesIn,
} from './git-questions.ts';
import type { GitObjectName } from './git-questions.ts';
import { headerFolders, kernelPaths } from './kernel-paths.ts';

export const maximumAnswerBytes = 64 * 1024 * 1024;

/** What two revisions are; `undefined` where one of them can be none. */
export function whatBothAre(
  old: string,
  next: string,
): GitQuestion<readonly (GitObjectName | undefined)[]> | undefined {
  const revisions = old === next ? [old] : [old, next];
  return revisions.every(isPlausibleRevision) ? whatIs(revisions) : undefined;
}

/** Who includes whom, and where some plain words stand. */
export function whatHeadersInclude(id: string, words: readonly string[]): GitQuestion<ReadonlyMap<string, string>> {
  return whatIncludes(id, headerFolders, words);
}

/** What there is of a kernel, and at `alongside`. */
export function whatKernelHolds(id: string, alongside: readonly string[]): GitQuestion<GitEntry[]> {
  return whatLiesIn(id, { paths: [...kernelPaths, ...alongside], isRecursive: true, hasSizes: true });
}
