/**
 * What one KVM_SET_VCPU_EVENTS does on one kernel: the experiment behind the compatibility matrix, and a witness for verdicts.
 *
 * A fresh vCPU stands at EL1 with vectors at 0x40001000. The 64 bytes are set; then KVM_RUN with immediate_exit commits
 * what is pending. What the guest would meet first is read from its registers, what waits from KVM_GET_VCPU_EVENTS.
 */

import { sysreg } from './a64/system-registers.ts';
import type { CpuModel } from './cpu-models.ts';
import { errnoName } from './errno.ts';
import type { KernelVersion } from './kernel-version.ts';
import { registerClasses } from './register-list.ts';
import { requests } from './request-numbers.ts';
import { SimulatedKernel } from './simulated-kernel.ts';
import { pageSize } from './user-memory.ts';
import { eventsSize } from './vcpu-events-record.ts';

export interface EventsOutcome {
  /** 0, or the name of the error. */
  readonly error: string;
  /** The syndrome of the abort or SError the guest meets at once. */
  readonly takenSyndrome: bigint | undefined;
  /** The syndrome of an SError that waits. */
  readonly pendingSError: bigint | undefined;
}

const ids = {
  pc: 0x6030_0000_0010_0040n,
  esr: 0x6030_0000_0000_0000n | BigInt(registerClasses.systemRegister << 16) | BigInt(sysreg.ESR_EL1),
  vbar: 0x6030_0000_0000_0000n | BigInt(registerClasses.systemRegister << 16) | BigInt(sysreg.VBAR_EL1),
} as const;

const start = 0x4000_0000n;
const vectors = 0x4000_1000n;

/** Sets `bytes` (64 of them) on a fresh vCPU of a kernel and says what came of it. */
export function tryEvents(bytes: Uint8Array, version: KernelVersion, cpu: CpuModel): EventsOutcome {
  const kernel = new SimulatedKernel({ version, cpu });
  const page = kernel.memory.map(pageSize);
  const at = (offset: number): number => page + offset;
  const vm = kernel.ioctl(kernel.open('/dev/kvm').ret, requests.CREATE_VM, 0).ret;
  const vcpu = kernel.ioctl(vm, requests.CREATE_VCPU, 0).ret;
  const run = kernel.mmap(vcpu);
  kernel.ioctl(vm, requests.ARM_PREFERRED_TARGET, at(0));
  kernel.ioctl(vcpu, requests.ARM_VCPU_INIT, at(0));
  const register = (request: number, id: bigint, value: bigint): bigint => {
    const record = new DataView(new ArrayBuffer(24));
    record.setBigUint64(0, id, true);
    record.setBigUint64(8, BigInt(at(16)), true);
    record.setBigUint64(16, value, true);
    kernel.memory.write(page, new Uint8Array(record.buffer));
    kernel.ioctl(vcpu, request, at(0));
    const read = kernel.memory.read(at(16), 8);
    return new DataView(read.buffer, read.byteOffset).getBigUint64(0, true);
  };
  register(requests.SET_ONE_REG, ids.pc, start);
  register(requests.SET_ONE_REG, ids.vbar, vectors);

  kernel.memory.write(page, bytes.subarray(0, eventsSize));
  const result = kernel.ioctl(vcpu, requests.SET_VCPU_EVENTS, at(0));
  kernel.memory.write(run + 1, new Uint8Array([1]));
  kernel.ioctl(vcpu, requests.RUN, 0);
  kernel.ioctl(vcpu, requests.GET_VCPU_EVENTS, at(0));
  const events = kernel.memory.read(page, eventsSize);
  const esr = new DataView(events.buffer, events.byteOffset).getBigUint64(8, true);
  const isTaken = register(requests.GET_ONE_REG, ids.pc, 0n) !== start;
  return {
    error: errnoName(result.errno),
    takenSyndrome: isTaken ? BigInt.asUintN(32, register(requests.GET_ONE_REG, ids.esr, 0n)) : undefined,
    pendingSError: events[0] === 0 ? undefined : esr,
  };
}

const classes = new Map<number, string>([
  [0x20, 'instruction abort'],
  [0x21, 'instruction abort'],
  [0x24, 'data abort'],
  [0x25, 'data abort'],
  [0x2f, 'SError'],
]);

/** `EINVAL`, `data abort 0x94000010`, `data abort 0x94000010, SError 0x1000000 pending`, `nothing`. */
export function describeOutcome({ error, takenSyndrome, pendingSError }: EventsOutcome): string {
  const parts: string[] = [];
  if (error !== '') parts.push(error);
  if (takenSyndrome !== undefined) {
    const kind = classes.get(Number(takenSyndrome >> 26n)) ?? 'exception';
    parts.push(`${kind} 0x${takenSyndrome.toString(16)}`);
  }
  if (pendingSError !== undefined) parts.push(`SError 0x${pendingSError.toString(16)} pending`);
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}
