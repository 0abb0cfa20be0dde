/**
 * Files of two batches, read back by programs that share nothing with the writers: DuckDB for Parquet and CSV, flechette for Arrow.
 * The columns are chosen so that every encoding is used: few values and many, steps, nulls here and there, everywhere and nowhere.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from '@uwdata/flechette';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fieldsOf, type TableColumn, type TableField, type TableWriter } from '../../src/codec/record-table.ts';
import { ArrowWriter } from '../../src/report/table-arrow.ts';
import { CsvWriter } from '../../src/report/table-csv.ts';
import { ParquetTableWriter } from '../../src/report/table-parquet.ts';

const rows = 9000;
const top = 2n ** 64n - 1n;

/** A value for each row that no writer can guess; the second batch starts where the first ended. */
function wide(row: number): bigint {
  return BigInt.asUintN(64, BigInt(row) * 0x9e37_79b9_7f4a_7c15n);
}

type Value = bigint | number | string | null;
type Make = (row: number) => Value;

/** What the rows hold, by column: the expectation, from which the columns are made. */
const contents: Readonly<
  Record<string, { readonly column: (make: Make, first: number) => TableColumn; readonly make: Make }>
> = {
  _record: { column: (make, first) => wideColumn('uint64', make, first), make: (row) => BigInt(row) },
  'steps over 2**32': {
    column: (make, first) => wideColumn('uint64', make, first),
    make: (row) => 2n ** 32n - 5n + BigInt(row) * 7n,
  },
  'many wide': { column: (make, first) => wideColumn('uint64', make, first), make: wide },
  'few wide': {
    column: (make, first) => wideColumn('uint64', make, first),
    make: (row) => [top, 0n, 2n ** 53n + 1n][row % 3] ?? 0n,
  },
  'signed wide': {
    column: (make, first) => wideColumn('int64', make, first),
    make: (row) => BigInt.asIntN(64, wide(row)),
  },
  constant: { column: (make, first) => wideColumn('int64', make, first), make: () => -(2n ** 63n) },
  uint8: {
    column: (make, first) => narrow('uint8', new Uint8Array(rows), make, first),
    make: (row) => (row * 7) % 256,
  },
  int8: { column: (make, first) => narrow('int8', new Int8Array(rows), make, first), make: (row) => (row % 256) - 128 },
  uint16: {
    column: (make, first) => narrow('uint16', new Uint16Array(rows), make, first),
    make: (row) => (row * 40_503) % 65_536,
  },
  int16: {
    column: (make, first) => narrow('int16', new Int16Array(rows), make, first),
    make: (row) => (row % 5) - 32_768,
  },
  uint32: {
    column: (make, first) => narrow('uint32', new Uint32Array(rows), make, first),
    make: (row) => Number(wide(row) >> 32n),
  },
  int32: {
    column: (make, first) => narrow('int32', new Int32Array(rows), make, first),
    make: (row) => Number(BigInt.asIntN(32, wide(row))),
  },
  float64: {
    column: (make, first) => narrow('float64', new Float64Array(rows), make, first),
    make: (row) => row / 3 - 1000,
  },
  'sometimes null': {
    column: (make, first) => wideColumn('uint64', make, first),
    make: (row) => (row % 3 === 1 || row % 100 > 80 ? null : wide(row)),
  },
  'null in the first batch': {
    column: (make, first) => narrow('uint16', new Uint16Array(rows), make, first),
    make: (row) => (row < rows ? null : row % 1000),
  },
  'always null': { column: (make, first) => narrow('uint32', new Uint32Array(rows), make, first), make: () => null },
  bytes: { column: bytesColumn, make: (row) => wide(row).toString(16).padStart(16, '0') },
  'some bytes': {
    column: bytesColumn,
    make: (row) =>
      row % 4 === 0
        ? null
        : wide(row % 10)
            .toString(16)
            .padStart(16, '0'),
  },
  text: {
    column: textColumn,
    make: (row) =>
      row % 2 === 0 ? null : (['plain', 'a,"b"', 'two\nlines', 'übrig'][row % 7] ?? `row ${String(row)}`),
  },
  'no text': { column: textColumn, make: () => null },
};

function validity(make: Make, first: number): { readonly valid?: Uint8Array } {
  const valid = Uint8Array.from({ length: rows }, (_, i) => (make(first + i) === null ? 0 : 1));
  // Whether a column can be null must not depend on the batch.
  return [0, rows].some((at) => Array.from({ length: rows }, (_, i) => make(at + i)).includes(null)) ? { valid } : {};
}

function wideColumn(type: 'uint64' | 'int64', make: Make, first: number): TableColumn {
  const numbers = Array.from({ length: rows }, (_, i) => BigInt(make(first + i) ?? 99));
  const values = type === 'uint64' ? BigUint64Array.from(numbers) : BigInt64Array.from(numbers);
  return { path: '', type, values, ...validity(make, first) };
}

function narrow(
  type: Exclude<TableColumn['type'], 'text' | 'bytes' | 'uint64' | 'int64'>,
  values: Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float64Array,
  make: Make,
  first: number,
): TableColumn {
  for (let i = 0; i < rows; i++) values[i] = Number(make(first + i) ?? 99);
  return { path: '', type, values, ...validity(make, first) };
}

function bytesColumn(make: Make, first: number): TableColumn {
  const hex = Array.from({ length: rows }, (_, i) => String(make(first + i) ?? 'ee'.repeat(8)));
  return { path: '', type: 'bytes', values: Buffer.from(hex.join(''), 'hex'), sizeBytes: 8, ...validity(make, first) };
}

function textColumn(make: Make, first: number): TableColumn {
  const texts = [''];
  const codes = Uint32Array.from({ length: rows }, (_, i) => {
    const text = make(first + i);
    if (text === null) return 0;
    const known = texts.indexOf(String(text));
    return known > 0 ? known : texts.push(String(text)) - 1;
  });
  return { path: '', type: 'text', codes, texts };
}

function batch(first: number): TableColumn[] {
  return Object.entries(contents).map(([path, { column, make }]) => ({ ...column(make, first), path }));
}

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'uabi-tables-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function write(name: string, open: (fields: readonly TableField[]) => TableWriter): string {
  const path = join(directory, name);
  const writer = open(fieldsOf(batch(0)));
  // The last batch is not full.
  const pieces = [0, rows].flatMap((first) =>
    writer.write(batch(first), first === 0 ? rows : rows - 3).map((one) => one.slice()),
  );
  writeFileSync(path, Buffer.concat([...pieces, ...writer.finish()]));
  return path;
}

const names = Object.keys(contents);
const expected = (name: string): Value[] =>
  Array.from({ length: rows * 2 - 3 }, (_, row) => contents[name]?.make(row) ?? null);

/** The columns of a table as DuckDB reads them, in the order of `wanted`. */
async function readColumns(from: string, wanted: readonly string[] = names): Promise<Value[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const isText = from.startsWith('read_csv');
  const selected = wanted.map((name) => (name.endsWith('bytes') && !isText ? `lower(hex("${name}"))` : `"${name}"`));
  try {
    const answer = await connection.runAndReadAll(
      `select ${selected.join(', ')} from ${from} order by _record::ubigint`,
    );
    return answer.getColumns() as Value[][];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe('tables read back by other programs', () => {
  test('Parquet', async () => {
    const path = write('table.parquet', (fields) => new ParquetTableWriter(fields));
    const columns = await readColumns(`'${path}'`);
    for (const [index, name] of names.entries()) expect(columns[index], name).toEqual(expected(name));
  });

  test('Parquet: the bounds that let a reader skip rows leave out nothing', async () => {
    const path = write('bounds.parquet', (fields) => new ParquetTableWriter(fields));
    for (const name of ['many wide', 'signed wide', 'int8', 'uint32', 'float64', 'sometimes null']) {
      const values = expected(name).filter((one) => one !== null);
      const wanted = [values.reduce((a, b) => (b < a ? b : a)), values.reduce((a, b) => (b > a ? b : a))];
      for (const value of wanted) {
        const [found] = await readColumns(`(select * from '${path}' where "${name}" = ${String(value)})`, [name]);
        expect(found, name).toContain(value);
      }
    }
  });

  test('CSV', async () => {
    const path = write('table.csv', (fields) => new CsvWriter(fields));
    const from = `read_csv('${path}', all_varchar=true, header=true)`;
    const columns = await readColumns(from);
    for (const [index, name] of names.entries()) {
      const texts = expected(name).map((value) => (value === null ? null : String(value)));
      expect(columns[index], name).toEqual(texts);
    }
    const lines = readFileSync(path, 'utf8');
    expect(
      lines.startsWith(`${names.join(',')}\n0,4294967291,0,18446744073709551615,0,-9223372036854775808,0,-128,`),
    ).toBe(true);
  });

  test('Arrow', () => {
    const path = write('table.arrow', (fields) => new ArrowWriter(fields));
    const table = tableFromIPC(readFileSync(path), { useBigInt: true });
    for (const name of names) {
      const found = [...(table.getChild(name) as Iterable<Value | Uint8Array>)];
      const values = found.map((one) => (one instanceof Uint8Array ? Buffer.from(one).toString('hex') : one));
      expect(values, name).toEqual(expected(name));
    }
  });
});
