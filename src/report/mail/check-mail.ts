/**
 * The answer a reviewer would send: plain text of 72 columns that quotes the changed lines and comments below them.
 *
 * It says the verdict first, then takes declaration by declaration: the lines, what they do to whom, the bytes that prove it, and
 * what would have been safe. Nothing is said twice, and no word in it has to be explained to somebody who never heard of uabi.
 * Nobody reads a mail of a thousand lines, so the worst are told and the rest is named.
 */

import { type Diagnostic, printable } from '../../diagnostic.ts';
import { countsOf } from '../../verdict/check.ts';
import { type Finding, spokenSubject } from '../../verdict/finding.ts';
import { groupByRecord } from '../check-groups.ts';
import { type CheckReport, shownFindings, waivedFindings } from '../check-report.ts';
import { safeForLogs } from '../safe-text.ts';
import { type Comment, commentBlocks } from './mail-comment.ts';
import { MailQuotes } from './mail-quote.ts';
import { bullet, paragraph, sentence } from './mail-text.ts';
import { stepsBlocks, verdictParagraph } from './mail-verdict.ts';

const MAX_COMMENTS = 12;
const MAX_COMPATIBLE = 12;
const MAX_UNREAD = 20;

export function checkMail(report: CheckReport): string {
  const { result } = report;
  const shown = shownFindings(report);
  const blocks = [verdictParagraph(result), ...stepsBlocks(report)];
  if (result.verdict === 'compatible' && shown.length === 0) blocks.push(...whyItIsSafe(result.findings));
  const comments = commentsOf(report);
  const quotes = new MailQuotes(report.quotes);
  for (const comment of comments.slice(0, MAX_COMMENTS)) blocks.push(...commentBlocks(comment, report, quotes));
  const rest = comments.slice(MAX_COMMENTS).flatMap(({ findings }) => findings);
  if (rest.length > 0) {
    const names = rest.slice(0, 40).map(spokenSubject);
    const more = rest.length > names.length ? `, and ${String(rest.length - names.length)} more` : '';
    blocks.push(paragraph(`Something of the kind has to be said of these as well: ${names.join(', ')}${more}.`));
  }
  if (report.isFromHunks && result.notUnderstood.length === 0 && result.findings.length > 0) {
    blocks.push(paragraph('(Judged from the patch alone, without the tree it is for.)'));
  }
  blocks.push(...waivedBlocks(report), ...unreadBlocks(result.notUnderstood));
  const { compatible } = countsOf(result.findings);
  if (shown.length > 0 && !report.showAll && compatible > 0) {
    blocks.push(
      paragraph(
        compatible === 1
          ? 'One further change breaks nothing.'
          : `${String(compatible)} further changes break nothing.`,
      ),
    );
  }
  return safeForLogs(`${blocks.join('\n\n')}\n`).replace(/^From /gm, '>From ');
}

/** One comment for each record, one for neighbours of one fate among all other names, and one for each text. */
function commentsOf(report: CheckReport): Comment[] {
  const comments: { record: string | undefined; findings: Finding[] }[] = [];
  const all = shownFindings(report);
  // The requests of a record that grew stand in the table of its comment.
  const inTables = new Set(all.flatMap(({ follows = [] }) => follows.map(({ rule, subject }) => `${rule} ${subject}`)));
  const shown = all.filter(({ rule, subject }) => !inTables.has(`${rule} ${subject}`));
  for (const [name, together] of groupByRecord(shown)) {
    const isOfText = ({ rule }: Finding): boolean => rule === 'documentation-differs';
    const findings = together.filter((one) => !isOfText(one));
    const last = comments.at(-1);
    const [first] = findings;
    if (first !== undefined) {
      if (report.result.records.has(name)) comments.push({ record: name, findings });
      else if (
        last?.record === undefined &&
        last?.findings[0]?.rule === first.rule &&
        last.findings[0].verdict === first.verdict
      )
        last.findings.push(...findings);
      else comments.push({ record: undefined, findings: [...findings] });
    }
    for (const one of together.filter(isOfText)) comments.push({ record: undefined, findings: [one] });
  }
  return comments.map((one) => (one.record === undefined ? { ...one, findings: inSourceOrder(one.findings) } : one));
}

function inSourceOrder(findings: readonly Finding[]): readonly Finding[] {
  const line = (finding: Finding): number => finding.new?.line ?? finding.old?.line ?? 0;
  return [...findings].sort((a, b) => line(a) - line(b));
}

/** The changes, each with its reason; a reason that several share stands once. */
function whyItIsSafe(findings: readonly Finding[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const { message, answers, waiver } of findings) {
    if (waiver !== undefined) continue;
    const reason = [...new Set(answers.map((one) => one.reason))].join('; ');
    reasons.set(reason, [...(reasons.get(reason) ?? []), message]);
  }
  const lines = [...reasons].slice(0, MAX_COMPATIBLE).map(([reason, messages]) => {
    const said = messages.slice(0, 3).join('; ');
    const more = messages.length > 3 ? `; and ${String(messages.length - 3)} more of the kind` : '';
    return bullet(sentence(`${said}${more}: ${reason}`));
  });
  const rest = reasons.size - lines.length;
  if (rest > 0) lines.push(bullet(rest === 1 ? 'One more.' : `${String(rest)} more.`));
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function waivedBlocks({ result }: CheckReport): string[] {
  const waived = waivedFindings(result);
  if (waived.length === 0) return [];
  return [
    paragraph('Known and agreed on, with the reason that was given:'),
    waived.map(({ subject, waiver }) => bullet(`${subject}, until ${waiver.expires}: ${waiver.reason}`)).join('\n'),
  ];
}

function unreadBlocks(problems: readonly Diagnostic[]): string[] {
  if (problems.length === 0) return [];
  const said = problems.slice(0, MAX_UNREAD).map(({ location, message, code }) => {
    // What a patch lacks is said with the place in the header; where it stands in the mail is no matter.
    const isOfPatch = code === 'not-whole' || code === 'not-followed';
    const place = location === undefined || isOfPatch ? '' : `${location.file}, line ${String(location.line)}: `;
    return bullet(sentence(printable(`${place}${message}`)));
  });
  const rest = problems.length - said.length;
  if (rest > 0) said.push(bullet(`and ${String(rest)} more`));
  return [paragraph('What could not be read, and so is not answered for:'), said.join('\n')];
}
