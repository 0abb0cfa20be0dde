/**
 * The annotated hex dump: for every field its offset, its bytes, its path, type, value and meaning, one line each.
 *
 * Stable enough to compare with `diff`: no column depends on another line but through the width of the longest path, and
 * no byte of the input is left out, not even in holes and behind the record. Of a union that nothing selects from, the bytes
 * stand once, and below them, marked with `as`, every member's reading of them.
 */

import type { InspectedField, InspectedValue, Inspection, Note } from '../codec/inspection.ts';
import { counted, printable } from '../diagnostic.ts';
import { plainStyle, type Style } from './style.ts';

const bytesPerLine = 8;
const maxValueWidth = 24;
const maxTrailingBytes = 4096;
const maxReadingBytes = 64;

interface Row {
  readonly offset: string;
  readonly bytes: string;
  readonly path: string;
  readonly type: string;
  readonly value: string;
  readonly meaning: string;
}

/** The dump as lines, without the notes. */
export function renderHexdump(inspection: Inspection, bytes: Uint8Array, style: Style = plainStyle): string[] {
  const rows: Row[] = [];
  const { descriptor, fields } = inspection;
  if (descriptor.recordKind === 'union') {
    const sizeBits = descriptor.sizeBytes * 8;
    rows.push(
      ...alternativeRows({ path: '', type: descriptor.type, offsetBits: 0, sizeBits, children: fields }, bytes),
    );
  } else {
    for (const field of fields) for (const row of fieldRows(field, bytes)) rows.push(row);
  }
  if (inspection.trailingBytes > 0) for (const row of trailingRows(inspection, bytes)) rows.push(row);
  // A record with a long array has more rows than a call has room for arguments.
  const widest = (lengths: readonly number[]): number => lengths.reduce((most, length) => Math.max(most, length), 0);
  const width = (key: keyof Row): number => widest(rows.map((row) => row[key].length));
  const [byteWidth, pathWidth, typeWidth] = [width('bytes'), width('path'), width('type')];
  // One long value must not push the meanings of all the others out of sight.
  const valueWidth = widest(rows.map(({ value }) => value.length).filter((length) => length <= maxValueWidth));
  return rows.map((row) => {
    const isIdle = row.value === '' || row.value === 'all zero';
    const cells = [
      row.offset,
      row.bytes.padEnd(byteWidth),
      row.path.padEnd(pathWidth),
      row.type.padEnd(typeWidth),
      row.value.padEnd(valueWidth),
      row.meaning,
    ];
    // Blanks at the end are cut before the colours go around the cells.
    while (cells.length > 1 && cells.at(-1)?.trim() === '') cells.pop();
    cells[cells.length - 1] = cells.at(-1)?.trimEnd() ?? '';
    const [offset = '', hexCell, path, type, value, meaning] = cells;
    const paint = (text: string | undefined, colour: (text: string) => string): string[] =>
      text === undefined ? [] : [colour(text)];
    return [
      style.dim(offset),
      ...paint(hexCell, isIdle ? style.dim : (text) => text),
      ...paint(path, isIdle ? style.dim : style.bold),
      ...paint(type, style.dim),
      ...paint(value, isIdle ? style.dim : style.yellow),
      ...paint(meaning, style.green),
    ].join('  ');
  });
}

/** What stands behind the record; of very much of it the beginning is enough. */
function trailingRows({ sizeBytes }: Inspection, bytes: Uint8Array): Row[] {
  const end = Math.min(bytes.length, sizeBytes + maxTrailingBytes);
  const cells = { path: '(behind the record)', type: '', value: '', meaning: '' };
  const rows = byteRows(bytes, sizeBytes, end, cells);
  const rest = bytes.length - end;
  if (rest > 0) rows.push({ ...cells, offset: hexOffset(end), bytes: `… ${counted(rest, 'byte')} more`, path: '' });
  return rows;
}

type Alternatives = Pick<InspectedField, 'path' | 'type' | 'offsetBits' | 'sizeBits' | 'children'>;

function fieldRows(field: InspectedField, bytes: Uint8Array): Row[] {
  if (field.isAlternatives === true) return alternativeRows(field, bytes);
  if (field.kind === 'group') return field.children.flatMap((child) => fieldRows(child, bytes));
  return rowsOf(field, bytes);
}

/** A reading stands without its bytes, so an array of bytes is written out as a value. */
function readingRows(field: InspectedField, bytes: Uint8Array): Row[] {
  if (field.kind === 'group') {
    return field.isAlternatives === true
      ? alternativeRows(field, bytes)
      : field.children.flatMap((child) => readingRows(child, bytes));
  }
  const rows = rowsOf(field, bytes).filter((row) => row.path !== '');
  if (!(field.value instanceof Uint8Array) || field.value.length > maxReadingBytes) return rows;
  const text = Array.from(field.value, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return rows.map((row) => ({ ...row, value: row.value === '' ? text : row.value }));
}

/** The bytes of a union once, then one line for each value that a member makes of them. */
function alternativeRows({ path, type, offsetBits, sizeBits, children }: Alternatives, bytes: Uint8Array): Row[] {
  const start = Math.floor(offsetBits / 8);
  const end = Math.min(bytes.length, Math.ceil((offsetBits + sizeBits) / 8));
  // A member that is only there to fix the size says nothing about the bytes.
  const members = children.filter(({ kind, role }) => (kind === 'value' || kind === 'group') && role === undefined);
  const cells = {
    path: printable(path === '' ? '(union)' : path),
    type: printable(type),
    value: '',
    meaning: members.length > 1 ? `one of ${String(members.length)} readings:` : '',
  };
  const whole = start >= end ? [{ offset: hexOffset(start), bytes: '', ...cells }] : byteRows(bytes, start, end, cells);
  const readings = members.flatMap((member) =>
    readingRows(member, bytes)
      .filter((row) => row.path !== '')
      .map((row) => ({ ...row, bytes: '', path: `  as ${row.path}` })),
  );
  return [...whole, ...readings];
}

/** Notes as lines: severity, offset, message. */
export function renderNotes(notes: readonly Note[], style: Style = plainStyle): string[] {
  const colours = { error: style.red, warning: style.yellow, info: style.dim };
  return notes.map(({ severity, offsetBytes, message, path }) => {
    const place = path === null && offsetBytes === 0 ? '' : `${hexOffset(offsetBytes)}: `;
    return `${colours[severity](`${severity}:`)} ${printable(`${place}${message}`)}`;
  });
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
  return arrayText(value.map(oneValue));
}

/** Elements of an array, equal neighbours counted: `[0x7, 0x0 × 15]`. */
export function arrayText(items: readonly string[]): string {
  const runs: string[] = [];
  for (let at = 0; at < items.length;) {
    let end = at;
    while (end < items.length && items[end] === items[at]) end += 1;
    const length = end - at;
    if (length > 2) runs.push(`${items[at] ?? ''} × ${String(length)}`);
    else runs.push(...items.slice(at, end));
    at = end;
  }
  return `[${runs.join(', ')}]`;
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
