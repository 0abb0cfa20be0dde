/**
 * Two buffers of one record, compared by field: before and after a KVM_RUN, what GET returned against what SET was given.
 *
 * Fields are matched by path. Where a discriminant differs, each side has fields that the other has not; they are listed with
 * the other side missing. Bytes that belong to no field (holes, what lies behind a union's arm, behind the record) are compared
 * as bytes.
 */

import type { DecodedField, JsonValue } from './decode-json.ts';
import { decodedFields } from './decode-json.ts';
import type { Inspection, Note } from './inspection.ts';

export interface FieldSide {
  readonly value: JsonValue;
  readonly meaning: string | null;
}

export interface FieldChange {
  readonly path: string;
  readonly type: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  /** `null` where the side has no such field: another arm of the union is selected. */
  readonly old: FieldSide | null;
  readonly new: FieldSide | null;
}

/** Bytes from `offsetBytes` on that differ. */
export interface ByteChange {
  readonly offsetBytes: number;
  /** Hexadecimal; shorter than the other side, or empty, where the buffer ends. */
  readonly old: string;
  readonly new: string;
}

export interface InspectionComparison {
  readonly fields: readonly FieldChange[];
  /** Runs of differing bytes, wherever they lie. */
  readonly bytes: readonly ByteChange[];
  readonly changedBytes: number;
  /** Notes that only one side has. */
  readonly goneNotes: readonly Note[];
  readonly newNotes: readonly Note[];
}

export interface ComparedBuffer {
  readonly inspection: Inspection;
  readonly notes: readonly Note[];
  readonly bytes: Uint8Array;
}

export function compareInspections(before: ComparedBuffer, after: ComparedBuffer): InspectionComparison {
  const bytes = byteChanges(before.bytes, after.bytes);
  return {
    fields: fieldChanges(decodedFields(before.inspection), decodedFields(after.inspection)),
    bytes,
    changedBytes: bytes.reduce((sum, one) => sum + Math.max(one.old.length, one.new.length) / 2, 0),
    goneNotes: notIn(before.notes, after.notes),
    newNotes: notIn(after.notes, before.notes),
  };
}

function fieldChanges(before: readonly DecodedField[], after: readonly DecodedField[]): FieldChange[] {
  const later = new Map(after.map((field) => [keyOf(field), field]));
  const changes: FieldChange[] = [];
  for (const field of before) {
    const match = later.get(keyOf(field));
    later.delete(keyOf(field));
    if (match !== undefined && JSON.stringify(match.value) === JSON.stringify(field.value)) continue;
    changes.push(changeOf(field, field, match));
  }
  for (const field of later.values()) changes.push(changeOf(field, undefined, field));
  return changes.sort((a, b) => a.offsetBytes - b.offsetBytes);
}

/** Alternatives of a union without a discriminant have different paths at one offset, so the path alone tells. */
function keyOf({ path, offsetBytes, offsetBits }: DecodedField): string {
  return `${path}@${String(offsetBits ?? offsetBytes * 8)}`;
}

function changeOf(
  { path, type, offsetBytes, sizeBytes }: DecodedField,
  before: DecodedField | undefined,
  after: DecodedField | undefined,
): FieldChange {
  const side = (field: DecodedField | undefined): FieldSide | null =>
    field === undefined ? null : { value: field.value, meaning: field.meaning };
  return { path, type, offsetBytes, sizeBytes, old: side(before), new: side(after) };
}

function byteChanges(before: Uint8Array, after: Uint8Array): ByteChange[] {
  const changes: ByteChange[] = [];
  const end = Math.max(before.length, after.length);
  const slice = (bytes: Uint8Array, from: number, to: number): string =>
    Buffer.from(bytes.subarray(from, to)).toString('hex');
  for (let at = 0; at < end; at++) {
    if (before[at] === after[at]) continue;
    let to = at;
    while (to < end && before[to] !== after[to]) to += 1;
    changes.push({ offsetBytes: at, old: slice(before, at, to), new: slice(after, at, to) });
    at = to;
  }
  return changes;
}

function notIn(notes: readonly Note[], others: readonly Note[]): Note[] {
  const known = new Set(others.map(({ rule, path, message }) => `${rule} ${String(path)} ${message}`));
  return notes.filter(({ rule, path, message }) => !known.has(`${rule} ${String(path)} ${message}`));
}
