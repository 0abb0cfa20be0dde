/** Commands on sources of headers, run in this process: trees, revisions, ranges, the index, snapshots, imports. */

import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git, kernelFiles, scratchDirectory, scratchRepository, writeFiles } from '../source/scratch.ts';
import { gitEnv, runCli } from '../support/run-cli.ts';

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function uabi(cwd: string, argv: readonly string[], stdin = ''): Promise<Outcome> {
  const { code, stdout: out, stderr: err } = await runCli(argv, { cwd, stdin, env: gitEnv, asksEarly: true });
  return { code, out, err };
}

const before = '#include <linux/types.h>\nstruct fuse { __u32 a; __u32 b; };\nstruct same { __u32 x; };\n';
const after = '#include <linux/types.h>\nstruct fuse { __u32 b; __u32 a; };\nstruct same { __u32 x; };\n';
const path = 'include/uapi/linux/fuse.h';
const repository = scratchRepository({ ...kernelFiles, [path]: before }, { [path]: after });

interface Check {
  readonly verdict: string;
  readonly targets: readonly string[];
  readonly findings: readonly { readonly subject: string }[];
}

async function check(argv: readonly string[], cwd = repository): Promise<Check & { readonly code: number }> {
  const { code, out, err } = await uabi(cwd, ['check', '--format', 'json', ...argv]);
  if (out === '') throw new Error(err);
  return { ...(JSON.parse(out) as Check), code };
}

describe('a snapshot of one header', () => {
  const header = 'linux/fuse.h';

  /** Of the first commit, as a file that says so. */
  async function snapshotOf(...options: readonly string[]): Promise<string> {
    const { out, code } = await uabi(repository, ['snapshot', 'v1', '--target', 'arm64', ...options]);
    expect(code).toBe(0);
    return join(scratchDirectory({ 'abi.json': out }), 'abi.json');
  }

  test.each([
    ['says which it is, and of a tree that is all that is compared', ['--header', header], []],
    ['is compared with that header', ['--header', header], ['--header', header]],
    ['is what is asked of a whole one', [], ['--header', header]],
    ['is what paths ask of a whole one', [], ['--', path]],
  ])('%s', async (_what, taken, asked) => {
    const snapshot = await snapshotOf(...taken);
    const same = await check([snapshot, 'v1', ...asked]);
    expect(same).toMatchObject({ code: 0, verdict: 'compatible', findings: [] });
    const changed = await check([snapshot, 'v2', ...asked]);
    expect(changed.code).toBe(1);
    expect(new Set(changed.findings.map(({ subject }) => subject.split('.')[0]))).toEqual(new Set(['struct fuse']));
    // The other way round too.
    expect((await check(['v2', snapshot, ...asked])).code).toBe(1);
  });

  test('has no other header', async () => {
    for (const [taken, asked] of [
      [['--header', header], 'linux/types.h'],
      [[], 'linux/nosuch.h'],
    ] as const) {
      const { code, err } = await uabi(repository, ['check', await snapshotOf(...taken), 'v2', '--header', asked]);
      expect(code).toBe(2);
      expect(err).toContain(`has no header "${asked}"`);
    }
  });
});

describe('uabi check', () => {
  test('takes an enumerator that is made as requests are for a request', async () => {
    const header = (fields: string, declared: string): string => `
      #define _IOC(dir, type, nr, size) (((dir) << 30) | ((type) << 8) | (nr) | ((size) << 16))
      #define _IOWR(type, nr, size) _IOC(3U, (type), (nr), (sizeof(size)))
      struct talk { ${fields} };
      ${declared}\n`;
    const inEnum = 'enum { TALK = _IOWR(98, 1, struct talk), OTHER = 7 };';
    const folder = scratchDirectory({
      'macro.h': header('long a;', '#define TALK _IOWR(98, 1, struct talk)\n#define OTHER 7'),
      'enum.h': header('long a;', inEnum),
      'grown.h': header('long a, b;', inEnum),
      'gone.h': header('long a;', 'enum { OTHER = 7 };'),
    });
    const rulesOf = async (old: string, next: string): Promise<readonly string[]> => {
      const { out } = await uabi(folder, [
        'check',
        '--format',
        'json',
        '--target',
        'arm64',
        '--show',
        'all',
        old,
        next,
      ]);
      const { findings } = JSON.parse(out) as { readonly findings: readonly { rule: string; subject: string }[] };
      return findings.map(({ rule, subject }) => `${rule} ${subject}`);
    };
    expect(await rulesOf('enum.h', 'grown.h')).toEqual([
      'request-size-changed request TALK',
      'record-grew struct talk',
      'field-added-at-end struct talk.b',
    ]);
    expect(await rulesOf('enum.h', 'gone.h')).toEqual(['request-removed request TALK']);
    expect(await rulesOf('gone.h', 'enum.h')).toEqual(['request-added request TALK']);
    // To every program they are the same.
    expect((await rulesOf('macro.h', 'enum.h')).filter((one) => one.includes('TALK'))).toEqual([]);
    expect((await rulesOf('enum.h', 'macro.h')).filter((one) => one.includes('TALK'))).toEqual([]);
    const asked = await uabi(folder, ['ioctl', '0xc0086201', '--in', 'enum.h', '--target', 'arm64']);
    expect(asked.out).toContain('TALK carries struct talk');
  });

  test('of two files in one folder takes each for the other: what only one declares is gone or new', async () => {
    const folder = scratchDirectory({
      'before.h': 'struct pair { unsigned char a, b; };\nstruct kept { int x; };\n',
      'after.h': 'struct kept { int x; };\n',
    });
    const { findings, verdict } = await check(['before.h', 'after.h'], folder);
    expect(verdict).toBe('break');
    expect(findings.map(({ subject }) => subject)).toEqual(['struct pair']);
  });

  test('of two files of other names in other places finds no header gone', async () => {
    const text = 'struct one { int a; };\n';
    const cwd = scratchRepository({ ...kernelFiles, 'include/uapi/linux/one.h': text });
    writeFiles(cwd, { 'mine/copy.h': text, 'mine/less.h': '\n' });
    for (const sides of [
      ['v1:include/uapi/linux/one.h', 'mine/copy.h'],
      ['mine/copy.h', 'include/uapi/linux/one.h'],
    ]) {
      const { code, stdout } = await runCli(['check', ...sides], { cwd, env: gitEnv });
      expect([code, stdout]).toEqual([0, expect.stringMatching(/^COMPATIBLE: Nothing changed/)]);
    }
    const argv = ['check', 'v1:include/uapi/linux/one.h', 'mine/less.h', '--format', 'json'];
    const { stdout } = await runCli(argv, { cwd, env: gitEnv });
    const { findings } = JSON.parse(stdout) as { readonly findings: readonly { readonly subject: string }[] };
    expect(findings.map(({ subject }) => subject)).toEqual(['struct one']);
  });

  test('of a file that is the same in a revision, in the index and on disk finds nothing', async () => {
    const text = '#include "other.h"\nstruct mine { struct other o; int a; };\n';
    const own = scratchRepository({ 'src/my.h': text, 'src/other.h': 'struct other { int x; };\n' });
    for (const sides of [
      ['HEAD:src/my.h', 'src/my.h'],
      ['src/my.h', 'HEAD:src/my.h'],
      [':src/my.h', './src/my.h'],
      ['HEAD:src/my.h', join(own, 'src/my.h')],
    ]) {
      expect(await check([...sides, '--target', 'x86_64'], own)).toMatchObject({
        code: 0,
        findings: [],
        notUnderstood: [],
      });
    }
    writeFiles(own, { 'src/my.h': text.replace('int a', 'long a') });
    const { code, findings } = await check(['HEAD:src/my.h', 'src/my.h', '--target', 'x86_64'], own);
    expect(code).toBe(1);
    expect(findings.every(({ subject }) => subject.startsWith('struct mine'))).toBe(true);
  });

  test('of include/uapi reads it within its kernel, in a revision as on disk', async () => {
    const clone = join(scratchDirectory(), 'clone');
    git(repository, 'clone', '-q', repository, clone);
    for (const sides of [
      ['HEAD:include/uapi', 'include/uapi'],
      ['include/uapi', ':include/uapi/'],
      ['HEAD:include/uapi', 'HEAD'],
    ]) {
      expect(await check(sides, clone)).toMatchObject({ code: 0, findings: [], notUnderstood: [] });
    }
    const { targets } = await check(['v1:include/uapi', 'v2:include/uapi']);
    expect(targets).toEqual((await check(['v1..v2'])).targets);
  });

  test.each([
    [['v1..v2']],
    [['v1...v2']],
    [['HEAD^..']],
    [['v1', 'v2']],
    [['v1', '.']],
    [[`v1:${path}`, `v2:${path}`]],
    [[`v1:${path}`, path]],
    [[`v1:${path}`, `:${path}`]],
    [['v1:include/uapi/linux', 'v2:include/uapi/linux']],
  ])('of %j finds the fields that changed places, on every target the sides have', async (sides) => {
    const { verdict, findings, code } = await check(sides);
    expect(verdict).toBe('break');
    expect(code).toBe(1);
    expect(findings.every(({ subject }) => subject.startsWith('struct fuse'))).toBe(true);
  });

  test('is limited to paths behind --', async () => {
    expect((await check(['v1..v2', '--', 'include/uapi/linux/kvm.h'])).verdict).toBe('compatible');
    expect((await check(['v1..v2', '--', 'include/uapi/linux'])).verdict).toBe('break');
  });

  test('alone is limited to paths behind -- as well', async () => {
    const { code, err } = await uabi(repository, ['check', '--target', 'arm64', '--', path]);
    expect(code).toBe(1);
    expect(err).toContain('comparing HEAD^..HEAD');
    expect((await check(['--', 'include/uapi/drm'])).verdict).toBe('compatible');
  });

  test('takes a path with .. in a name for a path', async () => {
    const name = 'include/uapi/linux/a..b.h';
    const directory = scratchRepository({ ...kernelFiles, [name]: before }, { [name]: after });
    expect((await check([`HEAD^:${name}`, `HEAD:${name}`], directory)).verdict).toBe('break');
    expect((await check([`HEAD^:${name}`, name], directory)).verdict).toBe('break');
    expect((await check([name, `HEAD^:${name}`], directory)).verdict).toBe('break');
  });

  test('of a revision with itself finds nothing', async () => {
    expect(await check(['v1', 'v1'])).toMatchObject({ verdict: 'compatible', findings: [], code: 0 });
  });

  test.each([
    [['v1'], 2, 'a comparison needs two'],
    [['--', '--exec=x', 'v1'], 2, 'no header at or below "--exec=x"'],
    [['v1', '--', path], 2, '"v1" is one source'],
    [['v1..v2', 'HEAD'], 2, '"HEAD" is one source too many'],
    [['v1..v2', 'v1..v2'], 2, '"v1..v2" is one source too many'],
    [['HEAD', 'v1..v2'], 2, '"HEAD" is one source too many'],
    [['^v1', 'v2'], 2, '"^v1" leaves commits out of a list'],
    [['v2', '^v1'], 2, 'OLD NEW, or a range A..B'],
    [['v1', 'v2', 'extra'], 2, '"extra" is one too many'],
    [['v1..v2', path], 2, 'Paths stand behind "--"'],
    [['v1..nothing'], 3, 'no revision "nothing"'],
    [['v1', 'no/such/path'], 3, 'no file, directory or revision "no/such/path"'],
    [['v1:nothing.h', 'v1'], 3, 'no "nothing.h" in v1'],
  ])('of %j gives no verdict and says why', async (sides, expected, reason) => {
    const { code, err } = await uabi(repository, ['check', ...sides]);
    expect(code).toBe(expected);
    expect(err).toContain(reason);
    expect(err).not.toContain('bug');
  });

  test('judges what is staged', async () => {
    const directory = scratchRepository({ ...kernelFiles, [path]: before });
    writeFiles(directory, { [path]: after });
    git(directory, 'add', '-A');
    expect((await check([`HEAD:${path}`, `:${path}`], directory)).verdict).toBe('break');
  });
});

test('uabi lint looks at one source or range', async () => {
  const { code, err } = await uabi(repository, ['lint', 'v1..v2', 'HEAD']);
  expect(code).toBe(2);
  expect(err).toContain('"HEAD" is one too many');
  const limited = await uabi(repository, ['lint', 'v1..v2', '--target', 'arm64', '--', 'linux/fuse.h']);
  expect(limited).toMatchObject({ code: 0 });
});

describe('what stands on disk under the name of a revision', () => {
  const shadowed = scratchRepository(
    { ...kernelFiles, [path]: before, 'uabi.config.json': '{"failOn": "never"}' },
    { [path]: after },
  );
  git(shadowed, 'branch', 'base', 'v1');
  writeFiles(shadowed, {
    'v1/linux/fuse.h': 'struct fuse { int a; };\n',
    'v1/uabi.config.json': '{"failOn": "break"}',
    v2: 'no tree',
    base: 'no header',
    HEAD: 'no header',
  });
  const arm64 = ['--target', 'arm64'];

  test.each([
    [['v1..v2']],
    [['v1...v2']],
    [['base..']],
    [['base..HEAD']],
    [['refs/tags/v1', 'refs/tags/v2']],
    [['v1^{}', 'v2^{}']],
  ])('is not meant by %j', async (sides) => {
    expect((await check([...sides, ...arm64], shadowed)).verdict).toBe('break');
  });

  test('is not where the rules of a revision lie', async () => {
    expect((await check(['v1..v2', ...arm64], shadowed)).code).toBe(0);
  });

  test('is meant where no revision is called so', async () => {
    const fuse = (fields: string): string => `struct fuse { ${fields} };\n`;
    const folder = scratchDirectory({
      'old/linux/fuse.h': fuse('int a; int b;'),
      'new/linux/fuse.h': fuse('int b; int a;'),
    });
    expect((await check(['old..new', ...arm64], folder)).verdict).toBe('break');
    git(folder, 'init', '-q');
    expect((await check(['old..new', ...arm64], folder)).verdict).toBe('break');
    expect((await check(['old', 'new', ...arm64], folder)).verdict).toBe('break');
  });

  test.each([
    [['check', 'base', 'v2^{}'], './base', 'refs/heads/base'],
    [['check', 'v1', 'v2^{}'], './v1', 'refs/tags/v1'],
    [['check', 'v1^{}', 'v2'], './v2', 'refs/tags/v2'],
    [['layout', 'fuse', '--in', 'v1'], './v1', 'refs/tags/v1'],
  ])('is one of two things in %j', async (argv, onDisk, revision) => {
    const { code, out, err } = await uabi(shadowed, argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(onDisk);
    expect(err).toContain(revision);
  });

  test('is meant with ./', async () => {
    const { verdict } = await check(['./v1', 'v2^{}', '--header', 'linux/fuse.h', ...arm64], shadowed);
    expect(verdict).toBe('break');
  });

  test('does not matter to what uabi chooses itself, nor in a bare repository', async () => {
    const { code, err } = await uabi(shadowed, ['check', ...arm64]);
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('comparing HEAD^..HEAD') as string });
    const bare = join(scratchDirectory(), 'bare');
    git(shadowed, 'clone', '-q', '--bare', shadowed, bare);
    expect((await check(['v1', 'HEAD', ...arm64], bare)).verdict).toBe('break');
  });
});

describe('uabi snapshot', () => {
  test('is a source that equals what it was taken from', async () => {
    const directory = scratchDirectory();
    const file = join(directory, 'abi.json');
    const taken = await uabi(repository, ['snapshot', 'v1', '--target', 'arm64', '-o', file]);
    expect({ code: taken.code, err: taken.err }).toEqual({ code: 0, err: '' });
    expect(await check([file, 'v1', '--target', 'arm64'])).toMatchObject({ verdict: 'compatible', findings: [] });
    expect((await check([file, 'v2', '--target', 'arm64'])).verdict).toBe('break');
  });
});

describe('uabi import', () => {
  test('writes a layout file with the same places as the header', async () => {
    const directory = scratchDirectory({
      'a.h': `#include <linux/types.h>
#include <linux/ioctl.h>
struct inner { __u16 x; __u16 y; } __attribute__((packed, aligned(2)));
struct outer {
  enum { RED, BLUE } colour;
  struct inner list[2];
  union { __u64 wide; struct { __u32 low; __u32 high; }; } u;
  __u32 flags : 3, : 5, kind : 8;
  void *next;
  char name[4][8];
  __u8 tail[];
};
#define OUTER_GET _IOR(0xb0, 1, struct outer)
`,
    });
    const { code, out } = await uabi(directory, ['import', 'a.h', 'outer']);
    expect(code).toBe(0);
    writeFiles(directory, { 'outer.json': out });
    for (const target of ['x86_64', 'i386', 'm68k']) {
      const places = async (source: string): Promise<unknown> => {
        const listed = await uabi(directory, [
          'layout',
          'outer',
          '--in',
          source,
          '--target',
          target,
          '--format',
          'json',
        ]);
        const { records } = JSON.parse(listed.out) as {
          records: { sizeBytes: number; fields: { path: string; offsetBits: number; sizeBits: number }[] }[];
        };
        return records.map(({ sizeBytes, fields }) => [
          sizeBytes,
          fields.map((field) => [field.path, field.offsetBits, field.sizeBits]),
        ]);
      };
      expect(await places('outer.json')).toEqual(await places('a.h'));
    }
    expect(out).toContain('_IOR(0xb0, 0x01, struct outer)');
  });

  test('suggests a name that is there', async () => {
    const { code, err } = await uabi(repository, ['import', 'v1', 'fuze']);
    expect(code).toBe(2);
    expect(err).toContain('fuse');
  });
});

test('a header on standard input', async () => {
  const { code, out } = await uabi(
    repository,
    ['layout', 'a', '--in', '-', '--target', 'm68k'],
    'struct a { char c; int i; };',
  );
  expect(code).toBe(0);
  expect(out).toContain('size 6');
});

test('a header of a tree is read with the asm/ headers of each target', async () => {
  const argv = ['layout', 'kvm_regs', '--in', 'v1', '--target', 'arm64,arm', '--format', 'json'];
  const { out } = await uabi(repository, argv);
  expect(out).toContain('"struct kvm_regs"');
});

test('a header that leans on a libc header included before it is read behind one', async () => {
  const directory = scratchRepository({
    ...kernelFiles,
    'include/uapi/linux/lean.h': 'struct lean { size_t a; };\n',
    'include/uapi/linux/lost.h': 'struct lost { nobody_knows_t a; };\n',
  });
  const lean = await uabi(directory, ['layout', 'lean', '--in', '.', '--target', 'arm64']);
  expect({ code: lean.code, err: lean.err }).toEqual({ code: 0, err: '' });
  expect(lean.out).toContain('size 8');
  const lost = await uabi(directory, ['layout', '--all', '--in', '.', '--header', 'linux/lost.h', '--target', 'arm64']);
  expect(lost.code).toBe(3);
  expect(lost.err).toContain('nobody_knows_t');
});

test('an include that is not there takes nothing from a header that leans on a libc header', async () => {
  const lean = 'include/uapi/linux/lean.h';
  const text = '#include <linux/base.h>\nstruct lean { size_t a; };\n';
  const base = { 'include/uapi/linux/base.h': 'struct base { int a; };\n' };
  const broken = { 'include/uapi/linux/base.h': '#include <linux/gone.h>\nstruct base { int a; };\n' };
  const place = scratchRepository({ ...kernelFiles, ...base, [lean]: text }, broken);
  const { code, out } = await uabi(place, ['check', 'v1', 'v2', '--target', 'arm64']);
  expect(out).toContain('linux/gone.h cannot be read');
  expect(out).not.toContain('struct lean');
  expect(code).toBe(3);
  const shown = await uabi(place, ['layout', 'lean', '--in', 'v2', '--target', 'arm64']);
  expect(shown.out).toContain('size 8');
  // The header itself names both what nobody has and what a libc has.
  const both = scratchRepository({ ...kernelFiles, [lean]: `#include <linux/gone.h>\nstruct lean { size_t a; };\n` });
  const half = await uabi(both, ['layout', 'lean', '--in', 'v1', '--target', 'arm64']);
  expect(half.out).toContain('size 8');
});

describe('JSON sources', () => {
  test('a snapshot in a revision, in the index and on standard input', async () => {
    const place = scratchRepository({ ...kernelFiles, [path]: before }, { [path]: after });
    const { out } = await uabi(place, ['snapshot', 'v1', '--target', 'arm64']);
    writeFiles(place, { 'abi.json': out });
    git(place, 'add', 'abi.json');
    for (const old of [':abi.json', 'abi.json', '-']) {
      const { code, out: report } = await uabi(place, ['check', old, 'v2', '--format', 'json'], out);
      expect([old, code, (JSON.parse(report) as Check).verdict]).toEqual([old, 1, 'break']);
    }
    git(place, 'commit', '-q', '-m', 'the ABI as of v1');
    expect((await uabi(place, ['check', 'HEAD:abi.json', 'v1', '--target', 'arm64'])).code).toBe(0);
  });

  test('a layout file in a revision, with a variant', async () => {
    const layout = (type: string): string =>
      JSON.stringify({
        header: 'x.h',
        targets: ['arm64'],
        record: 'struct x',
        variants: [{ name: 'one', status: 'merged', fields: [{ field: `${type} a` }] }],
      });
    const place = scratchRepository({ ...kernelFiles, 'x.json': layout('__u32') });
    writeFiles(place, { 'x.json': layout('__u64') });
    const { code, out, err } = await uabi(place, ['check', 'HEAD:x.json#one', 'x.json#one']);
    expect(err).toBe('');
    expect(out).toContain('struct x');
    expect(code).toBe(1);
    expect((await uabi(place, ['check', 'HEAD:y.json', 'x.json'])).code).toBe(3);
  });
});

describe('what cannot stand on disk, or cannot be looked at, is told and not reported as a bug', () => {
  const long = 'a'.repeat(5000);
  test.each([
    ['check', `${long}..v2`],
    ['check', long, 'v2'],
    ['check', 'v1\nv1..v2'],
    ['layout', 'fuse', '--in', long],
    ['check', '--patch', long],
  ])('%s', async (...argv) => {
    const { code, err } = await uabi(repository, argv);
    expect(err).toMatch(/There is no|no revision/);
    expect(code).toBe(3);
  });

  test('links in a circle', async () => {
    symlinkSync('loop', join(repository, 'loop'));
    for (const argv of [
      ['check', 'loop..v2'],
      ['layout', 'fuse', '--in', 'loop'],
    ]) {
      expect(await uabi(repository, argv)).toMatchObject({
        code: 3,
        out: '',
        err: 'uabi: loop cannot be looked at (ELOOP).\n',
      });
    }
  });
});

test('a record of a revision is found wherever it is declared, as in the same files on disk', async () => {
  const files = {
    ...kernelFiles,
    'include/uapi/linux/a.h': '#include <asm/a.h>\n#include <sys/socket.h>\nstruct wanted { struct part p; };\n',
    'arch/arm64/include/uapi/asm/a.h': '#include "b.h"\n',
    'arch/arm64/include/uapi/asm/b.h': 'struct part { long a; };\n',
    'arch/arm/include/uapi/asm/a.h': 'struct part { int a; };\n',
    'include/uapi/asm-generic/socket.h': '#define SOL_SOCKET 1\n',
    'include/uapi/linux/paste.h': '#define R(x) struct want##x { int pasted; }\nR(ing);\n',
    'include/uapi/linux/lonely.h': 'struct\\\n lonely\n{ int only; };\n',
  };
  const revision = scratchRepository(files);
  const onDisk = scratchDirectory(files);
  for (const names of [
    ['wanted'],
    ['wanting'],
    ['part'],
    ['lonely', 'wanted'],
    ['struct wanted'],
    ['want'],
    ['w.*d'],
  ]) {
    const fromGit = await uabi(revision, ['layout', ...names, '--in', 'v1', '--format', 'json']);
    const fromDisk = await uabi(onDisk, ['layout', ...names, '--in', '.', '--format', 'json']);
    expect(fromGit.code, names.join()).toBe(fromDisk.code);
    expect(fromGit.out.replaceAll('v1', '.')).toBe(fromDisk.out);
    expect(fromGit.err.replaceAll('v1', '.')).toBe(fromDisk.err);
    expect(fromGit.out !== '').toBe(!['want', 'w.*d'].includes(names.join()));
  }
});
