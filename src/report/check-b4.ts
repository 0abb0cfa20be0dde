/**
 * What `b4 review` takes from an external check (`b4.review-perpatch-check-cmd`, b4's documentation of its "CI check
 * protocol"): a JSON array of results with `tool`, `status` (pass, warn, fail), `summary` and `details`.
 *
 * b4 pipes one patch at a time. Of a series that somebody pipes as a whole, the first result is the whole's and the others are the
 * patches' own. A patch that changes no ABI is `[]`, which b4 reads as "nothing to report". What could not be read fails: a column that
 * shows a pass there would be trusted.
 */

import { printable } from '../diagnostic.ts';
import type { CheckResult } from '../verdict/check.ts';
import type { CheckReport } from './check-report.ts';
import { checkText } from './check-text.ts';
import { seriesParts } from './check-series.ts';
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
  const parts = seriesParts(report);
  const all = [result, ...parts.map((part) => part.result)];
  if (all.every((one) => one.findings.length === 0 && one.notUnderstood.length === 0)) return '[]\n';
  const results = [
    {
      tool: 'uabi',
      status: statuses[result.verdict],
      summary: printable(verdictSentence(result)),
      details: checkText({ ...report, style: plainStyle }).trimEnd(),
    },
    ...parts.map((part) => ({
      tool: 'uabi',
      status: part.isMended ? ('warn' as const) : statuses[part.result.verdict],
      summary: printable(
        `${part.label}: ${part.title}: ${part.summary}${part.isMended ? ' A later patch mends it.' : ''}`,
      ),
      details: checkText({ ...report, result: part.result, steps: [], style: plainStyle }).trimEnd(),
    })),
  ];
  return `${safeJson(results, 2)}\n`;
}
