/**
 * A small interpreter of 16-bit code: the instructions test guests are made of, and their neighbours.
 *
 * Moves, the eight ALU operations, INC and DEC, stack, jumps and calls within the segment, port input and output with their
 * string forms, flags, HLT, INT, IRET, UD2, LIDT, CR0 and MSRs. What is not known is named in a note; nothing is guessed.
 * What needs KVM (ports, MSRs, exceptions, HLT) is an outcome, and RIP then still points to the instruction.
 */

import { conditionHolds, operate, step, test, truncate } from './arithmetic.ts';
import { flagBits, registers, segments, type X86Cpu } from './cpu.ts';
import { Decoder } from './decoder.ts';
import type { GuestMemory } from './guest-memory.ts';

export type Outcome =
  | { readonly kind: 'done'; readonly holdsInterrupts?: true; readonly endsNmi?: true }
  | {
      readonly kind: 'out';
      readonly port: number;
      readonly size: number;
      readonly value: number;
      readonly length: number;
    }
  | { readonly kind: 'in'; readonly input: PortInput; readonly length: number }
  | { readonly kind: 'hlt' }
  | { readonly kind: 'exception'; readonly vector: number }
  | { readonly kind: 'software-interrupt'; readonly vector: number }
  | { readonly kind: 'msr'; readonly isWrite: boolean }
  /** The code itself is outside every slot. */
  | { readonly kind: 'no-code'; readonly address: number }
  | { readonly kind: 'unknown'; readonly note: string };

export interface PortInput {
  readonly port: number;
  readonly size: number;
  /** More than 1 only for REP INS, which reads ahead. */
  readonly count: number;
  readonly isString: boolean;
}

const done: Outcome = { kind: 'done' };
const invalidOpcode: Outcome = { kind: 'exception', vector: 6 };

/** Executes one instruction; RIP has passed it if the outcome is `done`. */
export function execute(cpu: X86Cpu, memory: GuestMemory): Outcome {
  const decoder = new Decoder(cpu, memory);
  const outcome = dispatch(decoder, decoder.opcode());
  if (decoder.failedAt !== undefined) return { kind: 'no-code', address: decoder.failedAt };
  if (outcome === undefined) {
    const bytes = decoder.bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    return { kind: 'unknown', note: `The x86 instruction ${bytes} at 0x${cpu.rip.toString(16)} is not simulated` };
  }
  if (outcome.kind === 'done') cpu.rip = (cpu.rip + decoder.length) & 0xffff;
  return outcome;
}

/** `undefined` for an opcode that is not known. */
function dispatch(decoder: Decoder, opcode: number): Outcome | undefined {
  if (opcode === 0x0f) return twoByte(decoder, decoder.byte());
  if (opcode < 0x40) return arithmetic(decoder, opcode);
  if (opcode < 0x60) return registerStep(decoder, opcode);
  if (opcode >= 0x6c && opcode <= 0x6f) return stringPort(decoder, opcode);
  if (opcode >= 0x70 && opcode <= 0x7f) {
    const offset = (decoder.byte() << 24) >> 24;
    return conditionHolds(opcode & 15, decoder.cpu.flags) ? jump(decoder, offset) : done;
  }
  if (opcode >= 0x80 && opcode <= 0x8b) return operands(decoder, opcode);
  if (opcode >= 0xa0 && opcode <= 0xa3) return accumulatorMove(decoder, opcode);
  if (opcode >= 0xb0 && opcode <= 0xbf) {
    const size = opcode < 0xb8 ? 1 : decoder.operandSize;
    decoder.cpu.write(opcode & 7, size, decoder.immediate(size));
    return done;
  }
  return control(decoder, opcode);
}

/** 00 … 3f: ALU operations between a register and memory, or with the accumulator. */
function arithmetic(decoder: Decoder, opcode: number): Outcome | undefined {
  const { cpu } = decoder;
  const operation = opcode >>> 3;
  const form = opcode & 7;
  if (form > 5) return undefined;
  const size = (form & 1) === 0 ? 1 : decoder.operandSize;
  if (form >= 4) {
    const result = operate(cpu, operation, cpu.read(registers.ax, size), decoder.immediate(size), size);
    if (result !== undefined) cpu.write(registers.ax, size, result);
    return done;
  }
  const { register, operand } = decoder.modRm();
  const toRegister = (form & 2) !== 0;
  const left = toRegister ? cpu.read(register, size) : decoder.read(operand, size);
  const right = toRegister ? decoder.read(operand, size) : cpu.read(register, size);
  const result = operate(cpu, operation, left, right, size);
  if (result === undefined) return done;
  if (toRegister) cpu.write(register, size, result);
  else decoder.write(operand, size, result);
  return done;
}

/** 40 … 5f: INC, DEC, PUSH and POP of a register. */
function registerStep(decoder: Decoder, opcode: number): Outcome {
  const { cpu, operandSize } = decoder;
  const register = opcode & 7;
  if (opcode < 0x50) {
    cpu.write(register, operandSize, step(cpu, cpu.read(register, operandSize), opcode < 0x48 ? 1 : -1, operandSize));
  } else if (opcode < 0x58) {
    decoder.push(cpu.read(register, operandSize), operandSize);
  } else {
    cpu.write(register, operandSize, decoder.pop(operandSize));
  }
  return done;
}

/** 80 … 8b: ALU operations with an immediate, TEST, XCHG with memory is left out, MOV. */
function operands(decoder: Decoder, opcode: number): Outcome | undefined {
  const { cpu } = decoder;
  const size = (opcode & 1) === 0 ? 1 : decoder.operandSize;
  if (opcode === 0x82 || opcode === 0x86 || opcode === 0x87) return undefined;
  const { register, operand } = decoder.modRm();
  if (opcode < 0x84) {
    const immediate = opcode === 0x83 ? truncate((decoder.byte() << 24) >> 24, size) : decoder.immediate(size);
    const result = operate(cpu, register, decoder.read(operand, size), immediate, size);
    if (result !== undefined) decoder.write(operand, size, result);
  } else if (opcode < 0x86) test(cpu, decoder.read(operand, size), cpu.read(register, size), size);
  else if (opcode < 0x8a) decoder.write(operand, size, cpu.read(register, size));
  else cpu.write(register, size, decoder.read(operand, size));
  return done;
}

/** A0 … A3: MOV between the accumulator and memory. */
function accumulatorMove(decoder: Decoder, opcode: number): Outcome {
  const size = (opcode & 1) === 0 ? 1 : decoder.operandSize;
  const operand = decoder.direct();
  if (opcode < 0xa2) decoder.cpu.write(registers.ax, size, decoder.read(operand, size));
  else decoder.write(operand, size, decoder.cpu.read(registers.ax, size));
  return done;
}

function jump({ cpu }: Decoder, offset: number): Outcome {
  cpu.rip = (cpu.rip + offset) & 0xffff;
  return done;
}

function setFlag({ cpu }: Decoder, bit: number, isSet: boolean): Outcome {
  cpu.flags = (isSet ? cpu.flags | bit : cpu.flags & ~bit) >>> 0;
  return done;
}

/** Everything from 90 on that is none of the groups above. */
function control(decoder: Decoder, opcode: number): Outcome | undefined {
  const { cpu, operandSize } = decoder;
  switch (opcode) {
    case 0x90:
      return done;
    case 0x9c:
      decoder.push(cpu.flags & (operandSize === 2 ? 0xffff : 0xfc_ffff), operandSize);
      return done;
    case 0xa8:
    case 0xa9: {
      const size = opcode === 0xa8 ? 1 : operandSize;
      test(cpu, cpu.read(registers.ax, size), decoder.immediate(size), size);
      return done;
    }
    case 0xc3:
      cpu.rip = truncate(decoder.pop(operandSize) - decoder.length, 2);
      return done;
    case 0xc6:
    case 0xc7: {
      const size = opcode === 0xc6 ? 1 : operandSize;
      const { register, operand } = decoder.modRm();
      if (register !== 0) return invalidOpcode;
      decoder.write(operand, size, decoder.immediate(size));
      return done;
    }
    case 0xcc:
      return { kind: 'software-interrupt', vector: 3 };
    case 0xcd:
      return { kind: 'software-interrupt', vector: decoder.byte() };
    case 0xcf:
      return operandSize === 2 && !cpu.isProtected ? interruptReturn(decoder) : undefined;
    case 0xe4:
    case 0xe5:
    case 0xec:
    case 0xed:
    case 0xe6:
    case 0xe7:
    case 0xee:
    case 0xef:
      return port(decoder, opcode);
    case 0xe8: {
      const offset = decoder.immediate(operandSize);
      decoder.push(truncate(cpu.rip + decoder.length, 2), operandSize);
      return jump(decoder, offset);
    }
    case 0xe9:
      return jump(decoder, decoder.immediate(operandSize));
    case 0xeb:
      return jump(decoder, (decoder.byte() << 24) >> 24);
    case 0xf4:
      return { kind: 'hlt' };
    case 0xf8:
    case 0xf9:
      return setFlag(decoder, flagBits.carry, opcode === 0xf9);
    case 0xfa:
      return setFlag(decoder, flagBits.interrupt, false);
    case 0xfb: {
      // The instruction after STI still runs undisturbed, if interrupts were off.
      const wasOff = (cpu.flags & flagBits.interrupt) === 0;
      setFlag(decoder, flagBits.interrupt, true);
      return wasOff ? { kind: 'done', holdsInterrupts: true } : done;
    }
    case 0xfc:
    case 0xfd:
      return setFlag(decoder, flagBits.direction, opcode === 0xfd);
    case 0xfe:
    case 0xff:
      return group5(decoder, opcode);
    default:
      return undefined;
  }
}

/** FE and FF: INC, DEC, and for FF CALL, JMP and PUSH of an operand; the far forms are left out. */
function group5(decoder: Decoder, opcode: number): Outcome | undefined {
  const { cpu } = decoder;
  const size = opcode === 0xfe ? 1 : decoder.operandSize;
  const { register, operand } = decoder.modRm();
  if (register < 2) {
    decoder.write(operand, size, step(cpu, decoder.read(operand, size), register === 0 ? 1 : -1, size));
    return done;
  }
  if (size === 1) return invalidOpcode;
  const value = decoder.read(operand, size);
  switch (register) {
    case 2:
      decoder.push(truncate(cpu.rip + decoder.length, 2), size);
      break;
    case 4:
      break;
    case 6:
      decoder.push(value, size);
      return done;
    default:
      return undefined;
  }
  cpu.rip = truncate(value - decoder.length, 2);
  return done;
}

function interruptReturn(decoder: Decoder): Outcome {
  const { cpu } = decoder;
  const target = decoder.pop(2);
  const selector = decoder.pop(2);
  const flags = decoder.pop(2);
  cpu.setSegment(segments.cs, selector);
  cpu.flags = ((cpu.flags & ~0xffff) | (flags & 0x7fd5) | flagBits.fixed) >>> 0;
  cpu.rip = truncate(target - decoder.length, 2);
  return { kind: 'done', endsNmi: true };
}

/** IN and OUT: bit 1 of the opcode says which, bit 3 whether the port is in DX. */
function port(decoder: Decoder, opcode: number): Outcome {
  const { cpu } = decoder;
  const size = (opcode & 1) === 0 ? 1 : decoder.operandSize;
  const number = (opcode & 8) === 0 ? decoder.byte() : cpu.read(registers.dx, 2);
  const { length } = decoder;
  return (opcode & 2) === 0
    ? { kind: 'in', input: { port: number, size, count: 1, isString: false }, length }
    : { kind: 'out', port: number, size, value: cpu.read(registers.ax, size), length };
}

/** INS and OUTS. KVM emulates them: OUTS goes out one by one with RF set between, REP INS reads ahead. */
function stringPort(decoder: Decoder, opcode: number): Outcome {
  const { cpu, isRepeated, length } = decoder;
  const size = (opcode & 1) === 0 ? 1 : decoder.operandSize;
  const count = isRepeated ? cpu.read(registers.cx, 2) : 1;
  if (count === 0) return setFlag(decoder, flagBits.resume, false);
  const number = cpu.read(registers.dx, 2);
  const isDown = (cpu.flags & flagBits.direction) !== 0;
  if (opcode < 0x6e) {
    const inPage = isDown ? 1 : Math.floor((0x1000 - (cpu.read(registers.di, 2) & 0xfff)) / size);
    const input = { port: number, size, count: Math.max(1, Math.min(count, inPage)), isString: true };
    return { kind: 'in', input, length };
  }
  const value = decoder.memory.read(decoder.stringSource(), size);
  cpu.write(registers.si, 2, cpu.read(registers.si, 2) + (isDown ? -size : size));
  if (!isRepeated) return { kind: 'out', port: number, size, value, length };
  cpu.write(registers.cx, 2, count - 1);
  setFlag(decoder, flagBits.resume, true);
  return { kind: 'out', port: number, size, value, length: 0 };
}

function twoByte(decoder: Decoder, opcode: number): Outcome | undefined {
  const { cpu } = decoder;
  switch (opcode) {
    case 0x01: {
      const { register, operand } = decoder.modRm();
      if (register !== 3 || operand.kind === 'register') return undefined;
      const limit = decoder.memory.read(operand.address, 2);
      const base = decoder.memory.read(operand.address + 2, 4);
      cpu.idt = { limit, base: decoder.operandSize === 2 ? base % 2 ** 24 : base };
      return done;
    }
    case 0x0b:
      return invalidOpcode;
    case 0x20:
    case 0x22: {
      const { register, operand } = decoder.modRm();
      if (register !== 0 || operand.kind !== 'register') return undefined;
      if (opcode === 0x20) cpu.write(operand.number, 4, cpu.cr0);
      else if (cpu.read(operand.number, 4) >>> 31 === 1) return undefined;
      // ET is fixed to one.
      else cpu.cr0 = (cpu.read(operand.number, 4) | 0x10) >>> 0;
      return done;
    }
    case 0x30:
    case 0x32:
      return { kind: 'msr', isWrite: opcode === 0x30 };
    default:
      return undefined;
  }
}
