/**
 * Runs guest code: fetch, decode, execute, until something has to be told to the hypervisor.
 *
 * The MMU is off, so a virtual address is the guest physical one. With SCTLR_EL1.M set, a stage-1 table in broken memory
 * makes the fetch repeat for ever (so it does on QEMU); a table anywhere else stops the run with a note. Instructions that
 * are not known stop it as well, naming the encoding.
 */

import { type GuestBus, isFault } from './bus.ts';
import { runBlock } from './block.ts';
import { executeBranchOrSystem } from './branches-system.ts';
import { executeImmediate, executeRegister } from './data-processing.ts';
import type { GuestCpu } from './guest-cpu.ts';
import { executeLoadStore, unknownAccess } from './loads-stores.ts';
import { exceptionLevel, pstateBits } from './pstate.ts';
import { sysreg } from './system-registers.ts';
import type { Trap } from './trap.ts';

export interface RunOptions {
  /** Instructions before a guest that never leaves counts as spinning. */
  readonly budget: number;
  /** BRK is the debugger's (KVM_GUESTDBG_USE_SW_BP). */
  readonly guestDebug: boolean;
  /** Stop after one instruction (KVM_GUESTDBG_SINGLESTEP). */
  readonly singleStep?: boolean;
}

const unknownExceptionClass = 0x0200_0000;
const illegalState = 0x3a00_0000;
const instructionAbortLowerEl = 0x8200_0000;
const pcAlignmentFault = 0x8a00_0000;
const simdAccessTrap = 0x1fe0_0000;

/** Runs until a trap. `steps` counts what was executed, across calls if the caller wishes. */
export function runGuest(cpu: GuestCpu, bus: GuestBus, options: RunOptions): Trap {
  for (let count = 0; count < options.budget; count++) {
    if (cpu.virtualSError && cpu.takeVirtualSError()) continue;
    if (options.singleStep !== true) count += runFast(cpu, bus, options.budget - count);
    const trap = step(cpu, bus, options.guestDebug);
    if (trap !== undefined) return trap;
    if (options.singleStep === true) return { kind: 'breakpoint', syndrome: 0xcb00_0022 };
  }
  return { kind: 'spins' };
}

const slowStateBits = pstateBits.illegal | pstateBits.btype;

/** Runs what the fast path can, and returns how many instructions that were. */
function runFast(cpu: GuestCpu, bus: GuestBus, limit: number): number {
  if ((cpu.pstate & slowStateBits) !== 0 || (cpu.read(sysreg.SCTLR_EL1) & 1n) !== 0n) return 0;
  let count = 0;
  for (;;) {
    const address = Number(cpu.pc);
    if ((address & 3) !== 0 || address > Number.MAX_SAFE_INTEGER) return count;
    const base = address - (address & 0xfff);
    const page = bus.page(base, false);
    if (isFault(page)) return count;
    const executed = runBlock(cpu, bus, page, base, limit - count);
    count += executed;
    // It stopped inside the page for an instruction it does not know, or has nothing left to run.
    if (executed === 0 || count >= limit || Math.floor(Number(cpu.pc) / 0x1000) * 0x1000 === base) return count;
  }
}

/** Executes one instruction, or takes the exception its fetch or state causes. */
export function step(cpu: GuestCpu, bus: GuestBus, guestDebug: boolean): Trap | undefined {
  const { pc } = cpu;
  if ((cpu.pstate & pstateBits.illegal) !== 0) {
    cpu.takeSynchronous(illegalState);
    return undefined;
  }
  if ((cpu.read(sysreg.SCTLR_EL1) & 1n) !== 0n) return stageOne(cpu, bus);
  const address = Number(pc);
  if ((address & 3) !== 0) {
    cpu.takeSynchronous(pcAlignmentFault, pc);
    return undefined;
  }
  const page = bus.page(address - (address & 0xfff), false);
  if (isFault(page)) return { kind: 'instruction-abort', syndrome: instructionAbortLowerEl, address: pc, fault: page };
  const word = page.view.getUint32(address & 0xfff, true);
  if ((cpu.pstate & pstateBits.btype) !== 0) cpu.pstate = (cpu.pstate & ~pstateBits.btype) >>> 0;
  return execute(cpu, bus, word, guestDebug);
}

function execute(cpu: GuestCpu, bus: GuestBus, word: number, guestDebug: boolean): Trap | undefined {
  const group = (word >>> 25) & 15;
  let isKnown: boolean;
  if ((group & 14) === 8) {
    isKnown = executeImmediate(cpu, word);
  } else if ((group & 14) === 10) {
    const result = executeBranchOrSystem(cpu, word, guestDebug);
    switch (result.kind) {
      case 'next':
        if (result.pc === cpu.pc) return { kind: 'spins' };
        cpu.pc = result.pc;
        if (result.btype !== undefined && cpu.model.features.has('bti')) {
          cpu.pstate = (cpu.pstate | (result.btype << 10)) >>> 0;
        }
        return undefined;
      case 'taken':
        return undefined;
      case 'trap':
        return result.trap;
      case 'unknown':
        isKnown = false;
        break;
      default:
        result satisfies never;
        isKnown = false;
    }
  } else if ((group & 5) === 4) {
    if ((group & 2) === 2 && isSimdTrapped(cpu)) {
      cpu.takeSynchronous(simdAccessTrap);
      return undefined;
    }
    const result = executeLoadStore(cpu, bus, word);
    if (result !== undefined && result !== unknownAccess) return result;
    isKnown = result === undefined;
  } else if ((group & 7) === 5) {
    isKnown = executeRegister(cpu, word);
  } else if (word >>> 16 === 0) {
    // UDF.
    cpu.takeSynchronous(unknownExceptionClass);
    return undefined;
  } else {
    isKnown = false;
  }
  if (!isKnown) {
    const encoding = `0x${(word >>> 0).toString(16).padStart(8, '0')}`;
    const note = `The instruction ${encoding} at 0x${cpu.pc.toString(16)} is not one the interpreter knows.`;
    return { kind: 'unknown-instruction', word, note };
  }
  cpu.pc = BigInt.asUintN(64, cpu.pc + 4n);
  return undefined;
}

/** CPACR_EL1.FPEN (bits 21:20): 3 traps nothing, 1 only EL0. */
function isSimdTrapped(cpu: GuestCpu): boolean {
  const enabled = (cpu.read(sysreg.CPACR_EL1) >> 20n) & 3n;
  return enabled !== 3n && !(enabled === 1n && exceptionLevel(cpu.pstate) === 1);
}

function stageOne(cpu: GuestCpu, bus: GuestBus): Trap {
  const table = cpu.read(sysreg.TTBR0_EL1) & 0xffff_ffff_f000n;
  const page = bus.page(Number(table), false);
  if (isFault(page) && page.kind === 'external-abort') return { kind: 'spins' };
  const note = 'The guest switched its MMU on; stage-1 translation is not simulated.';
  return { kind: 'unknown-instruction', word: 0, note };
}
