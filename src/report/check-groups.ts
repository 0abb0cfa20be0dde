/** How the reports order what they say: by contract, and by the record that findings are about. */

import { type CheckResult, recordOf } from '../verdict/check.ts';
import type { Contract, Verdict } from '../verdict/contract.ts';
import { type Finding, spokenSubject, standing } from '../verdict/finding.ts';

export interface ContractAnswer {
  readonly contract: Contract;
  readonly verdict: Verdict;
  readonly reason: string;
}

/** Who is hurt and who is not: for each contract the weightiest answer of all findings that stand. */
export function contractAnswers(result: CheckResult): ContractAnswer[] {
  const findings = standing(result.findings);
  return result.contracts.map((contract) => ({ contract, ...worstAnswer(findings, contract) }));
}

function worstAnswer(
  findings: readonly Finding[],
  contract: Contract,
): { readonly verdict: Verdict; readonly reason: string } {
  const of = (answer: string): string[] => [
    ...new Set(
      findings.flatMap((finding) =>
        finding.answers.filter((one) => one.contract === contract && one.answer === answer).map((one) => one.reason),
      ),
    ),
  ];
  const more = (reasons: readonly string[]): string =>
    reasons.length > 2
      ? `${reasons.slice(0, 2).join('; ')}; and ${String(reasons.length - 2)} more`
      : reasons.join('; ');
  const broken = of('broken');
  if (broken.length > 0) return { verdict: 'break', reason: more(broken) };
  const unknown = of('unknown');
  if (unknown.length > 0) return { verdict: 'review', reason: more(unknown) };
  // Of the reasons why all is well, the one that speaks of the boldest change says most.
  const bold = [...findings].sort((a, b) => boldness(b) - boldness(a))[0];
  const reason = bold?.answers.find((one) => one.contract === contract)?.reason ?? '';
  return { verdict: 'compatible', reason };
}

function boldness(finding: Finding): number {
  // A record of another size answers for all of its fields: its request has another number.
  const order: readonly string[] = [
    'padding-became-field',
    'hole-became-field',
    'reserved-became-field',
    'record-shrank',
    'record-grew',
  ];
  return order.indexOf(finding.rule) * 1000 + (finding.new?.sizeBits ?? 0);
}

/** Findings by the record (or else the name) they are about, in the order of the report. */
export function groupByRecord(findings: readonly Finding[]): Map<string, Finding[]> {
  const groups = new Map<string, Finding[]>();
  // A request that changed because of its record is told with the record.
  for (const finding of findings) {
    const because = finding.subject.startsWith('request ') ? finding.because : null;
    const key = recordOf(because ?? spokenSubject(finding));
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return groups;
}
