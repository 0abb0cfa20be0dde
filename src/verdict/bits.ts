/**
 * Reading and writing one field of a buffer by its place: the smallest codec there is.
 *
 * Witnesses are checked with this and with nothing else, so that a mistake in the real codec cannot make a false witness
 * look true. Bit offsets count in memory order as in `layout.ts`: from the least significant bit of byte 0 on a
 * little-endian target, from its most significant bit on a big-endian one.
 */

import type { ByteOrder } from '../abi/target.ts';

interface Place {
  readonly offsetBits: number;
  readonly sizeBits: number;
}

export function readBits(bytes: Uint8Array, place: Place, order: ByteOrder): bigint {
  let value = 0n;
  for (let index = 0; index < place.sizeBits; index++) {
    const at = place.offsetBits + index;
    const byte = bytes[at >> 3] ?? 0;
    const bit = BigInt((byte >> (order === 'little' ? at & 7 : 7 - (at & 7))) & 1);
    if (order === 'little') value |= bit << BigInt(index);
    else value = (value << 1n) | bit;
  }
  return value;
}

export function writeBits(bytes: Uint8Array, place: Place, order: ByteOrder, value: bigint): void {
  for (let index = 0; index < place.sizeBits; index++) {
    const at = place.offsetBits + index;
    const weight = BigInt(order === 'little' ? index : place.sizeBits - 1 - index);
    const mask = 1 << (order === 'little' ? at & 7 : 7 - (at & 7));
    const byte = bytes[at >> 3] ?? 0;
    bytes[at >> 3] = (value >> weight) & 1n ? byte | mask : byte & ~mask;
  }
}

/** The other byte order's reading of a value of whole bytes. */
export function swapBytes(value: bigint, sizeBits: number): bigint {
  let result = 0n;
  for (let shift = 0; shift < sizeBits; shift += 8) {
    result = (result << 8n) | ((value >> BigInt(shift)) & 0xffn);
  }
  return result;
}
