/** The index in the middle of a merge: no side of a conflict is taken for what is staged. */

import { describe, expect, test } from 'vitest';
import { git, kernelFiles, scratchRepository, writeFiles } from '../source/scratch.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';

const fuse = 'include/uapi/linux/fuse.h';
const struct = (type: string): string => `struct fuse { int a; ${type} b; };\n`;

/** Ours has a `long`, theirs a `short`; both come from an `int`. Theirs has deleted drm.h, which ours has changed. */
function conflict(): string {
  const directory = scratchRepository({ ...kernelFiles, [fuse]: struct('int') });
  git(directory, 'checkout', '-q', '-b', 'theirs');
  writeFiles(directory, { [fuse]: struct('short') });
  git(directory, 'rm', '-q', 'include/uapi/drm/drm.h');
  git(directory, 'commit', '-q', '-a', '-m', 'theirs');
  git(directory, 'checkout', '-q', 'main');
  writeFiles(directory, { [fuse]: struct('long'), 'include/uapi/drm/drm.h': 'struct drm { int a; /* it */ };\n' });
  git(directory, 'commit', '-q', '-a', '-m', 'ours');
  expect(() => git(directory, 'merge', '-q', 'theirs')).toThrow();
  return directory;
}
const directory = conflict();

function check(...args: readonly string[]): Promise<CliResult> {
  return runCli(['check', '--target', 'arm64', ...args], { cwd: directory });
}

async function sizeOfB(source: string): Promise<number | undefined> {
  const args = ['layout', 'fuse', '--in', source, '--target', 'arm64', '--format', 'json'];
  const { code, stdout } = await runCli(args, { cwd: directory });
  expect(code).toBe(0);
  const { records } = JSON.parse(stdout) as { records: { fields: { path: string; sizeBits: number }[] }[] };
  return records[0]?.fields.find(({ path }) => path === 'b')?.sizeBits;
}

describe('what is unmerged is no version', () => {
  test.each([
    ['HEAD', ':'],
    [':', 'HEAD'],
    ['HEAD', ':0:'],
    ['HEAD:include/uapi', ':include/uapi'],
  ])('check %s %s is undecided, and says which paths it is', async (old, next) => {
    const answer = await check(old, next, '--format', 'json');
    expect(answer.code).toBe(3);
    const { verdict, findings, notUnderstood } = JSON.parse(answer.stdout) as Record<string, unknown>;
    expect({ verdict, findings }).toEqual({ verdict: 'undecided', findings: [] });
    const message = expect.stringContaining('is unmerged') as unknown;
    expect(notUnderstood).toEqual(
      expect.arrayContaining(
        [fuse, 'include/uapi/drm/drm.h'].map((header) => expect.objectContaining({ header, message }) as unknown),
      ),
    );
  });

  test.each([`:${fuse}`, `:0:${fuse}`])('%s is a wrong call', async (source) => {
    for (const answer of [await check(`HEAD:${fuse}`, source), await check(source, `HEAD:${fuse}`)]) {
      expect(answer).toMatchObject({ code: 2, stdout: '' });
      expect(answer.stderr).toMatch(/":include\/uapi\/linux\/fuse\.h" is not read: it is unmerged.*":2:" is ours/);
    }
  });

  test('what has no conflict is what is staged', async () => {
    const path = 'arch/arm64/include/uapi/asm/kvm.h';
    expect((await check(`HEAD:${path}`, `:${path}`)).code).toBe(0);
    expect((await check('HEAD', ':', '--', path)).code).toBe(0);
  });

  test('where it decides which headers there are, nothing is compared', async () => {
    const place = scratchRepository(kernelFiles);
    for (const [branch, line] of [
      ['one', 'generic-y += a.h\n'],
      ['two', 'generic-y += b.h\n'],
    ] as const) {
      git(place, 'checkout', '-q', '-b', branch, 'v1');
      writeFiles(place, { 'arch/arm64/include/uapi/asm/Kbuild': line });
      git(place, 'commit', '-q', '-a', '-m', branch);
    }
    expect(() => git(place, 'merge', '-q', 'one')).toThrow();
    const answer = await runCli(['check', 'HEAD', ':', '--target', 'arm64'], { cwd: place });
    expect(answer).toMatchObject({ code: 2, stdout: '' });
    expect(answer.stderr).toMatch(/arch\/arm64\/include\/uapi\/asm\/Kbuild .* unmerged/);
  });
});

describe('a version is named by its number', () => {
  test.each([
    [1, 32],
    [2, 64],
    [3, 16],
  ])(':%i: has its own struct', async (stage, bits) => {
    expect(await sizeOfB(`:${String(stage)}:${fuse}`)).toBe(bits);
    expect(await sizeOfB(`:${String(stage)}:`)).toBe(bits);
    expect(await sizeOfB(`:${String(stage)}:include/uapi`)).toBe(bits);
  });

  test('ours is HEAD, and theirs is not', async () => {
    expect(await check('HEAD', ':2:')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing changed') as unknown,
    });
    expect(await check('HEAD', ':3:')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('struct fuse') as unknown,
    });
  });

  test('one that a side has deleted is not there', async () => {
    const answer = await runCli(['layout', '--all', '--in', ':3:include/uapi/drm/drm.h'], { cwd: directory });
    expect(answer.code).toBe(3);
    expect(answer.stderr).toContain('There is no "include/uapi/drm/drm.h" in stage 3 of the index');
  });

  test('of a file without conflict there is one version, which has no number', async () => {
    const answer = await runCli(['layout', '--all', '--in', ':2:include/uapi/linux/kvm.h'], { cwd: directory });
    expect(answer.code).toBe(2);
    expect(answer.stderr).toContain('"include/uapi/linux/kvm.h" is not unmerged');
  });
});
