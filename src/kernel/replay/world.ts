/**
 * The recording program's side of a replay: its descriptors, its memory and the machine it works on.
 */

import { requests } from '../request-numbers.ts';
import type { SimulatedKernel } from '../simulated-kernel.ts';
import type { CallContext, CallResult } from '../system-call.ts';
import type { BrokenPage } from '../user-memory.ts';
import { pageSize } from '../user-memory.ts';
import { guestVectors } from './guest-vectors.ts';
import { guestLayout, type HostAction, type MachineSetup, registerIds } from './recording-program.ts';

const scratchPages = 4;
export const guardBytes = 16;
export const filler = 0xa5;

export class World {
  readonly kernel: SimulatedKernel;
  readonly kvm: number;
  readonly scratch: number;
  #vm: number | undefined;
  #vcpu: number | undefined;
  #runPage: number | undefined;
  #ram: number | undefined;
  #features = 0;

  constructor(kernel: SimulatedKernel) {
    this.kernel = kernel;
    this.kvm = kernel.open('/dev/kvm').ret;
    this.scratch = kernel.memory.map(scratchPages * pageSize);
  }

  /** Forgets the machine; the next use makes a new one. */
  leaveMachine(): void {
    for (const fd of [this.#vcpu, this.#vm]) if (fd !== undefined) this.kernel.close(fd);
    this.#vm = undefined;
    this.#vcpu = undefined;
    this.#runPage = undefined;
    this.#ram = undefined;
    this.#features = 0;
  }

  get vm(): number {
    this.#vm ??= this.kernel.ioctl(this.kvm, requests.CREATE_VM, 0).ret;
    return this.#vm;
  }

  get vcpu(): number {
    this.#vcpu ??= this.kernel.ioctl(this.vm, requests.CREATE_VCPU, 0).ret;
    return this.#vcpu;
  }

  get runPage(): number {
    this.#runPage ??= this.kernel.mmap(this.vcpu);
    return this.#runPage;
  }

  initialise(features = this.#features): void {
    this.#features = features;
    const bytes = new Uint8Array(32);
    const view = new DataView(bytes.buffer);
    this.call(this.vm, requests.ARM_PREFERRED_TARGET, bytes);
    view.setUint32(4, features, true);
    this.call(this.vcpu, requests.ARM_VCPU_INIT, bytes);
  }

  /** A machine with memory, code and vectors, ready to run at the start of the code. */
  prepareGuest(code: Uint8Array, setup: MachineSetup): void {
    this.initialise(setup.features);
    if (setup.enablesNisv) this.enableCap(177);
    this.mapRam();
    this.#writeGuest(guestLayout.ram, code);
    this.#writeGuest(guestLayout.vectors, guestVectors());
    if (setup.hasReadOnlySlot) {
      const memory = this.kernel.memory.map(pageSize);
      this.setSlot(1, guestLayout.readOnlySlot, pageSize, memory, 2);
    }
    this.act({
      registers: {
        pc: BigInt(guestLayout.ram),
        spEl1: guestLayout.stack,
        vbarEl1: BigInt(guestLayout.vectors),
        ...(setup.pstate === undefined ? {} : { pstate: setup.pstate }),
      },
    });
  }

  mapRam(): void {
    if (this.#ram !== undefined) return;
    this.#ram = this.kernel.memory.map(guestLayout.ramSize);
    this.setSlot(0, guestLayout.ram, guestLayout.ramSize, this.#ram, 0);
  }

  putCode(code: Uint8Array): void {
    this.mapRam();
    this.#writeGuest(guestLayout.ram, code);
  }

  breakPage(broken: BrokenPage): void {
    const memory = this.kernel.memory.map(pageSize, { broken });
    this.setSlot(1, guestLayout.brokenSlot, pageSize, memory, 0);
  }

  enableCap(cap: number): void {
    const bytes = new Uint8Array(104);
    new DataView(bytes.buffer).setUint32(0, cap, true);
    this.call(this.vm, requests.ENABLE_CAP, bytes);
  }

  setSlot(slot: number, guestAddress: number, size: number, userAddress: number, flags: number): void {
    const bytes = new Uint8Array(32);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, slot, true);
    view.setUint32(4, flags, true);
    view.setBigUint64(8, BigInt(guestAddress), true);
    view.setBigUint64(16, BigInt(size), true);
    view.setBigUint64(24, BigInt(userAddress), true);
    this.call(this.vm, requests.SET_USER_MEMORY_REGION, bytes);
  }

  /** Calls with a buffer in user memory; `bytes` holds what the call left there. */
  call(fd: number, request: number | bigint, bytes: Uint8Array, context: CallContext = {}): CallResult {
    this.kernel.memory.write(this.scratch, bytes);
    this.kernel.memory.write(this.scratch + bytes.length, new Uint8Array(guardBytes).fill(filler));
    const result = this.kernel.ioctl(fd, request, this.scratch, context);
    bytes.set(this.kernel.memory.read(this.scratch, bytes.length));
    return result;
  }

  /** KVM_GET_ONE_REG into eight bytes of filler. */
  getRegister(id: bigint): { readonly result: CallResult; readonly value: bigint } {
    const { result, value } = this.#oneRegister(requests.GET_ONE_REG, id, BigInt.asUintN(64, 0xa5a5_a5a5_a5a5_a5a5n));
    return { result, value };
  }

  setRegister(id: bigint, value: bigint): CallResult {
    return this.#oneRegister(requests.SET_ONE_REG, id, value).result;
  }

  act(action: HostAction): void {
    if (action.newMachine === true) {
      this.leaveMachine();
      this.initialise();
    }
    if (action.initAgain === true) this.initialise();
    for (const [name, value] of Object.entries(action.registers ?? {})) {
      this.setRegister(registerIds[name as keyof typeof registerIds], value);
    }
    if (action.hypercallResult !== undefined) {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setUint32(0, action.hypercallResult, true);
      this.writeRunPage(88, bytes);
    }
    if (action.mmioData !== undefined) this.writeRunPage(40, new Uint8Array(8).fill(action.mmioData));
  }

  writeRunPage(offset: number, bytes: Uint8Array): void {
    this.kernel.memory.write(this.runPage + offset, bytes);
  }

  readRunPage(offset: number, length: number): Uint8Array {
    return this.kernel.memory.read(this.runPage + offset, length);
  }

  readGuest(address: number, length: number): Uint8Array {
    return this.#ram === undefined
      ? new Uint8Array(0)
      : this.kernel.memory.read(this.#ram + address - guestLayout.ram, length);
  }

  #writeGuest(address: number, bytes: Uint8Array): void {
    if (this.#ram !== undefined) this.kernel.memory.write(this.#ram + address - guestLayout.ram, bytes);
  }

  #oneRegister(request: number, id: bigint, value: bigint): { readonly result: CallResult; readonly value: bigint } {
    const valueAddress = this.scratch + 2 * pageSize;
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, id, true);
    view.setBigUint64(8, BigInt(valueAddress), true);
    const content = new Uint8Array(16);
    new DataView(content.buffer).setBigUint64(0, value, true);
    this.kernel.memory.write(valueAddress, content);
    const result = this.call(this.vcpu, request, bytes);
    const after = this.kernel.memory.read(valueAddress, 8);
    return { result, value: new DataView(after.buffer, after.byteOffset).getBigUint64(0, true) };
  }
}
