/**
 * Which names of two ABIs can differ at all.
 *
 * Two trees mostly hold the same portions (`abi/portion.ts`), and a name that every header declares alike on both sides means
 * the same on both. So only the portions that one side alone has are looked into, those of one header side by side, and what
 * was found out about them holds for every target that has the same ones. It errs on the side of looking closer. Everything
 * that compares goes through the suspects only; what surrounds them is looked up where it matters.
 */

import type { Abi } from '../abi/abi.ts';
import type { DeclarationList } from '../abi/declaration-list.ts';
import { listOf, replacedIn } from '../abi/declaration-map.ts';
import type { Portion } from '../abi/portion.ts';
import { isSurelyLaidOut } from './alike.ts';
import type { AbiPair } from './changes.ts';
import { type NamesByKind, namesThatDiffer } from './differing-names.ts';
import { movedFiles } from './moved-files.ts';
import { SuspectNames, type Suspects } from './suspect-names.ts';
import { suspectsInMaps } from './suspects-in-maps.ts';

/**
 * Names of which both sides of a comparison may say different things, and that two readings of one side do not declare alike in
 * some files; `undefined` where that cannot be told.
 */
export function differingNames(
  sides: readonly (readonly [Abi, Abi])[],
  files: ReadonlySet<string>,
): Suspects | undefined {
  const readings: (readonly [DeclarationList, DeclarationList])[] = [];
  for (const [one, other] of sides) {
    const [left, right] = [listOf(one), listOf(other)];
    if (left === undefined || right?.index !== left.index) return undefined;
    readings.push([left, right]);
  }
  const behind = filesBehindOthers(readings.flat());
  const suspects = new SuspectNames();
  for (const [left, right] of readings) {
    for (const names of differencesOf(left, right, behind, files)) suspects.add(names);
  }
  return suspects;
}

/** Everything that may differ between two sides, or `undefined` where that cannot be told from what they were made of. */
export function suspectsOf(pair: AbiPair): Suspects | undefined {
  if (!suspectsOfPairs.has(pair)) suspectsOfPairs.set(pair, findSuspects(pair));
  return suspectsOfPairs.get(pair);
}

const suspectsOfPairs = new WeakMap<AbiPair, Suspects | undefined>();

function findSuspects({ old, new: next }: AbiPair): Suspects | undefined {
  const [before, after] = [listOf(old), listOf(next)];
  if (before === undefined || after === undefined) return suspectsInMaps({ old, new: next });
  if (after.index !== before.index || movedFiles(before, after, true).size > 0) return undefined;
  const suspects = new SuspectNames();
  const behind = filesBehindOthers([before, after]);
  for (const names of differencesOf(before, after, behind)) suspects.add(names);
  before.expect(suspects.enums);
  for (const name of [...suspects.enums]) {
    for (const entries of [before.entriesOf(name), after.entriesOf(name)]) {
      // Of several enums with one name, which counts as what depends on all of them.
      if (entries.length > 1) for (const { declared } of entries) suspects.addEnumerators(declared);
    }
  }
  const moved = movedFiles(before, after, false);
  for (const [side, other] of [
    [before, after],
    [after, before],
  ] as const) {
    for (const { portion, isOwn } of side.portions) {
      const isOwnThere = other.isOwn(portion);
      const isShown = isOwn ? isOwnThere !== false : isOwnThere !== true && !moved.has(portion.file);
      // What is settled by its text means the same wherever it is included, but may be shown on one side alone.
      const isTurned = isOwnThere !== undefined && isOwnThere !== isOwn;
      const doubtful = isShown ? undefined : isTurned ? portion : openIn(portion, side, behind);
      if (doubtful !== undefined) suspects.add(namesOf(doubtful));
      for (const name of fragileIn(portion)) suspects.records.add(name);
    }
  }
  for (const abi of [old, next]) {
    for (const name of replacedIn(abi.records).keys()) suspects.records.add(name);
    for (const name of replacedIn(abi.enums).keys()) suspects.enums.add(name);
    for (const name of replacedIn(abi.typedefs).keys()) suspects.typedefs.add(name);
    for (const map of [abi.constants, abi.requests, abi.macros]) {
      for (const name of replacedIn<unknown>(map).keys()) suspects.addNumber(name);
    }
  }
  return suspects;
}

interface FilePortions {
  readonly old: Portion[];
  readonly new: Portion[];
}

/** By the portions that were looked at, for all targets of a run. */
const known = new WeakMap<object, Map<string, NamesByKind>>();

/**
 * `behind`: files that some reading of this comparison found behind others: what is settled by their text may be something else there.
 * `files`: look at those only.
 */
function differencesOf(
  before: DeclarationList,
  after: DeclarationList,
  behind: ReadonlySet<string>,
  files?: ReadonlySet<string>,
): NamesByKind[] {
  let differences = known.get(before.index);
  if (differences === undefined) known.set(before.index, (differences = new Map<string, NamesByKind>()));
  const byFile = new Map<string, FilePortions>();
  const add = (from: DeclarationList, other: DeclarationList, side: 'old' | 'new'): void => {
    const there = new Set(other.portions.map(({ portion }) => portion));
    for (const { portion } of from.portions) {
      if (there.has(portion) || files?.has(portion.file) === false) continue;
      let file = byFile.get(portion.file);
      if (file === undefined) byFile.set(portion.file, (file = { old: [], new: [] }));
      const open = openIn(portion, from, behind);
      if (open !== undefined) file[side].push(open);
    }
  };
  add(before, after, 'old');
  add(after, before, 'new');
  const result: NamesByKind[] = [];
  for (const { old, new: next } of byFile.values()) {
    const key = `${old.map(({ id }) => id).join()}:${next.map(({ id }) => id).join()}`;
    let difference = differences.get(key);
    if (difference === undefined) differences.set(key, (difference = namesThatDiffer(old, next)));
    result.push(difference);
  }
  return result;
}

/** Files of which something was not read alone. */
function filesBehindOthers(lists: readonly DeclarationList[]): ReadonlySet<string> {
  const files = new Set<string>();
  for (const { portions } of lists) {
    for (const { portion } of portions) if (portion.late?.isAlone === false) files.add(portion.file);
  }
  return files;
}

/** What has to be looked at of a portion: of macros that are read late, those that are not settled, or all in a file that is `behind` others. */
function openIn(portion: Portion, { index }: DeclarationList, behind: ReadonlySet<string>): Portion | undefined {
  const { late } = portion;
  if (late === undefined) return portion;
  if (behind.has(portion.file)) return index.portionOf(portion.declared, portion.file);
  const ats = late.unsettledAts;
  return ats.length === 0 ? undefined : index.portionOf(late.readAll(ats), portion.file);
}

/** Records that may have no layout: the comparison has to say so. */
const fragile = new WeakMap<Portion, readonly string[]>();

function fragileIn(portion: Portion): readonly string[] {
  let names = fragile.get(portion);
  if (names === undefined) {
    const found: string[] = [];
    for (const { kind, declaration } of portion.ofKind('record')) {
      if (kind !== 'record') continue;
      if (declaration.record.isComplete && !isSurelyLaidOut(declaration.record)) found.push(declaration.name);
    }
    fragile.set(portion, (names = found));
  }
  return names;
}

/** What only an includer shows of a header has no fixed place among the others, so nothing in it is sure. */
function namesOf(portion: Portion): NamesByKind {
  return namesThatDiffer([portion], []);
}
