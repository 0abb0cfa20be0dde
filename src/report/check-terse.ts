/** One line for each finding, in the form compilers use, and one for the verdict; nothing at all where nothing was found. */

import { printable } from '../diagnostic.ts';
import { countsOf } from '../verdict/check.ts';
import { type Finding, spokenSubject } from '../verdict/finding.ts';
import { type CheckReport, isClean, placeOf, shownFindings, waivedFindings } from './check-report.ts';
import { seriesParts } from './check-series.ts';
import { countsInWords } from './check-words.ts';
import { safeForLogs } from './safe-text.ts';

export function checkTerse(report: CheckReport): string {
  const { result } = report;
  const waived = waivedFindings(result);
  if (isClean(report) && waived.length === 0) return '';
  const at = (file: string, line: number | undefined): string =>
    line === undefined ? file : `${file}:${String(line)}`;
  const lines = shownFindings(report).map((finding) => {
    const { file, line } = placeOf(finding, report);
    return `${at(file, line)}: ${clauseOf(finding)}`;
  });
  for (const { rule, subject, fingerprint, waiver } of waived) {
    lines.push(
      `${at(waiver.file ?? '-', waiver.line)}: waived until ${waiver.expires}: ${subject}: ${waiver.reason} [${rule} ${fingerprint}]`,
    );
  }
  for (const { location, message } of result.notUnderstood) {
    lines.push(`${at(location?.file ?? '-', location?.line)}: not understood: ${message}`);
  }
  for (const { label, title, result: step, passing } of seriesParts(report)) {
    lines.push(`${label}: ${step.verdict}: ${title}`);
    for (const finding of passing) lines.push(`${label}: mended later: ${clauseOf(finding)}`);
  }
  lines.push(`${result.verdict}: ${countsInWords(countsOf(result.findings))}`);
  return safeForLogs(`${lines.map(printable).join('\n')}\n`);
}

function clauseOf(finding: Finding): string {
  const { verdict, message, rule, fingerprint } = finding;
  return `${verdict}: ${spokenSubject(finding)}: ${message} [${rule} ${fingerprint}]`;
}
