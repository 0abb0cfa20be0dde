/**
 * How the work done on a piece of a header is shared.
 *
 * A header means the same wherever everything it *asks for* is the same. So while a piece of text is processed, a `Scope`
 * notes each name that was looked up outside the piece, with what was found (a macro, a type, or nothing), and each name
 * that the piece defined. The two together are an `Effect`: wherever all reads give the same answers again, on another
 * target, below another header, in another tree, applying the writes is as good as processing the text. Definitions are
 * unique objects (`Macro`, interned types), so that "the same answer" is a comparison of addresses.
 *
 * The question "do these reads hold here?" is asked half a million times for two kernels, and nearly always for text of which
 * is known what it means in surroundings that differ in a few names (`layer-difference.ts`): below another target's
 * `linux/types.h`, below the include guard of another header. Then only those names are asked for.
 */

import { type Environment, type Layer, type MacroBinding, RememberingEnvironment } from './environment.ts';
import { differenceOf, type LayerDifference } from './layer-difference.ts';
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
  /** Where the answers were given, if that is worth remembering. */
  readonly #outside: Environment | undefined;
  readonly #count: number;
  readonly #bases = new Map<Environment, BaseDifference>();

  constructor({ macros, ordinary, tags, sizes, alignments }: Answers, outside?: Environment) {
    // Most reads are of one kind, and there are a hundred thousand of them.
    this.answers = {
      macros: macros.size === 0 ? nothing : macros,
      ordinary: ordinary.size === 0 ? nothing : ordinary,
      tags: tags.size === 0 ? nothing : tags,
      sizes: sizes.size === 0 ? nothing : sizes,
      alignments: alignments.size === 0 ? nothing : alignments,
    };
    this.#count = macros.size + ordinary.size + tags.size;
    const kept = outside instanceof RememberingEnvironment ? outside.inside : outside;
    this.#outside = this.#count > fewQuestions ? kept : undefined;
  }

  /** Whether every question has the same answer in `environment`. */
  holdIn(environment: Environment): boolean {
    if (this.#outside === undefined) return this.#holdNow(environment);
    const differences: LayerDifference[] = [];
    let different = 0;
    // A name is looked for in one list of questions; an answer, in all layers.
    const limit = this.#count * 4;
    let here = environment;
    let there = this.#outside;
    while (here !== there && here.depth + there.depth > 0) {
      const gap = here.depth - there.depth;
      // Where one grew further, all that its last layers write is different.
      const { layer } = gap < 0 ? there : here;
      const difference = differenceOf(layer, gap === 0 ? there.layer : undefined, limit);
      different += difference?.count ?? Infinity;
      if (difference === undefined || different > limit) return this.#holdNow(environment);
      if (difference.count > 0) differences.push(difference);
      if (gap >= 0) here = here.parent ?? here;
      if (gap <= 0) there = there.parent ?? there;
    }
    if (here !== there) {
      const { macros, isMeasuredTheSame } = this.#againstBase(here, there);
      if (!isMeasuredTheSame || macros.some((name) => environment.macro(name) !== this.answers.macros.get(name)))
        return false;
    }
    return differences.every((difference) => this.#areAnswered(difference, environment));
  }

  /** Whether those of some names that were asked for have the same answer in `environment`. */
  #areAnswered({ macros, ordinary, tags }: LayerDifference, environment: Environment): boolean {
    const { answers } = this;
    for (const name of macros) {
      if (answers.macros.has(name) && environment.macro(name) !== answers.macros.get(name)) return false;
    }
    for (const name of ordinary) {
      if (answers.ordinary.has(name) && environment.ordinary(name) !== answers.ordinary.get(name)) return false;
    }
    for (const name of tags) {
      if (answers.tags.has(name) && environment.tag(name) !== answers.tags.get(name)) return false;
    }
    return true;
  }

  #holdNow(environment: Environment): boolean {
    const { macros, ordinary, tags, sizes, alignments } = this.answers;
    for (const [name, answer] of macros) if (environment.macro(name) !== answer) return false;
    for (const [name, answer] of ordinary) if (environment.ordinary(name) !== answer) return false;
    for (const [name, answer] of tags) if (environment.tag(name) !== answer) return false;
    return areMeasuredTheSame(sizes, alignments, environment);
  }

  /** What another target's predefined macros, sizes and alignments change about the answers. */
  #againstBase(here: Environment, there: Environment): BaseDifference {
    let difference = this.#bases.get(here);
    if (difference === undefined) {
      const { macros, sizes, alignments } = this.answers;
      const names = differenceOf(here.layer, there.layer)?.macros.filter((name) => macros.has(name)) ?? [];
      difference = {
        macros: names.length === 0 ? noNames : names,
        isMeasuredTheSame: areMeasuredTheSame(sizes, alignments, here),
      };
      this.#bases.set(here, difference);
    }
    return difference;
  }
}

interface BaseDifference {
  /** Those that were asked for. */
  readonly macros: readonly string[];
  readonly isMeasuredTheSame: boolean;
}

const fewQuestions = 4;
const nothing: ReadonlyMap<never, never> = new Map<never, never>();
const noNames: readonly string[] = [];

function areMeasuredTheSame(
  sizes: Answers['sizes'],
  alignments: Answers['alignments'],
  { measure }: Environment,
): boolean {
  for (const [type, answer] of sizes) if (measure(type, 'size') !== answer) return false;
  for (const [type, answer] of alignments) if (measure(type, 'align') !== answer) return false;
  return true;
}

/** Puts the reads of several values together. */
export class ReadCollector {
  readonly #writes: Layer[] = [];
  readonly #macros = new Map<string, MacroBinding | undefined>();
  readonly #ordinary = new Map<string, OrdinaryBinding | undefined>();
  readonly #tags = new Map<string, TagBinding | undefined>();
  readonly #sizes = new Map<SizedType, number | string>();
  readonly #alignments = new Map<SizedType, number | string>();

  /** Questions of what follows; those that were answered are asked of nobody else. */
  add({ answers }: Reads): void {
    const writes = this.#writes;
    for (const [name, answer] of answers.macros) {
      if (!writes.some((layer) => layer.macros.has(name))) this.#macros.set(name, answer);
    }
    for (const [name, answer] of answers.ordinary) {
      if (!writes.some((layer) => layer.ordinary.has(name))) this.#ordinary.set(name, answer);
    }
    for (const [name, answer] of answers.tags) {
      if (!writes.some((layer) => layer.tags.has(name))) this.#tags.set(name, answer);
    }
    for (const [type, answer] of answers.sizes) this.#sizes.set(type, answer);
    for (const [type, answer] of answers.alignments) this.#alignments.set(type, answer);
  }

  /** From here on, what `layer` writes is known. */
  answer(layer: Layer): void {
    if (layer.size > 0) this.#writes.push(layer);
  }

  addMacro(name: string, answer: MacroBinding | undefined): void {
    this.#macros.set(name, answer);
  }

  /** `outside`: where the answers were given. */
  reads(outside: Environment): Reads {
    return new Reads(
      {
        ...{ macros: this.#macros, ordinary: this.#ordinary, tags: this.#tags },
        ...{ sizes: this.#sizes, alignments: this.#alignments },
      },
      outside,
    );
  }
}

/** The questions of a file that was included with others below it: those of its parts that none of its parts answers. */
export class FileReads {
  #parts: readonly ReadingPart[] | undefined;
  readonly #outside: Environment;
  #all: Reads | undefined;

  /** `outside`: where the answers were given. */
  constructor(parts: readonly ReadingPart[], outside: Environment) {
    this.#parts = parts;
    this.#outside = outside;
  }

  /** Whether every question has the same answer in `environment`. */
  holdIn(environment: Environment): boolean {
    return this.all().holdIn(environment);
  }

  /** Put together once somebody asks, which is when the file is included again. */
  all(): Reads {
    if (this.#all === undefined) {
      const collector = new ReadCollector();
      for (const { reads, layer } of this.#parts ?? []) {
        collector.add(reads instanceof Reads ? reads : reads.all());
        collector.answer(layer);
      }
      this.#all = collector.reads(this.#outside);
      this.#parts = undefined;
    }
    return this.#all;
  }
}

interface ReadingPart {
  readonly reads: Reads | FileReads;
  readonly layer: Layer;
}

/** The one read of a file that its include guard keeps shut, or none. */
export function readsOfMacros(...macros: readonly (readonly [string, MacroBinding])[]): Reads {
  const none = { ordinary: new Map(), tags: new Map(), sizes: new Map(), alignments: new Map() };
  return new Reads({ macros: new Map(macros), ...none });
}
