/**
 * What a file with all it includes asks of the place where it is included: what its steps ask, and none of the steps before
 * has answered.
 *
 * Put together once somebody asks, which is when the file is included again. The viewers are the same then, so what a type
 * measures for them is as well.
 */

import {
  agreeing,
  type Bindings,
  Divided,
  type Environment,
  type JoinedLayer,
  type Layer,
  type NameSpace,
  nameSpaces,
  type Part,
} from '../environment.ts';
import type { Macro } from '../macro.ts';
import type { Viewers } from '../viewers.ts';
import type { Step } from './effects.ts';

type Asked<Space extends NameSpace> = Map<string, Part<Bindings[Space] | undefined>[]>;
type AskedInAll = { readonly [Space in NameSpace]: Asked<Space> };

export class FileQuestions {
  #steps: readonly Step[];
  #asked: AskedInAll | undefined;

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  /** The one question of a file that its include guard keeps shut. */
  static ofGuard(name: string, guard: Macro, viewers: Viewers): FileQuestions {
    const questions = new FileQuestions([]);
    questions.#asked = { macros: new Map([[name, [{ viewers, is: guard }]]]), ordinary: new Map(), tags: new Map() };
    return questions;
  }

  /** Those among `viewers` to whom `environment` gives the same answers to all that was asked for them. */
  heldBy(environment: Environment, viewers: Viewers): Viewers {
    const asked = this.all();
    let rest = viewers;
    for (const space of nameSpaces) {
      for (const [name, parts] of asked[space]) {
        for (const { viewers: some, is } of parts) {
          const asking = some & rest;
          if (asking !== 0) rest &= ~asking | agreeing(environment, space, name, is, asking);
        }
        if (rest === 0) return 0;
      }
    }
    return rest;
  }

  all(): AskedInAll {
    if (this.#asked === undefined) {
      const asked: AskedInAll = { macros: new Map(), ordinary: new Map(), tags: new Map() };
      for (const space of nameSpaces) ask(space, this.#steps, asked[space]);
      this.#asked = asked;
      this.#steps = [];
    }
    return this.#asked;
  }
}

function ask<Space extends NameSpace>(space: Space, steps: readonly Step[], asked: Asked<Space>): void {
  const written = new Map<string, Viewers>();
  const add = (name: string, is: Bindings[Space] | undefined, viewers: Viewers): void => {
    const unanswered = viewers & ~(written.get(name) ?? 0);
    if (unanswered === 0) return;
    const parts = asked.get(name);
    if (parts === undefined) {
      asked.set(name, [{ viewers: unanswered, is }]);
      return;
    }
    const index = parts.findIndex((part) => part.is === is);
    const same = parts[index];
    if (same === undefined) parts.push({ viewers: unanswered, is });
    else parts[index] = { viewers: same.viewers | unanswered, is };
  };
  for (const { viewers, effect } of steps) {
    if (effect.kind === 'problem') continue;
    if (effect.kind === 'piece') {
      const answers: ReadonlyMap<string, unknown> = effect.reads.answers[space];
      for (const [name, is] of answers) add(name, is as Bindings[Space] | undefined, viewers);
    } else {
      for (const [name, parts] of effect.questions.all()[space]) {
        for (const part of parts) add(name, part.is, part.viewers & viewers);
      }
    }
    noteWrites(effect.layer, space, viewers, written);
  }
}

function noteWrites(
  layer: Layer | JoinedLayer,
  space: NameSpace,
  viewers: Viewers,
  written: Map<string, Viewers>,
): void {
  const writes: ReadonlyMap<string, unknown> = layer[space];
  for (const [name, binding] of writes) {
    let some = viewers;
    if (binding instanceof Divided) some &= binding.parts.reduce((all, part) => all | part.viewers, 0);
    written.set(name, (written.get(name) ?? 0) | some);
  }
}
