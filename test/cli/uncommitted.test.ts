/** What is not committed yet is judged as the commit of it will be: from the work tree, from the index and as a patch. */

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git, kernelFiles, scratchDirectory, scratchRepository, writeFiles } from '../source/scratch.ts';
import { gitEnv, runCli } from '../support/run-cli.ts';

const fuse = 'include/uapi/linux/fuse.h';
const kvm = 'arch/arm64/include/uapi/asm/kvm.h';
const types = 'include/uapi/asm-generic/types.h';
const table = 'scripts/syscall.tbl';

const before = {
  ...kernelFiles,
  [fuse]: '#include <linux/types.h>\nstruct fuse { __u32 a; __u32 b; };\n',
  'include/uapi/linux/door.h': 'struct door { int lock; };\n#define DOOR_OPEN 1\n',
};

interface Answer {
  readonly code: number;
  readonly findings: unknown;
  readonly notUnderstood: unknown;
}

async function check(cwd: string, ...sides: readonly string[]): Promise<Answer & { readonly stderr: string }> {
  const { code, stdout, stderr } = await runCli(['check', ...sides, '--format', 'json'], { cwd, env: gitEnv });
  const { findings, notUnderstood } = JSON.parse(stdout === '' ? '{}' : stdout) as Answer;
  return { code, findings, notUnderstood, stderr };
}

type Change = (directory: string) => void;

const write =
  (path: string, text: string): Change =>
  (directory) => {
    writeFiles(directory, { [path]: text });
  };
const remove =
  (path: string): Change =>
  (directory) => {
    rmSync(join(directory, path));
  };

const changes: readonly (readonly [name: string, code: number, make: Change])[] = [
  ['a field that grew', 1, write(fuse, '#include <linux/types.h>\nstruct fuse { long a; __u32 b; };\n')],
  ['a header of one architecture', 1, write(kvm, 'struct kvm_regs { long a; };\n')],
  ['a type that others include', 1, write(types, 'typedef unsigned short __u32;\n')],
  ['a header that is new', 0, write('include/uapi/linux/new.h', '#define NEW 1\n')],
  ['a header that is gone', 1, remove('include/uapi/linux/door.h')],
  ['a remark', 0, write('include/uapi/linux/door.h', 'struct door { int lock; };\n/* open */\n#define DOOR_OPEN 1\n')],
  [
    'a system call that got another number',
    1,
    write(
      table,
      '0\tcommon\tio_setup\tsys_io_setup\n39\trenameat\trenameat\tsys_renameat\n62\t32\tllseek\tsys_llseek\n62\t64\tlseek\tsys_lseek\n',
    ),
  ],
  ['what is exported', 1, write('arch/arm64/include/uapi/asm/Kbuild', 'syscall-y += unistd_64.h\n')],
];

const clones: readonly (readonly [name: string, make: () => string])[] = [
  ['a repository', () => scratchRepository(before)],
  [
    'one with SHA-256',
    () => {
      const directory = scratchDirectory(before);
      git(directory, 'init', '-q', '--object-format=sha256', '-b', 'main');
      git(directory, 'add', '-A');
      git(directory, 'commit', '-q', '-m', 'before');
      return directory;
    },
  ],
  [
    'one that is checked out with other line ends',
    () => {
      const directory = join(scratchDirectory(), 'clone');
      git('.', '-c', 'core.autocrlf=true', 'clone', '-q', scratchRepository(before), directory);
      git(directory, 'config', 'core.autocrlf', 'true');
      return directory;
    },
  ],
];

describe.each(clones)('%s', (_, clone) => {
  test.each(changes)('%s', async (__, code, make) => {
    const directory = clone();
    make(directory);
    const inTree = await check(directory);
    git(directory, 'add', '-A');
    const staged = await check(directory, 'HEAD', ':');
    const patch = git(directory, 'diff', '--cached', '--no-renames', 'HEAD');
    const file = join(scratchDirectory(), 'change.patch');
    writeFileSync(file, `${patch}\n`);
    const patched = await check(directory, '--patch', file);
    git(directory, 'commit', '-q', '-m', 'after');
    const committed = await check(directory, 'HEAD^..HEAD');
    expect(committed.code).toBe(code);
    const { findings, notUnderstood } = committed;
    for (const answer of [inTree, staged, patched]) {
      expect(answer).toMatchObject({ code, findings, notUnderstood });
    }
    expect(inTree.stderr).toContain('comparing HEAD with the work tree');
    expect((await check(directory)).stderr).toMatch(/comparing (?:HEAD\^|@\{upstream\}\.)\.\.HEAD/);
  });
});

test('a header that git was told to pass over, and that is not there, is not gone', async () => {
  const directory = scratchRepository(before, { Documentation: '' });
  git(directory, 'update-index', '--skip-worktree', fuse);
  rmSync(join(directory, fuse));
  const answer = await check(directory);
  expect(answer).toMatchObject({ code: 0, findings: [] });
  expect(answer.stderr).toContain('no header of the work tree differs');
  writeFiles(directory, { [kvm]: 'struct kvm_regs { long a; };\n' });
  expect(JSON.stringify((await check(directory)).findings)).not.toContain('fuse');
});
