/**
 * What a mail says below one quotation: each change, whom it hurts and why, what to check, the proof, and what to do instead.
 *
 * Findings that differ in a name only are said together. A record whose size is part of its requests' numbers is told once, with
 * a table of the numbers.
 */

import type { Consequence, Finding } from '../../verdict/finding.ts';
import { touchedContracts } from '../../verdict/finding.ts';
import { rules } from '../../verdict/rules.ts';
import type { CheckReport } from '../check-report.ts';
import { contractNames, joinWords } from '../check-words.ts';
import { isSameProof, proofBlocks, recordTable, requestTable } from './mail-proof.ts';
import type { MailQuotes } from './mail-quote.ts';
import { bullet, code, paragraph, sentence } from './mail-text.ts';
import { onTargets, targetsOf } from './mail-verdict.ts';

/** Findings that are answered together, below one quotation. */
export interface Comment {
  /** The record they are about; `undefined` for constants, requests, headers, texts. */
  readonly record: string | undefined;
  readonly findings: readonly Finding[];
}

/** Findings that say the same of different names. */
interface Point {
  readonly findings: readonly Finding[];
  /** The requests whose numbers it explains. */
  readonly requests: readonly Consequence[];
}

const MAX_NAMES = 20;

export function commentBlocks(comment: Comment, report: CheckReport, quotes: MailQuotes): string[] {
  const { findings, record } = comment;
  const quote = quotes.textFor(findings);
  const blocks = quote === '' ? [] : [quote];
  const changed = record === undefined ? undefined : report.result.records.get(record);
  const table = changed === undefined ? '' : recordTable(changed.pair);
  const said: Finding[] = [];
  const usual = onTargets(targetsOf(findings, report.result), report.result.targets);
  for (const [index, point] of pointsOf(findings).entries()) {
    const own = onTargets(targetsOf(point.findings, report.result), report.result.targets);
    const [head, ...rest] = pointBlocks(point, own === usual ? '' : own, said);
    // The table belongs behind the first sentence about the record, which it shows.
    blocks.push(head ?? '', ...(index === 0 && table !== '' ? [table] : []), ...rest);
    said.push(...point.findings);
  }
  blocks.push(...waysOut(comment, report));
  return blocks.filter((block) => block !== '');
}

function pointsOf(findings: readonly Finding[]): Point[] {
  const cause = findings.find((one) => requestsOf(one).length > 0);
  const points = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding === cause) continue;
    const key = alikeKey(finding);
    points.set(key, [...(points.get(key) ?? []), finding]);
  }
  const told = [...points.values()].map((one): Point => ({ findings: one, requests: [] }));
  if (cause === undefined) return told;
  // What moved inside of a record that nobody can pass any more is in the table, and hurts nobody whom the size does not.
  const hurt = new Set(touchedContracts(cause));
  const isCovered = ({ findings: [one] }: Point): boolean =>
    one?.answers.every(({ contract, answer }) => answer === 'kept' || hurt.has(contract)) === true;
  return [{ findings: [cause], requests: requestsOf(cause) }, ...told.filter((point) => !isCovered(point))];
}

function requestsOf({ follows = [] }: Finding): Consequence[] {
  return follows.filter(({ rule }) => rule === 'request-size-changed');
}

function alikeKey(finding: Finding): string {
  const { rule, verdict, subject, targets, answers, witness } = finding;
  // Bytes of its own make a change worth telling by itself.
  if (witness?.kind === 'bytes') return JSON.stringify([rule, subject, finding.fingerprint]);
  const name = nameOf(finding);
  const isPlain = !/^(?:struct|union) /.test(subject);
  const reasons = isPlain ? [] : answers.map((one) => `${one.answer} ${one.reason.replaceAll(name, '\0')}`);
  return JSON.stringify([rule, verdict, targets, reasons]);
}

/** Whether two findings leave the same open, each about free bytes of its own. */
function raisesSameDoubt(one: Finding, other: Finding): boolean {
  const shapeOf = (finding: Finding): string => {
    const filler = / is new in (\S+)$/.exec(finding.message)?.[1] ?? '\0';
    return JSON.stringify(
      finding.answers.map(({ answer, reason }) => [
        answer,
        reason.replaceAll(nameOf(finding), '').replaceAll(filler, ''),
      ]),
    );
  };
  return one.verdict === 'review' && other.verdict === 'review' && shapeOf(one) === shapeOf(other);
}

function nameOf({ subject }: Finding): string {
  return /^(?:struct|union) [^.]*\.(.*)$/s.exec(subject)?.[1] ?? subject.replace(/^\S+ /, '');
}

function pointBlocks({ findings, requests }: Point, where: string, before: readonly Finding[]): string[] {
  const [first] = findings;
  if (first === undefined) return [];
  const names = findings.map(nameOf);
  const clauses = findings.map((one) => withoutTail(one));
  const isList = findings.length > 2;
  const blocks = isList
    ? [
        [
          ...clauses.slice(0, MAX_NAMES).map((one) => bullet(sentence(one))),
          ...(clauses.length > MAX_NAMES ? [bullet(`and ${String(clauses.length - MAX_NAMES)} more`)] : []),
        ].join('\n'),
      ]
    : [paragraph(clauses.map((one) => sentence(`${one}${where}`)).join(' '))];
  const elsewhere = variantWords(first);
  if (elsewhere !== '' && findings.length === 1) {
    blocks[0] = paragraph(`${sentence(`${clauses[0] ?? ''}${where}`)} ${elsewhere}`);
  }
  if (requests.length > 0) blocks.push(requestTable(requests, first));
  // The bytes it left are somebody else's now: that was told, and whom it hurts.
  if (first.rule === 'field-moved' && before.some(({ rule }) => rule === 'bytes-reused')) return blocks;
  if (before.some((one) => raisesSameDoubt(one, first))) return [...blocks, 'The same is to be checked there.'];
  const isAboutNames = !/^(?:struct|union) /.test(first.subject) && findings.length > 1;
  if (isAboutNames) blocks.push(`Of the first, for example${where}:`);
  const together = isAboutNames ? names[0] : joinWords(names);
  const reasons = reasonLines(first).map((line) =>
    bullet(names[0] === undefined || together === undefined ? line : line.replaceAll(names[0], together)),
  );
  if (reasons.length > 0) blocks.push(reasons.join('\n'));
  if (first.lookAt !== null && !before.some(({ lookAt }) => lookAt === first.lookAt)) {
    blocks.push(paragraph(`To be checked: ${lowerFirst(first.lookAt)}`));
  }
  const { witness } = first;
  if (witness !== null && !before.some((one) => isSameProof(one.witness, witness)))
    blocks.push(...proofBlocks(witness));
  return blocks;
}

/** The message without what it says of other targets, which a mail says in a sentence. */
function withoutTail({ message, variants = [] }: Finding): string {
  return variants.length === 0 ? message : message.replace(/; with other numbers on [^;]*$/, '');
}

function variantWords({ message, variants = [] }: Finding): string {
  const own = message.replace(/; with other numbers on [^;]*$/, '');
  const others = new Map<string, string[]>();
  for (const variant of variants) {
    if (variant.message === own) continue;
    others.set(variant.message, [...(others.get(variant.message) ?? []), ...variant.targets]);
  }
  const shape = (text: string): string => text.replace(/0x[0-9a-f]+/g, '0x');
  const isOtherNumber = [...others.keys()].every((text) => shape(text) === shape(own));
  if (others.size > 2 || (others.size > 0 && isOtherNumber)) return 'Other architectures have other numbers.';
  return [...others]
    .map(([text, targets]) => {
      const on = targets.length > 4 ? `On ${String(targets.length)} others` : `On ${joinWords(targets)}`;
      return `${on}, ${text.replace(/, and so .*$/s, '')}.`;
    })
    .join(' ');
}

/** Whom it breaks, then what it leaves open. */
function reasonLines(finding: Finding): string[] {
  const touched = touchedContracts(finding);
  const lines = (answer: 'broken' | 'unknown' | 'kept', note: string): string[] => {
    const reasons = new Map<string, string[]>();
    for (const { contract, answer: one, reason } of finding.answers) {
      if (one === answer) reasons.set(reason, [...(reasons.get(reason) ?? []), contractNames[contract]]);
    }
    const all = finding.answers.length;
    return [...reasons].map(([reason, names]) =>
      names.length === all && all > 1 ? sentence(reason) : `${names.join(' / ')}${note}: ${reason}`,
    );
  };
  if (touched.length === 0) return lines('kept', '');
  const broken = lines('broken', '');
  return [...broken, ...lines('unknown', broken.length > 0 ? ' (to be checked)' : '')];
}

function waysOut({ record, findings }: Comment, report: CheckReport): string[] {
  const alternatives = record === undefined ? [] : (report.alternatives.get(record) ?? []);
  if (alternatives.length > 0) {
    return alternatives.flatMap((one, index) => {
      const places =
        one.places.length === 1 ? one.places.map((place) => place.replace(/^.* at byte/, 'at byte')) : one.places;
      const where = places.length === 0 ? '' : ` (${places.join(', ')})`;
      const isDoubtful = one.verdict === 'review';
      const lead = index > 0 ? 'Or' : isDoubtful ? 'What would break nothing' : 'What would be safe';
      const doubt = isDoubtful ? ' What the kernel did with the bytes it takes is to be checked all the same.' : '';
      const text = paragraph(`${lead}: ${one.title}${where}. ${sentence(one.reason)}${doubt}`);
      return one.declaration === '' ? [text] : [text, code(one.declaration.split('\n'))];
    });
  }
  const pair = record === undefined ? undefined : report.result.records.get(record)?.pair;
  const isPacked = (side: 'old' | 'new'): boolean => pair?.[side].declaration.record.isPacked === true;
  if (isPacked('new') && !isPacked('old')) {
    return [
      paragraph('What to do instead: leave the record as it is, and give the hole a name if it should have one.'),
    ];
  }
  // The first finding is the weightiest, and what mends it mends what follows from it.
  const [way] = pointsOf(findings)
    .flatMap((point) => point.findings)
    // That a record is aligned otherwise follows from a field of it.
    .filter(({ verdict, rule }) => verdict !== 'compatible' && !rule.startsWith('record-alignment'))
    .map(({ rule }) => rules.get(rule)?.wayOut ?? '')
    .filter((one) => one !== '' && one !== 'Nothing to do.');
  const isBroken = findings.some(({ verdict }) => verdict === 'break');
  const lead = isBroken ? 'What to do instead' : 'What would settle it';
  return way === undefined ? [] : [paragraph(`${lead}: ${lowerFirst(way)}`)];
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.slice(0, 1).toLowerCase() + text.slice(1) : text;
}
