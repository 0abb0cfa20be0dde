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
import type { FilledColumn } from '../codec/column-batch.ts';
import type { TableColumn, TableField, TableWriter, TextColumn } from '../codec/record-table.ts';
import { ColumnTexts } from './column-texts.ts';

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
  readonly #texts: readonly ColumnTexts[];
  readonly #schema: Schema;
  readonly #sink = new Chunks();
  readonly #writer = new RecordBatchFileWriter();

  constructor(fields: readonly TableField[]) {
    this.#types = fields.map(typeOf);
    this.#texts = fields.map(() => new ColumnTexts());
    this.#schema = new Schema(
      fields.map(({ name, isNullable }, index) => new Field(name, this.#types[index] ?? new Uint8(), isNullable)),
    );
    this.#writer.reset(this.#sink, this.#schema);
  }

  write(columns: readonly TableColumn[], rows: number): readonly Uint8Array[] {
    const children = columns.map((column, index) => {
      const type = this.#types[index];
      if (type === undefined) throw new Error(`column ${column.path} is not in the schema`);
      return column.type === 'text'
        ? textData(column, this.#texts[index] ?? new ColumnTexts(), rows)
        : dataOf(column, type, rows);
    });
    const data = makeData({ type: new Struct(this.#schema.fields), length: rows, nullCount: 0, children });
    this.#writer.write(new RecordBatch(this.#schema, data));
    return this.#sink.take();
  }

  finish(): readonly Uint8Array[] {
    this.#writer.finish();
    return this.#sink.take();
  }
}

function textData({ codes, texts }: TextColumn, known: ColumnTexts, rows: number): Data {
  const encoded = known.of(texts, codes, rows);
  const valueOffsets = new Int32Array(rows + 1);
  let end = 0;
  for (let row = 0; row < rows; row++) {
    end += encoded[codes[row] ?? 0]?.length ?? 0;
    valueOffsets[row + 1] = end;
  }
  const data = new Uint8Array(end);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const bytes = encoded[codes[row] ?? 0];
    if (bytes === undefined) continue;
    for (let i = 0; i < bytes.length; i++, at++) data[at] = bytes[i] ?? 0;
  }
  const { nullBitmap, nullCount } = bitmapOf(rows, codes);
  return makeData({ type: new Utf8(), length: rows, nullCount, nullBitmap, valueOffsets, data });
}

function dataOf({ values, valid, sizeBytes }: FilledColumn, type: DataType, rows: number): Data {
  const data = values.subarray(0, rows * (sizeBytes ?? 1));
  const nulls: Nulls = valid === undefined ? { nullCount: 0 } : bitmapOf(rows, valid);
  const validity = nulls.nullBitmap === undefined ? {} : { [BufferType.VALIDITY]: nulls.nullBitmap };
  return new Data(type, 0, rows, nulls.nullCount, { [BufferType.DATA]: data, ...validity });
}

interface Nulls {
  readonly nullBitmap?: Uint8Array;
  readonly nullCount: number;
}

/** One bit a row, set where there is a value, that is where `isValid` is not 0 (Arrow columnar format, "Validity bitmaps"). */
function bitmapOf(rows: number, isValid: Uint8Array | Uint32Array): Required<Nulls> {
  const nullBitmap = new Uint8Array(Math.ceil(rows / 8));
  let nullCount = rows;
  for (let row = 0; row < rows; row++) {
    if (isValid[row] === 0) continue;
    nullBitmap[row >> 3] = (nullBitmap[row >> 3] ?? 0) | (1 << (row & 7));
    nullCount -= 1;
  }
  return { nullBitmap, nullCount };
}
