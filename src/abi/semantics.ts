/**
 * What a record means beyond its bytes.
 *
 * C says where a field is; it does not say who writes it, whether the kernel refuses garbage in it, or which flag makes it
 * valid. Those facts decide most verdicts: a new field in bytes that the kernel always refused is harmless to old programs,
 * the same field in bytes that were never looked at is not. Layout files declare them (`definition/`), headers never do,
 * and a project may add them in its configuration.
 */

/** Who puts a value into a field. `user`: the program, read by the kernel. `kernel`: written by the kernel only. */
export type Writer = 'user' | 'kernel' | 'both';

/**
 * When a field, or a union arm, means anything. Paths start at the named record that declares the field (a record cannot
 * know who embeds it), so a reader that meets the record inside another one puts the path of the embedding field in front.
 */
export type Condition =
  | { readonly kind: 'non-zero'; readonly path: string }
  | { readonly kind: 'flag-set'; readonly path: string; readonly flag: string; readonly mask: bigint }
  | { readonly kind: 'equals'; readonly path: string; readonly values: readonly NamedValue[] };

/** A number with the name the kernel gives it. */
export interface NamedValue {
  readonly name: string;
  readonly value: bigint;
}

/** What kind of thing an integer is, for people: decides the "meaning" column and the notes of `decode`. */
export type ValueMeaning =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'enumeration'; readonly name: string; readonly values: readonly NamedValue[] }
  | { readonly kind: 'flags'; readonly name: string; readonly flags: readonly NamedValue[] }
  | { readonly kind: 'syndrome'; readonly register: 'ESR_EL1' | 'ESR_EL2' | 'ISS' | 'SERROR_ISS' }
  | { readonly kind: 'address'; readonly space: 'guest-physical' | 'guest-virtual' | 'host-virtual' }
  | { readonly kind: 'register-id' }
  | { readonly kind: 'count'; readonly of: string }
  | { readonly kind: 'file-descriptor' }
  | { readonly kind: 'errno' };

/**
 * What the kernel does with non-zero bytes the program puts into a field that has no meaning.
 * `rejected`: the call fails with EINVAL; `ignored`: never looked at, so anything may be there.
 */
export type NonZero = 'rejected' | 'ignored';

/** How the arm of a union is chosen. */
export interface UnionArms {
  /** Path of the discriminant, from the named record that declares the union. */
  readonly discriminant: string;
  /**
   * For each arm (by field name) the discriminant values that select it. Several arms may share a value: they are then
   * views of the same bytes, the first is the principal one, and a later one holds only if its field's `validIf` does.
   */
  readonly arms: readonly { readonly field: string; readonly values: readonly NamedValue[] }[];
  /** The arm for every value no other arm names. */
  readonly otherwise?: string;
  /** Field that is only there to fix the size of the union (`char padding[256]`), never selected. */
  readonly padding?: string;
}

export interface FieldSemantics {
  /** One sentence for people. */
  readonly doc?: string;
  readonly writer?: Writer;
  /** Present for fields that must not be given a value: padding and reserved space. */
  readonly nonZero?: NonZero;
  /** `padding` fills a hole; `reserved` is room kept for growth. Neither carries information. */
  readonly role?: 'padding' | 'reserved';
  readonly validIf?: Condition;
  readonly meaning?: ValueMeaning;
  /** Highest bit mask the kernel accepts in a value; bits outside → EINVAL. */
  readonly acceptedMask?: bigint;
  /** The capability (name and number) by which a program can ask whether the kernel knows the field. */
  readonly capability?: NamedValue;
  /** On a field whose type is a union, or an anonymous union. */
  readonly union?: UnionArms;
  /** For a trailing array: path of the field that counts its elements. */
  readonly countedBy?: string;
}

/** How the kernel decides how many bytes of a record to copy. */
export type SizeRule =
  /** The size is part of the request number and the handler's `switch` compares the whole number: another size is an unknown request. */
  | 'exact'
  /** The handler takes the size from the request number and copies the smaller of the two (DRM). */
  | 'by-request-size'
  /** `copy_struct_from_user`: an older size is zero-extended, a larger one accepted if its tail is zero, else E2BIG. */
  | 'extensible'
  /** The size is a field of the record (`argsz`, `size`). */
  | 'by-size-field'
  /** The record lives in a page shared by mmap; no call carries its size. */
  | 'mapped';

/** A request that carries the record. */
export interface RequestUse {
  readonly name: string;
  /** What the program does with the record: `write` gives it to the kernel, `read` gets it. */
  readonly direction: 'read' | 'write' | 'readwrite';
  /** errno of a kernel that does not know the request number, per target (KVM on arm64 says EINVAL, most others ENOTTY). */
  readonly unknownErrno?: string;
}

export interface RecordSemantics {
  readonly doc?: string;
  readonly sizeRule?: SizeRule;
  readonly requests?: readonly RequestUse[];
}
