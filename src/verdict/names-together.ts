/**
 * Names that share a fate are told together: two names of one request, macros and constants of one prefix that a header lost,
 * an enum of which many got other names.
 *
 * This comes last, after it is known which names are gone everywhere and which are only gone here. What went entirely (a whole
 * enum, a whole prefix) has been gathered before (`diff/gone-together.ts`) and stays by itself.
 */

import { firstWordOf } from '../abi/portion.ts';
import type { TargetName } from '../abi/target.ts';
import type { Finding } from './finding.ts';
import { combined } from './one-cause.ts';

/** As many names of a kind are told one by one. */
const fewNames = 3;

/** `order`: the targets, in the order in which they are listed. */
export function foldNames(findings: readonly Finding[], order: readonly TargetName[]): Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = finding.verdict === 'compatible' ? undefined : groupOf(finding);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  const told = new Map<Finding, Finding | undefined>();
  for (const group of groups.values()) {
    // `KVM_TRACE_PAUSE` before `__KVM_DEPRECATED_MAIN_0x07`, which it stands for; else as the header has them, wherever it was read from.
    const [first, ...others] = [...group].sort(
      (a, b) => Number(isHidden(a)) - Number(isHidden(b)) || lineOf(a) - lineOf(b),
    );
    if (first === undefined || group.length < (isOfRequest(first) ? 2 : fewNames)) continue;
    const names = new Set(group.flatMap(({ targets }) => targets));
    const isUneven = group.some(({ targets }) => targets.length < names.size);
    const together = combined(first, others);
    for (const one of group) told.set(one, undefined);
    told.set(first, {
      ...together,
      targets: order.filter((name) => names.has(name)),
      message: together.message + (isUneven ? ', though not each for every target' : ''),
      members: group.map((one) => one.old?.name ?? one.new?.name ?? one.subject),
    });
  }
  return findings.flatMap((finding) => (told.has(finding) ? (told.get(finding) ?? []) : [finding]));
}

function isOfRequest({ subject }: Finding): boolean {
  return subject.startsWith('request ');
}

function lineOf({ old, new: next }: Finding): number {
  return old?.line ?? next?.line ?? 0;
}

function isHidden({ old }: Finding): boolean {
  return old?.name?.startsWith('_') === true;
}

function groupOf({ rule, verdict, subject, language, targets, old, new: next, members }: Finding): string | undefined {
  const key = (...parts: readonly unknown[]): string => JSON.stringify([rule, verdict, language, ...parts]);
  if (rule === 'request-removed') return key(targets, old?.header, old?.text ?? old?.name);
  if (rule === 'request-differs-in-cxx') return key(targets, next?.header, next?.type);
  if (rule === 'constant-removed' || rule === 'macro-removed') {
    return members === undefined ? key(old?.header, firstWordOf(old?.name ?? '') ?? old?.name) : undefined;
  }
  if (rule === 'record-alignment-raised') {
    return verdict === 'review' ? key(targets, old?.header, old?.alignBits, next?.alignBits) : undefined;
  }
  if (rule === 'number-renamed') {
    return key(targets, subject.startsWith('enum ') ? subject.replace(/\.[^.]*$/, '') : old?.header);
  }
  return undefined;
}
