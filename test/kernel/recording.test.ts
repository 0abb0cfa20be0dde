import { describe, expect, test } from 'vitest';
import { parseCpuModel } from '../../src/kernel/cpu-models.ts';
import { parseKernelVersion } from '../../src/kernel/kernel-version.ts';
import { arm64Program } from '../../src/kernel/recording/arm64-program.ts';
import { recordTranscript } from '../../src/kernel/recording/record.ts';
import { questionSimulated } from '../../src/kernel/recording/simulated-target.ts';
import { x86Program } from '../../src/kernel/recording/x86-program.ts';
import { replayTranscript } from '../../src/kernel/replay/replay.ts';
import { parseTranscript } from '../../src/kernel/replay/transcript.ts';
import { SimulatedKernel } from '../../src/kernel/simulated-kernel.ts';
import { replayX86Transcript } from '../../src/kernel/x86/replay.ts';
import { SimulatedX86Kernel } from '../../src/kernel/x86/simulated-x86-kernel.ts';

const surroundings = { sysname: 'Linux', release: '6.12', machine: 'aarch64' };

describe('a recorded program', () => {
  test('of arm64 is a transcript that replay reads: same kernel, same answers; another, others', () => {
    const kernel = new SimulatedKernel({ version: '6.12', cpu: 'max' });
    const lines = recordTranscript(questionSimulated(kernel), arm64Program(), surroundings);
    if ('kind' in lines) throw new Error('the simulated device did not open');
    const { records, diagnostics } = parseTranscript(lines.join('\n'), 'recorded');
    expect(diagnostics).toEqual([]);
    const same = replayTranscript(records, parseKernelVersion('6.12'), parseCpuModel('max'));
    expect(same).toMatchObject({ mismatched: [], skipped: [] });
    expect(same.matched).toBeGreaterThan(550);
    const other = replayTranscript(records, parseKernelVersion('6.17'), parseCpuModel('cortex-a57'));
    expect(other.mismatched.some(({ step }) => step === 'serror-has-esr0')).toBe(true);
  });

  test('shows what each call wrote: 64 bytes of GET, nothing for SET, nothing behind', () => {
    const kernel = new SimulatedKernel({ version: '6.12', cpu: 'max' });
    const lines = recordTranscript(questionSimulated(kernel), arm64Program(), surroundings);
    if ('kind' in lines) throw new Error('the simulated device did not open');
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const of = (step: string, name: string): Record<string, unknown> | undefined =>
      records.find((record) => record['scn'] === 'events' && record['step'] === step && record['name'] === name);
    expect(of('zero', 'KVM_GET_VCPU_EVENTS')).toMatchObject({
      ret: 0,
      out: `0001${'00'.repeat(62)}`,
      changed: true,
      guard_ok: true,
    });
    expect(of('reserved0-1', 'KVM_SET_VCPU_EVENTS')).toMatchObject({ ret: -1, err: 'EINVAL', changed: false });
  });

  test('of x86 is one as well', () => {
    const kernel = new SimulatedX86Kernel({ version: '6.12', vendor: 'vmx' });
    const lines = recordTranscript(questionSimulated(kernel), x86Program(), { ...surroundings, machine: 'x86_64' });
    if ('kind' in lines) throw new Error('the simulated device did not open');
    const { records } = parseTranscript(lines.join('\n'), 'recorded');
    const same = replayX86Transcript(records, parseKernelVersion('6.12'), 'vmx');
    expect(same).toMatchObject({ mismatched: [], skipped: [] });
  });

  test('says why there is none', () => {
    const kernel = questionSimulated(new SimulatedKernel({ version: '6.12', cpu: 'max' }));
    expect(recordTranscript(kernel, [], surroundings, '/dev/nothing')).toEqual({ kind: 'unopened', errno: 2 });
  });
});
