/**
 * What reading a piece of a file, or a whole file with all it includes, does: the unit in which work is shared.
 */

import type { Diagnostic } from '../../diagnostic.ts';
import type { AnyLayer, Layer } from '../environment.ts';
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

/** A file with everything it includes. */
export interface FileEffect {
  readonly kind: 'file';
  readonly file: TokenFile;
  readonly reads: Reads | FileReads;
  readonly layer: AnyLayer;
  /** Of the file's own includes; those below it are in the parts. */
  readonly resolutions: readonly Resolution[];
  readonly parts: readonly (PieceEffect | FileEffect)[];
  /** Of the includes; those of the text are in the parts. */
  readonly diagnostics: readonly Diagnostic[];
  readonly isShareable: boolean;
}
