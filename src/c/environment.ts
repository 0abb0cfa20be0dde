/**
 * What a piece of a header can see, and how the work done on it is shared.
 *
 * A header means the same wherever everything it *asks for* is the same. So while a piece of text is processed, a `Scope`
 * notes each name that was looked up outside the piece, with what was found (a macro, a type, or nothing), and each name
 * that the piece defined. The two together are an `Effect`: wherever all reads give the same answers again, on another
 * target, below another header, in another tree, applying the writes is as good as processing the text. Definitions are
 * unique objects (`Macro`, interned types), so that "the same answer" is a comparison of addresses.
 *
 * An `Environment` is a chain of layers of writes over the target's predefined macros. Facts about the target that code asks
 * for (the data model, or everything) are looked up like macros under names that no macro can have.
 */

import type { OrdinaryBinding, PackState, SizedType, TagBinding } from './lower/symbols.ts';
import type { Macro, SavedMacros } from './macro.ts';

/** Stands in a layer for a name that was defined before and is not any more (`#undef`). */
const undefinedMarker = Symbol('undefined');
type Removed = typeof undefinedMarker;

/** Target facts that an effect may depend on; the space keeps them apart from macro names. */
export const dataModelFact = ' data model';
export const targetFact = ' target';
/** How `_IOC` packs its parts. */
export const requestFact = ' request encoding';

/** What a name in the macro name space stands for: a macro, a target fact, or a note of the preprocessor's own. */
export type MacroBinding = Macro | string | PackState | SavedMacros;

export interface Layer {
  readonly macros: Map<string, MacroBinding | Removed>;
  readonly ordinary: Map<string, OrdinaryBinding>;
  readonly tags: Map<string, TagBinding>;
}

export function emptyLayer(): Layer {
  return { macros: new Map(), ordinary: new Map(), tags: new Map() };
}

/** Size or alignment of a type on the target in bytes, or why it has none. */
export type Measure = (type: SizedType, property: 'size' | 'align') => number | string;

export class Environment {
  readonly parent: Environment | undefined;
  readonly layer: Layer;
  readonly measure: Measure;
  /** Every name that was ever defined as a macro, in any environment of the same front end. */
  readonly definedNames: Set<string>;

  constructor(layer: Layer, parent: Environment | { measure: Measure; definedNames: Set<string> }) {
    this.parent = parent instanceof Environment ? parent : undefined;
    this.layer = layer;
    this.measure = parent.measure;
    this.definedNames = parent.definedNames;
  }

  macro(name: string): MacroBinding | undefined {
    let found = this.layer.macros.get(name);
    for (let outer = this.parent; found === undefined && outer !== undefined; outer = outer.parent) {
      found = outer.layer.macros.get(name);
    }
    return found === undefinedMarker ? undefined : found;
  }

  ordinary(name: string): OrdinaryBinding | undefined {
    let found = this.layer.ordinary.get(name);
    for (let outer = this.parent; found === undefined && outer !== undefined; outer = outer.parent) {
      found = outer.layer.ordinary.get(name);
    }
    return found;
  }

  tag(name: string): TagBinding | undefined {
    let found = this.layer.tags.get(name);
    for (let outer = this.parent; found === undefined && outer !== undefined; outer = outer.parent) {
      found = outer.layer.tags.get(name);
    }
    return found;
  }
}

type Read =
  | { readonly space: 'macro'; readonly name: string; readonly answer: MacroBinding | undefined }
  | { readonly space: 'ordinary'; readonly name: string; readonly answer: OrdinaryBinding | undefined }
  | { readonly space: 'tag'; readonly name: string; readonly answer: TagBinding | undefined }
  | { readonly space: 'size' | 'align'; readonly type: SizedType; readonly answer: number | string };

/** The questions a piece of text asked of its surroundings, with the answers it got. */
export class Reads {
  /** Questions that may be answered differently elsewhere. */
  readonly #open: Read[] = [];
  /** Names that were no macros, and are none in any environment so far: most names, such as those of fields. */
  #quiet: Read[] = [];
  /** How many names had been defined when the two were told apart. */
  #definedCount = -1;

  constructor(reads: Iterable<Read>) {
    for (const read of reads) {
      (read.space === 'macro' && read.answer === undefined ? this.#quiet : this.#open).push(read);
    }
  }

  *[Symbol.iterator](): Iterator<Read> {
    yield* this.#open;
    yield* this.#quiet;
  }

  /** Whether every question has the same answer in `environment`. */
  holdIn(environment: Environment): boolean {
    const { definedNames } = environment;
    const reads = this.#open;
    if (definedNames.size !== this.#definedCount) {
      this.#definedCount = definedNames.size;
      const quiet: Read[] = [];
      for (const read of this.#quiet) {
        (read.space === 'macro' && definedNames.has(read.name) ? reads : quiet).push(read);
      }
      this.#quiet = quiet;
    }
    for (let index = 0; index < reads.length; index++) {
      const read = reads[index];
      if (read === undefined || isAnsweredTheSame(read, environment)) continue;
      // What told two situations apart once will do so again: ask it first next time.
      const first = reads[0];
      if (index > 0 && first !== undefined) {
        reads[0] = read;
        reads[index] = first;
      }
      return false;
    }
    return true;
  }
}

function isAnsweredTheSame(read: Read, environment: Environment): boolean {
  switch (read.space) {
    case 'macro':
      return environment.macro(read.name) === read.answer;
    case 'ordinary':
      return environment.ordinary(read.name) === read.answer;
    case 'tag':
      return environment.tag(read.name) === read.answer;
    case 'size':
    case 'align':
      return environment.measure(read.type, read.space) === read.answer;
    default:
      return read satisfies never;
  }
}

/** Notes which reads of a sequence of effects reach outside the sequence. */
export class ReadCollector {
  readonly layer = emptyLayer();
  readonly #macros = new Map<string, Read>();
  readonly #ordinary = new Map<string, Read>();
  readonly #tags = new Map<string, Read>();
  readonly #sizes = new Set<Read>();

  add(reads: Iterable<Read>, writes: Layer): void {
    for (const read of reads) {
      switch (read.space) {
        case 'macro':
          if (!this.layer.macros.has(read.name)) this.#macros.set(read.name, read);
          break;
        case 'ordinary':
          if (!this.layer.ordinary.has(read.name)) this.#ordinary.set(read.name, read);
          break;
        case 'tag':
          if (!this.layer.tags.has(read.name)) this.#tags.set(read.name, read);
          break;
        case 'size':
        case 'align':
          this.#sizes.add(read);
          break;
        default:
          read satisfies never;
      }
    }
    for (const [name, binding] of writes.macros) this.layer.macros.set(name, binding);
    for (const [name, binding] of writes.ordinary) this.layer.ordinary.set(name, binding);
    for (const [name, binding] of writes.tags) this.layer.tags.set(name, binding);
  }

  reads(): Reads {
    return new Reads([...this.#macros.values(), ...this.#ordinary.values(), ...this.#tags.values(), ...this.#sizes]);
  }
}

/** The surroundings of a piece of text while it is being processed. */
export class Scope {
  readonly layer = emptyLayer();
  readonly #base: Environment;
  readonly #macros = new Map<string, MacroBinding | undefined>();
  readonly #ordinary = new Map<string, OrdinaryBinding | undefined>();
  readonly #tags = new Map<string, TagBinding | undefined>();
  readonly #sizes = new Map<SizedType, number | string>();
  readonly #alignments = new Map<SizedType, number | string>();

  constructor(base: Environment) {
    this.#base = base;
  }

  /** Everything that stands for `name` among macros, facts and notes. */
  binding(name: string): MacroBinding | undefined {
    const own = this.layer.macros.get(name);
    if (own !== undefined) return own === undefinedMarker ? undefined : own;
    const read = this.#macros.get(name);
    if (read !== undefined || this.#macros.has(name)) return read;
    const outside = this.#base.macro(name);
    this.#macros.set(name, outside);
    return outside;
  }

  ordinary(name: string): OrdinaryBinding | undefined {
    const own = this.layer.ordinary.get(name) ?? this.#ordinary.get(name);
    if (own !== undefined || this.#ordinary.has(name)) return own;
    const outside = this.#base.ordinary(name);
    this.#ordinary.set(name, outside);
    return outside;
  }

  tag(name: string): TagBinding | undefined {
    const own = this.layer.tags.get(name) ?? this.#tags.get(name);
    if (own !== undefined || this.#tags.has(name)) return own;
    const outside = this.#base.tag(name);
    this.#tags.set(name, outside);
    return outside;
  }

  /** Size or alignment of a type in bytes, or why it has none. */
  measure(type: SizedType, property: 'size' | 'align'): number | string {
    const known = property === 'size' ? this.#sizes : this.#alignments;
    let answer = known.get(type);
    if (answer === undefined) known.set(type, (answer = this.#base.measure(type, property)));
    return answer;
  }

  bind(name: string, binding: MacroBinding | undefined): void {
    this.layer.macros.set(name, binding ?? undefinedMarker);
    this.#base.definedNames.add(name);
  }

  bindOrdinary(name: string, binding: OrdinaryBinding): void {
    this.layer.ordinary.set(name, binding);
  }

  bindTag(name: string, binding: TagBinding): void {
    this.layer.tags.set(name, binding);
  }

  reads(): Reads {
    const reads: Read[] = [];
    for (const [name, answer] of this.#macros) reads.push({ space: 'macro', name, answer });
    for (const [name, answer] of this.#ordinary) reads.push({ space: 'ordinary', name, answer });
    for (const [name, answer] of this.#tags) reads.push({ space: 'tag', name, answer });
    for (const [type, answer] of this.#sizes) reads.push({ space: 'size', type, answer });
    for (const [type, answer] of this.#alignments) reads.push({ space: 'align', type, answer });
    return new Reads(reads);
  }
}
