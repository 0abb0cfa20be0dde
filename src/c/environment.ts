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

  get isEmpty(): boolean {
    return this.macros.size + this.ordinary.size + this.tags.size === 0;
  }

  macro(name: string): MacroBinding | Removed | undefined {
    return this.macros.get(name);
  }

  ordinaryName(name: string): OrdinaryBinding | undefined {
    return this.ordinary.get(name);
  }

  tag(name: string): TagBinding | undefined {
    return this.tags.get(name);
  }
}

/** What the pieces of a file and of all it includes write, one after another: looked up, and never copied together. */
export class JoinedLayer {
  /** None of them empty. */
  readonly parts: readonly Layer[];
  readonly #macros = new Map<string, MacroBinding | Removed | undefined>();
  readonly #ordinary = new Map<string, OrdinaryBinding | undefined>();
  readonly #tags = new Map<string, TagBinding | undefined>();

  constructor(parts: readonly Layer[]) {
    this.parts = parts;
  }

  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  macro(name: string): MacroBinding | Removed | undefined {
    return last(this.parts, this.#macros, name, ({ macros }) => macros.get(name));
  }

  ordinaryName(name: string): OrdinaryBinding | undefined {
    return last(this.parts, this.#ordinary, name, ({ ordinary }) => ordinary.get(name));
  }

  tag(name: string): TagBinding | undefined {
    return last(this.parts, this.#tags, name, ({ tags }) => tags.get(name));
  }
}

/** What the last part that knows a name says of it; remembered. */
function last<T>(
  parts: readonly Layer[],
  known: Map<string, T | undefined>,
  name: string,
  ask: (part: Layer) => T | undefined,
): T | undefined {
  let found = known.get(name);
  if (found !== undefined || known.has(name)) return found;
  for (let index = parts.length - 1; found === undefined && index >= 0; index--) {
    const part = parts[index];
    if (part !== undefined) found = ask(part);
  }
  known.set(name, found);
  return found;
}

export type AnyLayer = Layer | JoinedLayer;

/** Size or alignment of a type on the target in bytes, or why it has none. */
export type Measure = (type: SizedType, property: 'size' | 'align') => number | string;

export class Environment {
  readonly parent: Environment | undefined;
  readonly layer: AnyLayer;
  readonly measure: Measure;

  constructor(layer: AnyLayer, parent: Environment | { measure: Measure }) {
    this.parent = parent instanceof Environment ? parent : undefined;
    this.layer = layer;
    this.measure = parent.measure;
  }

  macro(name: string): MacroBinding | undefined {
    let found = this.layer.macro(name);
    for (let outer = this.parent; found === undefined && outer !== undefined; outer = outer.parent) {
      found = outer.layer.macro(name);
    }
    return found === undefinedMarker ? undefined : found;
  }

  ordinary(name: string): OrdinaryBinding | undefined {
    let found = this.layer.ordinaryName(name);
    for (let outer = this.parent; found === undefined && outer !== undefined; outer = outer.parent) {
      found = outer.layer.ordinaryName(name);
    }
    return found;
  }

  tag(name: string): TagBinding | undefined {
    let found = this.layer.tag(name);
    for (let outer = this.parent; found === undefined && outer !== undefined; outer = outer.parent) {
      found = outer.layer.tag(name);
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
