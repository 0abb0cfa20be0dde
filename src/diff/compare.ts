/**
 * Two ABIs of one target, compared: every declaration of the old side is looked for on the new one.
 *
 * The order of declarations, their spelling and the headers they are spread over change nothing; a declaration that moved to
 * another header is the same declaration. A record that vanished while one with the same fields appeared was renamed.
 */

import type { Abi, RecordDeclaration } from '../abi/abi.ts';
import { LayoutError } from '../abi/layout.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { areAlike, isSurelyLaidOut } from './alike.ts';
import type { AbiPair, Change } from './changes.ts';
import { compareDocumentation } from './compare-documentation.ts';
import { compareNames } from './compare-names.ts';
import { compareNumbers } from './compare-numbers.ts';
import { compareIncludes, fileOf } from './compare-includes.ts';
import { compareDeclarationPlaces } from './compare-places.ts';
import { compareRequests } from './compare-requests.ts';
import { comparePlaced } from './compare-placed.ts';
import { gatherGone } from './gone-together.ts';
import { withoutPassedOver } from './not-known-gone.ts';
import { numbersOfPair } from './numbers.ts';
import { renamedRecords } from './renamed-records.ts';
import { openedByOne, type PlacedRecord, placeRecordOnce } from './placed.ts';
import { recordAdded, recordRemoved } from './shared-changes.ts';
import { suspectedIn, type SuspectedPair } from './suspected.ts';
import { declarationKinds, type Suspects } from './suspect-names.ts';
import { suspectsOf } from './suspects.ts';

export interface Comparison {
  readonly changes: readonly Change[];
  /** Records that cannot be laid out and so cannot be compared, and what may stand in a text that was not understood. */
  readonly notUnderstood: readonly Diagnostic[];
}

/** Every change from `pair.old` to `pair.new`, or among some names. Both must be of one target. */
export function compareAbis(pair: AbiPair, among?: Suspects): Comparison {
  if (pair.old.target.name !== pair.new.target.name) {
    throw new TypeError(`cannot compare ${pair.old.target.name} with ${pair.new.target.name}`);
  }
  const notUnderstood: Diagnostic[] = [];
  const suspects = among ?? suspectsOf(pair);
  const suspected = suspectedIn(pair, suspects);
  const records = compareRecordSets(pair, suspected, notUnderstood);
  const named = numbersOfPair(pair, suspects);
  const numbers = compareNumbers(pair, named, suspected);
  const renumbered = new Set(numbers.flatMap((change) => (change.kind === 'number-changed' ? [change.old.name] : [])));
  // A value that a field's description gives a name is told once: at the constant of that name, where there is one.
  const own = records.filter((change) => change.kind !== 'value-renumbered' || !renumbered.has(change.was.name));
  const found = [
    ...own,
    ...numbers,
    ...compareRequests(pair, named, suspected),
    ...compareNames(pair, named, suspected),
    ...compareDeclarationPlaces(pair, suspected),
    ...compareIncludes(pair),
    ...compareDocumentation(pair),
  ];
  const { changes, notUnderstood: notCompared } = withoutPassedOver(found, pair);
  notUnderstood.push(...notCompared);
  return { changes: gatherGone(foldIntoHeaders(changes, pair, suspected), pair), notUnderstood };
}

/** A header that went took its declarations along: that is one change, not one for each of them. */
function foldIntoHeaders(changes: readonly Change[], pair: AbiPair, suspected: SuspectedPair): Change[] {
  const lost = new Map<string, string[]>();
  for (const change of changes) if (change.kind === 'header-removed') lost.set(change.header, []);
  if (lost.size === 0) return [...changes];
  const moves = destinations(pair, lost, suspected);
  const rest = changes.filter((change) => {
    const gone = goneDeclaration(change);
    const names = gone === undefined ? undefined : lost.get(gone.header);
    if (gone !== undefined) names?.push(gone.name);
    return names === undefined;
  });
  return rest.map((change) => {
    if (change.kind !== 'header-removed') return change;
    const movedTo = moves.get(change.header);
    const newFile = movedTo === undefined ? undefined : fileOf(movedTo, pair.new);
    return { ...change, lost: [...(lost.get(change.header) ?? [])].sort(), movedTo, newFile };
  });
}

/** For headers that are gone, the one that declares most of what they did, if it declares at least half of it. */
function destinations(
  pair: AbiPair,
  gone: ReadonlyMap<string, unknown>,
  suspected: SuspectedPair,
): Map<string, string> {
  const counts = new Map<string, { total: number; readonly to: Map<string, number> }>();
  for (const kind of declarationKinds) {
    for (const [name, { header }] of suspected.old[kind]) {
      if (!gone.has(header)) continue;
      let count = counts.get(header);
      if (count === undefined) counts.set(header, (count = { total: 0, to: new Map<string, number>() }));
      count.total++;
      const place = pair.new[kind].get(name)?.header;
      if (place !== undefined) count.to.set(place, (count.to.get(place) ?? 0) + 1);
    }
  }
  const result = new Map<string, string>();
  for (const [header, { total, to }] of counts) {
    const [best] = [...to].sort((a, b) => b[1] - a[1]);
    if (best !== undefined && best[1] * 2 >= total) result.set(header, best[0]);
  }
  return result;
}

/** What a change says is nowhere on the new side; a name whose number lives on under another is more than gone. */
function goneDeclaration(change: Change): { readonly header: string; readonly name: string } | undefined {
  if (change.kind === 'record-removed') return change.declaration;
  if (change.kind === 'request-removed') return change.request;
  if (change.kind === 'macro-removed') return change.macro;
  if (change.kind === 'typedef-removed') return change.typedef;
  if (change.kind === 'number-removed') {
    return { header: change.number.declaration.header, name: change.number.name };
  }
  return undefined;
}

function compareRecordSets(pair: AbiPair, suspected: SuspectedPair, notUnderstood: Diagnostic[]): Change[] {
  const changes: Change[] = [];
  const renamed = renamedRecords(pair, suspected);
  for (const [name, old] of suspected.old.records) {
    const same = pair.new.records.get(name);
    const next = same ?? renamed.get(old);
    const other = next === undefined ? otherKind(name, pair.new) : undefined;
    if (next !== undefined) {
      if (same === undefined) changes.push({ kind: 'record-renamed', old, new: next });
      if (!old.record.isComplete || !next.record.isComplete) continue;
      if (areAlike(old.record, next.record) && isSurelyLaidOut(old.record)) continue;
      const placed = placeBoth(old, next, pair, notUnderstood);
      if (placed !== undefined) changes.push(...comparePlaced(name, placed.was, placed.is));
    } else if (other !== undefined) changes.push({ kind: 'record-kind', old, new: other });
    else changes.push(recordRemoved(old));
  }
  const taken = new Set([...renamed.values()]);
  for (const [name, declaration] of suspected.new.records) {
    if (pair.old.records.has(name) || taken.has(declaration) || otherKind(name, pair.old) !== undefined) continue;
    changes.push(recordAdded(declaration));
  }
  return changes;
}

/** Both forms of a record, opened to the same depth: a nested record that got a name, or lost it, is opened on both sides. */
function placeBoth(
  old: RecordDeclaration,
  next: RecordDeclaration,
  pair: AbiPair,
  problems: Diagnostic[],
): { readonly was: PlacedRecord; readonly is: PlacedRecord } | undefined {
  const opened = new Set<string>();
  for (;;) {
    const was = placeOrExplain(old, pair.old, problems, opened);
    const is = placeOrExplain(next, pair.new, problems, opened);
    if (was === undefined || is === undefined) return undefined;
    const more = [...openedByOne(was, is)].filter((path) => !opened.has(path));
    if (more.length === 0) return { was, is };
    for (const path of more) opened.add(path);
  }
}

/** A record that no compiler could lay out is the header's problem, and nothing can be said about it. */
function placeOrExplain(
  declaration: RecordDeclaration,
  abi: Abi,
  problems: Diagnostic[],
  opened: ReadonlySet<string>,
): PlacedRecord | undefined {
  try {
    return placeRecordOnce(declaration, abi, opened);
  } catch (error) {
    if (!(error instanceof LayoutError)) throw error;
    const { location } = declaration;
    problems.push({
      severity: 'error',
      code: 'no-layout',
      message: `${declaration.name} cannot be laid out: ${error.message}.`,
      ...(location === undefined ? {} : { location }),
    });
    return undefined;
  }
}

/** `union x` for `struct x` and the other way round. */
function otherKind(name: string, abi: Abi): RecordDeclaration | undefined {
  const match = /^(struct|union) (.*)$/.exec(name);
  if (match === null) return undefined;
  return abi.records.get(`${match[1] === 'struct' ? 'union' : 'struct'} ${match[2] ?? ''}`);
}
