/**
 * C types, as far as an ABI needs them.
 *
 * The model is **target-independent**: `long` is `long`, not "8 bytes". Sizes, alignments and byte order come in only when a
 * type is laid out for a target (`layout.ts`), so one parsed header can be laid out for every target whose preprocessor
 * took the same path through it. What a declaration says explicitly (`packed`, `aligned(n)`, `#pragma pack`) is kept here as
 * said; what the target decides is not.
 *
 * Left out on purpose: qualifiers (no effect on layout), storage classes, function parameters.
 */

import type { SourceLocation } from '../diagnostic.ts';
import type { FieldSemantics, RecordSemantics } from './semantics.ts';

/** The integer types of C17 §6.2.5, canonically spelt, with GCC's 128-bit extension. */
export type IntegerBase =
  | '_Bool'
  | 'char'
  | 'signed char'
  | 'unsigned char'
  | 'short'
  | 'unsigned short'
  | 'int'
  | 'unsigned int'
  | 'long'
  | 'unsigned long'
  | 'long long'
  | 'unsigned long long'
  | '__int128'
  | 'unsigned __int128';

export type FloatBase = '_Float16' | 'float' | 'double' | 'long double' | '__float128';

export interface IntegerType {
  readonly kind: 'integer';
  readonly base: IntegerBase;
}

export interface FloatType {
  readonly kind: 'float';
  readonly base: FloatBase;
}

export interface VoidType {
  readonly kind: 'void';
}

/** A function type; it occurs only behind a pointer, so nothing about its parameters is kept. */
export interface FunctionType {
  readonly kind: 'function';
}

export interface PointerType {
  readonly kind: 'pointer';
  readonly pointee: Type;
}

export interface ArrayType {
  readonly kind: 'array';
  readonly element: Type;
  /** Number of elements; `undefined` for a flexible array member `[]`. `[0]` is 0. */
  readonly length: number | undefined;
}

/** GCC's `vector_size`: aligned to its own size. */
export interface VectorType {
  readonly kind: 'vector';
  readonly element: Type;
  readonly sizeBytes: number;
}

export interface Enumerator {
  readonly name: string;
  readonly value: bigint;
  /** The enumerator whose value it was given by name: `B = A` makes B another name of A. */
  readonly sameAs?: string;
  readonly location?: SourceLocation;
}

export interface EnumType {
  readonly kind: 'enum';
  readonly tag: string | undefined;
  readonly enumerators: readonly Enumerator[];
  /** The compatible integer type (C17 §6.7.2.2; wider than `int` as GCC does it). */
  readonly underlying: IntegerBase;
  readonly alignBytes?: number;
  readonly location?: SourceLocation;
}

/**
 * A name for another type. `__le32` and friends tell byte order by their name (`byteOrderOfTypedef`). Where the name was
 * declared makes no difference to what has the type; its declaration says it.
 */
export interface TypedefType {
  readonly kind: 'typedef';
  readonly name: string;
  readonly type: Type;
  /** `__attribute__((aligned(n)))` on the typedef: replaces the alignment, in either direction. */
  readonly alignBytes?: number;
}

/** A member of a record: a field, a bit-field (`bitWidth`), or an anonymous record (no `name`). */
export interface Field {
  /** `undefined` for an anonymous record and for an unnamed bit-field. */
  readonly name: string | undefined;
  readonly type: Type;
  /** Declared width of a bit-field in bits; 0 closes the storage unit. */
  readonly bitWidth?: number;
  /** `aligned(n)` on the field: raises the alignment (lowers it only together with `packed`). */
  readonly alignBytes?: number;
  /** `packed` on the field: alignment 1 (1 bit for a bit-field). */
  readonly isPacked?: boolean;
  readonly location?: SourceLocation;
  readonly semantics?: FieldSemantics;
}

export interface RecordType {
  readonly kind: 'record';
  readonly recordKind: 'struct' | 'union';
  readonly tag: string | undefined;
  /** False for a forward declaration that was never completed; such a record has no layout. */
  readonly isComplete: boolean;
  readonly fields: readonly Field[];
  /** `__attribute__((packed))` on the record: every field is packed. */
  readonly isPacked?: boolean;
  /** `__attribute__((aligned(n)))` on the record: minimum alignment of the record. */
  readonly alignBytes?: number;
  /** `#pragma pack(n)` in force at the definition: maximum alignment of each field. */
  readonly packBytes?: number;
  readonly location?: SourceLocation;
  readonly semantics?: RecordSemantics;
}

export type Type =
  | IntegerType
  | FloatType
  | VoidType
  | FunctionType
  | PointerType
  | ArrayType
  | VectorType
  | EnumType
  | TypedefType
  | RecordType;

/** The type behind all typedef names. */
export function unalias(type: Type): Exclude<Type, TypedefType> {
  let current = type;
  while (current.kind === 'typedef') current = current.type;
  return current;
}

/** The spelling of a type in C, without a declarator name: `__u64`, `struct kvm_regs`, `__u32[12]`, `void *`. */
export function spellType(type: Type): string {
  switch (type.kind) {
    case 'integer':
    case 'float':
      return type.base;
    case 'void':
      return 'void';
    case 'function':
      return 'void (void)';
    case 'pointer':
      return type.pointee.kind === 'function' ? 'void (*)(void)' : `${spellType(type.pointee)} *`;
    case 'array': {
      const dimensions: string[] = [];
      let element: Type = type;
      while (element.kind === 'array') {
        dimensions.push(`[${element.length === undefined ? '' : String(element.length)}]`);
        element = element.element;
      }
      return spellType(element) + dimensions.join('');
    }
    case 'vector':
      return `${spellType(type.element)} __attribute__((vector_size(${String(type.sizeBytes)})))`;
    case 'enum':
      return type.tag === undefined ? 'enum {…}' : `enum ${type.tag}`;
    case 'typedef':
      return type.name;
    case 'record':
      return type.tag === undefined ? `${type.recordKind} {…}` : `${type.recordKind} ${type.tag}`;
    default:
      return type satisfies never;
  }
}

/**
 * The byte order a typedef name promises: the kernel's `__le16` … `__be64` (include/uapi/linux/types.h) mean the same as
 * their unsigned type to a compiler, and something else to everybody who reads the bytes.
 */
export function byteOrderOfTypedef(name: string): 'little' | 'big' | undefined {
  const match = /^__(le|be)(?:16|32|64)$/.exec(name);
  return match === null ? undefined : match[1] === 'le' ? 'little' : 'big';
}

/** The byte order that a type's typedef names fix, looking through all of them; `undefined` means the target's own. */
export function fixedByteOrder(type: Type): 'little' | 'big' | undefined {
  for (let current = type; current.kind === 'typedef'; current = current.type) {
    const order = byteOrderOfTypedef(current.name);
    if (order !== undefined) return order;
  }
  return undefined;
}
