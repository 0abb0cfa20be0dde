/**
 * Which architecture a folder of `asm/` headers belongs to, told by its name or by what is in it.
 *
 * Distributions name folders by GNU triplet (`aarch64-linux-gnu`, `powerpc64le-linux-gnu`), the kernel by `arch/` directory (`arm64`, `powerpc`). A
 * plain `include/asm` has no name at all; but every architecture exports some header that no other has.
 */

import type { FileTree } from './file-tree.ts';

/** First part of a triplet → `arch/` directory. */
const byMachine: readonly (readonly [RegExp, string])[] = [
  [/^(x86_64|i[3-6]86)$/, 'x86'],
  [/^aarch64(_be)?$/, 'arm64'],
  [/^arm/, 'arm'],
  [/^riscv(32|64)$/, 'riscv'],
  [/^(powerpc|ppc)/, 'powerpc'],
  [/^s390x?$/, 's390'],
  [/^mips/, 'mips'],
  [/^loongarch64$/, 'loongarch'],
  [/^m68k$/, 'm68k'],
  [/^sparc/, 'sparc'],
  [/^alpha/, 'alpha'],
  [/^hppa/, 'parisc'],
  [/^sh[1-9]/, 'sh'],
  [/^arc/, 'arc'],
];

/** The `arch/` directories that targets are known for. */
export const knownArchitectures: readonly string[] = [...new Set(byMachine.map(([, architecture]) => architecture))];

/** Header that only one architecture exports → that architecture. */
const bySignature: readonly (readonly [string, string])[] = [
  ['mtrr.h', 'x86'],
  ['sve_context.h', 'arm64'],
  ['unistd-eabi.h', 'arm'],
  ['hwprobe.h', 'riscv'],
  ['cputable.h', 'powerpc'],
  ['chpid.h', 's390'],
  ['sgidefs.h', 'mips'],
  ['bootinfo-atari.h', 'm68k'],
  ['openpromio.h', 'sparc'],
  ['gentrap.h', 'alpha'],
  ['pdc.h', 'parisc'],
  ['cpu-features.h', 'sh'],
];

/** The `arch/` directory for a GNU triplet; `undefined` if `name` is none. */
export function architectureOfTriplet(name: string): string | undefined {
  const machine = /^([a-z0-9_]+)-(?:[a-z0-9]+-)?linux-(?:gnu|musl|uclibc|android)[a-z0-9]*$/.exec(name)?.[1];
  return machine === undefined ? undefined : byMachine.find(([pattern]) => pattern.test(machine))?.[1];
}

/** The architecture that the headers in `folder` were made for; `undefined` if they could be anybody's. */
export function architectureOfAsmFolder(tree: FileTree, folder: string): string | undefined {
  const names = new Set(tree.entries(folder));
  const signature = bySignature.find(([name]) => names.has(name));
  if (signature !== undefined) return signature[1];
  // The youngest architectures take nearly everything from asm-generic; their include guards name them.
  const ptrace = tree.read(`${folder}/ptrace.h`);
  const guard = ptrace.kind === 'text' ? /#ifndef _+(?:UAPI_*)?ASM_(RISCV|LOONGARCH)_/.exec(ptrace.text) : null;
  if (guard !== null) return guard[1]?.toLowerCase();
  // riscv's first years: no hwprobe.h, but an elf.h that only riscv and x86 export.
  if (names.has('elf.h') && names.has('hwcap.h')) return 'riscv';
  return names.has('reg.h') && names.has('break.h') ? 'loongarch' : undefined;
}
