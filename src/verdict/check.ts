/**
 * The whole question: two sources, seen by one or more targets, compared, judged, merged.
 *
 * Each target is judged by itself, because layouts, request numbers and byte order are its own; findings that say the same
 * about several targets become one. Anything that could not be read makes a clean answer impossible: without a break the
 * verdict is then `undecided`, never `compatible`.
 */

import type { RequestDeclaration } from '../abi/abi.ts';
import { type Target, type TargetName, targetNames } from '../abi/target.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { AbiPair, RecordPair } from '../diff/changes.ts';
import { compareAbis } from '../diff/compare.ts';
import { notKnownAlike } from '../diff/not-known-alike.ts';
import { type Contract, contracts as allContracts, type Verdict } from './contract.ts';
import { type CxxView, judgeInCxx, type JudgedChange } from './cxx.ts';
import { type Finding, standing } from './finding.ts';
import { type ValuesOf, withPrintsElsewhere } from './fingerprint.ts';
import { Drawing } from './draw.ts';
import { judge } from './judge.ts';
import type { Context } from './judgement.ts';
import { foldCauses, type Found } from './one-cause.ts';
import type { SeenTarget } from './merge/elsewhere.ts';
import { mergeFindings } from './merge/merge.ts';
import { SameFindings } from './merge/same-findings.ts';
import { carriersOf } from './traffic.ts';

export interface CheckOptions {
  /** Contracts to judge; all four by default. */
  readonly contracts?: readonly Contract[];
  /** Targets that would have been compared if nobody had asked for some only. */
  readonly leftOut?: readonly TargetName[];
  /**
   * What a constant or an enumerator is worth on both sides, for each target that could be compared and is not: its fingerprint
   * is made of all its values.
   */
  readonly elsewhere?: readonly ValuesOf[];
  /** Headers that changed and that C++ programs read differently; `undefined` where there are none. */
  readonly openInCxx?: (target: Target, pair: AbiPair) => CxxView | undefined;
}

/** One record that differs, for reports that draw it. */
export interface ChangedRecord {
  readonly target: TargetName;
  readonly pair: RecordPair;
  /** The requests that carried it on the old side, and what their names are on the new one. */
  readonly requests: readonly { readonly old: RequestDeclaration; readonly new: RequestDeclaration | undefined }[];
}

export interface CheckResult {
  readonly old: string;
  readonly new: string;
  readonly targets: readonly TargetName[];
  /** Targets that would have been compared if nobody had asked for some only. */
  readonly leftOut: readonly TargetName[];
  readonly contracts: readonly Contract[];
  readonly verdict: Verdict | 'undecided';
  readonly findings: readonly Finding[];
  readonly notUnderstood: readonly Diagnostic[];
  /** The records findings are about, as the first target sees them where the worst is found; by the name C uses. */
  readonly records: ReadonlyMap<string, ChangedRecord>;
  /** The first target's pair, for whoever wants to look further. */
  readonly pairs: readonly AbiPair[];
  /** The pair of any target that was judged; it may have to be read again. */
  readonly pairFor: (target: TargetName) => AbiPair | undefined;
}

const severity: readonly Verdict[] = ['break', 'review', 'compatible'];

/** Compares and judges `pairs`, one for each target. Throws for a break without a witness: that is a bug in uabi. */
export function checkAbis(pairs: readonly AbiPair[], options: CheckOptions = {}): CheckResult {
  const byTarget = new Map(pairs.map((pair) => [pair.old.target, pair]));
  return checkTargets(
    [...byTarget.keys()],
    (target) => {
      const pair = byTarget.get(target);
      if (pair === undefined) throw new TypeError(`${target.name} was not asked for`);
      return pair;
    },
    options,
  );
}

/**
 * As `checkAbis`, for sides that are read when they are needed: two kernels seen by twenty targets at once are more than
 * most machines want to hold. Only the first pair is kept.
 */
export function checkTargets(
  targets: readonly Target[],
  open: (target: Target) => AbiPair,
  options: CheckOptions = {},
): CheckResult {
  const contracts = allContracts.filter((contract) => options.contracts?.includes(contract) ?? true);
  const ordered = [...targets].sort((a, b) => targetNames.indexOf(a.name) - targetNames.indexOf(b.name));
  let first: AbiPair | undefined;
  const found = new SameFindings();
  const drawing = new Drawing(contracts);
  const seen: SeenTarget[] = [];
  const records = new ChangedRecords();
  const problems = new Map<string, Diagnostic>();
  const report = (diagnostics: readonly Diagnostic[]): void => {
    for (const diagnostic of diagnostics) {
      problems.set(JSON.stringify([diagnostic.location, diagnostic.message]), diagnostic);
    }
  };
  for (const target of ordered) {
    const pair = open(target);
    first ??= pair;
    seen.push({ target, headers: new Set([...pair.old.headers, ...pair.new.headers]) });
    const context: Context = { abis: pair, order: target.byteOrder };
    const { changes, notUnderstood } = compareAbis(pair);
    report([...notKnownAlike(pair), ...notUnderstood]);
    const tell = (judged: readonly JudgedChange[], seenBy: AbiPair): void => {
      const here: Found[] = [];
      for (const { change, judgement } of judged) {
        const finding = drawing.draw(judgement, change, seenBy);
        if ('pair' in change) records.add(change.pair, finding.verdict, target.name, seenBy);
        here.push({ change, finding });
      }
      found.add(foldCauses(here), target.name);
    };
    const judged = changes.map((change) => ({ change, judgement: judge(change, context) }));
    tell(judged, pair);
    const inCxx = options.openInCxx?.(target, pair);
    if (inCxx === undefined) continue;
    const more = judgeInCxx(
      inCxx,
      pair,
      judged.map(({ judgement }) => judgement),
    );
    report([...notKnownAlike(inCxx.pair), ...more.notUnderstood]);
    tell(more.judged, inCxx.pair);
  }
  const findings = mergeFindings(found, seen, open)
    .map((finding) => withPrintsElsewhere(finding, options.elsewhere ?? []))
    .sort(byWeight);
  const worst = severity.find((verdict) => findings.some((finding) => finding.verdict === verdict)) ?? 'compatible';
  const notUnderstood = [...problems.values()];
  return {
    old: first?.old.label ?? '',
    new: first?.new.label ?? '',
    targets: ordered.map((target) => target.name),
    leftOut: options.leftOut ?? [],
    contracts,
    verdict: worst !== 'break' && notUnderstood.length > 0 ? 'undecided' : worst,
    findings,
    notUnderstood,
    records: records.found,
    pairs: first === undefined ? [] : [first],
    pairFor: (name) => {
      if (first?.old.target.name === name) return first;
      const target = ordered.find((one) => one.name === name);
      return target === undefined ? undefined : open(target);
    },
  };
}

/** One drawing of each record: that of the first target, and of C programs, where nobody else is hurt more. */
class ChangedRecords {
  readonly found = new Map<string, ChangedRecord>();
  readonly #verdicts = new Map<string, Verdict>();

  add(pair: RecordPair, verdict: Verdict, target: TargetName, abis: AbiPair): void {
    const { name } = pair;
    const drawn = this.#verdicts.get(name);
    if (drawn !== undefined && severity.indexOf(verdict) >= severity.indexOf(drawn)) return;
    this.#verdicts.set(name, verdict);
    const requests = carriersOf(name, abis.old).map((old) => ({ old, new: abis.new.requests.get(old.name) }));
    this.found.set(name, { target, pair, requests });
  }
}

/** Worst first; then by what is spoken of, in the order of its bytes. Never by the order of declarations. */
function byWeight(a: Finding, b: Finding): number {
  const keys = (finding: Finding): readonly (string | number)[] => [
    severity.indexOf(finding.verdict),
    recordOf(finding.subject),
    finding.old?.offsetBits ?? finding.new?.offsetBits ?? -1,
    -(finding.old?.sizeBits ?? finding.new?.sizeBits ?? 0),
    finding.subject,
    finding.rule,
    finding.fingerprint,
  ];
  const [left, right] = [keys(a), keys(b)];
  for (const [index, one] of left.entries()) {
    const other = right[index];
    if (other === undefined || one === other) continue;
    return one < other ? -1 : 1;
  }
  return 0;
}

/** `struct kvm_run` of `struct kvm_run.arm_sea.esr`; anything else as it is. */
export function recordOf(subject: string): string {
  return /^(?:struct|union) [^.]*/.exec(subject)?.[0] ?? subject;
}

/** How many findings of each verdict stand, and how many are waived. */
export function countsOf(findings: readonly Finding[]): Record<Verdict | 'waived', number> {
  const open = standing(findings);
  const count = (verdict: Verdict): number => open.filter((finding) => finding.verdict === verdict).length;
  return {
    break: count('break'),
    review: count('review'),
    compatible: count('compatible'),
    waived: findings.length - open.length,
  };
}
