/**
 * The JSON report as lines: one object for the check, one for each finding, waived finding, way out and thing not
 * understood, and the counts last, so that a reader can tell a whole report from one that was cut.
 */

import { countsOf } from '../verdict/check.ts';
import { alternativeJson, diagnosticJson, findingJson, stepJson } from './check-json.ts';
import { type CheckReport, shownFindings, waivedFindings } from './check-report.ts';
import { verdictSentence } from './check-words.ts';
import { safeJson } from './safe-text.ts';

export function checkJsonl(report: CheckReport): string {
  const { result } = report;
  const lines: Record<string, unknown>[] = [
    {
      kind: 'check',
      schemaVersion: 1,
      old: result.old,
      new: result.new,
      targets: result.targets,
      contracts: result.contracts,
    },
    ...shownFindings(report).map((finding) => ({ kind: 'finding', ...findingJson(finding) })),
    ...waivedFindings(result).map((finding) => ({ kind: 'waived', ...findingJson(finding) })),
    ...[...report.alternatives].flatMap(([record, all]) =>
      all.map((one) => ({ kind: 'alternative', ...alternativeJson(record, one) })),
    ),
    ...result.notUnderstood.map((one) => ({ kind: 'not-understood', ...diagnosticJson(one) })),
    ...report.steps.map((step) => ({ kind: 'patch', ...stepJson(step, report) })),
    { kind: 'verdict', verdict: result.verdict, summary: verdictSentence(result), counts: countsOf(result.findings) },
  ];
  return lines.map((line) => `${safeJson(line)}\n`).join('');
}
