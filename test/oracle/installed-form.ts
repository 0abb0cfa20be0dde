/**
 * A kernel tree as a compiler needs it: installed, made without any of uabi's own code, so that a mistake in
 * `src/source` shows up as a difference.
 *
 * The edits are those of the tree's own scripts/headers_install.sh, by the same sed; `unifdef` is replaced by compiling with
 * `-U__KERNEL__ -D__EXPORTED_HEADERS__`. The tables of system calls are turned into headers by awk, as scripts/syscallhdr.sh does.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { libcDeclarations } from '../../src/source/libc-declarations.ts';

/** Writes uabi's libc declarations to `directory`, for compilers to include. */
export function writeLibc(directory: string): void {
  for (const [name, text] of libcDeclarations) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
}

const sedScript = String.raw`
s/([[:space:](])(__user|__force|__iomem)[[:space:]]/\1/g
s/__attribute_const__([[:space:]]|$)/\1/g
s@^#include <linux/compiler(|_types).h>@@
s/(^|[^a-zA-Z0-9])__packed([^a-zA-Z0-9_]|$)/\1__attribute__((packed))\2/g
s/(^|[[:space:](])(inline|asm|volatile)([[:space:](]|$)/\1__\2__\3/g
s@#(ifndef|define|endif[[:space:]]*/[*])[[:space:]]*_UAPI@#\1 @
`;

function sed(directory: string): void {
  execFileSync('sh', [
    '-c',
    'find "$1" -name "*.h" -print0 | xargs -0 -r sed -E -i -e "$2"',
    'sh',
    directory,
    sedScript,
  ]);
}

/** Installs the headers of a kernel tree: common ones to `into/common`, those of each architecture to `into/<arch>/asm`. */
export function installKernelTree(tree: string, architectures: readonly string[], into: string): void {
  if (existsSync(into)) return;
  const common = join(into, 'common');
  cpSync(join(tree, 'include/uapi'), common, { recursive: true });
  writeVersion(tree, common);
  for (const architecture of architectures) {
    const from = join(tree, 'arch', architecture, 'include/uapi/asm');
    if (!existsSync(from)) continue;
    const asm = join(into, architecture, 'asm');
    cpSync(from, asm, { recursive: true });
    const words = (path: string, pattern: RegExp): string[] =>
      existsSync(path) ? [...readFileSync(path, 'utf8').matchAll(pattern)].map((match) => match[1] ?? '') : [];
    const generic = [
      ...words(join(from, 'Kbuild'), /^generic-y\s*\+=\s*(\S+)/gm),
      ...words(join(tree, 'include/uapi/asm-generic/Kbuild'), /^mandatory-y\s*\+=\s*(\S+)/gm),
    ];
    for (const name of words(join(from, 'Kbuild'), /^(?:generated|syscall)-y\s*\+=\s*(\S+)/gm)) {
      const text = syscallHeader(tree, architecture, name);
      if (text !== undefined) writeFileSync(join(asm, name), text);
    }
    for (const name of generic) {
      if (existsSync(join(asm, name)) || !existsSync(join(common, 'asm-generic', name))) continue;
      writeFileSync(join(asm, name), `#include <asm-generic/${name}>\n`);
    }
  }
  sed(into);
}

function writeVersion(tree: string, common: string): void {
  const makefile = readFileSync(join(tree, 'Makefile'), 'utf8');
  const part = (name: string): number => Number(new RegExp(`^${name} = (\\d+)`, 'm').exec(makefile)?.[1] ?? 0);
  const [major, minor, sub] = [part('VERSION'), part('PATCHLEVEL'), part('SUBLEVEL')];
  writeFileSync(
    join(common, 'linux/version.h'),
    `#define LINUX_VERSION_CODE ${(major << 16) + (minor << 8) + Math.min(sub, 255)}
#define KERNEL_VERSION(a,b,c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
#define LINUX_VERSION_MAJOR ${major}
#define LINUX_VERSION_PATCHLEVEL ${minor}
#define LINUX_VERSION_SUBLEVEL ${sub}
`,
  );
}

/** ABIs and offset per generated header, from each architecture's arch/…/syscalls/Makefile or Makefile.syscalls. */
const tables: Readonly<Record<string, readonly [table: string, abis: string, offset: string]>> = {
  'alpha/unistd_32.h': ['arch/alpha/kernel/syscalls/syscall.tbl', '', ''],
  'arm64/unistd_64.h': ['scripts/syscall.tbl', 'common,64,renameat,rlimit,memfd_secret', ''],
  'loongarch/unistd_64.h': ['scripts/syscall.tbl', 'common,64', ''],
  'm68k/unistd_32.h': ['arch/m68k/kernel/syscalls/syscall.tbl', '', ''],
  'mips/unistd_n32.h': ['arch/mips/kernel/syscalls/syscall_n32.tbl', '', '__NR_Linux'],
  'mips/unistd_n64.h': ['arch/mips/kernel/syscalls/syscall_n64.tbl', '', '__NR_Linux'],
  'mips/unistd_o32.h': ['arch/mips/kernel/syscalls/syscall_o32.tbl', '', '__NR_Linux'],
  'parisc/unistd_32.h': ['arch/parisc/kernel/syscalls/syscall.tbl', 'common,32', ''],
  'parisc/unistd_64.h': ['arch/parisc/kernel/syscalls/syscall.tbl', 'common,64', ''],
  'powerpc/unistd_32.h': ['arch/powerpc/kernel/syscalls/syscall.tbl', 'common,nospu,32', ''],
  'powerpc/unistd_64.h': ['arch/powerpc/kernel/syscalls/syscall.tbl', 'common,nospu,64', ''],
  'riscv/unistd_32.h': ['scripts/syscall.tbl', 'common,32,riscv,memfd_secret', ''],
  'riscv/unistd_64.h': ['scripts/syscall.tbl', 'common,64,riscv,renameat,rlimit,memfd_secret', ''],
  's390/unistd_32.h': ['arch/s390/kernel/syscalls/syscall.tbl', 'common,32', ''],
  's390/unistd_64.h': ['arch/s390/kernel/syscalls/syscall.tbl', 'common,64', ''],
  'sh/unistd_32.h': ['arch/sh/kernel/syscalls/syscall.tbl', '', ''],
  'sparc/unistd_32.h': ['arch/sparc/kernel/syscalls/syscall.tbl', 'common,32', ''],
  'sparc/unistd_64.h': ['arch/sparc/kernel/syscalls/syscall.tbl', 'common,64', ''],
  'x86/unistd_32.h': ['arch/x86/entry/syscalls/syscall_32.tbl', 'i386', ''],
  'x86/unistd_64.h': ['arch/x86/entry/syscalls/syscall_64.tbl', 'common,64', ''],
  'x86/unistd_x32.h': ['arch/x86/entry/syscalls/syscall_64.tbl', 'common,x32', '__X32_SYSCALL_BIT'],
};

function syscallHeader(tree: string, architecture: string, name: string): string | undefined {
  const [table = '', abis = '', offset = ''] = tables[`${architecture}/${name}`] ?? [];
  if (table === '' || !existsSync(join(tree, table))) return undefined;
  const program =
    '/^[0-9]+[ \\t]/ && (abis == "" || index("," abis ",", "," $2 ",")) { print "#define __NR_" $3 " " (offset == "" ? $1 : "(" offset " + " $1 ")") }';
  return execFileSync('awk', ['-v', `abis=${abis}`, '-v', `offset=${offset}`, program, join(tree, table)], {
    encoding: 'utf8',
  });
}

/** Reads a directory into the form clang's virtual file system takes. */
export function readVirtualTree(directory: string): Record<string, never> {
  const result: Record<string, unknown> = {};
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) result[entry.name] = readVirtualTree(path);
    else if (entry.name.endsWith('.h')) result[entry.name] = readFileSync(path, 'utf8');
  }
  return result as Record<string, never>;
}
