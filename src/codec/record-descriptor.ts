/**
 * A record as the codecs see it: laid out for one target, with everything that C leaves implicit written down.
 *
 * A descriptor is plain data, so that it can stand in a generated module as a literal and be walked without knowing C.
 * Three things are different from a `RecordLayout`: the fields of an anonymous struct are hoisted into the record around
 * it (that is what C does with their names), an array is one field with dimensions, and everything that a field's meaning
 * depends on (a discriminant, a flag, a count) is a `Place`: an offset that can be read at once.
 *
 * Offsets count in bits from the start of the record the field stands in. A `Place` may lie before that start: the
 * discriminant of a union inside a nested record usually does.
 */

import type { NamedValue, NonZero, ValueMeaning, Writer } from '../abi/semantics.ts';

export type ByteOrder = 'little' | 'big';

export interface IntegerElement {
  readonly kind: 'integer';
  readonly sizeBytes: 1 | 2 | 4 | 8 | 16;
  readonly isSigned: boolean;
  readonly isBoolean?: true;
  readonly byteOrder: ByteOrder;
}

/** A bit-field: `sizeBits` of the field bits, of which bit 0 is the least significant one on either byte order. */
export interface BitsElement {
  readonly kind: 'bits';
  readonly widthBits: number;
  readonly isSigned: boolean;
  readonly isBoolean?: true;
  readonly byteOrder: ByteOrder;
}

export interface FloatElement {
  readonly kind: 'float';
  readonly sizeBytes: 4 | 8;
  readonly byteOrder: ByteOrder;
}

/** Bytes without a number: `long double`, vectors. */
export interface OpaqueElement {
  readonly kind: 'opaque';
  readonly sizeBytes: number;
}

export interface RecordElement {
  readonly kind: 'record';
  readonly record: RecordDescriptor;
}

/** A union; `select` is missing where nothing says which arm is in use. */
export interface UnionElement {
  readonly kind: 'union';
  readonly record: RecordDescriptor;
  readonly select?: ArmSelection;
}

export type NumberElement = IntegerElement | BitsElement;
export type ScalarElement = NumberElement | FloatElement;
export type Element = ScalarElement | OpaqueElement | RecordElement | UnionElement;

/** An integer elsewhere, addressed from the record that depends on it. */
export interface Place {
  /** Path from the outermost record, for messages. */
  readonly path: string;
  readonly offsetBits: number;
  readonly element: NumberElement;
  /** Names of the values it can have, where they are known. */
  readonly known?: readonly NamedValue[];
}

export interface ArmSelection {
  readonly place: Place;
  /**
   * Arms by property name. Several may share a value: the first is the principal one, a later one replaces it where its
   * `condition` holds.
   */
  readonly arms: readonly ArmDescriptor[];
  /** The arm for every value that no arm names. */
  readonly otherwise?: string;
}

export interface ArmDescriptor {
  readonly name: string;
  readonly values: readonly NamedValue[];
  readonly condition?: PlacedCondition;
}

export type PlacedCondition =
  | { readonly kind: 'non-zero'; readonly place: Place }
  | { readonly kind: 'flag-set'; readonly place: Place; readonly flag: string; readonly mask: bigint }
  | { readonly kind: 'equals'; readonly place: Place; readonly values: readonly NamedValue[] };

export interface FieldDescriptor {
  /** Name of the property that holds the value. The C name, or `union`/`struct` for an anonymous one. */
  readonly name: string;
  /** The C name; missing for an anonymous union, which adds nothing to a path. */
  readonly cName?: string;
  readonly offsetBits: number;
  /** All elements of an array together; 0 for a flexible array member. */
  readonly sizeBits: number;
  /** Spelling in C. */
  readonly type: string;
  readonly element: Element;
  /** Lengths of an array, outermost first; empty for a single value. */
  readonly dimensions: readonly number[];
  /** A flexible array member: its (first) length is not in the type. */
  readonly isFlexible?: true;
  readonly countedBy?: Place;
  readonly doc?: string;
  readonly writer?: Writer;
  readonly role?: 'padding' | 'reserved';
  readonly nonZero?: NonZero;
  readonly acceptedMask?: bigint;
  readonly meaning?: ValueMeaning;
  readonly validIf?: PlacedCondition;
}

/** Bits that belong to no field. */
export interface HoleDescriptor {
  readonly kind: 'hole' | 'tail';
  readonly offsetBits: number;
  readonly sizeBits: number;
}

export interface RecordDescriptor {
  /** As C spells it: `struct kvm_run`. */
  readonly type: string;
  readonly recordKind: 'struct' | 'union';
  readonly target: string;
  readonly variant?: string;
  readonly byteOrder: ByteOrder;
  readonly sizeBytes: number;
  readonly alignBytes: number;
  readonly doc?: string;
  readonly fields: readonly FieldDescriptor[];
  readonly holes: readonly HoleDescriptor[];
}
