/** A work tree of which a part is checked out: what git leaves out of it is not gone. */

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git, kernelFiles, scratchDirectory, scratchRepository, writeFiles } from '../source/scratch.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';

const fuse = 'include/uapi/linux/fuse.h';
const before = 'struct fuse { int a; int b; };\n';
const after = 'struct fuse { int a; long b; };\n';
const origin = scratchRepository(
  { ...kernelFiles, [fuse]: before, 'drivers/a.c': '', 'include/linux/b.h': '' },
  { 'drivers/a.c': ' ' },
);

function sparse(...folders: readonly string[]): string {
  const place = scratchDirectory();
  git(place, 'clone', '-q', origin, 'sparse');
  const directory = join(place, 'sparse');
  git(directory, 'sparse-checkout', 'set', ...folders);
  return directory;
}

function check(cwd: string, ...args: readonly string[]): Promise<CliResult> {
  return runCli(['check', ...args, '--target', 'arm64'], { cwd });
}

describe('headers that are left out of a sparse checkout are not gone', () => {
  test('if nobody says what to compare', async () => {
    const directory = sparse('drivers');
    expect(existsSync(join(directory, 'include'))).toBe(false);
    const answer = await check(directory);
    expect(answer.stderr).toContain('no header of the work tree differs from HEAD');
    expect(answer.code).toBe(0);
    expect((await check(join(directory, 'drivers'))).code).toBe(0);
  });

  test.each([['.'], ['include/uapi'], [fuse]])('if %s of the work tree is compared with HEAD', async (path) => {
    const directory = sparse('drivers', 'include/uapi/linux');
    const old = path === '.' ? 'HEAD' : `HEAD:${path}`;
    const answer = await check(directory, old, path);
    expect(answer).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing changed') as unknown });
  });

  test('in a second work tree, and where the repository is not the one that one stands in', async () => {
    const directory = join(scratchDirectory(), 'second');
    git(origin, 'worktree', 'add', '-q', '--detach', directory, 'HEAD');
    git(directory, 'sparse-checkout', 'set', 'drivers');
    expect(existsSync(join(directory, 'include'))).toBe(false);
    expect((await check(directory)).code).toBe(0);
    expect(await check(scratchDirectory(), origin, directory)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing changed') as unknown,
    });
    git(origin, 'worktree', 'remove', '--force', directory);
  });

  test('for layout', async () => {
    const answer = await runCli(['layout', 'fuse', '--in', sparse('drivers'), '--target', 'arm64']);
    expect(answer).toMatchObject({ code: 0, stdout: expect.stringContaining('struct fuse') as unknown });
  });

  test('if they were left out one by one', async () => {
    const directory = join(scratchDirectory(), 'k');
    git(scratchDirectory(), 'clone', '-q', origin, directory);
    git(directory, 'update-index', '--skip-worktree', fuse);
    rmSync(join(directory, fuse));
    expect((await check(directory)).code).toBe(0);
  });
});

describe('what is there counts as it is', () => {
  test('a header that was changed in the checked-out part', async () => {
    const directory = sparse('include/uapi/linux');
    writeFileSync(join(directory, fuse), after);
    const answer = await check(directory);
    expect(answer.code).toBe(1);
    expect(answer.stdout).toContain('struct fuse');
    expect(answer.stdout).not.toContain('kvm_regs');
  });

  test('a header that was staged and is left out', async () => {
    const directory = sparse('include/uapi/linux');
    writeFileSync(join(directory, fuse), after);
    git(directory, 'add', fuse);
    git(directory, 'sparse-checkout', 'set', 'drivers');
    expect((await check(directory)).code).toBe(1);
  });

  test('a header that stands in the place of one that is left out', async () => {
    const directory = sparse('drivers');
    mkdirSync(join(directory, 'include/uapi/linux'), { recursive: true });
    writeFileSync(join(directory, fuse), after);
    expect((await check(directory, 'HEAD', '.')).code).toBe(1);
  });

  test('a header that was deleted from the checked-out part', async () => {
    const directory = sparse('include/uapi/linux');
    rmSync(join(directory, fuse));
    const answer = await check(directory);
    expect(answer.code).toBe(1);
    expect(answer.stdout).toContain('linux/fuse.h');
  });
});

test('a partial clone that is sparse as well says what to fetch', async () => {
  git(origin, 'config', 'uploadpack.allowFilter', 'true');
  const place = scratchDirectory();
  git(place, 'clone', '-q', '--filter=blob:none', '--sparse', `file://${origin}`, 'both');
  const answer = await check(join(place, 'both'), 'HEAD', '.');
  expect(answer.code).toBe(3);
  expect(answer.stderr).toMatch(/Fetch them first: .*git fetch /);
});

test('files around a directory that say it is sparse are not believed', async () => {
  const directory = scratchDirectory();
  writeFiles(directory, { 'k/linux/a.h': 'struct a { int a; };\n', 'k/.git': 'gitdir: ../other\n' });
  expect((await check(directory, 'k', 'k')).code).toBe(0);
  writeFiles(directory, { 'other/info/sparse-checkout': '/drivers\n' });
  // Somebody has made this up, and git says so.
  const answer = await check(directory, 'k', 'k');
  expect(answer.code).toBe(2);
  expect(answer.stderr).toContain('git cannot read a repository');
});
