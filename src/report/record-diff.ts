/**
 * Two buffers of one record side by side, as text: the fields that differ, then the rows of bytes that do.
 *
 * Only what changed is shown. In the right-hand column of the dump, bytes that are as on the left are dots, so that the eye finds
 * the others.
 */

import type { ComparedBuffer, FieldChange, FieldSide, InspectionComparison } from '../codec/compare-inspections.ts';
import type { JsonValue } from '../codec/decode-json.ts';
import { counted, printable } from '../diagnostic.ts';
import { arrayText, renderNotes } from './hexdump.ts';
import { plainStyle, type Style } from './style.ts';

const bytesPerRow = 8;

/** The comparison as lines. */
export function renderRecordDiff(
  comparison: InspectionComparison,
  before: ComparedBuffer,
  after: ComparedBuffer,
  style: Style = plainStyle,
): string[] {
  const { fields, changedBytes, goneNotes, newNotes } = comparison;
  if (changedBytes === 0) return ['No byte differs.'];
  const lines = [
    `${counted(changedBytes, 'byte')} ${changedBytes === 1 ? 'differs' : 'differ'}, in ${counted(fields.length, 'field')}.`,
  ];
  const width = (text: (change: FieldChange) => string): number =>
    Math.max(0, ...fields.map((change) => text(change).length));
  const pathWidth = Math.min(
    48,
    width(({ path }) => printable(path)),
  );
  const typeWidth = Math.min(
    24,
    width(({ type }) => printable(type)),
  );
  for (const change of fields) {
    const place = change.offsetBytes.toString(16).padStart(4, '0');
    const path = printable(change.path).padEnd(pathWidth);
    const type = printable(change.type).padEnd(typeWidth);
    lines.push(
      `${style.dim(place)}  ${style.bold(path)}  ${style.dim(type)}  ${style.red(sideText(change.old))} → ${style.green(sideText(change.new))}`,
    );
  }
  lines.push('', ...rows(before.bytes, after.bytes, style));
  lines.push(...section('No longer', goneNotes), ...section('New', newNotes));
  return lines;
}

function section(title: string, notes: InspectionComparison['goneNotes']): string[] {
  return notes.length === 0 ? [] : ['', `${title}:`, ...renderNotes(notes).map((line) => `  ${line}`)];
}

function sideText(side: FieldSide | null): string {
  if (side === null) return '(not in use)';
  const { value, meaning } = side;
  const text = value === null ? '(missing)' : valueText(value);
  return printable(meaning === null || meaning === '' ? text : `${text} (${meaning})`);
}

function valueText(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'object') return arrayText(value.map(valueText));
  const text = String(value);
  return text.length > 64 ? `${text.slice(0, 64)}…` : text;
}

function rows(before: Uint8Array, after: Uint8Array, style: Style): string[] {
  const lines: string[] = [];
  const end = Math.max(before.length, after.length);
  const cells = (bytes: Uint8Array, other: Uint8Array, start: number, isRight: boolean): string =>
    Array.from({ length: bytesPerRow }, (_, i) => {
      const byte = bytes[start + i];
      if (byte === undefined) return '  ';
      const text = byte.toString(16).padStart(2, '0');
      if (byte !== other[start + i]) return isRight ? style.green(text) : style.red(text);
      return isRight ? style.dim('··') : style.dim(text);
    }).join(' ');
  for (let start = 0; start < end; start += bytesPerRow) {
    const differs = Array.from({ length: bytesPerRow }, (_, i) => before[start + i] !== after[start + i]).some(Boolean);
    if (!differs) continue;
    const offset = style.dim(start.toString(16).padStart(4, '0'));
    lines.push(`${offset}  ${cells(before, after, start, false)}  │  ${cells(after, before, start, true)}`.trimEnd());
  }
  return lines;
}
