/**
 * One cause, one finding: what a change brings about in its own record is told with it, not beside it.
 *
 * A field inserted before others moves them, stands where one of them stood, lets the record grow, and by its size changes
 * the numbers of the requests that carry it: five true sentences about one line of a patch. The finding that says best what
 * happened leads, its message takes the others in, and each of the others is kept whole under `follows`. Only what surely has
 * that cause is taken in: the size of a record, for example, only where nothing else in it changed its size. Compatible
 * findings stay by themselves; they are not told unless asked for.
 *
 * What one record does to another is not folded: each record is something that programs use, and `because` leads back. The
 * same holds for requests; they are told with their record and by themselves.
 */

import type { Change, RecordPair } from '../diff/changes.ts';
import { isFiller } from '../diff/placed.ts';
import type { Verdict } from './contract.ts';
import type { Answer, Consequence, Finding } from './finding.ts';

/** What was found on one target, with the change it was found in. */
export interface Found {
  readonly change: Change;
  readonly finding: Finding;
}

type Of<K extends Change['kind']> = Found & { readonly change: Extract<Change, { kind: K }> };

function isOf<K extends Change['kind']>(kind: K): (one: Found) => one is Of<K> {
  return (one): one is Of<K> => one.change.kind === kind;
}

const severity: readonly Verdict[] = ['compatible', 'review', 'break'];
const weight = ({ finding }: Found): number => severity.indexOf(finding.verdict);

/** The findings of one target, each with what follows from the same cause. */
export function foldCauses(found: readonly Found[]): Finding[] {
  const folds = new Folds();
  const records = new Map<RecordPair, Found[]>();
  for (const one of found) {
    if (!('pair' in one.change)) continue;
    const there = records.get(one.change.pair);
    if (there === undefined) records.set(one.change.pair, [one]);
    else there.push(one);
  }
  for (const all of records.values()) foldRecord(all, folds);
  foldRequests(found, folds);
  return found.flatMap((one) => folds.findingFor(one) ?? []);
}

/** Who was taken in by whom. */
class Folds {
  readonly #leaders = new Map<Found, Found>();
  readonly #followers = new Map<Found, Found[]>();

  /** Nothing that is worse than its leader is hidden behind it, and what is compatible is not told at all. */
  add(leader: Found, follower: Found): void {
    const first = this.leaderOf(leader);
    if (weight(follower) === 0) return;
    if (first === follower || this.#leaders.has(follower) || weight(follower) > weight(first)) return;
    const all = [follower, ...(this.#followers.get(follower) ?? [])];
    this.#followers.delete(follower);
    for (const one of all) this.#leaders.set(one, first);
    this.#followers.set(first, [...(this.#followers.get(first) ?? []), ...all]);
  }

  /** Told with its cause and by itself as well: a request is a thing of its own, and people look for it by its name. */
  mention(leader: Found, follower: Found): void {
    const first = this.leaderOf(leader);
    if (weight(follower) === 0 || weight(follower) > weight(first)) return;
    this.#followers.set(first, [...(this.#followers.get(first) ?? []), follower]);
  }

  leaderOf(one: Found): Found {
    return this.#leaders.get(one) ?? one;
  }

  isTold(one: Found): boolean {
    return !this.#leaders.has(one);
  }

  /** `undefined` for what was taken in. */
  findingFor(one: Found): Finding | undefined {
    if (this.#leaders.has(one)) return undefined;
    const followers = this.#followers.get(one);
    return followers === undefined
      ? one.finding
      : combined(
          one.finding,
          followers.map(({ finding }) => finding),
        );
  }
}

function foldRecord(all: readonly Found[], folds: Folds): void {
  for (const resized of all.filter(isOf('field-resized'))) {
    // One new type is one change, whatever it does to the size here.
    const retyped = all.filter(isOf('field-retyped')).find(({ change }) => change.old === resized.change.old);
    if (retyped !== undefined) folds.add(retyped, resized);
  }
  const groups = movesByCause(all);
  const causes = [...groups].map(([path, moves]) => foldMoves(path, moves, all, folds));
  const sizes = all.filter(isOf('record-size'));
  const [size] = sizes;
  const [leader] = causes;
  if (size === undefined || leader === undefined || causes.length > 1) return;
  // Whatever else gave or took bytes has a say in the size.
  const others = all.filter((one) => one !== size && folds.leaderOf(one) !== leader && changesSizes(one.change));
  if (others.length === 0) folds.add(leader, size);
}

const sizing: ReadonlySet<Change['kind']> = new Set([
  'field-added',
  'field-removed',
  'field-moved',
  'field-resized',
  'inner-record-resized',
  'flexible-array',
  'union-resized',
  'union-arm-added',
  'union-arm-removed',
]);

function changesSizes(change: Change): boolean {
  const isField = change.kind === 'field-added' || change.kind === 'field-removed';
  return sizing.has(change.kind) && !(isField && isFiller(change.node));
}

type Move = Of<'field-moved'>;

/** Moves whose cause is a field that came or went, or a record of another name that grew, by the path of that. */
function movesByCause(all: readonly Found[]): Map<string, Move[]> {
  const groups = new Map<string, Move[]>();
  for (const move of all.filter(isOf('field-moved'))) {
    if (weight(move) === 0) continue;
    const { cause } = move.change;
    if (cause.kind === 'reordered' || cause.kind === 'alignment') continue;
    // A field that grew is told as that. A record with a name grew elsewhere, and here that is only seen by what moved.
    if (cause.kind === 'neighbour-grew' && move.change.pair.new.byPath.get(cause.path)?.isOpaque !== true) continue;
    const there = groups.get(cause.path);
    if (there === undefined) groups.set(cause.path, [move]);
    else there.push(move);
  }
  return groups;
}

/** The finding that leads: for a field that went its own, for one that was inserted that of the first it moved. */
function foldMoves(path: string, moves: readonly Move[], all: readonly Found[], folds: Folds): Found {
  const ordered = [...moves].sort((a, b) => a.change.old.offsetBits - b.change.old.offsetBits);
  const gone = all.filter(isOf('field-removed')).find((one) => one.change.node.path === path && weight(one) > 0);
  const leader: Found | undefined = gone ?? ordered[0];
  if (leader === undefined) throw new TypeError(`nothing moved because of ${path}`);
  for (const move of ordered) folds.add(leader, move);
  const moved = ordered.flatMap(({ change }) => [change.old, ...change.followers.map((one) => one.old)]);
  const isMoved = (path: string): boolean =>
    moved.some((node) => path === node.path || path.startsWith(`${node.path}.`));
  for (const inner of all.filter(isOf('inner-record-resized'))) {
    if (inner.change.new.path === path) folds.add(leader, inner);
  }
  for (const added of all.filter(isOf('field-added'))) {
    if (added.change.node.path !== path) continue;
    const victims = added.change.took.flatMap((one) => (one.kind === 'field' ? [one.node] : []));
    if (victims.length > 0 && victims.every((victim) => isMoved(victim.path))) folds.add(leader, added);
  }
  return leader;
}

/** A request whose number changed because its record did, and with nothing but its size. */
function foldRequests(found: readonly Found[], folds: Folds): void {
  const sizes = new Map(found.filter(isOf('record-size')).map((one) => [one.change.pair.name, one]));
  for (const one of found.filter(isOf('request-changed'))) {
    const { old, aspects } = one.change;
    const size = sizes.get(old.argument ?? '');
    if (size !== undefined && aspects.every((aspect) => aspect === 'size')) folds.mention(size, one);
  }
}

const order: readonly Answer['answer'][] = ['kept', 'unknown', 'broken'];

function combined(leader: Finding, taken: readonly Finding[]): Finding {
  const isRequest = ({ subject }: Finding): boolean => subject.startsWith('request ');
  const followers = [
    ...taken.filter((one) => !isRequest(one)),
    ...taken.filter(isRequest).sort((a, b) => (a.subject < b.subject ? -1 : 1)),
  ];
  const all = [leader, ...followers];
  const answers = leader.answers.map((answer) => {
    const others = all.flatMap((one) => one.answers.filter(({ contract }) => contract === answer.contract));
    return others.reduce<Answer>(
      (worst, one) => (order.indexOf(one.answer) > order.indexOf(worst.answer) ? one : worst),
      answer,
    );
  });
  const clauses = [leader.message];
  for (const { rule, message } of followers) {
    // "and so SET changed its number" is said where the record is, and "because r before it grew" at what moved.
    const isSaid =
      (rule.startsWith('request-') && clauses.some((clause) => clause.includes(' and so '))) ||
      rule.startsWith('inner-record-');
    if (!isSaid) clauses.push(message.replace(/ because [^,]*(?:was inserted|was removed|before it)[^,]*/, ''));
  }
  const origin = followers.find(({ rule }) => rule.startsWith('inner-record-'))?.because ?? leader.because;
  const follows: Consequence[] = followers.map(({ rule, verdict, subject, old, new: next, message, witness }) => ({
    ...{ rule, verdict, subject, old, new: next, message, witness },
  }));
  return { ...leader, answers, message: clauses.join('; '), because: origin, follows };
}
