/**
 * A layout for people: pahole's columns, for one target or several side by side.
 *
 * Offsets and sizes are in bytes; a bit-field has `byte:bit` and its width in bits, bit 0 being the first one the target
 * allocates. A later column shows only what differs from the first.
 */

import { holesOf } from '../abi/field-paths.ts';
import { targets as allTargets } from '../abi/target.ts';
import { printable } from '../diagnostic.ts';
import type { Cell, LayoutColumn, LayoutRow, LayoutTable } from './layout-rows.ts';

export interface LayoutHeading {
  readonly name: string;
  readonly header: string;
  readonly line: number | undefined;
}

const cellWidth = 9;

/** The listing of one record, ending in a newline. */
export function renderLayoutText(heading: LayoutHeading, table: LayoutTable): string {
  const { rows, columns } = table;
  const [first, ...others] = columns;
  const place = heading.line === undefined ? heading.header : `${heading.header}:${heading.line}`;
  const number = (index: number): string => (others.length === 0 ? '' : `[${index + 1}] `);
  const labels = rows.map(({ depth, text }) => `${'  '.repeat(depth + 1)}${text}`);
  const width = Math.max(24, ...labels.map((label) => label.length)) + 2;
  const lines = [
    `${heading.name}  (${place})`,
    ...columns.map(({ targets }, index) => `  ${number(index)}${nameTargets(targets.map(({ name }) => name))}`),
    ''.padEnd(width) +
      columns.map((_, index) => `${number(index)}offset`.padStart(cellWidth) + 'size'.padStart(cellWidth)).join('  '),
    ...rows.map((row, index) => {
      const cell = first?.cells.get(row.key);
      const cells = [renderCell(row, cell), ...others.map((column) => renderDifference(row, cell, column))];
      return `${(labels[index] ?? '').padEnd(width)}${cells.join('  ')}`.trimEnd();
    }),
    ...columns.map((column, index) => `  ${number(index)}${summarize(column)}`),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

function nameTargets(names: readonly string[]): string {
  return names.length === allTargets.length ? 'every target' : names.join(', ');
}

function renderDifference(row: LayoutRow, first: Cell | undefined, column: LayoutColumn): string {
  const cell = column.cells.get(row.key);
  const isSame = cell?.offsetBits === first?.offsetBits && cell?.sizeBits === first?.sizeBits;
  return isSame ? ' '.repeat(2 * cellWidth) : renderCell(row, cell);
}

function renderCell(row: LayoutRow, cell: Cell | undefined): string {
  if (cell === undefined) return '-'.padStart(cellWidth) + '-'.padStart(cellWidth);
  const { offsetBits, sizeBits } = cell;
  const isInBits = row.isBitField || offsetBits % 8 !== 0 || sizeBits % 8 !== 0;
  const offset = isInBits ? `${Math.floor(offsetBits / 8)}:${offsetBits % 8}` : String(offsetBits / 8);
  const size = isInBits ? count(sizeBits, 'bit') : String(sizeBits / 8);
  return offset.padStart(cellWidth) + size.padStart(cellWidth);
}

function summarize({ layout }: LayoutColumn): string {
  const holes = holesOf(layout);
  const inner = holes.filter(({ kind }) => kind === 'hole');
  const innerBits = inner.reduce((total, { sizeBits }) => total + sizeBits, 0);
  const tail = holes.find(({ kind }) => kind === 'tail');
  return [
    `size ${layout.sizeBytes}`,
    `align ${layout.alignBytes}`,
    count(layout.fields.length, 'field'),
    ...(inner.length === 0 ? [] : [`${count(inner.length, 'hole')} of ${amount(innerBits)} in all`]),
    ...(tail === undefined ? [] : [`${amount(tail.sizeBits)} of tail padding`]),
  ].join(', ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function amount(bits: number): string {
  return bits % 8 === 0 ? count(bits / 8, 'byte') : count(bits, 'bit');
}
