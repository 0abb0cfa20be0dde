/**
 * The values of all macros that a piece of text defines, at the end of the unit it is part of.
 *
 * Nearly always every one of them is still in force there: whatever comes later would have to undefine or redefine it, and
 * what comes later is little. Then the plain numbers among them ask nothing of anybody, and what is left is worked out once
 * for the surroundings it depends on.
 */

import { type LateMacros, wordOf } from '../../abi/portion.ts';
import type { Target } from '../../abi/target.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import { agreeing, type Environment, type JoinedLayer, type Layer, type Part } from '../environment.ts';
import { limits } from '../limits.ts';
import { Macro } from '../macro.ts';
import { ReadCollector, type Reads } from '../reads.ts';
import { only, type Viewers } from '../viewers.ts';
import type { PieceEffect } from './effects.ts';
import { calledBy, type DefinedMacros, LateValues, NamedMacros, ValuesAtEnd } from './late-values.ts';
import { requestMacros } from './request-macros.ts';
import { remember } from './remember.ts';
import type { Unit } from './unit.ts';
import type { MacroValue, ValuesFound } from './macro-value.ts';
import type { MacroValues } from './macro-values.ts';

/** Values that hold wherever `reads` do and all macros of the piece are in force. */
interface SharedValues extends ValuesFound {
  readonly reads: Reads;
}

/** Who reads macros late, and for what. */
export interface LateReader {
  readonly target: Target;
  /** What may mean something else on the other side of a comparison. */
  readonly unsettled: ReadonlySet<string>;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** What targets viewers have, by their numbers. */
type TargetOf = (number: number) => Target;

/** A macro of a piece, with its value if that depends on nothing. */
interface Slot {
  readonly macro: Macro;
  readonly fixed: MacroValue | undefined;
}

export class PieceValues {
  readonly #macros: MacroValues;
  readonly #slots = new WeakMap<PieceEffect, readonly Slot[]>();
  readonly #shared = new WeakMap<PieceEffect, SharedValues[]>();
  readonly #late = new WeakMap<PieceEffect, LatePiece>();

  constructor(macros: MacroValues) {
    this.#macros = macros;
  }

  /**
   * The values, for viewer `number`, of the macros that a piece of a unit defines. Those among `viewers`, to whom the piece means
   * this, who get the same find them known.
   */
  of(unit: Unit, piece: PieceEffect, number: number, viewers: Viewers, targetOf: TargetOf): ValuesFound {
    let known = unit.values.get(piece);
    if (known === undefined) unit.values.set(piece, (known = []));
    for (const { viewers: some, is } of known) if ((some & only(number)) !== 0) return is;
    const end = unit.endFor(number);
    const left = known.reduce((rest, one) => rest & ~one.viewers, end.viewers & viewers);
    const inForce = thoseWithAllInForce(piece, end.is, left);
    const areInForce = (inForce & only(number)) !== 0;
    const found = this.#find(unit, piece, end.is, number, areInForce ? inForce : 0, targetOf);
    known.push(found);
    return found.is;
  }

  /** The values of some macros that a piece of a unit defines, for viewer `number`. */
  ofSome(unit: Unit, piece: PieceEffect, number: number, targetOf: TargetOf, wanted: ReadonlySet<string>): ValuesFound {
    return this.#workOut(unit, this.#slotsOf(piece, wanted), false, number, targetOf);
  }

  /**
   * The macros that a piece of a unit defines, for viewer `number`, to be worked out when somebody asks for them. Nothing where
   * there are none; but that a header was read behind others is to be known even then.
   */
  late(
    unit: Unit,
    piece: PieceEffect,
    number: number,
    { target, unsettled, report }: LateReader,
  ): LateMacros | undefined {
    const budget = {
      tokensLeft: limits.expandedTokensPerValues,
      problems: 0,
      report: (diagnostic: Diagnostic): void => {
        budget.problems++;
        report(diagnostic);
      },
    };
    const isAlone = !unit.file.isBuiltIn;
    const defined = this.#lateOf(piece);
    if (defined.isEmpty && isAlone) return undefined;
    const findAtEnd = (): ValuesAtEnd => this.#atEndFor(unit, piece, number);
    return new LateValues(defined, findAtEnd, unit.viewOf(number), target, { unsettled, isAlone }, budget);
  }

  /** The macros of a piece that are in force for viewer `number` at the end of a unit. */
  #atEndFor(unit: Unit, piece: PieceEffect, number: number): ValuesAtEnd {
    let known = unit.late.get(piece);
    if (known === undefined) unit.late.set(piece, (known = []));
    const found = known.find(({ end }) => (end.viewers & only(number)) !== 0);
    if (found !== undefined) return found;
    const late = this.#lateOf(piece);
    const { is: environment, viewers } = unit.endFor(number);
    let left = known.reduce((rest, { end }) => rest & ~end.viewers, viewers & unit.viewersCallingRequests());
    const makers = new Set<string>();
    for (const name of late.called) {
      const making = unit.viewersMakingRequests(name);
      const isMaker = (making & only(number)) !== 0;
      if (isMaker) makers.add(name);
      left &= isMaker ? making : ~making;
    }
    const all = late.with(makers);
    const inForce = thoseWithAllInForce(piece, environment, left);
    const areAll = (inForce & only(number)) !== 0;
    const view = unit.viewOf(number);
    const macros = areAll ? all.macros : all.macros.filter((macro) => view.macro(macro.name) === macro);
    const named = areAll ? all : new NamedMacros(macros, makers, this.#macros);
    const end = { environment, viewers: areAll ? inForce : only(number) };
    const areCallsRequests = (unit.viewersCallingRequests() & only(number)) !== 0;
    const atEnd = new ValuesAtEnd(named, end, areCallsRequests, this.#macros);
    known.push(atEnd);
    return atEnd;
  }

  #lateOf(piece: PieceEffect): LatePiece {
    let late = this.#late.get(piece);
    if (late === undefined) this.#late.set(piece, (late = new LatePiece(piece, this.#macros)));
    return late;
  }

  /** `inForce`: those with all macros of the piece in force, if `number` is one of them. */
  #find(
    unit: Unit,
    piece: PieceEffect,
    environment: Environment,
    number: number,
    inForce: Viewers,
    targetOf: TargetOf,
  ): Part<ValuesFound> {
    const viewer = only(number);
    let shared = this.#shared.get(piece);
    if (shared === undefined) this.#shared.set(piece, (shared = []));
    for (const one of inForce === 0 ? [] : shared) {
      if (one.reads.heldBy(environment, viewer) !== 0) {
        return { viewers: one.reads.heldBy(environment, inForce), is: one };
      }
    }
    const result = this.#workOut(unit, this.#slotsOf(piece), inForce !== 0, number, targetOf);
    // Which of two definitions that say the same is in force is no question of what it says; and one that ran into a limit
    // may do better where others have worked a part of it out.
    const isShared = inForce !== 0 && result.diagnostics.length === 0;
    if (isShared) remember(shared, result);
    return { viewers: viewer | (isShared ? result.reads.heldBy(environment, inForce) : 0), is: result };
  }

  #workOut(unit: Unit, slots: readonly Slot[], areInForce: boolean, number: number, targetOf: TargetOf): SharedValues {
    const view = unit.viewOf(number);
    const target = targetOf(number);
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
      if (!areInForce && view.macro(macro.name) !== macro) continue;
      values.push(fixed ?? this.#macros.read(macro, view, target, budget, collector));
    }
    return { values, diagnostics, reads: collector.reads() };
  }

  #slotsOf(piece: PieceEffect, wanted?: ReadonlySet<string>): readonly Slot[] {
    const known = wanted === undefined ? this.#slots.get(piece) : undefined;
    if (known !== undefined) return known;
    const slots: Slot[] = [];
    for (const macro of macrosOf(piece)) {
      if (wanted?.has(macro.name) !== false) slots.push({ macro, fixed: this.#macros.fixed(macro) });
    }
    if (wanted === undefined) this.#slots.set(piece, slots);
    return slots;
  }
}

/** The macros of a piece, and which others they call. */
class LatePiece implements DefinedMacros {
  readonly #macros: readonly Macro[];
  readonly #values: MacroValues;
  /** By the names of those that make requests as well. */
  readonly #named = new Map<string, NamedMacros>();
  readonly #piece: PieceEffect;
  #words: ReadonlySet<string> | undefined;
  #called: ReadonlySet<string> | undefined;

  constructor(piece: PieceEffect, values: MacroValues) {
    this.#piece = piece;
    this.#macros = macrosOf(piece);
    this.#values = values;
  }

  get isEmpty(): boolean {
    return this.#macros.length === 0;
  }

  get words(): ReadonlySet<string> {
    this.#words ??= new Set(this.#macros.map(({ name }) => wordOf(name)));
    return this.#words;
  }

  has(name: string): boolean {
    return this.#piece.layer.macros.has(name);
  }

  /** Other macros than those that make requests. */
  get called(): ReadonlySet<string> {
    this.#called ??= new Set(this.#macros.flatMap(callOf));
    return this.#called;
  }

  /** The macros as those see them to whom calls of `makers` come to requests. */
  with(makers: ReadonlySet<string>): NamedMacros {
    const key = [...makers].join(' ');
    let named = this.#named.get(key);
    if (named === undefined) this.#named.set(key, (named = new NamedMacros(this.#macros, makers, this.#values)));
    return named;
  }
}

function callOf(macro: Macro): readonly string[] {
  const name = macro.parameters === undefined ? calledBy(macro) : undefined;
  return name === undefined || requestMacros.has(name) ? [] : [name];
}

function macrosOf({ layer }: PieceEffect): readonly Macro[] {
  const macros: Macro[] = [];
  for (const macro of layer.macros.values()) {
    if (!(macro instanceof Macro)) continue;
    // A guard without a value says nothing to anybody but the preprocessor.
    if (macro.name === macro.file.guard && macro.bodyStart === macro.bodyEnd) continue;
    macros.push(macro);
  }
  return macros;
}

/** Those among `viewers` for whom no macro of a piece was redefined or undefined by what came after it. */
function thoseWithAllInForce({ layer }: PieceEffect, environment: Environment, viewers: Viewers): Viewers {
  const { macros } = layer;
  const later: (Layer | JoinedLayer)[] = [];
  for (let at: Environment | undefined = environment; at !== undefined; at = at.parent) {
    if (at.layer === layer) {
      // A piece is the first to write most of its names.
      const others = later.filter(({ groups }) => groups.meets(layer.groups));
      if (others.every((one) => !haveCommonName(one.macros, macros))) return viewers;
      break;
    }
    if ((at.viewers & viewers) !== 0) later.push(at.layer);
  }
  // Else it stands in a file that the header includes, or something did come later for somebody.
  let rest = viewers;
  for (const [name, macro] of macros) {
    if (!(macro instanceof Macro)) continue;
    rest = agreeing(environment, 'macros', environment.names.of('macros', name), macro, rest, Object.is);
    if (rest === 0) return 0;
  }
  return rest;
}

function haveCommonName(some: ReadonlyMap<string, unknown>, others: ReadonlyMap<string, unknown>): boolean {
  const [few, many] = some.size < others.size ? [some, others] : [others, some];
  for (const name of few.keys()) if (many.has(name)) return true;
  return false;
}
