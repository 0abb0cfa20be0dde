/**
 * The state of one guest processor, as hardware keeps it: what KVM saves and restores around a guest run.
 *
 * AArch64, EL0 and EL1 only. Exceptions the guest takes itself (BRK, an undefined instruction, a virtual SError) are entered
 * here; exceptions KVM injects go through `enterException` as well, so both agree on vectors and PSTATE.
 */

import type { CpuModel } from '../cpu-models.ts';
import { entryPstate, exceptionLevel, modes, pstateBits, vectorOffset } from './pstate.ts';
import { sysreg } from './system-registers.ts';

/** KVM's mark for a register whose reset value is unknown. */
export const unknownValue = 0x1de7_ec7e_dbad_c0den;

export const exceptionType = { synchronous: 0, irq: 0x80, fiq: 0x100, sError: 0x180 } as const;

/** A page of guest memory the interpreter can touch without asking anybody. */
export interface GuestPage {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly isWritable: boolean;
}

export class GuestCpu {
  readonly model: CpuModel;
  /** x0 … x30 and, last, the zero register, which nobody writes. */
  readonly #general = new DataView(new ArrayBuffer(32 * 8));
  /** The same registers as low and high words, for the fast path (the host is little-endian, as Node's targets are). */
  readonly halves = new Uint32Array(this.#general.buffer);
  readonly vectors = new Uint8Array(32 * 16);
  readonly system = new Map<number, bigint>();
  pc = 0n;
  pstate = 0x3c5;
  spEl0 = 0n;
  spEl1 = 0n;
  /** SPSR of AArch32's abort mode. */
  spsrAbort = 0n;
  /** HCR_EL2.VSE: a virtual SError waits. */
  virtualSError = false;
  /** VSESR_EL2: the syndrome it will have. */
  virtualSErrorSyndrome = 0n;
  /** The exclusive monitor: address and size of the last load-exclusive. */
  exclusive: { readonly address: bigint; readonly size: number } | undefined;

  constructor(model: CpuModel) {
    this.model = model;
    this.reset();
  }

  /** State after KVM_ARM_VCPU_INIT (kernel: reset.c and the reset functions of sys_regs.c). */
  reset(): void {
    for (let index = 0; index < 31; index++) this.#general.setBigUint64(index * 8, 0n, true);
    this.vectors.fill(0);
    this.pc = 0n;
    this.pstate = 0x3c5;
    this.spEl0 = 0n;
    this.spEl1 = 0n;
    this.exclusive = undefined;
    // ELR_EL1 and SPSR_EL1 stand in no reset table: a second init leaves them.
    const kept = [sysreg.ELR_EL1, sysreg.SPSR_EL1].map((register) => [register, this.read(register)] as const);
    this.system.clear();
    for (const [register, value] of kept) this.system.set(register, value);
    for (const register of [
      sysreg.ESR_EL1,
      sysreg.FAR_EL1,
      sysreg.AFSR0_EL1,
      sysreg.AFSR1_EL1,
      sysreg.TTBR0_EL1,
      sysreg.TTBR1_EL1,
      sysreg.MAIR_EL1,
      sysreg.PAR_EL1,
      sysreg.TPIDR_EL0,
      sysreg.TPIDRRO_EL0,
      sysreg.TPIDR_EL1,
      sysreg.IFSR32_EL2,
    ]) {
      this.system.set(register, unknownValue);
    }
    this.system.set(sysreg.SCTLR_EL1, 0xc5_0078n);
  }

  /** A general register; 31 reads as zero. */
  x(register: number): bigint {
    return register === 31 ? 0n : this.#general.getBigUint64(register << 3, true);
  }

  setX(register: number, value: bigint): void {
    if (register !== 31) this.#general.setBigUint64(register << 3, value, true);
  }

  /** Low word of a general register, as an unsigned number. */
  w(register: number): number {
    return register === 31 ? 0 : this.#general.getUint32(register << 3, true);
  }

  /** Writes the low word and clears the high one, as every 32-bit instruction does. */
  setW(register: number, value: number): void {
    if (register === 31) return;
    this.#general.setUint32(register << 3, value, true);
    this.#general.setUint32((register << 3) + 4, 0, true);
  }

  /** The stack pointer in use. */
  get sp(): bigint {
    return (this.pstate & 0xf) === modes.el1h ? this.spEl1 : this.spEl0;
  }

  set sp(value: bigint) {
    if ((this.pstate & 0xf) === modes.el1h) this.spEl1 = value;
    else this.spEl0 = value;
  }

  /** A register where 31 means the stack pointer. */
  xOrSp(register: number): bigint {
    return register === 31 ? this.sp : this.x(register);
  }

  setXOrSp(register: number, value: bigint): void {
    if (register === 31) this.sp = value;
    else this.setX(register, value);
  }

  read(register: number): bigint {
    return this.system.get(register) ?? 0n;
  }

  write(register: number, value: bigint): void {
    this.system.set(register, value);
  }

  get el(): 0 | 1 {
    return exceptionLevel(this.pstate);
  }

  /**
   * Enters an exception at EL1.
   *
   * @param keepsFlags whether NZCV survives: KVM's emulated entry keeps it as the architecture says, QEMU 7.2 clears it
   */
  enterException(type: number, keepsFlags: boolean, returnAddress: bigint = this.pc): void {
    const old = this.pstate;
    this.write(sysreg.ELR_EL1, returnAddress);
    this.write(sysreg.SPSR_EL1, BigInt(old >>> 0));
    this.pc = BigInt.asUintN(64, this.read(sysreg.VBAR_EL1) + BigInt(vectorOffset(old, type)));
    this.pstate = entryPstate(old, this.read(sysreg.SCTLR_EL1), this.model, keepsFlags);
    this.exclusive = undefined;
  }

  /** An exception the processor itself takes to EL1, with its syndrome. */
  takeSynchronous(syndrome: number, far?: bigint): void {
    this.write(sysreg.ESR_EL1, BigInt(syndrome >>> 0));
    if (far !== undefined) this.write(sysreg.FAR_EL1, far);
    this.enterException(exceptionType.synchronous, false);
  }

  /** Takes the waiting virtual SError if PSTATE.A lets it through. Returns whether it did. */
  takeVirtualSError(): boolean {
    if (!this.virtualSError || (this.pstate & pstateBits.a) !== 0) return false;
    this.virtualSError = false;
    // EC 0x2f with IL set; without RAS there is no VSESR and QEMU reports ISS 0.
    const iss = this.model.features.has('ras') ? this.virtualSErrorSyndrome & 0x1ff_ffffn : 0n;
    this.write(sysreg.ESR_EL1, 0xbe00_0000n | iss);
    this.enterException(exceptionType.sError, false);
    return true;
  }
}
