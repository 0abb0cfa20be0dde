/**
 * Runs the bytes of a witness: what the old and the new kernel really do with them.
 *
 * The simulated kernel knows KVM_SET_VCPU_EVENTS of arm64 in several forms of its record. Where both sides of a comparison
 * have one of these forms, whatever file they came from, the bytes that prove a break are given to a kernel of each.
 */

import type { Abi } from '../abi/abi.ts';
import { shapeOf } from '../abi/record-shape.ts';
import { findTarget, type Target } from '../abi/target.ts';
import type { CheckResult } from '../verdict/check.ts';
import type { KernelAnswer } from '../verdict/witness.ts';
import { findBuiltInRecord } from './built-in-layouts.ts';

const recordName = 'struct kvm_vcpu_events';

/** The same result, with the answers of both kernels beside each witness that can be run. */
export async function withKernelAnswers(result: CheckResult): Promise<CheckResult> {
  const isRunnable = ({ witness, targets }: CheckResult['findings'][number]): boolean =>
    witness?.kind === 'bytes' && witness.record === recordName && targets.includes('arm64');
  const target = findTarget('arm64');
  const pair = result.findings.some(isRunnable) ? result.pairFor('arm64') : undefined;
  if (target === undefined || pair === undefined) return result;
  // Loaded only here: most comparisons have nothing to run.
  const [{ describeOutcome, tryEvents }, { matrixKernels }, { parseCpuModel }] = await Promise.all([
    import('../kernel/probe-events.ts'),
    import('../kernel/events-matrix.ts'),
    import('../kernel/cpu-models.ts'),
  ]);
  const kernelOf = (abi: Abi): (typeof matrixKernels)[number] | undefined => {
    const shape = shapeOf(abi.records.get(recordName)?.record, target);
    return matrixKernels.find(({ form }) => shape !== undefined && shapeOfForm(form, target) === shape);
  };
  const [before, after] = [kernelOf(pair.old), kernelOf(pair.new)];
  if (before === undefined || after === undefined) return result;
  const cpu = parseCpuModel('max');
  const answersTo = (bytes: Uint8Array): readonly KernelAnswer[] =>
    [before, after].map(({ version }, index) => ({
      side: index === 0 ? 'old' : 'new',
      kernel: version.toString(),
      answer: describeOutcome(tryEvents(bytes, version, cpu)),
    }));
  return {
    ...result,
    findings: result.findings.map((finding) =>
      isRunnable(finding) && finding.witness?.kind === 'bytes'
        ? { ...finding, witness: { ...finding.witness, kernels: answersTo(finding.witness.bytes) } }
        : finding,
    ),
  };
}

function shapeOfForm(form: string, target: Target): string | undefined {
  const found = findBuiltInRecord(`${recordName}#${form}`, target);
  return shapeOf(found?.declaration.record, target);
}
