/**
 * Names that share a fate are told together: two names of one request, what a header lost of one prefix, an enum of which many
 * got other names.
 *
 * This comes last, after it is known which names are gone everywhere and which are only gone here. What went entirely (a whole
 * enum, a whole prefix) has been gathered before (`diff/gone-together.ts`) and stays by itself.
 */

import { groupBy } from '../abi/group-by.ts';
import { firstTwoWordsOf, firstWordOf } from '../abi/portion.ts';
import type { TargetName } from '../abi/target.ts';
import type { Finding } from './finding.ts';
import { combined } from './one-cause.ts';

/** As many names are told one by one; of constants and macros fewer than that. */
const fewNames = 3;

/** `order`: the targets, in the order in which they are listed. */
export function foldNames(findings: readonly Finding[], order: readonly TargetName[]): Finding[] {
  const told = new Map<Finding, Finding | undefined>();
  for (const group of groupsAmong(findings)) {
    // `KVM_TRACE_PAUSE` before `__KVM_DEPRECATED_MAIN_0x07`, which it stands for; else as the header has them, wherever it was read from.
    const [first, ...others] = [...group].sort(inOrder);
    if (first === undefined) continue;
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

/** Those that share a fate; who shares it with nobody, or with few, is in none. */
function groupsAmong(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const isTold = ({ verdict }: Finding): boolean => verdict !== 'compatible';
  const groups = [...groupBy(findings.filter(isTold), groupOf).values()];
  const families = groupBy(groups, (group) => familyOf(leaderOf(group)));
  const large = [...families.values()].filter((branches) => branches.length > fewNames);
  const taken = new Set(large.flat());
  return [
    ...large.map((branches) => branches.flat()),
    ...groups.filter((group) => !taken.has(group) && group.length >= leastOf(leaderOf(group))),
  ];
}

function leaderOf(group: readonly Finding[]): Finding {
  const [first] = [...group].sort(inOrder);
  if (first === undefined) throw new TypeError('a group without findings');
  return first;
}

function inOrder(a: Finding, b: Finding): number {
  return Number(isHidden(a)) - Number(isHidden(b)) || lineOf(a) - lineOf(b);
}

/** The first two words of a record's or request's name: `kvm_s390_` of `kvm_s390_skeys`; of two words the first. What a driver took along is one removal. */
function familyOf({ rule, verdict, language, old }: Finding): string | undefined {
  if (rule !== 'record-removed' && rule !== 'request-removed') return undefined;
  const name = old?.name ?? '';
  const prefix = firstTwoWordsOf(name) ?? firstWordOf(name);
  return prefix === undefined ? undefined : JSON.stringify([rule, verdict, language, old?.header, prefix]);
}

/** How many share a finding: two names of one request are enough, and two macros of one enum. */
function leastOf({ rule, subject }: Finding): number {
  return subject.startsWith('request ') || rule === 'macro-became-enumerator' ? 2 : fewNames;
}

function lineOf({ old, new: next }: Finding): number {
  return old?.line ?? next?.line ?? 0;
}

function isHidden({ old }: Finding): boolean {
  return old?.name?.startsWith('_') === true;
}

function groupOf({ rule, verdict, subject, language, targets, old, new: next, members }: Finding): string | undefined {
  const key = (...parts: readonly unknown[]): string => JSON.stringify([rule, verdict, language, ...parts]);
  // A list of macros that became an enum is one change.
  if (rule === 'macro-became-enumerator') return key(old?.header, next?.header);
  if (rule === 'record-removed') return key(old?.header, old?.name);
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
