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
import type { Declared } from '../../abi/portion.ts';
import type { Target } from '../../abi/target.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import type { Source, SourceFile } from '../source.ts';
import type { FileContents, PieceEffect } from './effects.ts';
import type { FrontEnd } from './front-end.ts';
import { readHeader } from './read-header.ts';
import type { Unit } from './unit.ts';

export interface ReadOptions {
  /** Of macros, only these: their values are the dearest part. */
  readonly macros?: ReadonlySet<string> | undefined;
  /** What to read instead of a header that is not understood; the first that is counts. */
  readonly insteadOf?: (header: SourceFile) => readonly SourceFile[];
}

/** Everything that `headers` declare for one target. Problems in the headers are in the result. */
export function readAbi(
  frontEnd: FrontEnd,
  source: Source,
  headers: readonly SourceFile[],
  target: Target,
  label: string,
  { macros, insteadOf }: ReadOptions = {},
): Abi {
  const collector = new Collector(frontEnd, macros);
  const isGeneric = ({ name }: SourceFile): boolean => name.startsWith('asm-generic/');
  const ordered = [...headers.filter((header) => !isGeneric(header)), ...headers.filter(isGeneric)];
  const known = new Set(headers.map(({ path }) => path));
  const units = ordered.map((header) => {
    const unit = readHeader(frontEnd, source, header, target);
    // Trouble in another header is that one's own, unless only its includers are read.
    const isTroubled = (path: string): boolean => path === header.path || !known.has(path);
    if (insteadOf === undefined || !unit.root.hasErrors || !errorPlaces(unit.root).some(isTroubled)) return unit;
    for (const other of insteadOf(header)) {
      const better = readHeader(frontEnd, source, other, target);
      if (!better.root.hasErrors) return better;
    }
    return unit;
  });
  for (const unit of units) collector.addOwn(unit);
  for (const unit of units) collector.addIncluded(unit);
  return { target, label, ...collector.result() };
}

/** The files in which something was not understood. */
function errorPlaces(contents: FileContents): readonly string[] {
  const paths: string[] = [];
  const add = (diagnostics: readonly Diagnostic[]): void => {
    for (const { severity, location } of diagnostics) if (severity === 'error') paths.push(location?.file ?? '');
  };
  const pending: FileContents[] = [contents];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    add(file.diagnostics);
    for (const part of file.parts) {
      if (part.kind === 'piece') add(part.diagnostics);
      else if (part.hasErrors) pending.push(part);
    }
  }
  return paths;
}

class Collector {
  readonly #frontEnd: FrontEnd;
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #portions: ListedPortion[] = [];
  readonly #headers = new Set<string>();
  readonly #includes = new Map<string, Set<string>>();
  readonly #seen = new Set<PieceEffect | FileContents>();
  readonly #diagnostics = new Map<string, Diagnostic>();

  constructor(frontEnd: FrontEnd, macros: ReadonlySet<string> | undefined) {
    this.#frontEnd = frontEnd;
    this.#wanted = macros;
  }

  /** What stands in the header itself. */
  addOwn(unit: Unit): void {
    if (unit.root.file.isBuiltIn) return;
    this.#headers.add(unit.root.file.name);
    for (const diagnostic of unit.root.diagnostics) this.#report(diagnostic);
    for (const part of unit.root.parts) {
      if (part.kind !== 'piece' || this.#seen.has(part)) continue;
      this.#seen.add(part);
      this.#addPiece(unit, part, true);
    }
  }

  /** What the header includes, as far as it has not been seen. */
  addIncluded(unit: Unit): void {
    const pending: FileContents[] = [unit.root];
    for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
      if (this.#seen.has(file)) continue;
      this.#seen.add(file);
      if (!file.file.isBuiltIn) this.#headers.add(file.file.name);
      for (const diagnostic of file.diagnostics) this.#report(diagnostic);
      for (const part of file.parts) {
        if (part.kind === 'file') {
          pending.push(part);
          addTo(this.#includes, file.file.name, part.file.name);
        } else if (!this.#seen.has(part) && !part.file.isBuiltIn) {
          this.#seen.add(part);
          this.#addPiece(unit, part, false);
        }
      }
    }
  }

  result(): Omit<Abi, 'target' | 'label'> {
    const list = new DeclarationList(this.#frontEnd.portions, this.#portions);
    return {
      ...list.maps(),
      headers: [...this.#headers],
      includes: this.#includes,
      notUnderstood: [...this.#diagnostics.values()],
    };
  }

  #report(diagnostic: Diagnostic): void {
    if (diagnostic.severity !== 'error') return;
    const { location, code, message } = diagnostic;
    const key = `${location?.file ?? ''}\0${location?.line ?? 0}\0${location?.column ?? 0}\0${code}\0${message}`;
    if (!this.#diagnostics.has(key)) this.#diagnostics.set(key, diagnostic);
  }

  /** `isOwn`: a second meaning of a name is kept beside the first. */
  #addPiece(unit: Unit, piece: PieceEffect, isOwn: boolean): void {
    for (const diagnostic of piece.diagnostics) this.#report(diagnostic);
    this.#addPortion(piece.lowered, piece, isOwn);
    if (this.#wanted !== undefined && !definesOneOf(piece, this.#wanted)) return;
    const { values, diagnostics } = this.#frontEnd.values.of(unit, piece, this.#wanted);
    for (const diagnostic of diagnostics) this.#report(diagnostic);
    this.#addPortion(values, piece, isOwn);
  }

  #addPortion(declared: readonly Declared[], { file }: PieceEffect, isOwn: boolean): void {
    if (declared.length === 0) return;
    this.#portions.push({ portion: this.#frontEnd.portions.portionOf(declared, file.name), isOwn });
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
