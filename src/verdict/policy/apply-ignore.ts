/** Leaves out what is said about headers that the configuration names, and counts it, so that it can be told. */

import type { CheckResult } from '../check.ts';
import { standing } from '../finding.ts';

export interface IgnoredResult {
  readonly result: CheckResult;
  /** How many findings, compatible ones not counted, and unread places were left out. */
  readonly left: number;
}

export function withoutIgnored(result: CheckResult, ignored: readonly string[]): IgnoredResult {
  const isIgnored = (path: string): boolean => ignored.some((one) => isAtOrBelow(path, one.replace(/\/+$/, '')));
  const findings = result.findings.filter(
    ({ old, new: next }) => ![old, next].some((side) => side !== null && isIgnored(side.header)),
  );
  const notUnderstood = result.notUnderstood.filter(
    ({ location }) => location === undefined || !isIgnored(location.file),
  );
  const gone = result.findings.filter((one) => one.verdict !== 'compatible' && !findings.includes(one)).length;
  const left = gone + result.notUnderstood.length - notUnderstood.length;
  if (left === 0) return { result, left };
  const open = standing(findings);
  const worst = (['break', 'review'] as const).find((verdict) => open.some((one) => one.verdict === verdict));
  const verdict = worst !== 'break' && notUnderstood.length > 0 ? 'undecided' : (worst ?? 'compatible');
  return { result: { ...result, findings, notUnderstood, verdict }, left };
}

/** `linux/kvm.h` and `include/uapi/linux/kvm.h` are both at `linux/kvm.h`, and below `linux`. */
function isAtOrBelow(path: string, place: string): boolean {
  const inside = `/${path}`;
  return inside.endsWith(`/${place}`) || inside.includes(`/${place}/`);
}
