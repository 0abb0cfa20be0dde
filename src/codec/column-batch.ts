/**
 * A batch of records turned on its side, for any descriptor and without generating code.
 *
 * Column by column: each loop then does one thing to one array, which engines compile well, and a batch of a megabyte stays in
 * the cache while its columns are filled. Whole integers in the machine's byte order at aligned offsets are copied through typed
 * arrays, 64-bit ones as two halves; bit-fields, the other byte order and odd offsets take the way of `column-fill.ts`.
 */

import { type ColumnArray, fillNumbers, narrowReader } from './column-fill.ts';
import type { ColumnGuard, ColumnType, RecordColumn } from './column-plan.ts';
import { readPlace, selectArm } from './places.ts';
import type { ArmSelection, NumberElement } from './record-descriptor.ts';
import { readFloat } from './scalar.ts';

export interface FilledColumn {
  readonly path: string;
  readonly type: ColumnType;
  /** One element a record; for bytes, `sizeBytes` of them. */
  readonly values: ColumnArray;
  readonly sizeBytes?: number;
  /** 1 where there is a value; missing where there always is. */
  readonly valid?: Uint8Array;
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Columns of a fixed capacity that are filled again and again. */
export class ColumnBatch {
  readonly columns: readonly FilledColumn[];
  readonly #plan: readonly RecordColumn[];
  readonly #sizeBytes: number;

  constructor(plan: readonly RecordColumn[], recordBytes: number, capacity: number) {
    this.#plan = plan;
    this.#sizeBytes = recordBytes;
    this.columns = plan.map(({ path, type, sizeBytes, guards }) => ({
      path,
      type,
      values: arrayOf(type, capacity * (sizeBytes ?? 1)),
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(guards.length === 0 ? {} : { valid: new Uint8Array(capacity) }),
    }));
  }

  /** Fills the columns with `count` records; `bytes` holds at least as many, and its offset is a multiple of eight. */
  fill(bytes: Uint8Array, count: number): void {
    const verdicts = new Map<ColumnGuard['select'], (string | undefined)[]>();
    for (const [index, column] of this.#plan.entries()) {
      const filled = this.columns[index];
      if (filled === undefined) continue;
      if (filled.valid !== undefined) this.#select(column.guards, bytes, count, filled.valid, verdicts);
      this.#fillColumn(column, filled, bytes, count);
    }
  }

  /** Which records have the arm selected that a column stands in. */
  #select(
    guards: readonly ColumnGuard[],
    bytes: Uint8Array,
    count: number,
    valid: Uint8Array,
    verdicts: Map<ColumnGuard['select'], (string | undefined)[]>,
  ): void {
    valid.fill(1, 0, count);
    for (const { select, baseBits, arm } of guards) {
      let arms = verdicts.get(select);
      if (arms === undefined) {
        arms = this.#armsOf(select, baseBits, bytes, count);
        verdicts.set(select, arms);
      }
      for (let i = 0; i < count; i++) if (arms[i] !== arm) valid[i] = 0;
    }
  }

  #armsOf(select: ArmSelection, baseBits: number, bytes: Uint8Array, count: number): (string | undefined)[] {
    const arms = new Array<string | undefined>(count);
    const { place } = select;
    const readNarrow = narrowReader(place.element, baseBits + place.offsetBits);
    // Which arm a number selects is found out once, unless more than the number decides.
    const isDecidedByNumber = select.arms.every(({ condition }) => condition === undefined);
    const known = new Map<number, string | undefined>();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < count; i++) {
      const start = i * this.#sizeBytes;
      const number = isDecidedByNumber ? readNarrow?.(view, start) : undefined;
      if (number !== undefined && known.has(number)) {
        arms[i] = known.get(number);
        continue;
      }
      const base = start * 8 + baseBits;
      const value = readPlace(place, bytes, base);
      arms[i] = value === undefined ? undefined : selectArm(select, value, bytes, base);
      if (number !== undefined && known.size < maxKnownNumbers) known.set(number, arms[i]);
    }
    return arms;
  }

  #fillColumn(column: RecordColumn, { values }: FilledColumn, bytes: Uint8Array, count: number): void {
    const { offsetBits, element, sizeBytes } = column;
    const stride = this.#sizeBytes;
    if (element === undefined) {
      if (values instanceof Uint8Array)
        copyBytes(bytes, values, { start: offsetBits / 8, stride, count }, sizeBytes ?? 0);
    } else if (element.kind === 'float') {
      const { sizeBytes: size, byteOrder } = element;
      for (let i = 0; i < count; i++) values[i] = readFloat(size, byteOrder, bytes, i * stride * 8 + offsetBits);
    } else if (!copyAligned(element, values, offsetBits, bytes, stride, count)) {
      fillNumbers(values, element, offsetBits, { bytes, strideBytes: stride, count });
    }
  }
}

/** Numbers in a hostile file are endless. */
const maxKnownNumbers = 65_536;

function copyBytes(
  bytes: Uint8Array,
  values: Uint8Array,
  { start, stride, count }: { readonly start: number; readonly stride: number; readonly count: number },
  size: number,
): void {
  for (let i = 0, to = 0; i < count; i++) {
    const from = i * stride + start;
    for (let k = 0; k < size; k++, to++) values[to] = bytes[from + k] ?? 0;
  }
}

/** Whole integers in the machine's own order; false for others. */
function copyAligned(
  element: NumberElement,
  values: ColumnArray,
  offsetBits: number,
  bytes: Uint8Array,
  stride: number,
  count: number,
): boolean {
  if (element.kind !== 'integer' || (element.byteOrder === 'little') !== isLittleEndian) return false;
  const width = Math.min(element.sizeBytes, 4);
  const start = offsetBits / 8;
  if (start % width !== 0 || stride % width !== 0) return false;
  if (element.sizeBytes === 8) copyWide(bytes, values, start, stride, count);
  else copyNarrow(bytes, values, start, stride, count, element.sizeBytes);
  return true;
}

function arrayOf(type: ColumnType, length: number): ColumnArray {
  switch (type) {
    case 'uint8':
    case 'bytes':
      return new Uint8Array(length);
    case 'int8':
      return new Int8Array(length);
    case 'uint16':
      return new Uint16Array(length);
    case 'int16':
      return new Int16Array(length);
    case 'uint32':
      return new Uint32Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'uint64':
      return new BigUint64Array(length);
    case 'int64':
      return new BigInt64Array(length);
    case 'float32':
      return new Float32Array(length);
    case 'float64':
      return new Float64Array(length);
    default:
      return type satisfies never;
  }
}

/** The column keeps the low bits, so a signed column may be filled through an unsigned view of its bytes. */
function unsignedView(values: ColumnArray, sizeBytes: number): Uint8Array | Uint16Array | Uint32Array {
  const { buffer, byteOffset, byteLength } = values;
  if (sizeBytes === 1) return new Uint8Array(buffer, byteOffset, byteLength);
  if (sizeBytes === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

function copyNarrow(
  bytes: Uint8Array,
  values: ColumnArray,
  start: number,
  stride: number,
  count: number,
  sizeBytes: number,
): void {
  const from = unsignedView(bytes.subarray(0, bytes.length - (bytes.length % sizeBytes)), sizeBytes);
  const to = unsignedView(values, sizeBytes);
  const step = stride / sizeBytes;
  for (let i = 0, at = start / sizeBytes; i < count; i++, at += step) to[i] = from[at] ?? 0;
}

/** Two halves, because a BigInt for every element would allocate. */
function copyWide(bytes: Uint8Array, values: ColumnArray, start: number, stride: number, count: number): void {
  const from = new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
  const to = new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4);
  const step = stride / 4;
  for (let i = 0, at = start / 4; i < count; i++, at += step) {
    to[2 * i] = from[at] ?? 0;
    to[2 * i + 1] = from[at + 1] ?? 0;
  }
}
