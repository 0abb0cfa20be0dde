/** Copies between the kernel and the process that calls it (include/linux/uaccess.h). */

import { errno } from './errno.ts';
import { type UserMemory, userAddressEnd } from './user-memory.ts';

/** All of `length` bytes, or `undefined` where the kernel answers EFAULT. */
export function copyFromUser(memory: UserMemory, address: bigint, length: number): Uint8Array | undefined {
  if (address >= BigInt(userAddressEnd)) return undefined;
  const bytes = memory.read(Number(address), length);
  return bytes.length === length ? bytes : undefined;
}

/** Returns 0 or −EFAULT; what lies before the first byte that cannot be written is written even then. */
export function copyToUser(memory: UserMemory, address: bigint, bytes: Uint8Array): number {
  if (address >= BigInt(userAddressEnd)) return -errno.EFAULT;
  return memory.write(Number(address), bytes) === bytes.length ? 0 : -errno.EFAULT;
}
