/** The words all reports of a check share: the verdict as a sentence, targets, contracts, numbers. */

import { targetNames } from '../abi/target.ts';
import { type CheckResult, type countsOf, recordOf } from '../verdict/check.ts';
import { type Contract } from '../verdict/contract.ts';
import { type Alternative, type Finding, spokenSubject, standing, touchedContracts } from '../verdict/finding.ts';

export const contractNames: Readonly<Record<Contract, string>> = {
  'old-binary': 'old program, new kernel',
  rebuild: 'program rebuilt with new headers',
  'mixed-objects': 'old and new objects together',
  'new-binary': 'new program, old kernel',
};

export const whoIsHurt: Readonly<Record<Contract, string>> = {
  'old-binary': 'programs already built',
  rebuild: 'programs that are rebuilt',
  'mixed-objects': 'objects built with different headers',
  'new-binary': 'new programs on old kernels',
};

/** What judging a way out has come to: a clause. */
export const wayOutWords: Readonly<Record<Alternative['verdict'], string>> = {
  compatible: 'it is compatible',
  review: 'it breaks nothing, if the kernel refused or cleared the bytes it takes',
};

export function hex(value: bigint | number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

export function requestNumber(number: number): string {
  return `0x${number.toString(16).padStart(8, '0')}`;
}

export function describeTargets(targets: readonly string[]): string {
  if (targets.length === targetNames.length) return `all ${String(targets.length)} targets`;
  return targets.length > 6
    ? `${targets.slice(0, 4).join(', ')} and ${String(targets.length - 4)} more`
    : targets.join(', ');
}

/** As many names are listed where a finding is about more of them. */
const listedNames = 20;

/** The names that share a finding, separated by commas. */
export function someNames(names: readonly string[]): string {
  const more = names.length - listedNames;
  return names.slice(0, listedNames).join(', ') + (more > 0 ? ` and ${String(more)} more` : '');
}

export function joinWords(words: readonly string[]): string {
  return words.length <= 1 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** `1 break, 2 review, 5 compatible`, and how many are waived if any are. */
export function countsInWords(counts: ReturnType<typeof countsOf>): string {
  const { waived, ...open } = counts;
  const parts = Object.entries(open).map(([verdict, count]) => `${String(count)} ${verdict}`);
  return [...parts, ...(waived === 0 ? [] : [`${String(waived)} waived`])].join(', ');
}

/** What a finding is about; where several names share it, each of them. */
function spokenSubjects(finding: Finding): readonly string[] {
  const { subject, members = [] } = finding;
  const name = finding.old?.name ?? finding.new?.name ?? subject;
  // A family is told by its prefix, and fields by their record.
  if (!members.includes(name) || !subject.endsWith(name)) return [spokenSubject(finding)];
  const spoken = spokenSubject(finding);
  const kind = spoken.slice(0, spoken.length - name.length);
  return members.map((member) => kind + member);
}

/** The verdict as one sentence. */
export function verdictSentence(result: CheckResult): string {
  const open = standing(result.findings);
  const of = (verdict: Finding['verdict']): Finding[] => open.filter((one) => one.verdict === verdict);
  const breaks = of('break');
  const reviews = of('review');
  const where = describeTargets(result.targets);
  const subjects = (findings: readonly Finding[]): string => {
    const roots = [...new Set(findings.flatMap((one) => one.because ?? spokenSubjects(one)).map(recordOf))];
    return roots.length > 3 ? `${String(roots.length)} declarations` : joinWords(roots);
  };
  const unread = result.notUnderstood.length;
  switch (result.verdict) {
    case 'break': {
      const hurt = result.contracts.filter((contract) =>
        breaks.some((one) => touchedContracts(one).includes(contract)),
      );
      const safe = result.contracts.filter(
        (contract) =>
          !hurt.includes(contract) &&
          open.every((one) => one.answers.every((a) => a.contract !== contract || a.answer === 'kept')),
      );
      const spared =
        safe.length === 0 || unread > 0 ? '' : `; it is safe for ${joinWords(safe.map((one) => whoIsHurt[one]))}`;
      return `The change to ${subjects(breaks)} breaks ${joinWords(hurt.map((one) => whoIsHurt[one]))}${spared} (${where}).`;
    }
    case 'review':
      return `The headers alone do not decide whether the change to ${subjects(reviews)} is safe (${where}).`;
    case 'undecided':
      return `No verdict: ${String(unread)} ${unread === 1 ? 'thing' : 'things'} could not be read (${where}).`;
    case 'compatible':
      if (result.findings.length === 0) return `Nothing changed (${where}).`;
      if (open.length < result.findings.length) return `Nothing is broken but what has been waived (${where}).`;
      return `No contract is broken by the change to ${subjects(open)} (${where}).`;
    default:
      return result.verdict satisfies never;
  }
}
