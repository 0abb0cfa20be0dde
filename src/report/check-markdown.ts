/**
 * The report in Markdown, for job summaries and comments on a merge request: the verdict, who is hurt, and for each record
 * the two layouts side by side with the findings and their proof folded in.
 *
 * Names stand in code, where nothing in them is markup, a link or a mention; prose that may hold names is escaped.
 */

import { formatDiagnostic } from '../diagnostic.ts';
import { countsOf } from '../verdict/check.ts';
import { type Finding, spokenSubject } from '../verdict/finding.ts';
import { findingProse } from './check-prose.ts';
import { type CheckReport, placeOf, shownFindings, waivedFindings } from './check-report.ts';
import { patchOf, seriesParts } from './check-series.ts';
import { contractAnswers, groupByRecord } from './check-groups.ts';
import { contractNames, countsInWords, describeTargets, verdictSentence, wayOutWords } from './check-words.ts';
import { placeText, recordRows } from './record-rows.ts';
import { codeBlock, codeSpan, safeForLogs, safeMarkdown } from './safe-text.ts';

const icons = { break: '🔴', review: '🟡', compatible: '🟢', undecided: '🟠' } as const;

export function checkMarkdown(report: CheckReport, { maxFindings = Infinity } = {}): string {
  const { result } = report;
  const shown = shownFindings(report);
  const listed = shown.slice(0, maxFindings);
  const blocks = [
    `## ${icons[result.verdict]} uabi: ${result.verdict}`,
    safeMarkdown(verdictSentence(result)),
    `${codeSpan(result.old)} → ${codeSpan(result.new)}, ${countsInWords(countsOf(result.findings))}`,
  ];
  if (shown.length > 0) blocks.push(contractTable(report));
  if (report.steps.length > 0) blocks.push('### Patch by patch', stepsTable(report));
  for (const [name, group] of groupByRecord(listed)) blocks.push(...recordBlocks(name, group, report));
  if (listed.length < shown.length)
    blocks.push(`${String(shown.length - listed.length)} more findings are not listed here.`);
  const waived = waivedFindings(result);
  if (waived.length > 0) {
    blocks.push('### Waived');
    blocks.push(
      waived
        .map(
          ({ subject, rule, fingerprint, waiver }) =>
            `- ${codeSpan(subject)} ${rule} ${fingerprint}, until ${safeMarkdown(waiver.expires)}: ${safeMarkdown(waiver.reason)}`,
        )
        .join('\n'),
    );
  }
  if (result.notUnderstood.length > 0) {
    blocks.push('### Not understood', codeBlock(result.notUnderstood.map(formatDiagnostic)));
  }
  return safeForLogs(`${blocks.join('\n\n')}\n`);
}

function contractTable(report: CheckReport): string {
  const words = { break: '🔴 breaks', review: '🟡 to be checked', compatible: '🟢 kept' } as const;
  const rows = contractAnswers(report.result).map(
    ({ contract, verdict, reason }) => `| ${contractNames[contract]} | ${words[verdict]} | ${safeMarkdown(reason)} |`,
  );
  return ['| contract | | why |', '|---|---|---|', ...rows].join('\n');
}

function stepsTable(report: CheckReport): string {
  const rows = seriesParts(report).map(({ label, title, result, summary, passing, isMended }) => {
    const also = passing.map((one) => `${one.verdict} ${spokenSubject(one)}: ${one.message}`).join('; ');
    const mended =
      also === '' ? '' : ` ${isMended ? 'Mended by a later patch' : 'Not in the series as a whole'}: ${also}.`;
    return `| ${label.replace('patch ', '')} | ${safeMarkdown(title)} | ${icons[result.verdict]} ${result.verdict} | ${safeMarkdown(`${summary}${mended}`)} |`;
  });
  return ['| | patch | by itself | |', '|---|---|---|---|', ...rows].join('\n');
}

function recordBlocks(name: string, group: readonly Finding[], report: CheckReport): string[] {
  const blocks = [`### ${codeSpan(name)}`];
  const changed = report.result.records.get(name);
  if (changed !== undefined) {
    const rows = recordRows(changed.pair).filter((row) => row.note !== '');
    const cell = (node: (typeof rows)[number]['old']): string =>
      node === undefined ? '–' : `${placeText(node.offsetBits)}, ${placeText(node.sizeBits)}`;
    const path = (row: (typeof rows)[number]): string => codeSpan((row.new ?? row.old)?.path ?? '');
    blocks.push(
      [
        `| field (${changed.target}) | old offset, size | new offset, size | |`,
        '|---|---|---|---|',
        ...rows.map((row) => `| ${path(row)} | ${cell(row.old)} | ${cell(row.new)} | ${safeMarkdown(row.note)} |`),
      ].join('\n'),
    );
  }
  for (const finding of group) blocks.push(findingBlock(finding, report));
  for (const one of report.alternatives.get(name) ?? []) {
    const where = one.places.length === 0 ? '' : ` (${one.places.join(', ')})`;
    blocks.push(`**Way out:** ${safeMarkdown(`${one.title}${where}: ${one.reason}; ${wayOutWords[one.verdict]}.`)}`);
    if (one.declaration !== '') blocks.push(codeBlock(one.declaration.split('\n'), 'c'));
  }
  return blocks;
}

function findingBlock(finding: Finding, report: CheckReport): string {
  const { file, line } = placeOf(finding, report);
  const place = codeSpan(line === undefined ? file : `${file}:${String(line)}`);
  return [
    `**${icons[finding.verdict]} ${finding.verdict}** ${codeSpan(spokenSubject(finding))}: ${safeMarkdown(`${finding.message}.`)}`,
    `${place}, ${describeTargets(finding.targets)}, rule ${codeSpan(finding.rule)}, fingerprint ${codeSpan(finding.fingerprint)}`,
    `<details><summary>why, and the proof</summary>\n\n${codeBlock(findingProse(finding, patchOf(finding, report)).slice(1))}\n\n</details>`,
  ].join('  \n');
}
