/** The file descriptors of a process: small numbers, the lowest that is free first (POSIX.1-2017, 2.14). */

import { errno } from './errno.ts';
import { pageSize, type UserMemory } from './user-memory.ts';

/** What a descriptor of KVM stands for: the device, a machine, or one of its vCPUs. */
export type Descriptor<Machine, Vcpu> =
  | { readonly kind: 'kvm' }
  | { readonly kind: 'vm'; readonly machine: Machine }
  | { readonly kind: 'vcpu'; readonly machine: Machine; readonly vcpu: Vcpu };

export class DescriptorTable<Machine, Vcpu extends { readonly shared: Uint8Array }> {
  readonly #first: number;
  readonly #open = new Map<number, Descriptor<Machine, Vcpu>>();

  /** `first`: the lowest number that is free. */
  constructor(first = 3) {
    this.#first = first;
  }

  get(fd: number): Descriptor<Machine, Vcpu> | undefined {
    return this.#open.get(fd);
  }

  /** Returns its number. */
  install(descriptor: Descriptor<Machine, Vcpu>): number {
    let fd = this.#first;
    while (this.#open.has(fd)) fd++;
    this.#open.set(fd, descriptor);
    return fd;
  }

  /** `open(path, O_RDWR)`: a descriptor of `/dev/kvm`, −ENOENT for any other path. */
  openDevice(path: string): number {
    return path === '/dev/kvm' ? this.install({ kind: 'kvm' }) : -errno.ENOENT;
  }

  /** Returns 0, or −EBADF if it is not open. */
  close(fd: number): number {
    return this.#open.delete(fd) ? 0 : -errno.EBADF;
  }

  /**
   * Maps what a vCPU shares with its process, `length` bytes of it in whole pages. Returns the address, or a negative error number:
   * −EBADF, −ENODEV (no vCPU), −EINVAL (no length).
   */
  mapShared(fd: number, length: number, memory: UserMemory): number {
    const descriptor = this.#open.get(fd);
    if (descriptor === undefined) return -errno.EBADF;
    if (descriptor.kind !== 'vcpu') return -errno.ENODEV;
    const { shared } = descriptor.vcpu;
    const size = Math.min(Math.ceil(length / pageSize) * pageSize, shared.length);
    if (size <= 0) return -errno.EINVAL;
    return memory.map(size, { bytes: shared.subarray(0, size) });
  }
}
