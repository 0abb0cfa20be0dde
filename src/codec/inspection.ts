/**
 * What an inspection of bytes yields: a tree of what is there, and notes about what is wrong.
 *
 * A note says what the *kernel* or the *reader* would make of a value, with a severity: `error` is a call that fails or
 * bytes that are not there, `warning` a value that means something else than it seems to, `info` what is only unusual.
 */

import type { RecordDescriptor } from './record-descriptor.ts';

export type InspectedValue = bigint | number | Uint8Array | readonly InspectedValue[];

export interface InspectedField {
  /** A value with bytes of its own, a group of others, or bits that no field covers. */
  readonly kind: 'value' | 'group' | 'hole' | 'tail' | 'rest';
  readonly path: string;
  readonly type: string;
  /** From the start of the bytes. */
  readonly offsetBits: number;
  readonly sizeBits: number;
  /** Missing in a group, and where the bytes do not reach. A cut array holds the elements that are there. */
  readonly value?: InspectedValue | undefined;
  readonly meaning?: string | undefined;
  readonly children: readonly InspectedField[];
  /** On a union that nothing selects from: the children are readings of the same bytes, of which one is meant. */
  readonly isAlternatives?: true | undefined;
  readonly role?: 'padding' | 'reserved' | undefined;
}

export interface Note {
  readonly severity: 'error' | 'warning' | 'info';
  readonly path: string | null;
  readonly offsetBytes: number;
  /** Stable id of the kind of note, in kebab-case. */
  readonly rule: string;
  readonly message: string;
}

export interface Inspection {
  readonly descriptor: RecordDescriptor;
  readonly fields: readonly InspectedField[];
  readonly notes: readonly Note[];
  /** Size the record should have, with as many trailing elements as its count says. */
  readonly sizeBytes: number;
  readonly trailingBytes: number;
  readonly missingBytes: number;
}
