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

  constructor(layer: Layer, parent: Environment | { measure: Measure }) {
    this.parent = parent instanceof Environment ? parent : undefined;
    this.layer = layer;
    this.measure = parent.measure;
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
  readonly #inside: Environment;
  readonly #macros = new Map<string, MacroBinding | undefined>();

  constructor(inside: Environment) {
    super(inside.layer, inside.parent ?? inside);
    this.#inside = inside;
  }

  override macro(name: string): MacroBinding | undefined {
    let found = this.#macros.get(name);
    if (found === undefined && !this.#macros.has(name)) {
      found = this.#inside.macro(name);
      this.#macros.set(name, found);
    }
    return found;
  }
}
