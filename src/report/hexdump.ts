/**
 * The annotated hex dump: for every field its offset, its bytes, its path, type, value and meaning, one line each.
 *
 * Stable enough to compare with `diff`: no column depends on another line but through the width of the longest path, and
 * no byte of the input is left out, not even in holes and behind the record. Members of a union that nothing selects from
 * overlap; they are shown with the same offsets.
 */

import type { InspectedField, InspectedValue, Inspection, Note } from '../codec/inspect.ts';
import { printable } from '../diagnostic.ts';

const bytesPerLine = 8;

interface Row {
  readonly offset: string;
  readonly bytes: string;
  readonly path: string;
  readonly type: string;
  readonly value: string;
  readonly meaning: string;
}

/** The dump as lines, without the notes. */
export function renderHexdump(inspection: Inspection, bytes: Uint8Array): string[] {
  const rows: Row[] = [];
  for (const field of leavesOf(inspection.fields)) rows.push(...rowsOf(field, bytes));
  if (inspection.trailingBytes > 0) {
    rows.push(
      ...byteRows(bytes, inspection.sizeBytes, bytes.length, {
        path: '(behind the record)',
        type: '',
        value: '',
        meaning: '',
      }),
    );
  }
  const width = (key: keyof Row): number => Math.max(0, ...rows.map((row) => row[key].length));
  const [byteWidth, pathWidth, typeWidth, valueWidth] = [width('bytes'), width('path'), width('type'), width('value')];
  return rows.map((row) =>
    [
      row.offset,
      row.bytes.padEnd(byteWidth),
      row.path.padEnd(pathWidth),
      row.type.padEnd(typeWidth),
      row.value.padEnd(valueWidth),
      row.meaning,
    ]
      .join('  ')
      .trimEnd(),
  );
}

/** Notes as lines: severity, offset, message. */
export function renderNotes(notes: readonly Note[]): string[] {
  return notes.map(({ severity, offsetBytes, message, path }) => {
    const place = path === null && offsetBytes === 0 ? '' : `${hexOffset(offsetBytes)}: `;
    return printable(`${severity}: ${place}${message}`);
  });
}

/** The fields that have bytes of their own, in the order they lie. */
export function leavesOf(fields: readonly InspectedField[]): InspectedField[] {
  return fields.flatMap((field) => (field.kind === 'group' ? leavesOf(field.children) : [field]));
}

function hexOffset(offset: number): string {
  return offset.toString(16).padStart(4, '0');
}

function rowsOf(field: InspectedField, bytes: Uint8Array): Row[] {
  const start = Math.floor(field.offsetBits / 8);
  const end = Math.min(bytes.length, Math.ceil((field.offsetBits + field.sizeBits) / 8));
  const isWhole = field.offsetBits % 8 === 0 && field.sizeBits % 8 === 0;
  const bits = isWhole ? '' : ` (bit ${String(field.offsetBits % 8)})`;
  const cells = {
    path: printable(pathOf(field)) + bits,
    type: printable(field.type),
    value: valueText(field, end < Math.ceil((field.offsetBits + field.sizeBits) / 8)),
    meaning: printable(field.meaning ?? ''),
  };
  if (start >= end) return field.sizeBits === 0 ? [] : [{ offset: hexOffset(start), bytes: '', ...cells }];
  return byteRows(bytes, start, end, cells);
}

function pathOf(field: InspectedField): string {
  switch (field.kind) {
    case 'hole':
      return '(hole)';
    case 'tail':
      return '(tail padding)';
    case 'rest':
      return field.type === 'raw bytes' ? `${field.path === '' ? 'union' : field.path} (raw)` : '(unused by the arm)';
    case 'value':
    case 'group':
      return field.path;
    default:
      return field.kind satisfies never;
  }
}

function valueText(field: InspectedField, isCut: boolean): string {
  if (field.kind !== 'value') return '';
  if (field.value === undefined) return '(missing)';
  const isEmpty = typeof field.value === 'object' && field.value.length === 0;
  if (isEmpty) return isCut ? '(missing)' : 'empty';
  const text = oneValue(field.value);
  return isCut ? `${text} (cut)` : text;
}

function oneValue(value: InspectedValue): string {
  if (typeof value === 'bigint') return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
  if (typeof value === 'number') return String(value);
  if (value instanceof Uint8Array) return value.every((byte) => byte === 0) ? 'all zero' : '';
  if (value.every((item) => item === 0n)) return 'all zero';
  return `[${value.map(oneValue).join(', ')}]`;
}

/** Lines of eight bytes; only the first carries the words. Where one byte fills many lines, it is counted and not printed. */
function byteRows(bytes: Uint8Array, start: number, end: number, cells: Omit<Row, 'offset' | 'bytes'>): Row[] {
  const rows: Row[] = [];
  const blank = { path: '', type: '', value: '', meaning: '' };
  for (let at = start; at < end; at += bytesPerLine) {
    const part = bytes.subarray(at, Math.min(end, at + bytesPerLine));
    const text = Array.from(part, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const run = at === start ? 0 : runOf(bytes, at, end);
    if (run > bytesPerLine * 2) {
      rows.push({
        offset: hexOffset(at),
        bytes: `${(bytes[at] ?? 0).toString(16).padStart(2, '0')} × ${String(run)}`,
        ...blank,
      });
      at += run - bytesPerLine;
      continue;
    }
    rows.push({ offset: hexOffset(at), bytes: text, ...(at === start ? cells : blank) });
  }
  return rows;
}

/** Number of bytes, in whole lines, from here on that are all the same. */
function runOf(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] === bytes[start]) at += 1;
  return Math.floor((at - start) / bytesPerLine) * bytesPerLine;
}
