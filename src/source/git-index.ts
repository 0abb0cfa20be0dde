/**
 * What the index of a repository holds.
 *
 * A path that a merge has left in conflict has up to three versions there ("stages", gitrevisions(7)): 1 is what both sides come
 * from, 2 is ours, 3 is theirs. Which of them the user will keep nobody knows yet.
 */

import type { GitEntry, StagedEntry } from './git-questions.ts';

/** `0`: what is staged; others: that version of whatever is in conflict. */
export type Stage = 0 | 1 | 2 | 3;

/** What a stage is called in messages. */
export function labelOfStage(stage: Stage): string {
  return stage === 0 ? 'the index' : `stage ${String(stage)} of the index`;
}

export class GitIndex {
  readonly #entries: readonly StagedEntry[];
  /** Paths that are in conflict. */
  readonly unmerged: ReadonlySet<string>;

  constructor(entries: readonly StagedEntry[]) {
    this.#entries = entries;
    this.unmerged = new Set(entries.flatMap(({ stage, path }) => (stage === 0 ? [] : path)));
  }

  /**
   * The entries of a commit that would keep that version of everything in conflict. Stage 0 has one entry for each path in conflict
   * as well, which stands for whatever it will be.
   */
  at(wanted: Stage): readonly GitEntry[] {
    const entries = new Map<string, GitEntry>();
    for (const { mode, id, path, stage } of this.#entries) {
      if ((stage === 0 || wanted === 0 || stage === wanted) && !entries.has(path))
        entries.set(path, { mode, id, path });
    }
    return [...entries.values()];
  }

  /** Paths of the files that are left out of the work tree. */
  skipped(): readonly string[] {
    return this.#entries.flatMap(({ isSkipped, path }) => (isSkipped ? path : []));
  }
}
