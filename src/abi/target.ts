/**
 * The targets: for whom a header is read.
 *
 * A target is a data model, a byte order, a handful of alignment rules and an encoding of ioctl numbers. Layout code never
 * asks "is this m68k?"; it asks for a fact by name, so that `layout.ts` reads as policy and this file as a table of facts.
 * The facts are those of GCC's Linux configurations with default options, which is what user space on each architecture is
 * built with; `fixtures/layout` holds what the compilers answered.
 *
 * Left out: the n32 ABI of mips, OABI arm, `-malign-double` and other options that change a platform's ABI.
 */

import type { FloatBase, IntegerBase } from './types.ts';

export const targetNames = [
  'x86_64',
  'i386',
  'x32',
  'arm64',
  'arm',
  'riscv64',
  'riscv32',
  'ppc64le',
  'ppc64',
  'ppc',
  's390x',
  'mips',
  'mips64',
  'loongarch64',
  'm68k',
  'sparc64',
  'sparc',
  'alpha',
  'parisc',
  'sh',
] as const;

export type TargetName = (typeof targetNames)[number];

export type DataModel = 'ILP32' | 'LP64';
export type ByteOrder = 'little' | 'big';

/** How `_IOC` packs direction, size, type and number into 32 bits (asm/ioctl.h of the architecture). */
export interface RequestEncoding {
  readonly sizeBits: 13 | 14;
  readonly none: number;
  readonly read: number;
  readonly write: number;
  /** sparc lets a size of 14 bits run into the lowest direction bit when READ or WRITE is set. */
  readonly sizeMayOverlapDirection: boolean;
}

export interface Target {
  readonly name: TargetName;
  /** GNU triples people write for it; the first is the usual one. */
  readonly triples: readonly string[];
  readonly dataModel: DataModel;
  readonly byteOrder: ByteOrder;
  /** Directory under `arch/` in a kernel tree: `x86` for x86_64, i386 and x32. */
  readonly kernelArchitecture: string;
  readonly isCharSigned: boolean;
  /** No type is aligned to more than this, unless a declaration asks for it (GCC's BIGGEST_ALIGNMENT). */
  readonly largestScalarAlignBytes: number;
  /** A vector (`vector_size`) is aligned to its size, but to no more than this. */
  readonly largestVectorAlignBytes: number;
  /** Alignment of 8-byte integers and doubles inside a record: 4 on i386 although the type alone has 8. */
  readonly wideScalarInRecordAlignBytes: number;
  /** The same for 8-byte vectors of integers: those of i386, which has no registers for them, are integers to GCC. */
  readonly wideVectorInRecordAlignBytes: number;
  readonly longDouble: { readonly sizeBytes: number; readonly alignBytes: number };
  readonly hasInt128: boolean;
  readonly bitFields: BitFieldRules;
  readonly request: RequestEncoding;
  /** Whose programs include the headers. Kernels are written in C, so that is what is meant where nothing is said. */
  readonly language: 'C' | 'C++';
  /** A record without fields has no bytes in GNU C; in C++ every object has an address of its own ([intro.object]). */
  readonly emptyRecordBytes: 0 | 1;
}

/** The three ways in which psABIs differ about bit-fields. */
export interface BitFieldRules {
  /** The declared type bounds where a bit-field may lie and aligns the record (PCC_BITFIELD_TYPE_MATTERS); not on m68k. */
  readonly typeMatters: boolean;
  /** Unnamed bit-fields align the record too (AAPCS32 §8.1.8, AAPCS64 §10.1.8). */
  readonly unnamedAlignRecord: boolean;
  /** Where `typeMatters` is false: the boundary, in bits, to which a zero-width bit-field advances. */
  readonly emptyFieldBoundaryBits: number;
}

const genericRequest: RequestEncoding = { sizeBits: 14, none: 0, write: 1, read: 2, sizeMayOverlapDirection: false };
const powerpcRequest: RequestEncoding = { sizeBits: 13, none: 1, read: 2, write: 4, sizeMayOverlapDirection: false };
const sparcRequest: RequestEncoding = { ...powerpcRequest, sizeMayOverlapDirection: true };
const pariscRequest: RequestEncoding = { ...genericRequest, write: 2, read: 1 };

const typedBitFields: BitFieldRules = { typeMatters: true, unnamedAlignRecord: false, emptyFieldBoundaryBits: 0 };
const armBitFields: BitFieldRules = { ...typedBitFields, unnamedAlignRecord: true };
const m68kBitFields: BitFieldRules = { typeMatters: false, unnamedAlignRecord: false, emptyFieldBoundaryBits: 16 };

const asC = { language: 'C', emptyRecordBytes: 0 } as const;

// What most 64-bit and most 32-bit targets have in common; each row below states only what is its own.
const lp64 = {
  ...asC,
  dataModel: 'LP64',
  largestScalarAlignBytes: 16,
  largestVectorAlignBytes: Infinity,
  wideScalarInRecordAlignBytes: 8,
  wideVectorInRecordAlignBytes: 8,
  longDouble: { sizeBytes: 16, alignBytes: 16 },
  hasInt128: true,
  bitFields: typedBitFields,
  request: genericRequest,
} as const;

const ilp32 = {
  ...asC,
  dataModel: 'ILP32',
  largestScalarAlignBytes: 8,
  largestVectorAlignBytes: Infinity,
  wideScalarInRecordAlignBytes: 8,
  wideVectorInRecordAlignBytes: 8,
  longDouble: { sizeBytes: 8, alignBytes: 8 },
  hasInt128: false,
  bitFields: typedBitFields,
  request: genericRequest,
} as const;

type Facts = Omit<Target, 'name'>;

const facts: Readonly<Record<TargetName, Facts>> = {
  x86_64: {
    ...lp64,
    triples: ['x86_64-linux-gnu', 'amd64-linux-gnu'],
    byteOrder: 'little',
    kernelArchitecture: 'x86',
    isCharSigned: true,
  },
  i386: {
    ...ilp32,
    triples: ['i386-linux-gnu', 'i486-linux-gnu', 'i586-linux-gnu', 'i686-linux-gnu'],
    byteOrder: 'little',
    kernelArchitecture: 'x86',
    isCharSigned: true,
    largestScalarAlignBytes: 16,
    wideScalarInRecordAlignBytes: 4,
    wideVectorInRecordAlignBytes: 4,
    longDouble: { sizeBytes: 12, alignBytes: 4 },
  },
  x32: {
    ...ilp32,
    triples: ['x86_64-linux-gnux32'],
    byteOrder: 'little',
    kernelArchitecture: 'x86',
    isCharSigned: true,
    largestScalarAlignBytes: 16,
    longDouble: { sizeBytes: 16, alignBytes: 16 },
    hasInt128: true,
  },
  arm64: {
    ...lp64,
    triples: ['aarch64-linux-gnu', 'arm64-linux-gnu'],
    byteOrder: 'little',
    kernelArchitecture: 'arm64',
    isCharSigned: false,
    largestVectorAlignBytes: 16,
    bitFields: armBitFields,
  },
  arm: {
    ...ilp32,
    triples: ['arm-linux-gnueabi', 'arm-linux-gnueabihf', 'armv7-linux-gnueabihf'],
    byteOrder: 'little',
    kernelArchitecture: 'arm',
    isCharSigned: false,
    largestVectorAlignBytes: 8,
    bitFields: armBitFields,
  },
  riscv64: {
    ...lp64,
    triples: ['riscv64-linux-gnu'],
    byteOrder: 'little',
    kernelArchitecture: 'riscv',
    isCharSigned: false,
  },
  riscv32: {
    ...ilp32,
    triples: ['riscv32-linux-gnu'],
    byteOrder: 'little',
    kernelArchitecture: 'riscv',
    isCharSigned: false,
    largestScalarAlignBytes: 16,
    longDouble: { sizeBytes: 16, alignBytes: 16 },
  },
  ppc64le: {
    ...lp64,
    triples: ['powerpc64le-linux-gnu', 'ppc64le-linux-gnu'],
    byteOrder: 'little',
    kernelArchitecture: 'powerpc',
    isCharSigned: false,
    request: powerpcRequest,
  },
  ppc64: {
    ...lp64,
    triples: ['powerpc64-linux-gnu', 'ppc64-linux-gnu'],
    byteOrder: 'big',
    kernelArchitecture: 'powerpc',
    isCharSigned: false,
    request: powerpcRequest,
  },
  ppc: {
    ...ilp32,
    triples: ['powerpc-linux-gnu', 'ppc-linux-gnu'],
    byteOrder: 'big',
    kernelArchitecture: 'powerpc',
    isCharSigned: false,
    largestScalarAlignBytes: 16,
    longDouble: { sizeBytes: 16, alignBytes: 16 },
    request: powerpcRequest,
  },
  s390x: {
    ...lp64,
    triples: ['s390x-linux-gnu'],
    byteOrder: 'big',
    kernelArchitecture: 's390',
    isCharSigned: false,
    largestScalarAlignBytes: 8,
    longDouble: { sizeBytes: 16, alignBytes: 8 },
  },
  mips: {
    ...ilp32,
    triples: ['mips-linux-gnu'],
    byteOrder: 'big',
    kernelArchitecture: 'mips',
    isCharSigned: true,
    request: powerpcRequest,
  },
  mips64: {
    ...lp64,
    triples: ['mips64-linux-gnuabi64', 'mips64-linux-gnu'],
    byteOrder: 'big',
    kernelArchitecture: 'mips',
    isCharSigned: true,
    request: powerpcRequest,
  },
  loongarch64: {
    ...lp64,
    triples: ['loongarch64-linux-gnu'],
    byteOrder: 'little',
    kernelArchitecture: 'loongarch',
    isCharSigned: true,
  },
  m68k: {
    ...ilp32,
    triples: ['m68k-linux-gnu'],
    byteOrder: 'big',
    kernelArchitecture: 'm68k',
    isCharSigned: true,
    largestScalarAlignBytes: 2,
    wideScalarInRecordAlignBytes: 2,
    longDouble: { sizeBytes: 12, alignBytes: 2 },
    bitFields: m68kBitFields,
  },
  sparc64: {
    ...lp64,
    triples: ['sparc64-linux-gnu'],
    byteOrder: 'big',
    kernelArchitecture: 'sparc',
    isCharSigned: true,
    request: sparcRequest,
  },
  sparc: {
    ...ilp32,
    triples: ['sparc-linux-gnu'],
    byteOrder: 'big',
    kernelArchitecture: 'sparc',
    isCharSigned: true,
    longDouble: { sizeBytes: 16, alignBytes: 8 },
    request: sparcRequest,
  },
  alpha: {
    ...lp64,
    triples: ['alpha-linux-gnu'],
    byteOrder: 'little',
    kernelArchitecture: 'alpha',
    isCharSigned: true,
    request: powerpcRequest,
  },
  parisc: {
    ...ilp32,
    triples: ['hppa-linux-gnu', 'parisc-linux-gnu', 'hppa1.1-linux-gnu'],
    byteOrder: 'big',
    kernelArchitecture: 'parisc',
    isCharSigned: true,
    request: pariscRequest,
  },
  sh: {
    ...ilp32,
    triples: ['sh4-linux-gnu', 'sh-linux-gnu'],
    byteOrder: 'little',
    kernelArchitecture: 'sh',
    isCharSigned: true,
    largestScalarAlignBytes: 4,
    wideScalarInRecordAlignBytes: 4,
    longDouble: { sizeBytes: 8, alignBytes: 4 },
  },
};

/** Every target, in the order of `targetNames`. */
export const targets: readonly Target[] = targetNames.map((name) => ({ name, ...facts[name] }));

const inCxx: ReadonlyMap<TargetName, Target> = new Map(
  targets.map((target) => [target.name, { ...target, language: 'C++', emptyRecordBytes: 1 }]),
);

/** The same target as its C++ programs see it. */
export function cxxOf(target: Target): Target {
  return inCxx.get(target.name) ?? target;
}

/**
 * The target people mean by a name (`arm64`) or a GNU triple, with or without a vendor (`aarch64-linux-gnu`,
 * `aarch64-unknown-linux-gnu`); `undefined` if there is none.
 */
export function findTarget(nameOrTriple: string): Target | undefined {
  const exact = targets.find((target) => target.name === nameOrTriple || target.triples.includes(nameOrTriple));
  if (exact !== undefined) return exact;
  const withVendor = /^([^-]+)-[^-]+-(linux-.+)$/.exec(nameOrTriple);
  return withVendor === null ? undefined : findTarget(`${withVendor[1] ?? ''}-${withVendor[2] ?? ''}`);
}

/** Bytes of a pointer and of `long`, which are the same on every target. */
export function wordBytes(target: Target): 4 | 8 {
  return target.dataModel === 'LP64' ? 8 : 4;
}

/** Size of an integer type in bytes (C17 §6.2.5; the psABIs agree but for `long`). */
export function integerSizeBytes(base: IntegerBase, target: Target): 1 | 2 | 4 | 8 | 16 {
  switch (base) {
    case '_Bool':
    case 'char':
    case 'signed char':
    case 'unsigned char':
      return 1;
    case 'short':
    case 'unsigned short':
      return 2;
    case 'int':
    case 'unsigned int':
      return 4;
    case 'long':
    case 'unsigned long':
      return wordBytes(target);
    case 'long long':
    case 'unsigned long long':
      return 8;
    case '__int128':
    case 'unsigned __int128':
      return 16;
    default:
      return base satisfies never;
  }
}

/** Whether an integer type is signed; plain `char` is what the target says (C17 §6.2.5 p15). */
export function isSignedInteger(base: IntegerBase, target: Target): boolean {
  if (base === 'char') return target.isCharSigned;
  return !(base === '_Bool' || base.startsWith('unsigned'));
}

/** Size of a floating type in bytes. */
export function floatSizeBytes(base: FloatBase, target: Target): number {
  switch (base) {
    case '_Float16':
      return 2;
    case 'float':
      return 4;
    case 'double':
      return 8;
    case 'long double':
      return target.longDouble.sizeBytes;
    case '__float128':
      return 16;
    default:
      return base satisfies never;
  }
}
