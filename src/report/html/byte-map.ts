/**
 * A record as a map of bytes: rows of eight, each cut into cells of bytes that belong to the same fields.
 *
 * Both sides are cut into the same rows, so that byte 16 of the old record stands beside byte 16 of the new one. Members of a
 * union, and bit-fields of one byte, share a cell. Rows in which nothing changed and nothing around them did are left out.
 */

import type { RecordPair } from '../../diff/changes.ts';
import type { FieldNode, PlacedRecord } from '../../diff/placed.ts';

export const ROW_BYTES = 8;

/** What became of a cell's bytes. `beyond`: the record has ended. */
export type CellState = 'same' | 'changed' | 'added' | 'removed' | 'hole' | 'beyond';

export interface Cell {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly state: CellState;
  readonly fields: readonly FieldNode[];
  /** Whether the fields began in an earlier row or cell. */
  readonly isContinued: boolean;
}

export interface ByteRow {
  readonly kind: 'row';
  readonly offsetBytes: number;
  readonly old: readonly Cell[];
  readonly new: readonly Cell[];
}

export interface SkippedRows {
  readonly kind: 'skipped';
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** No drawing gets longer than this many rows. */
const MAX_ROWS = 96;

export function mapBytes(pair: RecordPair): (ByteRow | SkippedRows)[] {
  const total = Math.max(pair.old.layout.sizeBytes, pair.new.layout.sizeBytes);
  const cutOld = cutter(pair.old, (node) => stateOf(node, pair.matches.get(node), 'removed'));
  const cutNew = cutter(pair.new, (node) => stateOf(node, pair.reverse.get(node), 'added'));
  const rows: ByteRow[] = [];
  for (let at = 0; at < total; at += ROW_BYTES) {
    rows.push({ kind: 'row', offsetBytes: at, old: cutOld(at), new: cutNew(at) });
  }
  return leaveOut(rows);
}

/** The counterpart's place decides; what is inside a record that moved has moved as well, for bytes are what is drawn. */
function stateOf(node: FieldNode, other: FieldNode | undefined, alone: 'added' | 'removed'): CellState {
  if (other === undefined) return alone;
  return node.offsetBits === other.offsetBits && node.sizeBits === other.sizeBits ? 'same' : 'changed';
}

function cutter(record: PlacedRecord, state: (node: FieldNode) => CellState): (from: number) => Cell[] {
  const leaves = record.nodes.filter((node) => node.isLeaf && node.sizeBits > 0 && !node.path.includes('[]'));
  const arrays = record.nodes.filter((node) => !node.isLeaf && node.record === undefined && node.sizeBits > 0);
  const drawn = [...leaves, ...arrays];
  const total = record.layout.sizeBytes;
  const at = (byte: number): FieldNode[] =>
    drawn.filter((node) => node.offsetBits < (byte + 1) * 8 && node.offsetBits + node.sizeBits > byte * 8);
  return (from) => {
    const cells: Cell[] = [];
    let start = from;
    while (start < from + ROW_BYTES) {
      const fields = at(start);
      let end = start + 1;
      while (end < from + ROW_BYTES && isSameCell(fields, at(end)) && start < total === end < total) end++;
      cells.push({
        offsetBytes: start,
        sizeBytes: end - start,
        state: start >= total ? 'beyond' : fields.length === 0 ? 'hole' : worst(fields.map(state)),
        fields,
        isContinued: fields.length > 0 && fields.every((node) => node.offsetBits < start * 8),
      });
      start = end;
    }
    return cells;
  };
}

function isSameCell(a: readonly FieldNode[], b: readonly FieldNode[]): boolean {
  return a.length === b.length && a.every((node, index) => node === b[index]);
}

function worst(states: readonly CellState[]): CellState {
  return (['removed', 'added', 'changed'] as const).find((state) => states.includes(state)) ?? 'same';
}

/** Keeps the first row, rows with a change and the row on either side of them. */
function leaveOut(rows: readonly ByteRow[]): (ByteRow | SkippedRows)[] {
  const isChanged = (row: ByteRow | undefined): boolean => {
    if (row === undefined) return false;
    const shape = (cells: readonly Cell[]): string =>
      cells
        .map((cell) => `${String(cell.sizeBytes)}${cell.state === 'hole' || cell.state === 'beyond' ? cell.state : ''}`)
        .join();
    return (
      [...row.old, ...row.new].some(
        (cell) => cell.state !== 'same' && cell.state !== 'hole' && cell.state !== 'beyond',
      ) || shape(row.old) !== shape(row.new)
    );
  };
  const kept: (ByteRow | SkippedRows)[] = [];
  let skipped: SkippedRows | undefined;
  let count = 0;
  for (const [index, row] of rows.entries()) {
    const isShown = index === 0 || [rows[index - 1], row, rows[index + 1]].some(isChanged) || rows.length <= 16;
    if (isShown && count < MAX_ROWS) {
      if (skipped !== undefined) kept.push(skipped);
      skipped = undefined;
      kept.push(row);
      count++;
    } else {
      const { offsetBytes = row.offsetBytes, sizeBytes = 0 } = skipped ?? {};
      skipped = { kind: 'skipped', offsetBytes, sizeBytes: sizeBytes + ROW_BYTES };
    }
  }
  if (skipped !== undefined) kept.push(skipped);
  return kept;
}
