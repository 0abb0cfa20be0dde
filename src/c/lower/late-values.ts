/**
 * The macros of a piece of text as a portion that nobody has read yet.
 *
 * Which of them are in force at the end of the unit is known without working any out, and so are their names.
 */

import type { Declared, KnownBits, LateMacros } from '../../abi/portion.ts';
import type { Target } from '../../abi/target.ts';
import type { Environment, Part, View } from '../environment.ts';
import { Macro } from '../macro.ts';
import { ReadCollector } from '../reads.ts';
import { TokenKind } from '../token.ts';
import { only, type Viewers } from '../viewers.ts';
import { requestMacros } from './request-macros.ts';
import { isName, isWholeCall } from './macro-text.ts';
import type { MacroValue, ValueBudget } from './macro-value.ts';
import type { MacroValues } from './macro-values.ts';
import { unknownBits } from './possible-value.ts';

/** Macros that are in force, in their order. */
export class NamedMacros {
  readonly macros: readonly Macro[];
  readonly names: readonly string[];
  readonly #makers: ReadonlySet<string>;
  readonly #values: MacroValues;
  readonly #calls: (boolean | undefined)[] = [];
  #places: ReadonlyMap<string, number> | undefined;
  /** `undefined`: not looked at. */
  readonly #fixed: (MacroValue | 'open' | undefined)[] = [];
  /** Where names stand that were asked for together last. */
  #asked: { readonly names: ReadonlySet<string>; readonly ats: readonly number[] } | undefined;

  /** `makers`: macros that are no request macros, and whose calls can come to nothing but a request. */
  constructor(macros: readonly Macro[], makers: ReadonlySet<string>, values: MacroValues) {
    this.macros = macros;
    this.names = macros.map(({ name }) => name);
    this.#makers = makers;
    this.#values = values;
  }

  at(at: number): Macro {
    const macro = this.macros[at];
    if (macro === undefined) throw new RangeError('there are fewer macros');
    return macro;
  }

  /** What one is worth, if that depends on nothing but its text. */
  fixed(at: number): MacroValue | undefined {
    const known = (this.#fixed[at] ??= this.#values.fixed(this.at(at)) ?? 'open');
    return known === 'open' ? undefined : known;
  }

  indexOf(name: string): number {
    this.#places ??= new Map(this.names.map((one, at) => [one, at]));
    return this.#places.get(name) ?? -1;
  }

  /** Where some names stand, rising. */
  allOf(names: ReadonlySet<string>): readonly number[] {
    if (this.#asked?.names !== names) {
      const ats = [...names].map((name) => this.indexOf(name)).filter((at) => at >= 0);
      this.#asked = { names, ats: ats.sort((a, b) => a - b) };
    }
    return this.#asked.ats;
  }

  /** Whether one is nothing but a call of a macro that makes requests, and of none in its arguments. */
  isRequestCall(at: number): boolean {
    let answer = this.#calls[at];
    if (answer === undefined) {
      const makers = requestMacros.has(calledBy(this.at(at)) ?? '') ? requestMacros : this.#makers;
      this.#calls[at] = answer = isCallOf(makers, this.at(at));
    }
    return answer;
  }
}

/** The name that a macro calls first of all, if it begins with a call. */
export function calledBy({ file, bodyStart, bodyEnd }: Macro): string | undefined {
  const isCall = bodyEnd - bodyStart > 1 && file.texts[bodyStart + 1] === '(';
  return isCall && file.kinds[bodyStart] === TokenKind.identifier ? file.texts[bodyStart] : undefined;
}

function isCallOf(makers: ReadonlySet<string>, macro: Macro): boolean {
  const name = calledBy(macro);
  if (name === undefined || !makers.has(name) || !isWholeCall(macro, name)) return false;
  return !macro.body.some(({ text }, at) => at > 0 && (requestMacros.has(text) || makers.has(text)));
}

/** Whether a call of a macro comes to a request if it comes to a number: `#define DRM_IOR(nr, type) _IOR('d', nr, type)`. */
export function makesRequests(macro: Macro): boolean {
  return macro.parameters !== undefined && !macro.isVariadic && isCallOf(requestMacros, macro);
}

export interface CountingBudget extends ValueBudget {
  /** How many were reported. */
  problems: number;
}

/** Whether every request macro that a viewer sees takes arguments, so that a call of it can come to nothing but a request. */
export function areRequestsCalled(view: View): boolean {
  for (const name of requestMacros) {
    const macro = view.macro(name);
    if (macro instanceof Macro && macro.parameters === undefined) return false;
  }
  return true;
}

/** Where macros are in force: the end of a unit, and those who come to it. */
export interface UnitEnd {
  readonly environment: Environment;
  readonly viewers: Viewers;
}

/** What macros are worth at the end of a unit, for those who asked and for all to whom they mean the same. */
export class ValuesAtEnd {
  readonly named: NamedMacros;
  readonly end: UnitEnd;
  /** Whether macros that are called as those that make requests are macros that can be called. */
  readonly areCallsRequests: boolean;
  readonly #values: MacroValues;
  readonly #found: Part<MacroValue>[][] = [];
  /** By what was asked for. */
  readonly #lists = new WeakMap<readonly number[], Part<readonly MacroValue[]>[]>();

  constructor(named: NamedMacros, end: UnitEnd, areCallsRequests: boolean, values: MacroValues) {
    this.named = named;
    this.areCallsRequests = areCallsRequests;
    this.end = end;
    this.#values = values;
  }

  read(at: number, view: View, target: Target, budget: CountingBudget): MacroValue {
    return this.named.fixed(at) ?? this.#find(at, view, target, budget).is;
  }

  mayBeRequest(at: number, numbers: readonly number[], view: View, target: Target): boolean {
    if (this.named.fixed(at) !== undefined) return false;
    const found = this.#found[at]?.find(({ viewers }) => (viewers & only(view.viewer)) !== 0)?.is;
    if (found === undefined) return this.#values.mayBeRequest(this.named.at(at), numbers, view, target);
    return found.kind === 'request' && numbers.includes(found.declaration.number);
  }

  lastBitsOf(at: number, view: View, target: Target): KnownBits | undefined {
    return this.named.fixed(at) === undefined ? this.#values.lastBitsOf(this.named.at(at), view, target) : unknownBits;
  }

  readAll(ats: readonly number[], view: View, target: Target, budget: CountingBudget): readonly MacroValue[] {
    let lists = this.#lists.get(ats);
    if (lists === undefined) this.#lists.set(ats, (lists = []));
    const known = lists.find(({ viewers }) => (viewers & only(view.viewer)) !== 0);
    if (known !== undefined) return known.is;
    let viewers = this.end.viewers;
    const is = ats.map((at) => {
      const fixed = this.named.fixed(at);
      if (fixed !== undefined) return fixed;
      const found = this.#find(at, view, target, budget);
      viewers &= found.viewers;
      return found.is;
    });
    lists.push({ viewers, is });
    return is;
  }

  /** What one is worth for a viewer, and for whom besides; for nobody, if the same may be worth something else again. */
  #find(at: number, view: View, target: Target, budget: CountingBudget): Part<MacroValue> {
    const found = (this.#found[at] ??= []);
    const known = found.find(({ viewers }) => (viewers & only(view.viewer)) !== 0);
    if (known !== undefined) return known;
    const collector = new ReadCollector();
    const { problems } = budget;
    const is = this.#values.read(this.named.at(at), view, target, budget, collector);
    // One that ran into a limit has to be told of for everybody.
    if (budget.problems > problems) return { viewers: 0, is };
    const left = found.reduce((rest, one) => rest & ~one.viewers, this.end.viewers);
    const part = { viewers: only(view.viewer) | collector.reads().heldBy(this.end.environment, left), is };
    found.push(part);
    return part;
  }
}

/** The macros that a piece defines, whether or not they are in force at the end. */
export interface DefinedMacros {
  readonly words: ReadonlySet<string>;
  has(name: string): boolean;
}

/**
 * Macros as one viewer sees them at the end of a unit. Which of them are in force there is found out once somebody asks for one of
 * the piece: of the headers that are included, nobody does for most.
 */
export class LateValues implements LateMacros {
  readonly unsettled: ReadonlySet<string>;
  readonly isAlone: boolean;
  readonly #defined: DefinedMacros;
  readonly #findAtEnd: () => ValuesAtEnd;
  #found: ValuesAtEnd | undefined;
  readonly #view: View;
  readonly #target: Target;
  readonly #budget: CountingBudget;

  constructor(
    defined: DefinedMacros,
    findAtEnd: () => ValuesAtEnd,
    view: View,
    target: Target,
    { unsettled, isAlone }: Pick<LateMacros, 'unsettled' | 'isAlone'>,
    budget: CountingBudget,
  ) {
    this.unsettled = unsettled;
    this.isAlone = isAlone;
    this.#defined = defined;
    this.#findAtEnd = findAtEnd;
    this.#view = view;
    this.#target = target;
    this.#budget = budget;
  }

  get names(): readonly string[] {
    return this.#named.names;
  }

  get words(): ReadonlySet<string> {
    return this.#defined.words;
  }

  get #atEnd(): ValuesAtEnd {
    return (this.#found ??= this.#findAtEnd());
  }

  get #named(): NamedMacros {
    return this.#atEnd.named;
  }

  indexOf(name: string): number {
    return this.#defined.has(name) ? this.#named.indexOf(name) : -1;
  }

  headerAt(at: number): string {
    return this.#named.at(at).file.name;
  }

  isOfTextAlone(at: number): boolean {
    return this.#named.fixed(at) !== undefined;
  }

  isAlias(at: number): boolean {
    return isName(this.#named.at(at));
  }

  isNoConstant(at: number): boolean {
    return this.#atEnd.areCallsRequests && this.#named.isRequestCall(at);
  }

  mayBeRequest(at: number, numbers: readonly number[]): boolean {
    return this.#atEnd.mayBeRequest(at, numbers, this.#view, this.#target);
  }

  lastBitsOf(at: number): KnownBits | undefined {
    return this.#atEnd.lastBitsOf(at, this.#view, this.#target);
  }

  get unsettledAts(): readonly number[] {
    for (const name of this.unsettled) if (this.#defined.has(name)) return this.#named.allOf(this.unsettled);
    return nowhere;
  }

  read(at: number): Declared {
    return this.#atEnd.read(at, this.#view, this.#target, this.#budget);
  }

  readAll(ats: readonly number[]): readonly Declared[] {
    return this.#atEnd.readAll(ats, this.#view, this.#target, this.#budget);
  }
}

const nowhere: readonly number[] = [];
