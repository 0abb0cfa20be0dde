/**
 * Declarations that went from one header to another while both are there.
 *
 * To a program that includes the old one only, they are gone, unless that header includes the new place, directly or through
 * others. A name that several headers declare is gone from none of them as long as one that the old header reaches, or the
 * old header itself, still declares it. Only headers tell what they include; snapshots and layout files are not asked.
 */

import type { Abi } from '../abi/abi.ts';
import type { DeclarationList } from '../abi/declaration-list.ts';
import { listOf } from '../abi/declaration-map.ts';
import type { SourceLocation } from '../diagnostic.ts';
import type { AbiPair, NameChange } from './changes.ts';
import type { SuspectedPair } from './suspected.ts';
import { type DeclarationKind, declarationKinds } from './suspect-names.ts';

type Moved = Extract<NameChange, { readonly kind: 'declarations-moved' }>;

export function compareDeclarationPlaces(pair: AbiPair, suspected: SuspectedPair): Moved[] {
  const { includes } = pair.new;
  const list = listOf(pair.new);
  if (includes === undefined || list === undefined || pair.old.includes === undefined) return [];
  const there = new Set(pair.new.headers);
  const reached = new Map<string, ReadonlySet<string>>();
  const reachOf = (header: string): ReadonlySet<string> => {
    let found = reached.get(header);
    if (found === undefined) reached.set(header, (found = reachFrom(header, includes)));
    return found;
  };
  const moves = new Map<
    string,
    { readonly from: string; readonly to: string; readonly names: Map<string, DeclarationKind> }
  >();
  for (const kind of declarationKinds) {
    for (const [name, { header: from }] of suspected.old[kind]) {
      const to = declarationOf(name, kind, pair.new)?.header;
      if (to === undefined || to === from || !there.has(from) || name.includes('@')) continue;
      // What asm/ makes its own is asm/'s to tell: it is what programs include.
      if (from.startsWith('asm-generic/') && to.startsWith('asm/')) continue;
      const reach = reachOf(from);
      if (reach.has(to)) continue;
      if ([...reach].some((header) => declares(list, header, name))) continue;
      const key = JSON.stringify([from, to]);
      const move = moves.get(key);
      if (move === undefined) moves.set(key, { from, to, names: new Map([[name, kind]]) });
      else move.names.set(name, kind);
    }
  }
  return [...moves.values()].map(({ from, to, names: kinds }) => {
    const names = [...kinds.keys()].sort();
    const [first = ''] = names;
    const kind = kinds.get(first) ?? 'constants';
    const places = { old: pair.old[kind].get(first)?.location, new: declarationOf(first, kind, pair.new)?.location };
    return { ...{ kind: 'declarations-moved', from, to, names, places } };
  });
}

function declarationOf(
  name: string,
  kind: DeclarationKind,
  abi: Abi,
): { readonly header: string; readonly location?: SourceLocation } | undefined {
  const same = abi[kind].get(name);
  if (same !== undefined) return same;
  // A constant that became a request or a text, and the other way round, is the same name to a program.
  if (kind !== 'constants' && kind !== 'requests' && kind !== 'macros') return undefined;
  return abi.constants.get(name) ?? abi.requests.get(name) ?? abi.macros.get(name);
}

/** Whether a header says the name itself, though another is listed for it. */
function declares(list: DeclarationList, header: string, name: string): boolean {
  return list.portionsIn(header).some((portion) => {
    for (let at = 0; at < portion.count; at++) if (portion.nameAt(at) === name) return true;
    return false;
  });
}

/** A header and all it includes. */
export function reachFrom(header: string, includes: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> {
  const reach = new Set([header]);
  for (const one of reach) for (const next of includes.get(one) ?? []) reach.add(next);
  return reach;
}
