/**
 * One thing told once, however many targets see it.
 *
 * Findings that say the same about several targets are one finding with several targets. Where only numbers differ (a
 * request's number on powerpc, an offset on i386), the finding speaks of the first target and holds the others as variants.
 * What is gone on some targets and still declared on others was not removed but *confined*: all names of a header that met
 * the same fate are one finding. Two requests with one number on 32-bit targets alone are `long` and `int` forms of one.
 */

import type { Abi } from '../abi/abi.ts';
import { listOf } from '../abi/declaration-map.ts';
import { groupBy } from '../abi/group-by.ts';
import type { Target, TargetName } from '../abi/target.ts';
import type { AbiPair } from '../diff/changes.ts';
import type { Finding, Variant } from './finding.ts';
import { fingerprintOf, fingerprintOfAll } from './fingerprint.ts';
import { list, membersWords, placeOf } from './judgement.ts';
import { foldNames } from './names-together.ts';
import { type RuleId, rules } from './rules.ts';
import type { Witness } from './witness.ts';
import { counted, type SourceLocation } from '../diagnostic.ts';

/** Rules that say a name is gone, the most telling first: one name may be a macro here and a request there. */
const goneRules: readonly RuleId[] = [
  'request-removed',
  'record-removed',
  'enumerator-removed',
  'constant-removed',
  'typedef-removed',
  'macro-removed',
];

/** A target that was compared, and the headers its old side had. */
export interface SeenTarget {
  readonly target: Target;
  readonly headers: ReadonlySet<string>;
}

interface SameFinding {
  readonly finding: Finding;
  readonly targets: TargetName[];
}

/** What was found so far; what says the same about several targets is kept once. */
export class SameFindings {
  readonly #found = new Map<string, SameFinding>();
  readonly #byFinding = new WeakMap<Finding, SameFinding>();

  /** `findings` were made for `target`, and may have been added for others. */
  add(findings: Iterable<Finding>, target: TargetName): void {
    for (const finding of findings) {
      let same = this.#byFinding.get(finding);
      if (same === undefined) this.#byFinding.set(finding, (same = this.#likeIt(finding)));
      same.targets.push(target);
    }
  }

  *all(): Iterable<Finding> {
    for (const { finding, targets } of this.#found.values()) yield { ...finding, targets };
  }

  #likeIt(finding: Finding): SameFinding {
    const key = `${finding.fingerprint} ${finding.verdict} ${finding.message}`;
    let same = this.#found.get(key);
    if (same === undefined) this.#found.set(key, (same = { finding, targets: [] }));
    return same;
  }
}

/** Merges what was found on each target. `open` may have to read a target again. */
export function mergeFindings(
  found: SameFindings,
  seen: readonly SeenTarget[],
  open: (target: Target) => AbiPair,
): Finding[] {
  const targets = seen.map(({ target }) => target);
  const merged = [...groupBy(found.all(), keyOf).values()].map((group) => mergeVariants(group, targets));
  const elsewhere = new Elsewhere(seen, open);
  merged.push(...foldAlikeIn32Bit(merged.flatMap((finding) => differsIn32Bit(finding, elsewhere))));
  const told = confine(
    merged.map((finding) => withoutOldCollision(finding, elsewhere)),
    elsewhere,
  );
  return foldNames(
    told,
    targets.map(({ name }) => name),
  );
}

function keyOf(finding: Finding): string {
  return `${finding.language ?? ''} ${placeInListOf(finding)}`;
}

function placeInListOf({ rule, verdict, subject, old, new: next }: Finding): string {
  // What went to two places is two findings.
  if (rule === 'declaration-moved') return JSON.stringify([rule, verdict, subject, next?.header]);
  const isGone = goneRules.includes(rule) && old?.name !== undefined;
  return JSON.stringify(isGone ? ['gone', verdict, old.header, old.name] : [rule, verdict, subject]);
}

function mergeVariants(group: readonly Finding[], targets: readonly Target[]): Finding {
  const weight = ({ rule }: Finding): number => goneRules.indexOf(rule);
  const [first, ...others] = [...group].sort((a, b) => weight(a) - weight(b));
  if (first === undefined) throw new TypeError('a group without findings');
  if (others.length === 0) return first;
  const names = new Set(group.flatMap((finding) => finding.targets));
  const differing = others.filter((other) => other.message !== first.message && other.rule === first.rule);
  const where = differing.flatMap((other) => other.targets);
  const tail =
    where.length === 0
      ? ''
      : `; with other numbers on ${where.length > 4 ? `${String(where.length)} targets` : list(where)}`;
  const variants: Variant[] = others.map(({ targets: own, old, new: next, message, fingerprint }) => ({
    targets: own,
    old,
    new: next,
    message,
    fingerprint,
  }));
  return {
    ...first,
    targets: targets.map(({ name }) => name).filter((name) => names.has(name)),
    message: first.message + tail,
    variants,
    // Only numbers that a target gives to a constant or an enumerator are not the same everywhere.
    fingerprint: fingerprintOfAll(group),
  };
}

/** Looks at the targets that a finding is not about. */
class Elsewhere {
  readonly targets: readonly SeenTarget[];
  readonly #open: (target: Target) => AbiPair;
  #last: AbiPair | undefined;

  constructor(targets: readonly SeenTarget[], open: (target: Target) => AbiPair) {
    this.targets = targets;
    this.#open = open;
  }

  /** Targets that `finding` leaves out although they had its header; 64-bit ones first, which have more of everything. */
  others({ targets, old, new: next }: Finding): readonly Target[] {
    const header = (old ?? next)?.header ?? '';
    const rest = this.targets.filter(({ target, headers }) => !targets.includes(target.name) && headers.has(header));
    const isWide = ({ target }: SeenTarget): boolean => target.dataModel === 'LP64';
    return [...rest.filter(isWide), ...rest.filter((one) => !isWide(one))].map(({ target }) => target);
  }

  pair(target: Target): AbiPair {
    if (this.#last?.old.target !== target) this.#last = this.#open(target);
    return this.#last;
  }
}

/** What is asked about a declaration of any kind. */
interface Placed {
  readonly header: string;
  readonly location?: SourceLocation;
}

/** A name that is gone here, and where it is declared for another target. */
interface Confined {
  readonly finding: Finding;
  readonly place: Placed;
}

function confine(findings: readonly Finding[], elsewhere: Elsewhere): Finding[] {
  const isAsked = ({ rule, language, verdict, targets, old }: Finding): boolean =>
    goneRules.includes(rule) &&
    language === undefined &&
    verdict !== 'compatible' &&
    targets.length < elsewhere.targets.length &&
    // What asm/ holds is each architecture's own.
    old?.header.startsWith('asm/') === false;
  let rest = findings.filter(isAsked);
  const result = new Set<Finding>(findings);
  const asked = new Set<Target>();
  // Each target is read once at most, and one that nobody leaves out not at all.
  for (;;) {
    const target = rest.flatMap((finding) => elsewhere.others(finding)).find((one) => !asked.has(one));
    if (target === undefined) return gatherGuarded([...result], elsewhere);
    asked.add(target);
    const { old, new: next } = elsewhere.pair(target);
    const places = new Map<string, Confined[]>();
    const left: Finding[] = [];
    for (const finding of rest) {
      const declared = namesOf(finding).map((name) => [declarationOf(name, old), declarationOf(name, next)] as const);
      const place = declared[0]?.[1];
      const isThere = declared.every(([was, is]) => was?.header === finding.old?.header && is !== undefined);
      if (!isThere || place === undefined || finding.targets.includes(target.name)) {
        left.push(finding);
        continue;
      }
      const key = JSON.stringify([finding.verdict, finding.old?.header, place.header, finding.targets]);
      const confined = places.get(key);
      if (confined === undefined) places.set(key, [{ finding, place }]);
      else confined.push({ finding, place });
    }
    for (const confined of places.values()) {
      for (const { finding } of confined) result.delete(finding);
      result.add(confinedFinding(confined, target.name));
    }
    rest = left;
  }
}

/** What left a header for those of several architectures is one finding, with what went where as its variants. */
function gatherGuarded(findings: readonly Finding[], elsewhere: Elsewhere): Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.rule !== 'newly-guarded') continue;
    const key = `${finding.verdict} ${finding.subject}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  const gathered = new Map<Finding, Finding | undefined>();
  for (const group of groups.values()) {
    const [first] = [...group].sort((a, b) => (b.members?.length ?? 0) - (a.members?.length ?? 0));
    if (first === undefined || group.length === 1) continue;
    const from = first.old?.header ?? '';
    const members = [...new Set(group.flatMap((one) => one.members ?? []))].sort();
    const places = [...new Set(group.map(placeOfGuarded))].sort((a, b) => a.length - b.length);
    const names = new Set(group.flatMap(({ targets }) => targets));
    for (const one of group) gathered.set(one, undefined);
    gathered.set(first, {
      ...first,
      targets: elsewhere.targets.map(({ target }) => target.name).filter((name) => names.has(name)),
      message: `<${from}> no longer declares ${membersWords(members)} for every target: each is now ${list(places, 'or')}`,
      members,
      variants: group.map(({ targets, old, new: next, message, fingerprint }) => ({
        ...{ targets, old, new: next, message, fingerprint },
      })),
      fingerprint: fingerprintOfAll(group),
    });
  }
  return findings.flatMap((finding) => (gathered.has(finding) ? (gathered.get(finding) ?? []) : [finding]));
}

function placeOfGuarded({ old, new: next }: Finding): string {
  return old?.header === next?.header
    ? 'under a condition there'
    : `in the <${next?.header ?? ''}> of the targets it is for`;
}

function confinedFinding(confined: readonly Confined[], target: TargetName): Finding {
  const [first] = confined;
  if (first === undefined) throw new TypeError('nothing is confined');
  const { finding, place: isAt } = first;
  const { header } = isAt;
  const { header: from = '', file, line } = finding.old ?? {};
  const members = confined.flatMap((one) => namesOf(one.finding)).sort();
  // Both places are of the first name: where it stood for all, and where it stands for some.
  const old = { header: from, ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) };
  const next = { header, ...placeOf(isAt.location) };
  const subject = `header ${from}`;
  const place =
    header === from ? 'is under a condition there now' : `is in the <${header}> of targets such as ${target} now`;
  return {
    ...finding,
    rule: 'newly-guarded',
    subject,
    old,
    new: next,
    message: `<${from}> no longer declares ${membersWords(members)}: ${members.length === 1 ? 'it' : 'each'} ${place}`,
    because: null,
    members,
    variants: [],
    witness: confined.map((one) => one.finding.witness).find((witness) => witness !== null) ?? (null as Witness | null),
    fingerprint: fingerprintOf('newly-guarded', subject, { ...old, text: members.join() }, next),
  };
}

function namesOf(finding: Finding): readonly string[] {
  return finding.members ?? (finding.old?.name === undefined ? [] : [finding.old.name]);
}

/** Where an ABI declares a name, whatever it is there. */
function declarationOf(name: string, abi: Abi): Placed | undefined {
  const declaration =
    abi.requests.get(name) ??
    abi.constants.get(name) ??
    abi.records.get(name) ??
    abi.macros.get(name) ??
    abi.typedefs.get(name);
  if (declaration !== undefined) return declaration;
  const list = listOf(abi);
  // Of an enumerator only the enum: what it is made of is shared by all that read the same, wherever it stands.
  if (list !== undefined) return list.enumsWith(name)[0]?.declared.declaration;
  for (const one of abi.enums.values()) {
    if (one.type.enumerators.some((enumerator) => enumerator.name === name)) return one;
  }
  return undefined;
}

/** A 64-bit target, and the one whose programs run on its kernel too. */
const companions: readonly (readonly [TargetName, TargetName])[] = [
  ['x86_64', 'i386'],
  ['arm64', 'arm'],
  ['riscv64', 'riscv32'],
  ['ppc64', 'ppc'],
  ['mips64', 'mips'],
  ['sparc64', 'sparc'],
];

/** What is to be said of a new request whose number depends on the size of pointers. */
function differsIn32Bit(finding: Finding, elsewhere: Elsewhere): Finding[] {
  const { rule, new: next, variants = [] } = finding;
  if (rule !== 'request-added' || variants.length === 0 || next === null) return [];
  const factsOn = (target: TargetName): Finding['new'] | undefined =>
    variants.find((variant) => variant.targets.includes(target))?.new ??
    (finding.targets.includes(target) ? next : undefined);
  for (const [wide, narrow] of companions) {
    const [one, other] = [factsOn(wide), factsOn(narrow)];
    if (one?.sizeBytes === undefined || other?.sizeBytes === undefined || one.sizeBytes === other.sizeBytes) continue;
    const twin = requestOnWide(wide, other.number, elsewhere);
    const reason = `does a 64-bit kernel take the number that 32-bit programs send (${counted(other.sizeBytes, 'byte')} instead of ${String(one.sizeBytes)})?`;
    return [
      {
        ...finding,
        rule: 'request-differs-in-32-bit',
        verdict:
          twin === undefined && finding.answers.some(({ contract }) => contract === 'new-binary')
            ? 'review'
            : 'compatible',
        targets: [wide, narrow],
        answers: finding.answers.map((answer) =>
          answer.contract !== 'new-binary'
            ? answer
            : twin === undefined
              ? { ...answer, answer: 'unknown', reason }
              : { ...answer, answer: 'kept', reason: `the number that 32-bit programs send is ${twin} there` },
        ),
        message: `${next.name ?? ''} carries ${counted(one.sizeBytes, 'byte')} on ${wide} and ${String(other.sizeBytes)} on ${narrow}: the two send different numbers`,
        old: one,
        new: other,
        lookAt: rules.get('request-differs-in-32-bit')?.lookAt ?? null,
        variants: [],
        fingerprint: fingerprintOf('request-differs-in-32-bit', finding.subject, one, other),
      },
    ];
  }
  return [];
}

/** What a 64-bit target calls the number that 32-bit programs send. */
function requestOnWide(name: TargetName, number: number | undefined, elsewhere: Elsewhere): string | undefined {
  const target = elsewhere.targets.find((one) => one.target.name === name)?.target;
  if (target === undefined || number === undefined) return undefined;
  for (const request of elsewhere.pair(target).new.requests.values()) {
    if (request.number === number) return request.name;
  }
  return undefined;
}

/** New requests of one header with the same sizes differ for one reason. */
function foldAlikeIn32Bit(findings: readonly Finding[]): Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { verdict, targets, old, new: next } = finding;
    const key = JSON.stringify([verdict, targets, old?.header, old?.sizeBytes, next?.sizeBytes]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()].map((group) => {
    const [first, ...others] = group;
    if (first === undefined) throw new TypeError('a group without findings');
    if (others.length === 0) return first;
    const names = group.map(({ new: next }) => next?.name ?? '');
    return {
      ...first,
      message: first.message.replace(`${names[0] ?? ''} carries`, `${membersWords(names)} carry`),
      members: names,
      follows: others.map(({ rule, verdict, subject, old, new: next, message, witness }) => ({
        ...{ rule, verdict, subject, old, new: next, message, witness },
      })),
      fingerprint: fingerprintOfAll(group),
    };
  });
}

/** A collision that another target shows to be old, or to be of sizes that only 32-bit targets make equal. */
function withoutOldCollision(finding: Finding, elsewhere: Elsewhere): Finding {
  if (finding.rule !== 'request-collision' || finding.targets.length === elsewhere.targets.length) return finding;
  const [holder, newcomer] = [finding.old?.name, finding.new?.name];
  const [target] = elsewhere.others(finding);
  if (target === undefined || holder === undefined || newcomer === undefined) return finding;
  const { old, new: next } = elsewhere.pair(target);
  const numbers = (abi: Abi): readonly (number | undefined)[] =>
    [holder, newcomer].map((name) => abi.requests.get(name)?.number);
  const [wasHolder, wasNewcomer] = numbers(old);
  const [isHolder, isNewcomer] = numbers(next);
  const reason =
    wasHolder !== undefined && wasHolder === wasNewcomer
      ? `both have had one number before, on ${target.name}`
      : isHolder !== undefined && isNewcomer !== undefined && isHolder !== isNewcomer
        ? `they differ where long has 8 bytes (${target.name}): one is the 32-bit form of the other`
        : undefined;
  if (reason === undefined) return finding;
  return {
    ...finding,
    verdict: 'compatible',
    answers: finding.answers.map(({ contract }) => ({ contract, answer: 'kept', reason })),
    lookAt: null,
  };
}
