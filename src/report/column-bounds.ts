/** The smallest and the largest value of a column, for the statistics of a file. */

import type { ColumnArray } from '../codec/column-fill.ts';

export interface Bounds {
  readonly min_value?: number | bigint;
  readonly max_value?: number | bigint;
}

/** Bounds of the values; none for an empty column, or for one with a NaN, which has no place in an order. */
export function boundsOf(values: ColumnArray): Bounds {
  if (values.length === 0) return {};
  if (values instanceof BigUint64Array || values instanceof BigInt64Array) return wideBounds(values);
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (Number.isNaN(value)) return {};
    if (value < min) min = value;
    if (value > max) max = value;
  }
  // Zero has two signs in floating point, and bounds have to hold for both (parquet.thrift, "ColumnOrder").
  const isFloat = values instanceof Float32Array || values instanceof Float64Array;
  return { min_value: isFloat && min === 0 ? -0 : min, max_value: isFloat && max === 0 ? 0 : max };
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** By halves: only the bounds themselves become BigInts. */
function wideBounds(values: BigUint64Array | BigInt64Array): Bounds {
  const isSigned = values instanceof BigInt64Array;
  const highs = isSigned
    ? new Int32Array(values.buffer, values.byteOffset, values.length * 2)
    : new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  const lows = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  const low = isLittleEndian ? 0 : 1;
  let [least, most] = [0, 0];
  for (let i = 1; i < values.length; i++) {
    if (isBelow(i, least)) least = i;
    if (isBelow(most, i)) most = i;
  }
  return { min_value: values[least] ?? 0n, max_value: values[most] ?? 0n };

  function isBelow(a: number, b: number): boolean {
    const highA = highs[a * 2 + 1 - low] ?? 0;
    const highB = highs[b * 2 + 1 - low] ?? 0;
    return highA === highB ? (lows[a * 2 + low] ?? 0) < (lows[b * 2 + low] ?? 0) : highA < highB;
  }
}
