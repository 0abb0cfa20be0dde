/**
 * What writers of Arrow, Parquet and CSV files are given: a schema, then batches of columns.
 *
 * The arrays belong to whoever fills them and are filled again for the next batch, so a writer turns each batch into bytes at
 * once and keeps none of it.
 */

import type { FilledColumn } from './column-batch.ts';
import type { ColumnType } from './column-plan.ts';

export interface TextColumn {
  readonly path: string;
  readonly type: 'text';
  /** For each row its number in `texts`; 0 where there is nothing to say. At least as many as the batch has rows. */
  readonly codes: Uint32Array;
  /** Few, as a column of text repeats itself. The first is never used; the same array only grows from batch to batch. */
  readonly texts: readonly string[];
}

export type TableColumn = FilledColumn | TextColumn;

export interface TableField {
  readonly name: string;
  readonly type: ColumnType | 'text';
  readonly isNullable: boolean;
  readonly sizeBytes?: number;
}

/** Turns a table into a file, piece by piece. */
export interface TableWriter {
  /** Rows that make a good batch for the format, at most. */
  readonly preferredRows: number;
  /** The bytes to append for the first `rows` rows of the columns, which are in the order of the schema. */
  readonly write: (columns: readonly TableColumn[], rows: number) => readonly Uint8Array[];
  /** The bytes that end the file. */
  readonly finish: () => readonly Uint8Array[];
}

/** The schema of columns; two columns of one name get different ones, since most readers refuse that. */
export function fieldsOf(columns: readonly TableColumn[]): TableField[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    let name = column.path === '' ? '_' : column.path;
    // Readers like DuckDB compare names without regard to case.
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${column.path}_${String(i)}`;
    taken.add(name.toLowerCase());
    if (column.type === 'text') return { name, type: 'text', isNullable: true };
    return {
      name,
      type: column.type,
      isNullable: column.valid !== undefined,
      ...(column.sizeBytes === undefined ? {} : { sizeBytes: column.sizeBytes }),
    };
  });
}
