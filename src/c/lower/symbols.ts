/**
 * What names mean in C's two name spaces that matter to an ABI (C17 §6.2.3): tags, and ordinary identifiers.
 *
 * Bindings are unique objects (see `intern.ts`), so that two lookups gave the same answer exactly if they gave the same
 * object.
 */

import type { EnumType, IntegerBase, RecordType, Type, TypedefType } from '../../abi/types.ts';

export interface EnumeratorBinding {
  readonly kind: 'enumerator';
  readonly name: string;
  readonly value: bigint;
  readonly base: IntegerBase;
}

/** A declared object or function: it has a type for `sizeof` and `typeof`, and no value. */
export interface ObjectBinding {
  readonly kind: 'object';
  readonly type: Type;
  /** What it was declared to be aligned to at least. */
  readonly alignBytes?: number | undefined;
  /** What a function returns. */
  readonly returns?: Type | undefined;
}

export type OrdinaryBinding = TypedefType | EnumeratorBinding | ObjectBinding;
export type TagBinding = RecordType | EnumType;

/** A type that may be measured. */
export type SizedType = Type;

/** One `#pragma pack(push, name, sizeBytes)`; 0 stands for the natural alignment. */
export interface PackEntry {
  readonly sizeBytes: number;
  readonly name: string | undefined;
}

/** What pragmas say of records that end below them. */
export interface LayoutPragmas {
  readonly kind: 'layout';
  /** The stack of `#pragma pack` (outermost first, what was set before any push below it); the last entry is in force. */
  readonly pack: readonly PackEntry[];
  /** `big-endian` or `little-endian`, from `#pragma scalar_storage_order`. */
  readonly storageOrder: string | undefined;
}

const layoutPragmas = new Map<string, LayoutPragmas>();

/** The one object that says this. */
export function layoutPragmasOf(pack: readonly PackEntry[], storageOrder: string | undefined): LayoutPragmas {
  const stack = pack.map(({ sizeBytes, name }) => `${sizeBytes}${name === undefined ? '' : ` ${name}`}`).join();
  const key = `${storageOrder ?? ''}:${stack}`;
  let pragmas = layoutPragmas.get(key);
  if (pragmas === undefined) {
    pragmas = { kind: 'layout', pack, storageOrder };
    // Hostile headers could make up stacks without end; real ones know a handful, and only sharing depends on this.
    if (layoutPragmas.size < 1000) layoutPragmas.set(key, pragmas);
  }
  return pragmas;
}
