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
  JoinedLayer,
  type Layer,
  type NameSpace,
  nameSpaces,
} from '../environment.ts';
import type { Macro } from '../macro.ts';
import type { Viewers } from '../viewers.ts';
import type { Asked, Questions, Step } from './effects.ts';

type Answer<Space extends NameSpace> = Bindings[Space] | undefined;
type Question = readonly [NameSpace, string];
type AskedInAll = ReturnType<Questions['all']>;

export class FileQuestions implements Questions {
  #steps: readonly Step[];
  readonly #viewers: Viewers;
  #asked: AskedInAll | undefined;

  constructor(steps: readonly Step[], viewers: Viewers) {
    this.#steps = steps;
    this.#viewers = viewers;
  }

  readonly #shared = new WeakMap<JoinedLayer, readonly Question[]>();
  /** Questions that are not answered by what is defined before the first line of a header. */
  #special: readonly Question[] | undefined;

  /** The one question of a file that its include guard keeps shut. */
  static ofGuard(name: string, guard: Macro, viewers: Viewers): FileQuestions {
    const questions = new FileQuestions([], viewers);
    questions.#asked = { macros: new Map([[name, guard]]), ordinary: new Map(), tags: new Map() };
    return questions;
  }

  heldBy(environment: Environment, viewers: Viewers): Viewers {
    let rest = viewers;
    let at = environment;
    // Only names that were written since can mean something else than at the beginning.
    for (; at.parent !== undefined; at = at.parent) {
      if ((at.viewers & rest) === 0) continue;
      rest = this.#stillHeld(this.#askedOf(at.layer), environment, rest);
      if (rest === 0) return 0;
    }
    this.#special ??= this.#questions().filter(([space, name]) => this.#isSpecial(space, name, at));
    return this.#stillHeld(this.#special, environment, rest);
  }

  #stillHeld(questions: readonly Question[], environment: Environment, viewers: Viewers): Viewers {
    let rest = viewers;
    for (const [space, name] of questions) {
      const is = this.all()[space].get(name);
      if (is instanceof Divided) {
        for (const part of is.parts) {
          const asking = part.viewers & rest;
          if (asking !== 0) rest &= ~asking | agreeing(environment, space, name, part.is, asking);
        }
      } else rest = agreeing(environment, space, name, is, rest);
      if (rest === 0) return 0;
    }
    return rest;
  }

  /** The questions about names that a layer writes. */
  #askedOf(layer: Layer | JoinedLayer): readonly Question[] {
    const known = layer instanceof JoinedLayer ? this.#shared.get(layer) : undefined;
    if (known !== undefined) return known;
    const found: Question[] = [];
    for (const space of nameSpaces) {
      const [asked, written] = [this.all()[space], layer[space]];
      const [few, many] = asked.size < written.size ? [asked, written] : [written, asked];
      for (const name of few.keys()) if (many.has(name)) found.push([space, name]);
    }
    if (layer instanceof JoinedLayer) this.#shared.set(layer, found);
    return found;
  }

  #isSpecial(space: NameSpace, name: string, base: Environment): boolean {
    return this.#stillHeld([[space, name]], base, this.#viewers) !== this.#viewers;
  }

  #questions(): Question[] {
    const asked = this.all();
    return nameSpaces.flatMap((space) => [...asked[space].keys()].map((name): Question => [space, name]));
  }

  all(): AskedInAll {
    if (this.#asked === undefined) {
      const asked: AskedInAll = { macros: new Map(), ordinary: new Map(), tags: new Map() };
      for (const space of nameSpaces) ask(space, this.#steps, this.#viewers, asked[space]);
      this.#asked = asked;
      this.#steps = [];
    }
    return this.#asked;
  }
}

function ask<Space extends NameSpace>(space: Space, steps: readonly Step[], all: Viewers, asked: Asked<Space>): void {
  const written = new Map<string, Viewers>();
  const add = (name: string, is: Answer<Space>, viewers: Viewers): void => {
    const unanswered = viewers & ~(written.get(name) ?? 0);
    if (unanswered === 0) return;
    const known = asked.get(name);
    if (known === undefined && !asked.has(name)) {
      asked.set(name, unanswered === all ? is : new Divided(unanswered, is));
    } else if (known instanceof Divided) {
      known.add(unanswered, is);
    } else if (known !== is) {
      const divided = new Divided(all, known);
      divided.add(unanswered, is);
      asked.set(name, divided);
    }
  };
  for (const { viewers, effect } of steps) {
    if (effect.kind === 'problem') continue;
    if (effect.kind === 'piece') {
      const { questions, answers } = effect.reads[space];
      for (const [at, name] of questions.entries()) add(name, answers[at] as Answer<Space>, viewers);
    } else {
      for (const [name, is] of effect.questions.all()[space]) {
        if (is instanceof Divided) for (const part of is.parts) add(name, part.is, part.viewers & viewers);
        else add(name, is, viewers);
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
