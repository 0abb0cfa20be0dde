/** The modules uabi generated for itself are what `uabi generate` would write today, and what they say of real buffers. */

import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { KvmRun } from '../../src/generated/kvm_run.7.3.arm64.ts';
import { KvmVcpuEvents } from '../../src/generated/kvm_vcpu_events.v1.arm64.ts';
import { runCli } from '../support/run-cli.ts';

describe('generate --check', () => {
  test.each([
    [['layouts/kvm_vcpu_events.arm64.json']],
    [['layouts/kvm_vcpu_events.x86.json', '--target', 'x86_64']],
    [['layouts/kvm_run.json#7.3', '--target', 'arm64,x86_64']],
  ])(
    'src/generated is up to date with %j',
    async (argv) => {
      const { code, stderr } = await runCli([
        'generate',
        ...argv,
        '--out',
        'src/generated',
        '--runtime',
        '../codec/runtime.ts',
        '--check',
      ]);
      expect(stderr).toContain('up to date');
      expect(code).toBe(0);
    },
    60_000,
  );

  test('the table of requests is up to date with every layout', async () => {
    const layouts = readdirSync('layouts').filter((name) => name !== 'layout.schema.json');
    const { code, stderr } = await runCli([
      'generate',
      ...layouts.map((name) => `layouts/${name}`),
      ...['--to', 'requests', '--out', 'src/generated', '--check'],
    ]);
    expect(stderr).toContain('up to date');
    expect(code).toBe(0);
  });

  test('a stale module is named, and the exit code is 1', async () => {
    const { code, stderr } = await runCli([
      'generate',
      'layouts/kvm_vcpu_events.arm64.json#v1',
      '--out',
      'src/generated',
      '--check',
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('kvm_vcpu_events.v1.arm64.ts is stale');
  });
});

describe('the faces of a generated codec', () => {
  // KVM_EXIT_MMIO as Linux 6.12.117 wrote it: a 4-byte store of 0x12345678 to 0x0a000000.
  const page = new Uint8Array(2352);
  page[8] = 6;
  page.set([0, 0, 0, 0x0a, 0, 0, 0, 0, 0x78, 0x56, 0x34, 0x12, 0xa5, 0xa5, 0xa5, 0xa5, 4, 0, 0, 0, 1, 0xa5], 32);

  test('a union is the arm its discriminant selects', () => {
    const { union } = KvmRun.decode(page);
    expect(union.arm).toBe('mmio');
    if (union.arm !== 'mmio') return;
    expect(union.value.phys_addr).toBe(0x0a000000n);
    expect(union.value.len).toBe(4);
    expect([...union.value.data.subarray(0, 4)]).toEqual([0x78, 0x56, 0x34, 0x12]);
  });

  test('an arm is read once, when asked, and detached from a page that changes', () => {
    const shared = page.slice();
    const run = KvmRun.decode(shared);
    const kept = run.detach();
    expect(run.union).toBe(run.union);
    shared.fill(0);
    expect(kept.union.arm).toBe('mmio');
    expect(KvmRun.decode(shared).union.arm).not.toBe('mmio');
  });

  test('an unknown discriminant gives the raw bytes, and every byte comes back', () => {
    const unknown = page.slice();
    unknown[8] = 250;
    const decoded = KvmRun.decode(unknown);
    expect(decoded.union.arm).toBeUndefined();
    expect(KvmRun.encode(decoded)).toEqual(unknown);
    expect(KvmRun.inspect(unknown).notes.map(({ rule }) => rule)).toContain('unknown-discriminant');
  });

  test('an arm that its discriminant does not select is refused', () => {
    const { union } = KvmRun.decode(page);
    expect(() => KvmRun.encode({ exit_reason: 24, union })).toThrow(/mmio/);
  });

  test('values out of range and arrays of a wrong length are refused with the path', () => {
    const encode =
      (value: Parameters<typeof KvmVcpuEvents.encode>[0]): (() => Uint8Array) =>
      () =>
        KvmVcpuEvents.encode(value);
    expect(encode({ exception: { serror_pending: 256 } })).toThrow(
      'serror_pending: 256 is not an integer from 0 to 255',
    );
    expect(encode({ exception: { serror_pending: 0.5 } })).toThrow(/serror_pending/);
    expect(encode({ exception: { serror_esr: -1n } })).toThrow(/serror_esr/);
    expect(encode({ exception: { serror_esr: 1n << 64n } })).toThrow(/serror_esr/);
    expect(encode({ reserved: [1, 2] })).toThrow('reserved: has 12 elements, got 2');
  });

  test('too few and too many bytes are refused before anything is read', () => {
    for (const length of [0, 1, 63, 65, 128])
      expect(() => KvmVcpuEvents.decode(new Uint8Array(length))).toThrow(/64 bytes/);
    expect(() => KvmVcpuEvents.decodeAt(new Uint8Array(64), 1)).toThrow(/does not fit/);
    expect(() => KvmVcpuEvents.decodeColumns(new Uint8Array(65))).toThrow(/whole number/);
  });

  test('a decoded record keeps its reserved words when copied with a change, and detaches from its buffer', () => {
    const bytes = new Uint8Array(64);
    bytes[63] = 7;
    const decoded = KvmVcpuEvents.decode(bytes);
    const detached = decoded.detach();
    const changed = KvmVcpuEvents.encode(Object.assign({}, decoded, { exception: { serror_pending: 1 } }));
    expect([changed[0], changed[63]]).toEqual([1, 7]);
    bytes.fill(0);
    expect(detached.reserved[11]).toBe(0x07000000);
  });

  test('columns tell which records have a reserved byte set', () => {
    const batch = new Uint8Array(3 * 64);
    batch[64 + 8] = 0x42;
    batch[64 + 40] = 1;
    const columns = KvmVcpuEvents.decodeColumns(batch);
    expect([...columns['exception.serror_esr']]).toEqual([0n, 0x42n, 0n]);
    expect([...columns.reservedNonZero]).toEqual([0, 1, 0]);
  });
});
