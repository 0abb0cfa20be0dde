/**
 * Drives a simulated x86 kernel with the inputs of a transcript and compares every answer with the recorded one.
 *
 * Descriptor numbers are the environment's (what the program had open), so the transcript's first machine says where they
 * start. `request_interrupt_window` is read from the record of the page: a kernel never writes that byte, so it is the
 * program's.
 */

import { errnoName } from '../errno.ts';
import type { KernelVersion } from '../kernel-version.ts';
import type { Mismatch, ReplayReport, SkippedStep } from '../replay/replay.ts';
import {
  bytesOfHex,
  hexBytes,
  hexNumber,
  hexOfBytes,
  integer,
  text,
  type TranscriptRecord,
} from '../replay/transcript.ts';
import { requests } from '../request-numbers.ts';
import type { CallResult } from '../system-call.ts';
import { pageSize } from '../user-memory.ts';
import type { X86Vendor } from './host.ts';
import { x86Vendors } from './host.ts';
import { stringData, unrecordedGuests, x86Guest, x86Scenarios, x86Vectors } from './recording-program.ts';
import { portDataOffset } from './run-page.ts';
import { SimulatedX86Kernel } from './simulated-x86-kernel.ts';
import { systemRegistersSize } from './system-registers.ts';

/** Whether a transcript comes from an x86 kernel: its surroundings name the machine. */
export function isX86Transcript(records: readonly TranscriptRecord[]): boolean {
  return records.some(({ op, members }) => op === 'env' && text(members, 'machine') === 'x86_64');
}

/** The x86 processor a `--cpu` names; AMD's where it names none of x86's. */
export function x86VendorOf(cpu: string): X86Vendor {
  return x86Vendors.find((vendor) => vendor === cpu) ?? 'svm';
}

const comparedOps = new Set(['ioctl', 'kvm_run', 'regs', 'mem', 'guest_mem', 'guest_result']);
const childProcess = 2;
const setRegisters = 0x4090ae82;
const setSystemRegisters = 0x4138ae84;
const getRegisters = 0x8090ae81;
const noDescriptor = 1000;
const filler = 0xa5;
/** Descriptors of the program: kvm, vm, vcpu, in the order they are opened. */
const openedBeforeMachine = 1;

/** Replays a transcript of an x86 kernel. */
export function replayX86Transcript(
  records: readonly TranscriptRecord[],
  version: KernelVersion,
  vendor: X86Vendor,
): ReplayReport {
  const skipped: SkippedStep[] = [];
  const mismatched: Mismatch[] = [];
  const firstDescriptor = firstDescriptorOf(records);
  let steps = 0;
  let scenario: Scenario | undefined;
  for (const [index, record] of records.entries()) {
    const name = record.scenario;
    if (scenario?.name !== name) scenario = new Scenario(name, { version, vendor, firstDescriptor });
    const differences = scenario.replay(record, records[index + 1]);
    if (!comparedOps.has(record.op)) continue;
    steps++;
    if (typeof differences === 'string') skipped.push({ i: record.i, scenario: name, reason: differences });
    else
      for (const difference of differences)
        mismatched.push({ i: record.i, scenario: name, step: record.step, ...difference });
  }
  const failing = new Set(mismatched.map(({ i }) => i)).size;
  return { steps, matched: steps - skipped.length - failing, skipped, mismatched };
}

function firstDescriptorOf(records: readonly TranscriptRecord[]): number {
  const created = records.find(
    ({ members }) =>
      Number(hexNumber(members, 'req') ?? 0n) === requests.CREATE_VM && (integer(members, 'ret') ?? -1) >= 0,
  );
  return Math.max(0, (integer(created?.members ?? new Map(), 'ret') ?? 4) - openedBeforeMachine);
}

/** Every segment at 0, protection and paging off, the interrupt table at 0. */
function realModeRegisters(): Uint8Array {
  const view = new DataView(new ArrayBuffer(systemRegistersSize));
  view.setUint16(216, 0xffff, true);
  view.setBigUint64(224, 0x6000_0010n, true);
  return new Uint8Array(view.buffer);
}

interface Difference {
  readonly field: string;
  readonly expected: string;
  readonly actual: string;
}

type Differences = readonly Difference[] | string;

interface Options {
  readonly version: KernelVersion;
  readonly vendor: X86Vendor;
  readonly firstDescriptor: number;
}

class Scenario {
  readonly name: string;
  readonly #kernel: SimulatedX86Kernel;
  readonly #kvm: number;
  #vm: number | undefined;
  #vcpu: number | undefined;
  #runPage: number | undefined;
  #ram: number | undefined;
  #step = '';
  #area = 0;
  #lastCode = new Uint8Array(0);
  #stopped: string | undefined;

  constructor(name: string, options: Options) {
    this.name = name;
    this.#kernel = new SimulatedX86Kernel(options);
    this.#kvm = this.#kernel.open('/dev/kvm').ret;
  }

  replay(record: TranscriptRecord, next: TranscriptRecord | undefined): Differences {
    if (!x86Scenarios.has(this.name)) return `What the scenario ${this.name} does between its calls is not known`;
    this.#prepare(record);
    const { members } = record;
    switch (record.op) {
      case 'note':
        this.#followNote(text(members, 'text') ?? '');
        return [];
      case 'ioctl':
        return this.#stopped ?? this.#call(record, next);
      case 'kvm_run':
        return this.#stopped ?? this.#compareRunPage(record);
      case 'regs':
        return this.#stopped ?? this.#compareRegisters(record);
      case 'mem': {
        const length = (text(members, 'hex') ?? '').length / 2;
        return compareBytes('hex', record, this.#kernel.memory.read(this.#area, length));
      }
      case 'guest_mem': {
        const length = (text(members, 'hex') ?? '').length / 2;
        const address = Number(hexNumber(members, 'gpa') ?? 0n);
        return (
          this.#stopped ?? compareBytes('hex', record, this.#kernel.memory.read((this.#ram ?? 0) + address, length))
        );
      }
      default:
        return [];
    }
  }

  get #machine(): number {
    this.#vm ??= this.#kernel.ioctl(this.#kvm, requests.CREATE_VM, 0).ret;
    return this.#vm;
  }

  get #processor(): number {
    this.#vcpu ??= this.#kernel.ioctl(this.#machine, requests.CREATE_VCPU, 0).ret;
    return this.#vcpu;
  }

  get #page(): number {
    this.#runPage ??= this.#kernel.mmap(this.#processor);
    return this.#runPage;
  }

  #leaveMachine(): void {
    for (const fd of [this.#vcpu, this.#vm]) if (fd !== undefined) this.#kernel.close(fd);
    this.#vm = undefined;
    this.#vcpu = undefined;
    this.#runPage = undefined;
    this.#ram = undefined;
    this.#stopped = undefined;
  }

  /** Every test of events, and every guest, has a machine of its own; a step `x-exit3` belongs to the guest `x`. */
  #prepare({ op, step, members }: TranscriptRecord): void {
    const test = step.replace(/-exit\d+$/, '');
    const isNew = test !== this.#step;
    this.#step = test;
    if (this.name === 'events' && isNew) this.#leaveMachine();
    if ((this.name !== 'runs' && this.name !== 'inject') || step === 'end') return;
    const code = hexBytes(members, 'hex');
    if (op === 'guest_code' && code !== undefined) {
      this.#leaveMachine();
      this.#lastCode = code.slice();
      this.#setUp(code, true);
    } else if (isNew && step !== 'run-arg1') {
      this.#leaveMachine();
      const guest = unrecordedGuests.get(`${this.name}/${test}`);
      if (typeof guest === 'string') this.#stopped = guest;
      else if (guest === undefined) this.#setUp(this.#lastCode, true);
      else if (guest.code !== undefined) this.#setUp(bytesOfHex(guest.code), guest.hasVectors !== false);
    }
  }

  #setUp(code: Uint8Array, hasVectors: boolean): void {
    const { memory } = this.#kernel;
    const ram = new Uint8Array(x86Guest.ramSize);
    if (hasVectors) ram.set(x86Vectors());
    ram.set(code.subarray(0, x86Guest.ramSize - x86Guest.code), x86Guest.code);
    // Only guests that send strings (OUTSB) have them: others find a table of zeros there.
    if (code.includes(0x6e)) ram.set(new TextEncoder().encode(stringData), x86Guest.data);
    this.#ram = memory.map(ram.length, { bytes: ram });
    const region = new DataView(new ArrayBuffer(32));
    region.setBigUint64(16, BigInt(ram.length), true);
    region.setBigUint64(24, BigInt(this.#ram), true);
    this.#send(this.#machine, requests.SET_USER_MEMORY_REGION, new Uint8Array(region.buffer));
    const registers = new DataView(new ArrayBuffer(144));
    registers.setBigUint64(48, BigInt(x86Guest.stack), true);
    registers.setBigUint64(128, BigInt(x86Guest.code), true);
    registers.setBigUint64(136, 2n, true);
    this.#send(this.#processor, setRegisters, new Uint8Array(registers.buffer));
    this.#send(this.#processor, setSystemRegisters, realModeRegisters());
  }

  #send(fd: number, request: number, bytes: Uint8Array): CallResult {
    const address = this.#kernel.memory.map(pageSize);
    this.#kernel.memory.write(address, bytes);
    const result = this.#kernel.ioctl(fd, request, address);
    bytes.set(this.#kernel.memory.read(address, bytes.length));
    this.#kernel.memory.unmap(address, pageSize);
    return result;
  }

  #followNote(note: string): void {
    const { memory } = this.#kernel;
    const prefill = /^kvm_run prefilled with 0xa5 at ([\d., ]+)/.exec(note);
    for (const [, first, last] of (prefill?.[1] ?? '').matchAll(/(\d+)\.\.(\d+)/g)) {
      memory.write(this.#page + Number(first), new Uint8Array(Number(last) - Number(first) + 1).fill(filler));
    }
    const put = /^host puts ([0-9a-f]+) (at data_offset|in mmio\.data)/.exec(note);
    if (put !== null) {
      memory.write(this.#page + (put[2] === 'at data_offset' ? portDataOffset : 40), bytesOfHex(put[1] ?? ''));
    }
    const error = /^host sets msr\.error = (\d+)/.exec(note);
    if (error !== null) memory.write(this.#page + 32, new Uint8Array([Number(error[1])]));
  }

  #descriptor(name: string): number {
    if (name === 'kvm') return this.#kvm;
    if (name === 'vm') return this.#machine;
    return name === 'vcpu' ? this.#processor : noDescriptor;
  }

  #call(record: TranscriptRecord, next: TranscriptRecord | undefined): Differences {
    const { members } = record;
    const request = hexNumber(members, 'req');
    if (request === undefined) return 'The record has no request number';
    const { memory } = this.#kernel;
    const fd = this.#descriptor(text(members, 'fd') ?? '');
    const immediateExit = integer(members, 'immediate_exit');
    if (immediateExit !== undefined) {
      const window = next?.op === 'kvm_run' ? (hexBytes(next.members, 'hex')?.[0] ?? 0) : 0;
      memory.write(this.#page, new Uint8Array([window, immediateExit]));
    }
    const input = hexBytes(members, 'in');
    const argument =
      input === undefined
        ? (hexNumber(members, 'arg') ?? this.#pointer(text(members, 'ptr') ?? ''))
        : this.#place(input);
    const result = this.#kernel.ioctl(fd, request, argument, {
      signalArmed: integer(members, 'sigalrm') === 1,
      ...((text(members, 'name') ?? '').endsWith('(from forked child)') ? { process: childProcess } : {}),
    });
    if (result.note !== undefined) {
      this.#stopped = result.note;
      return result.note;
    }
    this.#adopt(Number(request), argument, result.ret);
    const differences = [...compareResult(record, result)];
    if (input !== undefined) {
      differences.push(...compareBytes('out', record, memory.read(this.#area, input.length)));
      const behind = memory.read(this.#area + input.length, 16);
      if (behind.some((byte) => byte !== filler))
        differences.push({ field: 'guard', expected: 'a5', actual: hexOfBytes(behind) });
    }
    const reason = integer(members, 'exit_reason');
    return reason === undefined
      ? differences
      : [...differences, ...compare('exit_reason', String(reason), String(this.#word(8)))];
  }

  /** The program keeps its first vCPU, and closes every other descriptor at once. */
  #adopt(request: number, argument: number | bigint, result: number): void {
    if (result < 0 || (request !== requests.CREATE_VM && request !== requests.CREATE_VCPU)) return;
    if (request === requests.CREATE_VCPU && BigInt(argument) === 0n && this.#vcpu === undefined) this.#vcpu = result;
    else this.#kernel.close(result);
  }

  #place(input: Uint8Array): number {
    const bytes = new Uint8Array(Math.ceil((input.length + 16) / pageSize) * pageSize).fill(filler);
    bytes.set(input);
    this.#area = this.#kernel.memory.map(bytes.length, { bytes });
    return this.#area;
  }

  #pointer(description: string): number {
    const filled = (protection: 'read' | 'read-write'): number =>
      this.#kernel.memory.map(pageSize, { bytes: new Uint8Array(pageSize).fill(filler), protection });
    if (description.startsWith('40 bytes mapped')) this.#area = filled('read-write') + pageSize - 40;
    else if (description.startsWith('read-only')) this.#area = filled('read');
    else this.#area = 0;
    return this.#area;
  }

  #word(offset: number): number {
    const bytes = this.#kernel.memory.read(this.#page + offset, 4);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  }

  #compareRunPage(record: TranscriptRecord): Difference[] {
    const { members } = record;
    const { memory } = this.#kernel;
    const length = (text(members, 'hex') ?? '').length / 2;
    const differences = compareBytes('hex', record, memory.read(this.#page, length));
    const data = text(members, 'data');
    const offset = integer(members, 'data_offset');
    if (data === undefined || offset === undefined) return differences;
    return [...differences, ...compare('data', data, hexOfBytes(memory.read(this.#page + offset, data.length / 2)))];
  }

  #compareRegisters(record: TranscriptRecord): Difference[] {
    const bytes = new Uint8Array(144);
    const result = this.#send(this.#processor, getRegisters, bytes);
    return [...compareResult(record, result), ...compareBytes('hex', record, bytes)];
  }
}

function compare(field: string, expected: string, actual: string): Difference[] {
  return expected === actual ? [] : [{ field, expected, actual }];
}

function compareResult({ members }: TranscriptRecord, result: CallResult): Difference[] {
  const expected = integer(members, 'errno') ?? 0;
  return [
    ...compare('ret', String(integer(members, 'ret') ?? ''), String(result.ret)),
    ...compare('errno', errnoName(expected), errnoName(result.errno)),
  ];
}

function compareBytes(field: string, { members }: TranscriptRecord, actual: Uint8Array): Difference[] {
  const expected = text(members, field);
  return expected === undefined ? [] : compare(field, expected, hexOfBytes(actual));
}
