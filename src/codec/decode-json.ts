/** What `uabi decode --format json` prints: the published shape of an inspection. */

import type { InspectedField, InspectedValue, Inspection, Note } from './inspection.ts';

export interface DecodedField {
  readonly path: string;
  readonly type: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  /** Only for a field that is not a whole number of bytes at a whole offset. */
  readonly offsetBits?: number;
  readonly sizeBits?: number;
  /** `null` where the bytes do not reach. Integers are text, so that no 64-bit value is lost; bytes are hexadecimal. */
  readonly value: JsonValue;
  readonly meaning: string | null;
}

export type JsonValue = string | number | null | readonly JsonValue[];

export interface DecodedRecord {
  readonly schemaVersion: 1;
  readonly type: string;
  readonly variant: string | null;
  readonly target: string;
  readonly sizeBytes: number;
  readonly fields: readonly DecodedField[];
  readonly notes: readonly Note[];
  readonly trailingBytes: number;
  readonly missingBytes: number;
  /** All bytes that were given, so that what belongs to no field is not lost. */
  readonly bytes: string;
}

/** An inspection as JSON; `notes` come before those about the bytes. */
export function decodedRecord(inspection: Inspection, bytes: Uint8Array, notes: readonly Note[] = []): DecodedRecord {
  const { descriptor } = inspection;
  return {
    schemaVersion: 1,
    type: descriptor.type,
    variant: descriptor.variant ?? null,
    target: descriptor.target,
    sizeBytes: descriptor.sizeBytes,
    fields: fieldsOf(inspection.fields),
    notes: [...notes, ...inspection.notes],
    trailingBytes: inspection.trailingBytes,
    missingBytes: inspection.missingBytes,
    bytes: Buffer.from(bytes).toString('hex'),
  };
}

/** The fields with values of their own, as `fields` of a decoded record lists them. */
export function decodedFields(inspection: Inspection): DecodedField[] {
  return fieldsOf(inspection.fields);
}

function fieldsOf(fields: readonly InspectedField[]): DecodedField[] {
  return fields.flatMap((field) => {
    if (field.kind === 'group') return fieldsOf(field.children);
    if (field.kind !== 'value') return [];
    const isWhole = field.offsetBits % 8 === 0 && field.sizeBits % 8 === 0;
    return [
      {
        path: field.path,
        type: field.type,
        offsetBytes: Math.floor(field.offsetBits / 8),
        sizeBytes: Math.ceil(((field.offsetBits % 8) + field.sizeBits) / 8),
        ...(isWhole ? {} : { offsetBits: field.offsetBits, sizeBits: field.sizeBits }),
        value: field.value === undefined ? null : jsonValue(field.value),
        meaning: field.meaning ?? null,
      },
    ];
  });
}

function jsonValue(value: InspectedValue): JsonValue {
  if (typeof value === 'bigint') return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
  // JSON has no NaN and no infinities; as text they survive.
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? '-0' : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return value.map(jsonValue);
}
