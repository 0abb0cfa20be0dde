/**
 * A real device, asked through the C library: what `uabi simulate probe` records from.
 *
 * Node has no ioctl. The calls go through koffi, an optional dependency that brings its binaries along; it is loaded only
 * when it is needed, and everything else works without it.
 */

import { UserError } from '../diagnostic.ts';
import { pointToValue } from '../kernel/recording/simulated-target.ts';
import type { Questioned } from '../kernel/recording/record.ts';
import type { CallResult } from '../kernel/system-call.ts';

const readWriteCloseOnExec = 0o2000002;

/**
 * Loads the C library.
 *
 * @throws UserError if koffi is not installed, or has no binary for this system.
 */
export async function loadRealKernel(): Promise<Questioned> {
  const koffi = await import('koffi').catch((error: unknown) => {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new UserError(`Calls on a real /dev/kvm need the optional package koffi (npm install koffi): ${why}`);
  });
  const libc = koffi.load(null);
  const open = libc.func('open', 'int', ['str', 'int']);
  const close = libc.func('close', 'int', ['int']);
  // One C function, declared twice: its last argument is a number or a pointer.
  const ioctlValue = libc.func('ioctl', 'int', ['int', 'ulong', 'uint64_t']);
  const ioctlBuffer = libc.func('ioctl', 'int', ['int', 'ulong', 'void *']);
  const answer = (ret: unknown): CallResult => ({ ret: Number(ret), errno: Number(ret) < 0 ? koffi.errno() : 0 });
  return {
    open: (path) => answer(open(path, readWriteCloseOnExec)),
    close: (fd) => {
      close(fd);
    },
    call: (fd, request, argument) => {
      if (!(argument instanceof Uint8Array)) return answer(ioctlValue(fd, request, argument ?? 0n));
      // A small typed array may live on the moving heap; one over a buffer of its own stays where it is.
      const memory = new Uint8Array(new ArrayBuffer(argument.length));
      memory.set(pointToValue(request, argument, koffi.address(memory)));
      const result = answer(ioctlBuffer(fd, request, memory));
      argument.set(memory);
      return result;
    },
  };
}
