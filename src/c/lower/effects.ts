/**
 * What reading a piece of a file, or a whole file with all it includes, does: the unit in which work is shared.
 */

import type { Diagnostic } from '../../diagnostic.ts';
import type { Bindings, Environment, JoinedLayer, Layer, Part } from '../environment.ts';
import type { Name, NameSpace } from '../names.ts';
import type { Reads } from '../reads.ts';
import type { PieceEnd } from '../preprocess.ts';
import type { IncludeForm } from '../source.ts';
import type { TokenFile } from '../token.ts';
import type { Viewers } from '../viewers.ts';
import type { Lowered } from './lowered.ts';

/** An include that was looked for, and the file that was found. */
export interface Resolution {
  readonly name: string;
  readonly form: IncludeForm;
  readonly from: TokenFile;
  readonly answer: TokenFile | undefined;
}

/** Text between two includes of one file; the same wherever its reads and resolutions are. */
export interface PieceEffect {
  readonly kind: 'piece';
  readonly file: TokenFile;
  readonly reads: Reads;
  readonly layer: Layer;
  /** Of includes that do not end a piece, and of `__has_include`. */
  readonly resolutions: readonly Resolution[];
  readonly end: PieceEnd;
  readonly lowered: readonly Lowered[];
  readonly diagnostics: readonly Diagnostic[];
  /** Whether it depends on nothing but reads and resolutions. */
  readonly isShareable: boolean;
}

/** An include that led nowhere. */
export interface IncludeProblem {
  readonly kind: 'problem';
  readonly diagnostic: Diagnostic;
  /** Whether it would lead somewhere if less had been read before. */
  readonly isLimit: boolean;
}

/** What comes next in a file, for some of those who read it. */
export interface Step {
  readonly viewers: Viewers;
  readonly effect: PieceEffect | FileEffect | IncludeProblem;
}

/** A file with all it includes, as several viewers read it. */
export interface FileEffect {
  readonly kind: 'file';
  readonly file: TokenFile;
  readonly viewers: Viewers;
  /** In order for each viewer. */
  readonly steps: readonly Step[];
  /** Those for whom something in it or below it was not understood. */
  readonly troubled: Viewers;
  readonly isShareable: boolean;
  /** What it writes, and asks of where it is included. */
  readonly layer: JoinedLayer;
  readonly questions: Questions;
}

/** A name that some looked up, with the answer they got; `undefined`: nothing. */
export interface Question {
  readonly space: NameSpace;
  readonly name: Name;
  readonly is: Bindings[NameSpace] | undefined;
  readonly viewers: Viewers;
}

/** What a file with all it includes asks of the place where it is included. */
export interface Questions {
  /** Those among `viewers` to whom `environment` gives the same answers to all that was asked for them. */
  heldBy(environment: Environment, viewers: Viewers): Viewers;
  all(): readonly Question[];
}

/** What a file came to. */
export interface FileRead {
  readonly steps: readonly Step[];
  /** The surroundings at its end, for those who took the same way. */
  readonly ends: readonly Part<Environment>[];
}

/** What the steps are that one viewer takes. */
export function stepsOf(steps: readonly Step[], viewer: Viewers): Step['effect'][] {
  const taken: Step['effect'][] = [];
  for (const { viewers, effect } of steps) if ((viewers & viewer) !== 0) taken.push(effect);
  return taken;
}

/** Those for whom something in `steps` was not understood. */
export function troubledBy(steps: readonly Step[]): Viewers {
  let troubled = 0;
  for (const { viewers, effect } of steps) {
    if (effect.kind === 'file') troubled |= viewers & effect.troubled;
    else if (effect.kind === 'problem' ? isError(effect.diagnostic) : effect.diagnostics.some(isError)) {
      troubled |= viewers;
    }
  }
  return troubled;
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}
