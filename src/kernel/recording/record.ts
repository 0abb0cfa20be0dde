/**
 * Runs a program on a kernel, simulated or real, and writes the transcript: one JSON object a line, as replay reads it.
 */

import { errnoName } from '../errno.ts';
import { hexOfBytes } from '../replay/transcript.ts';
import { requests } from '../request-numbers.ts';
import type { CallResult } from '../system-call.ts';
import type { ProgramCall, ProgramScenario } from './program.ts';

/** A kernel that can be asked; buffers are changed in place as the kernel writes them. */
export interface Questioned {
  readonly open: (path: string) => CallResult;
  readonly call: (fd: number, request: number, argument: bigint | Uint8Array | null) => CallResult;
  readonly close: (fd: number) => void;
}

export interface Surroundings {
  readonly sysname: string;
  readonly release: string;
  /** `x86_64` or `aarch64`. */
  readonly machine: string;
}

const guard = new Uint8Array(16).fill(0xa5);
const closedDescriptor = 1000;
const apiVersion = 12;

/** Why there is no transcript: the device cannot be opened, or does not answer as KVM does. */
export type NoDevice = { readonly kind: 'unopened'; readonly errno: number } | { readonly kind: 'not-kvm' };

/** Asks every question and yields the lines of the transcript; answers why if `path` is no KVM. */
export function recordTranscript(
  kernel: Questioned,
  program: readonly ProgramScenario[],
  surroundings: Surroundings,
  path = '/dev/kvm',
): readonly string[] | NoDevice {
  const opened = kernel.open(path);
  if (opened.ret < 0) return { kind: 'unopened', errno: opened.errno };
  if (kernel.call(opened.ret, requests.GET_API_VERSION, 0n).ret !== apiVersion) {
    kernel.close(opened.ret);
    return { kind: 'not-kvm' };
  }
  const note = `open /dev/kvm -> ${String(opened.ret)} errno 0`;
  const lines = [
    JSON.stringify({ i: 0, scn: 'main', step: 'start', op: 'note', text: note }),
    JSON.stringify({ i: 1, scn: 'env', step: 'start', op: 'env', ...surroundings, page_size: 4096 }),
  ];
  for (const [index, scenario] of program.entries()) {
    const recorder = new Recorder(kernel, opened.ret, scenario);
    for (const [number, call] of scenario.calls.entries()) {
      lines.push(JSON.stringify({ i: (index + 1) * 10_000 + number, scn: scenario.name, ...recorder.ask(call) }));
    }
    recorder.leaveMachine();
  }
  kernel.close(opened.ret);
  return lines;
}

class Recorder {
  readonly #kernel: Questioned;
  readonly #kvm: number;
  readonly #scenario: ProgramScenario;
  #vm: number | undefined;
  #vcpu: number | undefined;
  #step = '';

  constructor(kernel: Questioned, kvm: number, scenario: ProgramScenario) {
    this.#kernel = kernel;
    this.#kvm = kvm;
    this.#scenario = scenario;
  }

  leaveMachine(): void {
    for (const fd of [this.#vcpu, this.#vm]) if (fd !== undefined && fd >= 0) this.#kernel.close(fd);
    this.#vm = undefined;
    this.#vcpu = undefined;
  }

  ask(call: ProgramCall): Readonly<Record<string, unknown>> {
    const { step, fd, name, request, argument } = call;
    if (step !== this.#step && this.#scenario.hasMachinePerStep) this.#freshMachine();
    this.#step = step;
    const heading = { step, op: 'ioctl', fd, name, req: `0x${request.toString(16)}` };
    const descriptor = this.#descriptor(fd);
    if (!(argument instanceof Uint8Array)) {
      const result = this.#kernel.call(descriptor, request, argument);
      this.#adopt(request, argument ?? 0n, result.ret);
      const given = argument === null ? { ptr: 'NULL' } : { arg: `0x${argument.toString(16)}` };
      return { ...heading, ...given, ...answered(result) };
    }
    const buffer = new Uint8Array(argument.length + guard.length);
    buffer.set(argument);
    buffer.set(guard, argument.length);
    const result = this.#kernel.call(descriptor, request, buffer);
    const out = hexOfBytes(buffer.subarray(0, argument.length));
    const given = hexOfBytes(argument);
    return {
      ...heading,
      size: argument.length,
      in: given,
      ...answered(result),
      out,
      changed: out !== given,
      guard_ok: hexOfBytes(buffer.subarray(argument.length)) === hexOfBytes(guard),
    };
  }

  #freshMachine(): void {
    this.leaveMachine();
    for (const { fd, request, argument } of this.#scenario.prepare) {
      this.#kernel.call(this.#descriptor(fd), request, argument instanceof Uint8Array ? argument.slice() : argument);
    }
  }

  #descriptor(name: ProgramCall['fd']): number {
    switch (name) {
      case 'kvm':
        return this.#kvm;
      case 'vm':
        this.#vm ??= this.#kernel.call(this.#kvm, requests.CREATE_VM, 0n).ret;
        return this.#vm;
      case 'vcpu':
        this.#vcpu ??= this.#kernel.call(this.#descriptor('vm'), requests.CREATE_VCPU, 0n).ret;
        return this.#vcpu;
      case '(closed)':
        return closedDescriptor;
      default:
        return name satisfies never;
    }
  }

  /** The first vCPU is kept; other machines and vCPUs are closed at once. */
  #adopt(request: number, argument: bigint, result: number): void {
    if (result < 0 || (request !== requests.CREATE_VM && request !== requests.CREATE_VCPU)) return;
    if (request === requests.CREATE_VCPU && argument === 0n && this.#vcpu === undefined) this.#vcpu = result;
    else this.#kernel.close(result);
  }
}

function answered({ ret, errno }: CallResult): { ret: number; errno: number; err: string } {
  return { ret, errno, err: errnoName(errno) };
}
