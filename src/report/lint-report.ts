/** What a lint found, for people, editors, programs and GitHub. */

import type { TargetName } from '../abi/target.ts';
import { type Diagnostic, formatDiagnostic, printable } from '../diagnostic.ts';
import type { LintFinding } from '../verdict/lint/lint.ts';
import { lintRules, type LintSeverity, lintSeverities } from '../verdict/lint/rules.ts';
import { describeTargets } from './check-words.ts';

export interface LintReport {
  readonly source: string;
  readonly targets: readonly TargetName[];
  readonly findings: readonly LintFinding[];
  readonly notUnderstood: readonly Diagnostic[];
}

/** One line for each finding, in the form compilers use, and one that counts. Nothing for nothing. */
export function lintText({ targets, findings, notUnderstood }: LintReport): string {
  const lines = findings.map((finding) => {
    const where = finding.targets.length === targets.length ? '' : ` (${describeTargets(finding.targets)})`;
    return printable(
      `${placeOf(finding)}: ${finding.severity}: ${finding.subject}: ${finding.message}${where} [${finding.rule}]`,
    );
  });
  lines.push(...notUnderstood.map((one) => formatDiagnostic(one)));
  if (lines.length === 0) return '';
  return `${[...lines, countsInWords(findings, notUnderstood.length)].join('\n')}\n`;
}

export function lintJson({ source, targets, findings, notUnderstood }: LintReport): string {
  const document = {
    schemaVersion: 1,
    source,
    targets,
    counts: countsOf(findings),
    findings: findings.map(({ rule, severity, subject, message, header, location, targets: on }) => ({
      rule,
      severity,
      subject,
      targets: on,
      header,
      file: location?.file ?? null,
      line: location?.line ?? null,
      column: location?.column ?? null,
      message,
    })),
    notUnderstood: notUnderstood.map(({ location, code, message }) => ({
      header: location?.file ?? null,
      line: location?.line ?? null,
      column: location?.column ?? null,
      code,
      message,
    })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** GitHub keeps ten annotations of each level for a step and drops the others without a word. */
const PER_LEVEL = 10;

export function lintGithub({ findings, notUnderstood }: LintReport): string {
  const levels = { error: 'error', warning: 'warning', note: 'notice' } as const;
  const lines: string[] = [];
  for (const severity of lintSeverities) {
    const some = findings.filter((finding) => finding.severity === severity);
    for (const finding of some.slice(0, PER_LEVEL)) {
      const { location, header, rule, subject, message } = finding;
      const file = property(location?.file ?? header);
      const line = location === undefined ? '' : `,line=${String(location.line)}`;
      const text = data(`${subject}: ${message} ${lintRules.get(rule)?.wayOut ?? ''}`);
      lines.push(`::${levels[severity]} file=${file}${line},title=${property(rule)}::${text}`);
    }
    if (some.length > PER_LEVEL) lines.push(`${String(some.length - PER_LEVEL)} more of severity ${severity}.`);
  }
  for (const one of notUnderstood) lines.push(`::error title=not understood::${data(formatDiagnostic(one))}`);
  return lines.length === 0 ? '' : `${[...lines, countsInWords(findings, notUnderstood.length)].join('\n')}\n`;
}

function data(text: string): string {
  return printable(text).replaceAll('%', '%25');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function placeOf({ header, location }: LintFinding): string {
  return location === undefined ? header : `${location.file}:${String(location.line)}:${String(location.column)}`;
}

function countsOf(findings: readonly LintFinding[]): Record<LintSeverity, number> {
  const count = (severity: LintSeverity): number => findings.filter((one) => one.severity === severity).length;
  return { error: count('error'), warning: count('warning'), note: count('note') };
}

function countsInWords(findings: readonly LintFinding[], unread: number): string {
  const counts = countsOf(findings);
  const words = lintSeverities.map((one) => `${String(counts[one])} ${one}${counts[one] === 1 ? '' : 's'}`);
  return [...words, ...(unread === 0 ? [] : [`${String(unread)} not understood`])].join(', ');
}
