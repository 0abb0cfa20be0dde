/**
 * What reading a piece of a file, or a whole file with all it includes, does: the unit in which work is shared.
 */

import type { Diagnostic } from '../../diagnostic.ts';
import type { Layer } from '../environment.ts';
import type { FileReads, Reads } from '../reads.ts';
import type { PieceEnd } from '../preprocess.ts';
import type { IncludeForm } from '../source.ts';
import type { TokenFile } from '../token.ts';
import type { Lowered } from './lowering.ts';

/** An include that was looked for, and the file that was found. */
export interface Resolution {
  readonly name: string;
  readonly form: IncludeForm;
  readonly from: TokenFile;
  readonly answer: TokenFile | undefined;
}

/** Text between two includes of one file. */
export interface PieceEffect {
  readonly kind: 'piece';
  readonly file: TokenFile;
  readonly reads: Reads;
  readonly layer: Layer;
  readonly resolutions: readonly Resolution[];
  readonly end: PieceEnd;
  readonly lowered: readonly Lowered[];
  readonly diagnostics: readonly Diagnostic[];
  readonly isShareable: boolean;
}

/** What stands in a file and below it. */
export interface FileContents {
  readonly file: TokenFile;
  /** Of the file's own includes; those below it are in the parts. */
  readonly resolutions: readonly Resolution[];
  readonly parts: readonly (PieceEffect | FileEffect)[];
  /** Of the includes; those of the text are in the parts. */
  readonly diagnostics: readonly Diagnostic[];
  /** Whether something in it or below it was not understood. */
  readonly hasErrors: boolean;
  readonly isShareable: boolean;
}

/** A file that was included, with everything it includes. */
export interface FileEffect extends FileContents {
  readonly kind: 'file';
  readonly reads: Reads | FileReads;
  readonly layer: Layer;
}
