/** What the simulated kernel writes into kvm_run, read back with the codecs generated from the layout. */

import { describe, expect, test } from 'vitest';
import { KvmRun as ArmRun } from '../../src/generated/kvm_run.7.3.arm64.ts';
import { KvmRun as X86Run } from '../../src/generated/kvm_run.7.3.x86_64.ts';
import { KvmRunPage } from '../../src/kernel/kvm-run-page.ts';
import { X86RunPage } from '../../src/kernel/x86/run-page.ts';

const sizeBytes = 2352;
const filler = 0xa5;

/** Offsets of the bytes `write` changes on a page of fillers. */
function changedBy(write: (page: KvmRunPage) => void): number[] {
  const bytes = new Uint8Array(sizeBytes).fill(filler);
  write(new KvmRunPage(bytes));
  return [...bytes.keys()].filter((at) => bytes[at] !== filler);
}

const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, n) => first + n);

describe('exits of arm64', () => {
  const armOf = (write: (page: KvmRunPage) => void): unknown => {
    const bytes = new Uint8Array(sizeBytes);
    write(new KvmRunPage(bytes));
    const { exit_reason, union } = ArmRun.decode(bytes);
    return { exit_reason, ...union };
  };

  test('are what the generated codec reads', () => {
    expect(
      armOf((page) => {
        page.setMmio(0xa00_0004n, 4, 0x1234n);
      }),
    ).toMatchObject({
      exit_reason: 6,
      arm: 'mmio',
      value: { phys_addr: 0xa00_0004n, len: 4, is_write: 1 },
    });
    expect(
      armOf((page) => {
        page.setNisv(0x45n, 0xa00_0008n);
      }),
    ).toMatchObject({
      exit_reason: 28,
      arm: 'arm_nisv',
      value: { esr_iss: 0x45n, fault_ipa: 0xa00_0008n },
    });
    expect(
      armOf((page) => {
        page.setSystemEvent(2, [1n]);
      }),
    ).toMatchObject({
      exit_reason: 24,
      arm: 'system_event',
      value: { type: 2, ndata: 1 },
    });
    expect(
      armOf((page) => {
        page.setHypercall(0xc600_1234n, 1n);
      }),
    ).toMatchObject({
      exit_reason: 3,
      arm: 'hypercall',
      value: { nr: 0xc600_1234n },
    });
    expect(
      armOf((page) => {
        page.setSea(41, [1n, 0x9200_0010n], 0xa00_0004n, 0xa00_0000n);
      }),
    ).toMatchObject({
      exit_reason: 41,
      arm: 'arm_sea',
      value: { flags: 1n, esr: 0x9200_0010n, gva: 0xa00_0004n, gpa: 0xa00_0000n },
    });
  });

  test('write their own bytes and no others', () => {
    const reason = range(8, 11);
    // A read leaves the data alone, a write of two bytes fills two.
    expect(
      changedBy((page) => {
        page.setMmio(0n, 2, undefined);
      }),
    ).toEqual([...reason, ...range(32, 39), ...range(48, 52)]);
    expect(
      changedBy((page) => {
        page.setMmio(0n, 2, 0n);
      }),
    ).toEqual([...reason, ...range(32, 41), ...range(48, 52)]);
    expect(
      changedBy((page) => {
        page.setSystemEvent(1, [0n]);
      }),
    ).toEqual([...reason, ...range(32, 167)]);
    expect(
      changedBy((page) => {
        page.setHypercall(0n, 0n);
      }),
    ).toEqual([...reason, ...range(32, 103)]);
  });
});

describe('exits of x86', () => {
  const armOf = (write: (page: X86RunPage) => void): unknown => {
    const bytes = new Uint8Array(3 * 4096);
    write(new X86RunPage(bytes));
    const { exit_reason, apic_base, union } = X86Run.decode(bytes.subarray(0, sizeBytes));
    return { exit_reason, apic_base, ...union };
  };

  test('are what the generated codec reads', () => {
    expect(
      armOf((page) => {
        page.setPort({ isOut: true, port: 0x80, size: 2, count: 3 });
      }),
    ).toMatchObject({
      exit_reason: 2,
      arm: 'io',
      value: { direction: 1, size: 2, port: 0x80, count: 3, data_offset: 4096n },
    });
    expect(
      armOf((page) => {
        page.setMsr(true, 2, 0xc000_1234, 0x77n);
      }),
    ).toMatchObject({
      exit_reason: 30,
      arm: 'msr',
      value: { error: 0, reason: 2, index: 0xc000_1234, data: 0x77n },
    });
    expect(
      armOf((page) => {
        page.setSingleStep(0x1001, 0x400n);
      }),
    ).toMatchObject({
      exit_reason: 4,
      arm: 'debug',
      value: { arch: { exception: 1, pc: 0x1001n, dr6: 0xffff_4ff0n, dr7: 0x400n } },
    });
    expect(
      armOf((page) => {
        page.setEmulationFailure([0n, 0x400n]);
      }),
    ).toMatchObject({ exit_reason: 17 });
    expect(
      armOf((page) => {
        page.finish({ isInterruptFlagSet: true, isReady: true });
      }),
    ).toMatchObject({
      apic_base: 0xfee0_0900n,
    });
  });
});
