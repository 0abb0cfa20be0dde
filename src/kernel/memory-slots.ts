/**
 * Memory slots: KVM_SET_USER_MEMORY_REGION, and the way from a guest physical address to the user's memory.
 *
 * The order of the checks is the kernel's (virt/kvm/kvm_main.c, __kvm_set_memory_region). What the stage-2 tables hold is kept
 * as the set of pages a guest has touched: it decides the level a translation fault reports.
 */

import type { GuestBus } from './a64/bus.ts';
import type { GuestPage } from './a64/guest-cpu.ts';
import type { MemoryFault } from './a64/trap.ts';
import { errno } from './errno.ts';
import { pageSize, type UserMemory, userAddressEnd } from './user-memory.ts';

const logDirty = 1;
const readOnly = 2;
/** KVM_USER_MEM_SLOTS on 64-bit targets other than x86. */
const slotLimit = 32767;
const pageCountLimit = 2 ** 31 - 1;

interface Slot {
  readonly id: number;
  readonly flags: number;
  readonly guestAddress: number;
  readonly size: number;
  readonly userAddress: number;
}

export interface RegionRequest {
  readonly slot: number;
  readonly flags: number;
  readonly guestAddress: bigint;
  readonly size: bigint;
  readonly userAddress: bigint;
}

/** Of the first 32 bytes of `struct kvm_userspace_memory_region` or `…_region2`. */
export function decodeRegion(view: DataView): RegionRequest {
  return {
    slot: view.getUint32(0, true),
    flags: view.getUint32(4, true),
    guestAddress: view.getBigUint64(8, true),
    size: view.getBigUint64(16, true),
    userAddress: view.getBigUint64(24, true),
  };
}

export class MemorySlots implements GuestBus {
  readonly #memory: UserMemory;
  readonly #ipaBits: number;
  readonly #slots = new Map<number, Slot>();
  #pages = new Map<number, GuestPage>();
  #generation = -1;

  constructor(memory: UserMemory, ipaBits: number) {
    this.#memory = memory;
    this.#ipaBits = ipaBits;
  }

  get isEmpty(): boolean {
    return this.#slots.size === 0;
  }

  /** Sets, moves, changes or deletes a slot. Returns 0 or a negative error number. */
  set(request: RegionRequest): number {
    const { flags } = request;
    const id = request.slot & 0xffff;
    if ((flags & ~(logDirty | readOnly)) !== 0) return -errno.EINVAL;
    const isAligned = [request.size, request.guestAddress, request.userAddress].every(
      (value) => (value & 0xfffn) === 0n,
    );
    if (!isAligned) return -errno.EINVAL;
    if (request.userAddress + request.size > BigInt(userAddressEnd)) return -errno.EINVAL;
    if (request.slot >>> 16 !== 0 || id >= slotLimit) return -errno.EINVAL;
    if (request.guestAddress + request.size >= 1n << 64n) return -errno.EINVAL;
    if (request.size / BigInt(pageSize) > BigInt(pageCountLimit)) return -errno.EINVAL;
    const old = this.#slots.get(id);
    if (request.size === 0n) {
      if (old === undefined) return -errno.EINVAL;
      this.#slots.delete(id);
      this.#forget();
      return 0;
    }
    const size = Number(request.size);
    const userAddress = Number(request.userAddress);
    if (old !== undefined) {
      const isOther = old.size !== size || old.userAddress !== userAddress || ((old.flags ^ flags) & readOnly) !== 0;
      if (isOther) return -errno.EINVAL;
      if (BigInt(old.guestAddress) === request.guestAddress && old.flags === flags) return 0;
    }
    const end = request.guestAddress + request.size;
    for (const other of this.#slots.values()) {
      const otherStart = BigInt(other.guestAddress);
      if (other.id !== id && request.guestAddress < otherStart + BigInt(other.size) && otherStart < end) {
        return -errno.EEXIST;
      }
    }
    if (end > 1n << BigInt(this.#ipaBits)) return -errno.EFAULT;
    this.#slots.set(id, { id, flags, guestAddress: Number(request.guestAddress), size, userAddress });
    this.#forget();
    return 0;
  }

  /** The page for the interpreter; `address` is that of a 4 KiB page. */
  page(address: number, isWrite: boolean): GuestPage | MemoryFault {
    if (this.#generation !== this.#memory.generation) this.#forget();
    const known = this.#pages.get(address);
    if (known !== undefined && (known.isWritable || !isWrite)) return known;
    return this.#walk(address, isWrite);
  }

  #walk(address: number, isWrite: boolean): GuestPage | MemoryFault {
    const slot = this.#slotAt(address);
    if (slot === undefined) return { kind: 'hole', level: this.#faultLevel(address) };
    const isReadOnly = (slot.flags & readOnly) !== 0;
    if (isWrite && isReadOnly) return { kind: 'read-only', level: this.#faultLevel(address) };
    const userAddress = slot.userAddress + address - slot.guestAddress;
    const mapping = this.#memory.find(userAddress);
    if (mapping === undefined || !mapping.readable || (isWrite && !mapping.writable)) return { kind: 'unbacked' };
    if (mapping.broken !== undefined) return { kind: 'external-abort', ...mapping.broken };
    const from = userAddress - mapping.start;
    const bytes = mapping.bytes.subarray(from, from + pageSize);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const page: GuestPage = { bytes, view, isWritable: mapping.writable && !isReadOnly };
    this.#pages.set(address, page);
    return page;
  }

  #slotAt(address: number): Slot | undefined {
    for (const slot of this.#slots.values()) {
      if (address >= slot.guestAddress && address < slot.guestAddress + slot.size) return slot;
    }
    return undefined;
  }

  /** Level of the translation fault: one below the deepest table the touched pages have made. */
  #faultLevel(address: number): number {
    let level = this.#ipaBits > 43 ? 0 : 1;
    for (const touched of this.#pages.keys()) {
      if (Math.floor(touched / 2 ** 21) === Math.floor(address / 2 ** 21)) return 3;
      if (Math.floor(touched / 2 ** 30) === Math.floor(address / 2 ** 30)) level = Math.max(level, 2);
      if (Math.floor(touched / 2 ** 39) === Math.floor(address / 2 ** 39)) level = Math.max(level, 1);
    }
    return level;
  }

  #forget(): void {
    this.#pages = new Map();
    this.#generation = this.#memory.generation;
  }
}
