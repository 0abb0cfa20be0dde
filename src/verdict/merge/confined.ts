/**
 * What is gone on some targets and still declared on others was not removed but *confined*: all names of a header that met the
 * same fate are one finding.
 */

import type { Abi } from '../../abi/abi.ts';
import { listOf } from '../../abi/declaration-map.ts';
import type { Target, TargetName } from '../../abi/target.ts';
import type { SourceLocation } from '../../diagnostic.ts';
import type { Finding } from '../finding.ts';
import { fingerprintOf, fingerprintOfAll } from '../fingerprint.ts';
import { list, membersWords, placeOf } from '../judgement.ts';
import type { Witness } from '../witness.ts';
import type { Elsewhere } from './elsewhere.ts';
import { goneRules } from './gone-rules.ts';

/** What is asked about a declaration of any kind. */
interface Placed {
  readonly header: string;
  readonly location?: SourceLocation;
}

/** A name that is gone here, and where it is declared for another target. */
interface Confined {
  readonly finding: Finding;
  readonly place: Placed;
}

/** Finds out what is confined, and tells of it together. */
export function confine(findings: readonly Finding[], elsewhere: Elsewhere): Finding[] {
  const isAsked = ({ rule, language, verdict, targets, old }: Finding): boolean =>
    goneRules.includes(rule) &&
    language === undefined &&
    verdict !== 'compatible' &&
    targets.length < elsewhere.targets.length &&
    // What asm/ holds is each architecture's own.
    old?.header.startsWith('asm/') === false;
  let rest = findings.filter(isAsked);
  const result = new Set<Finding>(findings);
  const asked = new Set<Target>();
  // Each target is read once at most, and one that nobody leaves out not at all.
  for (;;) {
    const target = rest.flatMap((finding) => elsewhere.others(finding)).find((one) => !asked.has(one));
    if (target === undefined) return gatherGuarded([...result], elsewhere);
    asked.add(target);
    const { old, new: next } = elsewhere.pair(target);
    const places = new Map<string, Confined[]>();
    const left: Finding[] = [];
    for (const finding of rest) {
      const declared = namesOf(finding).map((name) => [declarationOf(name, old), declarationOf(name, next)] as const);
      const place = declared[0]?.[1];
      const isThere = declared.every(([was, is]) => was?.header === finding.old?.header && is !== undefined);
      if (!isThere || place === undefined || finding.targets.includes(target.name)) {
        left.push(finding);
        continue;
      }
      const key = JSON.stringify([finding.verdict, finding.old?.header, place.header, finding.targets]);
      const confined = places.get(key);
      if (confined === undefined) places.set(key, [{ finding, place }]);
      else confined.push({ finding, place });
    }
    for (const confined of places.values()) {
      for (const { finding } of confined) result.delete(finding);
      result.add(confinedFinding(confined, target.name));
    }
    rest = left;
  }
}

/** What left a header for those of several architectures is one finding, with what went where as its variants. */
function gatherGuarded(findings: readonly Finding[], elsewhere: Elsewhere): Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.rule !== 'newly-guarded') continue;
    const key = `${finding.verdict} ${finding.subject}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  const gathered = new Map<Finding, Finding | undefined>();
  for (const group of groups.values()) {
    const [first] = [...group].sort((a, b) => (b.members?.length ?? 0) - (a.members?.length ?? 0));
    if (first === undefined || group.length === 1) continue;
    const from = first.old?.header ?? '';
    const members = [...new Set(group.flatMap((one) => one.members ?? []))].sort();
    const places = [...new Set(group.map(placeOfGuarded))].sort((a, b) => a.length - b.length);
    const names = new Set(group.flatMap(({ targets }) => targets));
    for (const one of group) gathered.set(one, undefined);
    gathered.set(first, {
      ...first,
      targets: elsewhere.targets.map(({ target }) => target.name).filter((name) => names.has(name)),
      message: `<${from}> no longer declares ${membersWords(members)} for every target: each is now ${list(places, 'or')}`,
      members,
      variants: group.map(({ targets, old, new: next, message, fingerprint }) => ({
        ...{ targets, old, new: next, message, fingerprint },
      })),
      fingerprint: fingerprintOfAll(group),
    });
  }
  return findings.flatMap((finding) => (gathered.has(finding) ? (gathered.get(finding) ?? []) : [finding]));
}

function placeOfGuarded({ old, new: next }: Finding): string {
  return old?.header === next?.header
    ? 'under a condition there'
    : `in the <${next?.header ?? ''}> of the targets it is for`;
}

function confinedFinding(confined: readonly Confined[], target: TargetName): Finding {
  const [first] = confined;
  if (first === undefined) throw new TypeError('nothing is confined');
  const { finding, place: isAt } = first;
  const { header } = isAt;
  const { header: from = '', file, line } = finding.old ?? {};
  const members = confined.flatMap((one) => namesOf(one.finding)).sort();
  // Both places are of the first name: where it stood for all, and where it stands for some.
  const old = { header: from, ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) };
  const next = { header, ...placeOf(isAt.location) };
  const subject = `header ${from}`;
  const place =
    header === from ? 'is under a condition there now' : `is in the <${header}> of targets such as ${target} now`;
  return {
    ...finding,
    rule: 'newly-guarded',
    subject,
    old,
    new: next,
    message: `<${from}> no longer declares ${membersWords(members)}: ${members.length === 1 ? 'it' : 'each'} ${place}`,
    because: null,
    members,
    variants: [],
    witness: confined.map((one) => one.finding.witness).find((witness) => witness !== null) ?? (null as Witness | null),
    fingerprint: fingerprintOf('newly-guarded', subject, { ...old, text: members.join() }, next),
  };
}

function namesOf(finding: Finding): readonly string[] {
  return finding.members ?? (finding.old?.name === undefined ? [] : [finding.old.name]);
}

/** Where an ABI declares a name, whatever it is there. */
function declarationOf(name: string, abi: Abi): Placed | undefined {
  const declaration =
    abi.requests.get(name) ??
    abi.constants.get(name) ??
    abi.records.get(name) ??
    abi.macros.get(name) ??
    abi.typedefs.get(name);
  if (declaration !== undefined) return declaration;
  const list = listOf(abi);
  // Of an enumerator only the enum: what it is made of is shared by all that read the same, wherever it stands.
  if (list !== undefined) return list.enumsWith(name)[0]?.declared.declaration;
  for (const one of abi.enums.values()) {
    if (one.type.enumerators.some((enumerator) => enumerator.name === name)) return one;
  }
  return undefined;
}
