/** One line for each finding, in the form compilers use, and one for the verdict. */

import { printable } from '../diagnostic.ts';
import { type CheckResult, countsOf } from '../verdict/check.ts';

export function checkTerse(result: CheckResult, showAll = false): string {
  const lines = result.findings
    .filter((finding) => showAll || finding.verdict !== 'compatible')
    .map((finding) => {
      const { header, file = header, line } = finding.new ?? finding.old ?? { header: '' };
      const place = line === undefined ? file : `${file}:${String(line)}`;
      return `${place}: ${finding.verdict}: ${finding.subject}: ${finding.message} [${finding.rule} ${finding.fingerprint}]`;
    });
  for (const { location, message } of result.notUnderstood) {
    const place = location === undefined ? '-' : `${location.file}:${String(location.line)}`;
    lines.push(`${place}: not understood: ${message}`);
  }
  const counts = countsOf(result.findings);
  lines.push(
    `${result.verdict}: ${String(counts.break)} break, ${String(counts.review)} review, ${String(counts.compatible)} compatible`,
  );
  return `${lines.map(printable).join('\n')}\n`;
}
