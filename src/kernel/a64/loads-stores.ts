/**
 * Loads and stores (Arm ARM C4.1.94): single registers, pairs, literals, exclusives and acquire/release, and the SIMD
 * register forms that move whole registers.
 *
 * What matters beyond the value is the syndrome of a stage-2 fault. ISV is set only where one general register is moved
 * without write-back: then the syndrome says size (SAS), sign extension (SSE), register (SRT), width (SF) and acquire/release
 * (AR), and KVM can emulate the access. Nothing is written back before the access succeeded.
 * Left out: tags (MTE), atomics, LD64B, structure loads (LD1 …).
 */

import { signExtend, extend } from './arithmetic.ts';
import { type GuestBus, isFault } from './bus.ts';
import type { GuestCpu } from './guest-cpu.ts';
import type { MemoryFault, Trap } from './trap.ts';

const pageMask = 0xfff;
const dataAbortLowerEl = 0x9200_0000;
const writeNotRead = 0x40;

/** Sentinel for an encoding that is not known. */
export const unknownAccess = Symbol('unknown access');

export type AccessResult = Trap | typeof unknownAccess | undefined;

interface Access {
  readonly address: bigint;
  readonly size: number;
  /** Bits 24:14 of the syndrome, zero where ISV is clear. */
  readonly instruction: number;
}

function instructionSyndrome(
  size: number,
  isSigned: boolean,
  register: number,
  is64: boolean,
  isOrdered: boolean,
): number {
  const log2 = 31 - Math.clz32(size);
  return (
    ((1 << 24) |
      (log2 << 22) |
      (isSigned ? 1 << 21 : 0) |
      (register << 16) |
      (is64 ? 1 << 15 : 0) |
      (isOrdered ? 1 << 14 : 0)) >>>
    0
  );
}

function abort(access: Access, fault: MemoryFault, value?: bigint): Trap {
  const write = value === undefined ? 0 : writeNotRead;
  return {
    kind: 'data-abort',
    syndrome: (dataAbortLowerEl | access.instruction | write) >>> 0,
    address: access.address,
    fault,
    ...(value === undefined ? {} : { value }),
  };
}

/** Reads up to 8 bytes; a `Trap` if a page cannot be used. */
function readMemory(bus: GuestBus, access: Access): bigint | Trap {
  const address = Number(access.address);
  const offset = address & pageMask;
  if (offset + access.size <= 4096) {
    const page = bus.page(address - offset, false);
    if (isFault(page)) return abort(access, page);
    switch (access.size) {
      case 8:
        return page.view.getBigUint64(offset, true);
      case 4:
        return BigInt(page.view.getUint32(offset, true));
      case 2:
        return BigInt(page.view.getUint16(offset, true));
      default:
        return BigInt(page.view.getUint8(offset));
    }
  }
  let value = 0n;
  for (let index = 0; index < access.size; index++) {
    const byte = readMemory(bus, { ...access, address: access.address + BigInt(index), size: 1 });
    if (typeof byte !== 'bigint') return byte;
    value |= byte << BigInt(index * 8);
  }
  return value;
}

function writeMemory(bus: GuestBus, access: Access, value: bigint): Trap | undefined {
  const address = Number(access.address);
  const offset = address & pageMask;
  const page = bus.page(address - offset, true);
  if (isFault(page)) return abort(access, page, value);
  if (offset + access.size > 4096) {
    const last = bus.page(address - offset + 4096, true);
    if (isFault(last)) return abort({ ...access, address: BigInt(address - offset + 4096) }, last, value);
    for (let index = 0; index < access.size; index++) {
      const byte = { ...access, address: access.address + BigInt(index), size: 1 };
      writeMemory(bus, byte, (value >> BigInt(index * 8)) & 0xffn);
    }
    return undefined;
  }
  switch (access.size) {
    case 8:
      page.view.setBigUint64(offset, value, true);
      break;
    case 4:
      page.view.setUint32(offset, Number(value & 0xffff_ffffn), true);
      break;
    case 2:
      page.view.setUint16(offset, Number(value & 0xffffn), true);
      break;
    default:
      page.view.setUint8(offset, Number(value & 0xffn));
  }
  return undefined;
}

/** One load or store of any kind. */
export function executeLoadStore(cpu: GuestCpu, bus: GuestBus, word: number): AccessResult {
  const isVector = ((word >>> 26) & 1) === 1;
  switch ((word >>> 28) & 3) {
    case 0:
      return isVector || ((word >>> 24) & 1) === 1 ? unknownAccess : exclusive(cpu, bus, word);
    case 1:
      return ((word >>> 24) & 1) === 0 ? literal(cpu, bus, word, isVector) : unknownAccess;
    case 2:
      return pair(cpu, bus, word, isVector);
    default:
      return single(cpu, bus, word, isVector);
  }
}

function loadInto(
  cpu: GuestCpu,
  register: number,
  value: bigint,
  size: number,
  isSigned: boolean,
  is64: boolean,
): void {
  if (!isSigned) {
    cpu.setX(register, value);
    return;
  }
  cpu.setX(register, BigInt.asUintN(is64 ? 64 : 32, BigInt.asIntN(size * 8, value)));
}

function literal(cpu: GuestCpu, bus: GuestBus, word: number, isVector: boolean): AccessResult {
  const kind = word >>> 30;
  const register = word & 31;
  const address = BigInt.asUintN(64, cpu.pc + BigInt(signExtend((word >>> 5) & 0x7ffff, 19) * 4));
  if (isVector) return kind === 3 ? unknownAccess : moveVector(cpu, bus, address, register, 4 << kind, true);
  if (kind === 3) return undefined;
  const size = kind === 1 ? 8 : 4;
  const isSigned = kind === 2;
  const access = { address, size, instruction: instructionSyndrome(size, isSigned, register, kind !== 0, false) };
  const value = readMemory(bus, access);
  if (typeof value !== 'bigint') return value;
  loadInto(cpu, register, value, size, isSigned, true);
  return undefined;
}

function moveVector(
  cpu: GuestCpu,
  bus: GuestBus,
  address: bigint,
  register: number,
  size: number,
  isLoad: boolean,
): Trap | undefined {
  const view = new DataView(cpu.vectors.buffer, register * 16, 16);
  const step = Math.min(size, 8);
  if (!isLoad) {
    for (let at = 0; at < size; at += step) {
      const value = BigInt.asUintN(step * 8, view.getBigUint64(at, true));
      const trap = writeMemory(bus, { address: address + BigInt(at), size: step, instruction: 0 }, value);
      if (trap !== undefined) return trap;
    }
    return undefined;
  }
  const parts: bigint[] = [];
  for (let at = 0; at < size; at += step) {
    const value = readMemory(bus, { address: address + BigInt(at), size: step, instruction: 0 });
    if (typeof value !== 'bigint') return value;
    parts.push(value);
  }
  view.setBigUint64(0, parts[0] ?? 0n, true);
  view.setBigUint64(8, parts[1] ?? 0n, true);
  return undefined;
}

function pair(cpu: GuestCpu, bus: GuestBus, word: number, isVector: boolean): AccessResult {
  const kind = word >>> 30;
  const isLoad = ((word >>> 22) & 1) === 1;
  const isSigned = !isVector && kind === 1;
  if (kind === 3 || (isSigned && !isLoad)) return unknownAccess;
  const size = isVector ? 4 << kind : kind === 2 ? 8 : 4;
  const mode = (word >>> 23) & 3;
  const offset = BigInt(signExtend((word >>> 15) & 0x7f, 7) * size);
  const rn = (word >>> 5) & 31;
  const base = cpu.xOrSp(rn);
  const address = mode === 1 ? base : BigInt.asUintN(64, base + offset);
  const registers = [word & 31, (word >>> 10) & 31] as const;
  const [first, second] = registers;
  const nextAddress = BigInt.asUintN(64, address + BigInt(size));
  if (isVector) {
    const trap =
      moveVector(cpu, bus, address, first, size, isLoad) ?? moveVector(cpu, bus, nextAddress, second, size, isLoad);
    if (trap !== undefined) return trap;
  } else if (isLoad) {
    const low = readMemory(bus, { address, size, instruction: 0 });
    if (typeof low !== 'bigint') return low;
    const high = readMemory(bus, { address: nextAddress, size, instruction: 0 });
    if (typeof high !== 'bigint') return high;
    loadInto(cpu, first, low, size, isSigned, true);
    loadInto(cpu, second, high, size, isSigned, true);
  } else {
    const trap =
      writeMemory(bus, { address, size, instruction: 0 }, cpu.x(first)) ??
      writeMemory(bus, { address: nextAddress, size, instruction: 0 }, cpu.x(second));
    if (trap !== undefined) return trap;
  }
  if (mode === 1 || mode === 3) cpu.setXOrSp(rn, BigInt.asUintN(64, base + offset));
  return undefined;
}

function single(cpu: GuestCpu, bus: GuestBus, word: number, isVector: boolean): AccessResult {
  const sizeBits = word >>> 30;
  const operation = (word >>> 22) & 3;
  const rn = (word >>> 5) & 31;
  const rt = word & 31;
  const size = isVector && operation >= 2 ? 16 : 1 << sizeBits;
  if (isVector && operation >= 2 && sizeBits !== 0) return unknownAccess;
  const base = cpu.xOrSp(rn);
  let address = base;
  let writeBack: bigint | undefined;
  if (((word >>> 24) & 1) === 1) {
    address = BigInt.asUintN(64, base + BigInt(((word >>> 10) & 0xfff) * size));
  } else if (((word >>> 21) & 1) === 1) {
    if (((word >>> 10) & 3) !== 2 || ((word >>> 14) & 1) === 0) return unknownAccess;
    const by = ((word >>> 12) & 1) === 1 ? 31 - Math.clz32(size) : 0;
    address = BigInt.asUintN(
      64,
      base + BigInt.asIntN(64, extend(cpu.x((word >>> 16) & 31), (word >>> 13) & 7, by, true)),
    );
  } else {
    const moved = BigInt.asUintN(64, base + BigInt(signExtend((word >>> 12) & 0x1ff, 9)));
    const mode = (word >>> 10) & 3;
    if (mode !== 1) address = moved;
    if (mode === 1 || mode === 3) writeBack = moved;
  }
  const result = isVector
    ? moveVector(cpu, bus, address, rt, size, (operation & 1) === 1)
    : moveGeneral(cpu, bus, { address, size, rt, operation, sizeBits, isPlain: writeBack === undefined });
  if (result === undefined && writeBack !== undefined) cpu.setXOrSp(rn, writeBack);
  return result;
}

interface GeneralMove {
  readonly address: bigint;
  readonly size: number;
  readonly rt: number;
  readonly operation: number;
  readonly sizeBits: number;
  readonly isPlain: boolean;
}

function moveGeneral(cpu: GuestCpu, bus: GuestBus, move: GeneralMove): AccessResult {
  const { address, size, rt, operation, sizeBits, isPlain } = move;
  const isSigned = operation >= 2;
  // PRFM has the encoding of a sign-extending 64-bit load; a prefetch does nothing here.
  if (isSigned && sizeBits === 3) return operation === 2 ? undefined : unknownAccess;
  if (operation === 3 && sizeBits === 2) return unknownAccess;
  const is64 = isSigned ? operation === 2 : sizeBits === 3;
  const instruction = isPlain ? instructionSyndrome(size, isSigned, rt, is64, false) : 0;
  if (operation === 0) return writeMemory(bus, { address, size, instruction }, BigInt.asUintN(size * 8, cpu.x(rt)));
  const value = readMemory(bus, { address, size, instruction });
  if (typeof value !== 'bigint') return value;
  loadInto(cpu, rt, value, size, isSigned, is64);
  return undefined;
}

/** LDXR, STXR, LDAR, STLR, LDXP, STXP and their acquire/release forms. */
function exclusive(cpu: GuestCpu, bus: GuestBus, word: number): AccessResult {
  const size = 1 << (word >>> 30);
  const isOrdinary = ((word >>> 23) & 1) === 1;
  const isLoad = ((word >>> 22) & 1) === 1;
  const isPair = ((word >>> 21) & 1) === 1;
  const rt = word & 31;
  const address = cpu.xOrSp((word >>> 5) & 31);
  if (isOrdinary) {
    if (isPair) return unknownAccess;
    const instruction = instructionSyndrome(size, false, rt, size === 8, true);
    if (!isLoad) return writeMemory(bus, { address, size, instruction }, BigInt.asUintN(size * 8, cpu.x(rt)));
    const value = readMemory(bus, { address, size, instruction });
    if (typeof value !== 'bigint') return value;
    cpu.setX(rt, value);
    return undefined;
  }
  if (isPair && size < 4) return unknownAccess;
  const registers = isPair ? [rt, (word >>> 10) & 31] : [rt];
  if (isLoad) {
    const values: bigint[] = [];
    for (const index of registers.keys()) {
      const value = readMemory(bus, { address: address + BigInt(index * size), size, instruction: 0 });
      if (typeof value !== 'bigint') return value;
      values.push(value);
    }
    for (const [index, register] of registers.entries()) cpu.setX(register, values[index] ?? 0n);
    cpu.exclusive = { address, size: size * registers.length };
    return undefined;
  }
  const status = (word >>> 16) & 31;
  const monitor = cpu.exclusive;
  cpu.exclusive = undefined;
  if (monitor?.address !== address || monitor.size !== size * registers.length) {
    cpu.setX(status, 1n);
    return undefined;
  }
  for (const [index, register] of registers.entries()) {
    const access = { address: address + BigInt(index * size), size, instruction: 0 };
    const trap = writeMemory(bus, access, BigInt.asUintN(size * 8, cpu.x(register)));
    if (trap !== undefined) return trap;
  }
  cpu.setX(status, 0n);
  return undefined;
}
