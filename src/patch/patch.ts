/**
 * What a patch is, whatever it came in: a mail, a mailbox, the output of `git diff`.
 *
 * A patch changes files; a file is changed by hunks; a hunk says which lines it expects and what stands there afterwards
 * (POSIX `diff -u`, and git's extended headers as described in git-diff(1) and git-apply(1)). Every part remembers the line of
 * the input it was read from, so that a patch that does not apply can be told at the hunk that does not.
 */

import type { SourceLocation } from '../diagnostic.ts';

/** Lines of text, and where each of them stood in the file they were read from. */
export interface PatchText {
  readonly file: string;
  /** Without their line feeds; a carriage return before one is kept. */
  readonly lines: readonly string[];
  /** Line of the file that `lines[0]` came from, counted from 1. */
  readonly firstLine: number;
  /** Lines of the file that `lines` came from, where they did not come one from one (quoted-printable, base64). */
  readonly numbers?: readonly number[];
}

export interface Hunk {
  readonly place: SourceLocation;
  /** Lines count from 1; 0 in a file that is not there. */
  readonly oldStart: number;
  readonly newStart: number;
  /** What diff found to be the heading of the place: often the first line of the declaration. */
  readonly section: string;
  /** Each with its mark: a blank, `-` or `+`. */
  readonly lines: readonly string[];
  /** Whether the last line of the side has no line feed. */
  readonly oldLacksNewline: boolean;
  readonly newLacksNewline: boolean;
}

export interface FilePatch {
  readonly place: SourceLocation;
  readonly change: 'modify' | 'add' | 'delete' | 'rename' | 'copy';
  /** From the root of the tree; equal to `newPath` unless the file was renamed or copied. */
  readonly oldPath: string;
  readonly newPath: string;
  /** Octal mode that the file has afterwards, where the patch says so: `120000` is a symbolic link. */
  readonly newMode?: string;
  /** Ids from the `index` line, most often abbreviated. */
  readonly oldBlob?: string;
  readonly newBlob?: string;
  readonly isBinary: boolean;
  readonly hunks: readonly Hunk[];
}

/** One commit to be. */
export interface Patch {
  /** First line of the commit message, without `[PATCH 2/4]`. */
  readonly title: string;
  /** Where it begins, for messages. */
  readonly place: SourceLocation;
  /** 2 and 4 of `[PATCH v3 2/4]`. */
  readonly number?: number;
  readonly count?: number;
  /** 3 of `[PATCH v3 2/4]`. */
  readonly version: number;
  readonly messageId?: string;
  /** From the trailer `base-commit:` of `git format-patch --base`. */
  readonly baseCommit?: string;
  readonly files: readonly FilePatch[];
}

export function placeOf(text: PatchText, index: number): SourceLocation {
  return { file: text.file, line: text.numbers?.[index] ?? text.firstLine + index, column: 1 };
}
