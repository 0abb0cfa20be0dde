/**
 * The value of a macro that is made of plain numbers and of names for such: `(KVM_REG_ARM | KVM_REG_SIZE_U64 | 0x10)`.
 *
 * Names are looked up at the end of the unit, as a program that uses the macro would. A name counts where its macro stays one
 * part of an expression, so that putting its value there is as good as putting its text there. Anything else, and anything large,
 * is left to the full evaluation.
 */

import type { View } from '../environment.ts';
import { Macro } from '../macro.ts';
import { isOnePart, type Plain, plainValue } from '../plain-value.ts';

export interface NamedValue {
  readonly plain: Plain;
  /** The macros that it was made from, below it as well. */
  readonly macros: ReadonlyMap<string, Macro>;
}

/** More is left to the full evaluation, which counts what it costs. */
const mostMacros = 16;

export class NamedValues {
  /** `undefined`: has none, or is being worked out, as where a macro is made from itself. */
  readonly #known = new WeakMap<View, Map<Macro, NamedValue | undefined>>();

  /** The value of a macro that is in force in a view. */
  of(macro: Macro, view: View): NamedValue | undefined {
    let known = this.#known.get(view);
    if (known === undefined) this.#known.set(view, (known = new Map<Macro, NamedValue | undefined>()));
    return this.#find(macro, view, known, 0);
  }

  #find(macro: Macro, view: View, known: Map<Macro, NamedValue | undefined>, depth: number): NamedValue | undefined {
    if (known.has(macro)) return known.get(macro);
    known.set(macro, undefined);
    if (depth > mostMacros || macro.parameters !== undefined || macro.dynamic !== undefined) return undefined;
    const macros = new Map<string, Macro>();
    const plain = plainValue(macro, (name) => {
      const named = view.macro(name);
      if (!(named instanceof Macro) || !isOnePart(named)) return undefined;
      const below = this.#find(named, view, known, depth + 1);
      if (below === undefined) return undefined;
      macros.set(name, named);
      for (const [other, one] of below.macros) macros.set(other, one);
      return macros.size > mostMacros ? undefined : below.plain;
    });
    if (plain === undefined) return undefined;
    const value = { plain, macros };
    known.set(macro, value);
    return value;
  }
}
