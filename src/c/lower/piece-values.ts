/**
 * The values of all macros that a piece of text defines, at the end of the unit it is part of.
 *
 * Nearly always every one of them is still in force there: whatever comes later would have to undefine or redefine it, and
 * what comes later is little. Then the plain numbers among them ask nothing of anybody, and what is left is worked out once
 * for the surroundings it depends on.
 */

import type { Target } from '../../abi/target.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import type { Environment, Layer } from '../environment.ts';
import { limits } from '../limits.ts';
import { Macro } from '../macro.ts';
import { ReadCollector, type Reads } from '../reads.ts';
import type { PieceEffect } from './effects.ts';
import { remember } from './remember.ts';
import type { MacroValue, MacroValues } from './values.ts';

export interface ValuesFound {
  readonly values: readonly MacroValue[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A header that was read alone for a target, as far as macros are concerned. */
export interface Surroundings {
  readonly target: Target;
  /** At the end of the header. */
  readonly environment: Environment;
  readonly values: Map<PieceEffect, ValuesFound>;
}

/** Values that hold wherever `reads` do, and all macros of the piece are in force if they were. */
interface SharedValues extends ValuesFound {
  readonly areInForce: boolean;
  readonly reads: Reads;
}

/** A macro of a piece, with its value if that depends on nothing. */
interface Slot {
  readonly macro: Macro;
  readonly fixed: MacroValue | undefined;
}

export class PieceValues {
  readonly #macros: MacroValues;
  readonly #slots = new WeakMap<PieceEffect, readonly Slot[]>();
  readonly #shared = new WeakMap<PieceEffect, SharedValues[]>();

  constructor(macros: MacroValues) {
    this.#macros = macros;
  }

  /** The values of the macros (or of some of them) that a piece of a unit defines. */
  of(unit: Surroundings, piece: PieceEffect, wanted?: ReadonlySet<string>): ValuesFound {
    if (wanted !== undefined) return this.#workOut(unit, this.#slotsOf(piece, wanted), false);
    const known = unit.values.get(piece);
    if (known !== undefined) return known;
    const areInForce = areAllInForce(piece, unit.environment);
    let shared = this.#shared.get(piece);
    if (shared === undefined) this.#shared.set(piece, (shared = []));
    const same = shared.find((one) => one.areInForce === areInForce && one.reads.holdIn(unit.environment));
    const result = same ?? this.#workOut(unit, this.#slotsOf(piece), areInForce);
    // One that ran into a limit may do better where others have worked a part of it out.
    if (same === undefined && result.diagnostics.length === 0) remember(shared, result);
    unit.values.set(piece, result);
    return result;
  }

  #workOut({ environment, target }: Surroundings, slots: readonly Slot[], areInForce: boolean): SharedValues {
    const values: MacroValue[] = [];
    const diagnostics: Diagnostic[] = [];
    const collector = new ReadCollector();
    const budget = {
      tokensLeft: limits.expandedTokensPerValues,
      report: (diagnostic: Diagnostic): void => {
        if (diagnostics.length < limits.diagnosticsPerFile) diagnostics.push(diagnostic);
      },
    };
    for (const { macro, fixed } of slots) {
      if (!areInForce) {
        const inForce = environment.macro(macro.name);
        collector.addMacro(macro.name, inForce);
        if (inForce !== macro) continue;
      }
      values.push(fixed ?? this.#macros.read(macro, environment, target, budget, collector));
    }
    return { values, diagnostics, areInForce, reads: collector.reads(environment) };
  }

  #slotsOf(piece: PieceEffect, wanted?: ReadonlySet<string>): readonly Slot[] {
    const known = wanted === undefined ? this.#slots.get(piece) : undefined;
    if (known !== undefined) return known;
    const slots: Slot[] = [];
    for (const macro of piece.layer.macros.values()) {
      if (!(macro instanceof Macro) || wanted?.has(macro.name) === false) continue;
      // A guard without a value says nothing to anybody but the preprocessor.
      if (macro.name === macro.file.guard && macro.bodyStart === macro.bodyEnd) continue;
      slots.push({ macro, fixed: this.#macros.fixed(macro) });
    }
    if (wanted === undefined) this.#slots.set(piece, slots);
    return slots;
  }
}

/** Whether no macro of a piece was redefined or undefined by what came after it. */
function areAllInForce({ layer }: PieceEffect, environment: Environment): boolean {
  const { macros } = layer;
  const later: Layer[] = [];
  for (let at: Environment | undefined = environment; at !== undefined; at = at.parent) {
    if (at.layer === layer) return later.every((one) => !haveCommonName(one.macros, macros));
    later.push(at.layer);
  }
  // It stands in a file that the header includes.
  for (const [name, macro] of macros) if (macro instanceof Macro && environment.macro(name) !== macro) return false;
  return true;
}

function haveCommonName(some: ReadonlyMap<string, unknown>, others: ReadonlyMap<string, unknown>): boolean {
  const [few, many] = some.size < others.size ? [some, others] : [others, some];
  for (const name of few.keys()) if (many.has(name)) return true;
  return false;
}
