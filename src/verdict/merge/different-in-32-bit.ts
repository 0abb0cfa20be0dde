/** New requests whose numbers depend on the size of pointers: what 32-bit programs send to a 64-bit kernel. */

import type { TargetName } from '../../abi/target.ts';
import { counted } from '../../diagnostic.ts';
import { companions } from '../companions.ts';
import type { Finding } from '../finding.ts';
import { fingerprintOf, fingerprintOfAll } from '../fingerprint.ts';
import { membersWords } from '../judgement.ts';
import { rules } from '../rules.ts';
import type { Elsewhere } from './elsewhere.ts';

/** What is to be said of a new request whose number depends on the size of pointers. */
export function differsIn32Bit(finding: Finding, elsewhere: Elsewhere): Finding[] {
  const { rule, new: next, variants = [] } = finding;
  if (rule !== 'request-added' || variants.length === 0 || next === null) return [];
  const factsOn = (target: TargetName): Finding['new'] | undefined =>
    variants.find((variant) => variant.targets.includes(target))?.new ??
    (finding.targets.includes(target) ? next : undefined);
  for (const [wide, narrow] of companions) {
    const [one, other] = [factsOn(wide), factsOn(narrow)];
    if (one?.sizeBytes === undefined || other?.sizeBytes === undefined || one.sizeBytes === other.sizeBytes) continue;
    const twin = requestOnWide(wide, other.number, elsewhere);
    const reason = `does a 64-bit kernel take the number that 32-bit programs send (${counted(other.sizeBytes, 'byte')} instead of ${String(one.sizeBytes)})?`;
    return [
      {
        ...finding,
        rule: 'request-differs-in-32-bit',
        verdict:
          twin === undefined && finding.answers.some(({ contract }) => contract === 'new-binary')
            ? 'review'
            : 'compatible',
        targets: [wide, narrow],
        answers: finding.answers.map((answer) =>
          answer.contract !== 'new-binary'
            ? answer
            : twin === undefined
              ? { ...answer, answer: 'unknown', reason }
              : { ...answer, answer: 'kept', reason: `the number that 32-bit programs send is ${twin} there` },
        ),
        message: `${next.name ?? ''} carries ${counted(one.sizeBytes, 'byte')} on ${wide} and ${String(other.sizeBytes)} on ${narrow}: the two send different numbers`,
        old: one,
        new: other,
        lookAt: rules.get('request-differs-in-32-bit')?.lookAt ?? null,
        variants: [],
        fingerprint: fingerprintOf('request-differs-in-32-bit', finding.subject, one, other),
      },
    ];
  }
  return [];
}

/** What a 64-bit target calls the number that 32-bit programs send. */
function requestOnWide(name: TargetName, number: number | undefined, elsewhere: Elsewhere): string | undefined {
  const target = elsewhere.targets.find((one) => one.target.name === name)?.target;
  if (target === undefined || number === undefined) return undefined;
  for (const request of elsewhere.pair(target).new.requests.values()) {
    if (request.number === number) return request.name;
  }
  return undefined;
}

/** New requests of one header with the same sizes differ for one reason. */
export function foldAlikeIn32Bit(findings: readonly Finding[]): Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { verdict, targets, old, new: next } = finding;
    const key = JSON.stringify([verdict, targets, old?.header, old?.sizeBytes, next?.sizeBytes]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()].map((group) => {
    const [first, ...others] = group;
    if (first === undefined) throw new TypeError('a group without findings');
    if (others.length === 0) return first;
    const names = group.map(({ new: next }) => next?.name ?? '');
    return {
      ...first,
      message: first.message.replace(`${names[0] ?? ''} carries`, `${membersWords(names)} carry`),
      members: names,
      follows: others.map(({ rule, verdict, subject, old, new: next, message, witness }) => ({
        ...{ rule, verdict, subject, old, new: next, message, witness },
      })),
      fingerprint: fingerprintOfAll(group),
    };
  });
}
