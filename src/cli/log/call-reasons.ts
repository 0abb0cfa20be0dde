/**
 * Why the kernel refused a call, in words.
 *
 * One reason is given where the call itself proves it: the wrong kind of descriptor, an argument that must be zero, a request the
 * kernel does not have, memory that is not aligned. Where several are possible they are named as such. The facts are KVM's handlers
 * (virt/kvm/kvm_main.c, arch/*\/kvm) and captures of real kernels.
 */

import { memoryRegionFaults } from '../../capture/memory-region.ts';
import type { LogEntry } from './log-entry.ts';

type Call = NonNullable<LogEntry['call']>;

/** The reason behind an errno, or what it can be; `undefined` where there is nothing to say. */
export function reasonText(entry: LogEntry, call: Call): string | undefined {
  return call.why ?? reasonOf(entry, call);
}

function reasonOf(entry: LogEntry, call: Call): string | undefined {
  const { request, errno, argument, descriptor } = call;
  if (errno === null) return undefined;
  const isRegion = request.startsWith('KVM_SET_USER_MEMORY_REGION');
  switch (errno) {
    case 'EBADF':
      return `no file is open as descriptor ${descriptor.number === null ? '' : String(descriptor.number)}`.trimEnd();
    case 'EIO':
      return 'only the process that made the machine may use it (or KVM gave the machine up after an error of its own)';
    case 'EFAULT':
      if (request === 'KVM_RUN') return 'the guest touched memory that the kernel could not give it';
      if (argument === '0x0') return 'the address is NULL';
      // The record has been read, so the pointer was good: arm64 and riscv say this of guest addresses beyond their reach.
      if (isRegion && entry.fields.length > 0) return 'its guest addresses lie beyond those that the machine can have';
      return 'memory at the address cannot be read or written';
    case 'EINTR':
      return request === 'KVM_RUN' ? interruption(entry, call) : 'a signal came for the program';
    case 'EEXIST':
      if (request === 'KVM_CREATE_VCPU') return 'this machine has a virtual CPU of that number';
      if (isRegion) return 'it overlaps memory the machine already has';
      return 'there is one already';
    case 'ENOTTY':
      return 'the file takes no such request';
    case 'ENODEV':
      return request === 'KVM_CREATE_IRQCHIP'
        ? 'the host has no interrupt controller that can play this one'
        : undefined;
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
        ? 'KVM_RUN of the kernels that uabi knows never answers so; why this one does is not in the log'
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
      return isRegion ? regionReason(entry, request) : invalidReason(call);
    default:
      return undefined;
  }
}

/** On arm64 the level of a timer's or PMU's line also interrupts KVM_RUN, where the program plays the interrupt controller. */
function interruption({ target }: LogEntry, { immediateExit }: Call): string {
  const asked = 'it had set immediate_exit beforehand';
  if (immediateExit === true) return asked;
  const causes = [
    'a signal came for the program',
    ...(target === 'arm64' ? ['an interrupt line changed that the program has to play'] : []),
    ...(immediateExit === false ? [] : [asked]),
  ];
  return causes.length === 3 ? `${causes.slice(0, 2).join(', ')}, or ${asked}` : causes.join(', or ');
}

function regionReason({ fields, target }: LogEntry, request: string): string {
  const values = new Map(fields.map(({ path, value }) => [path, value]));
  const valueOf = (path: string): bigint | undefined => {
    const value = values.get(path);
    return typeof value === 'string' && /^0x[0-9a-f]{1,16}$/.test(value) ? BigInt(value) : undefined;
  };
  const faults = memoryRegionFaults(valueOf, target, request === 'KVM_SET_USER_MEMORY_REGION');
  if (faults.length > 0) return faults.map(({ text }) => text).join('; ');
  if (values.get('memory_size') === '0x0') return 'there is no such memory slot to take away';
  return fields.length === 0
    ? 'the slot, its flags, or the alignment of an address or size are not possible'
    : 'the slot or its flags are not possible, or the slot holds memory of another size or place already';
}

/** The requests whose argument is not used and must be 0. */
const withoutArgument = new Set(['KVM_GET_API_VERSION', 'KVM_GET_VCPU_MMAP_SIZE', 'KVM_RUN']);

/** A number that no kernel finds too high. */
const smallNumber = 1024;

function invalidReason({ request, argument, isArgumentCut }: Call): string | undefined {
  if (withoutArgument.has(request)) {
    return argument === null || argument === '0x0' ? undefined : 'the argument has to be 0';
  }
  switch (request) {
    case 'KVM_CHECK_EXTENSION':
      return 'this one has to be asked of a machine, or the number is not possible';
    case 'KVM_CREATE_VM':
      return 'this kernel makes no machine of that type';
    case 'KVM_CREATE_VCPU':
      return `the number is too high${isArgumentCut === true && Number(argument) < smallNumber ? ' (of a larger one strace shows just the lower 32 bits)' : ''}, or the machine has as many as it may have`;
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
    default:
      return 'the kernel does not take these values';
  }
}
