/** The fields of a record on both sides, one row each, in the order of their bytes. */

import type { RecordPair } from '../diff/changes.ts';
import type { FieldNode } from '../diff/placed.ts';

export interface RecordRow {
  readonly old: FieldNode | undefined;
  readonly new: FieldNode | undefined;
  /** What happened to it; empty where nothing did. */
  readonly note: string;
}

export function recordRows(pair: RecordPair): RecordRow[] {
  const rows: RecordRow[] = [];
  for (const node of pair.new.nodes) {
    const old = pair.reverse.get(node);
    rows.push({ old, new: node, note: noteOf(old, node) });
  }
  for (const node of pair.old.nodes) {
    if (!pair.matches.has(node)) rows.push({ old: node, new: undefined, note: 'gone' });
  }
  const place = (row: RecordRow): number => row.new?.offsetBits ?? row.old?.offsetBits ?? 0;
  const depth = (row: RecordRow): number => (row.new ?? row.old)?.path.split('.').length ?? 0;
  return rows
    .map((row, index) => ({ row, index }))
    .sort(
      (a, b) =>
        place(a.row) - place(b.row) || (a.row.new === undefined ? depth(a.row) - depth(b.row) : 0) || a.index - b.index,
    )
    .map(({ row }) => row);
}

function noteOf(old: FieldNode | undefined, next: FieldNode): string {
  if (old === undefined) return 'new';
  const notes: string[] = [];
  if (old.path !== next.path) notes.push(`was ${old.path}`);
  if (old.offsetBits !== next.offsetBits) notes.push('moved');
  if (old.sizeBits > next.sizeBits) notes.push('shrank');
  if (old.sizeBits < next.sizeBits) notes.push('grew');
  return notes.join(', ');
}

/** Bytes, or `byte.bit`. */
export function placeText(bits: number): string {
  return bits % 8 === 0 ? String(bits / 8) : `${String(Math.floor(bits / 8))}.${String(bits % 8)}`;
}
