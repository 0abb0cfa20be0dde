/**
 * Applies the waivers of the old side to a result, and says which of them do not fit.
 *
 * A waived finding keeps its verdict and its witness; it no longer counts. A waiver that is expired, unused or mismatched, and one
 * that the change brings along, becomes a finding of its own. Those are never looked up among the waivers: nobody can waive
 * the bookkeeping. A waiver that the change takes out of the file is past caring about.
 */

import { type CheckResult, recordOf } from '../check.ts';
import { type Finding, type GrantedWaiver, spokenSubject, standing } from '../finding.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { type RuleId, rules } from '../rules.ts';
import type { Verdict } from '../contract.ts';
import type { Waiver } from './waiver-file.ts';

export interface WaiverSides {
  readonly old: readonly Waiver[];
  /** Those of the new side, where it has a place for them. */
  readonly new: readonly Waiver[] | undefined;
  /** The day of the judgement, `YYYY-MM-DD`. */
  readonly today: string;
}

type WaiverRule = Extract<RuleId, `waiver-${string}`>;

export function applyWaivers(result: CheckResult, sides: WaiverSides): CheckResult {
  const byFingerprint = new Map(sides.old.map((waiver) => [waiver.fingerprint, waiver]));
  const findings = result.findings.map((finding) => {
    const waiver = byFingerprint.get(finding.fingerprint);
    const isGranted = waiver !== undefined && fits(waiver, finding) && waiver.expires >= sides.today;
    return finding.verdict !== 'compatible' && isGranted ? { ...finding, waiver: grantOf(waiver) } : finding;
  });
  const problems = [
    ...sides.old.flatMap((waiver) => problemWith(waiver, findings, sides, result)),
    ...ownWaivers(sides, findings, result),
  ];
  const isCompatible = (finding: Finding): boolean => finding.verdict === 'compatible';
  const all = [
    ...findings.filter((finding) => !isCompatible(finding)),
    ...problems,
    ...findings.filter((finding) => isCompatible(finding)),
  ];
  return withFindings(result, all);
}

/** The result without what is said about waivers themselves. */
export function withoutBookkeeping(result: CheckResult): CheckResult {
  return withFindings(
    result,
    result.findings.filter((finding) => !finding.subject.startsWith('waiver ')),
  );
}

/** The result without complaints about waivers that a single patch of the series needs, though the whole does not. */
export function withoutNeededBy(steps: readonly CheckResult[], result: CheckResult): CheckResult {
  const needed = new Set(
    steps.flatMap(({ findings }) =>
      findings.flatMap(({ waiver, fingerprint }) => (waiver === undefined ? [] : `waiver ${fingerprint}`)),
    ),
  );
  const isIdle = ({ rule }: Finding): boolean => rule === 'waiver-unused' || rule === 'waiver-mismatched';
  const isNeeded = (finding: Finding): boolean => isIdle(finding) && needed.has(finding.subject);
  return result.findings.some(isNeeded)
    ? withFindings(
        result,
        result.findings.filter((finding) => !isNeeded(finding)),
      )
    : result;
}

function withFindings(result: CheckResult, all: readonly Finding[]): CheckResult {
  const order: readonly Verdict[] = ['break', 'review'];
  const open = standing(all);
  const worst = order.find((verdict) => open.some((finding) => finding.verdict === verdict)) ?? 'compatible';
  const verdict = worst !== 'break' && result.notUnderstood.length > 0 ? 'undecided' : worst;
  return { ...result, findings: all, verdict };
}

function fits(waiver: Waiver, finding: Finding): boolean {
  return (
    (waiver.rule === undefined || waiver.rule === finding.rule) &&
    (waiver.subject === undefined || isAbout(waiver.subject, finding))
  );
}

/** A waiver may say it as the JSON does, or as the text that somebody read. */
function isAbout(subject: string | undefined, finding: Finding): boolean {
  return subject === finding.subject || subject === spokenSubject(finding);
}

function grantOf({ reason, expires, file, line }: Waiver): GrantedWaiver {
  return { reason, expires, file, line };
}

function problemWith(
  waiver: Waiver,
  findings: readonly Finding[],
  { new: kept, today }: WaiverSides,
  result: CheckResult,
): Finding[] {
  const same = findings.filter((finding) => finding.fingerprint === waiver.fingerprint);
  if (same.some((finding) => finding.waiver !== undefined)) return [];
  const stands = same.find((finding) => finding.verdict !== 'compatible');
  if (stands !== undefined) {
    if (waiver.expires < today && fits(waiver, stands)) {
      return [
        problem('waiver-expired', waiver, result, `expired on ${waiver.expires}; ${stands.subject} stands again`),
      ];
    }
    const words = `was written for ${[waiver.rule, waiver.subject].filter((word) => word !== undefined).join(' of ')}, but the finding is ${stands.rule} of ${stands.subject}`;
    return [problem('waiver-mismatched', waiver, result, words)];
  }
  const isRemoved = kept !== undefined && !kept.some((other) => other.fingerprint === waiver.fingerprint);
  // A finding that is compatible only under the contracts asked for is still what the waiver was written for.
  if (isRemoved || same.length > 0) return [];
  const other = findings.find(
    (finding) =>
      finding.waiver === undefined &&
      finding.verdict !== 'compatible' &&
      isAbout(waiver.subject, finding) &&
      (waiver.rule ?? finding.rule) === finding.rule,
  );
  if (other !== undefined) {
    const words = `accepts another change of ${other.subject}; what is there now has the fingerprint ${other.fingerprint}`;
    return [problem('waiver-mismatched', waiver, result, words)];
  }
  // What one target sees another may not: only whoever looked at all of them can call a waiver unused.
  if (result.leftOut.length > 0 || !wasCompared(waiver.subject, result)) return [];
  return waiver.expires < today
    ? [problem('waiver-expired', waiver, result, `expired on ${waiver.expires} and waives nothing`)]
    : [problem('waiver-unused', waiver, result, 'waives nothing: no finding has this fingerprint')];
}

/** Waivers that the change adds or alters, and that would have waived something. */
function ownWaivers(sides: WaiverSides, findings: readonly Finding[], result: CheckResult): Finding[] {
  const before = new Set(sides.old.map(signatureOf));
  return (sides.new ?? []).flatMap((waiver) => {
    if (before.has(signatureOf(waiver))) return [];
    const waived = findings.find(
      (finding) =>
        finding.fingerprint === waiver.fingerprint && finding.verdict !== 'compatible' && finding.waiver === undefined,
    );
    if (waived === undefined) return [];
    const words = `is added by the change under test, which would waive its own ${waived.rule} of ${waived.subject}; it is ignored`;
    return [problem('waiver-in-the-change', waiver, result, words)];
  });
}

function signatureOf({ fingerprint, reason, expires, rule, subject }: Waiver): string {
  return JSON.stringify([fingerprint, reason, expires, rule, subject]);
}

/** Whether the thing a waiver speaks of was part of the comparison. One that names nothing speaks of every comparison. */
function wasCompared(subject: string | undefined, result: CheckResult): boolean {
  if (subject === undefined) return true;
  const [kind = '', name = ''] = subject.split(' ');
  return result.targets.some((target) => {
    const pair = result.pairFor(target);
    return [pair?.old, pair?.new].some((abi) => {
      if (abi === undefined) return false;
      switch (kind) {
        case 'struct':
        case 'union':
          return abi.records.has(recordOf(subject));
        case 'enum':
          return abi.enums.has(`enum ${name.split('.')[0] ?? ''}`);
        case 'constant':
          return abi.constants.has(name);
        case 'request':
          return abi.requests.has(name);
        case 'header':
          return abi.headers.includes(name);
        default:
          return abi.records.has(subject.split('.')[0] ?? '');
      }
    });
  });
}

function problem(rule: WaiverRule, waiver: Waiver, result: CheckResult, words: string): Finding {
  const subject = `waiver ${waiver.fingerprint}`;
  const side = { header: waiver.file, file: waiver.file, line: waiver.line };
  return {
    rule,
    verdict: 'review',
    subject,
    targets: result.targets,
    answers: [],
    old: rule === 'waiver-in-the-change' ? null : side,
    new: rule === 'waiver-in-the-change' ? side : null,
    message: `The waiver ${waiver.fingerprint} ${words}.`,
    witness: null,
    lookAt: rules.get(rule)?.lookAt ?? null,
    because: null,
    fingerprint: fingerprintOf(rule, subject, null, null),
  };
}
