/**
 * How the work done on a piece of a header is shared.
 *
 * A header means the same wherever everything it *asks for* is the same. So while a piece of text is processed, a `Scope`
 * notes each name that was looked up outside the piece, with what was found (a macro, a type, or nothing), and each name
 * that the piece defined. The two together are an `Effect`: wherever all reads give the same answers again, on another
 * target, below another header, in another tree, applying the writes is as good as processing the text. Definitions are
 * unique objects (`Macro`, interned types), so that "the same answer" is a comparison of addresses.
 *
 * The question "do these reads hold here?" is asked a million times for two kernels, and nearly always of the same layers
 * in the same order. So reads are taken through an environment layer by layer: a layer answers some of them, right or
 * wrong, and leaves the others to what is below it. Each such step is worked out once and remembered.
 */

import {
  emptyLayer,
  type Environment,
  type Layer,
  type MacroBinding,
  type Removed,
  undefinedMarker,
} from './environment.ts';
import type { OrdinaryBinding, SizedType, TagBinding } from './lower/symbols.ts';

/** Questions with their answers; `undefined` where there was nothing of that name, as for most names. */
export interface Answers {
  readonly macros: ReadonlyMap<string, MacroBinding | undefined>;
  readonly ordinary: ReadonlyMap<string, OrdinaryBinding | undefined>;
  readonly tags: ReadonlyMap<string, TagBinding | undefined>;
  readonly sizes: ReadonlyMap<SizedType, number | string>;
  readonly alignments: ReadonlyMap<SizedType, number | string>;
}

/** The questions a piece of text asked of its surroundings, with the answers it got. */
export class Reads {
  readonly answers: Answers;
  #all: Remainder | undefined;

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

  /** Whether every question has the same answer in `environment`. */
  holdIn(environment: Environment): boolean {
    const { macros, ordinary, tags } = this.answers;
    // Few questions are asked faster than what is known about them is found.
    if (macros.size + ordinary.size + tags.size <= fewQuestions) return this.#holdNow(environment);
    let rest: Remainder | false = (this.#all ??= new Remainder(this.answers, nobody));
    let outer = environment;
    for (; outer.parent !== undefined; outer = outer.parent) {
      rest = rest.beneath(outer.layer);
      if (rest === false) return false;
    }
    return rest.holdsIn(outer);
  }

  #holdNow(environment: Environment): boolean {
    const { macros, ordinary, tags, sizes, alignments } = this.answers;
    for (const [name, answer] of macros) if (environment.macro(name) !== answer) return false;
    for (const [name, answer] of ordinary) if (environment.ordinary(name) !== answer) return false;
    for (const [name, answer] of tags) if (environment.tag(name) !== answer) return false;
    return areMeasuredTheSame(sizes, alignments, environment);
  }
}

const fewQuestions = 8;
const nothing: ReadonlyMap<never, never> = new Map<never, never>();

function areMeasuredTheSame(
  sizes: Answers['sizes'],
  alignments: Answers['alignments'],
  { measure }: Environment,
): boolean {
  for (const [type, answer] of sizes) if (measure(type, 'size') !== answer) return false;
  for (const [type, answer] of alignments) if (measure(type, 'align') !== answer) return false;
  return true;
}

/** Names that layers further in have answered. */
interface Answered {
  readonly macros: ReadonlySet<string>;
  readonly ordinary: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
}

const noNames: ReadonlySet<string> = new Set<string>();
const nobody: Answered = { macros: noNames, ordinary: noNames, tags: noNames };

/** What is left to ask of the outer layers. */
class Remainder {
  readonly #answers: Answers;
  readonly #answered: Answered;
  #below: Map<Layer, Remainder | false> | undefined;
  #bases: Map<Environment, boolean> | undefined;

  constructor(answers: Answers, answered: Answered) {
    this.#answers = answers;
    this.#answered = answered;
  }

  /** What `layer` leaves to those below it; `false` if it gives another answer. */
  beneath(layer: Layer): Remainder | false {
    let rest = this.#below?.get(layer);
    if (rest === undefined) {
      rest = this.#ask(layer);
      this.#below ??= new Map<Layer, Remainder | false>();
      this.#below.set(layer, rest);
    }
    return rest;
  }

  /** Whether the predefined macros and the target give the same answers to what is left. */
  holdsIn(base: Environment): boolean {
    let answer = this.#bases?.get(base);
    if (answer === undefined) {
      answer = this.#askBase(base);
      this.#bases ??= new Map<Environment, boolean>();
      this.#bases.set(base, answer);
    }
    return answer;
  }

  #ask(layer: Layer): Remainder | false {
    const macros = answeredBy<MacroBinding>(layer.macros, this.#answers.macros, this.#answered.macros);
    if (macros === false) return false;
    const ordinary = answeredBy<OrdinaryBinding>(layer.ordinary, this.#answers.ordinary, this.#answered.ordinary);
    if (ordinary === false) return false;
    const tags = answeredBy<TagBinding>(layer.tags, this.#answers.tags, this.#answered.tags);
    if (tags === false) return false;
    const before = this.#answered;
    const isUntouched = macros === before.macros && ordinary === before.ordinary && tags === before.tags;
    return isUntouched ? this : new Remainder(this.#answers, { macros, ordinary, tags });
  }

  #askBase(base: Environment): boolean {
    const { macros, ordinary, tags, sizes, alignments } = this.#answers;
    const { macros: known, ordinary: knownOrdinary, tags: knownTags } = this.#answered;
    for (const [name, answer] of macros) if (!known.has(name) && base.macro(name) !== answer) return false;
    for (const [name, answer] of ordinary) if (answer !== undefined && !knownOrdinary.has(name)) return false;
    for (const [name, answer] of tags) if (answer !== undefined && !knownTags.has(name)) return false;
    return areMeasuredTheSame(sizes, alignments, base);
  }
}

/** The names in `before`, and those that `given` answers as wanted; `false` if it answers one of them differently. */
function answeredBy<Binding>(
  given: ReadonlyMap<string, Binding | Removed>,
  wanted: ReadonlyMap<string, Binding | undefined>,
  before: ReadonlySet<string>,
): ReadonlySet<string> | false {
  let names: Set<string> | undefined;
  if (given.size <= wanted.size) {
    for (const [name, binding] of given) {
      if (!wanted.has(name) || before.has(name)) continue;
      if ((binding === undefinedMarker ? undefined : binding) !== wanted.get(name)) return false;
      names ??= new Set(before);
      names.add(name);
    }
  } else {
    for (const [name, answer] of wanted) {
      const binding = given.get(name);
      if (binding === undefined || before.has(name)) continue;
      if ((binding === undefinedMarker ? undefined : binding) !== answer) return false;
      names ??= new Set(before);
      names.add(name);
    }
  }
  return names ?? before;
}

/** Notes which reads of a sequence of effects reach outside the sequence. */
export class ReadCollector {
  readonly layer = emptyLayer();
  readonly #macros = new Map<string, MacroBinding | undefined>();
  readonly #ordinary = new Map<string, OrdinaryBinding | undefined>();
  readonly #tags = new Map<string, TagBinding | undefined>();
  readonly #sizes = new Map<SizedType, number | string>();
  readonly #alignments = new Map<SizedType, number | string>();

  add({ answers }: Reads, writes?: Layer): void {
    const { macros, ordinary, tags } = this.layer;
    for (const [name, answer] of answers.macros) if (!macros.has(name)) this.#macros.set(name, answer);
    for (const [name, answer] of answers.ordinary) if (!ordinary.has(name)) this.#ordinary.set(name, answer);
    for (const [name, answer] of answers.tags) if (!tags.has(name)) this.#tags.set(name, answer);
    for (const [type, answer] of answers.sizes) this.#sizes.set(type, answer);
    for (const [type, answer] of answers.alignments) this.#alignments.set(type, answer);
    if (writes === undefined) return;
    for (const [name, binding] of writes.macros) macros.set(name, binding);
    for (const [name, binding] of writes.ordinary) ordinary.set(name, binding);
    for (const [name, binding] of writes.tags) tags.set(name, binding);
  }

  addMacro(name: string, answer: MacroBinding | undefined): void {
    this.#macros.set(name, answer);
  }

  reads(): Reads {
    return new Reads({
      ...{ macros: this.#macros, ordinary: this.#ordinary, tags: this.#tags },
      ...{ sizes: this.#sizes, alignments: this.#alignments },
    });
  }
}

/** The one read of a file that its include guard keeps shut, or none. */
export function readsOfMacros(...macros: readonly (readonly [string, MacroBinding])[]): Reads {
  const none = { ordinary: new Map(), tags: new Map(), sizes: new Map(), alignments: new Map() };
  return new Reads({ macros: new Map(macros), ...none });
}
