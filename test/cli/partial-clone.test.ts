/** A partial clone: it is not filled behind the back of its user, who is told one command, after which everything is there. */

import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { git, kernelFiles, scratchDirectory, scratchRepository, writeFiles } from '../source/scratch.ts';

const fuse = 'include/uapi/linux/fuse.h';
const before = 'struct fuse {\n\tint a;\n\tint b;\n};\n';
const after = 'struct fuse {\n\tint a;\n\tlong b;\n};\n';
const odd = "it's a $(folder)";
const origin = scratchRepository(
  { ...kernelFiles, [fuse]: before, [`${odd}/x.h`]: 'struct x { int a; };\n' },
  { [fuse]: after, 'include/uapi/drm/i915.h': '#include "drm.h"\nstruct i915 { long d; };\n' },
);
for (const option of ['allowFilter', 'allowAnySHA1InWant']) git(origin, 'config', `uploadpack.${option}`, 'true');

function clone(filter: string, ...more: readonly string[]): string {
  const place = scratchDirectory();
  git(place, 'clone', '-q', `--filter=${filter}`, ...more, `file://${origin}`, 'partial');
  return join(place, 'partial');
}

function packsIn(directory: string): number {
  return readdirSync(join(directory, '.git/objects/pack')).filter((name) => name.endsWith('.pack')).length;
}

/** Pastes the command that is told into a shell, once; the same question must then have its answer. */
async function askedTwice(repository: string, args: readonly string[], cwd = repository): Promise<CliResult> {
  const packs = packsIn(repository);
  const first = await runCli([...args], { cwd });
  expect(first.code).toBe(3);
  expect(first.stdout).toBe('');
  expect(packsIn(repository)).toBe(packs);
  const command = /Fetch them first: (.*git fetch .*)$/m.exec(first.stderr)?.[1] ?? '';
  expect(command.length).toBeGreaterThan(0);
  // Half a screen at most, however many objects are missing.
  expect(command.length).toBeLessThan(1200);
  execFileSync('sh', ['-c', command], { cwd, stdio: 'pipe', env: { PATH: process.env['PATH'], HOME: repository } });
  return runCli([...args], { cwd });
}

describe.each(['blob:none', 'tree:0'])('a clone with --filter=%s needs one command', (filter) => {
  test.each([
    ['a range', ['check', 'v1..v2', '--target', 'arm64,arm'], 1, 'struct fuse'],
    ['two revisions', ['check', 'v1', 'v2', '--target', 'arm64'], 1, 'struct fuse'],
    ['one header of a range', ['check', 'v1..v2', '--target', 'arm64', '--', fuse], 1, 'struct fuse'],
    ['a layout', ['layout', 'fuse', '--in', 'v2', '--target', 'arm64'], 0, 'struct fuse'],
    ['a snapshot', ['snapshot', 'v2', '--target', 'arm64'], 0, 'struct'],
    ['a folder with an odd name', ['layout', 'x', '--in', `v2:${odd}`, '--target', 'arm64'], 0, 'struct x'],
  ])('for %s', async (_, args, code, said) => {
    const answer = await askedTwice(clone(filter, '--no-checkout'), args);
    expect(answer).toMatchObject({ code, stdout: expect.stringContaining(said) as unknown });
  });
});

test.each([fuse, 'include/uapi'])('%s of two revisions needs one command', async (path) => {
  const args = ['check', `v1:${path}`, `v2:${path}`, '--target', 'arm64'];
  expect((await askedTwice(clone('blob:none', '--no-checkout'), args)).code).toBe(1);
});

test('the command works in a folder of the repository, and for a repository named with -C', async () => {
  const args = ['check', 'v1..v2', '--target', 'arm64'];
  const inside = clone('blob:none');
  expect((await askedTwice(inside, args, join(inside, 'include/uapi/linux'))).code).toBe(1);
  const elsewhere = clone('blob:none', '--no-checkout');
  expect((await askedTwice(elsewhere, ['check', '-C', elsewhere, ...args.slice(1)], scratchDirectory())).code).toBe(1);
});

test('what is staged and missing is fetched as well', async () => {
  const repository = clone('blob:none', '--no-checkout');
  git(repository, 'read-tree', 'v1');
  expect((await askedTwice(repository, ['check', 'v2', ':', '--target', 'arm64'])).code).toBe(1);
});

test('a submodule does not come in the way', async () => {
  const place = scratchDirectory();
  git(place, 'clone', '-q', origin, 'other');
  const other = join(place, 'other');
  git(other, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},include/uapi/sub`);
  git(other, 'commit', '-q', '-m', 'submodule');
  git(other, 'config', 'uploadpack.allowFilter', 'true');
  git(place, 'clone', '-q', '--filter=blob:none', '--no-checkout', `file://${other}`, 'partial');
  const answer = await askedTwice(join(place, 'partial'), ['check', 'HEAD~2..HEAD', '--target', 'arm64']);
  expect(answer).toMatchObject({ code: 1, stdout: expect.stringContaining('struct fuse') as unknown });
});

test('a patch finds its commit without the files, and needs one command', async () => {
  const patches = scratchDirectory();
  const patch = join(patches, 'a.patch');
  writeFileSync(patch, `${git(origin, 'diff', '--full-index', 'v1', 'v2')}\n`);
  const repository = clone('blob:none', '--no-checkout');
  const answer = await askedTwice(repository, ['check', '--patch', patch, '--target', 'arm64']);
  expect(answer.code).toBe(1);
  expect(answer.stderr).toContain('the patch was made for v1');
});

test('documents that are not there are said not to be searched', async () => {
  const quoted = 'Documentation/fuse.rst';
  const documented = scratchRepository({ ...kernelFiles, [fuse]: before, [quoted]: '::\n\n  struct fuse {\n  };\n' });
  writeFiles(documented, { [fuse]: after });
  const patch = join(scratchDirectory(), 'a.patch');
  writeFileSync(patch, `${git(documented, 'diff', '--full-index')}\n`);
  git(documented, 'config', 'uploadpack.allowFilter', 'true');
  const place = scratchDirectory();
  git(place, 'clone', '-q', '--filter=blob:none', '--no-checkout', `file://${documented}`, 'partial');
  const answer = await askedTwice(join(place, 'partial'), ['check', '--patch', patch, '--target', 'arm64']);
  expect(answer.code).toBe(1);
  expect(answer.stderr).toContain('partial clone without Documentation/');
});
