/**
 * One header for one target, as if it were compiled alone.
 */

import type { Target } from '../../abi/target.ts';
import type { Environment } from '../environment.ts';
import type { SourceFile } from '../source.ts';
import type { FileContents, PieceEffect } from './effects.ts';
import type { ValuesFound } from './piece-values.ts';

/** What one header, read alone for one target, amounts to. */
export interface Unit {
  readonly header: SourceFile;
  readonly target: Target;
  readonly root: FileContents;
  /** The surroundings at the end, in which its macros are evaluated. */
  readonly environment: Environment;
  /** The values of its macros, by the piece that defines them, as far as they were asked for. */
  readonly values: Map<PieceEffect, ValuesFound>;
}
