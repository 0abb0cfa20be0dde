/**
 * A layout, flattened: every named field at every depth, and every byte that no field covers.
 */

import type { FieldPath, Hole, PlacedFields } from './layout.ts';

/** Every named field at every depth, outer before inner, offsets counted from the outermost record. */
export function fieldPathsOf(layout: PlacedFields): readonly FieldPath[] {
  const paths: FieldPath[] = [];
  collectPaths(layout, '', 0, 0, paths);
  return paths;
}

function collectPaths(layout: PlacedFields, prefix: string, baseBits: number, depth: number, into: FieldPath[]): void {
  for (const { field, offsetBits, sizeBits, record } of layout.fields) {
    const start = baseBits + offsetBits;
    if (field.name === undefined) {
      if (record !== undefined) collectPaths(record, prefix, start, depth, into);
      continue;
    }
    const path = prefix + field.name;
    into.push({ path, offsetBits: start, sizeBits, type: field.type, field, depth });
    if (record !== undefined) collectPaths(record, `${path}.`, start, depth + 1, into);
  }
}

/**
 * The bits of a record that none of its direct fields covers: holes between fields and the padding at the end.
 * For a union only the padding after its largest member counts.
 */
export function holesOf(layout: PlacedFields): readonly Hole[] {
  const holes: Hole[] = [];
  let endBits = 0;
  const isUnion = layout.record.recordKind === 'union';
  for (const { offsetBits, sizeBits } of layout.fields) {
    if (!isUnion && offsetBits > endBits) {
      holes.push({ kind: 'hole', offsetBits: endBits, sizeBits: offsetBits - endBits });
    }
    endBits = Math.max(endBits, offsetBits + sizeBits);
  }
  const tailBits = layout.sizeBytes * 8 - endBits;
  if (tailBits > 0) holes.push({ kind: 'tail', offsetBits: endBits, sizeBits: tailBits });
  return holes;
}
