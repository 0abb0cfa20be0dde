/**
 * The report people read: 80 columns, the verdict as a sentence first, then who is hurt, where every byte went, the proof,
 * and the ways out.
 *
 * Everything that comes from the input passes through `printable`. Long records show only the rows that changed.
 */

import { formatDiagnostic, printable } from '../diagnostic.ts';
import type { FieldNode } from '../diff/placed.ts';
import { type ChangedRecord, type CheckResult, countsOf } from '../verdict/check.ts';
import { type Alternative, type Finding, pathOf, spokenSubject, touchedContracts } from '../verdict/finding.ts';
import { contractAnswers, groupByRecord } from './check-groups.ts';
import { type CheckReport, isClean, shownFindings, type Sibling, waivedFindings } from './check-report.ts';
import {
  contractNames,
  describeTargets,
  joinWords,
  requestNumber,
  someNames,
  verdictSentence,
  wayOutWords,
} from './check-words.ts';
import { seriesParts } from './check-series.ts';
import { placeText, type RecordRow, recordRows } from './record-rows.ts';
import { safeForLogs } from './safe-text.ts';
import { type Style, wrap } from './style.ts';
import { checkLines, isSameProof, witnessText } from './witness-text.ts';

const WIDTH = 80;
/** A record with more fields than this shows only those that changed. */
const MAX_ROWS = 20;

const labels: Readonly<Record<CheckResult['verdict'], string>> = {
  break: 'BREAK',
  review: 'REVIEW',
  compatible: 'COMPATIBLE',
  undecided: 'UNDECIDED',
};

export function checkText(report: CheckReport): string {
  const { result, style, showAll } = report;
  const counts = countsOf(result.findings);
  const blocks: string[] = [];
  const shown = shownFindings(report);
  // Where nothing is to be read, one line says so.
  blocks.push(isClean(report) ? verdictLine(result, style) : heading(result, style));
  if (shown.length > 0) blocks.push(contractTable(result, style));
  for (const [name, group] of groupByRecord(shown)) {
    const changed = result.records.get(name);
    if (changed !== undefined) blocks.push(recordTable(changed, isOfAll(group, result), style));
    for (const [index, finding] of group.entries()) blocks.push(findingText(finding, style, group.slice(0, index)));
    const alternatives = report.alternatives.get(name) ?? [];
    if (alternatives.length > 0) blocks.push(alternativesText(alternatives, report.siblings, style));
  }
  if (report.steps.length > 0) blocks.push(stepsText(report));
  if (counts.waived > 0) blocks.push(waivedText(report));
  if (result.notUnderstood.length > 0) {
    const lines = result.notUnderstood.map((one) => wrap(formatDiagnostic(one), WIDTH, '    ', '  '));
    blocks.push([style.bold('Not understood'), ...lines].join('\n'));
  }
  if (!showAll && counts.compatible > 0) {
    const { compatible } = counts;
    blocks.push(
      style.dim(
        `${String(compatible)} compatible ${compatible === 1 ? 'change is' : 'changes are'} not listed (--show all).`,
      ),
    );
  }
  return safeForLogs(`${blocks.join('\n\n')}\n`);
}

/** The patches of a series, each from its predecessor's state; told in full is only what the whole does not show. */
function stepsText(report: CheckReport): string {
  const { style } = report;
  const lines = [style.bold('Patch by patch')];
  for (const { label, title, result, findings, passing } of seriesParts(report)) {
    const head = `${label} ${labels[result.verdict].toLowerCase()}: ${title}`;
    lines.push(paint(result.verdict, style)(wrap(printable(head), WIDTH, '    ', '  ')));
    for (const finding of findings) {
      const more = passing.includes(finding) ? ' (mended by a later patch)' : '';
      lines.push(
        wrap(
          printable(`${finding.verdict} ${finding.rule}: ${spokenSubject(finding)}${more}`),
          WIDTH,
          '        ',
          '      ',
        ),
      );
    }
    for (const one of result.notUnderstood) lines.push(wrap(formatDiagnostic(one), WIDTH, '        ', '      '));
  }
  return lines.join('\n');
}

/** Each waived finding in a line: what, why, and until when. */
function waivedText(report: CheckReport): string {
  const { style } = report;
  const lines = waivedFindings(report.result).map(({ verdict, rule, subject, fingerprint, waiver }) =>
    wrap(
      printable(`${verdict} ${rule}: ${subject} (${fingerprint}), until ${waiver.expires}: ${waiver.reason}`),
      WIDTH,
      '    ',
      '  ',
    ),
  );
  return [style.bold('Waived'), ...lines].join('\n');
}

function verdictLine(result: CheckResult, style: Style): string {
  const sentence = wrap(printable(`${labels[result.verdict]}: ${verdictSentence(result)}`), WIDTH);
  const label = labels[result.verdict];
  return paint(result.verdict, style)(style.bold(label)) + sentence.slice(label.length);
}

function heading(result: CheckResult, style: Style): string {
  return [verdictLine(result, style), '', `  old  ${printable(result.old)}`, `  new  ${printable(result.new)}`].join(
    '\n',
  );
}

function paint(verdict: CheckResult['verdict'], style: Style): (text: string) => string {
  return verdict === 'break' ? style.red : verdict === 'compatible' ? style.green : style.yellow;
}

/** Who is hurt and who is not: for each contract the weightiest answer. */
function contractTable(result: CheckResult, style: Style): string {
  const lines = [style.bold('Who is hurt, and who is not')];
  for (const { contract, verdict, reason } of contractAnswers(result)) {
    const word = { break: 'BREAKS', review: 'CHECK', compatible: 'ok' }[verdict];
    const head = `  ${paint(verdict, style)(word.padEnd(6))}  ${style.bold(contractNames[contract])}`;
    lines.push(head, wrap(printable(reason), WIDTH, '          '));
  }
  return lines.join('\n');
}

/** Whether all targets see the same, so that nobody has to know which of them is drawn. */
function isOfAll(findings: readonly Finding[], { targets }: CheckResult): boolean {
  return findings.every((one) => one.targets.length === targets.length && (one.variants ?? []).length === 0);
}

function recordTable({ pair, target, requests }: ChangedRecord, isOfAllTargets: boolean, style: Style): string {
  const { sizeBytes: was } = pair.old.layout;
  const { sizeBytes: is } = pair.new.layout;
  const size = was === is ? `${String(was)} bytes, as before` : `${String(was)} bytes before, ${String(is)} now`;
  const seenBy = pair.new.layout.target.language === 'C' ? '' : ' in C++ programs';
  const where = isOfAllTargets ? '' : ` on ${target}`;
  const lines = [`${style.bold(printable(pair.name))}${where}${seenBy}: ${size}`];
  for (const { old, new: now } of requests) {
    const change =
      now === undefined ? 'is gone' : now.number === old.number ? 'unchanged' : `now ${requestNumber(now.number)}`;
    lines.push(printable(`  ${old.name} ${requestNumber(old.number)}, ${change}`));
  }
  const rows = recordRows(pair);
  const isLong = rows.length > MAX_ROWS;
  lines.push('', style.dim('     old          new'), style.dim('   at  size     at  size'));
  let skipped = 0;
  const flush = (): void => {
    if (skipped > 0)
      lines.push(style.dim(`${' '.repeat(28)}… ${String(skipped)} unchanged ${skipped === 1 ? 'field' : 'fields'}`));
    skipped = 0;
  };
  for (const row of rows) {
    if (isLong && row.note === '') {
      skipped++;
      continue;
    }
    flush();
    lines.push(rowText(row, style));
  }
  flush();
  return lines.join('\n');
}

function rowText({ old, new: next, note }: RecordRow, style: Style): string {
  const node = next ?? old;
  const columns = (one: FieldNode | undefined): string =>
    one === undefined
      ? '    -     -'
      : `${placeText(one.offsetBits).padStart(5)} ${placeText(one.sizeBits).padStart(5)}`;
  const mark = note === '' ? ' ' : next === undefined ? '-' : old === undefined ? '+' : '~';
  const indent = '  '.repeat((node?.path.split('.').length ?? 1) - 1);
  const text = `${columns(old)}  ${columns(next)}  ${mark} ${indent}${printable(node?.name ?? '')}`;
  if (note === '') return text;
  const line = `${text.padEnd(58)} ${printable(note)}`.trimEnd();
  return mark === '+' ? style.green(line) : style.yellow(line);
}

function findingText(finding: Finding, style: Style, before: readonly Finding[]): string {
  const word = finding.verdict === 'compatible' ? 'ok' : finding.verdict;
  const subject = printable(spokenSubject(finding));
  const gap = word.length + finding.rule.length + subject.length + 3 > WIDTH ? '\n  ' : ' ';
  const lines = [
    `${style.bold(paint(finding.verdict, style)(word))} ${finding.rule}:${gap}${style.bold(subject)}`,
    wrap(printable(`${finding.message}.`), WIDTH, '  '),
  ];
  const { header, file = header, line } = finding.new ?? finding.old ?? { header: '' };
  const place = line === undefined ? file : `${file}:${String(line)}`;
  const origin = printable(`${place}, ${describeTargets(finding.targets)}, ${finding.fingerprint}`);
  lines.push(style.dim(wrap(origin, WIDTH, '  ')));
  // Fields by their paths: whose they are is said above.
  const unsaid = namesNotIn(finding.message, (finding.members ?? []).map(pathOf));
  if (unsaid.length > 0) lines.push(wrap(printable(`also: ${someNames(unsaid)}`), WIDTH, '      ', '    '));
  const touched = touchedContracts(finding);
  // A dozen fields in one reserve raise one question: it is asked once.
  const twin = finding.witness === null ? before.find((other) => hasSameAnswers(other, finding)) : undefined;
  if (twin !== undefined) {
    const what = finding.verdict === 'review' ? 'to be checked like' : 'for the reasons of';
    lines.push(wrap(printable(`${what} ${spokenSubject(twin)} above`), WIDTH, '      ', '    '));
    return lines.join('\n');
  }
  for (const { contract, answer, reason } of finding.answers) {
    if (touched.length > 0 && !touched.includes(contract)) continue;
    const fate = answer === 'broken' ? 'breaks' : answer === 'unknown' ? 'check' : 'ok';
    lines.push(wrap(printable(`${fate} ${contract}: ${reason}`), WIDTH, '      ', '    '));
    if (answer === 'kept' && finding.answers.every((one) => one.reason === reason)) break;
  }
  if (finding.lookAt !== null) lines.push(wrap(printable(`look at: ${finding.lookAt}`), WIDTH, '      ', '    '));
  if (finding.witness !== null) {
    const same = before.find((other) => other.witness !== null && isSameProof(other.witness, finding.witness));
    lines.push(
      ...(same === undefined
        ? witnessText(finding.witness, style)
        : [`  proof: the same bytes as for ${printable(spokenSubject(same))}`, ...checkLines(finding.witness)]),
    );
  }
  return lines.join('\n');
}

/** The names that a sentence does not have as words of their own. */
function namesNotIn(message: string, names: readonly string[]): readonly string[] {
  const words = new Set(message.split(/[^\w.]+/));
  return names.filter((name) => !words.has(name.replace(/^.* /, '')));
}

/** Whether two findings give the same answers for the same reasons, each with its own field named. */
function hasSameAnswers(a: Finding, b: Finding): boolean {
  return a.rule === b.rule && a.verdict === b.verdict && a.lookAt === b.lookAt && answersOf(a) === answersOf(b);
}

function answersOf({ subject, answers }: Finding): string {
  const path = pathOf(subject);
  return answers.map(({ contract, answer, reason }) => [contract, answer, reason.replaceAll(path, '*')].join()).join();
}

function alternativesText(alternatives: readonly Alternative[], siblings: readonly Sibling[], style: Style): string {
  const lines = [style.bold('Ways out (each judged like the change above)')];
  for (const [index, one] of alternatives.entries()) {
    const where = one.places.length === 0 ? '' : ` (${one.places.join(', ')})`;
    lines.push(
      wrap(
        printable(`${String(index + 1)}. ${one.title}${where}: ${one.reason}; ${wayOutWords[one.verdict]}.`),
        WIDTH,
        '     ',
        '  ',
      ),
    );
    for (const line of one.declaration.split('\n'))
      if (line !== '') lines.push(style.green(`       ${printable(line)}`));
  }
  if (siblings.length > 0) {
    const words = siblings.map((one) => `${one.name} (${one.verdict})`);
    lines.push(wrap(printable(`Other variants of the file, judged the same way: ${joinWords(words)}.`), WIDTH, '  '));
  }
  return lines.join('\n');
}
