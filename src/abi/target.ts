/**
 * The targets: for whom a header is read.
 *
 * A target is a data model, a byte order, a handful of alignment rules and an encoding of ioctl numbers. Layout code never
 * asks "is this m68k?"; it asks for a fact by name, so that `layout.ts` reads as policy and this file as a table of facts.
 */

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
  readonly request: RequestEncoding;
}
