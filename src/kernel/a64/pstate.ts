/**
 * PSTATE as SPSR_ELx lays it out (Arm ARM C5.2.18), and what an exception entry to EL1 makes of it.
 *
 * bits 31:28 NZCV · 25 TCO · 24 DIT · 23 UAO · 22 PAN · 21 SS · 20 IL · 12 SSBS · 11:10 BTYPE · 9:6 DAIF · 4 AArch32 · 3:0 mode
 */

import type { CpuModel } from '../cpu-models.ts';

export const pstateBits = {
  nzcv: 0xf000_0000,
  n: 0x8000_0000,
  z: 0x4000_0000,
  c: 0x2000_0000,
  v: 0x1000_0000,
  tco: 1 << 25,
  dit: 1 << 24,
  uao: 1 << 23,
  pan: 1 << 22,
  singleStep: 1 << 21,
  illegal: 1 << 20,
  ssbs: 1 << 12,
  btype: 3 << 10,
  d: 1 << 9,
  a: 1 << 8,
  i: 1 << 7,
  f: 1 << 6,
  daif: 0x3c0,
  aarch32: 1 << 4,
  modeMask: 0x1f,
} as const;

export const modes = { el0: 0, el1t: 4, el1h: 5 } as const;

const sctlrSpan = 1n << 23n;
const sctlrDssbs = 1n << 44n;

/** Bits a processor implements; a return to a PSTATE with others drops them. */
export function implementedPstate(cpu: CpuModel): number {
  const has = (name: Parameters<CpuModel['features']['has']>[0], bit: number): number =>
    cpu.features.has(name) ? bit : 0;
  const { nzcv, daif, singleStep, illegal, modeMask } = pstateBits;
  return (
    (nzcv |
      daif |
      singleStep |
      illegal |
      modeMask |
      has('bti', pstateBits.btype) |
      has('pan', pstateBits.pan) |
      has('uao', pstateBits.uao) |
      has('dit', pstateBits.dit) |
      has('ssbs', pstateBits.ssbs) |
      has('mte', pstateBits.tco)) >>>
    0
  );
}

/** Exception level of an AArch64 PSTATE. */
export function exceptionLevel(pstate: number): 0 | 1 {
  return (pstate & 0xf) === modes.el0 ? 0 : 1;
}

/**
 * Offset from VBAR_EL1 for an exception taken to EL1 from `pstate`.
 *
 * @param type 0 synchronous, 0x80 IRQ, 0x100 FIQ, 0x180 SError
 */
export function vectorOffset(pstate: number, type: number): number {
  if ((pstate & pstateBits.aarch32) !== 0) return 0x600 + type;
  switch (pstate & 0xf) {
    case modes.el0:
      return 0x400 + type;
    case modes.el1t:
      return type;
    default:
      return 0x200 + type;
  }
}

/** PSTATE on entry to EL1h: DAIF set, IL, SS, BTYPE and UAO cleared, PAN kept or set by SCTLR_EL1.SPAN. */
export function entryPstate(old: number, sctlr: bigint, cpu: CpuModel, keepsFlags: boolean): number {
  const { nzcv, dit, pan, ssbs, tco, daif } = pstateBits;
  let value = (old & (keepsFlags ? nzcv | dit : dit)) | (old & pan) | daif | modes.el1h;
  if (cpu.features.has('mte')) value |= tco;
  if (cpu.features.has('pan') && (sctlr & sctlrSpan) === 0n) value |= pan;
  if (cpu.features.has('ssbs') && (sctlr & sctlrDssbs) !== 0n) value |= ssbs;
  return value >>> 0;
}
