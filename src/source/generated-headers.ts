/**
 * Headers that a kernel build generates, made from what the tree holds.
 *
 * Two kinds reach user space: `linux/version.h`, from the numbers at the top of the Makefile, and the `asm/unistd*.h` of most
 * architectures, from tables of system calls by scripts/syscallhdr.sh. A table is lines of `number abi name entry…`; a header
 * takes the lines of some ABIs and may add an offset to the numbers. Which table, ABIs and offset belong to a header
 * is written in each architecture's makefiles; the facts are repeated below, but for the ABIs of the shared table, which
 * each architecture states in a file of its own.
 */

import type { FileTree } from './file-tree.ts';
import { evaluateKbuild } from './kbuild.ts';

/** A generated header: what makes its text, or why it cannot be made (a whole sentence). No such header includes another. */
export type GeneratedHeader =
  | {
      readonly kind: 'text';
      readonly make: () => string;
      /** What it is made from. */
      readonly path: string;
      /** Equal origins promise equal text. */
      readonly origin: string;
    }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** How an architecture makes one `asm/unistd*.h`. */
interface SyscallHeader {
  /** Where the table may be: the first file that exists counts. */
  readonly tables: readonly string[];
  /** ABIs whose lines are taken; `undefined`: all lines. */
  readonly abis?: readonly string[];
  /** Where the architecture says which further ABIs of the shared table it has. */
  readonly adds?: { readonly bits: '32' | '64'; readonly makefile: string };
  /** Macro added to each number. */
  readonly offset?: string;
}

const common32 = ['common', '32'];
const common64 = ['common', '64'];

/**
 * Since 6.11 these read one shared table. What they added to common,32 and common,64 in 6.12, for trees that came without
 * arch/…/kernel/Makefile.syscalls, which says so.
 */
const sharedTableAbis: Readonly<
  Record<string, { readonly '32': readonly string[]; readonly '64': readonly string[] }>
> = {
  arc: { '32': ['arc', 'time32', 'renameat', 'stat64', 'rlimit'], '64': [] },
  arm64: { '32': [], '64': ['renameat', 'rlimit', 'memfd_secret'] },
  csky: { '32': ['csky', 'time32', 'stat64', 'rlimit'], '64': [] },
  hexagon: { '32': ['hexagon', 'time32', 'stat64', 'rlimit', 'renameat'], '64': [] },
  loongarch: { '32': [], '64': [] },
  nios2: { '32': ['nios2', 'time32', 'stat64', 'renameat', 'rlimit'], '64': [] },
  openrisc: { '32': ['or1k', 'time32', 'stat64', 'rlimit', 'renameat'], '64': [] },
  riscv: { '32': ['riscv', 'memfd_secret'], '64': ['riscv', 'rlimit', 'memfd_secret'] },
};

/** The header `name` (without `asm/`) that `architecture` generates, or `undefined` if the build generates no such header. */
function syscallHeader(architecture: string, name: string): SyscallHeader | undefined {
  const own = [`arch/${architecture}/kernel/syscalls/syscall.tbl`];
  switch (architecture) {
    case 'x86': {
      const folder = 'arch/x86/entry/syscalls';
      if (name === 'unistd_32.h') return { tables: [`${folder}/syscall_32.tbl`], abis: ['i386'] };
      if (name === 'unistd_64.h') return { tables: [`${folder}/syscall_64.tbl`], abis: common64 };
      if (name === 'unistd_x32.h') {
        return { tables: [`${folder}/syscall_64.tbl`], abis: ['common', 'x32'], offset: '__X32_SYSCALL_BIT' };
      }
      return undefined;
    }
    case 'mips': {
      const model = /^unistd_(n32|n64|o32)\.h$/.exec(name)?.[1];
      if (model === undefined) return undefined;
      return { tables: [`arch/mips/kernel/syscalls/syscall_${model}.tbl`], offset: '__NR_Linux' };
    }
    case 'arm': {
      const model = /^unistd-(eabi|oabi)\.h$/.exec(name)?.[1];
      if (model === undefined) return undefined;
      return { tables: ['arch/arm/tools/syscall.tbl'], abis: ['common', model], offset: '__NR_SYSCALL_BASE' };
    }
    case 'powerpc':
      if (name === 'unistd_32.h') return { tables: own, abis: [...common32, 'nospu'] };
      return name === 'unistd_64.h' ? { tables: own, abis: [...common64, 'nospu'] } : undefined;
    case 'parisc':
    case 's390':
    case 'sparc':
      if (name === 'unistd_32.h') return { tables: own, abis: common32 };
      return name === 'unistd_64.h' ? { tables: own, abis: common64 } : undefined;
    case 'alpha':
    case 'm68k':
    case 'microblaze':
    case 'sh':
    case 'xtensa':
      return name === 'unistd_32.h' ? { tables: own } : undefined;
    default: {
      const bits = /^unistd_(32|64)\.h$/.exec(name)?.[1];
      if (bits !== '32' && bits !== '64') return undefined;
      return {
        tables: [`arch/${architecture}/tools/syscall_${bits}.tbl`, 'scripts/syscall.tbl'],
        abis: bits === '32' ? common32 : common64,
        adds: { bits, makefile: `arch/${architecture}/kernel/Makefile.syscalls` },
      };
    }
  }
}

/** What makes the headers of an architecture that has tables of its own. Its Kbuild may list one that is made no more. */
export function tableMakefileOf(architecture: string): string {
  return `arch/${architecture}/${architecture === 'x86' ? 'entry' : 'kernel'}/syscalls/Makefile`;
}

/** Every file of the tree that generated headers of `architecture` may be made from. */
export function generatorInputs(architecture: string): readonly string[] {
  const names = ['unistd_32.h', 'unistd_64.h', 'unistd_x32.h', 'unistd_n32.h', 'unistd_n64.h', 'unistd_o32.h'];
  const inputs = [...names, 'unistd-eabi.h', 'unistd-oabi.h'].flatMap((name) => {
    const header = syscallHeader(architecture, name);
    return header === undefined ? [] : [...header.tables, header.adds?.makefile ?? tableMakefileOf(architecture)];
  });
  return [...new Set(inputs)];
}

/** Makes `asm/<name>` for `architecture`. */
export function generateAsmHeader(tree: FileTree, architecture: string, name: string): GeneratedHeader {
  const known = syscallHeader(architecture, name);
  const more = known && addedAbis(tree, architecture, known);
  if (known === undefined || more === undefined) {
    return unavailable(`The kernel build generates asm/${name} in a way uabi does not know.`);
  }
  if (more.kind === 'refused') return unavailable(`${more.path} is not read: ${more.reason}.`);
  const header = known.abis === undefined ? known : { ...known, abis: [...known.abis, ...more.abis] };
  for (const path of header.tables) {
    const table = tree.read(path);
    if (table.kind === 'text') {
      const origin = JSON.stringify([table.key, header.abis, header.offset]);
      return { kind: 'text', make: () => knownText(table, origin, header), path, origin };
    }
    if (table.kind === 'refused') return unavailable(`${path} is not read: ${table.reason}.`);
  }
  return unavailable(
    `The kernel build generates asm/${name} from ${header.tables.join(' or ')}, which ${tree.label} does not have.`,
  );
}

type Added =
  | { readonly kind: 'read'; readonly abis: readonly string[] }
  | { readonly kind: 'refused'; readonly path: string; readonly reason: string };

/** What an architecture adds to the common lines of a table; `undefined` where nobody says. */
function addedAbis(tree: FileTree, architecture: string, { adds }: SyscallHeader): Added | undefined {
  if (adds === undefined) return { kind: 'read', abis: [] };
  const { bits, makefile: path } = adds;
  const makefile = tree.read(path);
  if (makefile.kind === 'refused') return { ...makefile, path };
  if (makefile.kind === 'absent') {
    const abis = sharedTableAbis[architecture]?.[bits];
    return abis && { kind: 'read', abis };
  }
  const variables = evaluateKbuild(makefile.text, { architecture, exists: () => false });
  return { kind: 'read', abis: variables.get(`syscall_abis_${bits}`) ?? [] };
}

const texts = new Map<string, string>();
/** Two trees of all architectures have forty. */
const maximumTexts = 200;

/** Both trees of a comparison mostly have the same table. */
function knownText(table: { readonly text: string }, origin: string, header: SyscallHeader): string {
  let text = texts.get(origin);
  if (text === undefined) {
    text = syscallHeaderText(table.text, header);
    if (texts.size < maximumTexts) texts.set(origin, text);
  }
  return text;
}

/** One line for each line of the table, so that a place in the header is the place in the table. */
function syscallHeaderText(table: string, header: SyscallHeader): string {
  return table
    .split('\n')
    .map((line) => {
      const [number = '', abi = '', name = ''] = line.trim().split(/\s+/);
      // The name goes into a macro name: anything else than a C identifier is not a line of the table.
      if (!/^\d{1,6}$/.test(number) || !/^\w+$/.test(name)) return '';
      if (header.abis !== undefined && !header.abis.includes(abi)) return '';
      return `#define __NR_${name} ${header.offset === undefined ? number : `(${header.offset} + ${number})`}`;
    })
    .join('\n');
}

/** Makes `linux/version.h` as the top Makefile's `filechk_version.h` does (since 5.18 with the three parts as well). */
export function generateVersionHeader(tree: FileTree): GeneratedHeader {
  const makefile = tree.read('Makefile');
  if (makefile.kind !== 'text') {
    return unavailable(`The kernel build generates linux/version.h from Makefile, which ${tree.label} does not have.`);
  }
  const part = (name: string): number | undefined => {
    const digits = new RegExp(`^${name}\\s*=\\s*(\\d{1,5})\\s*$`, 'm').exec(makefile.text)?.[1];
    return digits === undefined ? undefined : Number(digits);
  };
  const version = part('VERSION');
  const patchLevel = part('PATCHLEVEL');
  const subLevel = part('SUBLEVEL');
  if (version === undefined || patchLevel === undefined || subLevel === undefined) {
    return unavailable(`The Makefile of ${tree.label} does not state VERSION, PATCHLEVEL and SUBLEVEL.`);
  }
  // Stable kernels outgrew the eight bits for SUBLEVEL; the code stops at 255.
  const code = version * 65536 + patchLevel * 256 + Math.min(subLevel, 255);
  const text = [
    `#define LINUX_VERSION_CODE ${code}`,
    '#define KERNEL_VERSION(a,b,c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))',
    `#define LINUX_VERSION_MAJOR ${version}`,
    `#define LINUX_VERSION_PATCHLEVEL ${patchLevel}`,
    `#define LINUX_VERSION_SUBLEVEL ${subLevel}`,
    '',
  ].join('\n');
  return { kind: 'text', path: 'Makefile', make: () => text, origin: text };
}

function unavailable(reason: string): GeneratedHeader {
  return { kind: 'unavailable', reason };
}
