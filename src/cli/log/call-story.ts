/**
 * A captured call in words for somebody who has never met KVM: what was asked, what the kernel answered, and why.
 *
 * What the log does not show is said to be missing. The facts behind the sentences are KVM's handlers (virt/kvm/kvm_main.c,
 * arch/*\/kvm) and captures of real kernels.
 */

import { reasonText } from './call-reasons.ts';
import { exitWords, requestWords } from './request-words.ts';
import type { LogEntry } from './log-entry.ts';
import { counted } from '../../diagnostic.ts';

type Call = NonNullable<LogEntry['call']>;

const kindWords: Readonly<Record<string, string>> = {
  system: '/dev/kvm',
  vm: 'a machine',
  vcpu: 'a virtual CPU',
  device: 'a device of a machine',
};

/** `/dev/kvm`, `machine 2`, `virtual CPU 0 of machine 2`, `descriptor 7`. */
export function descriptorText({ descriptor }: Call): string {
  const { label, kind, name, number } = descriptor;
  if (label !== undefined) return label;
  if (kind === 'other') return name ?? 'a file that is not of KVM';
  const words = kindWords[kind];
  if (words !== undefined) return kind === 'vcpu' && name?.startsWith('kvm-vcpu:') === true ? name : words;
  return number === null ? 'an unknown descriptor' : `descriptor ${String(number)}, of which nothing is known`;
}

/** The whole sentence behind the place: `machine 1: KVM_CREATE_VCPU: make virtual CPU 0 → made, as descriptor 5`. */
export function callStory(entry: LogEntry, call: Call): string {
  const { fields } = entry;
  const asked = recordWords(call.request, fields) ?? requestWords(call.request, call.argumentMeaning ?? call.argument);
  const maybe =
    call.alternatives === undefined ? '' : ` (or ${call.alternatives.join(', ')}: they have the same number)`;
  return `${descriptorText(call)}: ${call.request}${maybe}${asked === undefined ? '' : `: ${asked}`} → ${answerText(entry, call)}`;
}

/** What a record asks for in a few words, where its fields are known and few words do. */
function recordWords(request: string, fields: LogEntry['fields']): string | undefined {
  const text = (path: string): string | undefined => {
    const value = fields.find((field) => field.path === path)?.value;
    return typeof value === 'string' && value.length <= 64 ? value : undefined;
  };
  const meaning = (path: string): string | undefined =>
    fields.find((field) => field.path === path)?.meaning ?? undefined;
  switch (request) {
    case 'KVM_SET_USER_MEMORY_REGION':
    case 'KVM_SET_USER_MEMORY_REGION2': {
      const [size, address, slot] = [text('memory_size'), text('guest_phys_addr'), text('slot')];
      if (size === undefined || address === undefined || slot === undefined) return undefined;
      if (size === '0x0') return `take memory slot ${slot} away from the machine`;
      return `give the machine ${bytesText(size)} of memory at guest address ${address}`;
    }
    case 'KVM_GET_ONE_REG':
    case 'KVM_SET_ONE_REG': {
      const name = meaning('id') ?? text('id');
      return name === undefined ? undefined : `${request === 'KVM_GET_ONE_REG' ? 'read' : 'write'} register ${name}`;
    }
    case 'KVM_SET_REGS': {
      const next = text('rip') ?? text('pc');
      return next === undefined ? undefined : `write the general registers: the guest's next instruction is at ${next}`;
    }
    case 'KVM_ENABLE_CAP': {
      const name = meaning('cap') ?? text('cap');
      return name === undefined ? undefined : `switch ${name} on`;
    }
    case 'KVM_SET_MP_STATE': {
      const state = meaning('mp_state');
      return state === undefined ? undefined : `put the virtual CPU into ${state}`;
    }
    default:
      return undefined;
  }
}

function bytesText(hex: string): string {
  if (!/^0x[0-9a-f]{1,16}$/.test(hex)) return `${hex} bytes`;
  const size = BigInt(hex);
  for (const [unit, name] of [
    [1n << 30n, 'GiB'],
    [1n << 20n, 'MiB'],
    [1n << 10n, 'KiB'],
  ] as const) {
    if (size >= unit && size % unit === 0n) return `${String(size / unit)} ${name}`;
  }
  return counted(Number(size), 'byte');
}

function answerText(entry: LogEntry, call: Call): string {
  const { result, errno } = call;
  if (result === null) return 'the call never returned';
  if (errno !== null || result.startsWith('-')) {
    const name = errno ?? result;
    const interrupted = name === 'EINTR' || name.startsWith('ERESTART');
    const why = reasonText(entry, call);
    return `${interrupted ? 'interrupted' : 'refused'} (${name})${why === undefined ? '' : `: ${why}`}`;
  }
  return successText(entry, call, result);
}

function successText({ fields }: LogEntry, call: Call, result: string): string {
  const descriptor = `as descriptor ${result}`;
  switch (call.request) {
    case 'KVM_GET_API_VERSION':
      return result === '12' ? '12, as ever since 2007' : result;
    case 'KVM_CHECK_EXTENSION':
      return result === '0' ? 'no' : result === '1' ? 'yes' : `yes (${result})`;
    case 'KVM_GET_VCPU_MMAP_SIZE':
      return `${result} bytes`;
    case 'KVM_CREATE_VM':
      return `made${call.madeLabel === undefined ? '' : `: ${call.madeLabel}`}, ${descriptor}`;
    case 'KVM_CREATE_VCPU':
    case 'KVM_GET_STATS_FD':
      return `made, ${descriptor}`;
    case 'KVM_RUN':
      return ranText(call, result);
    case 'KVM_GET_REGS': {
      const next = fields.find(({ path }) => path === 'rip' || path === 'pc')?.value;
      return typeof next === 'string' ? `done: the guest's next instruction is at ${next}` : 'done';
    }
    default:
      return result === '0' ? 'done' : result;
  }
}

function ranText({ exitReason }: Call, result: string): string {
  const stopped = `the guest stopped and the program has to act`;
  // It stands in the page they share.
  if (exitReason === null) return `${result === '0' ? '' : `${result}: `}${stopped} (why is not in the log)`;
  const words = exitWords(exitReason);
  return `the guest stopped: ${exitReason}${words === undefined ? '' : `, ${words}`}`;
}
