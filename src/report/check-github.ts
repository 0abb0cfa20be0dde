/**
 * GitHub Actions: workflow commands that become annotations, and the job summary in Markdown.
 *
 * A command is `::error file=…,line=…,title=…::message`. In the message `%`, CR and LF are written as `%25`, `%0D`, `%0A`; in
 * a property `:` and `,` as well. GitHub keeps ten annotations of each level for a step and drops the others without a word, so
 * the worst ten are written and the rest is counted.
 */

import { printable } from '../diagnostic.ts';
import { countsOf } from '../verdict/check.ts';
import type { Verdict } from '../verdict/contract.ts';
import { checkMarkdown } from './check-markdown.ts';
import { findingProse } from './check-prose.ts';
import { type CheckReport, isClean, type Place, placeOf, shownFindings } from './check-report.ts';
import { patchOf, seriesParts } from './check-series.ts';
import { countsInWords, verdictSentence } from './check-words.ts';
import { safeForLogs } from './safe-text.ts';

type Level = 'error' | 'warning' | 'notice';

const levels: Readonly<Record<Verdict, Level>> = { break: 'error', review: 'warning', compatible: 'notice' };
const PER_LEVEL = 10;
/** What GitHub takes for the summary of one step. */
const MAX_SUMMARY_BYTES = 1024 * 1024;

interface Annotation {
  readonly level: Level;
  readonly title: string;
  readonly place: Place | undefined;
  readonly lines: readonly string[];
}

export function checkGithub(report: CheckReport): string {
  const { result } = report;
  const findings: Annotation[] = shownFindings(report).map((finding) => ({
    level: levels[finding.verdict],
    title: `${finding.verdict}: ${finding.rule}`,
    place: placeOf(finding, report),
    lines: findingProse(finding, patchOf(finding, report)),
  }));
  const parts = seriesParts(report);
  const passing: Annotation[] = parts.flatMap(({ label, title, passing: found }) =>
    found.map((finding) => ({
      level: 'warning',
      title: `${finding.verdict} in ${label}: ${finding.rule}`,
      place: placeOf(finding, report),
      lines: [`A later patch mends what ${label} "${title}" does by itself.`, ...findingProse(finding)],
    })),
  );
  const unread: Annotation[] = result.notUnderstood.map(({ location, message }) => ({
    level: 'error',
    title: 'uabi could not read this',
    place: location === undefined ? undefined : { file: location.file, line: location.line },
    lines: [message],
  }));
  if (isClean(report)) return '';
  const all = [...unread, ...findings, ...passing];
  const lines: string[] = [];
  for (const level of ['error', 'warning', 'notice'] as const) {
    const some = all.filter((one) => one.level === level);
    lines.push(...some.slice(0, PER_LEVEL).map(commandOf));
    if (some.length > PER_LEVEL) {
      const rest = some.length - PER_LEVEL;
      lines.push(
        `${String(rest)} more ${rest === 1 ? 'finding' : 'findings'} of level ${level}: see the summary of this job.`,
      );
    }
  }
  lines.push(...parts.map((part) => plainLine(`${part.label} ${part.result.verdict}: ${part.title}`)));
  lines.push(plainLine(verdictSentence(result)), countsInWords(countsOf(result.findings)));
  return `${lines.join('\n')}\n`;
}

/** A line of the log that is no command. */
function plainLine(text: string): string {
  return safeForLogs(printable(text));
}

function commandOf({ level, title, place, lines }: Annotation): string {
  const properties = [
    ...(place === undefined || place.file === '' ? [] : [`file=${property(place.file)}`]),
    ...(place?.line === undefined ? [] : [`line=${String(place.line)}`]),
    `title=${property(title)}`,
  ];
  return `::${level} ${properties.join(',')}::${data(lines.map(printable).join('\n'))}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(printable(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** The summary of the job: the Markdown report, or its beginning where GitHub would refuse the whole. */
export function githubSummary(report: CheckReport): string {
  const whole = checkMarkdown(report);
  if (Buffer.byteLength(whole) <= MAX_SUMMARY_BYTES) return whole;
  return checkMarkdown(report, { maxFindings: 100 });
}
