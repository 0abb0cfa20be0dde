/**
 * Headers that include less than they did.
 *
 * What another header declares is there for whoever includes that one; only programs that relied on getting it along are hurt. Where
 * that header is gone, or its declarations are, that is told by itself. A header that programs do not include,
 * as those of asm-generic/, is part of whatever includes it. Only headers tell what they include.
 */

import type { Abi } from '../abi/abi.ts';
import { listOf } from '../abi/declaration-map.ts';
import type { AbiPair, NameChange } from './changes.ts';
import { reachFrom } from './compare-places.ts';
import { declarationKinds } from './suspect-names.ts';

type Fewer = Extract<NameChange, { readonly kind: 'includes-fewer' }>;

export function compareIncludes(pair: AbiPair): Fewer[] {
  const list = listOf(pair.new);
  if (list === undefined) return [];
  const says = (header: string): boolean => list.portionsIn(header).some(({ count }) => count > 0);
  return lostIncludes(pair).flatMap(({ header, lost }) => {
    // What says nothing itself, nor gets anything from others, is no loss.
    const told = lost.filter(({ with: along }) => along.some(says)).map(({ name }) => name);
    if (told.length === 0) return [];
    return [{ kind: 'includes-fewer', header, file: fileOf(header, pair.new), lost: told.sort() }];
  });
}

/** What a header got from another that it no longer includes. */
interface Lost {
  readonly name: string;
  /** That one, and what it includes that the header gets from nobody else. */
  readonly with: readonly string[];
}

/** Headers that are on both sides, and the others that they no longer get. */
export function lostIncludes({
  old,
  new: next,
}: AbiPair): { readonly header: string; readonly lost: readonly Lost[] }[] {
  const [before, after] = [old.includes, next.includes];
  if (before === undefined || after === undefined) return [];
  const there = new Set(next.headers.filter((header) => !isInner(header)));
  // A stand-in for a header that the old side lacks is none of its headers.
  const wasThere = new Set(old.headers);
  return [...before].flatMap(([header, included]) => {
    const now = after.get(header);
    const lacking =
      there.has(header) && wasThere.has(header)
        ? [...included].filter((one) => there.has(one) && now?.has(one) !== true)
        : [];
    if (lacking.length === 0) return [];
    const reach = reachFrom(header, after);
    const lost = lacking.filter((one) => !reach.has(one));
    return [
      {
        header,
        lost: lost.map((name) => ({ name, with: [...reachFrom(name, after)].filter((one) => !reach.has(one)) })),
      },
    ];
  });
}

/** The path of a header; one that declares nothing does not tell it. */
export function fileOf(header: string, abi: Abi): string | undefined {
  const list = listOf(abi);
  if (list === undefined) return fileInMaps(header, abi);
  for (const portion of list.portionsIn(header)) {
    for (let at = 0; at < portion.count; at++) {
      if (portion.headerAt(at) === header) return portion.at(at)?.declaration.location?.file;
    }
  }
  return undefined;
}

function fileInMaps(header: string, abi: Abi): string | undefined {
  for (const kind of declarationKinds) {
    for (const declaration of abi[kind].values()) {
      if (declaration.header === header && declaration.location !== undefined) return declaration.location.file;
    }
  }
  return undefined;
}

function isInner(header: string): boolean {
  return header.startsWith('asm-generic/');
}
