/** `uabi check … -- PATH…`: what a path means, where a person stands, and that a path at which nothing stands is a mistake. */

import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git, kernelFiles, scratchDirectory, scratchRepository, writeFiles } from '../source/scratch.ts';
import { type CliResult, gitEnv, runCli } from '../support/run-cli.ts';

const fuse = 'include/uapi/linux/fuse.h';
const kvm = 'arch/arm64/include/uapi/asm/kvm.h';
const inner = 'include/uapi/asm-generic/inner.h';
const record = (name: string, fields: string): string => `struct ${name} { ${fields} };\n`;
const repository = scratchRepository(
  {
    ...kernelFiles,
    [fuse]: record('fuse', 'int a; int b;'),
    [kvm]: record('kvm_regs', 'int a; int b;'),
    [inner]: record('inner', 'int a; int b;'),
    'include/uapi/asm-generic/ucontext.h': `#include <asm-generic/inner.h>\n`,
    'include/uapi/linux/gone.h': record('gone', 'int a;'),
    'Documentation/fuse.rst': 'No header.\n',
    'tools/README': 'No header either.\n',
  },
  {
    [fuse]: record('fuse', 'int b; int a;'),
    [kvm]: record('kvm_regs', 'int b; int a;'),
    [inner]: record('inner', 'int b; int a;'),
    'include/uapi/linux/gone.h': '',
  },
);
git(repository, 'rm', '-q', 'include/uapi/linux/gone.h');
git(repository, 'commit', '-q', '-m', 'gone');
git(repository, 'tag', '-f', 'v2');
const linked = join(scratchDirectory(), 'linked');
symlinkSync(repository, linked);

function check(argv: readonly string[], cwd = repository): Promise<CliResult> {
  return runCli(['check', '--target', 'arm64', '--format', 'terse', ...argv], { cwd, env: gitEnv });
}

/** Where the findings stand, and the exit code. */
async function found(argv: readonly string[], cwd?: string): Promise<string> {
  const { code, stdout, stderr } = await check(argv, cwd);
  const places = [...stdout.matchAll(/^(\S+?):\d+: break/gm)].map((match) => match[1]);
  return [code, ...new Set(places)].join(' ') + (code > 1 ? stderr : '');
}

describe('a path after --', () => {
  test.each([
    ['.', fuse, `1 ${fuse}`],
    ['.', 'linux/fuse.h', `1 ${fuse}`],
    ['.', join(repository, fuse), `1 ${fuse}`],
    ['.', join(linked, fuse), `1 ${fuse}`],
    ['.', `./${fuse}`, `1 ${fuse}`],
    // With what they include.
    ['.', 'include/uapi/linux/', `1 ${fuse} ${kvm}`],
    ['arch', 'arm64/include/uapi/asm/kvm.h', `1 ${kvm}`],
    ['arch', '.', `1 ${kvm}`],
    ['arch', '../include/uapi/linux/fuse.h', `1 ${fuse}`],
    ['arch', fuse, `1 ${fuse}`],
    ['arch', 'linux/fuse.h', `1 ${fuse}`],
    ['include/uapi/linux', 'fuse.h', `1 ${fuse}`],
    ['include/uapi', 'linux/fuse.h', `1 ${fuse}`],
    ['.', '*/fuse.h', `1 ${fuse}`],
    ['.', 'include/uapi/linux/f[a-u]s?.h', `1 ${fuse}`],
    ['include/uapi/linux', 'fu*', `1 ${fuse}`],
    // On one side only; what is gone has no line.
    ['.', 'include/uapi/linux/gone.h', '1'],
    ['.', inner, `1 ${inner}`],
    ['.', 'include/uapi/linux/types.h', '0'],
    ['.', 'include/uapi/drm', '0'],
  ])('in %s, %s is taken as git takes it, or from the top, or as a name', async (folder, path, answer) => {
    expect(await found(['v1..v2', '--', path], join(repository, folder))).toBe(answer);
  });

  test.each([
    ['.', 'nosuch/path'],
    ['.', 'fuse.h'],
    ['.', '../fuse.h'],
    ['.', '/nonexistent/fuse.h'],
    ['.', 'Documentation'],
    ['.', 'zz*'],
    ['.', '[z-a]'],
    ['tools', '.'],
    ['tools', './include/uapi/linux/fuse.h'],
  ])('in %s, %s is a mistake: nothing stands there', async (folder, path) => {
    const { code, stdout, stderr } = await check(['v1..v2', '--', fuse, path], join(repository, folder));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`no header at or below "${path}" on either side`);
  });

  test('is not empty', async () => {
    const { code, stderr } = await check(['v1..v2', '--', '']);
    expect(code).toBe(2);
    expect(stderr).toContain('is empty');
  });

  test('starts at the directory of -C, or where one stands', async () => {
    const path = 'arm64/include/uapi/asm/kvm.h';
    expect(await found(['-C', join(repository, 'arch'), 'v1..v2', '--', path], '/')).toBe(`1 ${kvm}`);
    expect(await found(['-C', '..', 'v1..v2', '--', path], join(repository, 'arch'))).toBe(`1 ${kvm}`);
  });

  test('is one of a folder of a revision as well, and of no other header than the one that was named', async () => {
    const sides = ['v1:include/uapi', 'v2:include/uapi'];
    expect(await found([...sides, '--', fuse])).toBe(`1 ${fuse}`);
    const headers = [`v1:${fuse}`, `v2:${fuse}`];
    expect(await found([...headers, '--', fuse])).toBe(`1 ${fuse}`);
    expect(await found([...headers, '--', 'linux/kvm.h'])).toContain('2uabi: There is no header');
  });

  test('is one of directories on disk as well', async () => {
    const folder = scratchDirectory({
      'old/linux/fuse.h': record('fuse', 'int a; int b;'),
      'new/linux/fuse.h': record('fuse', 'int b; int a;'),
    });
    for (const path of ['linux/fuse.h', 'new/linux/fuse.h', join(folder, 'old')]) {
      expect(await found(['old', 'new', '--', path], folder)).toBe('1 linux/fuse.h');
    }
    expect(await found(['old', 'new', '--', 'nosuch'], folder)).toContain('2uabi: There is no header');
  });

  test('is one of a bare repository, from its top', async () => {
    const folder = scratchDirectory();
    git(folder, 'clone', '-q', '--bare', repository, 'bare');
    expect(await found(['v1..v2', '--', fuse], join(folder, 'bare'))).toBe(`1 ${fuse}`);
    expect(await found(['v1..v2', '--', 'nosuch'], join(folder, 'bare'))).toContain('2uabi: There is no header');
  });

  test('limits a patch, on the tree that it is for', async () => {
    const patch = join(scratchDirectory(), 'one.patch');
    writeFileSync(patch, `${git(repository, 'diff', 'v1', 'v2')}\n`);
    const judged = ['--patch', patch, '--onto', 'v1', '--'];
    expect(await found([...judged, 'nosuch'])).toContain('2uabi: There is no header at or below "nosuch"');
    expect(await found([...judged, 'include/uapi/drm'])).toBe('0');
    expect(await found([...judged, 'fuse.h'], join(repository, 'include/uapi/linux'))).toBe(`1 ${fuse}`);
    expect(await found(['--patch', patch, '--onto', repository, '--', join(repository, fuse)])).toContain(
      'does not apply',
    );
  });

  test('that a patch without a tree does not touch is told', async () => {
    const folder = scratchDirectory();
    writeFiles(folder, { 'one.patch': `${git(repository, 'diff', 'v1', 'v2', '--', fuse)}\n` });
    const judged = ['--patch', 'one.patch', '--'];
    expect(await found([...judged, './include/*/fuse.h'], folder)).toBe(`1 ${fuse}`);
    const { code, stderr } = await check([...judged, 'nosuch'], folder);
    expect(code).toBe(0);
    expect(stderr).toContain('the patch touches no header at or below "nosuch"');
  });
});
