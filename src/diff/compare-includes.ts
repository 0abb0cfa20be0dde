/**
 * Headers that include less than they did.
 *
 * What another header declares is there for whoever includes that one; only programs that relied on getting it along are hurt. Where
 * that header is gone, or its declarations are, that is told by itself. A header that programs do not include,
 * as those of asm-generic/, is part of whatever includes it. Only headers tell what they include.
 */

import { type DeclarationList, listOf } from '../abi/declaration-list.ts';
import type { AbiPair, NameChange } from './changes.ts';
import { reachFrom } from './compare-places.ts';

type Fewer = Extract<NameChange, { readonly kind: 'includes-fewer' }>;

export function compareIncludes({ old, new: next }: AbiPair): Fewer[] {
  const [before, after] = [old.includes, next.includes];
  const list = listOf(next);
  if (before === undefined || after === undefined || list === undefined) return [];
  const saysSomething = (header: string): boolean => list.portionsIn(header).some(({ count }) => count > 0);
  const there = new Set(next.headers.filter((header) => !isInner(header)));
  const changes: Fewer[] = [];
  for (const [header, included] of before) {
    if (!there.has(header)) continue;
    const now = after.get(header);
    const lacking = [...included].filter((one) => there.has(one) && now?.has(one) !== true);
    if (lacking.length === 0) continue;
    const reach = reachFrom(header, after);
    // What it is still told by others it has not lost, nor what says nothing itself.
    const isLost = (one: string): boolean =>
      !reach.has(one) && [...reachFrom(one, after)].some((inner) => !reach.has(inner) && saysSomething(inner));
    const lost = lacking.filter(isLost);
    if (lost.length > 0)
      changes.push({ kind: 'includes-fewer', header, file: fileOf(header, list), lost: lost.sort() });
  }
  return changes;
}

function fileOf(header: string, list: DeclarationList): string | undefined {
  const [portion] = list.portionsIn(header).filter(({ count }) => count > 0);
  return portion?.at(0)?.declaration.location?.file;
}

function isInner(header: string): boolean {
  return header.startsWith('asm-generic/');
}
