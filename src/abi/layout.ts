/**
 * Where every bit of a record is, on one target.
 */

import type { Target } from './target.ts';
import type { Field, RecordType, Type } from './types.ts';

/** Size and alignment of a type that a field can have. A flexible array member has size 0. */
export interface TypeExtent {
  readonly sizeBits: number;
  readonly alignBits: number;
}

/**
 * One field, placed. `offsetBits` counts in memory order from the start of the record it is declared in: bit 0 is the
 * least significant bit of byte 0 on a little-endian target and the most significant one on a big-endian target, which is
 * the order in which both allocate bit-fields.
 */
export interface FieldLayout {
  readonly field: Field;
  readonly offsetBits: number;
  /** Bits the field occupies; the declared width for a bit-field, 0 for a flexible array member. */
  readonly sizeBits: number;
  /** Layout of the field's type where that is a record (through typedefs, not through arrays). */
  readonly record?: PlacedFields;
}

/** A record laid out, for all targets that lay it out alike. */
export interface PlacedFields {
  readonly record: RecordType;
  readonly sizeBytes: number;
  readonly alignBytes: number;
  /** Fields in declaration order, unnamed bit-fields included, zero-width ones excluded. */
  readonly fields: readonly FieldLayout[];
}

export interface RecordLayout extends PlacedFields {
  readonly target: Target;
}

/** Bytes of a record that no field covers. */
export interface Hole {
  readonly kind: 'hole' | 'tail';
  readonly offsetBits: number;
  readonly sizeBits: number;
}

/** A named field at any depth, with its place counted from the outermost record. */
export interface FieldPath {
  /** `exception.pad`; an anonymous record adds nothing. */
  readonly path: string;
  readonly offsetBits: number;
  readonly sizeBits: number;
  readonly type: Type;
  readonly field: Field;
  /** Number of records around the field, anonymous ones not counted: 0 for a field of the outermost record. */
  readonly depth: number;
}

/** A record that cannot be laid out: never completed, or larger than any address space it could live in. */
export class LayoutError extends Error {
  override readonly name = 'LayoutError';

  constructor(message: string) {
    // Whoever asks for the size of a type that has none wants to know just that, and asks a thousand times.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** What `work` gives; `undefined` where that needs the place of something in a record that cannot be laid out. */
export function ifLaidOut<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof LayoutError) return undefined;
    throw error;
  }
}
