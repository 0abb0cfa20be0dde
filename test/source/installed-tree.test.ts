import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDirectory } from '../../src/source/open-headers.ts';
import { arm, arm64, scratchDirectory, x86 } from './scratch.ts';

const common = {
  'linux/kvm.h': '#include <asm/kvm.h>\n',
  'linux/types.h': '',
  'asm-generic/types.h': '',
  'stdio.h': 'not a kernel header\n',
};

function prefixed(prefix: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${prefix}${name}`, text]));
}

describe('an installed tree', () => {
  test("with Debian's multiarch folders serves each architecture that is there", () => {
    const root = scratchDirectory({
      ...common,
      'aarch64-linux-gnu/asm/kvm.h': 'arm64\n',
      'x86_64-linux-gnu/asm/kvm.h': 'x86\n',
    });
    const tree = openDirectory(root, root, []);
    expect(tree.kind).toBe('installed-tree');
    expect(tree.forTarget(arm64).resolve('asm/kvm.h', 'angle', undefined)?.text).toBe('arm64\n');
    expect(tree.forTarget(x86).resolve('asm/kvm.h', 'angle', undefined)?.text).toBe('x86\n');
    expect(tree.forTarget(x86).names).toEqual(['asm/kvm.h', 'linux/kvm.h', 'linux/types.h']);
    expect(tree.unavailable(arm)).toContain('arm');
  });

  test('finds every architecture of one package under lib/linux/uapi, also when given only its include folder', () => {
    const root = scratchDirectory({
      ...prefixed('usr/include/', common),
      'usr/lib/linux/uapi/arm64/asm/kvm.h': 'arm64\n',
      'usr/lib/linux/uapi/x86/asm/kvm.h': 'x86\n',
    });
    mkdirSync(join(root, 'usr/include/x86_64-linux-gnu'));
    symlinkSync('../../lib/linux/uapi/x86/asm', join(root, 'usr/include/x86_64-linux-gnu/asm'));
    for (const directory of [root, join(root, 'usr'), join(root, 'usr/include')]) {
      const tree = openDirectory(directory, directory, []);
      expect(tree.forTarget(arm64).resolve('asm/kvm.h', 'angle', undefined)?.text).toBe('arm64\n');
      expect(tree.forTarget(x86).resolve('asm/kvm.h', 'angle', undefined)?.text).toBe('x86\n');
      expect(tree.unavailable(arm)).toBeDefined();
    }
  });

  test('of a cross compiler package is found by its triplet', () => {
    const root = scratchDirectory({
      ...prefixed('usr/aarch64-linux-gnu/include/', { ...common, 'asm/kvm.h': 'arm64\n' }),
      ...prefixed('usr/arm-linux-gnueabi/include/', { ...common, 'asm/kvm.h': 'arm\n' }),
    });
    const tree = openDirectory(join(root, 'usr'), 'usr', []);
    expect(tree.forTarget(arm64).resolve('asm/kvm.h', 'angle', undefined)?.text).toBe('arm64\n');
    expect(tree.forTarget(arm).resolve('asm/kvm.h', 'angle', undefined)?.text).toBe('arm\n');
    const one = openDirectory(join(root, 'usr/arm-linux-gnueabi/include'), 'one', []);
    expect(one.unavailable(arm)).toBeUndefined();
    expect(one.unavailable(arm64)).toBeDefined();
  });

  test('with a bare asm/ belongs to the architecture whose headers these are', () => {
    const tree = openDirectory(scratchDirectory({ ...common, 'asm/kvm.h': '', 'asm/sve_context.h': '' }), 'x', []);
    expect(tree.unavailable(arm64)).toBeUndefined();
    expect(tree.unavailable(x86)).toBeDefined();
  });

  test('without asm/ can be read for everybody', () => {
    const tree = openDirectory(scratchDirectory({ 'linux/a.h': '' }), 'x', []);
    expect(tree.unavailable(arm64)).toBeUndefined();
    expect(tree.forTarget(arm64).names).toEqual(['linux/a.h']);
  });
});
