/**
 * Columns as a Parquet file: one row group a batch, Snappy-compressed, with minimum and maximum of every column, so that a query
 * for one rule skips most of the file.
 *
 * The `hyparquet-writer` package writes the file: its schema, headers, compression and footer. Values are put into pages here,
 * from the typed arrays as they are; handed over one by one they took three quarters of the time.
 */

import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import type { FilledColumn } from '../codec/column-batch.ts';
import type { ColumnArray } from '../codec/column-fill.ts';
import type { TableColumn, TableField, TableWriter, TextColumn } from '../codec/record-table.ts';
import { boundsOf } from './column-bounds.ts';
import { ColumnTexts } from './column-texts.ts';
import {
  bitWidthOf,
  DictionaryMaker,
  encodeSteps,
  hybridRoom,
  littleEndianBytes,
  stepOf,
  writeHybrid,
} from './parquet-encodings.ts';

function elementOf({ name, type, isNullable, sizeBytes }: TableField): SchemaElement {
  const common = { name, repetition_type: isNullable ? 'OPTIONAL' : 'REQUIRED' } as const;
  switch (type) {
    case 'uint8':
      return { ...common, type: 'INT32', converted_type: 'UINT_8' };
    case 'int8':
      return { ...common, type: 'INT32', converted_type: 'INT_8' };
    case 'uint16':
      return { ...common, type: 'INT32', converted_type: 'UINT_16' };
    case 'int16':
      return { ...common, type: 'INT32', converted_type: 'INT_16' };
    case 'uint32':
      return { ...common, type: 'INT32', converted_type: 'UINT_32' };
    case 'int32':
      return { ...common, type: 'INT32' };
    case 'uint64':
      return { ...common, type: 'INT64', converted_type: 'UINT_64' };
    case 'int64':
      return { ...common, type: 'INT64' };
    case 'float32':
      return { ...common, type: 'FLOAT' };
    case 'float64':
      return { ...common, type: 'DOUBLE' };
    case 'bytes':
      return { ...common, type: 'FIXED_LEN_BYTE_ARRAY', type_length: sizeBytes ?? 0 };
    case 'text':
      return { ...common, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
    default:
      return type satisfies never;
  }
}

type RowGroup = ParquetWriter['row_groups'][number];
type Chunk = RowGroup['columns'][number];
type Statistics = NonNullable<NonNullable<Chunk['meta_data']>['statistics']>;
type Encoding = NonNullable<Chunk['meta_data']>['encodings'][number];

/** A column's values as they go into the file. */
interface EncodedColumn {
  readonly encoding: Encoding;
  readonly values: Uint8Array;
  readonly dictionary?: { readonly entries: Uint8Array; readonly count: number };
  readonly statistics: Statistics;
  /** Definition levels, for a column that can be null. */
  readonly levels: Uint8Array;
  readonly nullCount: number;
}

export class ParquetTableWriter implements TableWriter {
  /** The row group size that DuckDB works in. */
  readonly preferredRows = 122_880;
  readonly #encoder = new ColumnEncoder();
  readonly #texts: readonly ColumnTexts[];
  readonly #names: readonly string[];
  readonly #elements: readonly SchemaElement[];
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;

  constructor(fields: readonly TableField[]) {
    this.#texts = fields.map(() => new ColumnTexts());
    this.#names = fields.map(({ name }) => name);
    this.#elements = fields.map(elementOf);
    const root = { name: 'root', num_children: fields.length };
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [root, ...this.#elements],
      createdBy: 'uabi',
    });
  }

  write(columns: readonly TableColumn[], rows: number): readonly Uint8Array[] {
    const start = this.#bytes.offset;
    const chunks = columns.map((column, index) => this.#chunk(column, index, rows));
    const uncompressed = chunks.reduce((sum, { meta_data }) => sum + (meta_data?.total_uncompressed_size ?? 0n), 0n);
    this.#writer.num_rows += BigInt(rows);
    this.#writer.row_groups.push({
      columns: chunks,
      total_byte_size: uncompressed,
      num_rows: BigInt(rows),
      total_compressed_size: BigInt(this.#bytes.offset - start),
    });
    return this.#take();
  }

  finish(): readonly Uint8Array[] {
    // Synchronous, as the writer it was given has no flush of its own.
    void this.#writer.finish();
    return this.#take();
  }

  #chunk(column: TableColumn, index: number, rows: number): Chunk {
    const type = this.#elements[index]?.type;
    const texts = this.#texts[index];
    if (type === undefined || texts === undefined) throw new Error(`column ${column.path} is not in the schema`);
    const encoded = this.#encoder.encode(column, texts, rows);
    const { encoding, values, dictionary, statistics, levels, nullCount } = encoded;
    const start = this.#bytes.offset;
    let uncompressed = 0;
    const page = (header: PageHeader, before: Uint8Array, content: Uint8Array): void => {
      const compressed = snappyCompress(content);
      const headerStart = this.#bytes.offset;
      writePageHeader(this.#bytes, {
        ...header,
        uncompressed_page_size: before.length + content.length,
        compressed_page_size: before.length + compressed.length,
      });
      uncompressed += this.#bytes.offset - headerStart + before.length + content.length;
      this.#bytes.appendBytes(before);
      this.#bytes.appendBytes(compressed);
    };
    if (dictionary !== undefined) {
      const header = { num_values: dictionary.count, encoding: 'PLAIN' } as const;
      page({ type: 'DICTIONARY_PAGE', dictionary_page_header: header }, new Uint8Array(), dictionary.entries);
    }
    const dataOffset = BigInt(this.#bytes.offset);
    page(
      {
        type: 'DATA_PAGE_V2',
        data_page_header_v2: {
          num_values: rows,
          num_nulls: nullCount,
          num_rows: rows,
          encoding,
          definition_levels_byte_length: levels.length,
          repetition_levels_byte_length: 0,
          is_compressed: true,
        },
      },
      levels,
      values,
    );
    return {
      file_offset: BigInt(start),
      meta_data: {
        type,
        encodings: dictionary === undefined ? [encoding] : ['PLAIN', encoding],
        path_in_schema: [this.#names[index] ?? column.path],
        codec: 'SNAPPY',
        num_values: BigInt(rows),
        total_compressed_size: BigInt(this.#bytes.offset - start),
        total_uncompressed_size: BigInt(uncompressed),
        data_page_offset: dataOffset,
        ...(dictionary === undefined ? {} : { dictionary_page_offset: BigInt(start) }),
        statistics: { ...statistics, null_count: BigInt(nullCount) },
      },
    };
  }

  #take(): readonly Uint8Array[] {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return [bytes];
  }
}

type PageHeader = Omit<Parameters<typeof writePageHeader>[1], 'uncompressed_page_size' | 'compressed_page_size'>;

/** Chooses how the values of a column are written; what it needs for that is used again for the next. */
class ColumnEncoder {
  readonly #dictionaries = new Map<number, DictionaryMaker>();
  #scratch = new Uint8Array(0);

  encode(column: TableColumn, known: ColumnTexts, rows: number): EncodedColumn {
    if (column.type === 'text') return this.#text(column, known.of(column.texts, column.codes, rows), rows);
    const { valid } = column;
    const present = valid === undefined ? rows : countOf(valid, rows);
    const common = {
      nullCount: rows - present,
      levels: valid === undefined ? new Uint8Array() : this.#hybrid(valid, rows, 1).slice(),
    };
    const dense = denseValues(column, rows, present);
    if (dense instanceof BigUint64Array || dense instanceof BigInt64Array) {
      const step = stepOf(dense);
      if (step !== undefined) {
        const values = encodeSteps(dense[0] ?? 0n, step, dense.length);
        return { ...common, encoding: 'DELTA_BINARY_PACKED', values, statistics: boundsOf(dense) };
      }
    }
    const bytes = new Uint8Array(dense.buffer, dense.byteOffset, dense.byteLength);
    const found = present === 0 ? undefined : this.#makerFor(column.sizeBytes ?? dense.BYTES_PER_ELEMENT).make(bytes);
    if (found !== undefined) {
      const entries = arrayLike(dense, found.entries);
      const plain = plainBytes(entries, column.type === 'bytes');
      const width = bitWidthOf(found.count);
      const isWorthIt = plain.length + (present * width) / 8 < (bytes.length * plain.length) / found.entries.length / 2;
      if (isWorthIt) {
        return {
          ...common,
          encoding: 'RLE_DICTIONARY',
          values: this.#numbers(found.numbers, present, width),
          dictionary: { entries: plain, count: found.count },
          statistics: column.type === 'bytes' ? {} : boundsOf(entries),
        };
      }
    }
    const statistics = column.type === 'bytes' ? {} : boundsOf(dense);
    return { ...common, encoding: 'PLAIN', values: plainBytes(dense, column.type === 'bytes'), statistics };
  }

  #makerFor(sizeBytes: number): DictionaryMaker {
    let maker = this.#dictionaries.get(sizeBytes);
    if (maker === undefined) {
      maker = new DictionaryMaker(sizeBytes);
      this.#dictionaries.set(sizeBytes, maker);
    }
    return maker;
  }

  #text({ codes }: TextColumn, encoded: readonly (Uint8Array | undefined)[], rows: number): EncodedColumn {
    // Texts that no row of this batch has stay out of its dictionary.
    const numberOfCode = new Map<number, number>();
    const numbers = new Uint32Array(rows);
    const isPresent = new Uint8Array(rows);
    const entries: Uint8Array[] = [];
    let present = 0;
    for (let row = 0; row < rows; row++) {
      const code = codes[row] ?? 0;
      if (code === 0) continue;
      let number = numberOfCode.get(code);
      if (number === undefined) {
        const text = encoded[code] ?? new Uint8Array();
        number = entries.push(text) - 1;
        numberOfCode.set(code, number);
      }
      numbers[present++] = number;
      isPresent[row] = 1;
    }
    const sorted = entries.toSorted((a, b) => Buffer.compare(a, b));
    const [min_value, max_value] = [sorted[0], sorted.at(-1)];
    const common = {
      nullCount: rows - present,
      levels: this.#hybrid(isPresent, rows, 1).slice(),
      statistics: min_value === undefined || max_value === undefined ? {} : { min_value, max_value },
    };
    if (present === 0) return { ...common, encoding: 'PLAIN', values: new Uint8Array() };
    const plain = Buffer.concat(entries.flatMap((text) => [lengthPrefix(text.length), text]));
    return {
      ...common,
      encoding: 'RLE_DICTIONARY',
      values: this.#numbers(numbers, present, bitWidthOf(entries.length)),
      dictionary: { entries: plain, count: entries.length },
    };
  }

  /** A page of dictionary numbers: their width, then the hybrid. */
  #numbers(numbers: Uint32Array, count: number, width: number): Uint8Array {
    const encoded = this.#hybrid(numbers, count, width);
    const page = new Uint8Array(encoded.length + 1);
    page[0] = width;
    page.set(encoded, 1);
    return page;
  }

  #hybrid(numbers: Uint8Array | Uint32Array, count: number, width: number): Uint8Array {
    const room = hybridRoom(count, width);
    if (this.#scratch.length < room) this.#scratch = new Uint8Array(room);
    return this.#scratch.subarray(0, writeHybrid(this.#scratch, numbers, count, width));
  }
}

function lengthPrefix(length: number): Uint8Array {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(length);
  return prefix;
}

function countOf(valid: Uint8Array, rows: number): number {
  let count = 0;
  for (let row = 0; row < rows; row++) count += valid[row] ?? 0;
  return count;
}

/** The values that are there, one behind the other. */
function denseValues({ values, valid, sizeBytes = 1 }: FilledColumn, rows: number, present: number): ColumnArray {
  if (valid === undefined || present === rows) return values.subarray(0, rows * sizeBytes);
  const size = sizeBytes * values.BYTES_PER_ELEMENT;
  const from = new Uint8Array(values.buffer, values.byteOffset, rows * size);
  const dense = new Uint8Array(present * size);
  for (let row = 0, at = 0; row < rows; row++) {
    if (valid[row] !== 1) continue;
    for (let i = row * size; i < row * size + size; i++) dense[at++] = from[i] ?? 0;
  }
  return arrayLike(values, dense);
}

/** The bytes as an array of the same type as `model`. */
function arrayLike(model: ColumnArray, bytes: Uint8Array): ColumnArray {
  const { buffer } = bytes.slice();
  if (model instanceof Uint8Array) return new Uint8Array(buffer);
  if (model instanceof Int8Array) return new Int8Array(buffer);
  if (model instanceof Uint16Array) return new Uint16Array(buffer);
  if (model instanceof Int16Array) return new Int16Array(buffer);
  if (model instanceof Uint32Array) return new Uint32Array(buffer);
  if (model instanceof Int32Array) return new Int32Array(buffer);
  if (model instanceof BigUint64Array) return new BigUint64Array(buffer);
  if (model instanceof BigInt64Array) return new BigInt64Array(buffer);
  return model instanceof Float32Array ? new Float32Array(buffer) : new Float64Array(buffer);
}

/** PLAIN: numbers of 8 and 16 bits take 32. */
function plainBytes(values: ColumnArray, isBytes: boolean): Uint8Array {
  if (isBytes) return littleEndianBytes(values);
  if (values instanceof Uint8Array || values instanceof Uint16Array) return littleEndianBytes(Uint32Array.from(values));
  if (values instanceof Int8Array || values instanceof Int16Array) return littleEndianBytes(Int32Array.from(values));
  return littleEndianBytes(values);
}
