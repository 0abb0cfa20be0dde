/**
 * How the work done on a piece of a header is shared.
 *
 * A header means the same wherever everything it *asks for* is the same. So while a piece of text is processed, a `Scope`
 * notes each name that was looked up outside the piece, with what was found (a macro, a type, or nothing), and each name
 * that the piece defined. The two together are an `Effect`: wherever all reads give the same answers again, on another
 * target, below another header, in another tree, applying the writes is as good as processing the text. Types are unique
 * objects, so that "the same answer" is mostly a comparison of addresses; a macro is as good as another that says the same.
 *
 * The question is asked for all viewers at once, and answered with those who get the same answers: most names mean the same to
 * all of them, and are looked up once.
 */

import { agreeing, type Environment, isAsGood, type MacroBinding, type Measure, type View } from './environment.ts';
import { type Name, type NameSpace, nameSpaces, type NameTable } from './names.ts';
import type { OrdinaryBinding, SizedType, TagBinding } from './lower/symbols.ts';
import { Macro } from './macro.ts';
import { firstOf, only, type Viewers, withoutFirst } from './viewers.ts';

/** What was asked for, and the answer to each question. Two lists take half the room of a map, and nothing is looked up here. */
export class Answers<Question, Answer> {
  readonly questions: readonly Question[];
  readonly answers: readonly Answer[];

  constructor(answers: ReadonlyMap<Question, Answer>) {
    this.questions = answers.size === 0 ? nothing : [...answers.keys()];
    this.answers = answers.size === 0 ? nothing : [...answers.values()];
  }

  /** Whether all answers are as `isSame` wants them. */
  every(isSame: (question: Question, answer: Answer) => boolean): boolean {
    const { questions, answers } = this;
    // A loop by number: this is asked a hundred thousand times.
    for (let at = 0; at < questions.length; at++) {
      if (!isSame(questions[at] as Question, answers[at] as Answer)) return false;
    }
    return true;
  }
}

const nothing: readonly never[] = [];

/** Questions with their answers; `undefined` where there was nothing of that name, as for most names. */
export interface AllAnswers {
  readonly macros: ReadonlyMap<string, MacroBinding | undefined>;
  readonly ordinary: ReadonlyMap<string, OrdinaryBinding | undefined>;
  readonly tags: ReadonlyMap<string, TagBinding | undefined>;
  readonly sizes: ReadonlyMap<SizedType, number | string>;
  readonly alignments: ReadonlyMap<SizedType, number | string>;
}

const none: ReadonlyMap<never, never> = new Map<never, never>();

/** No questions. */
export const nothingRead: AllAnswers = { macros: none, ordinary: none, tags: none, sizes: none, alignments: none };

type AreAlike = (
  one: OrdinaryBinding | TagBinding | undefined,
  other: OrdinaryBinding | TagBinding | undefined,
) => boolean;

/** The questions a piece of text asked of its surroundings, with the answers it got. */
export class Reads {
  readonly macros: Answers<string, MacroBinding | undefined>;
  readonly ordinary: Answers<string, OrdinaryBinding | undefined>;
  readonly tags: Answers<string, TagBinding | undefined>;
  readonly sizes: Answers<SizedType, number | string>;
  readonly alignments: Answers<SizedType, number | string>;

  // Many are never asked for again.
  #names: Partial<Record<NameSpace, readonly Name[]>> | undefined;

  constructor({ macros, ordinary, tags, sizes, alignments }: AllAnswers) {
    this.macros = answersIn(macros);
    this.ordinary = answersIn(ordinary);
    this.tags = answersIn(tags);
    this.sizes = answersIn(sizes);
    this.alignments = answersIn(alignments);
  }

  /** The names that were asked for. */
  namesIn(space: NameSpace, names: NameTable): readonly Name[] {
    this.#names ??= {};
    return (this.#names[space] ??= this[space].questions.map((text) => names.of(space, text)));
  }

  /** Those among `viewers` to whom `environment` gives the same answers to all questions. */
  heldBy(environment: Environment, viewers: Viewers): Viewers {
    let rest = viewers;
    for (const space of nameSpaces) {
      const { answers } = this[space];
      const names = this.namesIn(space, environment.names);
      for (let at = 0; at < names.length; at++) {
        const name = names[at];
        if (name !== undefined) rest = agreeing(environment, space, name, answers[at], rest);
        if (rest === 0) return 0;
      }
    }
    const { sizes, alignments } = this;
    if (sizes.questions.length === 0 && alignments.questions.length === 0) return rest;
    let same = 0;
    const asked = new Map<Measure, boolean>();
    for (; rest !== 0; rest = withoutFirst(rest)) {
      const number = firstOf(rest);
      const measure = environment.measures[number];
      if (measure === undefined) continue;
      let isSame = asked.get(measure);
      if (isSame === undefined) asked.set(measure, (isSame = this.#areMeasured(measure)));
      if (isSame) same |= only(number);
    }
    return same;
  }

  #areMeasured(measure: Measure): boolean {
    return (
      this.sizes.every((type, answer) => measure(type, 'size') === answer) &&
      this.alignments.every((type, answer) => measure(type, 'align') === answer)
    );
  }

  /** Whether a macro was asked for that depends on where it is used. */
  get isOfPlace(): boolean {
    return this.macros.answers.some((answer) => answer instanceof Macro && answer.isOfPlace);
  }

  /** Whether one viewer gets answers to all questions that are as good. `areAlike`: whether two types are. */
  holdFor(view: View, areAlike: AreAlike): boolean {
    // Types are what tells most often.
    return (
      this.tags.every((name, answer) => areAlike(view.tag(name), answer)) &&
      this.macros.every((name, answer) => isAsGood(view.macro(name), answer)) &&
      this.ordinary.every((name, answer) => areAlike(view.ordinary(name), answer)) &&
      this.sizes.every((type, answer) => view.measure(type, 'size') === answer) &&
      this.alignments.every((type, answer) => view.measure(type, 'align') === answer)
    );
  }
}

const noAnswers = new Answers<never, never>(new Map<never, never>());

/** Most reads are of one kind, and there are a hundred thousand of them. */
function answersIn<Question, Answer>(answers: ReadonlyMap<Question, Answer>): Answers<Question, Answer> {
  return answers.size === 0 ? noAnswers : new Answers(answers);
}

/** Puts the reads of several values together. */
export class ReadCollector {
  readonly #macros = new Map<string, MacroBinding | undefined>();
  readonly #ordinary = new Map<string, OrdinaryBinding | undefined>();
  readonly #tags = new Map<string, TagBinding | undefined>();
  readonly #sizes = new Map<SizedType, number | string>();
  readonly #alignments = new Map<SizedType, number | string>();
  readonly #seen = new Set<Reads>();

  /** As `add`, for reads that many values have in common. */
  addOnce(reads: Reads, view: View): void {
    if (this.#seen.has(reads)) return;
    this.#seen.add(reads);
    this.add(reads, view);
  }

  /** The questions, with the answers that `view` gives to them. */
  add({ macros, ordinary, tags, sizes, alignments }: Reads, view: View): void {
    for (let at = 0; at < macros.questions.length; at++)
      this.#macros.set(macros.questions[at] ?? '', macros.answers[at]);
    for (const name of ordinary.questions) this.#ordinary.set(name, view.ordinary(name));
    for (const name of tags.questions) this.#tags.set(name, view.tag(name));
    for (const type of sizes.questions) this.#sizes.set(type, view.measure(type, 'size'));
    for (const type of alignments.questions) this.#alignments.set(type, view.measure(type, 'align'));
  }

  reads(): Reads {
    return new Reads({
      ...{ macros: this.#macros, ordinary: this.#ordinary, tags: this.#tags },
      ...{ sizes: this.#sizes, alignments: this.#alignments },
    });
  }
}
