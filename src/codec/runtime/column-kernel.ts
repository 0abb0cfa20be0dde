/**
 * The inner loop of `decodeColumns` as WebAssembly, made from the plan of a record.
 *
 * A loop in JavaScript checks the bounds of a dozen typed arrays for every record and takes seven times as long as a loop in C
 * does; here the records are copied into memory once and every access is a plain load or store. For each record:
 *
 *     column[i] = load(p + offset)            bytes swapped where the record's order is not WebAssembly's
 *     unused[i] = (load(…) | load(…) | …) != 0
 *     p += size; i += 1
 *
 * Left out are bit-fields, which are read one by one.
 */

import type { RecordDescriptor } from '../record-descriptor.ts';
import type { ByteRange, ColumnPlan, PlannedColumn } from './column-plan.ts';
import { access, moduleOf, op, repeat, signed } from './wasm-assembler.ts';

/** Where records and columns lie in the memory of a kernel. */
export interface KernelPlan {
  /** Records that fit at a time. */
  readonly capacity: number;
  readonly memoryBytes: number;
  readonly placed: readonly { readonly column: PlannedColumn; readonly address: number }[];
  readonly unusedAddress: number;
  readonly module: Uint8Array<ArrayBuffer>;
}

/** Half of a usual second-level cache, so that columns fit beside the records. */
const inputBytes = 131_072;

/** More words than these are no longer worth a load each. */
const longestUnused = 4096;

/** Locals of the function: the number of records left, the record, and the index times the width of an element. */
const local = { left: 0, record: 1, index: { 1: 2, 2: 3, 4: 4, 8: 5 }, word: 6 } as const;

type Width = 1 | 2 | 4 | 8;

/** Whether a column can be filled by the kernel. */
export function isPlain(column: PlannedColumn): boolean {
  return column.element.kind !== 'bits' && column.offsetBits % 8 === 0;
}

/** The kernel of a record, or `undefined` for one that is better read without. */
export function planKernel(record: RecordDescriptor, plan: ColumnPlan): KernelPlan | undefined {
  const unusedBytes = plan.unused.reduce((sum, [start, end]) => sum + end - start, 0);
  if (record.sizeBytes === 0 || record.sizeBytes > inputBytes || unusedBytes > longestUnused) return undefined;
  const capacity = Math.floor(inputBytes / record.sizeBytes);
  let address = inputBytes;
  const take = (width: number): number => {
    const start = address;
    address += Math.ceil((capacity * width) / 8) * 8;
    return start;
  };
  const placed = plan.columns.filter(isPlain).map((column) => ({ column, address: take(widthOf(column)) }));
  const unusedAddress = take(1);
  const body = [
    ...placed.flatMap(({ column, address: to }) => storeColumn(column, to)),
    ...storeUnused(plan.unused, unusedAddress),
    ...increase(local.record, record.sizeBytes),
    ...([1, 2, 4, 8] as const).flatMap((width) => increase(local.index[width], width)),
    ...[op.localGet, local.left, op.i32Const, ...signed(-1n), op.i32Add, op.localTee, local.left],
  ];
  return { capacity, memoryBytes: address, placed, unusedAddress, module: moduleOf(6, repeat(body)) };
}

function widthOf({ element }: PlannedColumn): Width {
  return element.kind === 'bits' || element.sizeBytes === 16 ? 8 : element.sizeBytes;
}

function increase(variable: number, by: number): number[] {
  return [op.localGet, variable, op.i32Const, ...signed(BigInt(by)), op.i32Add, op.localSet, variable];
}

function load(opcode: number, offset: number): number[] {
  return [op.localGet, local.record, ...access(opcode, offset)];
}

function store(opcode: number, width: Width, address: number, value: readonly number[]): number[] {
  return [op.localGet, local.index[width], ...value, ...access(opcode, address)];
}

function storeColumn(column: PlannedColumn, address: number): number[] {
  const offset = column.offsetBits / 8;
  const isSwapped = column.element.byteOrder === 'big';
  const width = widthOf(column);
  switch (width) {
    case 1:
      return store(op.i32Store8, width, address, load(op.i32Load8, offset));
    case 2:
      return store(op.i32Store16, width, address, isSwapped ? swapped16(offset) : load(op.i32Load16, offset));
    case 4:
      return store(op.i32Store, width, address, isSwapped ? swapped32(offset) : load(op.i32Load, offset));
    case 8:
      return isSwapped
        ? [
            ...store(op.i32Store, width, address + 4, swapped32(offset)),
            ...store(op.i32Store, width, address, swapped32(offset + 4)),
          ]
        : store(op.i64Store, width, address, load(op.i64Load, offset));
    default:
      return width satisfies never;
  }
}

/** `x << 8 | x >>> 8`; the store keeps the low 16 bits. */
function swapped16(offset: number): number[] {
  return [
    ...[...load(op.i32Load16, offset), op.localTee, local.word, op.i32Const, 8, op.i32Shl],
    ...[op.localGet, local.word, op.i32Const, 8, op.i32ShrU, op.i32Or],
  ];
}

/** `rotl(x, 8) & 0x00ff00ff | rotl(x, 24) & 0xff00ff00` */
function swapped32(offset: number): number[] {
  const rotated = (bits: number, mask: bigint): number[] => [
    ...[op.i32Const, bits, op.i32Rotl, op.i32Const, ...signed(BigInt.asIntN(32, mask)), op.i32And],
  ];
  return [
    ...[...load(op.i32Load, offset), op.localTee, local.word, ...rotated(8, 0x00ff_00ffn)],
    ...[op.localGet, local.word, ...rotated(24, 0xff00_ff00n), op.i32Or],
  ];
}

/** The loads that see every byte of a range; the last one overlaps the one before where the length is no power of two. */
function loadsOf([start, end]: ByteRange): number[][] {
  const opcodes = { 1: op.i64Load8, 2: op.i64Load16, 4: op.i64Load32, 8: op.i64Load };
  const width = ([8, 4, 2, 1] as const).find((candidate) => candidate <= end - start) ?? 1;
  const loads: number[][] = [];
  for (let at = start; at < end; at += width) loads.push(load(opcodes[width], Math.min(at, end - width)));
  return loads;
}

function storeUnused(unused: readonly ByteRange[], address: number): number[] {
  const loads = unused.flatMap(loadsOf);
  const value =
    loads.length === 0
      ? [op.i32Const, 0]
      : [...loads.flatMap((one, index) => (index === 0 ? one : [...one, op.i64Or])), op.i64Const, 0, op.i64Ne];
  return store(op.i32Store8, 1, address, value);
}
