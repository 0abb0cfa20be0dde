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
import type { OrdinaryBinding, SizedType, TagBinding } from './lower/symbols.ts';
import { firstOf, only, type Viewers, withoutFirst } from './viewers.ts';

/** Questions with their answers; `undefined` where there was nothing of that name, as for most names. */
export interface Answers {
  readonly macros: ReadonlyMap<string, MacroBinding | undefined>;
  readonly ordinary: ReadonlyMap<string, OrdinaryBinding | undefined>;
  readonly tags: ReadonlyMap<string, TagBinding | undefined>;
  readonly sizes: ReadonlyMap<SizedType, number | string>;
  readonly alignments: ReadonlyMap<SizedType, number | string>;
}

type AreAlike = (
  one: OrdinaryBinding | TagBinding | undefined,
  other: OrdinaryBinding | TagBinding | undefined,
) => boolean;

const nothing: ReadonlyMap<never, never> = new Map<never, never>();

/** The questions a piece of text asked of its surroundings, with the answers it got. */
export class Reads {
  readonly answers: Answers;

  constructor({ macros, ordinary, tags, sizes, alignments }: Answers) {
    // Most reads are of one kind, and there are a hundred thousand of them.
    this.answers = {
      macros: macros.size === 0 ? nothing : macros,
      ordinary: ordinary.size === 0 ? nothing : ordinary,
      tags: tags.size === 0 ? nothing : tags,
      sizes: sizes.size === 0 ? nothing : sizes,
      alignments: alignments.size === 0 ? nothing : alignments,
    };
  }

  /** Those among `viewers` to whom `environment` gives the same answers to all questions. */
  heldBy(environment: Environment, viewers: Viewers): Viewers {
    const { macros, ordinary, tags, sizes, alignments } = this.answers;
    let rest = viewers;
    for (const [name, answer] of macros) {
      rest = agreeing(environment, 'macros', name, answer, rest);
      if (rest === 0) return 0;
    }
    for (const [name, answer] of ordinary) {
      rest = agreeing(environment, 'ordinary', name, answer, rest);
      if (rest === 0) return 0;
    }
    for (const [name, answer] of tags) {
      rest = agreeing(environment, 'tags', name, answer, rest);
      if (rest === 0) return 0;
    }
    return measuringTheSame(sizes, alignments, environment, rest);
  }

  /** Whether one viewer gets answers to all questions that are as good. `areAlike`: whether two types are. */
  holdFor(view: View, areAlike: AreAlike): boolean {
    const { macros, ordinary, tags, sizes, alignments } = this.answers;
    for (const [name, answer] of macros) if (!isAsGood(view.macro(name), answer)) return false;
    for (const [name, answer] of ordinary) if (!areAlike(view.ordinary(name), answer)) return false;
    for (const [name, answer] of tags) if (!areAlike(view.tag(name), answer)) return false;
    for (const [type, answer] of sizes) if (view.measure(type, 'size') !== answer) return false;
    for (const [type, answer] of alignments) if (view.measure(type, 'align') !== answer) return false;
    return true;
  }
}

function measuringTheSame(
  sizes: Answers['sizes'],
  alignments: Answers['alignments'],
  { measures }: Environment,
  viewers: Viewers,
): Viewers {
  if (sizes.size === 0 && alignments.size === 0) return viewers;
  let same = 0;
  for (let rest = viewers; rest !== 0; rest = withoutFirst(rest)) {
    const number = firstOf(rest);
    const measure = measures[number];
    if (measure === undefined) continue;
    if (areSame(sizes, measure, 'size') && areSame(alignments, measure, 'align')) same |= only(number);
  }
  return same;
}

function areSame(answers: Answers['sizes'], measure: Measure, property: 'size' | 'align'): boolean {
  for (const [type, answer] of answers) if (measure(type, property) !== answer) return false;
  return true;
}

/** Puts the reads of several values together. */
export class ReadCollector {
  readonly #macros = new Map<string, MacroBinding | undefined>();
  readonly #ordinary = new Map<string, OrdinaryBinding | undefined>();
  readonly #tags = new Map<string, TagBinding | undefined>();
  readonly #sizes = new Map<SizedType, number | string>();
  readonly #alignments = new Map<SizedType, number | string>();

  /** The questions, with the answers that `view` gives to them. */
  add({ answers }: Reads, view: View): void {
    for (const [name, answer] of answers.macros) this.#macros.set(name, answer);
    for (const name of answers.ordinary.keys()) this.#ordinary.set(name, view.ordinary(name));
    for (const name of answers.tags.keys()) this.#tags.set(name, view.tag(name));
    for (const [type, answer] of answers.sizes) this.#sizes.set(type, answer);
    for (const [type, answer] of answers.alignments) this.#alignments.set(type, answer);
  }

  reads(): Reads {
    return new Reads({
      ...{ macros: this.#macros, ordinary: this.#ordinary, tags: this.#tags },
      ...{ sizes: this.#sizes, alignments: this.#alignments },
    });
  }
}
