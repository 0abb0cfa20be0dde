/**
 * ioctl request numbers: four numbers packed into 32 bits, differently on different architectures.
 *
 * ```
 *                 nr     type   size    direction                    (asm-generic/ioctl.h)
 * generic         0–7    8–15   16–29   30–31   none 0  write 1  read 2
 * powerpc, mips   0–7    8–15   16–28   29–31   none 1  read 2   write 4     (alpha and sparc likewise)
 * parisc          0–7    8–15   16–29   30–31   none 0  read 1   write 2
 * ```
 * Directions are the program's: `write` (`_IOW`) carries data into the kernel. On sparc a size may have a 14th bit, which
 * then overlaps the lowest direction bit (none); it is read as size when READ or WRITE is set.
 */

import type { RequestDirection } from './abi.ts';
import type { Target } from './target.ts';

/** An ioctl number, taken apart. */
export interface RequestParts {
  readonly direction: RequestDirection;
  readonly type: number;
  readonly nr: number;
  readonly sizeBytes: number;
}

const sizeShift = 16;

function directionBits(direction: RequestDirection, target: Target): number {
  const { none, read, write } = target.request;
  switch (direction) {
    case 'none':
      return none;
    case 'read':
      return read;
    case 'write':
      return write;
    case 'readwrite':
      return read | write;
    default:
      return direction satisfies never;
  }
}

/** Largest size that fits into a request number of that direction. */
export function largestRequestSizeBytes(direction: RequestDirection, target: Target): number {
  const { sizeBits, sizeMayOverlapDirection } = target.request;
  return 2 ** (sizeMayOverlapDirection && direction !== 'none' ? sizeBits + 1 : sizeBits) - 1;
}

/**
 * The request number on a target, as an unsigned 32-bit number. Like the kernel's `_IOC` it does not check the size: one
 * that is too large spills into the direction bits (`largestRequestSizeBytes` tells).
 */
export function encodeRequest(parts: RequestParts, target: Target): number {
  const directionShift = sizeShift + target.request.sizeBits;
  const bits =
    (directionBits(parts.direction, target) << directionShift) |
    (parts.sizeBytes << sizeShift) |
    (parts.type << 8) |
    parts.nr;
  return bits >>> 0;
}

/** Takes a request number apart as the target encodes it. The direction of a number that fits no direction is `none`. */
export function decodeRequest(number: number, target: Target): RequestParts {
  const { sizeBits, read, write, sizeMayOverlapDirection } = target.request;
  const direction = number >>> (sizeShift + sizeBits);
  const isRead = (direction & read) !== 0;
  const isWrite = (direction & write) !== 0;
  // sparc: the bit above the 13 is the direction NONE without data, and part of the size with it.
  const effectiveSizeBits = !sizeMayOverlapDirection ? sizeBits : isRead || isWrite ? sizeBits + 1 : 0;
  return {
    direction: isRead ? (isWrite ? 'readwrite' : 'read') : isWrite ? 'write' : 'none',
    type: (number >>> 8) & 0xff,
    nr: number & 0xff,
    sizeBytes: (number >>> sizeShift) & (2 ** effectiveSizeBits - 1),
  };
}
