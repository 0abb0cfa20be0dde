/** Columns as CSV (RFC 4180): numbers in decimal, bytes in hexadecimal, nothing for null. */

import type { TableColumn, TableField, TableWriter } from '../codec/record-table.ts';

/** Quoted where a comma, a quote or a line end would break the row. */
function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

type Cell = (row: number) => string;

function cellsOf(column: TableColumn): Cell {
  if (column.type === 'text') {
    const { values } = column;
    return (row) => cell(values[row] ?? '');
  }
  const { values, valid, sizeBytes } = column;
  const plain: Cell =
    sizeBytes === undefined
      ? (row) => String(values[row])
      : (row) => Buffer.from(values.buffer, values.byteOffset + row * sizeBytes, sizeBytes).toString('hex');
  return valid === undefined ? plain : (row) => (valid[row] === 1 ? plain(row) : '');
}

export class CsvWriter implements TableWriter {
  readonly preferredRows = 16_384;
  #header: string;

  constructor(fields: readonly TableField[]) {
    this.#header = `${fields.map(({ name }) => cell(name)).join(',')}\n`;
  }

  write(columns: readonly TableColumn[], rows: number): readonly Uint8Array[] {
    const cells = columns.map(cellsOf);
    const lines: string[] = [this.#header];
    this.#header = '';
    for (let row = 0; row < rows; row++) {
      let line = '';
      for (const [index, text] of cells.entries()) line += index === 0 ? text(row) : `,${text(row)}`;
      lines.push(line, '\n');
    }
    return [Buffer.from(lines.join(''))];
  }

  finish(): readonly Uint8Array[] {
    return this.#header === '' ? [] : [Buffer.from(this.#header)];
  }
}
