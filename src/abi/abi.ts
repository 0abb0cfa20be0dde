/**
 * The ABI that one set of headers, or one layout file, describes **to one target**.
 *
 * `#if __BITS_PER_LONG`, `asm/` directories, `sizeof` inside `_IOW(…)` and the encoding of request numbers all depend on the
 * target, so there is no such thing as "the ABI of a header" without one. Maps are keyed by the name C uses (`struct
 * kvm_run`, `enum x`, a bare typedef name), in order of first declaration; they are real `Map`s, so a record called
 * `__proto__` is just a record.
 */

import type { Diagnostic, SourceLocation } from '../diagnostic.ts';
import type { Target, TargetName } from './target.ts';
import type { EnumType, RecordType, Type } from './types.ts';

/** What every declaration has: its name as C spells it, and where it stands. */
interface Declaration {
  readonly name: string;
  /** Path of the header as its includers write it: `linux/kvm.h`. */
  readonly header: string;
  readonly location?: SourceLocation;
}

export interface RecordDeclaration extends Declaration {
  readonly record: RecordType;
}

/** A record as a text about the header shows it. */
export interface DocumentedRecord {
  /** Path of the text in its tree. */
  readonly file: string;
  /** The declaration as the text has it. */
  readonly text: string;
  /** Named, and placed in a header, as the record it is about; its location is the text's. */
  readonly declaration: RecordDeclaration;
}

export interface EnumDeclaration extends Declaration {
  readonly type: EnumType;
}

export interface TypedefDeclaration extends Declaration {
  readonly type: Type;
}

/** An object-like macro (or an enumerator's twin) with an integer value. */
export interface ConstantDeclaration extends Declaration {
  readonly value: bigint;
  /** What it is made of, as written, where other names are part of it: `FLAG_A | FLAG_B`, or the name it stands for. */
  readonly text?: string;
  /** The family it belongs to (`KVM_CAP_`), where a layout file says so. Headers know prefixes at best. */
  readonly family?: ConstantFamily;
}

/** Constants that are the values of one thing. */
export interface ConstantFamily {
  readonly name: string;
  readonly kind: 'enumeration' | 'flags' | 'plain';
  /** Whether two names with one number are a collision, as in a number space that several authors draw from. */
  readonly isNumberSpace: boolean;
  /** No header that programs include has its names: they are known from elsewhere. */
  readonly isUndeclared?: boolean;
}

/**
 * A macro that is no integer constant, kept as text, so that its change can be told; or a function, which source programs use as
 * they use a macro with parameters. Of functions only the name is kept.
 */
export interface MacroDeclaration extends Declaration {
  readonly parameters?: readonly string[];
  readonly body: string;
  readonly isFunction?: boolean;
}

export type RequestDirection = 'none' | 'read' | 'write' | 'readwrite';

/** An ioctl request, taken apart. Directions are the program's: `write` carries data into the kernel (`_IOW`). */
export interface RequestDeclaration extends Declaration {
  readonly number: number;
  readonly direction: RequestDirection;
  readonly type: number;
  readonly nr: number;
  readonly sizeBytes: number;
  /** Name of the C type given to `_IOR`/`_IOW`, where there is one. */
  readonly argument?: string;
  /** The name it stands for, where it is defined as nothing but another name. */
  readonly aliasOf?: string;
  /** The kinds of file descriptor that take it: the same number may mean two things on two of them. */
  readonly descriptors?: readonly DescriptorKind[];
  /** What really travels, where the macro's direction is wrong and frozen (`KVM_SET_IRQCHIP` is `_IOR`). */
  readonly carries?: 'read' | 'write' | 'readwrite';
}

/** What a KVM file descriptor stands for: /dev/kvm itself, a machine, one of its processors, a device of it. */
export type DescriptorKind = 'system' | 'vm' | 'vcpu' | 'device';

/** One version of a layout file: a released state, or a proposal. */
export interface VariantInfo {
  readonly name: string;
  readonly status: 'merged' | 'proposed' | 'rejected';
  /** First kernel release with it, and the last one. */
  readonly since?: string;
  readonly until?: string;
  /** ISO date of the proposal or merge. */
  readonly date?: string;
  readonly doc?: string;
  readonly source?: string;
  /** The variant it was meant to replace. */
  readonly supersedes?: string;
  /** Where it exists, if not on all targets of its file. */
  readonly targets?: readonly TargetName[];
}

/** A problem in some of the headers that were read. */
export interface NotUnderstood extends Diagnostic {
  /** The headers in which it was met, each read by itself; absent where that is not known. */
  readonly readIn?: readonly string[];
}

export interface Abi {
  readonly target: Target;
  /** What the user called this source; used in reports. */
  readonly label: string;
  /** Every header read, as its includers write it. */
  readonly headers: readonly string[];
  readonly records: ReadonlyMap<string, RecordDeclaration>;
  readonly enums: ReadonlyMap<string, EnumDeclaration>;
  readonly typedefs: ReadonlyMap<string, TypedefDeclaration>;
  readonly constants: ReadonlyMap<string, ConstantDeclaration>;
  readonly requests: ReadonlyMap<string, RequestDeclaration>;
  readonly macros: ReadonlyMap<string, MacroDeclaration>;
  /** For each header those that it includes itself, where headers were read. */
  readonly includes?: ReadonlyMap<string, ReadonlySet<string>>;
  /** Records as documentation shows them, where it was read. */
  readonly documentation?: readonly DocumentedRecord[];
  /** The variant of a layout file that this is. */
  readonly variant?: VariantInfo;
  /** The record the file is about (`struct kvm_vcpu_events`), where it is about one. */
  readonly mainRecord?: string;
  /** What could not be read. Anything here means that no verdict may be a plain "compatible". */
  readonly notUnderstood: readonly NotUnderstood[];
  /**
   * Of headers in which something was not understood, where it was asked for: a digest of all that they and what they include say. Where
   * two sides have the same, they do not differ there.
   */
  readonly digests?: ReadonlyMap<string, string>;
}
