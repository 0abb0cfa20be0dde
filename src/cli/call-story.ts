/**
 * A captured call in words for somebody who has never met KVM: what was asked, what the kernel answered, and why.
 *
 * Reasons are given where the call itself proves them (the wrong kind of descriptor, an argument that must be zero, a request
 * the kernel does not have). Where several reasons are possible they are named as such; what the log does not show is said to be
 * missing. The facts behind the sentences are KVM's handlers (virt/kvm/kvm_main.c, arch/*\/kvm) and captures of real kernels.
 */

import { exitWords, requestWords } from './request-words.ts';
import type { StreamObject } from './stream-object.ts';
import { counted } from '../diagnostic.ts';

type Call = NonNullable<StreamObject['call']>;

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
export function callStory(call: Call, fields: StreamObject['fields'] = []): string {
  const asked = recordWords(call.request, fields) ?? requestWords(call.request, call.argumentMeaning ?? call.argument);
  const maybe =
    call.alternatives === undefined ? '' : ` (or ${call.alternatives.join(', ')}: they have the same number)`;
  return `${descriptorText(call)}: ${call.request}${maybe}${asked === undefined ? '' : `: ${asked}`} → ${answerText(call)}`;
}

/** What a record asks for in a few words, where its fields are known and few words do. */
function recordWords(request: string, fields: StreamObject['fields']): string | undefined {
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

function answerText(call: Call): string {
  const { result, errno } = call;
  if (result === null) return 'the call never returned';
  if (errno !== null || result.startsWith('-')) {
    const name = errno ?? result;
    const interrupted = name === 'EINTR' || name.startsWith('ERESTART');
    const why = call.why ?? reasonOf(call);
    return `${interrupted ? 'interrupted' : 'refused'} (${name})${why === undefined ? '' : `: ${why}`}`;
  }
  return successText(call, result);
}

function successText(call: Call, result: string): string {
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
    default:
      return result === '0' ? 'done' : result;
  }
}

function ranText({ exitReason }: Call, result: string): string {
  const stopped = `the guest stopped and the program has to act`;
  if (exitReason === null)
    return `${result === '0' ? '' : `${result}: `}${stopped}; why is in the page they share, which the log does not show`;
  const words = exitWords(exitReason);
  return `the guest stopped: ${exitReason}${words === undefined ? '' : `, ${words}`}`;
}

/** Why a call was refused, as far as the call alone tells. */
function reasonOf(call: Call): string | undefined {
  const { request, errno, argument, descriptor } = call;
  const isZero = argument === null || argument === '0x0';
  if (errno === null) return undefined;
  switch (errno) {
    case 'EBADF':
      return `no file is open as descriptor ${descriptor.number === null ? '' : String(descriptor.number)}`.trimEnd();
    case 'EIO':
      return 'only the process that made the machine may use it (or the machine is dead)';
    case 'EFAULT':
      if (request === 'KVM_RUN') return 'the guest touched memory that the kernel could not give it';
      return argument === '0x0' ? 'the address is NULL' : 'memory at the address cannot be read or written';
    case 'EINTR':
      return request === 'KVM_RUN'
        ? 'a signal came for the program, or it had set immediate_exit beforehand'
        : 'a signal came for the program';
    case 'EEXIST':
      if (request === 'KVM_CREATE_VCPU') return 'this machine has a virtual CPU of that number';
      if (request.startsWith('KVM_SET_USER_MEMORY_REGION')) return 'it overlaps memory the machine already has';
      return 'there is one already';
    case 'ENOEXEC':
      return 'the virtual CPU has not been initialised: KVM_ARM_VCPU_INIT comes first';
    case 'E2BIG':
      return 'there is more than the buffer has room for';
    case 'ENOSYS':
      return request === 'KVM_RUN'
        ? 'the guest touched memory that is not there, in a way the processor does not describe'
        : undefined;
    case 'ENOENT':
      if (request === 'KVM_ARM_VCPU_INIT') return 'a feature was asked for that the kernel has never heard of';
      if (request.endsWith('_ONE_REG')) return 'the virtual CPU has no such register';
      return 'there is no such thing';
    case 'ENOSPC':
      return request === 'KVM_RUN'
        ? 'not one of the usual answers of KVM_RUN; it is particular to this kernel'
        : undefined;
    case 'EPERM':
      return 'it is not allowed (now, or at all)';
    case 'ENOMEM':
      return 'the kernel has no memory for it';
    case 'EBUSY':
      return 'it is in use, or it is too late for this';
    case 'ENXIO':
      return 'there is no such device or attribute';
    case 'EINVAL':
      return invalidReason(request, isZero);
    default:
      return undefined;
  }
}

/** The requests whose argument is not used and must be 0. */
const withoutArgument = new Set(['KVM_GET_API_VERSION', 'KVM_GET_VCPU_MMAP_SIZE', 'KVM_RUN']);

function invalidReason(request: string, isZero: boolean): string | undefined {
  if (withoutArgument.has(request)) {
    return isZero ? undefined : 'the argument has to be 0';
  }
  switch (request) {
    case 'KVM_CHECK_EXTENSION':
      return 'this one has to be asked of a machine, or the number is not possible';
    case 'KVM_CREATE_VM':
      return 'this kernel makes no machine of that type';
    case 'KVM_CREATE_VCPU':
      return 'the number is too high, or the machine has as many as it may have';
    case 'KVM_ENABLE_CAP':
      return 'the kernel does not know the capability, cannot switch it on here, or does not take these flags and arguments';
    case 'KVM_SET_VCPU_EVENTS':
    case 'KVM_SET_REGS':
    case 'KVM_SET_SREGS':
    case 'KVM_SET_MP_STATE':
    case 'KVM_SET_CPUID2':
    case 'KVM_SET_GUEST_DEBUG':
      return 'it holds something the kernel does not take';
    case 'KVM_SET_ONE_REG':
    case 'KVM_GET_ONE_REG':
      return 'the kernel has no registers to be read and written alone, or does not take the number, the size or the value';
    case 'KVM_ARM_VCPU_INIT':
      return 'the processor type or the features are not possible, or differ from those of an earlier initialisation';
    case 'KVM_SET_USER_MEMORY_REGION':
    case 'KVM_SET_USER_MEMORY_REGION2':
      return 'the slot, its flags, or the alignment of an address or size are not possible';
    default:
      return 'the kernel does not take these values';
  }
}
