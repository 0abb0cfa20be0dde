/**
 * A layout file as it is written: the shape of its JSON, before anything in it has been understood.
 *
 * A layout file reads like the C declaration it describes. A field is its C declarator as a string (`"__u8 pad[5]"`), and
 * what C cannot say stands beside it: who writes the field, whether the kernel refuses garbage in it, what makes it valid.
 * `schema.ts` is the same shape as JSON Schema, with a sentence for each key; docs/layout-files.md explains it by example.
 * One file holds the **variants** of a record: versions through time, and proposals that were never merged.
 */

import type { TargetName } from '../target.ts';
import type { Locate } from './located-json.ts';
import type { NonZero, SizeRule, Writer } from '../semantics.ts';

/** An integer, or text that C reads as one: `"0x1ffffff"`, `"1 << 3"`, `"4096"`. */
export type IntegerText = number | string;

/** Restricts an entry to some variants and targets. `from` and `until` count in the order of the file, both inclusive. */
export interface Limits {
  readonly targets?: readonly TargetName[];
  readonly from?: string;
  readonly until?: string;
  readonly only?: readonly string[];
}

export type MeaningEntry =
  | 'boolean'
  | 'register-id'
  | 'file-descriptor'
  | 'errno'
  | {
      readonly enumeration?: string;
      readonly flags?: string;
      readonly syndrome?: 'ESR_EL1' | 'ESR_EL2' | 'ISS' | 'SERROR_ISS';
      readonly address?: 'guest-physical' | 'guest-virtual' | 'host-virtual';
      readonly count?: string;
    };

/** A member: exactly one of `field`, `struct` and `union` is there. */
export interface FieldEntry extends Limits {
  /** The C declaration: `__u8 pad[6]`, `__u32 a : 3`, `struct kvm_regs regs`, `void *p`. */
  readonly field?: string;
  /** A nested record without a tag: its member name, with dimensions if any; empty for an anonymous member. */
  readonly struct?: string;
  readonly union?: string;
  readonly fields?: readonly FieldEntry[];
  readonly packed?: boolean;
  readonly aligned?: number;
  readonly doc?: string;
  readonly writer?: Writer;
  readonly role?: 'padding' | 'reserved';
  readonly nonZero?: NonZero;
  readonly validIf?: string;
  readonly meaning?: MeaningEntry;
  readonly acceptedMask?: IntegerText;
  readonly capability?: string;
  readonly countedBy?: string;
  /** Of a union: the path of the field that selects the arm. */
  readonly discriminant?: string;
  /** Of an arm: the names of the constants that select it. */
  readonly when?: readonly string[];
  /** Of an arm: it is selected by every value that no other arm names. */
  readonly otherwise?: boolean;
}

/** What a file says it expects of a layout, to be checked. */
export interface Expectation {
  readonly sizeBytes?: number;
  readonly alignBytes?: number;
  readonly offsets?: Readonly<Record<string, number>>;
}

/** Keyed by target name, or `*` for all targets. */
export type Expectations = Readonly<Record<string, Expectation>>;

export interface RecordEntry extends Limits {
  readonly record: string;
  readonly doc?: string;
  readonly header?: string;
  readonly sizeRule?: SizeRule;
  readonly packed?: boolean;
  readonly aligned?: number;
  readonly fields: readonly FieldEntry[];
  readonly expect?: Expectations;
}

export type VariantStatus = 'merged' | 'proposed' | 'rejected';

export interface VariantEntry {
  readonly name: string;
  readonly since?: string;
  readonly until?: string;
  readonly date?: string;
  readonly status: VariantStatus;
  readonly doc?: string;
  readonly source?: string;
  readonly supersedes?: string;
  /** Where it exists, if not on all targets of the file. */
  readonly targets?: readonly TargetName[];
  /** The fields of the main record in this variant, where the file does not list them once for all. */
  readonly fields?: readonly FieldEntry[];
  readonly expect?: Expectations;
}

export interface ConstantEntry extends Limits {
  readonly value: IntegerText;
  readonly doc?: string;
}

export interface ConstantFamilyEntry extends Limits {
  readonly family: string;
  readonly kind: 'enumeration' | 'flags' | 'plain';
  /** Whether two names of the family must never share a number. */
  readonly unique?: boolean;
  /** Whether no header that programs include has its names. */
  readonly undeclared?: boolean;
  readonly header?: string;
  readonly doc?: string;
  readonly values: Readonly<Record<string, IntegerText | ConstantEntry>>;
}

export type DescriptorKind = 'system' | 'vm' | 'vcpu' | 'device';

export interface RequestEntry extends Limits {
  readonly request: string;
  /** `_IOW(KVMIO, 0xa0, struct kvm_vcpu_events)`. */
  readonly define: string;
  readonly on?: readonly DescriptorKind[];
  /** What really travels, where the macro tells something else. */
  readonly carries?: 'read' | 'write' | 'readwrite';
  readonly header?: string;
  readonly doc?: string;
}

/** The errno for an unknown request: one for all targets, or by target (`*` for the others). */
export type UnknownErrno = string | Readonly<Record<string, string>>;

export interface LayoutDocument {
  readonly $schema?: string;
  readonly doc?: string;
  readonly header: string;
  readonly targets: readonly TargetName[];
  /** The main record: what `file.json#variant` means where no other record is named. */
  readonly record?: string;
  readonly sizeRule?: SizeRule;
  readonly packed?: boolean;
  readonly aligned?: number;
  readonly fields?: readonly FieldEntry[];
  readonly expect?: Expectations;
  readonly variants: readonly VariantEntry[];
  readonly records?: readonly RecordEntry[];
  readonly constants?: readonly ConstantFamilyEntry[];
  readonly requests?: readonly RequestEntry[];
  readonly unknownErrno?: Readonly<Partial<Record<DescriptorKind, UnknownErrno>>>;
}

/** A layout file in memory, with the place of everything in it. */
export interface LayoutFile {
  readonly fileName: string;
  readonly document: LayoutDocument;
  readonly locate: Locate;
}
