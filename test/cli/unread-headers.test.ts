/** Headers that are there and cannot be read: whatever is said besides, they are not understood, and nothing of them is gone. */

import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git, kernelFiles, scratchDirectory, scratchRepository, writeFiles } from '../source/scratch.ts';
import { type CliResult, gitEnv, runCli } from '../support/run-cli.ts';

interface Answer {
  readonly code: number;
  readonly verdict: string;
  readonly findings: readonly { readonly rule: string; readonly subject: string }[];
  readonly notUnderstood: readonly { readonly header: string; readonly line: number; readonly message: string }[];
}

const uabi = (cwd: string, argv: readonly string[]): Promise<CliResult> => runCli(argv, { cwd, env: gitEnv });

async function check(cwd: string, ...argv: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await uabi(cwd, ['check', '--format', 'json', ...argv]);
  if (stdout === '') throw new Error(stderr);
  return { ...(JSON.parse(stdout) as Answer), code };
}

const before = 'struct s { int a; int b; };\n';
const after = 'struct s { int a; long b; };\n';
const outside = scratchDirectory({ 'd/s.h': before });

/** What may stand in the place of a header, and what is said of it. */
const hindrances: readonly (readonly [name: string, reason: string, make: (path: string) => void])[] = [
  [
    'a link that leads out',
    'leads out of the tree',
    (path) => {
      symlinkSync(join(outside, 'd/s.h'), path);
    },
  ],
  [
    'a link that leads nowhere',
    'leads nowhere',
    (path) => {
      symlinkSync('nowhere', path);
    },
  ],
  [
    'a named pipe',
    'named pipe',
    (path) => {
      execFileSync('mkfifo', [path]);
    },
  ],
  [
    'a file that is too large',
    'larger than 16777216',
    (path) => {
      writeFileSync(path, '');
      truncateSync(path, 3 * 1024 ** 3);
    },
  ],
];
const isRoot = process.getuid?.() === 0;
if (!isRoot) {
  const forbid = (path: string): void => {
    writeFileSync(path, before);
    chmodSync(path, 0);
  };
  (hindrances as (readonly [string, string, (path: string) => void])[]).push([
    'a forbidden file',
    'permission denied',
    forbid,
  ]);
}

function trees(make: (path: string) => void): string {
  const directory = scratchDirectory({
    'old/linux/k.h': 'struct k { int a; };\n',
    'new/linux/k.h': 'struct k { int a; };\n',
    'new/linux/s.h': after,
  });
  make(join(directory, 'old/linux/s.h'));
  return directory;
}

describe.each(hindrances)('in place of a header, %s', (_, reason, make) => {
  const message = expect.stringContaining(reason) as unknown;
  const problem = { header: 'linux/s.h', line: 1, message };

  test.each([
    ['old', 'new'],
    ['new', 'old'],
    ['old', 'old'],
  ])('leaves a comparison of %s and %s undecided, and nothing is gone', async (old, next) => {
    const answer = await check(trees(make), old, next, '--target', 'x86_64');
    expect(answer).toMatchObject({ code: 3, verdict: 'undecided', findings: [] });
    expect(answer.notUnderstood).toEqual(expect.arrayContaining([expect.objectContaining(problem)]));
  });

  test('does not hide what is broken elsewhere', async () => {
    const directory = trees(make);
    writeFileSync(join(directory, 'new/linux/k.h'), 'struct k { long a; };\n');
    const { code, findings, notUnderstood } = await check(directory, 'old', 'new', '--target', 'x86_64');
    expect(code).toBe(1);
    expect(findings.every(({ subject }) => subject.startsWith('struct k'))).toBe(true);
    expect(notUnderstood).toMatchObject([problem]);
  });

  test('is told by layout and snapshot', async () => {
    const directory = trees(make);
    const layout = await uabi(directory, ['layout', '--all', '--in', 'old', '--target', 'x86_64', '--format', 'json']);
    expect(layout.code).toBe(3);
    const told = JSON.parse(layout.stdout) as Answer;
    expect(told.notUnderstood).toMatchObject([problem]);
    const snapshot = await uabi(directory, ['snapshot', 'old', '--target', 'x86_64']);
    expect(snapshot.code).toBe(3);
    expect(snapshot.stderr).toContain(reason);
    expect(snapshot.stdout).toContain(reason);
  });

  test('of a kernel tree is not gone either', async () => {
    const directory = scratchDirectory();
    for (const side of ['old', 'new']) writeFiles(join(directory, side), kernelFiles);
    for (const path of [
      'include/uapi/linux/fuse.h',
      'include/uapi/asm-generic/types.h',
      'arch/arm64/include/uapi/asm/kvm.h',
    ]) {
      const place = join(directory, 'new', path);
      rmSync(place);
      make(place);
      const answer = await check(directory, 'old', 'new', '--target', 'arm64');
      expect(answer).toMatchObject({ code: 3, verdict: 'undecided', findings: [] });
      expect(answer.notUnderstood).toEqual(
        expect.arrayContaining([expect.objectContaining({ header: path, line: 1, message })]),
      );
      rmSync(place);
      cpSync(join(directory, 'old', path), place);
    }
  });
});

describe.each(hindrances)(
  'a snapshot, held against a tree where in place of a header there is %s',
  (_, reason, make) => {
    const files = {
      ...kernelFiles,
      'include/uapi/linux/own.h': 'struct own { int a; };\n',
      'include/uapi/linux/user.h': '#include <linux/own.h>\nstruct user { struct own a; };\n',
    };
    const path = 'include/uapi/linux/own.h';

    /** `whole`, `part`, which lacks the header, and their snapshots. */
    async function pair(): Promise<string> {
      const directory = scratchDirectory();
      for (const side of ['whole', 'part']) writeFiles(join(directory, side), files);
      rmSync(join(directory, 'part', path));
      make(join(directory, 'part', path));
      for (const side of ['whole', 'part']) {
        const { stdout: out, code } = await uabi(directory, ['snapshot', side, '--target', 'arm64']);
        expect(code).toBe(side === 'whole' ? 0 : 3);
        writeFileSync(join(directory, `${side}.json`), out);
      }
      return directory;
    }

    test.each([
      ['whole.json', 'part'],
      ['part', 'whole.json'],
      ['whole', 'part.json'],
      ['part.json', 'whole'],
      ['part.json', 'part'],
    ])('leaves %s and %s undecided, and nothing is gone or new', async (old, next) => {
      const answer = await check(await pair(), old, next, '--show', 'all');
      expect(answer).toMatchObject({ code: 3, verdict: 'undecided', findings: [] });
      const message = expect.stringContaining(reason) as unknown;
      expect(answer.notUnderstood).toEqual(
        expect.arrayContaining([expect.objectContaining({ header: path, message }) as unknown]),
      );
    });

    test('does not hide what is broken elsewhere, and is no matter where it was not asked about', async () => {
      const directory = await pair();
      writeFileSync(join(directory, 'part/include/uapi/linux/fuse.h'), 'struct fuse { int a; };\n');
      const { code, findings } = await check(directory, 'whole.json', 'part');
      expect(code).toBe(1);
      expect(findings.every(({ subject }) => subject.startsWith('struct fuse'))).toBe(true);
      expect(await check(directory, 'whole.json', 'part', '--header', 'linux/kvm.h')).toMatchObject({
        code: 0,
        notUnderstood: [],
      });
    });
  },
);

test('a snapshot, held against a tree with a folder that leads out of it, leaves it undecided', async () => {
  const directory = scratchDirectory();
  for (const side of ['old', 'new']) writeFiles(join(directory, side), kernelFiles);
  writeFileSync(join(directory, 'old.json'), (await uabi(directory, ['snapshot', 'old', '--target', 'arm64'])).stdout);
  rmSync(join(directory, 'new/include/uapi/drm'), { recursive: true });
  symlinkSync(join(outside, 'd'), join(directory, 'new/include/uapi/drm'));
  for (const sides of [
    ['old.json', 'new'],
    ['new', 'old.json'],
  ]) {
    expect(await check(directory, ...sides)).toMatchObject({ code: 3, verdict: 'undecided', findings: [] });
  }
});

test('a snapshot, held against a revision with a submodule in place of headers, leaves it undecided', async () => {
  const directory = scratchRepository(kernelFiles);
  const snapshot = join(scratchDirectory(), 'old.json');
  writeFileSync(snapshot, (await uabi(directory, ['snapshot', 'HEAD', '--target', 'arm64'])).stdout);
  git(directory, 'rm', '-q', '-r', 'include/uapi/drm');
  git(directory, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},include/uapi/drm`);
  git(directory, 'commit', '-q', '-m', 'submodule');
  const answer = await check(directory, snapshot, 'HEAD');
  expect(answer).toMatchObject({ code: 3, findings: [] });
  expect(answer.notUnderstood[0]?.message).toContain('is a submodule');
});

describe('a folder behind a link that leads out of the tree', () => {
  test.each([
    ['old', 'new'],
    ['new', 'old'],
  ])('stands for headers that nobody knows: %s and %s', async (old, next) => {
    const directory = trees((path) => {
      writeFileSync(path, after);
    });
    symlinkSync(join(outside, 'd'), join(directory, 'old/linux/d'));
    mkdirSync(join(directory, 'new/linux/d'));
    writeFileSync(join(directory, 'new/linux/d/s.h'), 'struct d { int a; };\n');
    const answer = await check(directory, old, next, '--target', 'x86_64');
    expect(answer).toMatchObject({ code: 3, verdict: 'undecided', findings: [] });
    const message = expect.stringContaining('leads out of the tree') as unknown;
    expect(answer.notUnderstood).toMatchObject([{ header: 'linux/d', message }]);
  });

  test('is told even if it holds everything', async () => {
    const directory = trees((path) => {
      writeFileSync(path, before);
    });
    mkdirSync(join(directory, 'all'));
    symlinkSync(join(outside, 'd'), join(directory, 'all/linux'));
    const { code, findings, notUnderstood } = await check(directory, 'all', 'new', '--target', 'x86_64');
    expect([code, findings]).toEqual([3, []]);
    expect(notUnderstood[0]?.message).toContain('linux of all is not read: it is a symbolic link that leads out');
  });

  test('can be that of an architecture', async () => {
    const directory = scratchDirectory();
    for (const side of ['old', 'new']) writeFiles(join(directory, side), kernelFiles);
    const folder = join(directory, 'new/arch/arm64/include/uapi/asm');
    rmSync(folder, { recursive: true });
    symlinkSync(join(outside, 'd'), folder);
    const { code, findings, notUnderstood } = await check(directory, 'old', 'new');
    expect(findings.map(({ subject }) => subject)).toEqual([]);
    expect(code).toBe(3);
    expect(notUnderstood.map(({ message }) => message).join('\n')).toContain(
      'arch/arm64/include/uapi/asm of new is not read',
    );
  });
});

test('a name that is no UTF-8 is told', async () => {
  const directory = trees((path) => {
    writeFileSync(path, after);
  });
  for (const side of ['old', 'new']) {
    writeFileSync(
      Buffer.concat([Buffer.from(join(directory, side, 'linux/')), Buffer.from([0xff, 0xfe]), Buffer.from('.h')]),
      before,
    );
  }
  const answer = await check(directory, 'old', 'new', '--target', 'x86_64');
  expect(answer).toMatchObject({ code: 3, findings: [] });
  expect(answer.notUnderstood[0]?.message).toContain('its name is no UTF-8');
});

describe('in a revision', () => {
  const commit = (directory: string, message: string): void => {
    git(directory, 'commit', '-q', '-m', message);
  };

  test.each([
    ['HEAD^', 'HEAD'],
    ['HEAD', 'HEAD^'],
  ])('a header that becomes a link out of it, or too large, is not understood: %s and %s', async (old, next) => {
    const path = 'include/uapi/linux/fuse.h';
    for (const make of [
      (place: string): void => {
        symlinkSync('/usr/include/linux/fuse.h', place);
      },
      (place: string): void => {
        writeFileSync(place, `/*${' '.repeat(17 * 1024 * 1024)}*/`);
      },
    ]) {
      const directory = scratchRepository(kernelFiles);
      rmSync(join(directory, path));
      make(join(directory, path));
      git(directory, 'add', '-A');
      commit(directory, 'unread');
      const { code, findings, notUnderstood } = await check(directory, old, next, '--target', 'arm64');
      expect([code, findings]).toEqual([3, []]);
      expect(notUnderstood).toMatchObject([
        { header: path, message: expect.stringContaining('is not read') as unknown },
      ]);
    }
  });

  test('a submodule that moved is not understood, and one that did not is no matter', async () => {
    const directory = scratchRepository(kernelFiles);
    for (const id of ['1', '2']) {
      git(directory, 'update-index', '--add', '--cacheinfo', `160000,${id.repeat(40)},include/uapi/subm`);
      commit(directory, id);
    }
    const { code, findings, notUnderstood } = await check(directory, 'HEAD^..HEAD', '--target', 'arm64');
    expect([code, findings]).toEqual([3, []]);
    expect(notUnderstood[0]?.message).toContain('is a submodule');
    git(directory, 'commit', '-q', '--allow-empty', '-m', 'nothing');
    expect(await check(directory, 'HEAD^..HEAD', '--target', 'arm64')).toMatchObject({ code: 0, notUnderstood: [] });
  });

  test('a link to a folder is followed', async () => {
    const directory = scratchRepository(kernelFiles);
    git(directory, 'mv', 'include/uapi/drm', 'include/uapi/drmreal');
    symlinkSync('drmreal', join(directory, 'include/uapi/drm'));
    git(directory, 'add', '-A');
    commit(directory, 'link');
    expect(await check(directory, 'HEAD^..HEAD', '--target', 'arm64')).toMatchObject({ code: 0, findings: [] });
    expect(await check(directory, 'HEAD', '.', '--target', 'arm64')).toMatchObject({ code: 0, notUnderstood: [] });
    writeFileSync(join(directory, 'include/uapi/drmreal/drm.h'), 'struct drm { long a; };\n');
    git(directory, 'commit', '-q', '-a', '-m', 'change');
    expect(await check(directory, 'HEAD^..HEAD', '--target', 'arm64')).toMatchObject({ code: 1 });
  });
});
