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
  const of = (answer: string): string[] => reasonsOf(findings, contract, answer);
  const more = (reasons: readonly string[]): string =>
    reasons.length > 2
      ? `${reasons.slice(0, 2).join('; ')}; and ${String(reasons.length - 2)} more`
      : reasons.join('; ');
  const broken = of('broken');
  if (broken.length > 0) return { verdict: 'break', reason: more(broken) };
  const unknown = of('unknown');
  if (unknown.length > 0) return { verdict: 'review', reason: more(unknown) };
  // Of the reasons why all is well, the one that speaks of the boldest change says most.
  const [boldest] = [...findings].sort(byBoldness);
  const reason = boldest?.answers.find((one) => one.contract === contract)?.reason ?? '';
  return { verdict: 'compatible', reason };
}

/**
 * Why, each reason once. What is said of one declaration again with other numbers, as of two sizes on two kinds of target or of
 * the two requests that carry a record, has one cause.
 */
function reasonsOf(findings: readonly Finding[], contract: Contract, answer: string): string[] {
  const reasons = new Map<string, string>();
  for (const { subject, because, answers } of findings) {
    const cause = recordOf(because ?? subject);
    for (const one of answers) {
      if (one.contract !== contract || one.answer !== answer) continue;
      const key = `${cause}\0${one.reason.replace(numbers, '#')}`;
      // Of a request and of its record the same is said in other words.
      const isOld = answer === 'broken' && unknownNumber.test(one.reason);
      const shape = isOld ? `${cause}\0unknown number` : key;
      const known = reasons.get(shape);
      if (known === undefined || (isOld && subject === cause)) reasons.set(shape, one.reason);
    }
  }
  return [...new Set(reasons.values())];
}

const numbers = /\b(?:0x[0-9a-f]+|\d+)\b/g;
const unknownNumber = /^the new kernel does not know (?:0x|the old number)/;

/** The rules whose reasons say most, the boldest last. */
const bold: readonly string[] = [
  'padding-became-field',
  'hole-became-field',
  'reserved-became-field',
  'record-shrank',
  // A record of another size answers for all of its fields: its request has another number.
  'record-grew',
];

/** Of two findings the bolder one first; that padding carries no information says nothing of the rest. */
function byBoldness(a: Finding, b: Finding): number {
  const rank = ({ rule }: Finding): number => (rule === 'padding-resized' ? -2 : bold.indexOf(rule));
  return rank(b) - rank(a) || (b.new?.sizeBits ?? 0) - (a.new?.sizeBits ?? 0);
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
