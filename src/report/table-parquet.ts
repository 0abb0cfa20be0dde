/**
 * Columns as a Parquet file, through the `hyparquet-writer` package: one row group a batch, Snappy-compressed, with minimum and
 * maximum of every column, so that a query for one rule skips most of the file.
 */

import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { TableColumn, TableField, TableWriter } from '../codec/record-table.ts';

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

export class ParquetTableWriter implements TableWriter {
  /** The row group size that DuckDB works in. */
  readonly preferredRows = 122_880;
  readonly #fields: readonly TableField[];
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;

  constructor(fields: readonly TableField[]) {
    this.#fields = fields;
    const root = { name: 'root', num_children: fields.length };
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [root, ...fields.map(elementOf)],
      createdBy: 'uabi',
    });
  }

  write(columns: readonly TableColumn[], rows: number): readonly Uint8Array[] {
    const columnData = columns.map((column, index) => ({
      name: this.#fields[index]?.name ?? column.path,
      data: valuesOf(column, rows),
    }));
    // Synchronous, as the writer it was given has no flush of its own.
    void this.#writer.write({ columnData, rowGroupSize: rows });
    return this.#take();
  }

  finish(): readonly Uint8Array[] {
    void this.#writer.finish();
    return this.#take();
  }

  #take(): readonly Uint8Array[] {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return [bytes];
  }
}

type ParquetValues = Parameters<ParquetWriter['write']>[0]['columnData'][number]['data'];

function valuesOf(column: TableColumn, rows: number): ParquetValues {
  if (column.type === 'text') return column.values.slice(0, rows);
  const { values, valid, sizeBytes } = column;
  const isValid = (row: number): boolean => valid?.[row] !== 0;
  if (sizeBytes !== undefined && values instanceof Uint8Array) {
    return Array.from({ length: rows }, (_, row) =>
      isValid(row) ? values.slice(row * sizeBytes, (row + 1) * sizeBytes) : null,
    );
  }
  if (valid !== undefined) return Array.from({ length: rows }, (_, row) => (isValid(row) ? values[row] : null));
  if (values instanceof Int8Array || values instanceof Int16Array) return Int32Array.from(values.subarray(0, rows));
  return values.subarray(0, rows) as ParquetValues;
}
