/**
 * The second argument of an ioctl as strace prints it: a name, several names joined by "or" (one number, two meanings), a
 * number, a number with the names in a comment, or `_IOC(…)` taken apart where strace knows no name.
 */

import type { RequestDirection } from '../abi/abi.ts';
import type { RequestParts } from '../abi/request.ts';
import { readNumber, splitArguments, splitComments } from './strace-text.ts';

export interface StraceRequest {
  /** 32 bits; missing where only names or parts were printed (a number then depends on the target). */
  readonly number: number | undefined;
  readonly parts: RequestParts | undefined;
  readonly names: readonly string[];
  /** As printed. */
  readonly text: string;
}

/** Reads an ioctl's request; one that is not understood has neither number, parts nor names. */
export function readRequest(text: string): StraceRequest {
  const { text: bare, comments } = splitComments(text);
  const value = readNumber(bare);
  // The kernel takes an unsigned int: bits above 31 are not looked at.
  const number = value === undefined ? undefined : Number(BigInt.asUintN(32, value));
  const described = comments.length === 0 ? [bare] : comments;
  const parts = described.map(readParts).find((one) => one !== undefined);
  const names = described
    .flatMap((one) => one.split(/\s+or\s+/))
    .filter((one) => /^[A-Z][A-Za-z0-9_]{2,63}$/.test(one));
  return { number, parts, names, text };
}

function readParts(text: string): RequestParts | undefined {
  if (!text.startsWith('_IOC(')) return undefined;
  const [directionText = '', ...numbers] = splitArguments(text, 5).parts;
  const [type, nr, sizeBytes] = numbers.map(readNumber);
  const direction = readDirection(directionText);
  if (direction === undefined || type === undefined || nr === undefined || sizeBytes === undefined) return undefined;
  if (type < 0n || type > 0xffn || nr < 0n || nr > 0xffn || sizeBytes < 0n || sizeBytes > 0x3fffn) return undefined;
  return { direction, type: Number(type), nr: Number(nr), sizeBytes: Number(sizeBytes) };
}

function readDirection(text: string): RequestDirection | undefined {
  const words = new Set(text.split('|').map((word) => word.trim()));
  const isRead = words.has('_IOC_READ');
  const isWrite = words.has('_IOC_WRITE');
  if (isRead && isWrite) return 'readwrite';
  if (isRead) return 'read';
  if (isWrite) return 'write';
  return words.has('_IOC_NONE') || words.has('0') ? 'none' : undefined;
}
