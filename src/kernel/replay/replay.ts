/**
 * Drives a simulated kernel with the inputs of a transcript and compares every answer with the recorded one.
 *
 * Inputs come from the transcript (requests, buffers, guest code, notes) and from what is known of the program that wrote
 * it (recording-program.ts); recorded answers are only compared. Each scenario is a process of its own with a kernel of its
 * own, as it was when it was recorded.
 */

import { type CpuModel } from '../cpu-models.ts';
import { errnoName } from '../errno.ts';
import type { KernelVersion } from '../kernel-version.ts';
import { requests } from '../request-numbers.ts';
import { type KernelOptions, SimulatedKernel } from '../simulated-kernel.ts';
import type { CallContext, CallResult } from '../system-call.ts';
import { pageSize } from '../user-memory.ts';
import {
  actionsBefore,
  brokenPageAt,
  eventsRegisters,
  guestLayout,
  scenarios,
  setupOf,
  smcccFilter,
  unrecordedCode,
} from './recording-program.ts';
import { bytesOfHex, hexBytes, hexNumber, hexOfBytes, integer, text, type TranscriptRecord } from './transcript.ts';
import { filler, guardBytes, World } from './world.ts';

export interface SkippedStep {
  readonly i: number;
  readonly scenario: string;
  readonly reason: string;
}

export interface Mismatch {
  readonly i: number;
  readonly scenario: string;
  readonly step: string;
  readonly field: string;
  readonly expected: string;
  readonly actual: string;
}

export interface ReplayReport {
  readonly steps: number;
  readonly matched: number;
  readonly skipped: readonly SkippedStep[];
  readonly mismatched: readonly Mismatch[];
}

/** Ops that hold answers; all others are inputs or surroundings and do not count as steps. */
const comparedOps = new Set(['ioctl', 'kvm_run', 'regs', 'mem', 'guest_mem', 'guest_result']);

/** What the program has open before /dev/kvm, where its transcript does not say. */
const usualDescriptor = 6;
const childProcess = 2;

/** Replays a transcript of an arm64 kernel. */
export function replayTranscript(
  records: readonly TranscriptRecord[],
  version: KernelVersion,
  cpu: CpuModel,
): ReplayReport {
  const skipped: SkippedStep[] = [];
  const mismatched: Mismatch[] = [];
  const firstDescriptor = descriptorOf(records);
  let steps = 0;
  let scenario: Scenario | undefined;
  for (const record of records) {
    if (scenario?.name !== record.scenario) {
      scenario = new Scenario(record.scenario, { version, cpu, firstDescriptor });
    }
    const differences = scenario.replay(record);
    if (!comparedOps.has(record.op)) continue;
    steps++;
    if (typeof differences === 'string') {
      skipped.push({ i: record.i, scenario: record.scenario, reason: differences });
      continue;
    }
    for (const difference of differences) {
      mismatched.push({ i: record.i, scenario: record.scenario, step: record.step, ...difference });
    }
  }
  const failing = new Set(mismatched.map(({ i }) => i)).size;
  return { steps, matched: steps - skipped.length - failing, skipped, mismatched };
}

/** The number the program got for /dev/kvm, as its first note tells: descriptors are its environment's. */
function descriptorOf(records: readonly TranscriptRecord[]): number {
  for (const { op, members } of records) {
    const opened = op === 'note' ? /^open \/dev\/kvm -> (\d{1,6}) errno 0/.exec(text(members, 'text') ?? '') : null;
    if (opened !== null) return Number(opened[1]);
  }
  return usualDescriptor;
}

interface Difference {
  readonly field: string;
  readonly expected: string;
  readonly actual: string;
}

/** Differences found, or the reason why the record was not replayed. */
type Outcome = readonly Difference[] | string;

type Call = Parameters<typeof actionsBefore>[1];

class Scenario {
  readonly name: string;
  readonly #world: World;
  #step = '';
  #occurrences = new Map<Call, number>();
  #previousWasSetup = false;
  #stopped: string | undefined;
  #pointerArea = 0;
  #initialised = false;

  constructor(name: string, options: KernelOptions) {
    this.name = name;
    this.#world = new World(new SimulatedKernel(options));
  }

  replay(record: TranscriptRecord): Outcome {
    if (this.name === 'aarch32') return 'AArch32 guests are not simulated';
    if (!scenarios.has(this.name)) return `What the scenario ${this.name} does between its calls is not known`;
    if (record.step !== this.#step) this.#enterStep(record);
    this.#prepare(record);
    switch (record.op) {
      case 'ioctl':
        return this.#stopped ?? this.#replayCall(record);
      case 'kvm_run':
        return (
          this.#stopped ?? compareBytes('hex', record, this.#world.readRunPage(0, integer(record.members, 'len') ?? 0))
        );
      case 'regs':
        return this.#stopped ?? this.#replayRegisters(record);
      case 'guest_mem':
      case 'guest_result': {
        const expected = hexBytes(record.members, 'hex') ?? new Uint8Array(0);
        const address = Number(hexNumber(record.members, 'gpa') ?? 0n);
        return this.#stopped ?? compareBytes('hex', record, this.#world.readGuest(address, expected.length));
      }
      case 'mem': {
        const expected = hexBytes(record.members, 'hex') ?? new Uint8Array(0);
        return compareBytes('hex', record, this.#world.kernel.memory.read(this.#pointerArea, expected.length));
      }
      case 'note':
        this.#followNote(text(record.members, 'text') ?? '');
        return [];
      default:
        return [];
    }
  }

  #enterStep({ step }: TranscriptRecord): void {
    this.#step = step;
    this.#occurrences = new Map();
    if (this.name === 'events') this.#freshEventsMachine();
    if (this.name === 'exits' && step === 'no-memslot-pc0') {
      this.#world.leaveMachine();
      this.#world.initialise();
    }
  }

  #freshEventsMachine(): void {
    this.#world.leaveMachine();
    this.#world.initialise();
    if (eventsRegisters !== undefined) this.#world.act({ registers: eventsRegisters });
  }

  /** Makes a new machine where the program makes one. */
  #prepare(record: TranscriptRecord): void {
    const world = this.#world;
    const name = text(record.members, 'name') ?? '';
    const isSetup =
      record.op === 'guest_code' ||
      (text(record.members, 'text') ?? '').startsWith('memslot ') ||
      (this.name !== 'enablecap' && text(record.members, 'fd') === 'vm' && /ENABLE_CAP|SMCCC_FILTER/.test(name));
    const runsGuests = !/^(main|env|sys|checkext|preinit|init|events|evptr|evseq|enablecap|memslot)$/.test(this.name);
    if (runsGuests && isSetup && (!this.#previousWasSetup || record.op === 'guest_code')) {
      if (!this.#previousWasSetup) {
        world.leaveMachine();
        this.#stopped = undefined;
      }
      const recorded = hexBytes(record.members, 'hex');
      const unrecorded = unrecordedCode.get(`${this.name}/${record.step}`);
      if (record.op === 'guest_code' && recorded !== undefined) {
        world.prepareGuest(recorded, setupOf(this.name, record.step));
      } else if (unrecorded !== undefined) {
        world.initialise(setupOf(this.name, record.step).features);
        world.putCode(bytesOfHex(unrecorded));
        world.act({ registers: { pc: BigInt(guestLayout.ram) } });
        if (record.step.startsWith('smccc')) world.act({ registers: { vbarEl1: BigInt(guestLayout.vectors) } });
      }
    }
    this.#previousWasSetup = isSetup;
    if (this.name === 'enablecap' && record.step.startsWith('each-cap')) world.leaveMachine();
    if (this.name === 'init' && record.step === 'features') world.leaveMachine();
    if ((this.name === 'evptr' || this.name === 'evseq') && !this.#initialised) {
      world.initialise();
      this.#initialised = true;
    }
  }

  #before(call: Call): void {
    const occurrence = (this.#occurrences.get(call) ?? 0) + 1;
    this.#occurrences.set(call, occurrence);
    for (const action of actionsBefore(`${this.name}/${this.#step}`, call, occurrence)) this.#world.act(action);
  }

  #followNote(note: string): void {
    const world = this.#world;
    const slot = /^memslot 1: gpa 0x0a000000 -> host pa 0x([0-9a-f]+)/.exec(note);
    if (slot !== null) world.breakPage(brokenPageAt(Number.parseInt(slot[1] ?? '0', 16)));
    const data = /^host puts ([0-9a-f]{16}) in mmio\.data/.exec(note);
    if (data !== null) world.writeRunPage(40, bytesOfHex(data[1] ?? ''));
    const prefill = /^kvm_run prefilled with 0xa5 at bytes ([\d., ]+)$/.exec(note);
    for (const [, first, last] of (prefill?.[1] ?? '').matchAll(/(\d+)\.\.(\d+)/g)) {
      const start = Number(first);
      world.writeRunPage(start, new Uint8Array(Number(last) - start + 1).fill(filler));
    }
    const word = /^userspace writes kvm_run\.(exit_reason|s\.regs\.device_irq_level \(byte 304\)) = (\d+)/.exec(note);
    if (word !== null) {
      const bytes = new Uint8Array(word[1] === 'exit_reason' ? 4 : 8);
      bytes[0] = Number(word[2]);
      world.writeRunPage(word[1] === 'exit_reason' ? 8 : 304, bytes);
    }
  }

  #descriptor(name: string): number {
    switch (name) {
      case 'kvm':
        return this.#world.kvm;
      case 'vm':
        return this.#world.vm;
      case 'vcpu':
        return this.#world.vcpu;
      default:
        return 1000;
    }
  }

  #replayCall(record: TranscriptRecord): Outcome {
    const { members } = record;
    const name = text(members, 'name') ?? '';
    const request = hexNumber(members, 'req');
    if (request === undefined) return 'The record has no request number';
    const kind = callKind(request, text(members, 'fd'));
    if (kind !== undefined) this.#before(kind);
    if (members.has('id')) return this.#replayOneRegister(record, request);
    const context: CallContext = {
      ...(name.endsWith('(from forked child)') ? { process: childProcess } : {}),
      signalArmed: integer(members, 'sigalrm') === 1,
    };
    const fd = this.#descriptor(text(members, 'fd') ?? '');
    const immediateExit = integer(members, 'immediate_exit');
    if (immediateExit !== undefined) this.#world.writeRunPage(1, new Uint8Array([immediateExit]));
    const differences: Difference[] = [];
    let result: CallResult;
    const input = hexBytes(members, 'in');
    if (input !== undefined) {
      if (name.includes('SMCCC_FILTER')) this.#placeSmcccFilter(input);
      const bytes = input.slice();
      result = this.#world.call(fd, request, bytes, context);
      differences.push(...compareBytes('out', record, bytes));
      const guard = this.#world.kernel.memory.read(this.#world.scratch + bytes.length, guardBytes);
      if (guard.some((byte) => byte !== filler))
        differences.push({ field: 'guard', expected: 'a5', actual: hexOfBytes(guard) });
    } else {
      const argument = hexNumber(members, 'arg') ?? this.#pointer(text(members, 'ptr') ?? '', request);
      result = this.#world.kernel.ioctl(fd, request, argument, context);
    }
    if (result.note !== undefined) {
      this.#stopped = result.note;
      return result.note;
    }
    differences.push(...compareResult(record, result));
    const exitReason = integer(members, 'exit_reason');
    if (exitReason !== undefined) {
      const bytes = this.#world.readRunPage(8, 4);
      const actual = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
      differences.push(...compare('exit_reason', String(exitReason), String(actual)));
    }
    if (Number(request) === requests.CREATE_VM && result.ret >= 0) this.#world.kernel.close(result.ret);
    return differences;
  }

  /** The filter stands on the program's stack; the attribute holds its address. */
  #placeSmcccFilter(attribute: Uint8Array): void {
    const address = Number(new DataView(attribute.buffer, attribute.byteOffset).getBigUint64(16, true));
    this.#world.kernel.memory.map(pageSize, {}, address - (address % pageSize));
    const bytes = new Uint8Array(24);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, smcccFilter.base, true);
    view.setUint32(4, smcccFilter.count, true);
    view.setUint8(8, smcccFilter.action);
    this.#world.kernel.memory.write(address, bytes);
  }

  #replayOneRegister(record: TranscriptRecord, request: bigint): Outcome {
    const { members } = record;
    const id = hexNumber(members, 'id') ?? 0n;
    if (Number(request) === requests.SET_ONE_REG) {
      const result = this.#world.setRegister(id, hexNumber(members, 'val') ?? 0n);
      const { value } = this.#world.getRegister(id);
      return [...compareResult(record, result), ...compare('readback', text(members, 'readback') ?? '', hex(value))];
    }
    const { result, value } = this.#world.getRegister(id);
    return [...compareResult(record, result), ...compare('val', text(members, 'val') ?? '', hex(value))];
  }

  #replayRegisters(record: TranscriptRecord): Outcome {
    this.#before('regs');
    const registers = record.members.get('regs');
    if (typeof registers !== 'object' || registers === null) return 'The record names no registers';
    const differences: Difference[] = [];
    for (const [name, entry] of Object.entries(registers as Readonly<Record<string, unknown>>)) {
      const members = new Map<string, unknown>(Object.entries(entry ?? {}));
      const { result, value } = this.#world.getRegister(hexNumber(members, 'id') ?? 0n);
      const actual = result.ret === 0 ? hex(value) : errnoName(result.errno);
      differences.push(...compare(name, text(members, 'val') ?? text(members, 'err') ?? '', actual));
    }
    return differences;
  }

  /** An address for a pointer the transcript describes in words. */
  #pointer(description: string, request: bigint): number | bigint {
    const { memory } = this.#world.kernel;
    const isGet = request >> 31n === 1n;
    const area = (protection: 'read-write' | 'read' | 'none', offset: number, fill: number): number => {
      const bytes = new Uint8Array(pageSize).fill(fill);
      const start = memory.map(pageSize, { bytes, protection });
      this.#pointerArea = start + offset;
      if (description.includes('serror_pending=1')) {
        bytes.fill(0);
        bytes[offset] = 1;
      }
      return start + offset;
    };
    if (description.startsWith('NULL')) return 0;
    if (description.startsWith('unmapped')) return 0x10000;
    if (description.startsWith('kernel address')) return 0xffff_8000_0000_0000n;
    if (description.startsWith('40 bytes mapped')) return area('read-write', pageSize - 40, filler);
    if (description.startsWith('read-only page of')) return area('read', 0, filler);
    if (description.startsWith('read-only page')) return area('read', 0, 0);
    if (description.startsWith('PROT_NONE')) return area('none', 0, 0);
    if (description.startsWith('odd address')) {
      const address = area('read-write', 3, isGet ? filler : 0);
      this.#pointerArea = address - 3;
      return address;
    }
    return this.#world.scratch;
  }
}

function callKind(request: bigint, fd: string | undefined): Call | undefined {
  if (fd !== 'vcpu') return undefined;
  switch (Number(BigInt.asUintN(32, request))) {
    case requests.RUN:
      return 'RUN';
    case requests.SET_VCPU_EVENTS:
      return 'SET';
    case requests.GET_VCPU_EVENTS:
      return 'GET';
    default:
      return undefined;
  }
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

function compare(field: string, expected: string, actual: string): Difference[] {
  return expected === actual ? [] : [{ field, expected, actual }];
}

function compareResult({ members }: TranscriptRecord, result: CallResult): Difference[] {
  const expectedErrno = integer(members, 'errno') ?? 0;
  return [
    ...compare('ret', String(integer(members, 'ret') ?? ''), String(result.ret)),
    ...compare(
      'errno',
      errnoName(result.ret === -1 || expectedErrno !== 0 ? expectedErrno : 0),
      errnoName(result.errno),
    ),
  ];
}

function compareBytes(field: string, { members }: TranscriptRecord, actual: Uint8Array): Difference[] {
  const expected = text(members, field);
  return expected === undefined ? [] : compare(field, expected, hexOfBytes(actual));
}
