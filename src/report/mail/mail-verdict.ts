/** The first sentence of a mail, and the answer for each patch of a series. */

import { targetNames } from '../../abi/target.ts';
import { type CheckResult, recordOf } from '../../verdict/check.ts';
import type { Contract } from '../../verdict/contract.ts';
import { type Finding, standing, touchedContracts } from '../../verdict/finding.ts';
import type { CheckReport } from '../check-report.ts';
import { seriesParts } from '../check-series.ts';
import { joinWords, whoIsHurt } from '../check-words.ts';
import { bullet, paragraph } from './mail-text.ts';

const MAX_SUBJECTS = 3;

/** ` on arm64`, ` on 13 of 20 architectures`; empty where it is so on all that were looked at. */
export function onTargets(targets: readonly string[], looked: readonly string[]): string {
  if (targets.length === 0 || (targets.length === looked.length && looked.length === targetNames.length)) return '';
  if (targets.length <= 4) return ` on ${joinWords(targets)}`;
  const others = looked.filter((name) => !targets.includes(name));
  if (others.length > 0 && others.length <= 3) return ` on all architectures but ${joinWords(others)}`;
  return targets.length === looked.length
    ? ` on ${String(targets.length)} architectures`
    : ` on ${String(targets.length)} of ${String(looked.length)} architectures`;
}

export function targetsOf(findings: readonly Finding[], result: CheckResult): readonly string[] {
  const named = new Set(findings.flatMap(({ targets }) => targets));
  return result.targets.filter((name) => named.has(name));
}

export function verdictParagraph(result: CheckResult): string {
  const open = standing(result.findings);
  const breaks = open.filter(({ verdict }) => verdict === 'break');
  const reviews = open.filter(({ verdict }) => verdict === 'review');
  const where = (findings: readonly Finding[]): string => onTargets(targetsOf(findings, result), result.targets);
  /** How many architectures have a header says little where nothing is broken. */
  const whereFew = (findings: readonly Finding[]): string =>
    targetsOf(findings, result).length <= 4 ? where(findings) : '';
  switch (result.verdict) {
    case 'break': {
      const hurt = result.contracts.filter((one) => breaks.some((finding) => touchedContracts(finding).includes(one)));
      const spared = result.contracts.filter((one) => !hurt.includes(one) && isKept(open, one));
      const says = spared.some((one) => one === 'old-binary' || one === 'rebuild');
      const safe =
        !says || result.notUnderstood.length > 0
          ? ''
          : ` It is safe for ${joinWords(spared.map((one) => whoIsHurt[one]))}.`;
      const doubtful = result.contracts.filter((one) => !hurt.includes(one) && !spared.includes(one));
      const doubt =
        doubtful.length === 0
          ? ''
          : ` Whether it is safe for ${joinWords(doubtful.map((one) => whoIsHurt[one]))} is to be checked.`;
      const hurts = joinWords(hurt.map((one) => whoIsHurt[one]));
      return paragraph(`The change to ${subjects(breaks)} breaks ${hurts}${where(breaks)}.${safe}${doubt}`);
    }
    case 'review':
      return paragraph(
        `The headers alone do not tell whether the change to ${subjects(reviews)} is safe${whereFew(reviews)}; please check what is asked below.`,
      );
    case 'undecided':
      return paragraph(
        result.notUnderstood.every(({ code }) => code === 'not-whole')
          ? 'I cannot say from the patch alone whether this is safe: it shows only a part of what it changes.'
          : 'I cannot say whether this is safe: not all that it changes could be read.',
      );
    case 'compatible':
      if (result.findings.length === 0) return paragraph('This changes nothing that programs can see.');
      if (open.length < result.findings.length) return paragraph('This breaks nothing but what was agreed on.');
      return paragraph('This breaks no program. What changes, and why that is safe:');
    default:
      return result.verdict satisfies never;
  }
}

function isKept(findings: readonly Finding[], contract: Contract): boolean {
  // What a text says wrong is told of the text.
  const ofHeaders = findings.filter(({ rule }) => rule !== 'documentation-differs');
  return ofHeaders.every(({ answers }) => answers.every((one) => one.contract !== contract || one.answer === 'kept'));
}

/** `struct kvm_vcpu_events and KVM_CAP_X`, without the words that only tell our subjects apart. */
function subjects(findings: readonly Finding[]): string {
  const names = [...new Set(findings.map(subjectName))];
  return names.length > MAX_SUBJECTS ? `${String(names.length)} declarations` : joinWords(names);
}

function subjectName({ because, subject }: Finding): string {
  const record = recordOf(because ?? subject);
  const [, kind = '', name = ''] = /^(\S+) (.*)$/s.exec(record) ?? [];
  if (kind === 'enum') return /^enum [^.]+/.exec(record)?.[0] ?? record;
  if (kind === 'header') return `<${name}>`;
  return kind === 'constant' || kind === 'request' ? name : record;
}

/** What each patch does by itself, and what a later one mends. */
export function stepsBlocks(report: CheckReport): string[] {
  const parts = seriesParts(report);
  if (parts.length === 0) return [];
  const lines = parts.map(({ label, title, result: step, findings, isMended }) => {
    const found = findings.filter(({ verdict }) => verdict === step.verdict);
    const mended = isMended ? ', which a later patch mends; a kernel built in between is broken' : '';
    const words = {
      break: `breaks ${subjects(found)}${mended}`,
      review: found.every(({ rule }) => rule === 'documentation-differs')
        ? `the documentation shows another ${subjects(found)} than the header`
        : `${subjects(found)} to be checked`,
      undecided: 'could not be read in full',
      compatible: step.findings.length === 0 ? 'changes nothing that programs can see' : 'is fine',
    }[step.verdict];
    return bullet(`${label.replace('patch ', '')} "${title}": ${words}`);
  });
  return ['Patch by patch:', lines.join('\n')];
}
