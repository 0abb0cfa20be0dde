/**
 * The report people read: 80 columns, the verdict as a sentence first, then who is hurt, where every byte went, the proof,
 * and the ways out.
 *
 * Everything that comes from the input passes through `printable`. Long records show only the rows that changed.
 */

import { formatDiagnostic, printable } from '../diagnostic.ts';
import type { RecordPair } from '../diff/changes.ts';
import type { FieldNode } from '../diff/placed.ts';
import { type CheckResult, countsOf, recordOf } from '../verdict/check.ts';
import { type Contract, type Verdict } from '../verdict/contract.ts';
import { type Alternative, type Finding, standing, touchedContracts } from '../verdict/finding.ts';
import { carriersOf } from '../verdict/traffic.ts';
import type { Reading, Witness } from '../verdict/witness.ts';
import { type CheckReport, isClean, shownFindings, type Sibling, waivedFindings } from './check-report.ts';
import { contractNames, describeTargets, hex, joinWords, requestNumber, verdictSentence } from './check-words.ts';
import { hexRows } from './hex-rows.ts';
import { safeForLogs } from './safe-text.ts';
import { type Style, wrap } from './style.ts';

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
    if (changed !== undefined) blocks.push(recordTable(changed.pair, result, style));
    for (const [index, finding] of group.entries()) blocks.push(findingText(finding, style, group.slice(0, index)));
    const alternatives = report.alternatives.get(name) ?? [];
    if (alternatives.length > 0) blocks.push(alternativesText(alternatives, report.siblings, style));
  }
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
  for (const contract of result.contracts) {
    const { word, verdict, reason } = worstAnswer(standing(result.findings), contract);
    const head = `  ${paint(verdict, style)(word.padEnd(6))}  ${style.bold(contractNames[contract])}`;
    lines.push(head, wrap(printable(reason), WIDTH, '          '));
  }
  return lines.join('\n');
}

function worstAnswer(
  findings: readonly Finding[],
  contract: Contract,
): { readonly word: string; readonly verdict: Verdict; readonly reason: string } {
  const of = (answer: string): string[] => [
    ...new Set(
      findings.flatMap((finding) =>
        finding.answers.filter((one) => one.contract === contract && one.answer === answer).map((one) => one.reason),
      ),
    ),
  ];
  const more = (reasons: readonly string[]): string =>
    reasons.length > 2
      ? `${reasons.slice(0, 2).join('; ')}; and ${String(reasons.length - 2)} more`
      : reasons.join('; ');
  const broken = of('broken');
  if (broken.length > 0) return { word: 'BREAKS', verdict: 'break', reason: more(broken) };
  const unknown = of('unknown');
  if (unknown.length > 0) return { word: 'CHECK', verdict: 'review', reason: more(unknown) };
  // Of the reasons why all is well, the one that speaks of the boldest change says most.
  const bold = [...findings].sort((a, b) => boldness(b) - boldness(a))[0];
  const reason = bold?.answers.find((one) => one.contract === contract)?.reason ?? '';
  return { word: 'ok', verdict: 'compatible', reason };
}

function boldness(finding: Finding): number {
  // A record of another size answers for all of its fields: its request has another number.
  const order: readonly string[] = [
    'padding-became-field',
    'hole-became-field',
    'reserved-became-field',
    'record-shrank',
    'record-grew',
  ];
  return order.indexOf(finding.rule) * 1000 + (finding.new?.sizeBits ?? 0);
}

function groupByRecord(findings: readonly Finding[]): Map<string, Finding[]> {
  const groups = new Map<string, Finding[]>();
  // A request that changed because of its record is told with the record.
  for (const finding of findings) {
    const key = recordOf(
      finding.subject.startsWith('request ') ? (finding.because ?? finding.subject) : finding.subject,
    );
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return groups;
}

interface Row {
  readonly old: FieldNode | undefined;
  readonly new: FieldNode | undefined;
  readonly note: string;
}

function recordTable(pair: RecordPair, result: CheckResult, style: Style): string {
  const { sizeBytes: was } = pair.old.layout;
  const { sizeBytes: is } = pair.new.layout;
  const size = was === is ? `${String(was)} bytes, as before` : `${String(was)} bytes before, ${String(is)} now`;
  const lines = [`${style.bold(printable(pair.name))}: ${size}`];
  const abis = result.pairs[0];
  if (abis !== undefined) {
    for (const request of carriersOf(pair.name, abis.old)) {
      const now = abis.new.requests.get(request.name);
      const change =
        now === undefined
          ? 'is gone'
          : now.number === request.number
            ? 'unchanged'
            : `now ${requestNumber(now.number)}`;
      lines.push(printable(`  ${request.name} ${requestNumber(request.number)}, ${change}`));
    }
  }
  const rows = rowsOf(pair);
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

function rowsOf(pair: RecordPair): Row[] {
  const rows: Row[] = [];
  for (const node of pair.new.nodes) {
    const old = pair.reverse.get(node);
    rows.push({ old, new: node, note: noteOf(old, node) });
  }
  for (const node of pair.old.nodes) {
    if (!pair.matches.has(node)) rows.push({ old: node, new: undefined, note: 'gone' });
  }
  const place = (row: Row): number => row.new?.offsetBits ?? row.old?.offsetBits ?? 0;
  const depth = (row: Row): number => (row.new ?? row.old)?.path.split('.').length ?? 0;
  return rows
    .map((row, index) => ({ row, index }))
    .sort(
      (a, b) =>
        place(a.row) - place(b.row) || (a.row.new === undefined ? depth(a.row) - depth(b.row) : 0) || a.index - b.index,
    )
    .map(({ row }) => row);
}

function noteOf(old: FieldNode | undefined, next: FieldNode): string {
  if (old === undefined) return 'new';
  const notes: string[] = [];
  if (old.path !== next.path) notes.push(`was ${old.path}`);
  if (old.offsetBits !== next.offsetBits) notes.push('moved');
  if (old.sizeBits > next.sizeBits) notes.push('shrank');
  if (old.sizeBits < next.sizeBits) notes.push('grew');
  return notes.join(', ');
}

function rowText({ old, new: next, note }: Row, style: Style): string {
  const node = next ?? old;
  const columns = (one: FieldNode | undefined): string =>
    one === undefined ? '    -     -' : `${place(one.offsetBits).padStart(5)} ${place(one.sizeBits).padStart(5)}`;
  const mark = note === '' ? ' ' : next === undefined ? '-' : old === undefined ? '+' : '~';
  const indent = '  '.repeat((node?.path.split('.').length ?? 1) - 1);
  const text = `${columns(old)}  ${columns(next)}  ${mark} ${indent}${printable(node?.name ?? '')}`;
  if (note === '') return text;
  const line = `${text.padEnd(58)} ${printable(note)}`.trimEnd();
  return mark === '+' ? style.green(line) : style.yellow(line);
}

/** Bytes, or `byte.bit`. */
function place(bits: number): string {
  return bits % 8 === 0 ? String(bits / 8) : `${String(Math.floor(bits / 8))}.${String(bits % 8)}`;
}

function findingText(finding: Finding, style: Style, before: readonly Finding[]): string {
  const word = finding.verdict === 'compatible' ? 'ok' : finding.verdict;
  const subject = printable(finding.subject);
  const gap = word.length + finding.rule.length + subject.length + 3 > WIDTH ? '\n  ' : ' ';
  const lines = [
    `${style.bold(paint(finding.verdict, style)(word))} ${finding.rule}:${gap}${style.bold(subject)}`,
    wrap(printable(`${finding.message}.`), WIDTH, '  '),
  ];
  const { header, file = header, line } = finding.new ?? finding.old ?? { header: '' };
  const place = line === undefined ? file : `${file}:${String(line)}`;
  const origin = printable(`${place}, ${describeTargets(finding.targets)}, ${finding.fingerprint}`);
  lines.push(style.dim(wrap(origin, WIDTH, '  ')));
  const touched = touchedContracts(finding);
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
        : [`  proof: the same bytes as for ${printable(same.subject)}`, ...checkLines(finding.witness)]),
    );
  }
  return lines.join('\n');
}

function isSameProof(a: Witness, b: Witness | null): boolean {
  return a.kind === 'bytes' && b?.kind === 'bytes' && a.writer === b.writer && Buffer.from(a.bytes).equals(b.bytes);
}

export function witnessText(witness: Witness, style: Style): string[] {
  switch (witness.kind) {
    case 'bytes': {
      const reader = witness.writer === 'old' ? 'new' : 'old';
      const touched = [...witness.written, ...witness.read];
      return [
        `  proof: the ${witness.writer} side writes`,
        ...readings(witness.written),
        ...hexRows(witness.bytes, touched).map((row) => style.dim(`      ${row}`)),
        `  and in the same bytes the ${reader} side reads`,
        ...readings(witness.read),
        ...checkLines(witness),
      ];
    }
    case 'request': {
      const next = witness.new === undefined ? 'nothing' : requestNumber(witness.new);
      const answer = witness.answer ?? 'an error';
      return [
        wrap(
          printable(
            `proof: ${witness.name} is ${requestNumber(witness.old)} in old programs and ${next} in the new headers; a kernel that does not know the number answers ${answer}`,
          ),
          WIDTH,
          '    ',
          '  ',
        ),
      ];
    }
    case 'number': {
      const now = witness.new === undefined ? 'no longer defined' : String(witness.new);
      const holder = witness.holder === undefined ? '' : `; ${String(witness.old)} now means ${witness.holder}`;
      const text = `proof: ${witness.name} is ${String(witness.old)} in old programs, ${now} in the new headers${holder}`;
      return [wrap(printable(text), WIDTH, '    ', '  ')];
    }
    case 'source':
      return [
        `  proof: this compiles with the old headers and not with the new ones (${printable(witness.problem)})`,
        ...codeLines(witness.code),
      ];
    case 'refusal':
      return [
        wrap(
          printable(
            `proof: with ${witness.path} = ${hex(witness.value)} the old kernel takes these bytes and the new one answers ${witness.answer}`,
          ),
          WIDTH,
          '    ',
          '  ',
        ),
        ...hexRows(witness.bytes, [{ offsetBits: witness.offsetBits, sizeBits: 8 }]).map((row) =>
          style.dim(`      ${row}`),
        ),
      ];
    default:
      return witness satisfies never;
  }
}

function readings(all: readonly Reading[]): string[] {
  return all.map(
    (one) => `      byte ${place(one.offsetBits).padStart(3)}  ${printable(`${one.path} = ${hex(one.value)}`)}`,
  );
}

function checkLines(witness: Witness): string[] {
  if (witness.kind !== 'bytes' || witness.check === undefined) return [];
  return ['  and this holds with the old headers only', ...codeLines(witness.check)];
}

/** C as it is; a line that is too long is broken before the last argument. */
function codeLines(code: string): string[] {
  return code.split('\n').flatMap((line) => {
    const text = `      ${printable(line)}`;
    const comma = text.lastIndexOf(', "');
    return text.length <= WIDTH || comma < 0
      ? [text]
      : [text.slice(0, comma + 1), `          ${text.slice(comma + 2)}`];
  });
}

function alternativesText(alternatives: readonly Alternative[], siblings: readonly Sibling[], style: Style): string {
  const lines = [style.bold('Safe ways out (each judged like the change above, and found compatible)')];
  for (const [index, one] of alternatives.entries()) {
    const where = one.places.length === 0 ? '' : ` (${one.places.join(', ')})`;
    lines.push(wrap(printable(`${String(index + 1)}. ${one.title}${where}: ${one.reason}.`), WIDTH, '     ', '  '));
    for (const line of one.declaration.split('\n'))
      if (line !== '') lines.push(style.green(`       ${printable(line)}`));
  }
  if (siblings.length > 0) {
    const words = siblings.map((one) => `${one.name} (${one.verdict})`);
    lines.push(wrap(printable(`Other variants of the file, judged the same way: ${joinWords(words)}.`), WIDTH, '  '));
  }
  return lines.join('\n');
}
