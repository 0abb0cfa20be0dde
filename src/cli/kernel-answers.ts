/**
 * Runs the bytes of a witness: what the old and the new kernel really do with them.
 *
 * The simulated kernel knows KVM_SET_VCPU_EVENTS of arm64 in several forms of its record. Where both sides of a comparison
 * have one of these forms, whatever file they came from, the bytes that prove a break are given to a kernel of each.
 */

import { fieldPathsOf } from '../abi/field-paths.ts';
import type { Abi } from '../abi/abi.ts';
import { layoutOf } from '../abi/layout-engine.ts';
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
    const shape = shapeOf(abi, target);
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

/** Every field with its place, so that equal texts are the same form of the record. */
function shapeOf(abi: Abi, target: Target): string | undefined {
  const record = abi.records.get(recordName)?.record;
  if (record?.isComplete !== true) return undefined;
  const layout = layoutOf(record, target);
  const fields = fieldPathsOf(layout).map(({ path, offsetBits, sizeBits }) => [path, offsetBits, sizeBits]);
  return JSON.stringify([layout.sizeBytes, fields]);
}

function shapeOfForm(form: string, target: Target): string | undefined {
  const found = findBuiltInRecord(`${recordName}#${form}`, target);
  return found === undefined ? undefined : shapeOf(found.abi, target);
}
