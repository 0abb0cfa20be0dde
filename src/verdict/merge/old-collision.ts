/** Two requests with one number, where that is nothing new. */

import type { Abi } from '../../abi/abi.ts';
import type { Finding } from '../finding.ts';
import type { Elsewhere } from './elsewhere.ts';

/** A collision that another target shows to be old, or to be of sizes that only 32-bit targets make equal. */
export function withoutOldCollision(finding: Finding, elsewhere: Elsewhere): Finding {
  if (finding.rule !== 'request-collision' || finding.targets.length === elsewhere.targets.length) return finding;
  const [holder, newcomer] = [finding.old?.name, finding.new?.name];
  const [target] = elsewhere.others(finding);
  if (target === undefined || holder === undefined || newcomer === undefined) return finding;
  const { old, new: next } = elsewhere.pair(target);
  const numbers = (abi: Abi): readonly (number | undefined)[] =>
    [holder, newcomer].map((name) => abi.requests.get(name)?.number);
  const [wasHolder, wasNewcomer] = numbers(old);
  const [isHolder, isNewcomer] = numbers(next);
  const reason =
    wasHolder !== undefined && wasHolder === wasNewcomer
      ? `both have had one number before, on ${target.name}`
      : isHolder !== undefined && isNewcomer !== undefined && isHolder !== isNewcomer
        ? `they differ where long has 8 bytes (${target.name}): one is the 32-bit form of the other`
        : undefined;
  if (reason === undefined) return finding;
  return {
    ...finding,
    verdict: 'compatible',
    answers: finding.answers.map(({ contract }) => ({ contract, answer: 'kept', reason })),
    lookAt: null,
  };
}
