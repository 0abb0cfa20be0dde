/**
 * Many headers, one ABI.
 *
 * Every header is read alone, as programs include it, and contributes what stands **in it**. What it drags in from others
 * comes from those headers themselves; only what they did not show when read alone (declarations behind a macro that the
 * includer defines, as `asm/unistd.h` does for `asm-generic/unistd.h`) is taken from the includer. Which meaning of a name
 * counts where several headers have one is decided by their order (`declaration-list.ts`). The `asm-generic/` headers come
 * last, because an architecture's own headers override them.
 */

import type { Abi } from '../../abi/abi.ts';
import { DeclarationList, type ListedPortion } from '../../abi/declaration-list.ts';
import { mapsOf } from '../../abi/declaration-map.ts';
import type { Declared } from '../../abi/portion.ts';
import type { Target } from '../../abi/target.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import type { SourceFile } from '../source.ts';
import type { TokenFile } from '../token.ts';
import { only, type Viewers } from '../viewers.ts';
import type { Audience } from './audience.ts';
import { type FileEffect, type PieceEffect, type Step, stepsOf } from './effects.ts';
import type { Unit } from './unit.ts';
import type { ValuesFound } from './macro-value.ts';

export interface ReadOptions {
  /** Of macros, only these: their values are the dearest part. */
  readonly macros?: ReadonlySet<string> | undefined;
  /** Macros of other names mean the same on the other side of a comparison: these are worked out when somebody asks. */
  readonly unsettled?: ReadonlySet<string> | undefined;
  /** The targets that a header will be asked for; all, where nobody knows. */
  readonly readersOf?: ((header: SourceFile) => readonly Target[]) | undefined;
  /** What to read instead of a header that is not understood: what mends most of its errors and makes no others, the first of those. */
  readonly insteadOf?: (header: SourceFile) => readonly SourceFile[];
}

/** Everything that `headers` declare for one target of an audience. Problems in the headers are in the result. */
export function readAbi(
  audience: Audience,
  headers: readonly SourceFile[],
  target: Target,
  label: string,
  { macros, unsettled, readersOf, insteadOf }: ReadOptions = {},
): Abi {
  const number = audience.numberOf(target);
  const viewer = only(number);
  const collector = new Collector(audience, number, macros, unsettled);
  const isGeneric = ({ name }: SourceFile): boolean => name.startsWith('asm-generic/');
  const ordered = [...headers.filter((header) => !isGeneric(header)), ...headers.filter(isGeneric)];
  const known = new Set(headers.map(({ path }) => path));
  const read = ordered.map((header): ReadHeader => {
    const { name } = header;
    const unit = audience.unitOf(header, number, readersOf && audience.viewersOf(readersOf(header)));
    // Trouble in another header is that one's own, unless only its includers are read.
    const isItsOwn = (path: string): boolean => path === header.path || !known.has(path);
    const isTroubled = (some: Errors): boolean => [...some.values()].some(isItsOwn);
    const errors = errorsIn(unit, viewer);
    if (insteadOf === undefined || !isTroubled(errors)) return { name, unit };
    let best = { unit, errors };
    for (const other of insteadOf(header)) {
      const better = audience.unitOf(other, number, unit.troubled);
      const left = errorsIn(better, viewer);
      // What nothing mends, an include that is not there, is no reason to do without what is mended. What breaks more mends nothing.
      if (left.size < best.errors.size && [...left.keys()].every((error) => errors.has(error))) {
        best = { unit: better, errors: left };
      }
      if (!isTroubled(best.errors)) break;
    }
    return { name, unit: best.unit };
  });
  for (const one of read) collector.addOwn(one);
  for (const one of read) collector.addIncluded(one);
  return { target, label, ...collector.result() };
}

/** A header by its name, as it was read: by itself, or behind others. */
interface ReadHeader {
  readonly name: string;
  readonly unit: Unit;
}

/** What was not understood, by `keyOf`, each with the file it is in. */
type Errors = ReadonlyMap<string, string>;
const noErrors: Errors = new Map<string, string>();

/** The errors that a target meets in a unit. */
function errorsIn({ troubled, steps }: Unit, viewer: Viewers): Errors {
  // So it is for nearly all.
  if ((troubled & viewer) === 0) return noErrors;
  const errors = new Map<string, string>();
  const add = (diagnostics: readonly Diagnostic[]): void => {
    for (const one of diagnostics) if (one.severity === 'error') errors.set(keyOf(one), one.location?.file ?? '');
  };
  const pending = [steps];
  for (let open = pending.pop(); open !== undefined; open = pending.pop()) {
    for (const effect of stepsOf(open, viewer)) {
      if (effect.kind === 'piece') add(effect.diagnostics);
      else if (effect.kind === 'problem') add([effect.diagnostic]);
      else if ((effect.troubled & viewer) !== 0) pending.push(effect.steps);
    }
  }
  return errors;
}

/** The same for what is told twice. */
function keyOf({ location, code, message }: Diagnostic): string {
  return `${location?.file ?? ''}\0${location?.line ?? 0}\0${location?.column ?? 0}\0${code}\0${message}`;
}

interface Problem {
  readonly diagnostic: Diagnostic;
  /** The headers in which it was met; `undefined` where that says nothing. */
  readIn: Set<string> | undefined;
}

/** What more headers meet is trouble of a header that everything includes: to name them all helps nobody. */
const mostReadIn = 16;

class Collector {
  readonly #audience: Audience;
  readonly #number: number;
  readonly #viewer: Viewers;
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #unsettled: ReadonlySet<string> | undefined;
  readonly #portions: ListedPortion[] = [];
  /** The headers whose own text was added. */
  readonly #own = new Map<TokenFile, Unit>();
  readonly #headers = new Set<string>();
  readonly #includes = new Map<string, Set<string>>();
  readonly #seen = new Set<PieceEffect | FileEffect | Unit>();
  readonly #problems = new Map<string, Problem>();

  constructor(
    audience: Audience,
    number: number,
    macros: ReadonlySet<string> | undefined,
    unsettled: ReadonlySet<string> | undefined,
  ) {
    this.#audience = audience;
    this.#number = number;
    this.#viewer = only(number);
    this.#wanted = macros;
    this.#unsettled = unsettled;
  }

  /** What stands in the header itself. */
  addOwn(read: ReadHeader): void {
    const { name, unit } = read;
    if (unit.file.isBuiltIn || this.#own.has(unit.file)) return;
    this.#own.set(unit.file, unit);
    this.#headers.add(unit.file.name);
    for (const { viewers, effect } of unit.own) {
      if ((viewers & this.#viewer) === 0) continue;
      if (effect.kind === 'problem') this.#report(effect.diagnostic, effect.isLimit ? undefined : name);
      else if (effect.kind === 'piece') this.#addPiece(read, effect, viewers, true);
    }
  }

  /** What the header includes, as far as it has not been seen. */
  addIncluded(read: ReadHeader): void {
    const { name, unit } = read;
    const pending: { readonly effect: FileEffect; readonly viewers: Viewers }[] = [];
    const follow = (file: TokenFile, steps: readonly Step[], readers: Viewers): void => {
      for (const { viewers, effect } of steps) {
        if ((viewers & this.#viewer) === 0) continue;
        if (effect.kind === 'problem') {
          this.#report(effect.diagnostic, effect.isLimit ? undefined : name);
        } else if (effect.kind === 'file') {
          addTo(this.#includes, file.name, effect.file.name);
          if (!this.#seen.has(effect)) pending.push({ effect, viewers: viewers & readers });
        } else if (!this.#seen.has(effect) && !effect.file.isBuiltIn) {
          this.#seen.add(effect);
          if (this.#own.get(effect.file)?.shows(effect, this.#viewer) === true) continue;
          this.#addPiece(read, effect, viewers & readers, false);
        }
      }
    };
    if (this.#seen.has(unit)) return;
    this.#seen.add(unit);
    // What stands in a header that is no part of the ABI was not added before, and what is wrong with it is wrong here.
    follow(unit.file, unit.file.isBuiltIn ? unit.steps : unit.included, unit.viewers);
    for (let open = pending.pop(); open !== undefined; open = pending.pop()) {
      const { effect, viewers } = open;
      if (this.#seen.has(effect)) continue;
      this.#seen.add(effect);
      if (!effect.file.isBuiltIn) this.#headers.add(effect.file.name);
      follow(effect.file, effect.steps, viewers);
    }
  }

  result(): Omit<Abi, 'target' | 'label'> {
    const list = new DeclarationList(this.#audience.frontEnd.portions, this.#portions);
    return {
      ...mapsOf(list),
      headers: [...this.#headers],
      includes: this.#includes,
      notUnderstood: [...this.#problems.values()].map(({ diagnostic, readIn }) =>
        readIn === undefined || readIn.size > mostReadIn ? diagnostic : { ...diagnostic, readIn: [...readIn] },
      ),
    };
  }

  /** `header`: in which it was met, if it is what that says and not that it says too much. */
  #report(diagnostic: Diagnostic, header: string | undefined): void {
    if (diagnostic.severity !== 'error') return;
    const key = keyOf(diagnostic);
    const known = this.#problems.get(key);
    if (known === undefined)
      this.#problems.set(key, { diagnostic, readIn: header === undefined ? header : new Set([header]) });
    else if (header === undefined) known.readIn = undefined;
    else known.readIn?.add(header);
  }

  /** `read`: that in which the piece stands, itself or in what it includes. `isOwn`: a second meaning of a name is kept beside the first. `viewers`: to whom the piece means this there. */
  #addPiece(read: ReadHeader, piece: PieceEffect, viewers: Viewers, isOwn: boolean): void {
    const { name, unit } = read;
    for (const diagnostic of piece.diagnostics) this.#report(diagnostic, name);
    this.#addPortion(piece.lowered, piece, isOwn);
    if (this.#unsettled !== undefined) {
      this.#addLate(read, piece, isOwn, this.#unsettled);
      return;
    }
    const found = this.#valuesOf(unit, piece, viewers);
    if (found === undefined) return;
    for (const diagnostic of found.diagnostics) this.#report(diagnostic, name);
    this.#addPortion(found.values, piece, isOwn);
  }

  #addLate({ name, unit }: ReadHeader, piece: PieceEffect, isOwn: boolean, unsettled: ReadonlySet<string>): void {
    const { frontEnd } = this.#audience;
    const late = frontEnd.values.late(unit, piece, this.#number, {
      target: this.#audience.viewer(this.#number).target,
      unsettled,
      report: (diagnostic) => {
        this.#report(diagnostic, name);
      },
    });
    if (late === undefined) return;
    // What is wrong with those that will be asked for belongs to what is said of the header.
    if (late.isAlone) late.readAll(late.unsettledAts);
    else for (const at of late.names.keys()) late.read(at);
    this.#portions.push({ portion: frontEnd.portions.lateOf(late, piece.file.name), isOwn });
  }

  #valuesOf(unit: Unit, piece: PieceEffect, viewers: Viewers): ValuesFound | undefined {
    const { values } = this.#audience.frontEnd;
    const targetOf = (number: number): Target => this.#audience.viewer(number).target;
    if (this.#wanted === undefined) return values.of(unit, piece, this.#number, viewers, targetOf);
    if (!definesOneOf(piece, this.#wanted)) return undefined;
    return values.ofSome(unit, piece, this.#number, targetOf, this.#wanted);
  }

  #addPortion(declared: readonly Declared[], { file }: PieceEffect, isOwn: boolean): void {
    if (declared.length === 0) return;
    this.#portions.push({ portion: this.#audience.frontEnd.portions.portionOf(declared, file.name), isOwn });
  }
}

function definesOneOf(piece: PieceEffect, names: ReadonlySet<string>): boolean {
  for (const name of names) if (piece.layer.macros.has(name)) return true;
  return false;
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}
