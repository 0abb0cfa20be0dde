/**
 * The simulated /dev/kvm of an arm64 host: descriptors, dispatch, and copies to and from the caller's memory.
 *
 * `ioctl` behaves as the system call does, errno included, and writes to the caller's memory exactly what the kernel writes.
 * Numbers are matched whole (32 bits; the upper half is ignored, as in Linux), so another size or direction is an unknown
 * request: EINVAL on every descriptor. Where the simulation cannot say what a kernel does, the result carries a `note`.
 */

import { checkExtension, enableCapability, ipaLimitBits } from './capabilities.ts';
import { type CpuModel, guestModel, parseCpuModel } from './cpu-models.ts';
import { copyFromUser, copyToUser } from './copy-user.ts';
import { DescriptorTable } from './descriptor-table.ts';
import { errno } from './errno.ts';
import { KernelVersion, parseKernelVersion, type PatchName } from './kernel-version.ts';
import { Machine } from './machine.ts';
import { decodeRegion } from './memory-slots.ts';
import { getRegister, registerSize, setRegister } from './one-reg.ts';
import { registerList } from './register-list.ts';
import { kvmType, requests } from './request-numbers.ts';
import { runVcpu } from './run.ts';
import { answer, type CallContext, type CallResult, callerOf } from './system-call.ts';
import { pageSize, UserMemory } from './user-memory.ts';
import { mpStates, Vcpu, vcpuFeatures } from './vcpu.ts';
import { eventsSize } from './vcpu-events-record.ts';
import { getEvents, refusesUninitialised, setEvents } from './vcpu-events.ts';
import { initialiseVcpu, preferredTarget, vcpuInitSize } from './vcpu-init.ts';

export interface KernelOptions {
  /** `6.12`, `7.3+ext_abt_esr`, or a parsed version. */
  readonly version: string | KernelVersion;
  /** `max`, `cortex-a57`, `max,-pmu`, or a parsed model. */
  readonly cpu: string | CpuModel;
  readonly patches?: readonly PatchName[];
  /** Lowest descriptor number that is free. */
  readonly firstDescriptor?: number;
  /** Whether the firmware claims a guest's external aborts, so that KVM never sees them. */
  readonly firmwareClaimsAborts?: boolean;
}

const maximumVcpuIds = 512;
const mmapSize = 2 * pageSize;
const guestDebugFlags = 0x3_0003;
/** Vector of the machine control group KVM_ARM_VM_SMCCC_CTRL and its one attribute. */
const smcccFilterAttribute = { group: 0, attribute: 0n } as const;

/**
 * A simulated arm64 host with a `/dev/kvm`, seen by the processes that use it.
 *
 * Calls answer as the system calls do and touch only `memory`, the callers' address space. Everything is synchronous and
 * deterministic: the same calls get the same answers.
 */
export class SimulatedKernel {
  readonly version: KernelVersion;
  readonly cpu: CpuModel;
  /** The caller's address space: map buffers here and pass their addresses. */
  readonly memory = new UserMemory();
  readonly #descriptors: DescriptorTable<Machine, Vcpu>;
  readonly #firmwareClaimsAborts: boolean;

  /** @throws UserError if version or CPU model are unknown. */
  constructor(options: KernelOptions) {
    const version = typeof options.version === 'string' ? parseKernelVersion(options.version) : options.version;
    this.version = new KernelVersion(version.major, version.minor, [...version.patches, ...(options.patches ?? [])]);
    this.cpu = typeof options.cpu === 'string' ? parseCpuModel(options.cpu) : options.cpu;
    this.#descriptors = new DescriptorTable(options.firstDescriptor);
    this.#firmwareClaimsAborts = options.firmwareClaimsAborts ?? false;
  }

  /** The system call `open(path, O_RDWR)`: the lowest free descriptor for `/dev/kvm`, ENOENT for any other path. */
  open(path: string): CallResult {
    return answer(this.#descriptors.openDevice(path));
  }

  /** The system call `close(fd)`: EBADF if it is not open. A machine lives on while one of its descriptors does. */
  close(fd: number): CallResult {
    return answer(this.#descriptors.close(fd));
  }

  /**
   * The system call `mmap` on a vCPU's descriptor: maps its shared pages (kvm_run first) into `memory`.
   *
   * @param length in bytes, rounded up to whole pages; KVM_GET_VCPU_MMAP_SIZE by default
   * @returns the address, or a negative error number: −EBADF, −ENODEV (no vCPU), −EINVAL (no length)
   */
  mmap(fd: number, length: number = mmapSize): number {
    return this.#descriptors.mapShared(fd, length, this.memory);
  }

  /** The system call `munmap`: EINVAL unless the address is page-aligned and the length in bytes positive. */
  munmap(address: number, length: number): CallResult {
    if (address % pageSize !== 0 || length <= 0) return answer(-errno.EINVAL);
    this.memory.unmap(address, length);
    return answer(0);
  }

  /**
   * The system call `ioctl(fd, request, argument)` (virt/kvm/kvm_main.c, arch/arm64/kvm).
   *
   * @param request its lower 32 bits count, as in Linux
   * @param argument a value, or the address of a buffer in `memory`
   */
  ioctl(fd: number, request: number | bigint, argument: number | bigint, context: CallContext = {}): CallResult {
    const descriptor = this.#descriptors.get(fd);
    if (descriptor === undefined) return answer(-errno.EBADF);
    const number = Number(BigInt.asUintN(32, BigInt(request)));
    const value = BigInt.asUintN(64, BigInt(argument));
    switch (descriptor.kind) {
      case 'kvm':
        return answer(this.#onDevice(number, value, context));
      case 'vm':
        if (descriptor.machine.owner !== callerOf(context)) return answer(-errno.EIO);
        return this.#onMachine(descriptor.machine, number, value);
      case 'vcpu':
        if (descriptor.machine.owner !== callerOf(context)) return answer(-errno.EIO);
        if (((number >>> 8) & 0xff) !== kvmType) return answer(-errno.EINVAL);
        return this.#onVcpu(descriptor.machine, descriptor.vcpu, number, value, context);
      default:
        return descriptor satisfies never;
    }
  }

  #copyIn(address: bigint, length: number): Uint8Array | undefined {
    return copyFromUser(this.memory, address, length);
  }

  #copyOut(address: bigint, bytes: Uint8Array): number {
    return copyToUser(this.memory, address, bytes);
  }

  #onDevice(request: number, argument: bigint, context: CallContext): number {
    switch (request) {
      case requests.GET_API_VERSION:
        return argument === 0n ? 12 : -errno.EINVAL;
      case requests.GET_VCPU_MMAP_SIZE:
        return argument === 0n ? mmapSize : -errno.EINVAL;
      case requests.CHECK_EXTENSION:
        return checkExtension(argument, 'kvm', this);
      case requests.CREATE_VM:
        return this.#createMachine(argument, context);
      default:
        return -errno.EINVAL;
    }
  }

  /** The type is the width of guest physical addresses; 0 means 40 bits. */
  #createMachine(type: bigint, context: CallContext): number {
    if (type > 0xffn) return -errno.EINVAL;
    const limit = ipaLimitBits(this);
    const bits = type === 0n ? 40 : Number(type);
    if (bits > limit || bits < 32) return -errno.EINVAL;
    return this.#descriptors.install({ kind: 'vm', machine: new Machine(bits, this.memory, callerOf(context)) });
  }

  #onMachine(machine: Machine, request: number, argument: bigint): CallResult {
    switch (request) {
      case requests.CHECK_EXTENSION:
        return answer(checkExtension(argument, 'vm', this));
      case requests.CREATE_VCPU:
        return answer(this.#createVcpu(machine, argument));
      case requests.ENABLE_CAP:
        return answer(this.#enableCap(machine, argument));
      case requests.SET_USER_MEMORY_REGION:
        return answer(this.#setRegion(machine, argument, 32));
      case requests.SET_USER_MEMORY_REGION2:
        if (!this.version.isAtLeast(6, 8)) return answer(-errno.EINVAL);
        return answer(this.#setRegion(machine, argument, 160));
      case requests.ARM_PREFERRED_TARGET: {
        const bytes = new Uint8Array(vcpuInitSize);
        new DataView(bytes.buffer).setUint32(0, preferredTarget(this.version, this.cpu), true);
        return answer(this.#copyOut(argument, bytes));
      }
      case requests.CREATE_IRQCHIP:
        // The host's GICv3 cannot be a GICv2.
        return answer(-errno.ENODEV);
      case requests.SET_DEVICE_ATTR:
        return this.#setMachineAttribute(machine, argument);
      case requests.HAS_DEVICE_ATTR: {
        if (!this.version.isAtLeast(6, 4)) return answer(-errno.EINVAL);
        const attribute = this.#copyIn(argument, 24);
        if (attribute === undefined) return answer(-errno.EFAULT);
        return answer(isSmcccFilter(attribute) ? 0 : -errno.ENXIO);
      }
      default:
        return answer(-errno.EINVAL);
    }
  }

  #createVcpu(machine: Machine, argument: bigint): number {
    // Until 6.10 the id was cut to 32 bits before it was looked at.
    const id = this.version.isAtLeast(6, 11) ? argument : BigInt.asUintN(32, argument);
    if (id >= BigInt(maximumVcpuIds)) return -errno.EINVAL;
    if (machine.vcpus.has(Number(id))) return -errno.EEXIST;
    const vcpu = new Vcpu(Number(id), guestModel(this.cpu, this.version));
    machine.vcpus.set(vcpu.id, vcpu);
    return this.#descriptors.install({ kind: 'vcpu', machine, vcpu });
  }

  #enableCap(machine: Machine, argument: bigint): number {
    const bytes = this.#copyIn(argument, 104);
    if (bytes === undefined) return -errno.EFAULT;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const request = {
      cap: view.getUint32(0, true),
      flags: view.getUint32(4, true),
      argument: view.getBigUint64(8, true),
    };
    const state = { switches: machine.switches, vcpuCount: machine.vcpus.size, hasSlots: !machine.slots.isEmpty };
    return enableCapability(request, state, this);
  }

  #setRegion(machine: Machine, argument: bigint, size: number): number {
    const bytes = this.#copyIn(argument, size);
    if (bytes === undefined) return -errno.EFAULT;
    return machine.slots.set(decodeRegion(new DataView(bytes.buffer, bytes.byteOffset)));
  }

  /** Only the SMCCC filter is simulated: { base u32, nr_functions u32, action u8, pad[15] }. */
  #setMachineAttribute(machine: Machine, argument: bigint): CallResult {
    // Machines have attributes since 6.4; the request was unknown before.
    if (!this.version.isAtLeast(6, 4)) return answer(-errno.EINVAL);
    const attribute = this.#copyIn(argument, 24);
    if (attribute === undefined) return answer(-errno.EFAULT);
    if (!isSmcccFilter(attribute)) return answer(-errno.ENXIO);
    const address = new DataView(attribute.buffer, attribute.byteOffset).getBigUint64(16, true);
    const filter = this.#copyIn(address, 24);
    if (filter === undefined) return answer(-errno.EFAULT);
    const view = new DataView(filter.buffer, filter.byteOffset);
    const action = view.getUint8(8);
    if (action > 2 || filter.subarray(9).some((byte) => byte !== 0)) return answer(-errno.EINVAL);
    machine.smcccFilters.push({ base: view.getUint32(0, true), count: view.getUint32(4, true), action });
    return answer(0);
  }

  #onVcpu(machine: Machine, vcpu: Vcpu, request: number, argument: bigint, context: CallContext): CallResult {
    switch (request) {
      case requests.GET_VCPU_EVENTS:
        if (!vcpu.isInitialised && refusesUninitialised(this.version)) return answer(-errno.ENOEXEC);
        return answer(this.#copyOut(argument, getEvents(vcpu, this.cpu)));
      case requests.SET_VCPU_EVENTS: {
        if (!vcpu.isInitialised && refusesUninitialised(this.version)) return answer(-errno.ENOEXEC);
        const bytes = this.#copyIn(argument, eventsSize);
        return answer(bytes === undefined ? -errno.EFAULT : setEvents(vcpu, bytes, this.version, this.cpu));
      }
      case requests.RUN:
        return this.#run(machine, vcpu, argument, context);
      case requests.GET_ONE_REG:
      case requests.SET_ONE_REG:
        return this.#oneRegister(vcpu, argument, request === requests.SET_ONE_REG);
      case requests.GET_REG_LIST:
        return answer(this.#listRegisters(vcpu, argument));
      case requests.ARM_VCPU_INIT: {
        const bytes = this.#copyIn(argument, vcpuInitSize);
        if (bytes === undefined) return answer(-errno.EFAULT);
        return answer(initialiseVcpu(vcpu, bytes, machine.vcpus.values(), this.version, this.cpu));
      }
      case requests.ARM_VCPU_FINALIZE:
        return answer(this.#finalise(vcpu, argument));
      case requests.GET_MP_STATE: {
        const bytes = new Uint8Array(4);
        new DataView(bytes.buffer).setUint32(0, vcpu.mpState, true);
        return answer(this.#copyOut(argument, bytes));
      }
      case requests.SET_MP_STATE: {
        const bytes = this.#copyIn(argument, 4);
        if (bytes === undefined) return answer(-errno.EFAULT);
        const state = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
        const isKnown = state === mpStates.runnable || state === mpStates.stopped;
        if (!isKnown && !(state === mpStates.suspended && this.version.isAtLeast(5, 19))) return answer(-errno.EINVAL);
        vcpu.mpState = state;
        return answer(0);
      }
      case requests.SET_GUEST_DEBUG: {
        const bytes = this.#copyIn(argument, 520);
        if (bytes === undefined) return answer(-errno.EFAULT);
        const control = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
        if ((control & ~guestDebugFlags) !== 0) return answer(-errno.EINVAL);
        vcpu.guestDebug = (control & 1) === 1 ? control : 0;
        return answer(0);
      }
      default:
        return answer(-errno.EINVAL);
    }
  }

  #run(machine: Machine, vcpu: Vcpu, argument: bigint, context: CallContext): CallResult {
    if (argument !== 0n) return answer(-errno.EINVAL);
    const { result, note } = runVcpu(vcpu, {
      version: this.version,
      cpu: this.cpu,
      machine,
      signalArmed: context.signalArmed ?? false,
      firmwareClaimsAborts: this.#firmwareClaimsAborts,
    });
    return answer(result, note);
  }

  #oneRegister(vcpu: Vcpu, argument: bigint, isSet: boolean): CallResult {
    if (!vcpu.isInitialised) return answer(-errno.ENOEXEC);
    const bytes = this.#copyIn(argument, 16);
    if (bytes === undefined) return answer(-errno.EFAULT);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const id = view.getBigUint64(0, true);
    const address = view.getBigUint64(8, true);
    const size = registerSize(id);
    if (!isSet) {
      const result = getRegister(vcpu, id, this.version);
      if ('error' in result) return answer(result.error);
      return answer(this.#copyOut(address, littleEndian(result.value, size)), result.note);
    }
    const value = this.#copyIn(address, size);
    if (value === undefined) return answer(-errno.EFAULT);
    return answer(setRegister(vcpu, id, fromLittleEndian(value), this.version));
  }

  #listRegisters(vcpu: Vcpu, argument: bigint): number {
    if (!vcpu.isInitialised) return -errno.ENOEXEC;
    if (vcpu.hasFeature(vcpuFeatures.sve) && !vcpu.isSveFinalised) return -errno.EPERM;
    const given = this.#copyIn(argument, 8);
    if (given === undefined) return -errno.EFAULT;
    const room = new DataView(given.buffer, given.byteOffset).getBigUint64(0, true);
    const list = registerList(this.version, vcpu.cpu.model);
    const count = this.#copyOut(argument, littleEndian(BigInt(list.length), 8));
    if (count !== 0) return count;
    // The true number is written even where there is no room for the list.
    if (room < BigInt(list.length)) return -errno.E2BIG;
    const ids = new Uint8Array(list.length * 8);
    const view = new DataView(ids.buffer);
    for (const [index, id] of list.entries()) view.setBigUint64(index * 8, id, true);
    return this.#copyOut(argument + 8n, ids);
  }

  #finalise(vcpu: Vcpu, argument: bigint): number {
    if (!vcpu.isInitialised) return -errno.ENOEXEC;
    const bytes = this.#copyIn(argument, 4);
    if (bytes === undefined) return -errno.EFAULT;
    const feature = new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
    if (feature !== vcpuFeatures.sve || !vcpu.hasFeature(vcpuFeatures.sve)) return -errno.EINVAL;
    if (vcpu.isSveFinalised) return -errno.EPERM;
    vcpu.isSveFinalised = true;
    return 0;
  }
}

function isSmcccFilter(attribute: Uint8Array): boolean {
  const view = new DataView(attribute.buffer, attribute.byteOffset);
  const { group, attribute: number } = smcccFilterAttribute;
  return view.getUint32(4, true) === group && view.getBigUint64(8, true) === number;
}

function littleEndian(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let index = 0; index < size; index++) bytes[index] = Number((value >> BigInt(index * 8)) & 0xffn);
  return bytes;
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const [index, byte] of bytes.entries()) value |= BigInt(byte) << BigInt(index * 8);
  return value;
}
