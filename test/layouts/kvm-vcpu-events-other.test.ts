/**
 * `struct kvm_vcpu_events` of x86 through time, and of 32-bit arm: 64 bytes always, on x86 with bytes taken into use that
 * nobody had ever checked, and therefore each behind a flag.
 */

import { describe, expect, test } from 'vitest';
import { checkLayoutFile, variantsOf } from '../../src/abi/definition/layout-file.ts';
import { fieldPathsOf } from '../../src/abi/field-paths.ts';
import { abiOf, layoutFile, layoutText, membersOf, recordLayout } from './support.ts';

const x86 = layoutFile('kvm_vcpu_events.x86.json');
const arm = layoutFile('kvm_vcpu_events.arm.json');

test.each([x86, arm])('$fileName has no mistakes', async ({ fileName }) => {
  expect((await checkLayoutFile(layoutText(fileName), fileName)).diagnostics).toEqual([]);
});

/** Members that a version has and the one before has not, with offset and size in bytes. */
const history: [version: string, members: Record<string, [number, number]>][] = [
  [
    '2.6.33',
    {
      'exception.injected': [0, 1],
      'exception.nr': [1, 1],
      'exception.has_error_code': [2, 1],
      'exception.pad': [3, 1],
      'exception.error_code': [4, 4],
      'interrupt.injected': [8, 1],
      'interrupt.nr': [9, 1],
      'interrupt.soft': [10, 1],
      'interrupt.pad': [11, 1],
      'nmi.injected': [12, 1],
      'nmi.pending': [13, 1],
      'nmi.masked': [14, 1],
      'nmi.pad': [15, 1],
      sipi_vector: [16, 4],
      flags: [20, 4],
      reserved: [24, 40],
    },
  ],
  ['2.6.34', { 'interrupt.shadow': [11, 1], reserved: [24, 40] }],
  [
    '4.2',
    {
      'smi.smm': [24, 1],
      'smi.pending': [25, 1],
      'smi.smm_inside_nmi': [26, 1],
      'smi.latched_init': [27, 1],
      reserved: [28, 36],
    },
  ],
  [
    '4.20',
    { 'exception.pending': [3, 1], reserved: [28, 27], exception_has_payload: [55, 1], exception_payload: [56, 8] },
  ],
  ['6.0', { 'triple_fault.pending': [28, 1], reserved: [29, 26] }],
];

const flags = ['NMI_PENDING', 'SIPI_VECTOR', 'SHADOW', 'SMM', 'PAYLOAD', 'TRIPLE_FAULT'];
const flagCounts = new Map([
  ['2.6.33', 2],
  ['2.6.34', 3],
  ['4.2', 4],
  ['4.20', 5],
  ['6.0', 6],
]);

describe.each(['x86_64', 'i386'] as const)('on %s', (target) => {
  test('the versions are those of history', () => {
    expect(variantsOf(x86).map(({ name }) => name)).toEqual(history.map(([version]) => version));
  });

  test.each(history)('%s has its members where the header had them', (version, members) => {
    const layout = recordLayout(abiOf(x86, version, target), 'struct kvm_vcpu_events');
    expect(layout.sizeBytes).toBe(64);
    expect(membersOf(layout)).toMatchObject(members);
  });

  test.each(history)('%s has its flags', (version) => {
    const { constants } = abiOf(x86, version, target);
    const valid = [...constants.values()].filter(({ family }) => family?.name === 'KVM_VCPUEVENT_VALID_');
    const count = flagCounts.get(version) ?? 0;
    expect(valid.map(({ name }) => name)).toEqual(flags.slice(0, count).map((flag) => `KVM_VCPUEVENT_VALID_${flag}`));
    expect(valid.map(({ value }) => value)).toEqual([1n, 2n, 4n, 8n, 16n, 32n].slice(0, count));
  });

  test('everything that came later stands behind a flag, and nothing checks the rest', () => {
    const layout = recordLayout(abiOf(x86, '6.0', target), 'struct kvm_vcpu_events');
    const semantics = new Map(fieldPathsOf(layout).map(({ path, field }) => [path, field.semantics]));
    const later = ['interrupt.shadow', 'smi.smm', 'exception.pending', 'exception_payload', 'triple_fault.pending'];
    expect(later.map((path) => semantics.get(path)?.validIf?.kind)).toEqual(later.map(() => 'flag-set'));
    expect(['nmi.pad', 'reserved'].map((path) => semantics.get(path)?.nonZero)).toEqual(['ignored', 'ignored']);
  });
});

test.each([
  ['serror', { 'exception.pad': [2, 6], 'exception.serror_esr': [8, 8], reserved: [16, 48] }],
  [
    'v1',
    {
      'exception.ext_dabt_pending': [2, 1],
      'exception.pad': [3, 5],
      'exception.serror_esr': [8, 8],
      reserved: [16, 48],
    },
  ],
])('32-bit arm lays %s out like arm64', (variant, members) => {
  const layout = recordLayout(abiOf(arm, variant, 'arm'), 'struct kvm_vcpu_events');
  expect([layout.sizeBytes, layout.alignBytes]).toEqual([64, 8]);
  expect(membersOf(layout)).toMatchObject(members);
});
