/**
 * The rows of a layout listing: fields at every depth with the holes between them, for one target or several.
 *
 * Targets whose layouts are equal share a column, so that a record which is the same everywhere has one, and what differs
 * between a 32-bit and a 64-bit program is seen at a glance.
 */

import { holesOf } from '../abi/field-paths.ts';
import type { FieldLayout, PlacedFields, RecordLayout } from '../abi/layout.ts';
import { spellDeclaration } from '../abi/spell.ts';
import type { Target } from '../abi/target.ts';

/** Where something is in one column. */
export interface Cell {
  readonly offsetBits: number;
  readonly sizeBits: number;
}

export interface LayoutRow {
  readonly kind: 'field' | 'hole' | 'tail';
  /** What tells rows of different columns to be the same. */
  readonly key: string;
  /** Records around it, anonymous ones included. */
  readonly depth: number;
  readonly text: string;
  readonly isBitField: boolean;
}

export interface LayoutColumn {
  readonly targets: readonly Target[];
  readonly layout: RecordLayout;
  readonly cells: ReadonlyMap<string, Cell>;
}

export interface LayoutTable {
  readonly rows: readonly LayoutRow[];
  readonly columns: readonly LayoutColumn[];
}

interface Listing {
  readonly rows: LayoutRow[];
  readonly cells: Map<string, Cell>;
}

/** Puts the layouts of a record on several targets side by side. */
export function tabulateLayouts(layouts: readonly RecordLayout[]): LayoutTable {
  const columns = new Map<string, { targets: Target[]; layout: RecordLayout; listing: Listing }>();
  for (const layout of layouts) {
    const { target } = layout;
    const listing: Listing = { rows: [], cells: new Map() };
    list(layout, '', 0, 0, listing);
    const signature = JSON.stringify([layout.sizeBytes, layout.alignBytes, listing.rows, [...listing.cells]]);
    const known = columns.get(signature);
    if (known === undefined) columns.set(signature, { targets: [target], layout, listing });
    else known.targets.push(target);
  }
  const found = [...columns.values()];
  return {
    rows: mergeRows(found.map(({ listing }) => listing.rows)),
    columns: found.map(({ targets, layout, listing }) => ({ targets, layout, cells: listing.cells })),
  };
}

function list(layout: PlacedFields, prefix: string, baseBits: number, depth: number, into: Listing): void {
  const holes = new Map(holesOf(layout).map((hole) => [hole.offsetBits + hole.sizeBits, hole]));
  let after = '';
  const addHole = (endBits: number, kind: 'hole' | 'tail'): void => {
    const hole = holes.get(endBits);
    if (hole?.kind !== kind) return;
    const key = `${kind} ${prefix} after ${after}`;
    into.rows.push({ kind, key, depth, text: kind === 'hole' ? '(hole)' : '(tail padding)', isBitField: false });
    into.cells.set(key, { offsetBits: baseBits + hole.offsetBits, sizeBits: hole.sizeBits });
  };
  layout.fields.forEach((field, index) => {
    addHole(field.offsetBits, 'hole');
    after = field.field.name ?? `#${index}`;
    listField(field, prefix + after, baseBits, depth, into);
  });
  addHole(layout.sizeBytes * 8, 'tail');
}

function listField(placed: FieldLayout, path: string, baseBits: number, depth: number, into: Listing): void {
  const { field, offsetBits, sizeBits, record } = placed;
  const key = `field ${path}`;
  const text = spellDeclaration(field.type, field.name, field.bitWidth);
  into.rows.push({ kind: 'field', key, depth, text, isBitField: field.bitWidth !== undefined });
  into.cells.set(key, { offsetBits: baseBits + offsetBits, sizeBits });
  // A record with a tag has a listing of its own; only what is declared in place is opened up.
  if (record !== undefined && record.record.tag === undefined && field.type.kind === 'record') {
    list(record, `${path}.`, baseBits + offsetBits, depth + 1, into);
  }
}

/** All rows in the order of the first column; what only later columns have comes behind what precedes it there. */
function mergeRows(listings: readonly (readonly LayoutRow[])[]): LayoutRow[] {
  const merged: LayoutRow[] = [];
  for (const rows of listings) {
    let at = 0;
    for (const row of rows) {
      const known = merged.findIndex(({ key }) => key === row.key);
      if (known === -1) merged.splice(at, 0, row);
      at = (known === -1 ? at : known) + 1;
    }
  }
  return merged;
}
