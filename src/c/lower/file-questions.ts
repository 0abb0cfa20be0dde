/**
 * What a file with all it includes asks of the place where it is included: what its steps ask, and none of the steps before
 * has answered.
 *
 * Put together once somebody asks, which is when the file is included again. The viewers are the same then, so what a type
 * measures for them is as well.
 */

import { agreeing, Divided, Environment, unanswered } from '../environment.ts';
import { type Name, type NameSpace, nameSpaces, type NameTable } from '../names.ts';
import type { Macro } from '../macro.ts';
import type { Viewers } from '../viewers.ts';
import type { AnyAnswer, Question, Questions, Step } from './effects.ts';

export class FileQuestions implements Questions {
  #steps: readonly Step[];
  readonly #viewers: Viewers;
  readonly #names: NameTable;
  #all: readonly Question[] | undefined;
  /** The question that was last answered differently. */
  #telling: Question | undefined;

  constructor(steps: readonly Step[], viewers: Viewers, names: NameTable) {
    this.#steps = steps;
    this.#viewers = viewers;
    this.#names = names;
  }

  /** The one question of a file that its include guard keeps shut. */
  static ofGuard(name: string, guard: Macro, viewers: Viewers, names: NameTable): FileQuestions {
    const questions = new FileQuestions([], viewers, names);
    questions.#all = [{ space: 'macros', name: names.of('macros', name), is: guard }];
    return questions;
  }

  heldBy(environment: Environment, viewers: Viewers): Viewers {
    // Most surroundings differ in the same few names, such as which files were included before.
    if (this.#telling !== undefined && agreeingOn(this.#telling, environment, viewers) === 0) return 0;
    let rest = viewers;
    for (const question of this.all()) {
      rest = agreeingOn(question, environment, rest);
      if (rest === 0) {
        this.#telling = question;
        return 0;
      }
    }
    return rest;
  }

  all(): readonly Question[] {
    if (this.#all === undefined) {
      const steps = withWritten(this.#steps, this.#names);
      this.#all = nameSpaces.flatMap((space) => asked(space, steps, this.#viewers, this.#names));
      this.#steps = [];
    }
    return this.#all;
  }
}

/** Those among `viewers` to whom the answer to a question is the same again. */
function agreeingOn({ space, name, is }: Question, environment: Environment, viewers: Viewers): Viewers {
  if (!(is instanceof Divided)) return agreeing(environment, space, name, is, viewers);
  let rest = viewers;
  for (const part of is.parts) {
    const asking = part.viewers & rest;
    if (asking !== 0) rest &= ~asking | agreeing(environment, space, name, part.is, asking);
  }
  return rest;
}

/** A step, and what those before it have written. */
interface StepWithin {
  readonly step: Step;
  readonly inside: Environment | undefined;
}

function withWritten(steps: readonly Step[], names: NameTable): readonly StepWithin[] {
  let inside: Environment | undefined;
  return steps.map((step) => {
    const one = { step, inside };
    if (step.effect.kind !== 'problem' && step.effect.layer.size > 0) {
      inside = new Environment(step.effect.layer, inside ?? { measures: [], names }, step.viewers);
    }
    return one;
  });
}

/** What the steps ask in one name space. */
function asked(space: NameSpace, steps: readonly StepWithin[], all: Viewers, names: NameTable): readonly Question[] {
  const found = new Map<Name, Question>();
  const add = (name: Name, is: AnyAnswer, asking: Viewers, whole?: Question): void => {
    if (asking === 0) return;
    const known = found.get(name);
    if (known === undefined) {
      found.set(name, asking !== all ? { space, name, is: new Divided(asking, is) } : (whole ?? { space, name, is }));
    } else if (known.is instanceof Divided) {
      known.is.add(asking, is);
    } else if (known.is !== is) {
      const divided = new Divided(all, known.is);
      divided.add(asking, is);
      found.set(name, { space, name, is: divided });
    }
  };
  for (const { step, inside } of steps) {
    const { viewers, effect } = step;
    if (effect.kind === 'problem') continue;
    const left = (name: Name): Viewers => (inside === undefined ? viewers : unanswered(inside, space, name, viewers));
    if (effect.kind === 'piece') {
      const { answers } = effect.reads[space];
      for (const [at, name] of effect.reads.namesIn(space, names).entries()) add(name, answers[at], left(name));
    } else {
      for (const question of effect.questions.all()) {
        if (question.space !== space) continue;
        const { name, is } = question;
        const asking = left(name);
        if (is instanceof Divided) for (const part of is.parts) add(name, part.is, part.viewers & asking);
        else add(name, is, asking, question);
      }
    }
  }
  return [...found.values()];
}
