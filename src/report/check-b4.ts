/**
 * What `b4 review` takes from an external check (`b4.review-perpatch-check-cmd`, b4's documentation of its "CI check
 * protocol"): a JSON array of results with `tool`, `status` (pass, warn, fail), `summary` and `details`.
 *
 * A patch that changes no ABI is `[]`, which b4 reads as "nothing to report". What could not be read fails: a column that
 * shows a pass there would be trusted.
 */

import { printable } from '../diagnostic.ts';
import type { CheckResult } from '../verdict/check.ts';
import type { CheckReport } from './check-report.ts';
import { checkText } from './check-text.ts';
import { verdictSentence } from './check-words.ts';
import { safeJson } from './safe-text.ts';
import { plainStyle } from './style.ts';

const statuses: Readonly<Record<CheckResult['verdict'], 'pass' | 'warn' | 'fail'>> = {
  break: 'fail',
  review: 'warn',
  compatible: 'pass',
  undecided: 'fail',
};

export function checkB4(report: CheckReport): string {
  const { result } = report;
  if (result.findings.length === 0 && result.notUnderstood.length === 0) return '[]\n';
  const results = [
    {
      tool: 'uabi',
      status: statuses[result.verdict],
      summary: printable(verdictSentence(result)),
      details: checkText({ ...report, style: plainStyle }).trimEnd(),
    },
  ];
  return `${safeJson(results, 2)}\n`;
}
