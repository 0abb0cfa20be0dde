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

/** The stack of `#pragma pack` (outermost first, what was set before any push below it); the last entry is in force. */
export interface PackState {
  readonly kind: 'pack';
  readonly stack: readonly PackEntry[];
}

const packStates = new Map<string, PackState>();

/** The one object for this stack. */
export function packState(stack: readonly PackEntry[]): PackState {
  const key = stack.map(({ sizeBytes, name }) => `${sizeBytes}${name === undefined ? '' : ` ${name}`}`).join();
  let state = packStates.get(key);
  if (state === undefined) {
    state = { kind: 'pack', stack };
    // Hostile headers could make up stacks without end; real ones know a handful, and only sharing depends on this.
    if (packStates.size < 1000) packStates.set(key, state);
  }
  return state;
}
