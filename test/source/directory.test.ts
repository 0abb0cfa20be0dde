import { execFileSync } from 'node:child_process';
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UndecidedError, UserError } from '../../src/diagnostic.ts';
import { DirectoryTree } from '../../src/source/directory.ts';
import { openFile } from '../../src/source/open-headers.ts';
import { arm64, kernelFiles, scratchDirectory } from './scratch.ts';

const root = scratchDirectory({ 'a.h': 'int a;\n', 'sub/b.h': 'int b;\n', 'sub/deep/c.h': 'int c;\n' });
const outside = scratchDirectory({ 'secret.h': 'secret\n' });
execFileSync('mkfifo', [join(root, 'pipe.h')]);
symlinkSync(join(outside, 'secret.h'), join(root, 'out.h'));
symlinkSync('/dev/zero', join(root, 'zero.h'));
symlinkSync('a.h', join(root, 'link.h'));
symlinkSync('nowhere.h', join(root, 'broken.h'));
symlinkSync('loop.h', join(root, 'loop.h'));
symlinkSync('..', join(root, 'sub/up'));
symlinkSync(outside, join(root, 'outside'));
writeFileSync(join(root, 'huge.h'), '');
truncateSync(join(root, 'huge.h'), 40 * 1024 * 1024 * 1024);

const tree = new DirectoryTree(root, 'tree');

describe('a directory', () => {
  test('lists files through harmless links once, and follows none that leads up or out', () => {
    const names = tree.list(['']);
    expect(names).toContain('sub/deep/c.h');
    expect(names.filter((name) => name.endsWith('c.h'))).toHaveLength(1);
    expect(names.some((name) => name.includes('secret'))).toBe(false);
  });

  test.each([
    ['pipe.h', 'named pipe'],
    ['out.h', 'leads out of the tree'],
    ['zero.h', 'leads out of the tree'],
    ['broken.h', 'leads nowhere'],
    ['loop.h', 'circle'],
    ['huge.h', 'too many'],
    ['sub', 'directory'],
    ['outside/secret.h', 'leads out of the tree'],
  ])('refuses %s with a reason, at once', (name, reason) => {
    expect(tree.read(name)).toMatchObject({ kind: 'refused', reason: expect.stringContaining(reason) as unknown });
  });

  test.each(['../secret.h', '/etc/passwd', 'sub/../../x', 'a.h/x', 'nothing', 'a\0b'])('has no %j', (name) => {
    expect(tree.read(name)).toEqual({ kind: 'absent' });
  });

  test('follows a link inside', () => {
    expect(tree.read('link.h')).toMatchObject({ kind: 'text', text: 'int a;\n' });
    expect(tree.read('sub/../a.h')).toMatchObject({ kind: 'text', text: 'int a;\n' });
  });

  test('that is none is a wrong call', () => {
    expect(() => new DirectoryTree(join(root, 'a.h'), 'a.h')).toThrow(UserError);
    expect(() => new DirectoryTree(join(root, 'nothing'), 'nothing')).toThrow(UndecidedError);
  });
});

describe('a single header', () => {
  test('finds its neighbours, stand-ins for linux/types.h, and nothing above its folder', () => {
    const directory = scratchDirectory({ 'x/a.h': '', 'x/b.h': '', 'c.h': '' });
    const headers = openFile(join(directory, 'x/a.h'), 'a.h', []).collection.forTarget(arm64);
    const a = headers.resolve('a.h', 'angle', undefined);
    expect(headers.resolve('b.h', 'quote', a)?.name).toBe('b.h');
    expect(headers.resolve('b.h', 'angle', a)).toBeUndefined();
    expect(headers.resolve('../c.h', 'quote', a)).toBeUndefined();
    expect(headers.resolve('linux/types.h', 'angle', a)?.isBuiltIn).toBe(true);
  });

  test('of a kernel tree is read within the tree', () => {
    const kernel = scratchDirectory(kernelFiles);
    const opened = openFile(join(kernel, 'include/uapi/linux/kvm.h'), 'kvm.h', []);
    expect(opened.collection.kind).toBe('kernel-tree');
    expect(opened.collection.forTarget(arm64).resolve('asm/kvm.h', 'angle', undefined)?.path).toContain('arch/arm64');
  });

  test('that cannot be read is a wrong call', () => {
    expect(() => openFile(join(root, 'pipe.h'), 'pipe.h', [])).toThrow(/named pipe/);
    expect(() => openFile(join(root, 'nothing.h'), 'nothing.h', [])).toThrow(/no file or directory/);
  });
});
