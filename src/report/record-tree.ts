/**
 * A decoded record as a tree: what holds what, with values and what they mean. Offsets and bytes are left to the hex dump, and so are
 * holes and unused bytes that are zero.
 */

import type { InspectedField, InspectedValue, Inspection } from '../codec/inspection.ts';
import { counted, printable } from '../diagnostic.ts';
import { arrayText } from './hexdump.ts';
import { plainStyle, type Style } from './style.ts';

const maxShownBytes = 32;

/** Lines; `bytes` are those that were inspected. */
export function renderTree(inspection: Inspection, bytes: Uint8Array, style: Style = plainStyle): string[] {
  const lines: string[] = [];
  addBranches(lines, inspection.fields, '', '', bytes, style);
  if (inspection.trailingBytes > 0) {
    lines.push(`   (behind the record): ${bytesText(bytes.subarray(inspection.sizeBytes))}`);
  }
  return lines;
}

function addBranches(
  lines: string[],
  fields: readonly InspectedField[],
  parent: string,
  indent: string,
  bytes: Uint8Array,
  style: Style,
): void {
  const shown = fields.filter((field) => isShown(field, bytes));
  for (const [index, field] of shown.entries()) {
    const isLast = index === shown.length - 1;
    lines.push(`${style.dim(`${indent}${isLast ? '└─ ' : '├─ '}`)}${lineOf(field, parent, bytes, style)}`);
    if (field.kind === 'group') {
      addBranches(lines, field.children, field.path, `${indent}${isLast ? '   ' : '│  '}`, bytes, style);
    }
  }
}

function isShown(field: InspectedField, bytes: Uint8Array): boolean {
  return field.kind === 'value' || field.kind === 'group' || rawBytes(field, bytes).some((byte) => byte !== 0);
}

function lineOf(field: InspectedField, parent: string, bytes: Uint8Array, style: Style): string {
  const { kind, path, type, value, meaning, isAlternatives, children } = field;
  const name = path.startsWith(parent) ? path.slice(parent.length).replace(/^\./, '') : path;
  switch (kind) {
    case 'group': {
      const readings = isAlternatives === true ? `, one of ${counted(children.length, 'reading', 'readings')}` : '';
      const label = name === '' ? '(union)' : style.bold(printable(name));
      return `${label} ${style.dim(printable(type) + readings)}`;
    }
    case 'value': {
      const text = value === undefined ? '(missing)' : valueText(value);
      const said = meaning === undefined ? '' : style.green(printable(` — ${meaning}`));
      return `${style.bold(printable(name))} ${style.dim(printable(type))} = ${style.yellow(text)}${said}`;
    }
    case 'hole':
    case 'tail':
      return style.dim(`(${kind === 'hole' ? 'hole' : 'tail padding'}): ${bytesText(rawBytes(field, bytes))}`);
    case 'rest': {
      const label = type === 'raw bytes' ? '(raw)' : '(unused by the arm)';
      return style.dim(`${label}: ${bytesText(rawBytes(field, bytes))}`);
    }
    default:
      return kind satisfies never;
  }
}

function rawBytes({ offsetBits, sizeBits }: InspectedField, bytes: Uint8Array): Uint8Array {
  return bytes.subarray(Math.ceil(offsetBits / 8), Math.max(Math.ceil(offsetBits / 8), (offsetBits + sizeBits) >> 3));
}

function valueText(value: InspectedValue): string {
  if (typeof value === 'bigint') return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
  if (typeof value === 'number') return String(value);
  return value instanceof Uint8Array ? bytesText(value) : arrayText(value.map(valueText));
}

function bytesText(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'empty';
  if (bytes.every((byte) => byte === bytes[0]) && bytes.length > 2) {
    return `${(bytes[0] ?? 0).toString(16).padStart(2, '0')} × ${String(bytes.length)}`;
  }
  const shown = Array.from(bytes.subarray(0, maxShownBytes), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return bytes.length > maxShownBytes ? `${shown} … (${counted(bytes.length, 'byte')})` : shown;
}
