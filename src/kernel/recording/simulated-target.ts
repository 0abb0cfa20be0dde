/** A simulated kernel, arm64's or x86's, in the shape that can be asked by a program. */

import { requests } from '../request-numbers.ts';
import type { CallResult } from '../system-call.ts';
import { pageSize, type UserMemory } from '../user-memory.ts';
import type { Questioned } from './record.ts';

interface Simulated {
  readonly memory: UserMemory;
  open(path: string): CallResult;
  ioctl(fd: number, request: number, argument: number | bigint): CallResult;
  close(fd: number): CallResult;
}

export function questionSimulated(kernel: Simulated): Questioned {
  const scratch = kernel.memory.map(pageSize);
  return {
    open: (path) => kernel.open(path),
    call: (fd, request, argument) => {
      if (!(argument instanceof Uint8Array)) return kernel.ioctl(fd, request, argument ?? 0n);
      kernel.memory.write(scratch, pointToValue(request, argument, BigInt(scratch)));
      const result = kernel.ioctl(fd, request, scratch);
      argument.set(kernel.memory.read(scratch, argument.length));
      return result;
    },
    close: (fd) => {
      kernel.close(fd);
    },
  };
}

/** KVM_SET_ONE_REG is given a pointer to its value, which stands behind the request here. */
export function pointToValue(request: number, bytes: Uint8Array, address: bigint): Uint8Array {
  if (request !== requests.SET_ONE_REG) return bytes;
  const copy = bytes.slice();
  new DataView(copy.buffer).setBigUint64(8, address + 16n, true);
  return copy;
}
