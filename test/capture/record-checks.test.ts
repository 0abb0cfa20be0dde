import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import { findTarget } from '../../src/abi/target.ts';
import { readBuffer } from '../../src/capture/reading.ts';
import { RecordChecks, severities } from '../../src/capture/record-checks.ts';
import { findBuiltInRecord } from '../../src/cli/built-in-layouts.ts';
import { describeRecord } from '../../src/codec/descriptor.ts';
import type { RecordDescriptor } from '../../src/codec/record-descriptor.ts';

function describeBuiltIn(name: string, targetName: string): RecordDescriptor {
  const target = findTarget(targetName);
  const found = target === undefined ? undefined : findBuiltInRecord(name, target);
  if (target === undefined || found === undefined) throw new Error(`no ${name}`);
  return describeRecord(layoutOf(found.declaration.record, target), found.abi.variant?.name);
}

const subjects = [
  ['kvm_vcpu_events#v1', 'arm64'],
  ['kvm_vcpu_events#iabt', 'arm64'],
  ['kvm_vcpu_events#ext_abt_esr', 'arm64'],
  ['kvm_vcpu_events', 'x86_64'],
  ['kvm_mp_state', 'arm64'],
  ['kvm_one_reg', 'arm64'],
  ['kvm_vcpu_init', 'arm64'],
  ['kvm_irq_level', 'x86_64'],
] as const;

describe('checks of very many records', () => {
  test.each(subjects)('%s on %s: nothing that a full reading notes is overlooked', (name, target) => {
    const descriptor = describeBuiltIn(name, target);
    const checks = new RecordChecks(descriptor);
    const sparse = fc
      .array(fc.tuple(fc.nat(descriptor.sizeBytes - 1), fc.constantFrom(1, 2, 4, 0x1f, 0x80, 0xff)), { maxLength: 5 })
      .map((set) => {
        const bytes = new Uint8Array(descriptor.sizeBytes);
        for (const [at, value] of set) bytes[at] = value;
        return bytes;
      });
    fc.assert(
      fc.property(sparse, fc.nat(3), (record, before) => {
        const batch = new Uint8Array(record.length * (before + 1));
        batch.set(record, record.length * before);
        const { notes } = readBuffer(descriptor, record);
        const checked = { severities: new Uint32Array(before + 1), rules: new Uint32Array(before + 1) };
        const noted = checks.checkBatch(batch, before + 1, checked);
        const ranks = notes.map(({ severity }) => ['info', 'warning', 'error'].indexOf(severity));
        const gravest = ['info', 'warning', 'error'][Math.max(...ranks)];
        expect(severities[checked.severities[before] ?? 0]).toBe(gravest ?? '');
        expect(noted).toBe(checked.severities.filter((one) => one !== 0).length);
        const rules = checks.ruleTexts[checked.rules[before] ?? 0] ?? '';
        expect(new Set(rules === '' ? [] : rules.split(','))).toEqual(
          new Set(notes.map(({ rule, path }) => (path === null ? rule : `${rule}:${path}`))),
        );
      }),
      { numRuns: 400 },
    );
  });
});
