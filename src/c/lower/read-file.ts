/**
 * Reads a file with all it includes, for several viewers at once.
 *
 * A file falls into pieces, which end at its includes. What a piece comes to is looked for among what is known of it, for all
 * viewers together; where they see different things it becomes several steps, each for some of them, and they go on together
 * afterwards. They part only where a condition makes them include different files.
 */

import type { Target } from '../../abi/target.ts';
import { Environment, JoinedLayer, meaningsOf, type Part, rebased, View } from '../environment.ts';
import { type NameTable, nameSpaces } from '../names.ts';
import { LimitReached, limits } from '../limits.ts';
import { Macro } from '../macro.ts';
import { missingInclude } from '../missing-include.ts';
import type { PieceEnd } from '../preprocess.ts';
import type { IncludeForm, TakenForGranted } from '../source.ts';
import { locationOf, type TokenFile } from '../token.ts';
import { firstOf, only, type Viewers, withoutFirst } from '../viewers.ts';
import type { FrontEnd } from './front-end.ts';
import { type FileEffect, type FileRead, type PieceEffect, type Resolution, type Step, troubledBy } from './effects.ts';
import { FileQuestions } from './file-questions.ts';
import { readPiece } from './read-piece.ts';
import { remember } from './remember.ts';

type Include = Extract<PieceEnd, { readonly kind: 'include' }>;

/** Those who read, and what they share. */
export interface Readers {
  readonly frontEnd: Pick<FrontEnd, 'piecesAt' | 'types'>;
  viewer(number: number): { readonly target: Target };
  /** The files that an include in `from` leads to. */
  resolve(name: string, form: IncludeForm, from: TokenFile, viewers: Viewers): readonly Part<TokenFile | undefined>[];
  /** Why an include leads nowhere. */
  whyAbsent(name: string, viewers: Viewers): readonly Part<string | undefined>[];
  /** What is known of a file that is included. */
  effectsOf(file: TokenFile): FileEffect[];
  /** What including a file does whose include guard is set: nothing. */
  shut(file: TokenFile, name: string, guard: Macro): FileEffect;
}

/** Reads files for one header; what must not grow without end is counted from one header to the next. */
export class FileReader {
  readonly #readers: Readers;
  readonly #counters: number[] = [];
  #includesLeft: number = limits.includesPerUnit;

  constructor(readers: Readers) {
    this.#readers = readers;
  }

  read(file: TokenFile, outside: Environment, viewers: Viewers, depth = 0): FileRead {
    const steps: Step[] = [];
    const ends: Part<Environment>[] = [];
    const open = [{ start: 0, environment: outside, viewers }];
    for (let way = open.pop(); way !== undefined; way = open.pop()) {
      let { environment } = way;
      const pieces = this.#piecesAt(file, way.start, environment, way.viewers, depth);
      for (const { viewers: some, is: piece } of pieces) {
        steps.push({ viewers: some, effect: piece });
      }
      environment = surroundingsBehind(pieces, environment);
      for (const { viewers: some, is: end } of endsOf(pieces)) {
        if (end.kind === 'file-end') {
          ends.push({ viewers: some, is: environment });
        } else if (end.kind === 'seam') {
          open.push({ start: end.resume, environment, viewers: some });
        } else {
          const behind = this.#follow(end, file, environment, some, depth, steps);
          open.push({ start: end.resume, environment: behind, viewers: some });
        }
      }
    }
    return { steps, ends };
  }

  /**
   * The surroundings that `ends` become where those to whom a word means nothing include one more header. What that declares is found
   * where nobody else says what it means: as if it stood above all that was read from `outside` on.
   */
  behind(
    { word, header }: TakenForGranted,
    from: TokenFile,
    outside: Environment,
    ends: readonly Part<Environment>[],
  ): readonly Part<Environment>[] {
    return ends.map(({ viewers, is: end }) => {
      let missing = viewers;
      for (const space of nameSpaces) {
        for (const part of meaningsOf(end, space, word, viewers)) missing &= ~part.viewers;
      }
      let ground = outside;
      for (const { viewers: some, is: answer } of this.#readers.resolve(header, 'angle', from, missing)) {
        if (answer !== undefined) ground = surroundingsBehind(this.#include(answer, end, some, 1), ground);
      }
      return { viewers, is: ground === outside ? end : rebased(end, outside, ground) };
    });
  }

  /** The surroundings behind an include. */
  #follow(
    include: Include,
    file: TokenFile,
    outside: Environment,
    viewers: Viewers,
    depth: number,
    steps: Step[],
  ): Environment {
    const { name, form, directive } = include;
    let environment = outside;
    for (const { viewers: some, is: answer } of this.#readers.resolve(name, form, file, viewers)) {
      if (answer === undefined) {
        for (const { viewers: same, is: reason } of this.#readers.whyAbsent(name, some)) {
          const diagnostic = missingInclude(name, directive, reason);
          steps.push({ viewers: same, effect: { kind: 'problem', diagnostic, isLimit: false } });
        }
      } else if (depth + 1 >= limits.includeDepth || this.#includesLeft <= 0) {
        const { diagnostic } = new LimitReached('Headers include each other without end.', locationOf(directive));
        steps.push({ viewers: some, effect: { kind: 'problem', diagnostic, isLimit: true } });
      } else {
        const effects = this.#include(answer, outside, some, depth + 1);
        for (const { viewers: readers, is } of effects) steps.push({ viewers: readers, effect: is });
        environment = surroundingsBehind(effects, environment);
      }
    }
    return environment;
  }

  /** A file that was included: found again if possible. */
  #include(file: TokenFile, environment: Environment, viewers: Viewers, depth: number): readonly Part<FileEffect>[] {
    const found: Part<FileEffect>[] = [];
    let rest = viewers;
    const take = (is: FileEffect, some: Viewers): void => {
      if (some === 0) return;
      rest &= ~some;
      found.push({ viewers: some, is });
    };
    if (file.guard !== undefined) {
      for (const { viewers: some, is: guard } of meaningsOf(environment, 'macros', file.guard, viewers)) {
        if (guard instanceof Macro) take(this.#readers.shut(file, file.guard, guard), some);
      }
    }
    const known = this.#readers.effectsOf(file);
    for (const effect of known) {
      if (rest === 0) return found;
      const some = rest & effect.viewers;
      // What a file asks is put together for that, and most files mean something else to others.
      if (some !== 0) take(effect, effect.questions.heldBy(environment, some));
    }
    if (rest === 0) return found;
    this.#includesLeft--;
    const effect = effectOf(file, rest, this.read(file, environment, rest, depth).steps, environment.names);
    if (effect.isShareable) remember(known, effect);
    take(effect, rest);
    return found;
  }

  #piecesAt(
    file: TokenFile,
    start: number,
    environment: Environment,
    viewers: Viewers,
    depth: number,
  ): readonly Part<PieceEffect>[] {
    const known = this.#readers.frontEnd.piecesAt(file, start);
    const found: Part<PieceEffect>[] = [];
    let rest = viewers;
    const holders = (piece: PieceEffect): Viewers =>
      piece.reads.heldBy(environment, this.#resolvingTheSame(piece.resolutions, rest));
    for (const piece of known) {
      const some = holders(piece);
      if (some === 0) continue;
      found.push({ viewers: some, is: piece });
      rest &= ~some;
      if (rest === 0) return found;
    }
    while (rest !== 0) {
      const first = firstOf(rest);
      const piece = this.#workThrough(file, start, environment, first, depth);
      if (piece.isShareable) remember(known, piece);
      const some = only(first) | (piece.isShareable ? holders(piece) : 0);
      found.push({ viewers: some, is: piece });
      rest &= ~some;
    }
    return found;
  }

  #workThrough(file: TokenFile, start: number, environment: Environment, viewer: number, depth: number): PieceEffect {
    const readers = this.#readers;
    return readPiece(file, start, new View(environment, viewer), {
      ...{ target: readers.viewer(viewer).target, types: readers.frontEnd.types, depth },
      nextCounter: () => {
        const count = this.#counters[viewer] ?? 0;
        this.#counters[viewer] = count + 1;
        return count;
      },
      resolve: (name, form, from) => readers.resolve(name, form, from, only(viewer))[0]?.is,
    });
  }

  /** Those to whom every include in a piece leads to the same text. */
  #resolvingTheSame(resolutions: readonly Resolution[], viewers: Viewers): Viewers {
    let same = viewers;
    for (const { name, form, from, answer } of resolutions) {
      for (let rest = same; rest !== 0; rest = withoutFirst(rest)) {
        const viewer = only(firstOf(rest));
        if (this.#readers.resolve(name, form, from, viewer)[0]?.is !== answer) same &= ~viewer;
      }
    }
    return same;
  }
}

function effectOf(file: TokenFile, viewers: Viewers, steps: readonly Step[], names: NameTable): FileEffect {
  const layers = steps.flatMap(({ viewers: some, effect }) =>
    effect.kind === 'problem' || effect.layer.isEmpty ? [] : [{ viewers: some, is: effect.layer }],
  );
  return {
    ...{ kind: 'file', file, viewers, steps },
    troubled: troubledBy(steps),
    isShareable: steps.every(({ effect }) => (effect.kind === 'problem' ? !effect.isLimit : effect.isShareable)),
    layer: new JoinedLayer(layers, viewers),
    questions: new FileQuestions(steps, names),
  };
}

/** What is written by pieces or files, over what was there before. */
function surroundingsBehind(effects: readonly Part<PieceEffect | FileEffect>[], outside: Environment): Environment {
  let environment = outside;
  for (const { viewers, is } of effects) {
    if (!is.layer.isEmpty) environment = new Environment(is.layer, environment, viewers);
  }
  return environment;
}

/** The ends of pieces of one file that begin at the same place. */
function endsOf(pieces: readonly Part<PieceEffect>[]): readonly Part<PieceEnd>[] {
  const ends: Part<PieceEnd>[] = [];
  for (const { viewers, is } of pieces) {
    const index = ends.findIndex((one) => isSameEnd(one.is, is.end));
    const same = ends[index];
    if (same === undefined) ends.push({ viewers, is: is.end });
    else ends[index] = { viewers: same.viewers | viewers, is: same.is };
  }
  return ends;
}

function isSameEnd(a: PieceEnd, b: PieceEnd): boolean {
  if (a.kind === 'file-end' || b.kind === 'file-end') return a.kind === b.kind;
  if (a.kind === 'seam' || b.kind === 'seam') return a.kind === b.kind && a.resume === b.resume;
  return a.resume === b.resume && a.name === b.name && a.form === b.form;
}
