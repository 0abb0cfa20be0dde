import { describe, expect, test } from 'vitest';
import { openDirectory } from '../../src/source/open-headers.ts';
import { arm, arm64, kernelFiles, scratchDirectory, x86 } from './scratch.ts';

const root = scratchDirectory(kernelFiles);
const tree = openDirectory(root, 'tree', []);
const headers = tree.forTarget(arm64);
const s390 = { name: 's390x', triples: ['s390x-linux-gnu'], kernelArchitecture: 's390' };

describe('a kernel tree', () => {
  test('lists what headers_install would install for the architecture, and no asm-generic', () => {
    expect(headers.names).toEqual([
      'asm/kvm.h',
      'asm/types.h',
      'asm/ucontext.h',
      'asm/unistd.h',
      'asm/unistd_64.h',
      'drm/drm.h',
      'drm/i915.h',
      'linux/fuse.h',
      'linux/kvm.h',
      'linux/types.h',
      'linux/version.h',
    ]);
  });

  test('does not export linux/kvm.h where the architecture has no asm/kvm.h', () => {
    expect(tree.forTarget(arm).names).not.toContain('linux/kvm.h');
  });

  test('finds asm/ headers in the architecture first, then through asm-generic', () => {
    const find = (target: typeof arm, name: string): string | undefined =>
      tree.forTarget(target).resolve(name, 'angle', undefined)?.path;
    expect(find(arm64, 'asm/types.h')).toBe('include/uapi/asm-generic/types.h');
    expect(find(arm, 'asm/types.h')).toBe('arch/arm/include/uapi/asm/types.h');
    expect(headers.resolve('asm/ucontext.h', 'angle', undefined)?.text).toBe('#include <asm-generic/ucontext.h>\n');
    expect(headers.resolve('asm/nothing.h', 'angle', undefined)).toBeUndefined();
  });

  test('finds a quoted include beside the header that asks', () => {
    const i915 = headers.resolve('drm/i915.h', 'angle', undefined);
    expect(headers.resolve('drm.h', 'quote', i915)?.name).toBe('drm/drm.h');
    expect(headers.resolve('drm.h', 'angle', i915)).toBeUndefined();
  });

  test('makes system call headers from the shared table, on the lines of the table', () => {
    const unistd = headers.resolve('asm/unistd_64.h', 'angle', undefined);
    expect(unistd?.path).toBe('scripts/syscall.tbl');
    expect(unistd?.text.split('\n')).toEqual([
      '',
      '#define __NR_io_setup 0',
      '#define __NR_renameat 38',
      '',
      '#define __NR_lseek 62',
      '',
    ]);
  });

  test('takes the lines of the shared table that the architecture asks for', () => {
    const unistdOf = (makefile: string): string | undefined => {
      const changed = scratchDirectory({ ...kernelFiles, 'arch/arm64/kernel/Makefile.syscalls': makefile });
      return openDirectory(changed, 'tree', []).forTarget(arm64).resolve('asm/unistd_64.h', 'angle', undefined)?.text;
    };
    expect(unistdOf('syscall_abis_32 +=\nsyscall_abis_64 += rlimit\n')).not.toContain('__NR_renameat');
    expect(unistdOf('syscall_abis_64 += rlimit\nsyscall_abis_64 += renameat \\\n  memfd_secret\n')).toContain(
      '#define __NR_renameat 38',
    );
  });

  test('does not have a table that is listed and made no more', () => {
    const namesWith = (made: string): readonly string[] => {
      const root = scratchDirectory({
        ...kernelFiles,
        'arch/s390/include/uapi/asm/Kbuild': 'generated-y += unistd_32.h\ngenerated-y += unistd_64.h\n',
        'arch/s390/kernel/syscalls/Makefile': `uapisyshdr-y += ${made}\n`,
      });
      return openDirectory(root, 'tree', [])
        .forTarget(s390)
        .names.filter((name) => name.startsWith('asm/unistd_'));
    };
    expect(namesWith('unistd_32.h unistd_64.h')).toEqual(['asm/unistd_32.h', 'asm/unistd_64.h']);
    expect(namesWith('unistd_64.h')).toEqual(['asm/unistd_64.h']);
  });

  test('says what a generated header would have needed', () => {
    const armHeaders = tree.forTarget(arm);
    expect(armHeaders.resolve('asm/unistd-eabi.h', 'angle', undefined)).toBeUndefined();
    expect(armHeaders.whyAbsent('asm/unistd-eabi.h')).toContain('arch/arm/tools/syscall.tbl');
  });

  test('makes linux/version.h from the Makefile, with SUBLEVEL stopping at 255', () => {
    const version = headers.resolve('linux/version.h', 'angle', undefined)?.text ?? '';
    expect(version).toContain(`LINUX_VERSION_CODE ${6 * 65536 + 12 * 256 + 255}\n`);
    expect(version).toContain('LINUX_VERSION_SUBLEVEL 300\n');
  });

  test('never looks outside the tree', () => {
    const kvm = headers.resolve('linux/kvm.h', 'angle', undefined);
    expect(headers.resolve('../../../../../../etc/passwd', 'quote', kvm)).toBeUndefined();
    expect(headers.resolve('/etc/passwd', 'quote', kvm)).toBeUndefined();
    expect(headers.resolve('../asm/kvm.h', 'quote', kvm)?.path).toBe('arch/arm64/include/uapi/asm/kvm.h');
  });

  test('answers libc headers with declarations of its own', () => {
    const file = headers.resolve('stdint.h', 'angle', undefined);
    expect(file?.isBuiltIn).toBe(true);
    expect(file?.text).toContain('uint64_t');
  });

  test('gives one file object for all architectures', () => {
    expect(tree.forTarget(arm).resolve('linux/fuse.h', 'angle', undefined)).toBe(
      headers.resolve('linux/fuse.h', 'angle', undefined),
    );
  });

  test('says which architecture it lacks', () => {
    expect(tree.unavailable(x86)).toContain('arch/x86');
  });

  test('is also found from its include/uapi', () => {
    expect(openDirectory(`${root}/include/uapi`, 'uapi', []).kind).toBe('kernel-tree');
  });
});
