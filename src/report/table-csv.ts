/**
 * Columns as CSV (RFC 4180): numbers in decimal, bytes in hexadecimal, nothing for null.
 *
 * Rows are written straight into a buffer of bytes; a string for every cell would make the garbage collector the busiest part.
 */

import type { FilledColumn } from '../codec/column-batch.ts';
import type { TableColumn, TableField, TableWriter } from '../codec/record-table.ts';
import { ColumnTexts } from './column-texts.ts';
import { maxDigits, writeInt32, writeInt64, writeUint32, writeUint64 } from './decimal-digits.ts';

/** Quoted where a comma, a quote or a line end would break the row. */
function cell(text: string): Uint8Array {
  return Buffer.from(/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
}

/** Writes the cell of a row at `at` and returns where it ends. */
type Cell = (into: Uint8Array, at: number, row: number) => number;

interface Cells {
  readonly write: Cell;
  readonly maxBytes: number;
}

const comma = 0x2c;
const lineEnd = 0x0a;
const hexDigits = Buffer.from('0123456789abcdef');
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function put(into: Uint8Array, at: number, bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) into[at + i] = bytes[i] ?? 0;
  return at + bytes.length;
}

function plainCells({ type, values, sizeBytes }: FilledColumn): Cells {
  switch (type) {
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return { maxBytes: maxDigits, write: (into, at, row) => writeUint32(into, at, Number(values[row])) };
    case 'int8':
    case 'int16':
    case 'int32':
      return { maxBytes: maxDigits, write: (into, at, row) => writeInt32(into, at, Number(values[row])) };
    case 'uint64':
    case 'int64': {
      const halves = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
      const low = isLittleEndian ? 0 : 1;
      const write = type === 'uint64' ? writeUint64 : writeInt64;
      return {
        maxBytes: maxDigits,
        write: (into, at, row) => write(into, at, halves[row * 2 + low] ?? 0, halves[row * 2 + 1 - low] ?? 0),
      };
    }
    case 'float32':
    case 'float64':
      // The longest is -2.2250738585072014e-308.
      return { maxBytes: 32, write: (into, at, row) => put(into, at, Buffer.from(String(values[row]))) };
    case 'bytes': {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      const size = sizeBytes ?? 0;
      return {
        maxBytes: size * 2,
        write: (into, at, row) => {
          for (let i = 0; i < size; i++) {
            const byte = bytes[row * size + i] ?? 0;
            into[at + 2 * i] = hexDigits[byte >> 4] ?? 0;
            into[at + 2 * i + 1] = hexDigits[byte & 15] ?? 0;
          }
          return at + 2 * size;
        },
      };
    }
    default:
      return type satisfies never;
  }
}

function cellsOf(column: TableColumn, texts: ColumnTexts, rows: number): Cells {
  if (column.type === 'text') {
    const { codes } = column;
    const encoded = texts.of(column.texts, codes, rows);
    const maxBytes = encoded.reduce((longest, bytes) => Math.max(longest, bytes?.length ?? 0), 0);
    return {
      maxBytes,
      write: (into, at, row) => {
        const bytes = encoded[codes[row] ?? 0];
        return bytes === undefined ? at : put(into, at, bytes);
      },
    };
  }
  const { valid } = column;
  const plain = plainCells(column);
  if (valid === undefined) return plain;
  return { ...plain, write: (into, at, row) => (valid[row] === 1 ? plain.write(into, at, row) : at) };
}

export class CsvWriter implements TableWriter {
  readonly preferredRows = 16_384;
  readonly #texts: readonly ColumnTexts[];
  #header: Buffer;
  #buffer = new Uint8Array(1 << 20);

  constructor(fields: readonly TableField[]) {
    this.#texts = fields.map(() => new ColumnTexts(cell));
    this.#header = Buffer.from(`${fields.map(({ name }) => Buffer.from(cell(name)).toString()).join(',')}\n`);
  }

  write(columns: readonly TableColumn[], rows: number): readonly Uint8Array[] {
    const cells = columns.map((column, index) => cellsOf(column, this.#texts[index] ?? new ColumnTexts(cell), rows));
    const maxRowBytes = cells.reduce((sum, { maxBytes }) => sum + maxBytes + 1, 0);
    const pieces = [...this.finish()];
    this.#header = Buffer.alloc(0);
    let at = 0;
    for (let row = 0; row < rows; row++) {
      if (at + maxRowBytes > this.#buffer.length) {
        // What is written is given away, so the rest needs a buffer of its own.
        if (at > 0) pieces.push(this.#buffer.subarray(0, at));
        this.#buffer = new Uint8Array(Math.max(1 << 20, maxRowBytes));
        at = 0;
      }
      const into = this.#buffer;
      for (const { write } of cells) {
        at = write(into, at, row);
        into[at++] = comma;
      }
      // A row has at least the number of its record: the last comma becomes the line end.
      into[at - 1] = lineEnd;
    }
    pieces.push(this.#buffer.subarray(0, at));
    return pieces;
  }

  finish(): readonly Uint8Array[] {
    return this.#header.length === 0 ? [] : [this.#header];
  }
}
