/**
 * The answer a reviewer would send: plain text of 72 columns that quotes the changed lines and comments below them.
 *
 * It says the verdict first, then takes declaration by declaration: the lines (`> +`, `> -`, left as they are, however
 * long), what they do to whom, the bytes that prove it, and a layout that would have been safe. Findings of one kind about
 * neighbouring names share one comment. Nobody reads a mail of a thousand lines, so the worst are told and the rest is named.
 */

import { formatDiagnostic, printable } from '../diagnostic.ts';
import { countsOf } from '../verdict/check.ts';
import type { RecordPair } from '../diff/changes.ts';
import { type Finding, touchedContracts } from '../verdict/finding.ts';
import type { Reading, Witness } from '../verdict/witness.ts';
import { contractAnswers, groupByRecord } from './check-groups.ts';
import { type CheckReport, shownFindings, waivedFindings } from './check-report.ts';
import { contractNames, describeTargets, hex, joinWords, requestNumber, verdictSentence } from './check-words.ts';
import { hexRows } from './hex-rows.ts';
import { type DiffLine, follows } from './line-diff.ts';
import { placeText, recordRows } from './record-rows.ts';
import { safeForLogs } from './safe-text.ts';
import { wrap } from './style.ts';

const WIDTH = 72;
const MAX_COMMENTS = 12;
const MAX_TABLE_ROWS = 24;

/** Findings that are answered together, below one quotation. */
interface Comment {
  /** The record they are about; `undefined` for constants, requests, headers. */
  readonly record: string | undefined;
  readonly findings: readonly Finding[];
}

export function checkMail(report: CheckReport): string {
  const { result } = report;
  const blocks = [paragraph(verdictSentence(result))];
  const comments = commentsOf(report);
  const shown = shownFindings(report);
  if (shown.length === 0 && result.findings.length > 0) blocks.push(...whyAllIsWell(report));
  for (const comment of comments.slice(0, MAX_COMMENTS)) blocks.push(...commentBlocks(comment, report));
  const rest = comments.slice(MAX_COMMENTS).flatMap((comment) => comment.findings);
  if (rest.length > 0) {
    const names = rest.slice(0, 40).map((finding) => finding.subject);
    const more = rest.length > names.length ? `, and ${String(rest.length - names.length)} more` : '';
    blocks.push(paragraph(`The same has to be said of ${String(rest.length)} more: ${names.join(', ')}${more}.`));
  }
  const waived = waivedFindings(result);
  if (waived.length > 0) {
    blocks.push('Waived, and so not counted:');
    blocks.push(
      waived.map(({ subject, waiver }) => bullet(`${subject}, until ${waiver.expires}: ${waiver.reason}`)).join('\n'),
    );
  }
  if (result.notUnderstood.length > 0) {
    blocks.push(paragraph('This could not be read, so nothing is said about it:'));
    blocks.push(result.notUnderstood.map((one) => bullet(formatDiagnostic(one))).join('\n'));
  }
  const { compatible } = countsOf(result.findings);
  if (shown.length > 0 && !report.showAll && compatible > 0) {
    blocks.push(
      paragraph(`${String(compatible)} further ${compatible === 1 ? 'change is' : 'changes are'} compatible.`),
    );
  }
  return safeForLogs(`${blocks.join('\n\n')}\n`).replace(/^From /gm, '>From ');
}

function paragraph(text: string): string {
  return wrap(safeForLogs(printable(text)), WIDTH);
}

function bullet(text: string): string {
  return wrap(safeForLogs(printable(text)), WIDTH, '    ', '  - ');
}

function whyAllIsWell(report: CheckReport): string[] {
  const lines = contractAnswers(report.result).map(({ contract, reason }) =>
    bullet(`${contractNames[contract]}: ${reason}`),
  );
  return [lines.join('\n')];
}

/** One comment for each record; neighbours of one rule among all other names share one. */
function commentsOf(report: CheckReport): Comment[] {
  const comments: { record: string | undefined; findings: Finding[] }[] = [];
  for (const [name, findings] of groupByRecord(shownFindings(report))) {
    const last = comments.at(-1);
    const [first] = findings;
    if (report.result.records.has(name)) comments.push({ record: name, findings });
    else if (
      last?.record === undefined &&
      last?.findings[0]?.rule === first?.rule &&
      last?.findings[0]?.verdict === first?.verdict
    )
      last?.findings.push(...findings);
    else comments.push({ record: undefined, findings: [...findings] });
  }
  return comments.map((one) => (one.record === undefined ? { ...one, findings: inSourceOrder(one.findings) } : one));
}

function inSourceOrder(findings: readonly Finding[]): readonly Finding[] {
  const line = (finding: Finding): number => finding.new?.line ?? finding.old?.line ?? 0;
  return [...findings].sort((a, b) => line(a) - line(b));
}

function commentBlocks(comment: Comment, report: CheckReport): string[] {
  const { findings, record } = comment;
  const blocks: string[] = [];
  const quote = quoteText(findings, report);
  if (quote !== '') blocks.push(quote);
  const changed = record === undefined ? undefined : report.result.records.get(record);
  if (record === undefined && findings.length > 1) blocks.push(...togetherBlocks(findings));
  else for (const [index, one] of findings.entries()) blocks.push(...findingBlocks(one, findings.slice(0, index)));
  if (changed !== undefined) {
    const table = tableText(changed.pair);
    // The table belongs behind the first sentence about the record, which it shows.
    if (table !== '') blocks.splice(quote === '' ? 1 : 2, 0, table);
  }
  const alternatives = record === undefined ? [] : (report.alternatives.get(record) ?? []);
  for (const [index, one] of alternatives.entries()) {
    const where = one.places.length === 0 ? '' : ` (${one.places.join(', ')})`;
    const lead = index === 0 ? 'What would be safe' : 'Or';
    blocks.push(paragraph(`${lead}: ${one.title}${where}: ${one.reason}.`));
    if (one.declaration !== '') blocks.push(indented(one.declaration.split('\n')));
  }
  return blocks;
}

function findingBlocks(finding: Finding, before: readonly Finding[]): string[] {
  const blocks = [paragraph(`${finding.message} (${describeTargets(finding.targets)}).`)];
  const reasons = reasonLines(finding);
  if (reasons.length > 0) blocks.push(reasons.join('\n'));
  if (finding.lookAt !== null) blocks.push(paragraph(`To look at: ${finding.lookAt}`));
  if (finding.witness !== null && !before.some((one) => isSame(one.witness, finding.witness))) {
    blocks.push(...witnessBlocks(finding.witness));
  }
  return blocks;
}

/** Several names with one fate: the list, and the reason and proof of the first. */
function togetherBlocks(findings: readonly Finding[]): string[] {
  const [first] = findings;
  if (first === undefined) return [];
  const listed = findings.slice(0, 20).map((one) => bullet(one.message));
  if (findings.length > 20) listed.push(bullet(`and ${String(findings.length - 20)} more`));
  const blocks = [
    listed.join('\n'),
    paragraph(`What that means, said of the first and true of each (${describeTargets(first.targets)}):`),
  ];
  blocks.push(reasonLines(first).join('\n'));
  if (first.lookAt !== null) blocks.push(paragraph(`To look at: ${first.lookAt}`));
  if (first.witness !== null) blocks.push(...witnessBlocks(first.witness));
  return blocks.filter((block) => block !== '');
}

function reasonLines(finding: Finding): string[] {
  const touched = touchedContracts(finding);
  const said = finding.answers.filter((one) => touched.length === 0 || touched.includes(one.contract));
  const reasons = new Map<string, string[]>();
  for (const { contract, reason } of said) {
    reasons.set(reason, [...(reasons.get(reason) ?? []), contractNames[contract]]);
  }
  return [...reasons].map(([reason, names]) => bullet(`${names.join(' / ')}: ${reason}`));
}

function isSame(a: Witness | null, b: Witness | null): boolean {
  return a?.kind === 'bytes' && b?.kind === 'bytes' && a.writer === b.writer && Buffer.from(a.bytes).equals(b.bytes);
}

function witnessBlocks(witness: Witness): string[] {
  switch (witness.kind) {
    case 'bytes': {
      const [writer, reader] = witness.writer === 'old' ? ['old', 'new'] : ['new', 'old'];
      const rows = hexRows(witness.bytes, [...witness.written, ...witness.read]);
      return [
        paragraph(`Code built with the ${writer} header that sets ${values(witness.written)} writes`),
        indented(rows),
        paragraph(`and in these bytes, code built with the ${reader} one reads ${values(witness.read)}.`),
      ];
    }
    case 'request': {
      const next = witness.new === undefined ? 'it is not defined any more' : `it is ${requestNumber(witness.new)} now`;
      const answer = witness.answer ?? 'an error';
      return [
        paragraph(
          `${witness.name} is ${requestNumber(witness.old)} in programs that were built; ${next}. A kernel that does not know the number answers ${answer}.`,
        ),
      ];
    }
    case 'number': {
      const now = witness.new === undefined ? 'is not defined any more' : `is ${String(witness.new)} now`;
      const holder = witness.holder === undefined ? '' : ` ${String(witness.old)} now means ${witness.holder}.`;
      return [paragraph(`${witness.name} is ${String(witness.old)} in programs that were built; it ${now}.${holder}`)];
    }
    case 'source':
      return [
        paragraph(`This compiles before the change and not after it (${witness.problem}):`),
        indented(witness.code.split('\n')),
      ];
    case 'refusal':
      return [
        paragraph(
          `With ${witness.path} = ${hex(witness.value)} the old kernel takes these bytes and the new one answers ${witness.answer}:`,
        ),
        indented(hexRows(witness.bytes, [{ offsetBits: witness.offsetBits, sizeBits: 8 }])),
      ];
    default:
      return witness satisfies never;
  }
}

function values(readings: readonly Reading[]): string {
  return joinWords(readings.map((one) => `${one.path} = ${hex(one.value)}`));
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `    ${line.split('\t').map(printable).join('\t')}`.trimEnd()).join('\n');
}

/** Where the fields went that did not stay where they were. */
function tableText(pair: RecordPair): string {
  const rows = recordRows(pair).filter((row) => row.note !== '');
  if (rows.length === 0 || rows.length > MAX_TABLE_ROWS) return '';
  const cells = (node: (typeof rows)[number]['old']): string =>
    node === undefined
      ? '    -     -'
      : `${placeText(node.offsetBits).padStart(5)} ${placeText(node.sizeBits).padStart(5)}`;
  const paths = rows.map((row) => printable((row.new ?? row.old)?.path ?? ''));
  const width = Math.min(32, Math.max(...paths.map((path) => path.length)));
  return [
    '         old         new',
    '       at  size    at  size',
    ...rows.map((row, index) => {
      const line = `    ${cells(row.old)} ${cells(row.new)}  ${(paths[index] ?? '').padEnd(width)}`.trimEnd();
      const note = printable(row.note);
      return line.length + note.length + 2 <= WIDTH ? `${line}  ${note}` : line;
    }),
  ].join('\n');
}

function quoteText(findings: readonly Finding[], report: CheckReport): string {
  const quotes = new Map(
    findings.flatMap((finding) => {
      const quote = report.quotes.quoteFor(finding);
      return quote === undefined ? [] : [[quote.key, quote] as const];
    }),
  );
  const lines: string[] = [];
  let file: string | undefined;
  let last: DiffLine | undefined;
  for (const quote of quotes.values()) {
    if (quote.file !== file && quote.file !== undefined) {
      lines.push(`> +++ b/${printable(quote.file)}`);
      last = undefined;
    }
    file = quote.file;
    for (const line of quote.lines) {
      if (last !== undefined && !follows(last, line)) lines.push('> [...]');
      lines.push(quoted(line));
      last = line;
    }
  }
  return lines.join('\n');
}

function quoted({ kind, text }: DiffLine): string {
  const mark = { same: ' ', added: '+', removed: '-' }[kind];
  return `> ${mark}${text.split('\t').map(printable).join('\t')}`.trimEnd();
}
