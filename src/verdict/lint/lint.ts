/**
 * Lints ABIs: every declaration of every target, findings that say the same merged over targets.
 *
 * Types know no target, so a record read for x86_64 can be laid out as i386 programs see it. Where the 32-bit partner of a target was
 * read as well, its own declaration is taken: `#if __BITS_PER_LONG` may have made it another one.
 */

import type { Abi, RecordDeclaration } from '../../abi/abi.ts';
import { findTarget, type TargetName, targetNames } from '../../abi/target.ts';
import { list } from '../judgement.ts';
import { lintRecord } from './lint-record.ts';
import { lintRequest } from './lint-request.ts';
import type { LintSubject, Remark } from './remark.ts';
import { lintRules, type LintSeverity, lintSeverities } from './rules.ts';

export interface LintFinding extends Remark {
  readonly severity: LintSeverity;
  readonly targets: readonly TargetName[];
}

/** 64-bit kernels that run 32-bit programs, with the target of those. */
const partners: ReadonlyMap<TargetName, TargetName> = new Map([
  ['x86_64', 'i386'],
  ['arm64', 'arm'],
  ['ppc64', 'ppc'],
  ['mips64', 'mips'],
  ['sparc64', 'sparc'],
  ['riscv64', 'riscv32'],
]);

/** Where `__u64` is `unsigned long long` as on the 32-bit partner; elsewhere types of the one say nothing about the other. */
const sameTypes: ReadonlySet<TargetName> = new Set(['x86_64', 'arm64', 'riscv64', 'sparc64']);

/** Every remark about the ABIs (one for each target), worst first, then by place. `off` names rules not to run. */
export function lintAbis(abis: readonly Abi[], off: readonly string[] = []): LintFinding[] {
  const merged = new Map<string, LintFinding>();
  const otherwise = new Map<string, TargetName[]>();
  for (const remarksOf of abis.map((abi) => remarksOn(abi, abis))) {
    for (const { target, remark } of remarksOf) {
      if (off.includes(remark.rule)) continue;
      const key = keyOf(remark);
      const known = merged.get(key);
      const severity = lintRules.get(remark.rule)?.severity ?? 'note';
      if (known === undefined) {
        merged.set(key, { ...remark, severity, targets: [target] });
        continue;
      }
      merged.set(key, { ...known, targets: [...known.targets, target] });
      if (remark.message !== known.message && remark.matter !== undefined) {
        otherwise.set(key, [...(otherwise.get(key) ?? []), target]);
      }
    }
  }
  return [...merged]
    .map(([key, finding]) => ({ ...finding, message: finding.message + otherNumbers(otherwise.get(key)) }))
    .sort(byWeight);
}

function keyOf({ rule, subject, message, matter }: Remark): string {
  // A difference between two targets is one matter, told with the first pair that shows it.
  const isBetween = rule === 'layout-differs' || rule === 'request-differs';
  return JSON.stringify([rule, subject, isBetween ? '' : (matter ?? message)]);
}

function otherNumbers(targets: readonly TargetName[] | undefined): string {
  if (targets === undefined) return '';
  return ` Other numbers on ${targets.length > 4 ? `${String(targets.length)} targets` : list(targets)}.`;
}

/** The findings that the new side has and the old one has not: what is released is past mending. */
export function newFindings(old: readonly LintFinding[], next: readonly LintFinding[]): LintFinding[] {
  const before = new Set(old.map(({ rule, subject }) => `${rule} ${subject}`));
  return next.filter(({ rule, subject }) => !before.has(`${rule} ${subject}`));
}

function remarksOn(abi: Abi, abis: readonly Abi[]): { readonly target: TargetName; readonly remark: Remark }[] {
  const narrowName = partners.get(abi.target.name);
  const narrowTarget = narrowName === undefined ? undefined : findTarget(narrowName);
  const narrowAbi = abis.find((one) => one.target === narrowTarget);
  const isKnown = narrowAbi !== undefined || sameTypes.has(abi.target.name);
  const narrow = narrowTarget === undefined || !isKnown ? undefined : { target: narrowTarget, abi: narrowAbi };
  const subject: LintSubject = { abi, narrow };
  const remarks: Remark[] = [];
  const taken = new Set<RecordDeclaration>();
  for (const declaration of abi.records.values()) {
    if (taken.has(declaration)) continue;
    taken.add(declaration);
    remarks.push(...lintRecord(declaration, subject));
  }
  for (const request of abi.requests.values()) remarks.push(...lintRequest(request, subject));
  return remarks.map((remark) => ({ target: abi.target.name, remark }));
}

function byWeight(a: LintFinding, b: LintFinding): number {
  const keys = (finding: LintFinding): readonly (string | number)[] => [
    lintSeverities.indexOf(finding.severity),
    finding.location?.file ?? finding.header,
    finding.location?.line ?? 0,
    finding.location?.column ?? 0,
    finding.subject,
    finding.rule,
    targetNames.indexOf(finding.targets[0] ?? 'x86_64'),
  ];
  const [left, right] = [keys(a), keys(b)];
  for (const [index, one] of left.entries()) {
    const other = right[index];
    if (other !== undefined && one !== other) return one < other ? -1 : 1;
  }
  return 0;
}
