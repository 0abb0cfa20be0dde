/**
 * Branches, exception generation and system instructions (Arm ARM C4.1.87).
 *
 * `next` is the address that follows; a function may change it. Debug state, pointer-authenticating branches and the
 * instructions of optional features that no hint space covers are left out and reported.
 */

import { conditionHolds, signExtend } from './arithmetic.ts';
import type { GuestCpu } from './guest-cpu.ts';
import { exceptionType } from './guest-cpu.ts';
import { identification, isIdentification } from './identification.ts';
import { implementedPstate, modes, pstateBits } from './pstate.ts';
import { el0Registers, storedRegisters, sysreg, systemRegister } from './system-registers.ts';
import type { Trap } from './trap.ts';

/** EC 0 with IL: an unknown instruction, taken to EL1. */
const undefinedInstruction = 0x0200_0000;

export type FlowResult =
  | { readonly kind: 'next'; readonly pc: bigint; readonly btype?: number }
  | { readonly kind: 'taken' }
  | { readonly kind: 'trap'; readonly trap: Trap }
  | { readonly kind: 'unknown' };

const unknown: FlowResult = { kind: 'unknown' };
const taken: FlowResult = { kind: 'taken' };

/** Everything in the group whose bits 28:26 are 101. */
export function executeBranchOrSystem(cpu: GuestCpu, word: number, guestDebug: boolean): FlowResult {
  const next = BigInt.asUintN(64, cpu.pc + 4n);
  const jump = (offset: number): FlowResult => ({ kind: 'next', pc: BigInt.asUintN(64, cpu.pc + BigInt(offset)) });
  const top = word >>> 26;
  if ((top & 0x1f) === 5) {
    if (top >>> 5 === 1) cpu.setX(30, next);
    return jump(signExtend(word & 0x3ff_ffff, 26) * 4);
  }
  if (word >>> 24 === 0x54) {
    if (((word >>> 4) & 1) === 1) return unknown;
    return conditionHolds(word & 15, cpu.pstate) ? jump(signExtend((word >>> 5) & 0x7ffff, 19) * 4) : jump(4);
  }
  if (((word >>> 25) & 0x3f) === 0x1a) {
    const value = word >>> 31 === 1 ? cpu.x(word & 31) : BigInt(cpu.w(word & 31));
    const isTaken = (value === 0n) === (((word >>> 24) & 1) === 0);
    return isTaken ? jump(signExtend((word >>> 5) & 0x7ffff, 19) * 4) : jump(4);
  }
  if (((word >>> 25) & 0x3f) === 0x1b) {
    const bit = ((word >>> 31) << 5) | ((word >>> 19) & 31);
    const isSet = ((cpu.x(word & 31) >> BigInt(bit)) & 1n) === 1n;
    const isTaken = isSet === (((word >>> 24) & 1) === 1);
    return isTaken ? jump(signExtend((word >>> 5) & 0x3fff, 14) * 4) : jump(4);
  }
  if (word >>> 25 === 0x6b) return branchRegister(cpu, word, next);
  if (word >>> 24 === 0xd4) return exceptionGeneration(cpu, word, next, guestDebug);
  if (word >>> 22 === 0x354) return system(cpu, word, next);
  return unknown;
}

function branchRegister(cpu: GuestCpu, word: number, next: bigint): FlowResult {
  const rn = (word >>> 5) & 31;
  // Bits 20:16 are ones, 15:10 and 4:0 zeros; anything else is pointer authentication.
  if (((word >>> 16) & 31) !== 31 || ((word >>> 10) & 63) !== 0 || (word & 31) !== 0) return unknown;
  const target = cpu.x(rn);
  switch ((word >>> 21) & 15) {
    case 0:
      return { kind: 'next', pc: target, btype: 1 };
    case 1:
      cpu.setX(30, next);
      return { kind: 'next', pc: target, btype: 2 };
    case 2:
      return { kind: 'next', pc: target };
    case 4:
      return exceptionReturn(cpu);
    default:
      return unknown;
  }
}

function exceptionReturn(cpu: GuestCpu): FlowResult {
  if (cpu.el === 0) return undefinedAtEl1(cpu);
  const saved = Number(cpu.read(sysreg.SPSR_EL1) & 0xffff_ffffn);
  const target = cpu.read(sysreg.ELR_EL1);
  const mode = saved & pstateBits.modeMask;
  const isLegal = mode === modes.el0 || mode === modes.el1t || mode === modes.el1h;
  const allowed = implementedPstate(cpu.model);
  // An illegal return keeps the mode and sets PSTATE.IL; the next instruction then takes the exception.
  cpu.pstate = isLegal
    ? (saved & allowed) >>> 0
    : ((saved & allowed & ~pstateBits.modeMask) | (cpu.pstate & pstateBits.modeMask) | pstateBits.illegal) >>> 0;
  cpu.pc = target;
  cpu.exclusive = undefined;
  return taken;
}

function undefinedAtEl1(cpu: GuestCpu): FlowResult {
  cpu.takeSynchronous(undefinedInstruction);
  return taken;
}

function exceptionGeneration(cpu: GuestCpu, word: number, next: bigint, guestDebug: boolean): FlowResult {
  const immediate = (word >>> 5) & 0xffff;
  switch (((word >>> 21) & 7) * 4 + (word & 3)) {
    case 1:
      cpu.write(sysreg.ESR_EL1, BigInt(0x5600_0000 | immediate));
      cpu.enterException(exceptionType.synchronous, false, next);
      return taken;
    case 2:
      if (cpu.el === 0) return undefinedAtEl1(cpu);
      cpu.pc = next;
      return { kind: 'trap', trap: { kind: 'hvc', syndrome: (0x5a00_0000 | immediate) >>> 0 } };
    case 3:
      if (cpu.el === 0) return undefinedAtEl1(cpu);
      return { kind: 'trap', trap: { kind: 'smc', syndrome: (0x5e00_0000 | immediate) >>> 0 } };
    case 4: {
      const syndrome = (0xf200_0000 | immediate) >>> 0;
      if (guestDebug) return { kind: 'trap', trap: { kind: 'breakpoint', syndrome } };
      cpu.takeSynchronous(syndrome);
      return taken;
    }
    default:
      return unknown;
  }
}

function system(cpu: GuestCpu, word: number, next: bigint): FlowResult {
  const isRead = ((word >>> 21) & 1) === 1;
  const op0 = (word >>> 19) & 3;
  const op1 = (word >>> 16) & 7;
  const crn = (word >>> 12) & 15;
  const crm = (word >>> 8) & 15;
  const op2 = (word >>> 5) & 7;
  const rt = word & 31;
  const goOn: FlowResult = { kind: 'next', pc: next };
  if (op0 >= 2)
    return moveSystemRegister(cpu, { isRead, encoding: systemRegister(op0, op1, crn, crm, op2), rt, word }, next);
  if (op0 === 1) {
    // SYS: cache maintenance, TLB maintenance and address translation. Only the first two can be no-ops here.
    return !isRead && (crn === 7 || crn === 8) && !(crn === 7 && crm === 8) ? goOn : unknown;
  }
  if (isRead) return unknown;
  if (crn === 2 && op1 === 3) return hint(cpu, crm * 8 + op2, next);
  // CLREX, DSB, DMB, ISB, SB: memory is sequentially consistent here.
  if (crn === 3 && op1 === 3 && rt === 31) {
    if (op2 === 2) cpu.exclusive = undefined;
    return op2 >= 2 ? goOn : unknown;
  }
  if (crn === 4 && rt === 31) return setPstateField(cpu, op1, op2, crm, goOn);
  return unknown;
}

function hint(cpu: GuestCpu, number: number, next: bigint): FlowResult {
  switch (number) {
    case 2:
      return { kind: 'trap', trap: { kind: 'wfe', syndrome: 0x0600_0001 } };
    case 3:
      return { kind: 'trap', trap: { kind: 'wfi', syndrome: 0x0600_0000 } };
    case 16:
      consumeSError(cpu);
      break;
    default:
      break;
  }
  return { kind: 'next', pc: next };
}

/** ESB: a pending, masked virtual SError moves to DISR_EL1 (A set, bit 31). Without RAS it is a NOP. */
function consumeSError(cpu: GuestCpu): void {
  if (!cpu.virtualSError || (cpu.pstate & pstateBits.a) === 0 || !cpu.model.features.has('ras')) return;
  cpu.virtualSError = false;
  cpu.write(sysreg.DISR_EL1, 0x8000_0000n | (cpu.virtualSErrorSyndrome & 0x1ff_ffffn));
}

function setPstateField(cpu: GuestCpu, op1: number, op2: number, value: number, goOn: FlowResult): FlowResult {
  const put = (bit: number): FlowResult => {
    cpu.pstate = ((value & 1) === 1 ? cpu.pstate | bit : cpu.pstate & ~bit) >>> 0;
    return goOn;
  };
  const { features } = cpu.model;
  switch (op1 * 8 + op2) {
    case 3:
      return features.has('uao') ? put(pstateBits.uao) : undefinedAtEl1(cpu);
    case 4:
      return features.has('pan') ? put(pstateBits.pan) : undefinedAtEl1(cpu);
    case 5:
      if (cpu.el === 0) return undefinedAtEl1(cpu);
      return put(1);
    case 0x19:
      return features.has('ssbs') ? put(pstateBits.ssbs) : undefinedAtEl1(cpu);
    case 0x1a:
      return features.has('dit') ? put(pstateBits.dit) : undefinedAtEl1(cpu);
    case 0x1e:
    case 0x1f: {
      if (cpu.el === 0) return undefinedAtEl1(cpu);
      const bits = value << 6;
      cpu.pstate = ((op2 === 6 ? cpu.pstate | bits : cpu.pstate & ~bits) & 0xffff_ffff) >>> 0;
      return goOn;
    }
    default:
      return unknown;
  }
}

interface RegisterMove {
  readonly isRead: boolean;
  readonly encoding: number;
  readonly rt: number;
  readonly word: number;
}

function moveSystemRegister(cpu: GuestCpu, move: RegisterMove, next: bigint): FlowResult {
  const goOn: FlowResult = { kind: 'next', pc: next };
  const { encoding, rt, isRead, word } = move;
  if (cpu.el === 0 && !el0Registers.has(encoding)) return undefinedAtEl1(cpu);
  const pstateField = pstateRegisters.get(encoding);
  if (pstateField !== undefined) {
    if (isRead) cpu.setX(rt, BigInt((cpu.pstate & pstateField) >>> 0));
    else cpu.pstate = ((cpu.pstate & ~pstateField) | (cpu.w(rt) & pstateField)) >>> 0;
    return goOn;
  }
  if (storedRegisters.has(encoding)) {
    if (isRead) cpu.setX(rt, cpu.read(encoding));
    else cpu.write(encoding, cpu.x(rt));
    return goOn;
  }
  switch (encoding) {
    case sysreg.SP_EL0:
      if (isRead) cpu.setX(rt, cpu.spEl0);
      else cpu.spEl0 = cpu.x(rt);
      return goOn;
    case sysreg.SPSEL:
      if (isRead) cpu.setX(rt, BigInt(cpu.pstate & 1));
      else cpu.pstate = ((cpu.pstate & ~1) | (cpu.w(rt) & 1)) >>> 0;
      return goOn;
    case sysreg.CURRENTEL:
      if (!isRead) return undefinedAtEl1(cpu);
      cpu.setX(rt, BigInt(cpu.el << 2));
      return goOn;
    case sysreg.ISR_EL1:
      if (!isRead) return undefinedAtEl1(cpu);
      cpu.setX(rt, cpu.virtualSError ? 0x100n : 0n);
      return goOn;
    case sysreg.DISR_EL1:
      if (!cpu.model.features.has('ras')) return undefinedAtEl1(cpu);
      if (isRead) cpu.setX(rt, cpu.read(encoding));
      else cpu.write(encoding, cpu.x(rt));
      return goOn;
    case sysreg.SCTLR2_EL1:
      if (!cpu.model.features.has('doublefault2')) return undefinedAtEl1(cpu);
      if (isRead) cpu.setX(rt, cpu.read(encoding));
      else cpu.write(encoding, cpu.x(rt));
      return goOn;
    default:
      break;
  }
  if (isIdentification(encoding)) {
    if (!isRead) return undefinedAtEl1(cpu);
    const value = identification(cpu.model, encoding);
    if (value === undefined) return unknown;
    cpu.setX(rt, value);
    return goOn;
  }
  // Implementation-defined registers trap to KVM (TIDCP), which makes them undefined for the guest.
  const crn = (encoding >>> 7) & 15;
  if (crn === 11 || crn === 15) {
    const iss = (((word >>> 19) & 3) << 20) | (((word >>> 5) & 7) << 17) | (((word >>> 16) & 7) << 14);
    const rest = (((word >>> 12) & 15) << 10) | (rt << 5) | (((word >>> 8) & 15) << 1) | (isRead ? 1 : 0);
    return { kind: 'trap', trap: { kind: 'system-register', syndrome: (0x6200_0000 | iss | rest) >>> 0 } };
  }
  return unknown;
}

const pstateRegisters = new Map<number, number>([
  [sysreg.NZCV, pstateBits.nzcv],
  [sysreg.DAIF, pstateBits.daif],
  [sysreg.PAN, pstateBits.pan],
  [sysreg.UAO, pstateBits.uao],
  [sysreg.DIT, pstateBits.dit],
  [sysreg.SSBS, pstateBits.ssbs],
]);
