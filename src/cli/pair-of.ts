/** Two opened sides as one target sees them. */

import type { Abi } from '../abi/abi.ts';
import type { Target } from '../abi/target.ts';
import { listOf, replacedIn } from '../abi/declaration-map.ts';
import type { AbiPair } from '../diff/changes.ts';
import { lostIncludes } from '../diff/compare-includes.ts';
import { declarationKinds, spaceOf, type Suspects } from '../diff/suspect-names.ts';
import { suspectsOf } from '../diff/suspects.ts';
import { namesIn } from '../source/header.ts';
import type { HeaderSource } from './header-source.ts';
import type { OpenedPair } from './open-pair.ts';
import { isHeaders } from './open-source.ts';
import { withoutStandIns } from './without-stand-ins.ts';

/**
 * Both sides as one target sees them. A header that only one side reads, because the other does not include it there, is
 * neither new nor gone as long as the other can include it: it counts as a header of both, and so does what it declares. That
 * a header includes less is a change of its own (`compare-includes.ts`).
 */
export function pairOf({ old, new: next }: OpenedPair, target: Target): AbiPair {
  const [before, after] = [old.abiFor(target), next.abiFor(target)];
  if (!isHeaders(old) || !isHeaders(next)) return { old: before, new: after };
  // Of two files that were named, each is the other's counterpart, whatever they are called and wherever they lie.
  const named = [old, next].flatMap((source) => (source.isOneFile ? source.namesFor(target) : []));
  const [ofOld, ofNew] = [
    headersBeside(before, old, after, next, target),
    headersBeside(after, next, before, old, target),
  ];
  const both = old.isOneFile && next.isOneFile ? named : [];
  const pairWith = (was: Abi, is: Abi): AbiPair => ({
    old: withHeaders(was, [...ofOld, ...both]),
    new: asOneHeader(withHeaders(is, [...ofNew, ...both]), named),
  });
  const mayInclude = isForPrograms([old, next], target);
  const alone = new Set<string>();
  const add = (names: readonly string[]): void => {
    for (const name of names) if (mayInclude(name) && !named.includes(name)) alone.add(name);
  };
  add([...ofOld, ...ofNew]);
  let pair = pairWith(before, after);
  for (let read = 0; ;) {
    if (alone.size > read) {
      read = alone.size;
      pair = pairWith(readBeside(old, target, alone), readBeside(next, target, alone));
    }
    add(differingInside(pair, [old, next], mayInclude));
    if (alone.size === read) return both.length === 0 ? pair : withoutStandIns(pair, [old, next], named, target);
  }
}

/** Whether programs may include a header: those of asm-generic/ are only ever included. */
function isForPrograms(sources: readonly HeaderSource[], target: Target): (name: string) => boolean {
  if (sources.some(({ isOneFile }) => isOneFile)) return (name) => !name.startsWith('asm-generic/');
  const programs = sources.map((source) => namesIn(source.headersFor(target)));
  return (name) => programs.some((names) => names.has(name));
}

/**
 * Headers that nobody has read by themselves, and of which the sides say different things, or that something no longer includes;
 * for those that programs do not include, what includes these. Below what includes it, a header may say something else; where
 * everything is read, each counts as it is by itself.
 */
function differingInside(
  pair: AbiPair,
  sources: readonly HeaderSource[],
  mayInclude: (name: string) => boolean,
): readonly string[] {
  const sides = [pair.old, pair.new];
  const own = new Set(sources.flatMap((source) => source.namesFor(pair.old.target)));
  const inside = new Set(sides.flatMap(({ headers }) => headers).filter((name) => !own.has(name)));
  // Where everything is read, only what programs do not include was not read by itself.
  const suspects = [...inside].some(mayInclude) ? suspectsOf(pair) : undefined;
  if (suspects === undefined) return [];
  const lost = lostIncludes(pair).flatMap((one) => one.lost.flatMap((included) => included.with));
  const differing = new Set(lost.filter((name) => inside.has(name)));
  for (const abi of sides) {
    for (const header of declaringSuspects(abi, inside, suspects)) differing.add(header);
  }
  for (const name of differing) {
    if (mayInclude(name)) continue;
    for (const { includes } of sides) {
      for (const [header, included] of includes ?? []) {
        if (included.has(name) && inside.has(header)) differing.add(header);
      }
    }
  }
  return [...differing];
}

/** More suspects are not looked up one by one. */
const fewSuspects = 400;

/** Those of some headers that declare something which is suspected. */
function declaringSuspects(abi: Abi, headers: ReadonlySet<string>, suspects: Suspects): readonly string[] {
  const { records, enums, typedefs, numbers } = suspects;
  const areFew = records.size + enums.size + typedefs.size + numbers.size <= fewSuspects;
  if (!areFew) return [...headers].filter((header) => declaresSuspect(abi, header, suspects));
  return declarationKinds.flatMap((kind) =>
    [...suspects[spaceOf(kind)]].flatMap((name) => {
      const header = abi[kind].get(name)?.header;
      return header !== undefined && headers.has(header) ? header : [];
    }),
  );
}

/** Whether something that a header declares is suspected: two kernels have many suspects, and few headers that are only included. */
function declaresSuspect(abi: Abi, header: string, suspects: Suspects): boolean {
  return declarationKinds.some((kind) => {
    const suspected = suspects[spaceOf(kind)];
    const isOfHeader = (name: string): boolean => suspected.has(name) && abi[kind].get(name)?.header === header;
    for (const name of replacedIn<unknown>(abi[kind]).keys()) if (isOfHeader(name)) return true;
    const portions = listOf(abi)?.portionsIn(header) ?? [];
    return portions.some((portion) => [...(portion.byHeader.get(header) ?? [])].some(isOfHeader));
  });
}

/** A side with some headers read by themselves besides. */
function readBeside(source: HeaderSource, target: Target, headers: ReadonlySet<string>): Abi {
  const { unsettled, readersOf } = source.optionsFor(target);
  return source.abiOf(target, [...source.namesFor(target), ...headers], {
    unsettled,
    readersOf: readersOf && ((header) => (headers.has(header.name) ? source.targets : readersOf(header))),
  });
}

/** An ABI for which these headers count as read. */
function withHeaders(abi: Abi, headers: readonly string[]): Abi {
  const all = new Set([...abi.headers, ...headers]);
  return all.size === abi.headers.length ? abi : { ...abi, headers: [...all] };
}

/** What moved from one of two named files to the other did not move: as if each included the other. */
function asOneHeader(abi: Abi, named: readonly string[]): Abi {
  if (named.length === 0) return abi;
  const both = named.map((name) => [name, new Set([...(abi.includes?.get(name) ?? []), ...named])] as const);
  return { ...abi, includes: new Map([...(abi.includes ?? []), ...both]) };
}

/**
 * Headers that only the other side reads, and this one has as well. A file may lie in a tree and be installed on one side only:
 * linux/kvm.h goes where the architecture has an asm/kvm.h (include/uapi/Kbuild).
 */
function headersBeside(
  abi: Abi,
  source: HeaderSource,
  other: Abi,
  otherSource: HeaderSource,
  target: Target,
): readonly string[] {
  const known = new Set(abi.headers);
  const unknown = other.headers.filter((name) => !known.has(name));
  if (unknown.length === 0) return [];
  const headers = source.headersFor(target);
  const names = namesIn(headers);
  const otherNames = namesIn(otherSource.headersFor(target));
  return unknown.filter(
    (name) =>
      (source.isOneFile || names.has(name) || !otherNames.has(name)) &&
      headers.resolve(name, 'angle', undefined) !== undefined,
  );
}
