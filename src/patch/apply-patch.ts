/**
 * A whole patch applied to a tree in memory: what each file is afterwards.
 *
 * Only files that a reader of headers would look at are applied; a driver that the patch changes as well need not be in the
 * tree at hand. What cannot be followed (a binary change, a link, a submodule) is a problem of its own kind: it does not stop
 * the rest, but whatever is said about the rest is then not the whole truth.
 */

import { type Diagnostic, UndecidedError } from '../diagnostic.ts';
import { addedText, applyHunks } from './apply.ts';
import type { FilePatch, Patch } from './patch.ts';

/** What a file is after the patch; `absent` if it was deleted. */
export type NewFile = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'absent' };

export interface PatchedFiles {
  readonly files: ReadonlyMap<string, NewFile>;
  /** Where hunks stood elsewhere than they said. */
  readonly notes: readonly Diagnostic[];
  /** Changes that could not be followed. */
  readonly notFollowed: readonly Diagnostic[];
  /** Files of the patch that were not looked at. */
  readonly skipped: number;
}

export interface Base {
  /** Text of a file; `undefined` if it is not there, or is none. */
  readonly read: (path: string) => string | undefined;
  /** Whether a file matters; one that is only nice to have may fail to apply. */
  readonly weigh: (path: string) => 'needed' | 'nice' | 'ignored';
  /** Files that a path may mean which names none: they end as it does, or it as they do. */
  readonly similar?: (path: string) => readonly string[];
}

/** @throws {UndecidedError} with every hunk that does not apply. */
export function applyPatch(patch: Patch, base: Base): PatchedFiles {
  const files = new Map<string, NewFile>();
  const notes: Diagnostic[] = [];
  const notFollowed: Diagnostic[] = [];
  const problems: Diagnostic[] = [];
  let skipped = 0;
  const read = (path: string): string | undefined => {
    const file = files.get(path);
    return file === undefined ? base.read(path) : file.kind === 'text' ? file.text : undefined;
  };
  for (const file of patch.files) {
    const weights = [base.weigh(file.oldPath), base.weigh(file.newPath)];
    if (weights.every((weight) => weight === 'ignored')) {
      skipped += 1;
      continue;
    }
    const isNeeded = weights.includes('needed');
    const outcome = applyFile(file, read, base.similar);
    switch (outcome.kind) {
      case 'applied':
        if (file.change === 'rename' && file.oldPath !== file.newPath) files.set(file.oldPath, { kind: 'absent' });
        files.set(file.newPath, outcome.file);
        for (const note of outcome.notes) notes.push(note);
        break;
      case 'not-followed':
        if (isNeeded) notFollowed.push(outcome.problem);
        break;
      case 'failed':
        if (isNeeded) problems.push(outcome.problem);
        else notes.push({ ...outcome.problem, severity: 'warning' });
        break;
      default:
        outcome satisfies never;
    }
  }
  if (problems.length > 0) throw new UndecidedError(`The patch "${patch.title}" does not apply.`, problems);
  return { files, notes, notFollowed, skipped };
}

type FileOutcome =
  | { readonly kind: 'applied'; readonly file: NewFile; readonly notes: readonly Diagnostic[] }
  | { readonly kind: 'not-followed'; readonly problem: Diagnostic }
  | { readonly kind: 'failed'; readonly problem: Diagnostic };

function applyFile(file: FilePatch, read: (path: string) => string | undefined, similar: Base['similar']): FileOutcome {
  const failed = (code: string, message: string, hint?: string): FileOutcome => ({
    kind: 'failed',
    problem: { severity: 'error', code, message, location: file.place, ...(hint === undefined ? {} : { hint }) },
  });
  const unfollowed = unfollowable(file);
  if (unfollowed !== undefined) {
    const message = `${file.newPath} ${unfollowed}, so what it holds after the patch is not known`;
    return {
      kind: 'not-followed',
      problem: { severity: 'error', code: 'not-followed', message, location: file.place },
    };
  }
  const old = read(file.oldPath);
  if (file.change === 'add') {
    if (old !== undefined && old !== '') {
      return failed(
        'file-exists',
        `the patch adds ${file.newPath}, which the tree has already`,
        'the patch is in this tree already, or was made for another base',
      );
    }
    return { kind: 'applied', file: { kind: 'text', text: addedText(file) }, notes: [] };
  }
  if (old === undefined) {
    return failed('no-such-file', `the tree has no file ${file.oldPath}`, hintFor(similar?.(file.oldPath) ?? []));
  }
  const applied = applyHunks(file, old);
  if (applied.kind === 'failed') return applied;
  if (file.change === 'delete') {
    if (applied.text !== '' && file.hunks.length > 0) {
      return failed(
        'file-not-empty',
        `the patch deletes ${file.oldPath}, but the tree's file holds more than it deletes`,
      );
    }
    return { kind: 'applied', file: { kind: 'absent' }, notes: applied.notes };
  }
  return { kind: 'applied', file: { kind: 'text', text: applied.text }, notes: applied.notes };
}

function hintFor(similar: readonly string[]): string {
  const [only] = similar;
  return only !== undefined && similar.length === 1
    ? `it has ${only}: paths of a patch begin at the top of the tree, as "git diff --no-relative" writes them`
    : 'the patch was made for another base; --onto names it';
}

function unfollowable(file: FilePatch): string | undefined {
  if (file.newMode === '120000' && file.change !== 'delete') return 'becomes a symbolic link';
  if (file.newMode === '160000') return 'is a submodule';
  if (file.isBinary && file.change !== 'delete') return 'is changed as a binary file';
  return undefined;
}
