/**
 * JUnit XML, as CI servers read it: a test case for each finding.
 *
 * Fails what fails the check (`--fail-on`); a review that does not, and whatever is waived, is skipped with the reason; what
 * could not be read is an error. A check without findings is one test case that passes, because a file without any counts
 * as "no tests were run".
 */

import { printable } from '../diagnostic.ts';
import { countsOf } from '../verdict/check.ts';
import { type Finding, spokenSubject } from '../verdict/finding.ts';
import { type CheckReport, isFailing, placeOf, shownFindings, waivedFindings } from './check-report.ts';
import { findingProse } from './check-prose.ts';
import { patchOf, type SeriesPart, seriesParts } from './check-series.ts';
import { countsInWords, verdictSentence } from './check-words.ts';
import { safeMarkup } from './safe-text.ts';

interface TestCase {
  readonly name: string;
  readonly file: string;
  readonly line: number | undefined;
  readonly outcome?: 'failure' | 'error' | 'skipped';
  readonly message?: string;
  readonly type?: string;
  readonly body?: readonly string[];
}

export function checkJunit(report: CheckReport): string {
  const { result } = report;
  const cases: TestCase[] = [
    ...shownFindings(report).map((finding) => caseOf(finding, report)),
    ...waivedFindings(result).map((finding) => ({
      ...caseOf(finding, report),
      outcome: 'skipped' as const,
      message: `waived until ${finding.waiver.expires}: ${finding.waiver.reason}`,
      body: [],
    })),
    ...result.notUnderstood.map(({ location, message, code }) => ({
      name: `not understood: ${code}`,
      file: location?.file ?? '',
      line: location?.line,
      outcome: 'error' as const,
      type: code,
      message,
    })),
  ];
  cases.push(...seriesParts(report).map((part) => caseOfPart(part, report)));
  if (cases.length === 0) cases.push({ name: 'no contract is broken', file: '', line: undefined });
  const count = (outcome: string): string => String(cases.filter((one) => one.outcome === outcome).length);
  const counts = `tests="${String(cases.length)}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
  const name = attribute('name', `uabi check ${result.old} ${result.new}`);
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="uabi" ${counts}>`,
    `  <testsuite ${name} ${counts}>`,
    ...cases.flatMap(caseXml),
    `    <system-out>${safeMarkup(printable(verdictSentence(result)))}\n${countsInWords(countsOf(result.findings))}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
  ].join('\n')}\n`;
}

function caseOf(finding: Finding, report: CheckReport): TestCase {
  const { rule, verdict, message } = finding;
  const one = { name: `${spokenSubject(finding)}: ${rule}`, ...placeOf(finding, report) };
  if (verdict === 'compatible') return one;
  return {
    ...one,
    outcome: isFailing(verdict, report.failOn) ? 'failure' : 'skipped',
    type: rule,
    message: verdict === 'break' ? message : `to be reviewed: ${message}`,
    body: findingProse(finding, patchOf(finding, report)),
  };
}

/** A patch of a series by itself; what a later one mends is told and fails nothing. */
function caseOfPart(
  { label, title, result, summary, findings, passing, isMended }: SeriesPart,
  report: CheckReport,
): TestCase {
  const one: TestCase = { name: `${label}: ${title}`, file: '', line: undefined };
  const { verdict } = result;
  if (verdict === 'compatible') return one;
  const body = [
    ...findings.map((finding) => {
      const more = passing.includes(finding) ? ' (mended by a later patch)' : '';
      return `${spokenSubject(finding)}: ${finding.message}${more}.`;
    }),
    ...result.notUnderstood.map(({ message }) => `Not understood: ${message}`),
  ];
  const message = isMended ? `mended by a later patch: ${summary}` : summary;
  if (verdict === 'undecided') return { ...one, outcome: 'error', type: 'undecided', message, body };
  const isFailure = isFailing(verdict, report.failOn) && !isMended;
  return { ...one, outcome: isFailure ? 'failure' : 'skipped', type: verdict, message, body };
}

function caseXml({ name, file, line, outcome, message, type, body = [] }: TestCase): string[] {
  const place = `${file === '' ? '' : ` ${attribute('file', file)}`}${line === undefined ? '' : ` line="${String(line)}"`}`;
  const open = `    <testcase ${attribute('name', name)} ${attribute('classname', file === '' ? 'uabi' : file)}${place}`;
  if (outcome === undefined) return [`${open}/>`];
  const type_ = type === undefined || outcome === 'skipped' ? '' : ` ${attribute('type', type)}`;
  const inner = `      <${outcome}${message === undefined ? '' : ` ${attribute('message', message)}`}${type_}`;
  // In the common reading of the format, "skipped" has no content: what there is to say goes beside it.
  const text = body.map((text) => safeMarkup(printable(text))).join('\n');
  const lines =
    text === ''
      ? [`${inner}/>`]
      : outcome === 'skipped'
        ? [`${inner}/>`, `      <system-out>${text}</system-out>`]
        : [`${inner}>${text}</${outcome}>`];
  return [`${open}>`, ...lines, '    </testcase>'];
}

function attribute(name: string, value: string): string {
  return `${name}="${safeMarkup(printable(value))}"`;
}
