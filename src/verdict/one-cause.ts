/**
 * One cause, one finding: what a change brings about in its own record is told with it, not beside it.
 *
 * A field inserted before others moves them, stands where one of them stood, lets the record grow, and by its size changes
 * the numbers of the requests that carry it: five true sentences about one line of a patch. The finding that says best what
 * happened leads, its message takes the others in, and each of the others is kept whole under `follows`. Only what surely has
 * that cause is taken in: the size of a record, for example, only where nothing else in it changed its size. What happened to
 * several fields of a record in the same way is one finding that lists them. Compatible findings stay by themselves; they are
 * not told unless asked for.
 *
 * What one record does to another is not folded: each record is something that programs use, and `because` leads back. The
 * same holds for requests; they are told with their record and by themselves.
 */

import { groupBy } from '../abi/group-by.ts';
import { onceFor } from '../abi/once.ts';
import type { Change } from '../diff/changes.ts';
import { isFiller } from '../diff/placed.ts';
import type { Verdict } from './contract.ts';
import { type Answer, type Consequence, type Finding, pathOf } from './finding.ts';
import { fingerprintOfAll } from './fingerprint.ts';
import { list, membersWords } from './judgement.ts';
import { exchangesAmong } from './exchanges.ts';
import type { RuleId } from './rules.ts';
import { namesInSentence, tellTogether } from './tell-together.ts';

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
  const records = groupBy(found, ({ change }) => ('pair' in change ? change.pair : undefined));
  for (const all of records.values()) foldRecord(all, folds);
  foldRequests(found, folds);
  foldRenumbered(found, folds);
  return found.flatMap((one) => folds.findingFor(one) ?? []);
}

/** What took in others, for all targets that share the findings. */
const combinedBefore = onceFor<Finding, { readonly taken: readonly Finding[]; readonly finding: Finding }[]>(() => []);

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
    if (followers === undefined) return one.finding;
    const taken = followers.map(({ finding }) => finding);
    const known = combinedBefore(one.finding);
    const same = known.find(
      (other) => other.taken.length === taken.length && other.taken.every((it, at) => it === taken[at]),
    );
    if (same !== undefined) return same.finding;
    const finding = combined(one.finding, taken);
    known.push({ taken, finding });
    return finding;
  }
}

function foldRecord(all: readonly Found[], folds: Folds): void {
  for (const resized of all.filter(isOf('field-resized'))) {
    // One new type is one change, whatever it does to the size here.
    const retyped = all.filter(isOf('field-retyped')).find(({ change }) => change.old === resized.change.old);
    if (retyped !== undefined) folds.add(retyped, resized);
  }
  const groups = movesByCause(all);
  const [leader, ...others] = [...groups].map(([path, moves]) => ({ path, found: foldMoves(path, moves, all, folds) }));
  // Padding that was named here and there is one decision.
  const isPadding = ({ path }: { readonly path: string }): boolean => {
    const node = all.flatMap(({ change }) => ('pair' in change ? (change.pair.new.byPath.get(path) ?? []) : []))[0];
    return node !== undefined && isFiller(node);
  };
  const rest = leader !== undefined && isPadding(leader) ? others.filter((one) => !isPadding(one)) : others;
  if (leader !== undefined) {
    for (const one of others) if (!rest.includes(one)) folds.add(leader.found, one.found);
  }
  foldReused(all, folds);
  foldSize(all, rest.length === 0 ? leader?.found : undefined, folds);
  foldAlike(all, folds);
}

/** What stands where others stood is told with what became of those. */
function foldReused(all: readonly Found[], folds: Folds): void {
  for (const added of all.filter(isOf('field-added'))) {
    if (weight(added) === 0 || !folds.isTold(added)) continue;
    const { node, took } = added.change;
    const victims = took.flatMap((one) => (one.kind === 'field' ? [one.node] : []));
    const shortened = all
      .filter(isOf('field-resized'))
      .find(({ change }) => victims.every((one) => one === change.old));
    if (victims.length > 0 && shortened !== undefined && weight(shortened) > 0) {
      folds.add(shortened, added);
      continue;
    }
    for (const gone of all.filter(isOf('field-removed'))) {
      const isHere = gone.change.takenBy.some((one) => one.kind === 'field' && one.node === node);
      if (isHere && folds.isTold(gone)) folds.add(added, gone);
    }
  }
}

/** The size of the record and its alignment, where only one thing has a say in them; what grew into the padding at the end. */
function foldSize(all: readonly Found[], mover: Found | undefined, folds: Folds): void {
  const [size] = all.filter(isOf('record-size'));
  const [alignment] = all.filter(isOf('record-alignment'));
  const weighty = all.filter((one) => one !== size && weight(one) > 0 && changesSizes(one.change));
  const [only] = weighty.length === 1 ? weighty.map((one) => folds.leaderOf(one)) : [];
  const isCause = only?.change.kind === 'field-removed' || only?.change.kind === 'field-resized';
  const cause = mover ?? (isCause || only?.change.kind === 'field-retyped' ? only : undefined);
  // Whatever else gave or took bytes has a say in the size.
  const others = all.filter((one) => one !== size && folds.leaderOf(one) !== cause && changesSizes(one.change));
  if (cause !== undefined && others.length === 0) {
    if (size !== undefined) folds.add(cause, size);
    if (alignment !== undefined && weight(alignment) > 0) folds.add(cause, alignment);
    return;
  }
  if (size === undefined) return;
  if (alignment !== undefined && weight(alignment) > weight(size)) folds.add(alignment, size);
  else if (alignment !== undefined) folds.add(size, alignment);
  if (weight(size) === 0 || size.change.pair.new.layout.sizeBytes < size.change.pair.old.layout.sizeBytes) return;
  for (const added of all.filter(isOf('field-added'))) {
    const isInTail = added.change.took.every((one) => one.kind === 'beyond' || (one.kind === 'hole' && one.isTail));
    if (isInTail && folds.isTold(added)) folds.add(folds.leaderOf(size), added);
  }
}

/** Rules by which several fields or names are told in one breath. */
const listed: ReadonlySet<RuleId> = new Set<RuleId>([
  ...(['field-added-in-arm', 'field-shares-bytes', 'reserved-became-field', 'padding-became-field'] as const),
  ...(['hole-became-field', 'bytes-reused', 'field-removed', 'field-retyped', 'field-sign-changed'] as const),
  ...(['field-byte-order-changed', 'field-pointerness-changed', 'union-arm-removed'] as const),
  ...([
    'enumerator-renumbered',
    'macro-removed',
    'macro-became-enumerator',
    'constant-removed',
    'number-renamed',
    'request-removed',
    'record-removed',
    'record-alignment-raised',
  ] as const),
]);

function foldAlike(all: readonly Found[], folds: Folds): void {
  const groups = groupBy(all, (one) =>
    weight(one) === 0 || !listed.has(one.finding.rule) || !folds.isTold(one)
      ? undefined
      : `${one.finding.rule} ${one.finding.verdict}`,
  );
  const place = ({ finding: { old, new: next } }: Found): number => next?.offsetBits ?? old?.offsetBits ?? 0;
  for (const group of groups.values()) {
    const [first, ...others] = [...group].sort((a, b) => place(a) - place(b));
    if (first !== undefined) for (const one of others) folds.add(first, one);
  }
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

/** Moves whose cause is a field that came or went, a record of another name that grew, or an exchange, by the path of that. */
function movesByCause(all: readonly Found[]): ReadonlyMap<string, readonly Move[]> {
  const moves = all.filter(isOf('field-moved')).filter((move) => weight(move) > 0);
  const exchanges = exchangesAmong(moves.map(({ change }) => change));
  // Where fields of other sizes change places, what stands behind them moves along, if nothing else gave or took bytes.
  const isOnlyExchange = all.every(({ change }) => change.kind === 'field-moved' || !changesSizes(change));
  const [only] = new Set(exchanges.values());
  const drift = isOnlyExchange && new Set(exchanges.values()).size === 1 ? only : undefined;
  return groupBy(
    moves,
    (move) =>
      causeOf(move, all) ?? exchanges.get(move.change) ?? (move.change.cause.kind === 'alignment' ? drift : undefined),
  );
}

function causeOf({ change }: Move, all: readonly Found[]): string | undefined {
  const { cause, pair, new: next } = change;
  switch (cause.kind) {
    case 'field-inserted':
    case 'field-removed':
      return cause.path;
    case 'neighbour-grew': {
      // A record with a name grew elsewhere, and here that is only seen by what moved; any other field is told as what it is.
      const isSeen = pair.new.byPath.get(cause.path)?.isOpaque === true || resizedAt(cause.path, all) !== undefined;
      return isSeen ? cause.path : undefined;
    }
    case 'alignment':
      // A wider type stands where that type may stand.
      return resizedAt(next.path, all) === undefined ? undefined : next.path;
    case 'reordered':
      return undefined;
    default:
      return cause satisfies never;
  }
}

function resizedAt(path: string, all: readonly Found[]): Found | undefined {
  return all.filter(isOf('field-resized')).find((one) => one.change.new.path === path && weight(one) > 0);
}

/** The finding that leads: for a field that went or grew its own, for one that was inserted that of the first it moved. */
function foldMoves(path: string, moves: readonly Move[], all: readonly Found[], folds: Folds): Found {
  const ordered = [...moves].sort((a, b) => a.change.old.offsetBits - b.change.old.offsetBits);
  const gone = all.filter(isOf('field-removed')).find((one) => one.change.node.path === path && weight(one) > 0);
  const resized = resizedAt(path, all);
  const [first] = ordered;
  // An array that grows in front of others does less harm than what it moves.
  const isMildest = resized !== undefined && first !== undefined && weight(folds.leaderOf(resized)) < weight(first);
  const leader: Found | undefined = gone ?? (resized === undefined || isMildest ? ordered[0] : folds.leaderOf(resized));
  if (isMildest && leader === first) folds.add(first, folds.leaderOf(resized));
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

/** One name that came or went moves all behind it, each by as much. */
function foldRenumbered(found: readonly Found[], folds: Folds): void {
  const groups = groupBy(found.filter(isOf('number-changed')), ({ change: { old, new: next }, finding }) =>
    finding.rule === 'enumerator-renumbered' && old.enum !== undefined
      ? `${String(next.value - old.value)} ${finding.verdict} ${old.enum}`
      : undefined,
  );
  for (const group of groups.values()) {
    const [first, ...others] = [...group].sort((a, b) => Number(a.change.old.value - b.change.old.value));
    if (first !== undefined) for (const one of others) folds.add(first, one);
  }
}

const order: readonly Answer['answer'][] = ['kept', 'unknown', 'broken'];

/** Said once, in front of all. */
const inCxx = 'in C++ programs only: ';

/** One finding that says what all of them say. */
export function combined(leader: Finding, taken: readonly Finding[]): Finding {
  if (leader.language !== undefined) {
    const bare = (one: Finding): Finding => ({ ...one, message: one.message.replace(inCxx, '') });
    const { language, ...rest } = leader;
    const together = combined(bare(rest), taken.map(bare));
    return { ...together, language, message: inCxx + together.message };
  }
  const isRequest = ({ subject }: Finding): boolean => subject.startsWith('request ');
  const alike = taken.filter(({ rule }) => rule === leader.rule);
  const followers = [
    ...alike,
    ...taken.filter((one) => !alike.includes(one) && !isRequest(one)),
    ...taken.filter((one) => !alike.includes(one) && isRequest(one)).sort((a, b) => (a.subject < b.subject ? -1 : 1)),
  ];
  const all = [leader, ...followers];
  const answers = leader.answers.map((answer) => {
    const others = all.flatMap((one) => one.answers.filter(({ contract }) => contract === answer.contract));
    const worst = others.reduce<Answer>(
      (heaviest, one) => (order.indexOf(one.answer) > order.indexOf(heaviest.answer) ? one : heaviest),
      answer,
    );
    return worst === answer ? { ...answer, reason: reasonForAll(answer, leader, alike) } : worst;
  });
  const clauses = listed.has(leader.rule) ? tellTogether([leader, ...alike]) : [leader.message];
  for (const one of followers) {
    const { rule, message } = one;
    // "and so SET changed its number" is said where the record is, and "because r before it grew" at what moved.
    const isSaid =
      (rule === 'request-size-changed' && clauses.some((clause) => clause.includes(' and so '))) ||
      rule.startsWith('inner-record-') ||
      // What others stand in place of is gone.
      (rule === 'field-removed' && leader.rule === 'bytes-reused') ||
      (rule === 'bytes-reused' && leader.rule === 'field-removed') ||
      (alike.includes(one) && listed.has(rule));
    if (isSaid) continue;
    const clause = message.replace(/ because [^,]*(?:was inserted|was removed|before it|changed places)[^,]*/, '');
    clauses.push(one.subject === leader.subject ? clause.replace(nameOf(one), 'it ') : clause);
  }
  const origin = followers.find(({ rule }) => rule.startsWith('inner-record-'))?.because ?? leader.because;
  const follows: Consequence[] = followers.map(({ rule, verdict, subject, old, new: next, message, witness }) => ({
    ...{ rule, verdict, subject, old, new: next, message, witness },
  }));
  const isList = listed.has(leader.rule) && alike.length > 0;
  return {
    ...leader,
    ...{ answers, message: clauses.join('; '), because: origin, follows },
    // A waiver for two fields does not fit three.
    ...(isList ? { fingerprint: fingerprintOfAll([leader, ...alike]) } : {}),
    ...(isList && alike.length >= namesInSentence ? { members: [leader, ...alike].map(({ subject }) => subject) } : {}),
  };
}

/** The name that a message begins with: the record, or the path of the field. */
function nameOf({ subject, message }: Finding): string {
  return [subject, pathOf(subject)].map((name) => `${name} `).find((name) => message.startsWith(name)) ?? 'it ';
}

/** The reason, with all of them named where it says of each the same. */
function reasonForAll({ contract, reason }: Answer, leader: Finding, alike: readonly Finding[]): string {
  const own = spokenName(leader);
  const [before, after, ...more] = reason.split(own);
  if (alike.length === 0 || before === undefined || after === undefined || more.length > 0) return reason;
  const isSame = alike.every((one) =>
    one.answers.some((other) => other.contract === contract && other.reason === before + spokenName(one) + after),
  );
  if (!isSame) return reason;
  const names = [own, ...alike.map(spokenName)];
  // Whoever names a single one is hurt.
  if (!/ (?:names|uses|asks for) $/.test(before)) return before + membersWords(names) + after;
  const some = names.length > 4 ? [own, `one of ${String(names.length - 1)} others`] : names;
  return before + list(some, 'or') + after;
}

/** As reasons call it: a field by its path, a record with its `struct`, anything else by its bare name. */
function spokenName({ subject }: Finding): string {
  return pathOf(subject).replace(/^(?:request|constant|macro) /, '');
}
