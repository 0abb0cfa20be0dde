/**
 * Prefixes and operands of 16-bit code (Intel SDM volume 2, 2.1): what the opcode is, how wide, and where its operand lies.
 *
 * A memory operand is an offset and the segment it is in; the sixteen-bit forms of table 2-1 are known. The address-size
 * prefix, LOCK and the extra segments FS and GS are left out.
 */

import { registers, segments, type X86Cpu } from './cpu.ts';
import type { GuestMemory } from './guest-memory.ts';

export type Operand =
  | { readonly kind: 'register'; readonly number: number }
  | { readonly kind: 'memory'; readonly address: number; readonly offset: number };

export interface ModRm {
  /** The register field, or the operation an opcode group selects with it. */
  readonly register: number;
  readonly operand: Operand;
}

const segmentPrefixes = new Map<number, number>([
  [0x26, segments.es],
  [0x2e, segments.cs],
  [0x36, segments.ss],
  [0x3e, segments.ds],
]);

/** Registers added up by the eight forms of a memory operand. */
const addressForms: readonly (readonly number[])[] = [
  [registers.bx, registers.si],
  [registers.bx, registers.di],
  [registers.bp, registers.si],
  [registers.bp, registers.di],
  [registers.si],
  [registers.di],
  [registers.bp],
  [registers.bx],
];

/** Longest an instruction may be. */
const maximumLength = 15;

export class Decoder {
  readonly cpu: X86Cpu;
  readonly memory: GuestMemory;
  /** The bytes read so far, for a note. */
  readonly bytes: number[] = [];
  /** Where fetching failed: a physical address outside every slot. */
  failedAt: number | undefined;
  /** 4 with the operand-size prefix, else 2. */
  operandSize: 2 | 4 = 2;
  isRepeated = false;
  #segment: number | undefined;

  constructor(cpu: X86Cpu, memory: GuestMemory) {
    this.cpu = cpu;
    this.memory = memory;
  }

  get length(): number {
    return this.bytes.length;
  }

  byte(): number {
    if (this.failedAt !== undefined || this.bytes.length >= maximumLength) return 0;
    const address = (this.cpu.segmentBase(segments.cs) + ((this.cpu.rip + this.bytes.length) & 0xffff)) % 2 ** 32;
    const value = this.memory.fetch(address);
    if (value === undefined) {
      this.failedAt = address;
      return 0;
    }
    this.bytes.push(value);
    return value;
  }

  immediate(size: number): number {
    let value = 0;
    for (let index = 0; index < size; index++) value += this.byte() * 2 ** (index * 8);
    return value;
  }

  /** Reads prefixes and answers the first byte of the opcode. */
  opcode(): number {
    for (;;) {
      const byte = this.byte();
      const segment = segmentPrefixes.get(byte);
      if (segment !== undefined) this.#segment = segment;
      else if (byte === 0x66) this.operandSize = 4;
      else if (byte === 0xf2 || byte === 0xf3) this.isRepeated = true;
      else return byte;
    }
  }

  modRm(): ModRm {
    const byte = this.byte();
    const register = (byte >>> 3) & 7;
    const mode = byte >>> 6;
    const form = byte & 7;
    if (mode === 3) return { register, operand: { kind: 'register', number: form } };
    if (mode === 0 && form === 6) return { register, operand: this.#memoryOperand(this.immediate(2), segments.ds) };
    const parts = addressForms[form] ?? [];
    const displacement = mode === 2 ? this.immediate(2) : mode === 1 ? ((this.byte() << 24) >> 24) & 0xffff : 0;
    const offset = parts.reduce((sum, part) => sum + this.cpu.read(part, 2), displacement) & 0xffff;
    return { register, operand: this.#memoryOperand(offset, parts.includes(registers.bp) ? segments.ss : segments.ds) };
  }

  /** The operand of A0 … A3: an offset in the instruction itself. */
  direct(): Operand {
    return this.#memoryOperand(this.immediate(2), segments.ds);
  }

  /** DS:SI of a string instruction, whose segment a prefix can change. */
  stringSource(): number {
    return this.#memoryOperandAddress(this.cpu.read(registers.si, 2), segments.ds);
  }

  read(operand: Operand, size: number): number {
    return operand.kind === 'register' ? this.cpu.read(operand.number, size) : this.memory.read(operand.address, size);
  }

  write(operand: Operand, size: number, value: number): void {
    if (operand.kind === 'register') this.cpu.write(operand.number, size, value);
    else this.memory.write(operand.address, size, value);
  }

  push(value: number, size: 2 | 4): void {
    const top = (this.cpu.read(registers.sp, 2) - size) & 0xffff;
    this.cpu.write(registers.sp, 2, top);
    this.memory.write(this.cpu.segmentBase(segments.ss) + top, size, value);
  }

  pop(size: 2 | 4): number {
    const top = this.cpu.read(registers.sp, 2);
    this.cpu.write(registers.sp, 2, (top + size) & 0xffff);
    return this.memory.read(this.cpu.segmentBase(segments.ss) + top, size);
  }

  #memoryOperand(offset: number, segment: number): Operand {
    return { kind: 'memory', offset, address: this.#memoryOperandAddress(offset, segment) };
  }

  #memoryOperandAddress(offset: number, segment: number): number {
    return (this.cpu.segmentBase(this.#segment ?? segment) + offset) % 2 ** 32;
  }
}
