/**
 * What a file with all it includes asks of the place where it is included: what its steps ask, and none of the steps before
 * has answered.
 *
 * Put together once somebody asks, which is when the file is included again. The viewers are the same then, so what a type
 * measures for them is as well.
 */

import { agreeing, Environment, unanswered } from '../environment.ts';
import { type Name, nameSpaces, type NameTable } from '../names.ts';
import type { Macro } from '../macro.ts';
import type { Viewers } from '../viewers.ts';
import type { Question, Questions, Step } from './effects.ts';

export class FileQuestions implements Questions {
  #steps: readonly Step[];
  readonly #names: NameTable;
  #all: readonly Question[] | undefined;
  /** The question that was last answered differently. */
  #telling: Question | undefined;

  constructor(steps: readonly Step[], names: NameTable) {
    this.#steps = steps;
    this.#names = names;
  }

  /** The one question of a file that its include guard keeps shut. */
  static ofGuard(name: string, guard: Macro, viewers: Viewers, names: NameTable): FileQuestions {
    const questions = new FileQuestions([], names);
    questions.#all = [{ space: 'macros', name: names.of('macros', name), is: guard, viewers }];
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
      this.#all = asked(this.#steps, this.#names);
      this.#steps = [];
    }
    return this.#all;
  }
}

/** Those among `viewers` to whom the answer to a question is the same again, or who never asked it. */
function agreeingOn({ space, name, is, viewers: some }: Question, environment: Environment, viewers: Viewers): Viewers {
  const asking = viewers & some;
  return asking === 0 ? viewers : (viewers & ~asking) | agreeing(environment, space, name, is, asking);
}

/** What the steps ask. */
function asked(steps: readonly Step[], names: NameTable): readonly Question[] {
  const found = new AskedNames();
  /** What the steps so far have written. */
  let inside: Environment | undefined;
  for (const { viewers, effect } of steps) {
    if (effect.kind === 'problem') continue;
    if (effect.kind === 'piece') {
      for (const space of nameSpaces) {
        const { answers } = effect.reads[space];
        for (const [at, name] of effect.reads.namesIn(space, names).entries()) {
          const asking = inside === undefined ? viewers : unanswered(inside, space, name, viewers);
          if (asking !== 0) found.add({ space, name, is: answers[at], viewers: asking });
        }
      }
    } else {
      for (const question of effect.questions.all()) {
        const { space, name, is } = question;
        const here = question.viewers & viewers;
        const asking = inside === undefined ? here : unanswered(inside, space, name, here);
        if (asking === question.viewers) found.add(question);
        else if (asking !== 0) found.add({ space, name, is, viewers: asking });
      }
    }
    if (!effect.layer.isEmpty) inside = new Environment(effect.layer, inside ?? { measures: [], names }, viewers);
  }
  return found.all();
}

/** Questions, those with one answer put together. */
class AskedNames {
  readonly #first = new Map<Name, Question>();
  /** About names that got other answers before. */
  readonly #others = new Map<Name, Question[]>();

  add(question: Question): void {
    const { name, is } = question;
    const first = this.#first.get(name);
    if (first === undefined || first.is === is) {
      this.#first.set(name, first === undefined ? question : askedByBoth(first, question));
      return;
    }
    const others = this.#others.get(name);
    if (others === undefined) {
      this.#others.set(name, [question]);
      return;
    }
    const index = others.findIndex((one) => one.is === is);
    const other = others[index];
    if (other === undefined) others.push(question);
    else others[index] = askedByBoth(other, question);
  }

  all(): readonly Question[] {
    return [...this.#first.values(), ...[...this.#others.values()].flat()];
  }
}

function askedByBoth(one: Question, other: Question): Question {
  const viewers = one.viewers | other.viewers;
  return viewers === one.viewers ? one : { space: one.space, name: one.name, is: one.is, viewers };
}
