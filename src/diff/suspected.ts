/**
 * The declarations under suspicion, looked up once for everything that compares them.
 *
 * Seven thousand names are looked for on both sides, and a constant, a request and a text may all have one of them. Where
 * nothing is known about names, every declaration is under suspicion.
 */

import type { Abi } from '../abi/abi.ts';
import { DeclarationMap, type DeclarationMaps, listOf } from '../abi/declaration-map.ts';
import { groupBy } from '../abi/group-by.ts';
import type { DeclaredKind, Entry } from '../abi/portion.ts';
import type { AbiPair } from './changes.ts';
import type { Suspects } from './suspect-names.ts';

type Listed<T> = Iterable<readonly [string, T]>;

/** By their keys, in the order of the maps of an ABI. */
export type Suspected = {
  readonly [Map in keyof DeclarationMaps]: DeclarationMaps[Map] extends ReadonlyMap<string, infer T>
    ? Listed<T>
    : never;
};

export interface SuspectedPair {
  readonly old: Suspected;
  readonly new: Suspected;
}

export function suspectedIn({ old, new: next }: AbiPair, suspects: Suspects | undefined): SuspectedPair {
  return { old: suspectedOf(old, suspects), new: suspectedOf(next, suspects) };
}

function suspectedOf(abi: Abi, suspects: Suspects | undefined): Suspected {
  if (suspects === undefined) return abi;
  const list = listOf(abi);
  // Each kind gets its own.
  const numbers = list === undefined ? undefined : groupBy(list.entriesAmong(suspects.numbers), ({ kind }) => kind);
  const ofKind = (kind: DeclaredKind): readonly Entry[] | undefined => numbers && (numbers.get(kind) ?? []);
  return {
    records: entriesAmong(abi.records, suspects.records),
    enums: entriesAmong(abi.enums, suspects.enums),
    typedefs: entriesAmong(abi.typedefs, suspects.typedefs),
    constants: entriesAmong(abi.constants, suspects.numbers, ofKind('constant')),
    requests: entriesAmong(abi.requests, suspects.numbers, ofKind('request')),
    macros: entriesAmong(abi.macros, suspects.numbers, ofKind('text')),
  };
}

/** `entries`: what the list of the map has under these names. */
function entriesAmong<T>(
  map: ReadonlyMap<string, T>,
  names: ReadonlySet<string>,
  entries?: readonly Entry[],
): Listed<T> {
  if (map instanceof DeclarationMap) return (map as DeclarationMap<T>).among(names, entries);
  return [...map].filter(([key]) => names.has(key.split('@', 1)[0] ?? key));
}
