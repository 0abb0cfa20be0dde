/**
 * Headers are judged with what uabi's own layouts declare, where they hold the very record: arm64's KVM refuses non-zero bytes in
 * the pad and reserve of kvm_vcpu_events (arch/arm64/kvm/guest.c), which no header says.
 */

import { describe, expect, test } from 'vitest';
import { kernelFiles, scratchRepository } from '../source/scratch.ts';
import { gitEnv, runCli } from '../support/run-cli.ts';

interface Outcome {
  readonly verdict: string;
  readonly findings: readonly {
    readonly rule: string;
    readonly verdict: string;
    readonly contracts: readonly string[];
  }[];
  readonly err: string;
}

const path = 'arch/arm64/include/uapi/asm/kvm.h';
const header = (exception: string, reserved: string): string =>
  `typedef unsigned char __u8;\ntypedef unsigned int __u32;\ntypedef unsigned long long __u64;\nstruct kvm_vcpu_events {\n\tstruct {\n\t\t__u8 serror_pending;\n\t\t__u8 serror_has_esr;\n` +
  `\t\t__u8 ext_dabt_pending;\n${exception}\t} exception;\n\t${reserved}\n};\n`;
const v1 = header('\t\t__u8 pad[5];\n\t\t__u64 serror_esr;\n', '__u32 reserved[12];');
const atTheEnd = header(
  '\t\t__u8 ext_iabt_pending;\n\t\t__u8 ext_abt_has_esr;\n\t\t__u8 pad[3];\n\t\t__u64 serror_esr;\n',
  '__u32 reserved[10];\n\t__u64 ext_abt_esr;',
);
const inside = header(
  '\t\t__u8 ext_iabt_pending;\n\t\t__u8 ext_abt_has_esr;\n\t\t__u8 pad[3];\n\t\t__u64 serror_esr;\n\t\t__u64 ext_abt_esr;\n',
  '__u32 reserved[10];',
);

async function check(old: string, next: string, more: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const cwd = scratchRepository({ ...kernelFiles, [path]: old, ...more }, { [path]: next });
  const argv = ['check', 'v1..v2', '--target', 'arm64', '--format', 'json'];
  const { stdout, stderr: err } = await runCli(argv, { cwd, env: gitEnv });
  return { ...(JSON.parse(stdout) as Omit<Outcome, 'err'>), err };
}

describe('arm64 kvm_vcpu_events in a header', () => {
  test('with the syndrome inside exception breaks rebuilds and mixed objects, and neither old nor new binaries', async () => {
    const { verdict, findings, err } = await check(v1, inside);
    expect(verdict).toBe('break');
    expect(new Set(findings.flatMap(({ contracts }) => contracts))).toEqual(new Set(['rebuild', 'mixed-objects']));
    expect(findings.map(({ rule }) => rule)).toContain('inner-record-grew');
    expect(err).toContain("struct kvm_vcpu_events is the one of uabi's layouts/kvm_vcpu_events.arm64.json");
  });

  test('with the syndrome at the end of the reserve is compatible', async () => {
    const { verdict, findings } = await check(v1, atTheEnd);
    expect({ verdict, findings }).toEqual({ verdict: 'compatible', findings: [] });
  });

  test('in a form that no layout has is not known, and so to be checked', async () => {
    const another = v1.replace('__u8 pad[5]', '__u8 pad1[5]');
    const { verdict, err } = await check(another, atTheEnd.replace('__u8 pad[3]', '__u8 pad1[3]'));
    expect(verdict).toBe('review');
    expect(err).not.toContain('layouts/');
  });

  test('is what the configuration says it is, where that says something', async () => {
    const config = { records: { 'struct kvm_vcpu_events': { nonZero: 'ignored' } } };
    const { verdict, err } = await check(v1, atTheEnd, { 'uabi.config.json': JSON.stringify(config) });
    expect(verdict).not.toBe('compatible');
    expect(err).not.toContain('layouts/');
  });

  test('that did not change is not spoken of', async () => {
    const { verdict, err } = await check(v1, `${v1}/* a comment */\n`);
    expect(verdict).toBe('compatible');
    expect(err).not.toContain('layouts/');
  });
});
