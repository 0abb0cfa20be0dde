/**
 * Which columns a record has: every single number outside of unions and arrays, nested records included. What nothing reads
 * (padding, reserved space, holes) is collected as byte ranges; they share one column, `reservedNonZero`.
 */

import type { FieldDescriptor, RecordDescriptor, ScalarElement } from '../record-descriptor.ts';

export interface ColumnPlan {
  readonly columns: readonly PlannedColumn[];
  /** Half-open ranges of bytes that carry no information, in order, apart from each other. */
  readonly unused: readonly ByteRange[];
}

export interface PlannedColumn {
  readonly path: string;
  readonly offsetBits: number;
  readonly element: ScalarElement;
  readonly array: ColumnArrayName;
}

export type ByteRange = readonly [start: number, end: number];

export type ColumnArrayName =
  `${'Int' | 'Uint'}${8 | 16 | 32}Array` | 'BigInt64Array' | 'BigUint64Array' | 'Float32Array' | 'Float64Array';

/** Names that columns have a use of their own for. */
const ownNames: ReadonlySet<string> = new Set(['length', 'reservedNonZero']);

export function planColumns(record: RecordDescriptor): ColumnPlan {
  const columns: PlannedColumn[] = [];
  const unused: ByteRange[] = [];
  if (record.recordKind === 'struct') collect(record, 0, '', columns, unused);
  return { columns, unused: merge(unused) };
}

function collect(
  record: RecordDescriptor,
  baseBits: number,
  prefix: string,
  columns: PlannedColumn[],
  unused: ByteRange[],
): void {
  const skip = (offsetBits: number, sizeBits: number): void => {
    const start = baseBits + offsetBits;
    if (start % 8 === 0 && sizeBits % 8 === 0 && sizeBits > 0) unused.push([start / 8, (start + sizeBits) / 8]);
  };
  for (const hole of record.holes) skip(hole.offsetBits, hole.sizeBits);
  for (const field of record.fields) {
    if (field.role !== undefined) skip(field.offsetBits, field.sizeBits);
    else addField(field, baseBits, prefix, columns, unused);
  }
}

function addField(
  field: FieldDescriptor,
  baseBits: number,
  prefix: string,
  columns: PlannedColumn[],
  unused: ByteRange[],
): void {
  const { element } = field;
  const offsetBits = baseBits + field.offsetBits;
  if (field.dimensions.length > 0) return;
  if (element.kind === 'record') collect(element.record, offsetBits, `${prefix}${field.name}.`, columns, unused);
  if (element.kind === 'record' || element.kind === 'union' || element.kind === 'opaque') return;
  if (element.kind === 'integer' && element.sizeBytes === 16) return;
  const path = `${prefix}${field.name}`;
  columns.push({ path: ownNames.has(path) ? `${path}$` : path, offsetBits, element, array: arrayOf(element) });
}

function merge(ranges: readonly ByteRange[]): ByteRange[] {
  const merged: [number, number][] = [];
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && last[1] >= start) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

function arrayOf(element: ScalarElement): ColumnArrayName {
  const wanted = element.kind === 'bits' ? element.widthBits : element.sizeBytes * 8;
  if (element.kind === 'float') return wanted === 32 ? 'Float32Array' : 'Float64Array';
  const sign = element.isSigned ? 'Int' : 'Uint';
  if (wanted <= 8) return `${sign}8Array`;
  if (wanted <= 16) return `${sign}16Array`;
  return wanted <= 32 ? `${sign}32Array` : `Big${sign}64Array`;
}
