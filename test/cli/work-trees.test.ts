/** Work trees that are not where the repository is, and folders of one: what `uabi check` alone compares. */

import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git, kernelFiles, scratchDirectory, scratchRepository, writeFiles } from '../source/scratch.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';

const fuse = 'include/uapi/linux/fuse.h';
const before = 'struct fuse { int a; int b; };\n';
const after = 'struct fuse { int a; long b; };\n';

function check(cwd: string, env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  return runCli(['check', '--target', 'arm64'], { cwd, env });
}

describe('a work tree that the environment names', () => {
  const kernel = scratchRepository({ ...kernelFiles, [fuse]: before }, { Documentation: '' });
  const other = scratchRepository({ 'src/a.h': before }, { 'src/b.h': after });

  test.each([
    ['a kernel', kernel],
    ['another repository', other],
  ])('is not read for headers if it has nothing of %s', async (_, repository) => {
    const place = scratchDirectory({ 'include/linux/x.h': 'struct x { int a; };\n' });
    const answer = await check(repository, { GIT_DIR: join(repository, '.git'), GIT_WORK_TREE: place });
    expect(answer).toMatchObject({ code: 2, stdout: '' });
    expect(answer.stderr).toContain('has none of the headers of HEAD');
    expect(answer.stderr).toContain('GIT_WORK_TREE');
  });

  test('is compared if it is one', async () => {
    const place = scratchDirectory({ ...kernelFiles, [fuse]: after });
    const answer = await check(kernel, { GIT_DIR: join(kernel, '.git'), GIT_WORK_TREE: place });
    expect(answer.code).toBe(1);
    expect(answer.stdout).toContain('struct fuse');
  });
});

test('headers that were deleted from an ordinary work tree are gone', async () => {
  const directory = scratchRepository({ 'a.h': before, 'b.h': after });
  git(directory, 'rm', '-q', 'a.h');
  expect((await check(directory)).code).toBe(1);
});

test('a bare repository compares its last commit', async () => {
  const place = scratchDirectory();
  git(place, 'clone', '-q', '--bare', scratchRepository({ ...kernelFiles, [fuse]: before }, { [fuse]: after }), 'bare');
  const answer = await check(join(place, 'bare'));
  expect(answer.code).toBe(1);
  expect(answer.stderr).toContain('HEAD^..HEAD');
});

test('a folder of a second work tree is one of that tree', async () => {
  const repository = scratchRepository({ ...kernelFiles, [fuse]: before }, { [fuse]: after });
  const second = join(scratchDirectory(), 'second');
  git(repository, 'worktree', 'add', '-q', '--detach', second, 'v1');
  writeFiles(second, { [fuse]: after });
  const answer = await check(join(second, 'include/uapi'));
  expect(answer.code).toBe(1);
  expect(answer.stdout).toContain('struct fuse');
  expect((await check(repository)).stderr).toContain('comparing HEAD^..HEAD');
});

describe('what is not there is called what it is', () => {
  const repository = scratchRepository({ ...kernelFiles, [fuse]: before }, { [fuse]: after });

  test('in a shallow clone, with the command that brings it', async () => {
    const place = scratchDirectory();
    git(place, 'clone', '-q', '--depth=1', `file://${repository}`, 'shallow');
    const answer = await check(join(place, 'shallow'));
    expect(answer).toMatchObject({ code: 3, stderr: expect.stringContaining('git fetch --deepen=1') as unknown });
    git(join(place, 'shallow'), 'fetch', '-q', '--deepen=1');
    expect((await check(join(place, 'shallow'))).code).toBe(1);
  });

  test('in a clone whose alternates are gone', async () => {
    const place = scratchDirectory();
    git(place, 'clone', '-q', '--shared', repository, 'lender');
    git(place, 'clone', '-q', '--shared', '--no-checkout', 'lender', 'borrower');
    renameSync(join(place, 'lender'), join(place, 'moved'));
    const borrower = join(place, 'borrower');
    const answer = await runCli(['check', 'HEAD^..HEAD', '--target', 'arm64'], { cwd: borrower });
    expect(answer).toMatchObject({ code: 3, stdout: '' });
    expect(answer.stderr).toContain('borrows objects that are gone');
    expect(answer.stderr).toContain('lender');
  });

  test('without git', async () => {
    const answer = await runCli(['check', 'HEAD^..HEAD'], { cwd: repository, env: { PATH: scratchDirectory() } });
    expect(answer).toMatchObject({ code: 3, stdout: '' });
    expect(answer.stderr).toMatch(/git cannot be started: it is not installed/);
    expect(answer.stderr).not.toContain('does not exist');
  });
});
