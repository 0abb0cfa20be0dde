/**
 * Replays what a transcript of an x86 kernel says of KVM_GET_VCPU_EVENTS and KVM_SET_VCPU_EVENTS.
 *
 * Everything else of x86 (the other requests, guests) is not simulated, and is reported as skipped.
 */

import { errno, errnoName } from '../errno.ts';
import type { KernelVersion } from '../kernel-version.ts';
import type { Mismatch, ReplayReport, SkippedStep } from '../replay/replay.ts';
import { hexBytes, hexNumber, hexOfBytes, integer, text, type TranscriptRecord } from '../replay/transcript.ts';
import { requests } from '../request-numbers.ts';
import { UserMemory, pageSize } from '../user-memory.ts';
import { x86EventsSize, X86VcpuEvents, type X86Vendor } from './vcpu-events.ts';

/** Whether a transcript comes from an x86 kernel: its surroundings name the machine. */
export function isX86Transcript(records: readonly TranscriptRecord[]): boolean {
  return records.some(({ op, members }) => op === 'env' && text(members, 'machine') === 'x86_64');
}

const vendors: readonly X86Vendor[] = ['svm', 'vmx', 'pvm'];

/** The x86 processor a `--cpu` names; AMD's where it names none of x86's. */
export function x86VendorOf(cpu: string): X86Vendor {
  return vendors.find((vendor) => vendor === cpu) ?? 'svm';
}

/** Replays the scenario `events`; each of its steps is a machine of its own. */
export function replayX86Events(
  records: readonly TranscriptRecord[],
  version: KernelVersion,
  vendor: X86Vendor,
): ReplayReport {
  const skipped: SkippedStep[] = [];
  const mismatched: Mismatch[] = [];
  let steps = 0;
  let step = '';
  let events = new X86VcpuEvents({ version, vendor });
  const memory = new UserMemory();
  let area = 0;
  for (const { i, scenario, step: name, op, members } of records) {
    if (op !== 'ioctl' && op !== 'kvm_run' && op !== 'regs' && op !== 'mem' && op !== 'guest_mem') continue;
    steps++;
    if (scenario !== 'events') {
      skipped.push({ i, scenario, reason: 'of x86 only KVM_GET/SET_VCPU_EVENTS are simulated' });
      continue;
    }
    if (name !== step) {
      step = name;
      events = new X86VcpuEvents({ version, vendor });
    }
    const report = (field: string, expected: string, actual: string): void => {
      if (expected !== actual) mismatched.push({ i, scenario, step, field, expected, actual });
    };
    if (op === 'mem') {
      const expected = text(members, 'hex') ?? '';
      report('hex', expected, hexOfBytes(memory.read(area, expected.length / 2)));
      continue;
    }
    const input = hexBytes(members, 'in');
    const pointer = text(members, 'ptr') ?? '';
    area = input === undefined ? areaOf(pointer, memory) : memory.map(pageSize);
    if (input !== undefined) memory.write(area, input);
    const result = call(events, Number(hexNumber(members, 'req') ?? 0n), area, memory);
    report('ret', String(integer(members, 'ret') ?? ''), String(result < 0 ? -1 : 0));
    report('errno', errnoName(integer(members, 'errno') ?? 0), errnoName(result < 0 ? -result : 0));
    if (input !== undefined) report('out', text(members, 'out') ?? '', hexOfBytes(memory.read(area, input.length)));
  }
  const failing = new Set(mismatched.map(({ i }) => i)).size;
  return { steps, matched: steps - skipped.length - failing, skipped, mismatched };
}

function areaOf(description: string, memory: UserMemory): number {
  const filled = (protection: 'read' | 'read-write'): number =>
    memory.map(pageSize, { bytes: new Uint8Array(pageSize).fill(0xa5), protection });
  if (description.startsWith('40 bytes mapped')) return filled('read-write') + pageSize - 40;
  if (description.startsWith('read-only')) return filled('read');
  return 0;
}

function call(events: X86VcpuEvents, request: number, address: number, memory: UserMemory): number {
  switch (request) {
    case requests.GET_VCPU_EVENTS:
      return memory.write(address, events.get()) === x86EventsSize ? 0 : -errno.EFAULT;
    case requests.SET_VCPU_EVENTS: {
      const bytes = memory.read(address, x86EventsSize);
      return bytes.length === x86EventsSize ? events.set(bytes) : -errno.EFAULT;
    }
    case requests.ENABLE_CAP: {
      const bytes = memory.read(address, 104);
      if (bytes.length < 104) return -errno.EFAULT;
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      return events.enableCapability(view.getUint32(0, true), view.getBigUint64(8, true) !== 0n);
    }
    default:
      return -errno.EINVAL;
  }
}
