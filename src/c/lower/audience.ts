/**
 * The targets for which a tree is read at once, and what is known of its headers as they see them.
 *
 * Each is a viewer: a target, and the tree as it looks from there. A header that one of them asks for is read for all of them
 * to whom its name means the same file; the others then find it read.
 */

import type { Target } from '../../abi/target.ts';
import {
  dataModelFact,
  Environment,
  JoinedLayer,
  Layer,
  type MacroBinding,
  type Measure,
  type Part,
  requestFact,
  targetFact,
} from '../environment.ts';
import { measureOn } from '../expression/measure.ts';
import type { Macro } from '../macro.ts';
import type { IncludeForm, Source, SourceFile, TakenForGranted, WhatIsTaken } from '../source.ts';
import type { TokenFile } from '../token.ts';
import { firstOf, firstViewers, maximumViewers, only, type Viewers, withoutFirst } from '../viewers.ts';
import type { FileEffect, FileRead, Step } from './effects.ts';
import { FileQuestions } from './file-questions.ts';
import type { FrontEnd } from './front-end.ts';
import { FileReader, type Readers } from './read-file.ts';
import { requestMacros } from './request-macros.ts';
import { Unit } from './unit.ts';

export interface Viewer {
  readonly target: Target;
  readonly source: Source;
}

export class Audience implements Readers {
  readonly frontEnd: FrontEnd;
  readonly viewers: readonly Viewer[];
  readonly #whatIsTaken: WhatIsTaken;
  readonly #base: Environment;
  readonly #effects = new Map<TokenFile, FileEffect[]>();
  readonly #shut = new Map<Macro, FileEffect>();
  readonly #units = new Map<TokenFile, Unit[]>();
  readonly #names = new Map<readonly string[], ReadonlySet<string>>();
  readonly #taken = new Map<TokenFile, readonly TakenForGranted[]>();

  /** @throws {RangeError} for more viewers than a set holds. */
  constructor(frontEnd: FrontEnd, viewers: readonly Viewer[], whatIsTaken: WhatIsTaken = () => []) {
    if (viewers.length > maximumViewers) throw new RangeError(`more than ${maximumViewers} viewers`);
    this.frontEnd = frontEnd;
    this.viewers = viewers;
    this.#whatIsTaken = whatIsTaken;
    this.#base = baseOf(
      frontEnd,
      viewers.map(({ target }) => target),
    );
  }

  viewer(number: number): Viewer {
    const viewer = this.viewers[number];
    if (viewer === undefined) throw new RangeError(`there is no viewer ${number}`);
    return viewer;
  }

  /** The number of the viewer that is a target, or -1. */
  numberOf(target: Target): number {
    return this.viewers.findIndex((viewer) => viewer.target === target);
  }

  viewersOf(targets: readonly Target[]): Viewers {
    let viewers = 0;
    for (const target of targets) {
      const number = this.numberOf(target);
      if (number >= 0) viewers |= only(number);
    }
    return viewers;
  }

  /** What a header comes to, read alone. It is read for all of `wanted` to whom its name means that file. */
  unitOf(header: SourceFile, number: number, wanted: Viewers = firstViewers(this.viewers.length)): Unit {
    const file = this.frontEnd.tokensOf(header, this.viewer(number).source);
    let units = this.#units.get(file);
    if (units === undefined) this.#units.set(file, (units = []));
    const known = units.find(({ viewers }) => (viewers & only(number)) !== 0);
    if (known !== undefined) return known;
    const read = units.reduce((viewers, unit) => viewers | unit.viewers, 0);
    const viewers = only(number) | (this.#seeing(file, header, this.#offered(header, number, wanted)) & ~read);
    const unit = new Unit(header, file, viewers, this.#read(file, viewers));
    units.push(unit);
    return unit;
  }

  /**
   * Few headers that use `_IOW` include what defines it, and some not even what declares its argument. A macro is expanded where it is
   * used, and who uses a request has included <linux/ioctl.h>, be it through <sys/ioctl.h>, and whatever else it takes.
   */
  #read(file: TokenFile, viewers: Viewers): FileRead {
    const reader = new FileReader(this);
    const { steps, ends } = reader.read(file, this.#base, viewers);
    return {
      steps,
      ends: this.#takenBy(file, steps).reduce((behind, taken) => reader.behind(taken, file, this.#base, behind), ends),
    };
  }

  #takenBy(file: TokenFile, steps: readonly Step[]): readonly TakenForGranted[] {
    // What stands for a header behind others is what it includes.
    if (file.isBuiltIn) {
      return steps.flatMap(({ effect }) => (effect.kind === 'file' ? this.#takenBy(effect.file, []) : []));
    }
    let taken = this.#taken.get(file);
    if (taken === undefined) {
      const usesRequests = file.texts.some((text) => requestMacros.has(text));
      taken = [
        ...(usesRequests ? [requestMaker] : []),
        ...this.#whatIsTaken(file.name, usesRequests ? file.texts : []),
      ];
      this.#taken.set(file, taken);
    }
    return taken;
  }

  /** Those among `viewers` to whom the name of a header means `file`; all of them, if it means that to nobody. */
  #seeing(file: TokenFile, { name, path }: SourceFile, viewers: Viewers): Viewers {
    let seeing = 0;
    let isFound = false;
    let last: SourceFile | undefined;
    for (let rest = viewers; rest !== 0; rest = withoutFirst(rest)) {
      const number = firstOf(rest);
      const { source } = this.viewer(number);
      const found = source.resolve(name, 'angle', undefined);
      if (found === undefined) continue;
      isFound = true;
      // What stands elsewhere is another file, whatever is in it.
      if (found === last || (found.path === path && this.frontEnd.tokensOf(found, source) === file)) {
        last = found;
        seeing |= only(number);
      }
    }
    return isFound ? seeing : viewers;
  }

  /** Those among `viewers` whose programs may include a header; all of them, if viewer `number` is not one of those. */
  #offered({ name }: SourceFile, number: number, viewers: Viewers): Viewers {
    let offered = 0;
    for (let rest = viewers | only(number); rest !== 0; rest = withoutFirst(rest)) {
      const one = firstOf(rest);
      if (this.#namesFor(one)?.has(name) !== false) offered |= only(one);
    }
    return (offered & only(number)) === 0 ? viewers : offered & viewers;
  }

  #namesFor(number: number): ReadonlySet<string> | undefined {
    const { names } = this.viewer(number).source;
    if (names === undefined) return undefined;
    let known = this.#names.get(names);
    if (known === undefined) this.#names.set(names, (known = new Set(names)));
    return known;
  }

  /** The files that an include in `from` leads to. */
  resolve(
    name: string,
    form: IncludeForm,
    from: TokenFile | undefined,
    viewers: Viewers,
  ): readonly Part<TokenFile | undefined>[] {
    // Only what lies in asm/ depends on the architecture, where the source says so.
    const isCommon = form === 'angle' && !/^asm\/|\.\./.test(name);
    let last: { readonly shared: object; readonly found: TokenFile | undefined } | undefined;
    return told(viewers, (number) => {
      const { source } = this.viewer(number);
      if (isCommon && last !== undefined && last.shared === source.shared) return last.found;
      const found = this.frontEnd.resolve(source, name, form, from);
      last = source.shared === undefined ? undefined : { shared: source.shared, found };
      return found;
    });
  }

  /** Why an include leads nowhere. */
  whyAbsent(name: string, viewers: Viewers): readonly Part<string | undefined>[] {
    return told(viewers, (number) => this.viewer(number).source.whyAbsent?.(name));
  }

  /** What is known of a file that is included. */
  effectsOf(file: TokenFile): FileEffect[] {
    let known = this.#effects.get(file);
    if (known === undefined) this.#effects.set(file, (known = []));
    return known;
  }

  /** What including a file does whose include guard is set: nothing. */
  shut(file: TokenFile, name: string, guard: Macro): FileEffect {
    let effect = this.#shut.get(guard);
    if (effect?.file !== file) {
      const viewers = firstViewers(this.viewers.length);
      effect = {
        ...{
          kind: 'file',
          file,
          viewers,
          steps: [],
          troubled: 0,
          isShareable: true,
          layer: new JoinedLayer([], viewers),
        },
        questions: FileQuestions.ofGuard(name, guard, viewers, this.frontEnd.names),
      };
      this.#shut.set(guard, effect);
    }
    return effect;
  }
}

/** What viewers are told, those who are told the same together. */
function told<T>(viewers: Viewers, tell: (number: number) => T): readonly Part<T>[] {
  const parts: { viewers: Viewers; readonly is: T }[] = [];
  for (let rest = viewers; rest !== 0; rest = withoutFirst(rest)) {
    const number = firstOf(rest);
    const is = tell(number);
    const part = parts.find((one) => one.is === is);
    if (part === undefined) parts.push({ viewers: only(number), is });
    else part.viewers |= only(number);
  }
  return parts;
}

const requestMaker: TakenForGranted = { word: '_IOC', header: 'linux/ioctl.h' };

const bases = new WeakMap<FrontEnd, Map<string, Environment>>();

/** What is defined before the first line of a header: one for the same targets, whatever they look at. */
function baseOf(frontEnd: FrontEnd, targets: readonly Target[]): Environment {
  let known = bases.get(frontEnd);
  if (known === undefined) bases.set(frontEnd, (known = new Map<string, Environment>()));
  const key = targets.map(({ name, language }) => `${name} ${language}`).join();
  let base = known.get(key);
  if (base === undefined) known.set(key, (base = makeBase(frontEnd, targets)));
  return base;
}

function makeBase(frontEnd: FrontEnd, targets: readonly Target[]): Environment {
  const all = firstViewers(targets.length);
  /** Names with what they mean to some. */
  const meanings = new Map<string, Map<MacroBinding, Viewers>>();
  for (const [number, target] of targets.entries()) {
    for (const [name, binding] of predefinedFor(frontEnd, target)) {
      let parts = meanings.get(name);
      if (parts === undefined) meanings.set(name, (parts = new Map<MacroBinding, Viewers>()));
      parts.set(binding, (parts.get(binding) ?? 0) | only(number));
    }
  }
  // Half of it holds for all targets, and most of the rest for those with one data model: each is written once.
  const byViewers = new Map<Viewers, Layer>();
  for (const [name, parts] of meanings) {
    for (const [binding, viewers] of parts) {
      let layer = byViewers.get(viewers);
      if (layer === undefined) byViewers.set(viewers, (layer = new Layer()));
      layer.macros.set(name, binding);
      layer.note('macros', name, frontEnd.names);
    }
  }
  const layers = [...byViewers].map(([viewers, is]) => ({ viewers, is }));
  const measures: readonly Measure[] = targets.map(measureOn);
  const base = new JoinedLayer(layers, all);
  return new Environment(base, { measures, names: frontEnd.names }, all);
}

function predefinedFor(frontEnd: FrontEnd, target: Target): readonly (readonly [name: string, is: MacroBinding])[] {
  return [
    ...frontEnd.predefinedMacros(target).map((macro) => [macro.name, macro] as const),
    [dataModelFact, target.dataModel],
    // Where something lies in a record depends on the language: only C has records without bytes.
    [targetFact, `${target.name} ${target.language}`],
    [requestFact, JSON.stringify(target.request)],
  ];
}
