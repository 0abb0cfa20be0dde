/**
 * What KVM keeps of one virtual processor besides its registers.
 *
 * The two pending flags are the heart of the differences between versions: an injected exception and an emulated
 * instruction are only noted, and `commitPending` (the kernel's __kvm_adjust_pc) carries them out at the next run, at the end
 * of a run, or since 6.17 at the end of the call that injected.
 */

import { type Aarch32Abort, enterAarch32Abort } from './a64/aarch32-abort.ts';
import { type exceptionType, GuestCpu } from './a64/guest-cpu.ts';
import { pstateBits } from './a64/pstate.ts';
import type { CpuModel } from './cpu-models.ts';
import { KvmRunPage } from './kvm-run-page.ts';
import { pageSize } from './user-memory.ts';

export const vcpuFeatures = {
  powerOff: 0,
  el1Is32Bit: 1,
  psci02: 2,
  pmu: 3,
  sve: 4,
  pauthAddress: 5,
  pauthGeneric: 6,
  el2: 7,
  el2E2h0: 8,
  pmuStrict: 9,
} as const;

export const mpStates = { runnable: 0, stopped: 5, suspended: 10 } as const;

/** What the last trap left behind: ESR_EL2, FAR_EL2 and HPFAR_EL2. */
export interface LastTrap {
  syndrome: number;
  far: bigint;
  ipa: bigint | undefined;
}

/** An access the user has to carry out. */
export interface OpenMmio {
  readonly length: number;
  readonly isWrite: boolean;
  readonly register: number;
  readonly isSigned: boolean;
  readonly is64: boolean;
}

export class Vcpu {
  readonly id: number;
  readonly cpu: GuestCpu;
  /** The kvm_run page and the page of the coalesced MMIO ring behind it. */
  readonly shared = new Uint8Array(2 * pageSize);
  readonly run = new KvmRunPage(this.shared);
  isInitialised = false;
  features = 0;
  hasRunOnce = false;
  isSveFinalised = false;
  mpState: number = mpStates.runnable;
  trap: LastTrap = { syndrome: 0, far: 0n, ipa: undefined };
  /** Offset into the vector table of an exception that waits to be entered, or an abort of an AArch32 guest. */
  pendingException: number | Aarch32Abort | undefined;
  pendingIncrement = false;
  mmio: OpenMmio | undefined;
  guestDebug = 0;

  constructor(id: number, model: CpuModel) {
    this.id = id;
    this.cpu = new GuestCpu(model);
  }

  hasFeature(feature: number): boolean {
    return ((this.features >>> feature) & 1) === 1;
  }

  /** Enters a pending exception, or else steps over an emulated instruction. */
  commitPending(): void {
    const { cpu } = this;
    if (typeof this.pendingException === 'string') enterAarch32Abort(cpu, this.pendingException);
    else if (this.pendingException !== undefined) cpu.enterException(this.pendingException, true);
    else if (this.pendingIncrement) {
      cpu.pc = BigInt.asUintN(64, cpu.pc + 4n);
      cpu.pstate = (cpu.pstate & ~(pstateBits.btype | pstateBits.singleStep)) >>> 0;
    }
    this.pendingException = undefined;
    this.pendingIncrement = false;
  }

  /**
   * Enters an exception that was just injected, if there is one. An unfinished MMIO access is given up for it, or the next
   * run would step PC inside the handler (kernels from 6.17 on).
   */
  commitInjected(): void {
    if (this.pendingException === undefined) return;
    this.mmio = undefined;
    this.commitPending();
  }

  /** A synchronous exception or an SError waits for `commitPending`. */
  pend(type: typeof exceptionType.synchronous | typeof exceptionType.sError | Aarch32Abort): void {
    this.pendingException = type;
  }
}
