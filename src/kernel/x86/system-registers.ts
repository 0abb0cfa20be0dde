/**
 * `struct kvm_sregs` of x86 and what KVM_SET_SREGS refuses (arch/x86/kvm/x86.c, kvm_is_valid_sregs).
 *
 * | offset | bytes | member |
 * |---|---|---|
 * | 0 | 8 × 24 | cs ds es fs gs ss tr ldt: base u64, limit u32, selector u16, and attributes (l at 22) |
 * | 192 | 2 × 16 | gdt idt |
 * | 224 | 5 × 8 | cr0 cr2 cr3 cr4 cr8 |
 * | 264 | 8 | efer |
 * | 272 | 8 | apic_base |
 */

import { segments, type X86Cpu } from './cpu.ts';

export const systemRegistersSize = 312;

const cr0Bits = { protection: 1n, notWriteThrough: 1n << 29n, cacheDisable: 1n << 30n, paging: 1n << 31n } as const;
const cr4PhysicalAddressExtension = 0x20n;
const eferBits = { longModeEnable: 0x100n, longModeActive: 0x400n } as const;
const codeSegmentLong = 22;

export function isValidSystemRegisters(view: DataView): boolean {
  const cr0 = view.getBigUint64(224, true);
  const cr4 = view.getBigUint64(248, true);
  const efer = view.getBigUint64(264, true);
  const has = (value: bigint, bit: bigint): boolean => (value & bit) !== 0n;
  if (cr0 >> 32n !== 0n) return false;
  if (has(cr0, cr0Bits.notWriteThrough) && !has(cr0, cr0Bits.cacheDisable)) return false;
  if (has(cr0, cr0Bits.paging) && !has(cr0, cr0Bits.protection)) return false;
  if (has(efer, eferBits.longModeEnable) && has(cr0, cr0Bits.paging)) {
    return has(cr4, cr4PhysicalAddressExtension) && has(efer, eferBits.longModeActive);
  }
  return !has(efer, eferBits.longModeActive) && view.getUint8(codeSegmentLong) === 0;
}

/** Where the segments that matter in real mode stand among the eight. */
const segmentOrder = [segments.cs, segments.ds, segments.es, undefined, undefined, segments.ss] as const;

export function loadSystemRegisters(cpu: X86Cpu, view: DataView): void {
  for (const [index, number] of segmentOrder.entries()) {
    if (number === undefined) continue;
    const base = Number(BigInt.asUintN(32, view.getBigUint64(index * 24, true)));
    cpu.setSegment(number, view.getUint16(index * 24 + 12, true), base);
  }
  cpu.idt = { base: Number(BigInt.asUintN(32, view.getBigUint64(208, true))), limit: view.getUint16(216, true) };
  cpu.cr0 = Number(BigInt.asUintN(32, view.getBigUint64(224, true)));
  cpu.cr2 = view.getBigUint64(232, true);
  cpu.wasGivenProtectedMode = cpu.isProtected;
}
