/**
 * How values lie in a Parquet page ("Encodings" of the Parquet format): numbers of dictionary entries and definition levels in
 * runs and bit-packed groups, sequences as their step, everything else plain.
 *
 * The library's own encoders take JavaScript values one by one, 64-bit ones as BigInts; these take the typed arrays as they are.
 */

import { ByteTable } from '../codec/byte-table.ts';

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Bits that hold every number below `count`. */
export function bitWidthOf(count: number): number {
  return Math.ceil(Math.log2(count));
}

/**
 * The RLE/bit-packed hybrid: runs of eight and more equal numbers as one, others in packed groups of eight.
 * `into` has room for `hybridRoom` bytes; returns how many are used.
 */
export function writeHybrid(into: Uint8Array, numbers: Uint8Array | Uint32Array, count: number, width: number): number {
  let at = 0;
  let packedFrom = 0;
  let groups = 0;
  const flush = (): void => {
    if (groups === 0) return;
    at = writeVarint(into, at, groups * 2 + 1);
    at = pack(into, at, numbers, packedFrom, Math.min(count, packedFrom + groups * 8), groups * 8, width);
    groups = 0;
  };
  for (let i = 0; i < count;) {
    const number = numbers[i] ?? 0;
    let end = i + 1;
    while (end < count && numbers[end] === number) end += 1;
    if (end - i < 8) {
      if (groups === 0) packedFrom = i;
      groups += 1;
      i += 8;
      continue;
    }
    flush();
    at = writeVarint(into, at, (end - i) * 2);
    for (let bits = 0; bits < width; bits += 8) into[at++] = (number >>> bits) & 0xff;
    i = end;
  }
  flush();
  return at;
}

/** Bytes that `writeHybrid` may need: a run of eight costs no more than its header, eight packed numbers no more than `width`. */
export function hybridRoom(count: number, width: number): number {
  return Math.ceil(count / 8) * (width + 8) + 16;
}

function writeVarint(into: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) into[at++] = (rest & 0x7f) | 0x80;
  into[at++] = rest;
  return at;
}

/** Packs `slots` numbers, of which those behind `end` are zero. Up to 24 bits wide, so that 32 bits hold what is pending. */
function pack(
  into: Uint8Array,
  start: number,
  numbers: Uint8Array | Uint32Array,
  from: number,
  end: number,
  slots: number,
  width: number,
): number {
  let at = start;
  let pending = 0;
  let pendingBits = 0;
  for (let i = from; i < from + slots; i++) {
    pending |= (i < end ? (numbers[i] ?? 0) : 0) << pendingBits;
    pendingBits += width;
    for (; pendingBits >= 8; pendingBits -= 8) {
      into[at++] = pending & 0xff;
      pending >>>= 8;
    }
  }
  return at;
}

export interface Dictionary {
  /** The entries one behind the other. */
  readonly entries: Uint8Array;
  readonly count: number;
  /** For each value the number of its entry. */
  readonly numbers: Uint32Array;
}

const maxEntries = 4096;

/** Dictionaries for columns of one width, whose arrays are used again for the next. */
export class DictionaryMaker {
  readonly #sizeBytes: number;
  readonly #table: ByteTable;
  #numbers = new Uint32Array(0);

  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes;
    this.#table = new ByteTable(sizeBytes, maxEntries);
  }

  /** A dictionary of `values`; `undefined` if they differ too much for one. It is valid until the next call. */
  make(values: Uint8Array): Dictionary | undefined {
    const count = values.length / this.#sizeBytes;
    if (this.#numbers.length < count) this.#numbers = new Uint32Array(count);
    const numbers = this.#numbers;
    this.#table.clear();
    if (this.#sizeBytes === 1) this.#numberBytes(values, numbers);
    else {
      const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
      for (let i = 0; i < count; i++) {
        const number = this.#table.numberOf(view, i * this.#sizeBytes);
        if (number === -1) return undefined;
        numbers[i] = number;
      }
    }
    return { entries: this.#table.bytes, count: this.#table.count, numbers };
  }

  #numberBytes(values: Uint8Array, numbers: Uint32Array): void {
    const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
    const known = new Int16Array(256).fill(-1);
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0;
      let number = known[value] ?? -1;
      if (number === -1) {
        number = this.#table.numberOf(view, i);
        known[value] = number;
      }
      numbers[i] = number;
    }
  }
}

/** The step of 64-bit numbers that follow one another at equal distances; `undefined` for others. */
export function stepOf(values: BigUint64Array | BigInt64Array): bigint | undefined {
  const [first, second] = values;
  if (first === undefined || second === undefined || values.length < 3) return undefined;
  const step = BigInt.asIntN(64, second - first);
  // Only small steps upwards, so that the halves can be followed without BigInts.
  if (step < 0n || step > 0xffffn) return undefined;
  const halves = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  const low = isLittleEndian ? 0 : 1;
  const add = Number(step);
  let expectedLow = halves[low] ?? 0;
  let expectedHigh = halves[1 - low] ?? 0;
  for (let i = 2; i < halves.length; i += 2) {
    const sum = expectedLow + add;
    expectedLow = sum >>> 0;
    if (sum > 0xffff_ffff) expectedHigh = (expectedHigh + 1) >>> 0;
    if (halves[i + low] !== expectedLow || halves[i + 1 - low] !== expectedHigh) return undefined;
  }
  return step;
}

/** DELTA_BINARY_PACKED with one step: blocks of 128 whose differences from it have no bits. */
export function encodeSteps(first: bigint, step: bigint, count: number): Uint8Array {
  const bytes: number[] = [];
  const varint = (value: bigint): void => {
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
  };
  const zigzag = (value: bigint): void => {
    varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
  };
  const [blockSize, miniblocks] = [128n, 4n];
  varint(blockSize);
  varint(miniblocks);
  varint(BigInt(count));
  zigzag(BigInt.asIntN(64, first));
  for (let done = 1; done < count; done += Number(blockSize)) {
    zigzag(step);
    bytes.push(0, 0, 0, 0);
  }
  return Uint8Array.from(bytes);
}

/** The bytes of an array in the order of Parquet, which is little-endian; the array's own where the machine's order is the same. */
export function littleEndianBytes(values: ArrayBufferView & { readonly BYTES_PER_ELEMENT: number }): Uint8Array {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  if (isLittleEndian || values.BYTES_PER_ELEMENT === 1) return bytes;
  const swapped = Buffer.from(bytes);
  if (values.BYTES_PER_ELEMENT === 2) return swapped.swap16();
  return values.BYTES_PER_ELEMENT === 4 ? swapped.swap32() : swapped.swap64();
}
