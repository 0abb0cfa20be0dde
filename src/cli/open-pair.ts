/**
 * The two sides of a comparison: OLD and NEW, or a range `A..B`.
 *
 * Where both sides are headers, only those are read that changed or include something that did: a commit that touches one
 * header costs as much as that header.
 */

import type { Abi } from '../abi/abi.ts';
import { type DeclarationMaps, listOf } from '../abi/declaration-list.ts';
import type { Target } from '../abi/target.ts';
import { UserError } from '../diagnostic.ts';
import type { AbiPair } from '../diff/changes.ts';
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
  const ofOld = headersBeside(before, old, after, next, target);
  const ofNew = headersBeside(after, next, before, old, target);
  const isBorrowed = (name: string): boolean => !named.includes(name);
  return {
    old: withDeclarationsOf(before, old, { borrowed: ofOld.filter(isBorrowed), other: after, headers: ofOld }),
    new: asOneHeader(
      // What programs do not include themselves is gone with the include.
      withDeclarationsOf(after, next, {
        borrowed: ofNew.filter(isBorrowed),
        ...{ other: before, headers: ofNew },
        mayInclude: next.isOneFile ? undefined : new Set(next.headersFor(target).names),
      }),
      named,
    ),
  };
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

interface Borrowing {
  /** Headers that the other side reads. */
  readonly borrowed: readonly string[];
  readonly other: Abi;
  /** They count as read, and these do as well. */
  readonly headers: readonly string[];
  /** What a program may include; everything, where there is no list. */
  readonly mayInclude?: ReadonlySet<string> | undefined;
}

function withDeclarationsOf(abi: Abi, source: HeaderSource, borrowing: Borrowing): Abi {
  const { borrowed, headers } = borrowing;
  if (headers.length === 0) return abi;
  const more = borrowedFrom(source, borrowing);
  const reached = new Set(more.headers);
  const isBorrowed = new Set(borrowed.filter((name) => reached.has(name)));
  return {
    ...abi,
    ...withDeclarations(abi, more, isBorrowed),
    includes: new Map([
      ...(abi.includes ?? []),
      ...[...(more.includes ?? [])].filter(([name]) => isBorrowed.has(name)),
    ]),
    headers: [...abi.headers, ...headers],
  };
}

/**
 * Some headers as they are read on the other side, below those of them that are included from elsewhere. A header of
 * asm-generic/ says something else below another one of asm/, and is not there to be read alone.
 */
function borrowedFrom(source: HeaderSource, { borrowed, other: { target, includes }, mayInclude }: Borrowing): Abi {
  const inner = new Set(borrowed.flatMap((name) => [...(includes?.get(name) ?? [])].filter((one) => one !== name)));
  const included = borrowed.filter((name) => mayInclude?.has(name) !== false);
  const entries = included.filter((name) => !inner.has(name));
  const { unsettled } = source.optionsFor(target);
  const below = source.abiOf(target, entries, { unsettled });
  const reached = new Set(below.headers);
  const rest = included.filter((name) => !reached.has(name));
  return rest.length === 0 ? below : source.abiOf(target, [...entries, ...rest], { unsettled });
}

/** What an ABI declares, and what others say in some headers of names that it does not have. */
function withDeclarations(abi: Abi, more: Abi, headers: ReadonlySet<string>): DeclarationMaps {
  const [list, others] = [listOf(abi), listOf(more)];
  if (list !== undefined && others?.index === list.index) return list.followedBy(others, headers).maps();
  const merge = <Declaration extends { readonly header: string }>(
    own: ReadonlyMap<string, Declaration>,
    theirs: ReadonlyMap<string, Declaration>,
  ): ReadonlyMap<string, Declaration> => {
    const added = [...theirs].filter(([name, { header }]) => headers.has(header) && !own.has(name));
    return added.length === 0 ? own : new Map([...own, ...added]);
  };
  return {
    records: merge(abi.records, more.records),
    enums: merge(abi.enums, more.enums),
    typedefs: merge(abi.typedefs, more.typedefs),
    constants: merge(abi.constants, more.constants),
    macros: merge(abi.macros, more.macros),
    requests: merge(abi.requests, more.requests),
  };
}

function isHeaders(source: OpenedSource): source is HeaderSource {
  return 'abiOf' in source;
}
