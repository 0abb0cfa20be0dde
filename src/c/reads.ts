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

import { type AnyLayer, Environment, Layer, type MacroBinding, type Removed, undefinedMarker } from './environment.ts';
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
    let rest: Remainder | false = (this.#all ??= new Remainder(new ListedAnswers(this.answers), undefined));
    let outer = environment;
    for (; outer.parent !== undefined; outer = outer.parent) {
      rest = rest.beneath(outer.layer);
      if (rest === false) return false;
    }
    return rest.holdsIn(outer);
  }

  asks(name: string, space: NameSpace): boolean {
    return this.answers[space].has(name);
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

/** Layers further in that answered something, the last one first. */
interface Answered {
  readonly layer: Layer;
  readonly next: Answered | undefined;
}

/** What is left to ask of the outer layers. */
class Remainder {
  readonly #reads: ListedAnswers;
  readonly #answered: Answered | undefined;
  #below: Map<AnyLayer, Remainder | false> | undefined;
  #bases: Map<Environment, boolean> | undefined;

  constructor(reads: ListedAnswers, answered: Answered | undefined) {
    this.#reads = reads;
    this.#answered = answered;
  }

  /** What `layer` leaves to those below it; `false` if it gives another answer. */
  beneath(layer: AnyLayer): Remainder | false {
    let rest = this.#below?.get(layer);
    if (rest === undefined) {
      rest = layer instanceof Layer ? this.#ask(layer) : this.#askAll(layer.parts, layer.parts.length - 1);
      this.#below ??= new Map<AnyLayer, Remainder | false>();
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

  /** Asks the parts from `last` on to the first. */
  #askAll(parts: readonly Layer[], last: number): Remainder | false {
    for (let index = last; index >= 0; index--) {
      const part = parts[index];
      const rest = part === undefined ? this : this.#ask(part);
      if (rest !== this) return rest === false ? false : rest.#askAll(parts, index - 1);
    }
    return this;
  }

  #ask(layer: Layer): Remainder | false {
    const { macros, ordinary, tags } = this.#reads.answers;
    const isMacroAnswered = (name: string): boolean => this.#isAnswered(name, 'macros');
    const byMacros = askLayer<MacroBinding>(layer.macros, macros, this.#reads.macroNames, isMacroAnswered);
    if (byMacros === 'different') return false;
    const isOrdinaryAnswered = (name: string): boolean => this.#isAnswered(name, 'ordinary');
    const byNames = askLayer<OrdinaryBinding>(layer.ordinary, ordinary, this.#reads.ordinaryNames, isOrdinaryAnswered);
    if (byNames === 'different') return false;
    const isTagAnswered = (name: string): boolean => this.#isAnswered(name, 'tags');
    const byTags = askLayer<TagBinding>(layer.tags, tags, this.#reads.tagNames, isTagAnswered);
    if (byTags === 'different') return false;
    const isUntouched = byMacros === 'silent' && byNames === 'silent' && byTags === 'silent';
    return isUntouched ? this : new Remainder(this.#reads, { layer, next: this.#answered });
  }

  #askBase(base: Environment): boolean {
    const { answers, macroNames, ordinaryNames, tagNames } = this.#reads;
    const { macros, ordinary, tags, sizes, alignments } = answers;
    for (const name of macroNames) {
      if (base.macro(name) !== macros.get(name) && !this.#isAnswered(name, 'macros')) return false;
    }
    for (const name of ordinaryNames) {
      if (ordinary.get(name) !== undefined && !this.#isAnswered(name, 'ordinary')) return false;
    }
    for (const name of tagNames) if (tags.get(name) !== undefined && !this.#isAnswered(name, 'tags')) return false;
    return areMeasuredTheSame(sizes, alignments, base);
  }

  #isAnswered(name: string, space: 'macros' | 'ordinary' | 'tags'): boolean {
    for (let answered = this.#answered; answered !== undefined; answered = answered.next) {
      if (answered.layer[space].has(name)) return true;
    }
    return false;
  }
}

/** Answers, and the names that were asked for as lists: they are gone through much more often than they are made. */
class ListedAnswers {
  readonly answers: Answers;
  readonly macroNames: readonly string[];
  readonly ordinaryNames: readonly string[];
  readonly tagNames: readonly string[];

  constructor(answers: Answers) {
    this.answers = answers;
    this.macroNames = [...answers.macros.keys()];
    this.ordinaryNames = [...answers.ordinary.keys()];
    this.tagNames = [...answers.tags.keys()];
  }
}

/** Whether a layer answers some questions that no other has answered, and all of those as wanted. */
function askLayer<Binding>(
  given: ReadonlyMap<string, Binding | Removed>,
  wanted: ReadonlyMap<string, Binding | undefined>,
  wantedNames: readonly string[],
  isAnswered: (name: string) => boolean,
): 'silent' | 'same' | 'different' {
  if (given.size === 0) return 'silent';
  let answer: 'silent' | 'same' = 'silent';
  if (given.size <= wantedNames.length) {
    for (const [name, binding] of given) {
      if (!wanted.has(name) || isAnswered(name)) continue;
      if ((binding === undefinedMarker ? undefined : binding) !== wanted.get(name)) return 'different';
      answer = 'same';
    }
    return answer;
  }
  for (const name of wantedNames) {
    const binding = given.get(name);
    if (binding === undefined || isAnswered(name)) continue;
    if ((binding === undefinedMarker ? undefined : binding) !== wanted.get(name)) return 'different';
    answer = 'same';
  }
  return answer;
}

/** Puts the reads of several values together. */
export class ReadCollector {
  readonly #macros = new Map<string, MacroBinding | undefined>();
  readonly #ordinary = new Map<string, OrdinaryBinding | undefined>();
  readonly #tags = new Map<string, TagBinding | undefined>();
  readonly #sizes = new Map<SizedType, number | string>();
  readonly #alignments = new Map<SizedType, number | string>();

  add({ answers }: Reads): void {
    for (const [name, answer] of answers.macros) this.#macros.set(name, answer);
    for (const [name, answer] of answers.ordinary) this.#ordinary.set(name, answer);
    for (const [name, answer] of answers.tags) this.#tags.set(name, answer);
    for (const [type, answer] of answers.sizes) this.#sizes.set(type, answer);
    for (const [type, answer] of answers.alignments) this.#alignments.set(type, answer);
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

/** The questions of a file that was included with others below it: those of its parts, one after another. */
export class FileReads {
  readonly #parts: readonly ReadingPart[];
  readonly #outside: Environment;

  /** `outside`: where the answers were given. */
  constructor(parts: readonly ReadingPart[], outside: Environment) {
    this.#parts = parts;
    this.#outside = outside;
  }

  /** Whether every question has the same answer in `environment`. */
  holdIn(environment: Environment): boolean {
    if (this.#isSurelyTheSameIn(environment)) return true;
    let inside = environment;
    for (const { reads, layer } of this.#parts) {
      if (!reads.holdIn(inside)) return false;
      if (!layer.isEmpty) inside = new Environment(layer, inside);
    }
    return true;
  }

  asks(name: string, space: NameSpace): boolean {
    return this.#parts.some(({ reads }) => reads.asks(name, space));
  }

  /** Whether all that tells the two surroundings apart is a few names that nobody here asks for: the includer's guard. */
  #isSurelyTheSameIn(environment: Environment): boolean {
    const here = layersOf(environment);
    const there = layersOf(this.#outside);
    let common = 0;
    while (common < here.length && common < there.length && here.at(-1 - common) === there.at(-1 - common)) common++;
    if (common === 0) return false;
    const different = [...here.slice(0, here.length - common), ...there.slice(0, there.length - common)];
    let count = 0;
    for (const layer of different) {
      if (!(layer instanceof Layer)) return false;
      count += layer.macros.size + layer.ordinary.size + layer.tags.size;
    }
    if (count > fewNames) return false;
    return different.every(
      (layer) =>
        layer instanceof Layer &&
        [...layer.macros.keys()].every((name) => !this.asks(name, 'macros')) &&
        [...layer.ordinary.keys()].every((name) => !this.asks(name, 'ordinary')) &&
        [...layer.tags.keys()].every((name) => !this.asks(name, 'tags')),
    );
  }
}

const fewNames = 8;

type NameSpace = 'macros' | 'ordinary' | 'tags';

interface ReadingPart {
  readonly reads: Reads | FileReads;
  readonly layer: AnyLayer;
}

/** The innermost first, the target's predefined macros last. */
function layersOf(environment: Environment): AnyLayer[] {
  const layers: AnyLayer[] = [];
  for (let at: Environment | undefined = environment; at !== undefined; at = at.parent) layers.push(at.layer);
  return layers;
}

/** The one read of a file that its include guard keeps shut, or none. */
export function readsOfMacros(...macros: readonly (readonly [string, MacroBinding])[]): Reads {
  const none = { ordinary: new Map(), tags: new Map(), sizes: new Map(), alignments: new Map() };
  return new Reads({ macros: new Map(macros), ...none });
}
