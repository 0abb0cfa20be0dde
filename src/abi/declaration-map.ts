/** The maps of an `Abi` as views of a list of declarations, and with declarations that no header has. */

import type {
  Abi,
  ConstantDeclaration,
  EnumDeclaration,
  MacroDeclaration,
  RecordDeclaration,
  RequestDeclaration,
  TypedefDeclaration,
} from './abi.ts';
import type { DeclarationList } from './declaration-list.ts';
import type { DeclaredKind, Entry } from './portion.ts';

/** The kind of declaration that each map of an ABI holds. */
export type DeclarationMaps = Pick<Abi, 'records' | 'enums' | 'typedefs' | 'constants' | 'requests' | 'macros'>;

/** The maps of an ABI. */
export function mapsOf(list: DeclarationList): DeclarationMaps {
  return {
    records: new DeclarationMap<RecordDeclaration>(list, 'record'),
    enums: new DeclarationMap<EnumDeclaration>(list, 'enum'),
    typedefs: new DeclarationMap<TypedefDeclaration>(list, 'typedef'),
    constants: new DeclarationMap<ConstantDeclaration>(list, 'constant'),
    requests: new DeclarationMap<RequestDeclaration>(list, 'request'),
    macros: new DeclarationMap<MacroDeclaration>(list, 'text'),
  };
}

/** One map of an ABI: filled when somebody goes through all of it, and until then asked name by name. */
export class DeclarationMap<T> implements ReadonlyMap<string, T> {
  readonly list: DeclarationList;
  /** What stands here instead of what the headers say, or besides. */
  readonly replaced: ReadonlyMap<string, T>;
  readonly #kind: DeclaredKind;
  #filled: ReadonlyMap<string, T> | undefined;

  constructor(list: DeclarationList, kind: DeclaredKind, replaced: ReadonlyMap<string, T> = new Map<string, T>()) {
    this.list = list;
    this.replaced = replaced;
    this.#kind = kind;
  }

  /** The same map with some declarations instead of others. */
  replacing(declarations: Iterable<readonly [string, T]>): DeclarationMap<T> {
    return new DeclarationMap(this.list, this.#kind, new Map([...this.replaced, ...declarations]));
  }

  get(key: string): T | undefined {
    if (this.#filled !== undefined) return this.#filled.get(key);
    const replaced = this.replaced.get(key);
    if (replaced !== undefined) return replaced;
    const filled = this.list.filledMapOf(this.#kind);
    if (filled !== undefined) return filled.get(key)?.declaration as T | undefined;
    // The kind says what it is a declaration of.
    return this.list.entryOf(this.#kind, key)?.declared.declaration as T | undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /**
   * What is declared under some names, seconds included, in the order of the whole map. `entries`: what the list has under them,
   * of any kind.
   */
  among(
    names: ReadonlySet<string>,
    entries: readonly Entry[] = this.list.entriesAmong(names),
  ): readonly (readonly [string, T])[] {
    const found: (readonly [string, T])[] = [];
    for (const { kind, key, declared } of entries) {
      if (kind !== this.#kind) continue;
      found.push([key, this.replaced.get(key) ?? (declared.declaration as T)]);
    }
    if (this.replaced.size === 0) return found;
    // What the headers do not declare comes last.
    const there = new Set(found.map(([key]) => key));
    for (const name of names) {
      const replaced = there.has(name) ? undefined : this.replaced.get(name);
      if (replaced !== undefined) found.push([name, replaced]);
    }
    return found;
  }

  get size(): number {
    return this.filled().size;
  }

  entries(): MapIterator<[string, T]> {
    return this.filled().entries();
  }

  keys(): MapIterator<string> {
    return this.filled().keys();
  }

  values(): MapIterator<T> {
    return this.filled().values();
  }

  forEach(callback: (value: T, key: string, map: ReadonlyMap<string, T>) => void): void {
    for (const [key, value] of this.filled()) callback(value, key, this);
  }

  [Symbol.iterator](): MapIterator<[string, T]> {
    return this.filled().entries();
  }

  /** All of it, for whoever asks for every name. */
  filled(): ReadonlyMap<string, T> {
    if (this.#filled === undefined) {
      const filled = new Map<string, T>();
      for (const [key, { declaration }] of this.list.mapOf(this.#kind)) filled.set(key, declaration as T);
      for (const [key, declaration] of this.replaced) filled.set(key, declaration);
      this.#filled = filled;
    }
    return this.#filled;
  }
}

/** All that a map of an ABI holds, in a form in which many names are found quickly. */
export function filled<T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return map instanceof DeclarationMap ? (map as DeclarationMap<T>).filled() : map;
}

/** A map of an ABI with some declarations instead of others, or besides. */
export function replacing<T>(
  map: ReadonlyMap<string, T>,
  declarations: Iterable<readonly [string, T]>,
): ReadonlyMap<string, T> {
  return map instanceof DeclarationMap
    ? (map as DeclarationMap<T>).replacing(declarations)
    : new Map([...map, ...declarations]);
}

/** What a map of an ABI holds besides what the headers say, or instead. */
export function replacedIn<T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return map instanceof DeclarationMap ? (map as DeclarationMap<T>).replaced : new Map<string, T>();
}

/** The list that all maps of an ABI are views of, if they are. */
export function listOf(maps: DeclarationMaps): DeclarationList | undefined {
  const { records, enums, typedefs, constants, requests, macros } = maps;
  if (!(records instanceof DeclarationMap)) return undefined;
  const { list } = records as DeclarationMap<RecordDeclaration>;
  const isView = (map: ReadonlyMap<string, unknown>): boolean => map instanceof DeclarationMap && map.list === list;
  return [enums, typedefs, constants, requests, macros].every(isView) ? list : undefined;
}
