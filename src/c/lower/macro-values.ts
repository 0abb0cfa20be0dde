/**
 * What macros are worth, remembered with what it was worked out from.
 *
 * A macro means what it expands to where it is used, so it is evaluated in the surroundings at the end of the unit, as a
 * program that includes the header would.
 */

import type { KnownBits } from '../../abi/portion.ts';
import type { Target } from '../../abi/target.ts';
import type { View } from '../environment.ts';
import { nothingRead, type ReadCollector, Reads } from '../reads.ts';
import { limits } from '../limits.ts';
import { Macro } from '../macro.ts';
import { spellTokens } from '../token.ts';
import { plainValue } from '../plain-value.ts';
import { CallForms } from './call-form.ts';
import { MacroReader } from './macro-reader.ts';
import { requestMacros } from './request-macros.ts';
import { mayBeExpression, mentions, placeOf, textOf } from './macro-text.ts';
import type { KnownValue, MacroValue, ValueBudget } from './macro-value.ts';
import { NamedValues } from './named-value.ts';
import { PossibleValues } from './possible-value.ts';
import { remember, toFront } from './remember.ts';
import type { TypeTable } from './type-table.ts';

/** What is known of a macro whose value depends on its surroundings. */
interface OpenMacro {
  /** One list for all macros that say the same. */
  readonly known: KnownValue[];
  /** What was found for this one, which stands in a place of its own. */
  readonly found: Map<KnownValue, MacroValue>;
}

export class MacroValues {
  readonly #types: TypeTable;
  readonly #areAlike: TypeTable['areAlike'];
  readonly #forms: CallForms;
  readonly #possible: PossibleValues;
  readonly #named = new NamedValues();
  readonly #fixed = new Map<Macro, MacroValue | 'open'>();
  readonly #open = new Map<Macro, OpenMacro>();
  readonly #byText = new Map<string, KnownValue[]>();

  constructor(types: TypeTable) {
    this.#types = types;
    this.#areAlike = (one, other) => types.areAlike(one, other);
    this.#forms = new CallForms(requestMacros, types);
    this.#possible = new PossibleValues(this.#forms, types);
  }

  /** What a macro is worth wherever it is in force; `undefined` where that depends on its surroundings. */
  fixed(macro: Macro): MacroValue | undefined {
    let known = this.#fixed.get(macro);
    if (known === undefined) this.#fixed.set(macro, (known = fixedValue(macro) ?? 'open'));
    return known === 'open' ? undefined : known;
  }

  /** The value of a macro that is in force in a view. What the answer depends on is added to `collector`. */
  read(macro: Macro, view: View, target: Target, budget: ValueBudget, collector: ReadCollector): MacroValue {
    const fixed = this.fixed(macro);
    if (fixed !== undefined) return fixed;
    const { known, found } = this.#openMacro(macro);
    const index = known.findIndex((one) => (!one.isOfPlace || found.has(one)) && this.#holds(one, macro, view, target));
    let same = known[index];
    if (same === undefined) {
      const isWhole = budget.tokensLeft >= limits.expandedTokensPerValue;
      same = this.#byNames(macro, view) ?? new MacroReader(view, target, this.#types, this.#forms, budget).read(macro);
      found.set(same, same.value);
      // One that was refused because of what others cost may well have a value elsewhere.
      if (isWhole || same.diagnostics.length === 0) remember(known, same);
    } else toFront(known, index);
    collector.add(same.reads, view);
    if (same.form !== undefined) collector.addOnce(same.form.form.reads, view);
    for (const diagnostic of same.diagnostics) budget.report(diagnostic);
    let value = found.get(same);
    if (value === undefined) found.set(same, (value = placedAt(macro, same.value)));
    return value;
  }

  /** Whether a macro that is in force in a view may come to a request with one of some numbers. */
  mayBeRequest(macro: Macro, numbers: readonly number[], view: View, target: Target): boolean {
    return this.#possible.mayBeRequest(numbers, macro, view, target);
  }

  /** What is known of the last 32 bits of a number that a macro which is in force in a view may come to, if it may. */
  lastBitsOf(macro: Macro, view: View, target: Target): KnownBits | undefined {
    return this.#possible.lastBitsOf(macro, view, target);
  }

  #holds({ reads, form }: KnownValue, macro: Macro, view: View, target: Target): boolean {
    if (form !== undefined) {
      // Asked first: one look tells more than a dozen macros.
      const called = view.macro(form.name);
      if (!(called instanceof Macro)) return false;
      if (this.#forms.formOf(called, view, target, macro.file.token(macro.nameIndex)) !== form.form) return false;
    }
    return reads.holdFor(view, this.#areAlike);
  }

  #byNames(macro: Macro, view: View): KnownValue | undefined {
    const found = this.#named.of(macro, view);
    if (found === undefined) return undefined;
    const declaration = { ...placeOf(macro), value: found.plain.value, ...mentions(macro) };
    const reads = new Reads({ ...nothingRead, macros: found.macros });
    return { value: { kind: 'constant', declaration }, reads, form: undefined, diagnostics: [], isOfPlace: false };
  }

  #openMacro(macro: Macro): OpenMacro {
    let open = this.#open.get(macro);
    if (open === undefined) {
      const text = `${macro.name} ${spellTokens(macro.body)}`;
      let known = this.#byText.get(text);
      if (known === undefined) this.#byText.set(text, (known = []));
      this.#open.set(macro, (open = { known, found: new Map() }));
    }
    return open;
  }
}

/** What one macro is worth, said of another that says the same. */
function placedAt(macro: Macro, value: MacroValue): MacroValue {
  switch (value.kind) {
    case 'constant':
      return { ...value, declaration: { ...value.declaration, ...placeOf(macro) } };
    case 'request':
      return { ...value, declaration: { ...value.declaration, ...placeOf(macro) } };
    case 'text':
      return { ...value, declaration: { ...value.declaration, ...placeOf(macro) } };
    default:
      return value satisfies never;
  }
}

/** What a macro is worth wherever it is in force, if that can be told from its text alone. */
function fixedValue(macro: Macro): MacroValue | undefined {
  if (macro.parameters !== undefined || !mayBeExpression(macro)) return { kind: 'text', declaration: textOf(macro) };
  const plain = plainValue(macro);
  return plain && { kind: 'constant', declaration: { ...placeOf(macro), value: plain.value } };
}
