/**
 * An abort KVM injects into a guest whose EL1 is AArch32 (arch/arm64/kvm/inject_fault.c, inject_abt32; hyp/exception.c,
 * enter_exception32). Such guests do not run here, but what the user sees after an injection is known.
 *
 * Registers of AArch32 modes live in the AArch64 ones: DFSR in ESR_EL1, DFAR and IFAR in the halves of FAR_EL1, LR_abt in x20.
 */

import type { GuestCpu } from './guest-cpu.ts';
import { pstateBits } from './pstate.ts';
import { sysreg } from './system-registers.ts';

export type Aarch32Abort = 'aarch32-data' | 'aarch32-instruction';

const abortMode = 0x17;
const thumb = 1 << 5;
const bigEndian = 1 << 9;
const linkRegisterOfAbort = 20;
/** TTBCR.EAE: the long descriptor format, with its own fault codes. */
const extendedAddresses = 1n << 31n;
const faultCodes = { short: 0x8n, long: 0x210n } as const;
const lowHalf = 0xffff_ffffn;
const sctlr = { highVectors: 1n << 13n, exceptionEndianness: 1n << 25n, thumbExceptions: 1n << 30n } as const;

/** CPSR bits an entry keeps: N Z C V Q, DIT, PAN, GE and F. */
const keptBits = 0xf800_0000 | (1 << 21) | pstateBits.pan | 0xf_0000 | pstateBits.f;

/** Writes the fault registers, as KVM does before the exception is entered. */
export function recordAarch32Abort(cpu: GuestCpu, kind: Aarch32Abort, address: bigint): void {
  const isLong = (cpu.read(sysreg.TCR_EL1) & extendedAddresses) !== 0n;
  const code = isLong ? faultCodes.long : faultCodes.short;
  const far = cpu.read(sysreg.FAR_EL1);
  if (kind === 'aarch32-data') {
    cpu.write(sysreg.ESR_EL1, code);
    cpu.write(sysreg.FAR_EL1, (far & ~lowHalf) | (address & lowHalf));
  } else {
    cpu.write(sysreg.IFSR32_EL2, code);
    cpu.write(sysreg.FAR_EL1, (far & lowHalf) | ((address & lowHalf) << 32n));
  }
}

/** Enters abort mode: LR_abt, SPSR_abt, CPSR and PC. */
export function enterAarch32Abort(cpu: GuestCpu, kind: Aarch32Abort): void {
  const old = cpu.pstate;
  const control = cpu.read(sysreg.SCTLR_EL1);
  let value = (old & keptBits) | pstateBits.a | pstateBits.i | abortMode;
  if ((control & sctlr.exceptionEndianness) !== 0n) value |= bigEndian;
  if ((control & sctlr.thumbExceptions) !== 0n) value |= thumb;
  const isData = kind === 'aarch32-data';
  cpu.setX(linkRegisterOfAbort, (cpu.pc + (isData ? 8n : 4n)) & lowHalf);
  cpu.spsrAbort = BigInt(old >>> 0);
  cpu.pstate = value >>> 0;
  const base = (control & sctlr.highVectors) !== 0n ? 0xffff_0000n : cpu.read(sysreg.VBAR_EL1) & lowHalf;
  cpu.pc = (base + (isData ? 0x10n : 0xcn)) & lowHalf;
}
