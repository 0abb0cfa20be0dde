/**
 * KVM_RUN on arm64: complete what the user was asked for, enter the guest, handle traps, until something is for the user
 * (arch/arm64/kvm/arm.c, handle_exit.c, mmu.c, mmio.c).
 *
 * The exit reason is read back from the shared page: only if it still says MMIO is an access completed. `immediate_exit` is
 * looked at after that, so it is the way to complete an access without running. What was pending is committed before the
 * call returns, whatever happened.
 */

import { runGuest } from './a64/interpreter.ts';
import { implementedPstate } from './a64/pstate.ts';
import type { Trap } from './a64/trap.ts';
import type { CpuModel } from './cpu-models.ts';
import { errno } from './errno.ts';
import { handleSea } from './guest-sea.ts';
import { handleHypercall } from './hypercalls.ts';
import { injectAbort, injectUndefined } from './injection.ts';
import type { KernelVersion } from './kernel-version.ts';
import { exitReasons } from './kvm-run-page.ts';
import type { Machine } from './machine.ts';
import { mpStates, type Vcpu, vcpuFeatures } from './vcpu.ts';

export interface RunContext {
  readonly version: KernelVersion;
  readonly cpu: CpuModel;
  readonly machine: Machine;
  /** A signal will come: a guest that waits or spins is interrupted by it instead of hanging. */
  readonly signalArmed: boolean;
  /** The firmware (APEI) takes every external abort as its own. */
  readonly firmwareClaimsAborts: boolean;
}

/** `note` says why the simulation had to stop where a kernel would have gone on. */
export interface RunResult {
  readonly result: number;
  readonly note?: string;
}

/** What a trap leads to: back into the guest, or out with a result. */
export type TrapOutcome = 'resume' | RunResult;

const instructionBudget = 100_000;
/** Traps in one run before a guest that only traps counts as spinning. */
const trapBudget = 64;
const isvBit = 1 << 24;
const nisvMask = 0x17f;
const guestDebugBits = { enable: 1, singleStep: 2, softwareBreakpoints: 0x1_0000 } as const;
/** Timers and the PMU of a machine without a GIC in the kernel. */
const deviceIrqLines = 7n;

export function runVcpu(vcpu: Vcpu, context: RunContext): RunResult {
  if (!vcpu.isInitialised) return { result: -errno.ENOEXEC };
  if (vcpu.hasFeature(vcpuFeatures.sve) && !vcpu.isSveFinalised) return { result: -errno.EPERM };
  vcpu.hasRunOnce = true;
  if (vcpu.run.exitReason === exitReasons.MMIO) completeMmio(vcpu, context.version);
  const result = vcpu.run.immediateExit ? { result: -errno.EINTR } : enterGuest(vcpu, context);
  vcpu.commitPending();
  return result;
}

function enterGuest(vcpu: Vcpu, context: RunContext): RunResult {
  vcpu.run.exitReason = exitReasons.UNKNOWN;
  vcpu.run.flags = 0;
  const result = runLoop(vcpu, context);
  // Without a GIC in the kernel the lines are the user's to see; no device here ever raises one.
  const lines = vcpu.hasFeature(vcpuFeatures.pmu) ? deviceIrqLines : 3n;
  vcpu.run.deviceIrqLevel &= ~lines;
  return result;
}

function runLoop(vcpu: Vcpu, context: RunContext): RunResult {
  for (let traps = 0; traps < trapBudget; traps++) {
    if (vcpu.mpState !== mpStates.runnable) return interrupted(vcpu, context, 'The processor is stopped');
    const lines = vcpu.hasFeature(vcpuFeatures.pmu) ? deviceIrqLines : 3n;
    if ((vcpu.run.deviceIrqLevel & lines) !== 0n) {
      vcpu.run.exitReason = exitReasons.INTR;
      return { result: -errno.EINTR };
    }
    vcpu.commitPending();
    const { cpu } = vcpu;
    if ((cpu.pstate & 0x10) !== 0) return unsimulated('AArch32 guests are not simulated');
    cpu.pstate = (cpu.pstate & implementedPstate(cpu.model)) >>> 0;
    const isDebugged = (vcpu.guestDebug & guestDebugBits.enable) !== 0;
    const trap = runGuest(cpu, context.machine.slots, {
      budget: instructionBudget,
      guestDebug: isDebugged && (vcpu.guestDebug & guestDebugBits.softwareBreakpoints) !== 0,
      singleStep: isDebugged && (vcpu.guestDebug & guestDebugBits.singleStep) !== 0,
    });
    const outcome = handleTrap(vcpu, trap, context);
    if (outcome !== 'resume') return outcome;
  }
  return interrupted(vcpu, context, 'The guest does nothing but trap');
}

/** The guest would go on for ever: a signal ends it, or the simulation says so. */
function interrupted(vcpu: Vcpu, context: RunContext, why: string): RunResult {
  if (!context.signalArmed) return unsimulated(`${why}, and no signal is armed: a kernel would not return`);
  vcpu.run.exitReason = exitReasons.INTR;
  return { result: -errno.EINTR };
}

function unsimulated(note: string): RunResult {
  return { result: -errno.ENOSYS, note };
}

function handleTrap(vcpu: Vcpu, trap: Trap, context: RunContext): TrapOutcome {
  switch (trap.kind) {
    case 'data-abort':
    case 'instruction-abort':
      return handleAbort(vcpu, trap, context);
    case 'hvc':
      vcpu.trap.syndrome = trap.syndrome;
      return handleHypercall(vcpu, context.machine, context.version) === 'resume' ? 'resume' : { result: 0 };
    case 'smc':
      vcpu.trap.syndrome = trap.syndrome;
      refuseSmc(vcpu, context.version);
      vcpu.pendingIncrement = true;
      return 'resume';
    case 'wfe':
    case 'wfi':
      vcpu.trap.syndrome = trap.syndrome;
      vcpu.pendingIncrement = true;
      // A virtual SError wakes the processor even while it is masked.
      return trap.kind === 'wfe' || vcpu.cpu.virtualSError
        ? 'resume'
        : interrupted(vcpu, context, 'The guest waits (WFI)');
    case 'system-register':
      vcpu.trap.syndrome = trap.syndrome;
      injectUndefined(vcpu, context.version);
      return 'resume';
    case 'breakpoint':
      vcpu.trap.syndrome = trap.syndrome;
      vcpu.run.setDebug(trap.syndrome);
      return { result: 0 };
    case 'spins':
      return interrupted(vcpu, context, 'The guest spins');
    case 'unknown-instruction':
      return unsimulated(trap.note);
    default:
      return trap satisfies never;
  }
}

/** SMC is NOT_SUPPORTED (−1); since 6.4 it is answered as SMCCC says, in four registers. */
function refuseSmc(vcpu: Vcpu, version: KernelVersion): void {
  vcpu.cpu.setX(0, (1n << 64n) - 1n);
  if (version.isAtLeast(6, 4)) for (const register of [1, 2, 3]) vcpu.cpu.setX(register, 0n);
}

type Abort = Extract<Trap, { kind: 'data-abort' | 'instruction-abort' }>;

function handleAbort(vcpu: Vcpu, trap: Abort, context: RunContext): TrapOutcome {
  const { fault, address } = trap;
  if (fault.kind === 'unbacked') return { result: -errno.EFAULT };
  if (fault.kind === 'external-abort') {
    // Aborts are broken pages: the processor reports no instruction syndrome for them.
    const write = trap.value === undefined ? 0 : 0x40;
    const flags = trap.kind === 'data-abort' ? (fault.errorType << 11) | (fault.farNotValid ? 1 << 10 : 0) | write : 0;
    const exceptionClass = trap.kind === 'data-abort' ? 0x9200_0000 : 0x8200_0000;
    const far = fault.far ?? address;
    return handleSea(
      vcpu,
      { syndrome: (exceptionClass | flags | fault.faultStatus) >>> 0, far, ipa: address },
      context,
    );
  }
  const faultStatus = 4 | fault.level;
  const syndrome = (trap.syndrome | faultStatus) >>> 0;
  vcpu.trap = { syndrome, far: address, ipa: address };
  if (trap.kind === 'instruction-abort') {
    injectAbort(vcpu, context.version, 'instruction');
    return 'resume';
  }
  if (address >> BigInt(context.machine.ipaBits) !== 0n) {
    injectAbort(vcpu, context.version, 'data');
    return 'resume';
  }
  return (syndrome & isvBit) === 0 ? withoutSyndrome(vcpu, address, context) : openMmio(vcpu, trap.value, address);
}

/** An access KVM cannot decode: the user's, if it asked for it, else nobody's. */
function withoutSyndrome(vcpu: Vcpu, address: bigint, { machine }: RunContext): RunResult {
  if (!machine.switches.nisvToUser) return { result: -errno.ENOSYS };
  vcpu.run.setNisv(BigInt(vcpu.trap.syndrome & nisvMask), address);
  return { result: 0 };
}

function openMmio(vcpu: Vcpu, value: bigint | undefined, address: bigint): RunResult {
  const { syndrome } = vcpu.trap;
  const length = 1 << ((syndrome >>> 22) & 3);
  vcpu.mmio = {
    length,
    isWrite: value !== undefined,
    register: (syndrome >>> 16) & 31,
    isSigned: ((syndrome >>> 21) & 1) === 1,
    is64: ((syndrome >>> 15) & 1) === 1,
  };
  vcpu.run.setMmio(address, length, value);
  return { result: 0 };
}

/** The start of the next run: a read gets its data, the instruction is stepped over. */
function completeMmio(vcpu: Vcpu, version: KernelVersion): void {
  const { mmio } = vcpu;
  // An abort the user injected instead stands in for the access (the fix of 6.13, backported).
  if (mmio === undefined || vcpu.pendingException !== undefined) return;
  vcpu.mmio = undefined;
  if (!mmio.isWrite) {
    let data = vcpu.run.mmioData(mmio.length);
    // Sign extension is asked for by every kernel but done only since 7.2.
    if (mmio.isSigned && mmio.length < 8 && version.isAtLeast(7, 2)) {
      data = BigInt.asUintN(64, BigInt.asIntN(mmio.length * 8, data));
    }
    if (!mmio.is64) data &= 0xffff_ffffn;
    vcpu.cpu.setX(mmio.register, data);
  }
  vcpu.pendingIncrement = true;
}
