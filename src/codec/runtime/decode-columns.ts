/**
 * Columns: a batch of records, turned on its side.
 *
 * A batch goes through a WebAssembly kernel made for the record (`column-kernel.ts`), as many records at a time as its memory
 * holds. Where there is no WebAssembly, on a big-endian machine, for a handful of records and for bit-fields the columns are
 * read one by one in JavaScript; the values are the same.
 */

import type { RecordDescriptor, ScalarElement } from '../record-descriptor.ts';
import { bitsBe, bitsLe, signBits, wideBitsBe, wideBitsLe } from './bits.ts';
import { checkBatch } from './checks.ts';
import { isPlain, type KernelPlan, planKernel } from './column-kernel.ts';
import { type ColumnArrayName, type ColumnPlan, planColumns, type PlannedColumn } from './column-plan.ts';
import * as readers from './read.ts';
import { LOW } from './scratch.ts';
import { pageBytes } from './wasm-assembler.ts';

const arrays = {
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
} as const satisfies Record<ColumnArrayName, unknown>;

type ColumnArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** What all columns have in common; the type of a generated module adds its own. */
export interface Columns {
  /** Number of records; the arrays may have room for more. */
  readonly length: number;
  /** 1 for a record with a padding, reserved or hole byte that is not zero. */
  readonly reservedNonZero: Uint8Array;
}

/** Fewer records than these are read before a kernel has been compiled. */
const fewRecords = 64;

const decoders = new WeakMap<RecordDescriptor, BatchDecoder>();

/**
 * Decodes a batch into one typed array a column. `into`, columns of an earlier batch that are long enough, is filled again and
 * given back, and nothing is allocated.
 *
 * @throws DecodeError if the last record is cut; RangeError if `into` is too short.
 */
export function decodeColumns<T extends Columns>(descriptor: RecordDescriptor, bytes: Uint8Array, into?: T): T {
  let decoder = decoders.get(descriptor);
  if (decoder === undefined) {
    decoder = new BatchDecoder(descriptor);
    decoders.set(descriptor, decoder);
  }
  // The interface of a generated module lists the very columns that the plan of its descriptor has.
  return decoder.decode(bytes, into) as T;
}

class BatchDecoder {
  readonly #record: RecordDescriptor;
  readonly #plan: ColumnPlan;
  #kernel: Kernel | null | undefined;

  constructor(record: RecordDescriptor) {
    this.#record = record;
    this.#plan = planColumns(record);
  }

  decode(bytes: Uint8Array, into: Columns | undefined): Columns {
    const { sizeBytes, type } = this.#record;
    const count = checkBatch(bytes, sizeBytes, type);
    const columns = into === undefined ? this.#make(count) : this.#reuse(into, count);
    const kernel = count < fewRecords ? this.#kernel : this.#compiled();
    const isRead = kernel !== undefined && kernel !== null;
    if (isRead) kernel.run(bytes, sizeBytes, count, columns);
    else this.#collectUnused(bytes, count, columns.reservedNonZero);
    for (const column of this.#plan.columns) {
      if (!isRead || !isPlain(column)) readColumn(column, bytes, sizeBytes, count, arrayOf(columns, column.path));
    }
    return columns;
  }

  #make(count: number): Columns {
    const columns = Object.create(null) as Record<string, ColumnArray | number>;
    columns['length'] = count;
    for (const { path, array } of this.#plan.columns) columns[path] = new arrays[array](count);
    columns['reservedNonZero'] = new Uint8Array(count);
    return columns as unknown as Columns;
  }

  #reuse(into: Columns, count: number): Columns {
    for (const { path } of this.#plan.columns) checkRoom(arrayOf(into, path), count);
    checkRoom(into.reservedNonZero, count);
    (into as { length: number }).length = count;
    return into;
  }

  #collectUnused(bytes: Uint8Array, count: number, column: Uint8Array): void {
    const { unused } = this.#plan;
    const { sizeBytes } = this.#record;
    column.fill(0, 0, count);
    for (let i = 0; i < count; i++) {
      for (const [start, end] of unused) {
        if (readers.isNonZero(bytes, i * sizeBytes + start, i * sizeBytes + end)) column[i] = 1;
      }
    }
  }

  /** The kernel, compiled when it is first needed; `null` where there can be none. */
  #compiled(): Kernel | null {
    if (this.#kernel === undefined) {
      // WebAssembly is little-endian, typed arrays are what the machine is.
      const plan = LOW === 0 && webAssembly !== undefined ? planKernel(this.#record, this.#plan) : undefined;
      this.#kernel = plan === undefined ? null : compileKernel(plan);
    }
    return this.#kernel;
  }
}

function arrayOf(columns: Columns, path: string): ColumnArray {
  return (columns as unknown as Readonly<Record<string, ColumnArray>>)[path] ?? new Uint8Array(0);
}

function checkRoom(array: ColumnArray, count: number): void {
  if (array.length < count) {
    throw new RangeError(`columns for ${String(array.length)} records cannot hold ${String(count)}`);
  }
}

// --- One column in JavaScript --------------------------------------------------------------------------------------------

function readColumn(
  { element, offsetBits }: PlannedColumn,
  bytes: Uint8Array,
  sizeBytes: number,
  count: number,
  column: ColumnArray,
): void {
  const read = readerOf(element);
  for (let i = 0; i < count; i++) column[i] = read(bytes, i * sizeBytes * 8 + offsetBits);
}

/** Reads a number at an offset in bits. */
function readerOf(element: ScalarElement): (bytes: Uint8Array, offsetBits: number) => number | bigint {
  if (element.kind === 'bits') {
    const { widthBits, isSigned, byteOrder } = element;
    if (widthBits > 32) {
      // The column keeps the sign: a value stored into a `BigInt64Array` is taken as 64 bits, so it is extended first.
      const wide = byteOrder === 'little' ? wideBitsLe : wideBitsBe;
      return (bytes, at) => {
        const value = wide(bytes, at, widthBits);
        return isSigned ? BigInt.asIntN(widthBits, value) : value;
      };
    }
    const narrow = byteOrder === 'little' ? bitsLe : bitsBe;
    return (bytes, at) => {
      const value = narrow(bytes, at, widthBits);
      return isSigned ? signBits(value, widthBits) : value;
    };
  }
  const letter = element.kind === 'float' ? 'f' : element.isSigned ? 'i' : 'u';
  const order = element.sizeBytes === 1 ? '' : element.byteOrder === 'little' ? 'le' : 'be';
  const read = (readers as unknown as Readonly<Record<string, (bytes: Uint8Array, offset: number) => number | bigint>>)[
    `${letter}${String(element.sizeBytes * 8)}${order}`
  ];
  if (read === undefined) throw new Error(`no reader for ${letter}${String(element.sizeBytes * 8)}${order}`);
  return (bytes, at) => read(bytes, at / 8);
}

// --- The kernel ----------------------------------------------------------------------------------------------------------

/** The little of the WebAssembly interface that is used; TypeScript has its types only beside those of a browser. */
interface WebAssemblyApi {
  readonly Memory: new (limits: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: Record<string, Record<string, object>>,
  ) => { readonly exports: Record<string, unknown> };
  readonly CompileError: new () => Error;
}

const webAssembly = (globalThis as { WebAssembly?: WebAssemblyApi }).WebAssembly;

/** Compiles a kernel; `null` where a policy of the page or the process forbids it. */
function compileKernel(plan: KernelPlan): Kernel | null {
  if (webAssembly === undefined) return null;
  try {
    return new Kernel(plan, webAssembly);
  } catch (error) {
    if (error instanceof webAssembly.CompileError) return null;
    throw error;
  }
}

/** A column in the kernel's memory and the name it has outside. */
interface Window {
  readonly path: string;
  readonly array: ColumnArray;
}

class Kernel {
  readonly #plan: KernelPlan;
  readonly #buffer: ArrayBuffer;
  readonly #input: Uint8Array;
  readonly #run: (count: number) => void;
  /** Windows on the columns for the number of records seen last: batches tend to have one size. */
  #windows: readonly Window[] = [];
  #windowCount = -1;

  constructor(plan: KernelPlan, { Memory, Module, Instance }: WebAssemblyApi) {
    const memory = new Memory({ initial: Math.ceil(plan.memoryBytes / pageBytes) });
    this.#plan = plan;
    this.#buffer = memory.buffer;
    this.#input = new Uint8Array(memory.buffer);
    this.#run = new Instance(new Module(plan.module), { env: { memory } }).exports['run'] as (count: number) => void;
  }

  run(bytes: Uint8Array, sizeBytes: number, count: number, columns: Columns): void {
    const { capacity } = this.#plan;
    for (let first = 0; first < count; first += capacity) {
      const some = Math.min(capacity, count - first);
      this.#input.set(some === count ? bytes : bytes.subarray(first * sizeBytes, (first + some) * sizeBytes));
      this.#run(some);
      for (const { path, array } of this.#windowsOf(some)) {
        // Both have the type that the plan gives the column, which the type of `set` cannot say.
        (arrayOf(columns, path) as Uint8Array).set(array as Uint8Array, first);
      }
    }
  }

  #windowsOf(count: number): readonly Window[] {
    if (count !== this.#windowCount) {
      const { placed, unusedAddress } = this.#plan;
      this.#windows = [
        ...placed.map(({ column: { path, array }, address }) => ({
          path,
          array: new arrays[array](this.#buffer, address, count),
        })),
        { path: 'reservedNonZero', array: new Uint8Array(this.#buffer, unusedAddress, count) },
      ];
      this.#windowCount = count;
    }
    return this.#windows;
  }
}
