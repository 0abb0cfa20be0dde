/**
 * The two sides of a comparison: OLD and NEW, or a range `A..B`.
 *
 * Where both sides are headers, only those are read that changed or include something that did: a commit that touches one
 * header costs as much as that header.
 */

import type { Abi } from '../abi/abi.ts';
import type { Target } from '../abi/target.ts';
import { UserError } from '../diagnostic.ts';
import type { AbiPair } from '../diff/changes.ts';
import { lostIncludes } from '../diff/compare-includes.ts';
import { declarationKinds, spaceOf, suspectsOf } from '../diff/suspects.ts';
import type { HeaderSource, HeaderWorkshop } from './header-source.ts';
import type { Io } from './io.ts';
import { type OpenedSource, openSource, type SourceOptions, workshopFor } from './open-source.ts';
import { restrictToChanges } from './restrict-to-changes.ts';
import { isFromBase, splitRange } from './source-syntax.ts';

export interface OpenedPair {
  readonly old: OpenedSource;
  readonly new: OpenedSource;
}

export interface OpenedComparison extends OpenedPair {
  /** Where both were read. */
  readonly workshop: HeaderWorkshop;
}

export interface PairOptions extends SourceOptions {
  /** `-- PATH…`: only headers at or below these places of the trees. */
  readonly paths?: readonly string[];
}

/**
 * Opens both sides from the arguments of a command: `OLD NEW` or `A..B` or `A...B` (from the merge base, as in `git diff`).
 * @throws {UserError} if there are not two sides, or one of them cannot be opened.
 */
export async function openPair(sides: readonly string[], io: Io, options: PairOptions = {}): Promise<OpenedComparison> {
  const [first, second] = sides;
  if (first === undefined) throw new UserError('There is nothing to compare: name OLD and NEW, or a range A..B.');
  if (sides.length > 2) throw new UserError(`Two sources can be compared, not ${sides.length}.`);
  const workshop = await workshopFor(io, options);
  const shared = { ...options, workshop };
  const [oldName, newName] = second === undefined ? splitRange(first) : [first, second];
  const hasParted = second === undefined && isFromBase(first);
  const oldRevision = hasParted ? workshop.repository().mergeBase(oldName, newName) : oldName;
  const outlook = await workshop.lookAhead(oldRevision, newName);
  if ((await outlook?.areNear) === false) io.expectLongRun?.();
  // To look for headers that were named, it has to be known which there are.
  await ((options.headers ?? []).length === 0 ? outlook?.listed : outlook?.fetched);
  const old = await openSource(oldRevision, io, shared);
  const next = await openSource(newName, io, shared);
  if (!isHeaders(old) || !isHeaders(next)) return { old, new: next, workshop };
  if (outlook !== undefined) {
    await outlook.fetched;
    // While git still works, it can be worked out which headers there are.
    for (const source of [old, next]) for (const target of source.targets) source.headersFor(target);
    await outlook.included;
  }
  return { ...restrictToChanges(old, next, options.paths ?? []), workshop };
}

/**
 * Both sides as one target sees them. A header that only one side reads, because the other does not include it there, is
 * neither new nor gone as long as the other can include it: it counts as a header of both, and so does what it declares. That
 * a header includes less is a change of its own (`compare-includes.ts`).
 */
export function pairOf({ old, new: next }: OpenedPair, target: Target): AbiPair {
  const [before, after] = [old.abiFor(target), next.abiFor(target)];
  if (!isHeaders(old) || !isHeaders(next)) return { old: before, new: after };
  // Of two files that were named, each is the other's counterpart, even where they lie in one folder.
  const named = [old, next].flatMap((source) => (source.isOneFile ? source.namesFor(target) : []));
  const [ofOld, ofNew] = [
    headersBeside(before, old, after, next, target),
    headersBeside(after, next, before, old, target),
  ];
  const pairWith = (was: Abi, is: Abi): AbiPair => ({
    old: withHeaders(was, ofOld),
    new: asOneHeader(withHeaders(is, ofNew), named),
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
    if (alone.size === read) return pair;
  }
}

/** Whether programs may include a header: those of asm-generic/ are only ever included. */
function isForPrograms(sources: readonly HeaderSource[], target: Target): (name: string) => boolean {
  const programs = new Set(sources.flatMap((source) => source.headersFor(target).names));
  const isKnown = !sources.some(({ isOneFile }) => isOneFile);
  return (name) => (isKnown ? programs.has(name) : !name.startsWith('asm-generic/'));
}

/**
 * Headers that nobody has read by themselves, and of which the sides say different things, or that something no longer includes; for
 * those that programs do not include, what includes these. Below what includes it, a header may say something else; where everything is read, each counts as it is
 * by itself.
 */
function differingInside(
  pair: AbiPair,
  sources: readonly HeaderSource[],
  mayInclude: (name: string) => boolean,
): readonly string[] {
  const sides = [pair.old, pair.new];
  const own = new Set(sources.flatMap((source) => source.namesFor(pair.old.target)));
  const inside = new Set(sides.flatMap(({ headers }) => headers).filter((name) => !own.has(name)));
  const suspects = inside.size === 0 ? undefined : suspectsOf(pair);
  if (suspects === undefined) return [];
  const lost = lostIncludes(pair).flatMap((one) => one.lost.flatMap((included) => included.with));
  const differing = new Set(lost.filter((name) => inside.has(name)));
  for (const abi of sides) {
    for (const kind of declarationKinds) {
      for (const name of suspects[spaceOf(kind)]) {
        const header = abi[kind].get(name)?.header;
        if (header !== undefined && inside.has(header)) differing.add(header);
      }
    }
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
  const names = new Set(headers.names);
  const otherNames = new Set(otherSource.headersFor(target).names);
  return unknown.filter(
    (name) =>
      (source.isOneFile || names.has(name) || !otherNames.has(name)) &&
      headers.resolve(name, 'angle', undefined) !== undefined,
  );
}

function isHeaders(source: OpenedSource): source is HeaderSource {
  return 'abiOf' in source;
}
