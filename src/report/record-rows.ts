/** The fields of a record on both sides, one row each, in the order of the new declaration: an arm of a union stays together. */

import type { RecordPair } from '../diff/changes.ts';
import type { FieldNode } from '../diff/placed.ts';

export interface RecordRow {
  readonly old: FieldNode | undefined;
  readonly new: FieldNode | undefined;
  /** What happened to it; empty where nothing did. */
  readonly note: string;
}

export function recordRows(pair: RecordPair): RecordRow[] {
  // What is gone stands behind what was in front of it.
  const goneBehind = new Map<FieldNode | undefined, FieldNode>();
  let before: FieldNode | undefined;
  for (const node of pair.old.nodes) {
    if (!pair.matches.has(node)) goneBehind.set(before, node);
    before = node;
  }
  const rows: RecordRow[] = [];
  const addGoneBehind = (node: FieldNode | undefined): void => {
    for (let gone = goneBehind.get(node); gone !== undefined; gone = goneBehind.get(gone)) {
      rows.push({ old: gone, new: undefined, note: 'gone' });
    }
  };
  addGoneBehind(undefined);
  for (const node of pair.new.nodes) {
    const old = pair.reverse.get(node);
    rows.push({ old, new: node, note: noteOf(old, node) });
    if (old !== undefined) addGoneBehind(old);
  }
  return rows;
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
