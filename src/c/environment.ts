/**
 * What a piece of a header can see: the macros, types and names that are declared where it begins.
 *
 * An `Environment` is a chain of layers of writes over the target's predefined macros. Facts about the target that code asks
 * for (the data model, or everything) are looked up like macros under names that no macro can have.
 */

import type { OrdinaryBinding, PackState, SizedType, TagBinding } from './lower/symbols.ts';
import type { Macro, SavedMacros } from './macro.ts';

/** Stands in a layer for a name that was defined before and is not any more (`#undef`). */
export const undefinedMarker = Symbol('undefined');
export type Removed = typeof undefinedMarker;

/** Target facts that an effect may depend on; the space keeps them apart from macro names. */
export const dataModelFact = ' data model';
export const targetFact = ' target';
/** How `_IOC` packs its parts. */
export const requestFact = ' request encoding';

/** What a name in the macro name space stands for: a macro, a target fact, or a note of the preprocessor's own. */
export type MacroBinding = Macro | string | PackState | SavedMacros;

/** What one piece of text writes. */
export class Layer {
  readonly macros = new Map<string, MacroBinding | Removed>();
  readonly ordinary = new Map<string, OrdinaryBinding>();
  readonly tags = new Map<string, TagBinding>();

  get size(): number {
    return this.macros.size + this.ordinary.size + this.tags.size;
  }
}

/** What the pieces of a file and the files it includes write, one after another. */
export class JoinedLayer extends Layer {
  readonly parts: readonly Layer[];

  constructor(parts: readonly Layer[]) {
    super();
    this.parts = parts;
    for (const { macros, ordinary, tags } of parts) {
      for (const [name, binding] of macros) this.macros.set(name, binding);
      for (const [name, binding] of ordinary) this.ordinary.set(name, binding);
      for (const [name, binding] of tags) this.tags.set(name, binding);
    }
  }
}

/** Size or alignment of a type on the target in bytes, or why it has none. */
export type Measure = (type: SizedType, property: 'size' | 'align') => number | string;

export class Environment {
  readonly parent: Environment | undefined;
  readonly layer: Layer;
  readonly measure: Measure;
  /** Layers above the target's predefined macros. */
  readonly depth: number;

  constructor(layer: Layer, parent: Environment | { measure: Measure }) {
    this.parent = parent instanceof Environment ? parent : undefined;
    this.layer = layer;
    this.measure = parent.measure;
    this.depth = parent instanceof Environment ? parent.depth + 1 : 0;
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

/** The same surroundings, for a thousand questions about few names. */
export class RememberingEnvironment extends Environment {
  /** Without what is remembered. */
  readonly inside: Environment;
  readonly #macros = new Map<string, MacroBinding | undefined>();

  constructor(inside: Environment) {
    super(inside.layer, inside.parent ?? inside);
    this.inside = inside;
  }

  override macro(name: string): MacroBinding | undefined {
    let found = this.#macros.get(name);
    if (found === undefined && !this.#macros.has(name)) {
      found = this.inside.macro(name);
      this.#macros.set(name, found);
    }
    return found;
  }
}
