/**
 * Which registers KVM_GET_ONE_REG knows on arm64, in the order KVM_GET_REG_LIST gives them.
 *
 * Core registers, firmware registers, (until 6.17) timers, system registers by encoding, cache geometry. Kernels before 6.16
 * list the registers of the real processor ("invariant") before the table; since 6.18 timers stand in the table. Registers of
 * features a vCPU has to be given (SVE, PMU, pointer authentication) are left out.
 */

import type { CpuModel } from './cpu-models.ts';
import type { KernelVersion } from './kernel-version.ts';

export const registerClasses = {
  core: 0x10,
  demux: 0x11,
  systemRegister: 0x13,
  firmware: 0x14,
  firmwareBitmap: 0x16,
} as const;

const u32 = 0x6020_0000_0000_0000n;
const u64 = 0x6030_0000_0000_0000n;
const u128 = 0x6040_0000_0000_0000n;

/** Id of a 64-bit system register. */
export function systemRegisterId(encoding: number): bigint {
  return u64 | BigInt(registerClasses.systemRegister << 16) | BigInt(encoding);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Breakpoint and watchpoint registers: DBGBVRn, DBGBCRn, DBGWVRn, DBGWCRn, with MDCCINT and MDSCR between. */
const debugRegisters = [
  ...range(0, 15).flatMap((n) => range(4, 7).map((op2) => 0x8000 | (n << 3) | op2)),
  0x8010,
  0x8012,
].sort((a, b) => a - b);

const timersUntil617 = [0xdf19, 0xdf1a, 0xdf02];
const physicalTimers = [0xdf11, 0xdf01, 0xdf12];
const timersInTable = [0xdf01, 0xdf1a, 0xdf11, 0xdf12, 0xdf19, 0xdf02];

const el1Table = [
  0x808c,
  0xa038,
  0xc005,
  ...range(0xc008, 0xc03f),
  0xc080,
  0xc081,
  0xc082,
  0xc100,
  0xc101,
  0xc102,
  0xc288,
  0xc289,
  0xc290,
  0xc300,
  0xc3a0,
  0xc510,
  0xc518,
  0xc600,
  0xc609,
  0xc681,
  0xc684,
  0xc708,
];
/** TCR2_EL1, PIRE0_EL1, PIR_EL1: listed whether or not the processor has them, until visibility rules came. */
const listedWithoutFeature = [0xc103, 0xc512, 0xc513];
const sctlr2 = 0xc083;
const midrAndRevidr = [0xc000, 0xc006];
const clidr = 0xc801;
const aidr = 0xc807;
const csselr = 0xd000;
const ctr = 0xd801;
const afterTable = [0xde82, 0xde83];
const aarch32Registers = [0xe180, 0xe281, 0xe298];

/** System register encodings in the order of the list; timers included. */
function systemRegisterOrder(version: KernelVersion, hasSctlr2: boolean): number[] {
  const hasWritableIdRegisters = version.isAtLeast(6, 15);
  const hasTimersInTable = version.isAtLeast(6, 18);
  const isBefore67 = !version.isAtLeast(6, 7);
  const timers = hasTimersInTable ? [] : [...timersUntil617, ...(version.isAtLeast(6, 4) ? physicalTimers : [])];
  const invariant = hasWritableIdRegisters
    ? []
    : isBefore67
      ? [...midrAndRevidr, clidr, aidr, ctr]
      : [...midrAndRevidr, aidr];
  const hasUnfiltered = version.isAtLeast(6, 7) && !version.isAtLeast(6, 16);
  const table = [
    ...debugRegisters,
    ...el1Table,
    ...(hasUnfiltered ? listedWithoutFeature : []),
    ...(hasSctlr2 ? [sctlr2] : []),
    ...(hasWritableIdRegisters ? [...midrAndRevidr, aidr] : []),
    ...(isBefore67 ? [] : [clidr, ctr]),
    csselr,
    ...afterTable,
    ...aarch32Registers,
  ].sort((a, b) => a - b);
  const ordered = hasTimersInTable
    ? [...table.filter((one) => one < 0xdf00), ...timersInTable, ...table.filter((one) => one > 0xdfff)]
    : table;
  return [...timers, ...invariant, ...ordered];
}

/** Ids of the core registers (offset into struct kvm_regs, in words). */
const coreIds: readonly bigint[] = [
  ...range(0, 33).map((index) => u64 | 0x10_0000n | BigInt(index * 2)),
  ...range(34, 40).map((index) => u64 | 0x10_0000n | BigInt(index * 2)),
  ...range(0, 31).map((index) => u128 | 0x10_0000n | BigInt(0x54 + index * 4)),
  u32 | 0x10_00d4n,
  u32 | 0x10_00d5n,
];

const lists = new Map<string, readonly bigint[]>();

/** The whole list of a vCPU without optional features of its own; `cpu` is the processor as the kernel lets guests see it. */
export function registerList(version: KernelVersion, cpu: CpuModel): readonly bigint[] {
  const hasSctlr2 = cpu.features.has('doublefault2');
  const key = `${String(version.major)}.${String(version.minor)}${hasSctlr2 ? '+sctlr2' : ''}`;
  const known = lists.get(key);
  if (known !== undefined) return known;
  const firmware = range(0, 3).map((index) => u64 | 0x14_0000n | BigInt(index));
  const bitmaps = range(0, version.isAtLeast(6, 15) ? 3 : 2).map((index) => u64 | 0x16_0000n | BigInt(index));
  // Since 6.3 KVM makes cache geometry up: fourteen levels and types instead of the processor's own.
  const caches = range(0, version.isAtLeast(6, 3) ? 13 : 2).map((index) => u32 | 0x11_0000n | BigInt(index));
  const list = [
    ...coreIds,
    ...firmware,
    ...bitmaps,
    ...systemRegisterOrder(version, hasSctlr2).map(systemRegisterId),
    ...caches,
  ];
  lists.set(key, list);
  return list;
}
