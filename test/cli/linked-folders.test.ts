/** Links in place of folders above headers: followed in a revision and in the index as on disk, and never out of the tree. */

import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git, kernelFiles, scratchRepository } from '../source/scratch.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';

function check(cwd: string, ...args: readonly string[]): Promise<CliResult> {
  return runCli(['check', '--target', 'arm64', ...args], { cwd });
}

type Move = readonly [from: string, to: string, link: string];

/** A repository that moves folders elsewhere in its second commit, and leaves links. */
function moved(moves: readonly Move[]): string {
  const directory = scratchRepository(kernelFiles);
  for (const [from, to, link] of moves) {
    mkdirSync(dirname(join(directory, to)), { recursive: true });
    renameSync(join(directory, from), join(directory, to));
    symlinkSync(link, join(directory, from));
  }
  git(directory, 'add', '-A');
  git(directory, 'commit', '-q', '-m', 'moved');
  git(directory, 'tag', 'moved');
  return directory;
}

const ways: readonly (readonly [string, readonly Move[]])[] = [
  ['include/uapi', [['include/uapi', 'headers/uapi', '../headers/uapi']]],
  ['include', [['include', 'headers/include', 'headers/include']]],
  ['arch/arm64', [['arch/arm64', 'ports/arm64', '../ports/arm64']]],
  ['arch/arm64/include', [['arch/arm64/include', 'ports/include', './../../ports/include']]],
  ['arch/arm64/include/uapi', [['arch/arm64/include/uapi', 'ports/uapi', '../../../ports/uapi']]],
  ['arch', [['arch', 'ports', 'ports']]],
  [
    'a link below a link',
    [
      ['include/uapi', 'real/uapi', '../real/uapi'],
      ['include', 'other', 'other'],
      ['real', 'far', 'far'],
    ],
  ],
];

describe.each(ways)('%s is a link', (_, moves) => {
  const directory = moved(moves);

  test('and nothing has changed', async () => {
    for (const sides of [
      ['v1', 'moved'],
      ['moved', 'v1'],
      ['v1', '.'],
      ['moved', '.'],
      ['moved', ':'],
      ['v1', ':'],
    ]) {
      expect(await check(directory, ...sides)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('Nothing changed') as unknown,
      });
    }
  });

  test('and what changes behind it is seen', async () => {
    writeFileSync(join(directory, 'include/uapi/linux/fuse.h'), 'struct fuse { int b; };\n');
    writeFileSync(join(directory, 'arch/arm64/include/uapi/asm/kvm.h'), 'struct kvm_regs { long a; };\n');
    const dirty = await check(directory);
    expect(dirty.code).toBe(1);
    git(directory, 'commit', '-q', '-a', '-m', 'changed');
    const { code, stdout } = await check(directory, 'HEAD^..HEAD', '--format', 'json');
    expect(code).toBe(1);
    const { findings } = JSON.parse(stdout) as { findings: { subject: string }[] };
    const subjects = findings.map(({ subject }) => subject.split('.')[0]);
    expect(new Set(subjects)).toEqual(new Set(['struct fuse', 'struct kvm_regs']));
  });
});

test.each([
  ['out of the tree', '../../../../../../../../usr/include', 'leads out of the tree'],
  ['to an absolute path', '/usr/include', 'leads out of the tree'],
  ['to itself', 'include', 'round in a circle'],
  ['to nothing', 'nothing', 'leads nowhere'],
])('a link above headers that leads %s is not followed', async (_, target, reason) => {
  const directory = scratchRepository(kernelFiles);
  git(directory, 'rm', '-q', '-r', 'arch/arm64/include');
  mkdirSync(join(directory, 'arch/arm64'), { recursive: true });
  symlinkSync(target, join(directory, 'arch/arm64/include'));
  git(directory, 'add', '-A');
  git(directory, 'commit', '-q', '-m', 'link');
  const { code, stdout } = await check(directory, 'HEAD^..HEAD', '--format', 'json');
  expect(code).toBe(3);
  const { findings, notUnderstood } = JSON.parse(stdout) as Record<string, unknown>;
  expect(findings).toEqual([]);
  expect(JSON.stringify(notUnderstood)).toContain(reason);
});
