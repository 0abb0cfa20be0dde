/**
 * A series patch by patch, for every format: what each patch does by itself, and which patch a finding of the whole comes from.
 *
 * A patch in the middle may break what a later one mends. The whole is then sound, and yet a kernel built in between is not, so
 * it is told, as something that passes.
 */

import type { CheckResult } from '../verdict/check.ts';
import { type Finding, standing } from '../verdict/finding.ts';
import type { CheckReport } from './check-report.ts';
import { verdictSentence } from './check-words.ts';

export interface SeriesPart {
  /** `patch 2/3`. */
  readonly label: string;
  readonly title: string;
  readonly result: CheckResult;
  readonly summary: string;
  /** What is no plain compatible change and was not waived. */
  readonly findings: readonly Finding[];
  /** Those of them that the series as a whole does not have. */
  readonly passing: readonly Finding[];
  /** Whether all that it breaks is mended later. */
  readonly isMended: boolean;
}

const known = new WeakMap<CheckReport, readonly SeriesPart[]>();

export function seriesParts(report: CheckReport): readonly SeriesPart[] {
  let parts = known.get(report);
  if (parts === undefined) known.set(report, (parts = partsOf(report)));
  return parts;
}

function partsOf({ steps, result: whole }: CheckReport): SeriesPart[] {
  const lasting = new Set(whole.findings.flatMap(keysOf));
  return steps.map(({ title, result }, index) => {
    const findings = standing(result.findings).filter(({ verdict }) => verdict !== 'compatible');
    const passing = findings.filter((finding) => !keysOf(finding).some((key) => lasting.has(key)));
    const breaks = findings.filter(({ verdict }) => verdict === 'break');
    return {
      label: `patch ${String(index + 1)}/${String(steps.length)}`,
      title,
      result,
      summary: verdictSentence(result),
      findings,
      passing,
      isMended: breaks.length > 0 && breaks.every((finding) => passing.includes(finding)),
    };
  });
}

/** `patch 2/3 "KVM: …"`, the first that does what a finding of the whole says; `undefined` where there is no series. */
export function patchOf(finding: Finding, report: CheckReport): string | undefined {
  const keys = keysOf(finding);
  const part = seriesParts(report).find(({ result }) =>
    result.findings.some((one) => keysOf(one).some((key) => keys.includes(key))),
  );
  return part === undefined ? undefined : `${part.label} "${part.title}"`;
}

/** The facts may differ between a patch and the whole, where several patches change one thing; the subject does not. */
function keysOf({ fingerprint, rule, subject }: Finding): readonly string[] {
  return [fingerprint, JSON.stringify([rule, subject])];
}
