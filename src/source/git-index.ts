/**
 * What the index of a repository holds.
 *
 * A path that a merge has left in conflict has up to three versions there ("stages", gitrevisions(7)): 1 is what both sides come
 * from, 2 is ours, 3 is theirs. Which of them the user will keep nobody knows yet.
 */

import type { GitEntry, StagedEntry } from './git-questions.ts';
import type { GitRepository } from './git.ts';

/** `0`: what is staged; others: that version of whatever is in conflict. */
export type Stage = 0 | 1 | 2 | 3;

/** What a stage is called in messages. */
export function labelOfStage(stage: Stage): string {
  return stage === 0 ? 'the index' : `stage ${String(stage)} of the index`;
}

export class GitIndex {
  readonly #repository: GitRepository;
  /** What was asked for, and what there is of it. */
  readonly #answers = new Map<string, readonly StagedEntry[]>();
  /** Paths that are in conflict, of those that somebody asked about. */
  readonly unmerged = new Set<string>();

  constructor(repository: GitRepository) {
    this.#repository = repository;
  }

  /**
   * The entries at or below some paths (of all, where there are none) of a commit that would keep that version of everything in
   * conflict. Stage 0 has one entry for each path in conflict as well, which stands for whatever it will be.
   */
  at(wanted: Stage, paths: readonly string[]): readonly GitEntry[] {
    return ofStage(wanted, this.#below(paths));
  }

  /** As `at`, without what lies below the paths. */
  exactlyAt(wanted: Stage, paths: readonly string[]): readonly GitEntry[] {
    return ofStage(wanted, this.#repository.listIndexAt(paths));
  }

  isUnmerged(path: string): boolean {
    this.#below([path]);
    return this.unmerged.has(path);
  }

  list(): void {
    this.#below([]);
  }

  /** Whether all of it is listed. */
  get isListed(): boolean {
    return this.#answers.has('');
  }

  /** Paths of the files that are left out of the work tree. */
  skipped(): readonly string[] {
    return this.#below([]).flatMap(({ isSkipped, path }) => (isSkipped ? path : []));
  }

  #below(paths: readonly string[]): readonly StagedEntry[] {
    const key = paths.join('\0');
    let entries = this.#answers.get(key);
    if (entries === undefined) {
      this.#answers.set(key, (entries = this.#repository.listIndex(paths)));
      for (const { stage, path } of entries) if (stage !== 0) this.unmerged.add(path);
    }
    return entries;
  }
}

function ofStage(wanted: Stage, staged: readonly StagedEntry[]): readonly GitEntry[] {
  const entries = new Map<string, GitEntry>();
  for (const { mode, id, path, stage } of staged) {
    if ((stage === 0 || wanted === 0 || stage === wanted) && !entries.has(path)) entries.set(path, { mode, id, path });
  }
  return [...entries.values()];
}
