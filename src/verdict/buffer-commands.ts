/**
 * Commands that are numbered like requests and travel in a buffer.
 *
 * Binder's protocol (linux/android/binder.h) numbers its commands with `_IOW('c', …)` and its answers with `_IOR('r', …)`. Nobody
 * calls ioctl with them: both stand in the buffers of BINDER_WRITE_READ, where the kernel reads the first and programs the second. A
 * number that changed breaks whoever reads it, so for answers it is not the kernel that says what it does not know.
 */

import type { RequestDeclaration } from '../abi/abi.ts';

export type BufferCommand = 'to-kernel' | 'to-program';

/** `undefined` for a request proper. */
export function bufferCommandOf({ header, type }: RequestDeclaration): BufferCommand | undefined {
  if (header !== 'linux/android/binder.h') return undefined;
  return type === 0x63 ? 'to-kernel' : type === 0x72 ? 'to-program' : undefined;
}
