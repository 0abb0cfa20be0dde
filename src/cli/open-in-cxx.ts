/**
 * A comparison as C++ programs see it: the headers that they read differently, in place of what C programs read.
 *
 * Only those are read a second time, and only where they are read at all: they changed, or include something that did.
 */

import type { Abi } from '../abi/abi.ts';
import { type DeclarationMaps, listOf, mapsOf, replacedIn, replacing } from '../abi/declaration-map.ts';
import { cxxOf, type Target } from '../abi/target.ts';
import { type RecordType, type Type, unalias } from '../abi/types.ts';
import type { SourceFile } from '../c/source.ts';
import type { AbiPair } from '../diff/changes.ts';
import { isChangeAlikeInCxx } from '../diff/placed-in-cxx.ts';
import { areTypesTheSame } from '../diff/same-types.ts';
import { declarationKinds, spaceOf, SuspectNames } from '../diff/suspect-names.ts';
import { differingNames } from '../diff/suspects.ts';
import { doCxxBranchesDiffer, headersOfCxx, wordsOfCxx } from '../source/cxx-headers.ts';
import type { CxxView } from '../verdict/cxx.ts';
import type { HeaderSides, HeaderSource } from './header-source.ts';

/** `inC`: the same two sides as C programs see them. `declare` adds what the configuration says about records. */
export function openInCxx(
  sides: HeaderSides,
  target: Target,
  inC: AbiPair,
  declare: (abi: Abi) => Abi,
): CxxView | undefined {
  const [old, next] = [sides.old.headersFor(target), sides.new.headersFor(target)];
  // The same types, and the same in the branches that C++ alone reads: then C++ sees what C does.
  if (areTypesTheSame(inC) && !doCxxBranchesDiffer(old, next)) return undefined;
  const headers = new Set([
    ...headersOfCxx(old, sides.old.namesFor(target)),
    ...headersOfCxx(next, sides.new.namesFor(target)),
  ]);
  if (headers.size === 0 || (isSettledInCxx(sides, target, inC) && !doCxxBranchesDiffer(old, next))) return undefined;
  const suspects = new SuspectNames();
  const read = (source: HeaderSource): Abi => {
    const names = source.namesFor(target).filter((name) => headers.has(name));
    const { unsettled, readersOf } = source.optionsFor(target);
    const options = { unsettled, readersOf: readersOf && ((header: SourceFile) => readersOf(header).map(cxxOf)) };
    return declare(source.abiOf(cxxOf(target), names, options));
  };
  const inCxx = { old: read(sides.old), new: read(sides.new) };
  // What both languages read alike on both sides was compared for C.
  const differing = differingNames(
    [
      [inC.old, inCxx.old],
      [inC.new, inCxx.new],
    ],
    headers,
  );
  if (differing === undefined)
    for (const abi of [inC.old, inC.new, inCxx.old, inCxx.new]) addDeclared(suspects, abi, headers);
  else {
    suspects.add(differing);
    for (const { records } of [inCxx.old, inCxx.new]) {
      for (const [name, { header, record }] of records) {
        // The same text, and another layout.
        if (headers.has(header) && holdsNothing(record)) suspects.records.add(name);
      }
    }
  }
  const pair = { old: inPlaceOf(inC.old, inCxx.old, headers), new: inPlaceOf(inC.new, inCxx.new, headers) };
  return { pair, suspects };
}

/** Whether C++ programs see of the change what C programs do, though there is something that they see otherwise. */
function isSettledInCxx({ old, new: next }: HeaderSides, target: Target, inC: AbiPair): boolean {
  const changes = next.changesFor?.(target);
  if (changes === undefined) return false;
  const [before, after] = [old, next].map((side) => wordsOfCxx(side.headersFor(target), side.namesFor(target)));
  if (before === undefined || after === undefined) return false;
  const ofText = changes.reachOf([...before.ofText, ...after.ofText]);
  if (ofText === undefined || [...ofText].some((name) => changes.names.has(name))) return false;
  // From here on both languages read the same words.
  const larger = changes.reachOfSizes([...before.larger, ...after.larger]);
  return larger !== undefined && [...larger].every((name) => !changes.names.has(name) || isAlikeInCxx(name, inC));
}

/** Whether a name stands for records at most, which differ for both languages in the same. */
function isAlikeInCxx(name: string, { old, new: next }: AbiPair): boolean {
  const isOther = ({ typedefs, enums, constants, requests, macros }: Abi): boolean =>
    enums.has(`enum ${name}`) || [typedefs, enums, constants, requests, macros].some((some) => some.has(name));
  if (isOther(old) || isOther(next)) return false;
  return ['struct', 'union'].every((kind) => {
    const [was, is] = [old, next].map(({ records }) => records.get(`${kind} ${name}`)?.record);
    // What came or went did so for both.
    return was === undefined || is === undefined || isChangeAlikeInCxx(was, is, old.target);
  });
}

const known = new WeakMap<RecordType, boolean>();

/** Whether there is a record without fields in a record, at any depth: in C++ it has a byte. */
function holdsNothing(record: RecordType): boolean {
  let answer = known.get(record);
  if (answer === undefined) {
    // A record cannot hold itself; where a broken header says so, it holds nothing of the kind there.
    known.set(record, false);
    answer = record.isComplete && (record.fields.length === 0 || record.fields.some(({ type }) => isNothing(type)));
    known.set(record, answer);
  }
  return answer;
}

function isNothing(type: Type): boolean {
  let inner = unalias(type);
  while (inner.kind === 'array') inner = unalias(inner.element);
  return inner.kind === 'record' && holdsNothing(inner);
}

/** `abi` with what `headers` declare as `read` has it. */
function inPlaceOf(abi: Abi, read: Abi, headers: ReadonlySet<string>): Abi {
  const known = new Set(abi.notUnderstood.map(({ location, message }) => JSON.stringify([location, message])));
  return {
    ...abi,
    target: read.target,
    ...mapsInPlaceOf(abi, read, headers),
    notUnderstood: read.notUnderstood.flatMap((diagnostic) => {
      const { location, message } = diagnostic;
      const isKnown = known.has(JSON.stringify([location, message]));
      if (!isKnown) return { ...diagnostic, message: `As C++: ${message}` };
      // Told already, but what it passed over is not gone in C++ either.
      return diagnostic.passedOver === undefined ? [] : diagnostic;
    }),
  };
}

function mapsInPlaceOf(abi: Abi, read: Abi, headers: ReadonlySet<string>): DeclarationMaps {
  const [list, other] = [listOf(abi), listOf(read)];
  const isListed = list !== undefined && other !== undefined;
  const maps = isListed ? mapsOf(list.withFilesOf(other, headers)) : undefined;
  const merged = <T extends { readonly header: string }>(
    own: ReadonlyMap<string, T>,
    theirs: ReadonlyMap<string, T>,
    both: ReadonlyMap<string, T> | undefined,
  ): ReadonlyMap<string, T> => {
    const mine = [...(both === undefined ? own : replacedIn(own))].filter(([, { header }]) => !headers.has(header));
    const given = [...(both === undefined ? theirs : replacedIn(theirs))].filter(([, { header }]) =>
      headers.has(header),
    );
    return both === undefined ? new Map([...mine, ...given]) : replacing(both, [...mine, ...given]);
  };
  return {
    records: merged(abi.records, read.records, maps?.records),
    enums: merged(abi.enums, read.enums, maps?.enums),
    typedefs: merged(abi.typedefs, read.typedefs, maps?.typedefs),
    constants: merged(abi.constants, read.constants, maps?.constants),
    requests: merged(abi.requests, read.requests, maps?.requests),
    macros: merged(abi.macros, read.macros, maps?.macros),
  };
}

/** Everything that some headers declare. */
function addDeclared(suspects: SuspectNames, abi: Abi, headers: ReadonlySet<string>): void {
  for (const kind of declarationKinds) {
    const space = spaceOf(kind);
    for (const [key, { header }] of abi[kind]) {
      if (!headers.has(header)) continue;
      if (space === 'numbers') suspects.addNumber(key);
      else suspects[space].add(key);
    }
  }
  for (const { header, type } of abi.enums.values()) {
    if (headers.has(header)) for (const { name } of type.enumerators) suspects.addNumber(name);
  }
}
