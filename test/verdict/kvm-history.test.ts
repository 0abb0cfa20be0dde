/** KVM's own history as the judge sees it: what the kernel did over the years was safe, what drafts did was not. */

import { describe, expect, test } from 'vitest';
import type { TargetName } from '../../src/abi/target.ts';
import { checkAbis, type CheckResult } from '../../src/verdict/check.ts';
import { abiOf, layoutFile } from '../layouts/support.ts';

const run = layoutFile('kvm_run.json');
const x86 = layoutFile('kvm_vcpu_events.x86.json');

const check = (file: typeof run, old: string, next: string, targets: readonly TargetName[]): CheckResult =>
  checkAbis(targets.map((target) => ({ old: abiOf(file, old, target), new: abiOf(file, next, target) })));

describe('kvm_run', () => {
  const targets: readonly TargetName[] = ['arm64', 'x86_64', 'i386', 's390x'];

  test.each([
    ['6.1', '6.12'],
    ['6.12', '6.16'],
    ['6.16', '6.19'],
    ['6.19', '7.3'],
    ['6.1', '7.3'],
  ])('%s → %s: the union grew inside its padding and nothing moved', (old, next) => {
    const result = check(run, old, next, targets);
    expect(result.verdict).toBe('compatible');
    expect(result.findings.filter((one) => /moved|union-outgrown|record-grew/.test(one.rule))).toEqual([]);
  });

  test('the arm_sea drafts: two fields changed places, a flag bit its meaning, the exit its number', () => {
    const result = check(run, 'sea-v2', 'sea-v3', ['arm64']);
    const told = result.findings.filter((one) => one.verdict === 'break').map((one) => `${one.rule} ${one.subject}`);
    expect(told).toContain('field-moved struct kvm_run.arm_sea.esr');
    const swapped = result.findings.find((one) => one.subject === 'struct kvm_run.arm_sea.esr');
    expect(swapped?.follows?.map((one) => one.subject)).toEqual(['struct kvm_run.arm_sea.flags']);
    expect(told).toContain('flag-meaning-changed struct kvm_run.arm_sea.flags');
    expect(told).toContain('constant-changed constant KVM_EXIT_ARM_SEA');
  });

  test('exit 40 means arm_sea to a program built from the draft and tdx upstream', () => {
    const result = check(run, 'sea-v2', '6.16', ['arm64']);
    const finding = result.findings.find((one) => one.rule === 'union-selector-changed');
    expect(finding?.message).toContain('exit_reason 40 selected arm_sea (KVM_EXIT_ARM_SEA) and now selects tdx');
    if (finding?.witness?.kind !== 'bytes') throw new Error('no bytes');
    // exit_reason stands at byte 8, the union at byte 32.
    expect(finding.witness.bytes[8]).toBe(40);
    expect(finding.witness.bytes.subarray(32, 40).some((byte) => byte !== 0)).toBe(true);
  });
});

describe("x86's kvm_vcpu_events", () => {
  test.each([
    ['2.6.33', '2.6.34'],
    ['2.6.34', '4.2'],
    ['4.2', '4.20'],
    ['4.20', '6.0'],
  ])('%s → %s reused bytes that were never checked, each behind a new flag', (old, next) => {
    const result = check(x86, old, next, ['x86_64', 'i386']);
    expect(result.verdict).toBe('compatible');
    expect(result.findings.some((one) => one.rule.endsWith('became-field'))).toBe(true);
  });
});
