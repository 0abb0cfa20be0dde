/**
 * strace logs, line by line, in bounded memory: ioctl calls with what their descriptor stands for.
 *
 * Calls that open, copy and close descriptors are followed; everything else is read over. Lines that cannot be read are
 * counted with a reason, never an error: logs are cut, interleaved and edited by hand.
 */

import type { CapturedArgument, CapturedCall, SkippedLine } from './call.ts';
import {
  type Descriptor,
  DescriptorTables,
  describeAnnotation,
  kindProvenBy,
  unknownDescriptor,
} from './descriptors.ts';
import type { Line } from './lines.ts';
import { parseCall, parseStraceLine, readDescriptor, type StraceLine } from './strace-line.ts';
import { readRequest, type StraceRequest } from './strace-request.ts';
import { readRecord } from './strace-struct.ts';
import { readNumber, readString } from './strace-text.ts';
import { counted } from '../diagnostic.ts';

export type StraceItem =
  { readonly kind: 'call'; readonly call: CapturedCall } | ({ readonly kind: 'skipped' } & SkippedLine);

interface Unfinished {
  readonly line: number;
  readonly name: string;
  readonly text: string;
  readonly time: string | undefined;
}

type SystemCall = Extract<StraceLine, { kind: 'call' }>;

/** Processes with an unfinished call at one time; older ones are forgotten. */
const maxUnfinished = 4096;
const maxUnfinishedText = 16_384;

/** Requests that are remembered, and how long their text may be: those of a hostile log are endless. */
const maxRequests = 4096;
const maxRequestText = 256;

const createVm = 0xae01;
const createVcpu = 0xae41;
const createDevice = 0xc00caee0;
const getStats = 0xaece;

export class StraceReader {
  readonly #tables = new DescriptorTables();
  readonly #unfinished = new Map<number, Unfinished>();
  /** The lines of those that are ioctls, by process, the oldest first. */
  readonly #openIoctls = new Map<number, number>();
  readonly #requests = new Map<string, StraceRequest>();
  #machines = 0;
  #programBits: 32 | 64 | undefined;

  /** What strace says of the program that it traces, where it says so: `[ Process PID=12 runs in 32 bit mode. ]`. */
  get programBits(): 32 | 64 | undefined {
    return this.#programBits;
  }

  /** Where the oldest ioctl began that has not come back yet. */
  get oldestUnfinished(): number | undefined {
    const first = this.#openIoctls.values().next();
    return first.done === true ? undefined : first.value;
  }

  /** What is left when the log is over: calls that never returned. */
  end(): StraceItem[] {
    return [...this.#unfinished].flatMap(([process, begun]) => this.#neverReturned(process, begun) ?? []);
  }

  #neverReturned(process: number, { line, name, text, time }: Unfinished): StraceItem | undefined {
    const whole = parseCall({ process: process === 0 ? undefined : process, time }, name, `${text}) = ?`);
    return whole.kind === 'call' ? this.#call(whole, line) : undefined;
  }

  /** What a line says about ioctls: nothing, a call, or that it could not be read. */
  read(line: Line): StraceItem | undefined {
    if (line.text.trim() === '') return undefined;
    const parsed = parseStraceLine(line.text);
    const skipped = (reason: string): StraceItem => ({ kind: 'skipped', line: line.number, reason });
    switch (parsed.kind) {
      case 'call':
        return this.#call(parsed, line.number);
      case 'unfinished':
        this.#remember(parsed.process ?? 0, { ...parsed, line: line.number });
        return undefined;
      case 'resumed': {
        const begun = this.#unfinished.get(parsed.process ?? 0);
        this.#forget(parsed.process ?? 0);
        if (begun?.name !== parsed.name) return skipped(`the beginning of this ${parsed.name} is not in the log`);
        const whole = parseCall({ process: parsed.process, time: begun.time }, parsed.name, begun.text + parsed.text);
        return whole.kind === 'call' ? this.#call(whole, begun.line) : skipped('the resumed call cannot be read');
      }
      case 'event': {
        if (!/^\+\+\+ (?:exited|killed)/.test(parsed.text)) return undefined;
        const process = parsed.process ?? 0;
        const begun = this.#unfinished.get(process);
        this.#forget(process);
        const item = begun === undefined ? undefined : this.#neverReturned(process, begun);
        this.#tables.exit(process);
        return item;
      }
      case 'unknown': {
        const mode = /^(?:strace: )?\[ Process PID=\d{1,10} runs in (32|64) bit mode\. \]/.exec(parsed.text)?.[1];
        if (mode !== undefined) {
          this.#programBits = mode === '32' ? 32 : 64;
          return undefined;
        }
        return skipped(line.cutBytes > 0 ? `the line goes on for ${counted(line.cutBytes, 'byte')}` : parsed.reason);
      }
      default:
        return parsed satisfies never;
    }
  }

  /** A log makes the same few requests again and again. */
  #requestOf(text: string): StraceRequest {
    let request = this.#requests.get(text);
    if (request === undefined) {
      request = readRequest(text);
      if (this.#requests.size < maxRequests && text.length <= maxRequestText) this.#requests.set(text, request);
    }
    return request;
  }

  #remember(process: number, call: Unfinished): void {
    // A text that is cut here cannot be read when the call resumes; that is then said.
    this.#forget(process);
    if (call.name === 'ioctl') this.#openIoctls.set(process, call.line);
    this.#unfinished.set(process, { ...call, text: call.text.slice(0, maxUnfinishedText) });
    if (this.#unfinished.size <= maxUnfinished) return;
    const oldest = this.#unfinished.keys().next();
    if (oldest.done !== true) this.#forget(oldest.value);
  }

  #forget(process: number): void {
    this.#unfinished.delete(process);
    this.#openIoctls.delete(process);
  }

  #call(call: SystemCall, line: number): StraceItem | undefined {
    if (call.name === 'ioctl') return this.#ioctl(call, line);
    this.#follow(call, line);
    return undefined;
  }

  #ioctl({ process, time, args, result }: SystemCall, line: number): StraceItem {
    const [descriptorText = '', requestText = '', ...rest] = args;
    const descriptor = readDescriptor(descriptorText);
    if (descriptor === undefined || requestText === '') {
      return { kind: 'skipped', line, reason: 'the ioctl has no descriptor and request' };
    }
    const request = this.#requestOf(requestText);
    const owner = process ?? 0;
    const isSuccess = result.value !== undefined && result.errno === undefined && result.value >= 0n;
    const followed = this.#tables.find(owner, descriptor.number);
    let known = descriptor.annotation === undefined ? followed : describeAnnotation(descriptor.annotation);
    if (known.kind === followed.kind && followed.label !== undefined) known = { ...known, label: followed.label };
    if (known.kind === 'unknown' && isSuccess) {
      const kind = provenKind(request);
      if (kind !== undefined) {
        known = {
          kind,
          name: undefined,
          evidence: `a request only a ${kind} descriptor takes succeeded on line ${String(line)}`,
        };
        this.#tables.set(owner, descriptor.number, known);
      }
    }
    const call: CapturedCall = {
      line,
      process,
      time,
      descriptor: { ...known, number: descriptor.number },
      request,
      argument: argumentOf(rest, isCutBy(descriptorText, request)),
      result: result.value,
      errno: result.errno,
      exitReason: result.remark?.startsWith('KVM_EXIT_') === true ? result.remark : undefined,
      durationSeconds: result.durationSeconds,
    };
    const made = isSuccess ? this.#followIoctl(call, result.annotation, owner) : undefined;
    return { kind: 'call', call: made === undefined ? call : { ...call, made } };
  }

  /** Requests that make descriptors: what was made, where it has a label. */
  #followIoctl(call: CapturedCall, annotation: string | undefined, owner: number): string | undefined {
    const { request, result, line } = call;
    const made = (kind: Descriptor['kind'], name: string | undefined, what: string, label?: string): Descriptor => ({
      ...(annotation === undefined
        ? { kind, name, evidence: `returned by ${what} on line ${String(line)}` }
        : describeAnnotation(annotation)),
      ...(label === undefined ? {} : { label }),
    });
    if (isRequest(request, createVm, 'KVM_CREATE_VM')) {
      this.#machines += 1;
      const label = `machine ${String(this.#machines)}`;
      this.#tables.set(owner, Number(result), made('vm', 'kvm-vm', 'KVM_CREATE_VM', label));
      return label;
    }
    if (isRequest(request, createVcpu, 'KVM_CREATE_VCPU')) {
      const id = call.argument.kind === 'number' ? String(call.argument.value) : '?';
      const label = `virtual CPU ${id} of ${call.descriptor.label ?? 'a machine'}`;
      this.#tables.set(owner, Number(result), made('vcpu', `kvm-vcpu:${id}`, 'KVM_CREATE_VCPU', label));
      return label;
    }
    if (isRequest(request, getStats, 'KVM_GET_STATS_FD')) {
      this.#tables.set(owner, Number(result), made('other', 'kvm statistics', 'KVM_GET_STATS_FD'));
    } else if (isRequest(request, createDevice, 'KVM_CREATE_DEVICE') && call.argument.kind === 'members') {
      const number = call.argument.members.find(({ path }) => path === 'fd')?.value;
      if (number !== undefined) this.#tables.set(owner, Number(number), made('device', undefined, 'KVM_CREATE_DEVICE'));
    }
    return undefined;
  }

  /** System calls that open, copy and close descriptors, and that make processes. */
  #follow({ process, name, args, result }: SystemCall, line: number): void {
    if (result.value === undefined || result.value < 0n || result.errno !== undefined) return;
    const owner = process ?? 0;
    const returned = Number(result.value);
    const first = readDescriptor(args[0] ?? '')?.number;
    switch (name) {
      case 'open':
      case 'openat':
      case 'openat2': {
        const path = readString((name === 'open' ? args[0] : args[1]) ?? '');
        if (path === undefined) return;
        const text = Buffer.from(path.bytes).toString('latin1');
        const evidence = `opened on line ${String(line)}`;
        this.#tables.set(owner, returned, { kind: text === '/dev/kvm' ? 'system' : 'other', name: text, evidence });
        return;
      }
      case 'dup':
      case 'dup2':
      case 'dup3':
        if (first !== undefined) this.#tables.duplicate(owner, first, returned);
        return;
      case 'fcntl':
        if (first !== undefined && args[1]?.startsWith('F_DUPFD') === true)
          this.#tables.duplicate(owner, first, returned);
        return;
      case 'close':
        if (first !== undefined) this.#tables.close(owner, first);
        return;
      case 'close_range': {
        const last = readNumber(args[1] ?? '');
        if (first !== undefined && last !== undefined) this.#tables.closeRange(owner, first, Number(last));
        return;
      }
      case 'clone':
      case 'clone3':
      case 'fork':
      case 'vfork':
        this.#tables.fork(
          owner,
          returned,
          args.some((text) => text.includes('CLONE_FILES')),
        );
        return;
      case 'socket':
      case 'eventfd2':
      case 'epoll_create1':
      case 'timerfd_create':
      case 'memfd_create':
        this.#tables.set(owner, returned, { ...unknownDescriptor, kind: 'other', name, evidence: `made by ${name}` });
        return;
      default:
        return;
    }
  }
}

function provenKind({ number, names, parts }: StraceRequest): ReturnType<typeof kindProvenBy> {
  if (number !== undefined) return kindProvenBy(number);
  if (parts !== undefined) {
    const direction = { none: 0, write: 1, read: 2, readwrite: 3 }[parts.direction];
    return kindProvenBy(((direction << 30) | (parts.sizeBytes << 16) | (parts.type << 8) | parts.nr) >>> 0);
  }
  return names.length === 1 ? namesOfKind.get(names[0] ?? '') : undefined;
}

const namesOfKind: ReadonlyMap<string, 'system' | 'vm' | 'vcpu'> = new Map([
  ['KVM_GET_API_VERSION', 'system'],
  ['KVM_CREATE_VM', 'system'],
  ['KVM_GET_VCPU_MMAP_SIZE', 'system'],
  ['KVM_CREATE_VCPU', 'vm'],
  ['KVM_SET_USER_MEMORY_REGION', 'vm'],
  ['KVM_SET_TSS_ADDR', 'vm'],
  ['KVM_ARM_PREFERRED_TARGET', 'vm'],
  ['KVM_CREATE_DEVICE', 'vm'],
  ['KVM_RUN', 'vcpu'],
  ['KVM_ARM_VCPU_INIT', 'vcpu'],
  ['KVM_GET_VCPU_EVENTS', 'vcpu'],
  ['KVM_SET_VCPU_EVENTS', 'vcpu'],
  ['KVM_SET_ONE_REG', 'vcpu'],
  ['KVM_GET_REGS', 'vcpu'],
  ['KVM_SET_REGS', 'vcpu'],
  ['KVM_GET_SREGS', 'vcpu'],
  ['KVM_SET_SREGS', 'vcpu'],
]);

function isRequest(request: StraceRequest, number: number, name: string): boolean {
  return request.number === undefined
    ? request.names.length === 1 && request.names[0] === name
    : request.number === number;
}

/** strace decodes the argument of KVM_CREATE_VCPU as 32 bits wide; the kernel takes all 64. `-e raw=ioctl` prints it whole, and descriptors in hexadecimal. */
function isCutBy(descriptorText: string, request: StraceRequest): boolean {
  return !descriptorText.startsWith('0x') && isRequest(request, createVcpu, 'KVM_CREATE_VCPU');
}

function argumentOf(rest: readonly string[], isCut: boolean): CapturedArgument {
  const text = rest.join(', ');
  if (rest.length === 0) return { kind: 'none' };
  const value = readNumber(text);
  if (value !== undefined) {
    return { kind: 'number', value, ...(isCut ? { isCut } : {}) };
  }
  const record = readRecord(text);
  if (record !== undefined) return { kind: 'members', ...record };
  const string = readString(text);
  if (string !== undefined) {
    return { kind: 'buffers', buffers: [{ moment: 'before', bytes: string.bytes, isTruncated: string.isTruncated }] };
  }
  return { kind: 'text', text };
}
