import { describe, expect, test } from 'vitest';
import { parseCpuModel } from '../../src/kernel/cpu-models.ts';
import { parseKernelVersion } from '../../src/kernel/kernel-version.ts';
import { replayTranscript } from '../../src/kernel/replay/replay.ts';
import { parseTranscript } from '../../src/kernel/replay/transcript.ts';
import { runCli } from '../support/run-cli.ts';
import { readTranscript, recordedKernels } from './transcripts.ts';

describe('transcripts of real kernels', () => {
  test('are there', () => {
    expect(recordedKernels().length).toBeGreaterThanOrEqual(12);
  });

  test.each(recordedKernels())('$name is answered byte for byte', (recorded) => {
    const { records, diagnostics } = readTranscript(recorded);
    expect(diagnostics).toEqual([]);
    const report = replayTranscript(records, parseKernelVersion(recorded.kernel), parseCpuModel(recorded.cpu));
    expect(report.mismatched).toEqual([]);
    expect(report.skipped).toEqual([]);
    expect(report.matched).toBe(report.steps);
    expect(report.steps).toBeGreaterThan(30);
  });

  test('another version is told apart: the comparison can fail', () => {
    const recorded = recordedKernels().find(({ name }) => name.startsWith('6.12.117-deb-max.'));
    if (recorded === undefined) throw new Error('no transcript of 6.12');
    const { records } = readTranscript(recorded);
    const report = replayTranscript(records, parseKernelVersion('6.17'), parseCpuModel('max'));
    // SET commits at once since 6.17, so PC moves a call earlier.
    expect(report.mismatched.some(({ field }) => field === 'pc')).toBe(true);
    expect(report.matched).toBeLessThan(report.steps);
  });
});

describe('a transcript that is broken', () => {
  test('keeps its sound lines and says which are not', () => {
    const { records, diagnostics } = parseTranscript('{"i":1,"op":"end"}\nnot json\n[]\n{"i":"x"}\n', 'run.jsonl');
    expect(records).toHaveLength(1);
    expect(diagnostics.map(({ location }) => location?.line)).toEqual([2, 3, 4]);
  });

  test('with hostile members is survived', () => {
    const lines = [
      '{"i":1,"scn":"__proto__","step":"constructor","op":"ioctl","fd":"vcpu","name":"x","req":"0x4040aea0","in":"zz"}',
      '{"i":2,"scn":"events","step":"a","op":"regs","regs":{"__proto__":null,"pc":7}}',
      '{"i":3,"scn":"mmio","step":"b","op":"guest_code","hex":"ffffffff"}',
      '{"i":4,"scn":"mmio","step":"b","op":"ioctl","fd":"vcpu","name":"KVM_RUN","req":"0xae80","arg":"0x0","immediate_exit":0}',
      '{"i":5,"scn":"mmio","step":"b","op":"kvm_run","len":-4,"hex":"00"}',
    ];
    const { records } = parseTranscript(lines.join('\n'), 'run.jsonl');
    const report = replayTranscript(records, parseKernelVersion('6.12'), parseCpuModel('max'));
    expect(report.steps).toBe(4);
    expect(report.skipped.find(({ i }) => i === 4)?.reason).toContain('0xffffffff');
  });
});

describe('uabi simulate --replay', () => {
  const recorded = recordedKernels().find(({ name }) => name.includes('6.12.117-deb-max-skip'));
  const file = recorded?.file ?? '';

  test('prints the published JSON and exits with 0', async () => {
    const argv = ['simulate', '--kernel', '6.12', '--cpu', 'max', '--replay', file, '--format', 'json'];
    const { code, stdout } = await runCli(argv);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      schemaVersion: 1,
      kernel: '6.12',
      cpu: 'max',
      steps: 37,
      matched: 37,
      skipped: [],
      mismatched: [],
    });
  });

  test('exits with 1 and names the step, field and both values on a difference', async () => {
    const argv = ['simulate', '--kernel', '7.3', '--cpu', 'max', '--replay', file, '--format', 'json'];
    const { code, stdout } = await runCli(argv);
    expect(code).toBe(1);
    // 7.3 takes the abort inside SET: PC is at the vector where 6.12 still had it at the store.
    expect((JSON.parse(stdout) as { mismatched: unknown[] }).mismatched).toContainEqual({
      i: 200005,
      scenario: 'skip',
      step: 'store',
      field: 'pc',
      expected: '0x4000000c',
      actual: '0x40001200',
    });
  });

  test('wrong versions, models and files are told apart', async () => {
    const withKernel = await runCli(['simulate', '--kernel', '6.12+nonsense', '--replay', file]);
    expect(withKernel.code).toBe(2);
    expect(withKernel.stderr).toContain('ext_abt_esr');
    expect((await runCli(['simulate', '--kernel', '6.12', '--cpu', '486', '--replay', file])).code).toBe(2);
    expect((await runCli(['simulate', '--kernel', '6.12', '--replay', 'no/such/file'])).code).toBe(3);
    expect((await runCli(['simulate', '--kernel', '6.12', '--replay', '-'], { stdin: 'nothing\n' })).code).toBe(3);
  });
});

describe('uabi simulate matrix', () => {
  test('prints a table with a column for each form, and the dangerous cells in words', async () => {
    const { code, stdout } = await runCli(['simulate', 'matrix', '--type', 'kvm_vcpu_events']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/serror \(4\.19\) +v1 \(6\.12\) +iabt \(6\.12\+iabt\) +ext_abt_esr/);
    expect(stdout).toContain('SError, only byte 3 dirty on iabt (6.12+iabt): instruction abort 0x84000010');
  });

  test('prints the same cells as JSON', async () => {
    const { stdout } = await runCli(['simulate', 'matrix', '--format', 'json', '--cpu', 'cortex-a57']);
    const { cells } = JSON.parse(stdout) as { cells: readonly unknown[] };
    expect(cells).toContainEqual({
      program: 'data abort with syndrome, careful',
      builtFor: 'ext_abt_esr',
      kernel: 'ext_abt_esr (6.12+ext_abt_esr)',
      outcome: 'EINVAL',
      verdict: 'refused',
    });
  });

  test('is a wrong call for another record', async () => {
    expect((await runCli(['simulate', 'matrix', '--type', 'kvm_run'])).code).toBe(2);
    expect((await runCli(['simulate', 'nonsense'])).code).toBe(2);
  });
});
