/**
 * One header, as if it were compiled alone, for all the viewers that have it.
 */

import { type Environment, LastingView, meaningsOf, type Part, type View } from '../environment.ts';
import { Macro } from '../macro.ts';
import type { SourceFile } from '../source.ts';
import type { TokenFile } from '../token.ts';
import { firstOf, only, type Viewers, withoutFirst } from '../viewers.ts';
import { type FileRead, type PieceEffect, type Step, troubledBy } from './effects.ts';
import { areRequestsCalled, makesRequests, type ValuesAtEnd } from './late-values.ts';
import type { ValuesFound } from './macro-value.ts';

export class Unit {
  readonly header: SourceFile;
  readonly file: TokenFile;
  readonly viewers: Viewers;
  readonly steps: readonly Step[];
  /** Those that stand in the header itself, and those behind its includes. */
  readonly own: readonly Step[];
  readonly included: readonly Step[];
  /** The surroundings at the end, in which its macros are evaluated. */
  readonly ends: readonly Part<Environment>[];
  /** Those for whom something in it or below it was not understood. */
  readonly troubled: Viewers;
  /** The values of its macros, by the piece that defines them, as far as they were asked for. */
  readonly values = new Map<PieceEffect, Part<ValuesFound>[]>();
  /** Macros that are worked out when somebody asks, by the piece that defines them. */
  readonly late = new Map<PieceEffect, ValuesAtEnd[]>();
  #callingRequests: Viewers | undefined;
  readonly #making = new Map<string, Viewers>();
  readonly #views = new Map<number, View>();

  constructor(header: SourceFile, file: TokenFile, viewers: Viewers, { steps, ends }: FileRead) {
    this.header = header;
    this.file = file;
    this.viewers = viewers;
    this.steps = steps;
    this.own = steps.filter(({ effect }) => effect.kind !== 'file');
    this.included = steps.filter(({ effect }) => effect.kind === 'file');
    this.ends = ends;
    this.troubled = troubledBy(steps);
  }

  /** Those to whom a call of `_IOW` and the like can come to nothing but a request. */
  viewersCallingRequests(): Viewers {
    this.#callingRequests ??= this.#findCallingRequests();
    return this.#callingRequests;
  }

  /** Those of them to whom a call of `name` can come to nothing else either. */
  viewersMakingRequests(name: string): Viewers {
    let making = this.#making.get(name);
    if (making === undefined) {
      making = 0;
      for (const { viewers, is: environment } of this.ends) {
        for (const { viewers: some, is } of meaningsOf(environment, 'macros', name, viewers)) {
          if (is instanceof Macro && makesRequests(is)) making |= some;
        }
      }
      this.#making.set(name, (making &= this.viewersCallingRequests()));
    }
    return making;
  }

  #findCallingRequests(): Viewers {
    let calling = 0;
    for (let rest = this.viewers; rest !== 0; rest = withoutFirst(rest)) {
      const number = firstOf(rest);
      if (areRequestsCalled(this.viewOf(number))) calling |= only(number);
    }
    return calling;
  }

  /** Whether a piece stands in the header itself as some see it. */
  shows(piece: PieceEffect, viewers: Viewers): boolean {
    return this.own.some((step) => step.effect === piece && (step.viewers & viewers) !== 0);
  }

  /** The end that viewer `number` comes to. */
  endFor(number: number): Part<Environment> {
    const end = this.ends.find(({ viewers }) => (viewers & only(number)) !== 0);
    if (end === undefined) throw new RangeError(`${this.header.name} was not read for viewer ${number}`);
    return end;
  }

  /** What viewer `number` sees at the end. */
  viewOf(number: number): View {
    let view = this.#views.get(number);
    if (view === undefined) this.#views.set(number, (view = new LastingView(this.endFor(number).is, number)));
    return view;
  }
}
