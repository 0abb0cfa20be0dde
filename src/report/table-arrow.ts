/**
 * Columns as an Arrow IPC file ("Feather 2"), through the `apache-arrow` package.
 *
 * The package's writers queue what they produce; the queue is emptied after every batch, so memory stays constant. Arrays are
 * handed over without a copy and are in the file when `write` returns.
 */

import {
  AsyncByteQueue,
  BufferType,
  Data,
  type DataType,
  Field,
  FixedSizeBinary,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Uint16,
  Uint32,
  Uint64,
  Uint8,
  Utf8,
} from 'apache-arrow';
import type { TableColumn, TableField, TableWriter } from '../codec/record-table.ts';

/** A queue that can be emptied at once. */
class Chunks extends AsyncByteQueue {
  #chunks: Uint8Array[] = [];

  override write(value: ArrayBuffer | ArrayBufferView): void {
    const bytes = ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value);
    if (bytes.length > 0) this.#chunks.push(bytes);
  }

  take(): Uint8Array[] {
    const taken = this.#chunks;
    this.#chunks = [];
    return taken;
  }
}

function typeOf({ type, sizeBytes }: TableField): DataType {
  switch (type) {
    case 'uint8':
      return new Uint8();
    case 'int8':
      return new Int8();
    case 'uint16':
      return new Uint16();
    case 'int16':
      return new Int16();
    case 'uint32':
      return new Uint32();
    case 'int32':
      return new Int32();
    case 'uint64':
      return new Uint64();
    case 'int64':
      return new Int64();
    case 'float32':
      return new Float32();
    case 'float64':
      return new Float64();
    case 'bytes':
      return new FixedSizeBinary(sizeBytes ?? 0);
    case 'text':
      return new Utf8();
    default:
      return type satisfies never;
  }
}

export class ArrowWriter implements TableWriter {
  readonly preferredRows = 65_536;
  readonly #types: readonly DataType[];
  readonly #schema: Schema;
  readonly #sink = new Chunks();
  readonly #writer = new RecordBatchFileWriter();

  constructor(fields: readonly TableField[]) {
    this.#types = fields.map(typeOf);
    this.#schema = new Schema(
      fields.map(({ name, isNullable }, index) => new Field(name, this.#types[index] ?? new Uint8(), isNullable)),
    );
    this.#writer.reset(this.#sink, this.#schema);
  }

  write(columns: readonly TableColumn[], rows: number): readonly Uint8Array[] {
    const children = columns.map((column, index) => dataOf(column, this.#types[index], rows));
    const data = makeData({ type: new Struct(this.#schema.fields), length: rows, nullCount: 0, children });
    this.#writer.write(new RecordBatch(this.#schema, data));
    return this.#sink.take();
  }

  finish(): readonly Uint8Array[] {
    this.#writer.finish();
    return this.#sink.take();
  }
}

function dataOf(column: TableColumn, type: DataType | undefined, rows: number): Data {
  if (type === undefined) throw new Error(`column ${column.path} is not in the schema`);
  if (column.type === 'text') {
    const present = column.values.slice(0, rows);
    const valueOffsets = new Int32Array(rows + 1);
    const parts: Buffer[] = [];
    let end = 0;
    for (const [row, value] of present.entries()) {
      if (value !== null) {
        const bytes = Buffer.from(value);
        parts.push(bytes);
        end += bytes.length;
      }
      valueOffsets[row + 1] = end;
    }
    const { nullBitmap, nullCount } = bitmapOf(rows, (row) => present[row] !== null);
    return makeData({
      type: new Utf8(),
      length: rows,
      nullCount,
      nullBitmap,
      valueOffsets,
      data: Buffer.concat(parts),
    });
  }
  const { values, valid, sizeBytes } = column;
  const data = values.subarray(0, rows * (sizeBytes ?? 1));
  const nulls: Nulls = valid === undefined ? { nullCount: 0 } : bitmapOf(rows, (row) => valid[row] === 1);
  const validity = nulls.nullBitmap === undefined ? {} : { [BufferType.VALIDITY]: nulls.nullBitmap };
  return new Data(type, 0, rows, nulls.nullCount, { [BufferType.DATA]: data, ...validity });
}

interface Nulls {
  readonly nullBitmap?: Uint8Array;
  readonly nullCount: number;
}

/** One bit a row, set where there is a value (Arrow columnar format, "Validity bitmaps"). */
function bitmapOf(rows: number, isValid: (row: number) => boolean): Required<Nulls> {
  const nullBitmap = new Uint8Array(Math.ceil(rows / 8));
  let nullCount = rows;
  for (let row = 0; row < rows; row++) {
    if (!isValid(row)) continue;
    nullBitmap[row >> 3] = (nullBitmap[row >> 3] ?? 0) | (1 << (row & 7));
    nullCount -= 1;
  }
  return { nullBitmap, nullCount };
}
