/**
 * The simulated /dev/kvm of an x86 host: vCPU events, capabilities, and guests in real mode.
 *
 * It has the shape of the arm64 one. Differences that programs meet: an unknown request on a machine is ENOTTY (arm64 says
 * EINVAL), a vCPU needs no initialisation, and its shared memory has a third page. Registers other than the general ones,
 * interrupt chips, clocks and all of protected and long mode are left out.
 */

import { copyFromUser, copyToUser } from '../copy-user.ts';
import { DescriptorTable } from '../descriptor-table.ts';
import { errno } from '../errno.ts';
import { type KernelVersion, parseKernelVersion } from '../kernel-version.ts';
import { decodeRegion, MemorySlots } from '../memory-slots.ts';
import { kvmType, requests } from '../request-numbers.ts';
import { answer, type CallContext, type CallResult, callerOf } from '../system-call.ts';
import { pageSize, UserMemory } from '../user-memory.ts';
import { checkX86Extension, enableX86Capability } from './capabilities.ts';
import { factsOf, type X86Host, type X86Vendor } from './host.ts';
import { isValidSystemRegisters, loadSystemRegisters, systemRegistersSize } from './system-registers.ts';
import { X86Vcpu } from './vcpu.ts';
import { x86EventsSize } from './vcpu-events.ts';

export interface X86KernelOptions {
  /** `6.12`, or a parsed version. */
  readonly version: string | KernelVersion;
  readonly vendor: X86Vendor;
  /** Lowest descriptor number that is free. */
  readonly firstDescriptor?: number;
}

interface X86Machine {
  readonly slots: MemorySlots;
  readonly switches: Map<number, bigint>;
  readonly vcpus: Map<number, X86Vcpu>;
  readonly owner: number;
}

const x86Requests = {
  GET_REGS: 0x8090ae81,
  SET_REGS: 0x4090ae82,
  SET_SREGS: 0x4138ae84,
  INTERRUPT: 0x4004ae86,
  NMI: 0xae9a,
  SET_GUEST_DEBUG: 0x4048ae9b,
} as const;

const mmapSize = 3 * pageSize;
const guestAddressBits = 52;

export class SimulatedX86Kernel {
  readonly version: KernelVersion;
  readonly vendor: X86Vendor;
  /** The caller's address space. */
  readonly memory = new UserMemory();
  readonly #descriptors: DescriptorTable<X86Machine, X86Vcpu>;

  /** @throws UserError if the version is unknown. */
  constructor({ version, vendor, firstDescriptor }: X86KernelOptions) {
    this.version = typeof version === 'string' ? parseKernelVersion(version) : version;
    this.vendor = vendor;
    this.#descriptors = new DescriptorTable(firstDescriptor);
  }

  get #host(): X86Host {
    return { version: this.version, vendor: this.vendor };
  }

  open(path: string): CallResult {
    return answer(this.#descriptors.openDevice(path));
  }

  close(fd: number): CallResult {
    return answer(this.#descriptors.close(fd));
  }

  /** Maps the shared pages of a vCPU and answers their address, or a negative error number. */
  mmap(fd: number, length: number = mmapSize): number {
    return this.#descriptors.mapShared(fd, length, this.memory);
  }

  /** The system call `ioctl(fd, request, argument)`. */
  ioctl(fd: number, request: number | bigint, argument: number | bigint, context: CallContext = {}): CallResult {
    const descriptor = this.#descriptors.get(fd);
    if (descriptor === undefined) return answer(-errno.EBADF);
    const number = Number(BigInt.asUintN(32, BigInt(request)));
    const value = BigInt.asUintN(64, BigInt(argument));
    if (descriptor.kind === 'kvm') return answer(this.#onDevice(number, value, context));
    if (descriptor.machine.owner !== callerOf(context)) return answer(-errno.EIO);
    if (descriptor.kind === 'vm') return answer(this.#onMachine(descriptor.machine, number, value));
    if (((number >>> 8) & 0xff) !== kvmType) return answer(-errno.EINVAL);
    if (number === requests.RUN) {
      if (value !== 0n) return answer(-errno.EINVAL);
      const { result, note } = descriptor.vcpu.enter(context.signalArmed ?? false);
      return answer(result, note);
    }
    return answer(this.#onVcpu(descriptor.vcpu, number, value));
  }

  #copyOut(address: bigint, bytes: Uint8Array): number {
    return copyToUser(this.memory, address, bytes);
  }

  /** Copies `length` bytes in and hands them on; EFAULT if they are not all there. */
  #with(address: bigint, length: number, use: (view: DataView, bytes: Uint8Array) => number): number {
    const bytes = copyFromUser(this.memory, address, length);
    return bytes === undefined ? -errno.EFAULT : use(new DataView(bytes.buffer, bytes.byteOffset, length), bytes);
  }

  #onDevice(request: number, argument: bigint, context: CallContext): number {
    switch (request) {
      case requests.GET_API_VERSION:
        return argument === 0n ? 12 : -errno.EINVAL;
      case requests.GET_VCPU_MMAP_SIZE:
        return argument === 0n ? mmapSize : -errno.EINVAL;
      case requests.CHECK_EXTENSION:
        return checkX86Extension(argument, 'kvm', this.#host);
      case requests.CREATE_VM: {
        // Only the default type: protected ones need hardware or a build for them.
        if (argument !== 0n) return -errno.EINVAL;
        const machine: X86Machine = {
          slots: new MemorySlots(this.memory, guestAddressBits),
          switches: new Map(),
          vcpus: new Map(),
          owner: callerOf(context),
        };
        return this.#descriptors.install({ kind: 'vm', machine });
      }
      default:
        return -errno.EINVAL;
    }
  }

  #onMachine(machine: X86Machine, request: number, argument: bigint): number {
    switch (request) {
      case requests.CHECK_EXTENSION:
        return checkX86Extension(argument, 'vm', this.#host);
      case requests.CREATE_VCPU:
        return this.#createVcpu(machine, argument);
      case requests.ENABLE_CAP:
        return this.#with(argument, 104, (view) =>
          enableX86Capability(
            { cap: view.getUint32(0, true), flags: view.getUint32(4, true), argument: view.getBigUint64(8, true) },
            machine.switches,
            this.#host,
          ),
        );
      case requests.SET_USER_MEMORY_REGION:
        return this.#with(argument, 32, (view) => machine.slots.set(decodeRegion(view)));
      default:
        return -errno.ENOTTY;
    }
  }

  #createVcpu(machine: X86Machine, argument: bigint): number {
    // Until 6.10 the id was cut to 32 bits before it was looked at.
    const id = this.version.isAtLeast(6, 11) ? argument : BigInt.asUintN(32, argument);
    if (id >= BigInt(factsOf(this.vendor).maximumVcpuIds)) return -errno.EINVAL;
    if (machine.vcpus.has(Number(id))) return -errno.EEXIST;
    const vcpu = new X86Vcpu(Number(id), this.#host, machine);
    machine.vcpus.set(vcpu.id, vcpu);
    return this.#descriptors.install({ kind: 'vcpu', machine, vcpu });
  }

  #onVcpu(vcpu: X86Vcpu, request: number, argument: bigint): number {
    switch (request) {
      case requests.GET_VCPU_EVENTS:
        return this.#copyOut(argument, vcpu.events.get());
      case requests.SET_VCPU_EVENTS:
        return this.#with(argument, x86EventsSize, (_, bytes) => vcpu.events.set(bytes));
      case requests.GET_MP_STATE:
        return this.#copyOut(argument, new Uint8Array(4));
      case x86Requests.GET_REGS:
        return this.#copyOut(argument, vcpu.cpu.encodeRegisters());
      case x86Requests.SET_REGS:
        return this.#with(argument, 144, (_, bytes) => {
          vcpu.cpu.decodeRegisters(bytes);
          return 0;
        });
      case x86Requests.SET_SREGS:
        return this.#with(argument, systemRegistersSize, (view) => {
          if (!isValidSystemRegisters(view)) return -errno.EINVAL;
          loadSystemRegisters(vcpu.cpu, view);
          return 0;
        });
      case x86Requests.INTERRUPT:
        return this.#with(argument, 4, (view) => {
          const vector = view.getUint32(0, true);
          if (vector > 255) return -errno.EINVAL;
          vcpu.events.queueInterrupt(vector);
          return 0;
        });
      case x86Requests.NMI:
        vcpu.events.queueNmi();
        return 0;
      case x86Requests.SET_GUEST_DEBUG:
        return this.#with(argument, 72, (view) => {
          const control = view.getUint32(0, true);
          vcpu.guestDebug = (control & 1) === 1 ? control : 0;
          return 0;
        });
      default:
        return -errno.EINVAL;
    }
  }
}
