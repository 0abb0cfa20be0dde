/**
 * KVM_GET_ONE_REG and KVM_SET_ONE_REG on arm64 (guest.c, sys_regs.c), for core and EL1 system registers.
 *
 * An id is architecture (bits 63:60), log2 of the size (55:52), class (27:16) and a number in the class. Core registers are
 * word offsets into `struct kvm_regs`; asking for a middle word or the wrong size is EINVAL, asking past the end ENOENT.
 */

import { identification, isIdentification } from './a64/identification.ts';
import { pstateBits } from './a64/pstate.ts';
import { sysreg } from './a64/system-registers.ts';
import { errno } from './errno.ts';
import type { KernelVersion } from './kernel-version.ts';
import { registerClasses, registerList } from './register-list.ts';
import { type Vcpu, vcpuFeatures } from './vcpu.ts';

const core = {
  sp: 62,
  pc: 64,
  pstate: 66,
  spEl1: 68,
  elrEl1: 70,
  spsrEl1: 72,
  spsrAbort: 74,
  end: 216,
  vectors: 84,
  fpsr: 212,
  fpcr: 213,
} as const;

/** Size in bytes a register id announces. */
export function registerSize(id: bigint): number {
  return 1 << Number((id >> 52n) & 15n);
}

/** `note`: the value is not what a kernel would say. */
export type RegisterResult = { readonly error: number } | { readonly value: bigint; readonly note?: string };

const noEntry: RegisterResult = { error: -errno.ENOENT };
const invalid: RegisterResult = { error: -errno.EINVAL };

/** Class of an id, or `undefined` where bits 63:32 without the size are not arm64's. */
function classOf(id: bigint): number | undefined {
  if ((id & 0xff0f_ffff_0000_0000n) !== 0x6000_0000_0000_0000n) return undefined;
  return Number((id >> 16n) & 0xfffn);
}

export function getRegister(vcpu: Vcpu, id: bigint, version: KernelVersion): RegisterResult {
  const number = Number(id & 0xffffn);
  switch (classOf(id)) {
    case undefined:
      return invalid;
    case registerClasses.core:
      return getCore(vcpu, number, registerSize(id));
    case registerClasses.systemRegister:
      return isListed(id, vcpu, version) ? readSystem(vcpu, number) : noEntry;
    case registerClasses.firmware:
    case registerClasses.firmwareBitmap:
      return isListed(id, vcpu, version) ? { value: firmware(vcpu, id, version) } : noEntry;
    default:
      return noEntry;
  }
}

/** The value has been copied in by now. Returns 0 or a negative error number. */
export function setRegister(vcpu: Vcpu, id: bigint, value: bigint, version: KernelVersion): number {
  const number = Number(id & 0xffffn);
  switch (classOf(id)) {
    case undefined:
      return -errno.EINVAL;
    case registerClasses.core:
      return setCore(vcpu, number, registerSize(id), value);
    case registerClasses.systemRegister:
      if (!isListed(id, vcpu, version)) return -errno.ENOENT;
      return writeSystem(vcpu, number, value);
    default:
      return -errno.ENOENT;
  }
}

const listed = new Map<readonly bigint[], ReadonlySet<bigint>>();

function isListed(id: bigint, vcpu: Vcpu, version: KernelVersion): boolean {
  const list = registerList(version, vcpu.cpu.model);
  let ids = listed.get(list);
  if (ids === undefined) {
    ids = new Set(list);
    listed.set(list, ids);
  }
  return ids.has(id);
}

/** Size of the core register that starts at a word offset; 0 inside one, `undefined` past the end. */
function coreSize(offset: number): number | undefined {
  if (offset >= core.end) return undefined;
  if (offset < core.vectors - 2) return offset % 2 === 0 ? 8 : 0;
  if (offset >= core.vectors && offset < core.fpsr) return (offset - core.vectors) % 4 === 0 ? 16 : 0;
  return offset === core.fpsr || offset === core.fpcr ? 4 : 0;
}

function checkCore(offset: number, size: number): number {
  const wanted = coreSize(offset);
  if (wanted === undefined) return -errno.ENOENT;
  return wanted !== size ? -errno.EINVAL : 0;
}

function getCore(vcpu: Vcpu, offset: number, size: number): RegisterResult {
  const error = checkCore(offset, size);
  if (error !== 0) return { error };
  const { cpu } = vcpu;
  if (offset < core.sp) return { value: cpu.x(offset / 2) };
  if (offset >= core.vectors && offset < core.fpsr) {
    const view = new DataView(cpu.vectors.buffer, (offset - core.vectors) * 4, 16);
    return { value: view.getBigUint64(0, true) | (view.getBigUint64(8, true) << 64n) };
  }
  switch (offset) {
    case core.sp:
      return { value: cpu.spEl0 };
    case core.pc:
      return { value: cpu.pc };
    case core.pstate:
      return { value: BigInt(cpu.pstate >>> 0) };
    case core.spEl1:
      return { value: cpu.spEl1 };
    case core.elrEl1:
      return { value: cpu.read(sysreg.ELR_EL1) };
    case core.spsrEl1:
      return { value: cpu.read(sysreg.SPSR_EL1) };
    case core.fpsr:
      return { value: cpu.read(sysreg.FPSR) };
    case core.fpcr:
      return { value: cpu.read(sysreg.FPCR) };
    case core.spsrAbort:
      return { value: cpu.spsrAbort };
    default:
      // The other banked SPSRs of AArch32: nothing here enters their modes.
      return { value: 0n };
  }
}

function setCore(vcpu: Vcpu, offset: number, size: number, value: bigint): number {
  const error = checkCore(offset, size);
  if (error !== 0) return error;
  const { cpu } = vcpu;
  if (offset < core.sp) {
    cpu.setX(offset / 2, value);
    return 0;
  }
  if (offset >= core.vectors && offset < core.fpsr) {
    const view = new DataView(cpu.vectors.buffer, (offset - core.vectors) * 4, 16);
    view.setBigUint64(0, BigInt.asUintN(64, value), true);
    view.setBigUint64(8, value >> 64n, true);
    return 0;
  }
  switch (offset) {
    case core.sp:
      cpu.spEl0 = value;
      return 0;
    case core.pc:
      cpu.pc = value;
      return 0;
    case core.pstate:
      return setPstate(vcpu, Number(value & 0xffff_ffffn));
    case core.spEl1:
      cpu.spEl1 = value;
      return 0;
    case core.elrEl1:
      cpu.write(sysreg.ELR_EL1, value);
      return 0;
    case core.spsrEl1:
      cpu.write(sysreg.SPSR_EL1, value);
      return 0;
    case core.fpsr:
      cpu.write(sysreg.FPSR, value);
      return 0;
    case core.fpcr:
      cpu.write(sysreg.FPCR, value);
      return 0;
    case core.spsrAbort:
      cpu.spsrAbort = value;
      return 0;
    default:
      return 0;
  }
}

/** A mode the vCPU cannot have is EINVAL; AArch32 user mode is fine on every model here, the other AArch32 modes need EL1_32BIT. */
function setPstate(vcpu: Vcpu, value: number): number {
  const is32Bit = vcpu.hasFeature(vcpuFeatures.el1Is32Bit);
  switch (value & pstateBits.modeMask) {
    case 0x10:
      break;
    case 0x11:
    case 0x12:
    case 0x13:
    case 0x17:
    case 0x1b:
      if (!is32Bit) return -errno.EINVAL;
      break;
    case 0:
    case 4:
    case 5:
      if (is32Bit) return -errno.EINVAL;
      break;
    default:
      return -errno.EINVAL;
  }
  vcpu.cpu.pstate = value >>> 0;
  return 0;
}

function readSystem(vcpu: Vcpu, encoding: number): RegisterResult {
  if (!isIdentification(encoding)) return { value: vcpu.cpu.read(encoding) };
  const value = identification(vcpu.cpu.model, encoding);
  if (value !== undefined) return { value };
  return { value: 0n, note: `The value of the identification register 0x${encoding.toString(16)} is not simulated` };
}

function writeSystem(vcpu: Vcpu, encoding: number, value: bigint): number {
  if (isIdentification(encoding)) {
    const known = identification(vcpu.cpu.model, encoding);
    return known === undefined || value === known ? 0 : -errno.EINVAL;
  }
  vcpu.cpu.write(encoding, value);
  return 0;
}

/** PSCI_VERSION: 0.1 without the vCPU feature, else the newest the kernel has. */
function firmware(vcpu: Vcpu, id: bigint, version: KernelVersion): bigint {
  return (id & 0x1f_ffffn) === 0x14_0000n ? BigInt(psciVersion(vcpu, version)) : 0n;
}

export function psciVersion(vcpu: Vcpu, version: KernelVersion): number {
  if (!vcpu.hasFeature(vcpuFeatures.psci02)) return 1;
  return version.isAtLeast(6, 13) ? 0x1_0003 : 0x1_0001;
}
