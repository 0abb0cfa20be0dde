/** Temporary trees and git repositories for tests, removed when the test file ends. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

const created: string[] = [];

afterAll(() => {
  for (const directory of created) rmSync(directory, { recursive: true, force: true });
});

/** A fresh directory that holds `files`. */
export function scratchDirectory(files: Readonly<Record<string, string>> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'uabi-test-'));
  created.push(directory);
  writeFiles(directory, files);
  return directory;
}

export function writeFiles(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
}

/** Runs git in `directory`, as a user with no configuration of his own. */
export function git(directory: string, ...parameters: readonly string[]): string {
  return execFileSync('git', parameters, {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: directory,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'A',
      GIT_AUTHOR_EMAIL: 'a@example.org',
      GIT_AUTHOR_DATE: '2024-01-01T00:00:00Z',
      GIT_COMMITTER_NAME: 'A',
      GIT_COMMITTER_EMAIL: 'a@example.org',
      GIT_COMMITTER_DATE: '2024-01-01T00:00:00Z',
    },
  }).trim();
}

/** A repository with one commit for each of `commits`, tagged v1, v2, …; each commit adds to the one before. */
export function scratchRepository(...commits: readonly Readonly<Record<string, string>>[]): string {
  const directory = scratchDirectory();
  git(directory, 'init', '-q', '-b', 'main');
  for (const [index, files] of commits.entries()) {
    writeFiles(directory, files);
    git(directory, 'add', '-A');
    git(directory, 'commit', '-q', '-m', `commit ${index + 1}`);
    git(directory, 'tag', `v${index + 1}`);
  }
  return directory;
}

/** A kernel tree in miniature: two architectures, one of which takes asm/types.h from asm-generic. */
export const kernelFiles: Readonly<Record<string, string>> = {
  Makefile: 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 300\nEXTRAVERSION =\n',
  'include/uapi/Kbuild':
    'ifeq ($(wildcard $(srctree)/arch/$(SRCARCH)/include/uapi/asm/kvm.h),)\nno-export-headers += linux/kvm.h\nendif\n',
  'include/uapi/linux/types.h': '#ifndef _UAPI_T\n#define _UAPI_T\n#include <asm/types.h>\n#endif /* _UAPI_T */\n',
  'include/uapi/linux/kvm.h': '#include <linux/types.h>\n#include <asm/kvm.h>\nstruct kvm_run { __u32 a; };\n',
  'include/uapi/linux/fuse.h': '#include <stdint.h>\nstruct fuse { uint64_t a; };\n',
  'include/uapi/drm/drm.h': 'struct drm { int a; };\n',
  'include/uapi/drm/i915.h': '#include "drm.h"\nstruct i915 { struct drm d; };\n',
  'include/uapi/asm-generic/Kbuild': 'mandatory-y += types.h\nmandatory-y += unistd.h\n',
  'include/uapi/asm-generic/types.h': 'typedef unsigned int __u32;\n',
  'include/uapi/asm-generic/ucontext.h': 'struct ucontext { int a; };\n',
  'arch/arm64/include/uapi/asm/Kbuild': 'syscall-y += unistd_64.h\ngeneric-y += ucontext.h # from asm-generic\n',
  'arch/arm64/include/uapi/asm/kvm.h': 'struct kvm_regs { int a; };\n',
  'arch/arm64/include/uapi/asm/unistd.h': '#include <asm/unistd_64.h>\n',
  'arch/arm/include/uapi/asm/Kbuild': 'generated-y += unistd-eabi.h\n',
  'arch/arm/include/uapi/asm/types.h': 'typedef unsigned long __u32;\n',
  'scripts/syscall.tbl':
    '# number abi name entry\n0\tcommon\tio_setup\tsys_io_setup\n38\trenameat\trenameat\tsys_renameat\n62\t32\tllseek\tsys_llseek\n62\t64\tlseek\tsys_lseek\n',
};

export const arm64 = { name: 'arm64', triples: ['aarch64-linux-gnu'], kernelArchitecture: 'arm64' };
export const arm = { name: 'arm', triples: ['arm-linux-gnueabi'], kernelArchitecture: 'arm' };
export const x86 = { name: 'x86_64', triples: ['x86_64-linux-gnu'], kernelArchitecture: 'x86' };
