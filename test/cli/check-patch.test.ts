/** `uabi check --patch` and `uabi check` alone, in real repositories that git made. */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git, kernelFiles, scratchDirectory, scratchRepository, writeFiles } from '../source/scratch.ts';
import { gitEnv, runCli } from '../support/run-cli.ts';

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function uabi(
  cwd: string,
  argv: readonly string[],
  { stdin = '', env = {} }: { readonly stdin?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> {
  const { code, stdout: out, stderr: err } = await runCli(argv, { cwd, stdin, env: { ...gitEnv, ...env } });
  return { code, out, err };
}

interface Answer {
  readonly verdict: string;
  readonly old: string;
  readonly new: string;
  readonly findings: readonly { readonly rule: string; readonly subject: string; readonly verdict: string }[];
  readonly patches?: readonly {
    readonly title: string;
    readonly verdict: string;
    readonly findings: readonly { readonly verdict: string; readonly fingerprint: string }[];
  }[];
  readonly alternatives: readonly { readonly title: string; readonly verdict: string }[];
  readonly notUnderstood: readonly { readonly message: string }[];
}

const arm64 = ['--target', 'arm64'];

async function check(
  cwd: string,
  argv: readonly string[],
  options: Parameters<typeof uabi>[2] = {},
): Promise<Answer & { readonly code: number; readonly err: string }> {
  const { code, out, err } = await uabi(cwd, ['check', '--format', 'json', ...argv], options);
  if (out === '') throw new Error(`exit ${String(code)}: ${err}`);
  return { ...(JSON.parse(out) as Answer), code, err };
}

const path = 'include/uapi/linux/fuse.h';
const base =
  '#include <linux/types.h>\n\nstruct fuse {\n\t__u32 a;\n\t__u32 b;\n\t__u32 c;\n};\n\nstruct other {\n\t__u32 x;\n};\n';
const inserted = base.replace('\t__u32 b;', '\t__u32 news;\n\t__u32 b;');
const mended = base.replace('\t__u32 x;', '\t__u32 x;\n\t__u32 y;');

/** v1 → v2 breaks, v2 → v3 takes it back and adds at an end. */
const repository = scratchRepository({ ...kernelFiles, [path]: base }, { [path]: inserted }, { [path]: mended });
const patch = (range: string, ...options: readonly string[]): string =>
  execFileSync('git', ['format-patch', '--stdout', ...options, range], { cwd: repository, encoding: 'utf8' });

/** Every file of a repository, to see that none changed. */
function everything(directory: string): ReadonlyMap<string, string> {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    names.map((entry) => [
      join(entry.parentPath, entry.name),
      readFileSync(join(entry.parentPath, entry.name), 'latin1'),
    ]),
  );
}

describe('uabi check --patch', () => {
  test('finds the base by the blobs, judges, and changes nothing', async () => {
    const before = everything(repository);
    const found = await check(repository, [...arm64, '--patch', '-'], { stdin: patch('v1..v2') });
    expect(found).toMatchObject({ verdict: 'break', code: 1, old: 'v1', new: 'v1 + commit 2' });
    expect(found.findings.some(({ subject }) => subject === 'struct fuse.b')).toBe(true);
    expect(everything(repository)).toEqual(before);
  });

  test('says the same as a comparison of the revisions', async () => {
    const asRange = await check(repository, [...arm64, 'v1..v2']);
    const asPatch = await check(repository, [...arm64, '--patch', '-', '--onto', 'v1'], { stdin: patch('v1..v2') });
    expect(asPatch.findings).toEqual(asRange.findings);
  });

  test('judges each patch of a series, and the series', async () => {
    const found = await check(repository, [...arm64, '--patch', '-'], { stdin: patch('v1..v3') });
    expect(found.patches?.map(({ title, verdict }) => [title, verdict])).toEqual([
      ['commit 2', 'break'],
      ['commit 3', 'break'],
    ]);
    expect(found.findings.some(({ subject }) => subject.startsWith('struct fuse'))).toBe(false);
    const { out } = await uabi(repository, ['check', ...arm64, '--patch', '-'], { stdin: patch('v1..v3') });
    expect(out).toContain('1/2 break: commit 2');
    expect(out).toContain('(mended by a later patch)');
  });

  test('piped into a check of nothing else, says how patches are read', async () => {
    const { code, out, err } = await uabi(scratchDirectory({}), ['check', '-'], { stdin: 'From 0123 Mon Sep 17\n' });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('"--patch -"');
  });

  test('takes several files, in any order', async () => {
    const directory = scratchDirectory();
    execFileSync('git', ['format-patch', '-q', '-o', directory, 'v1..v3'], { cwd: repository });
    const files = readdirSync(directory)
      .map((name) => join(directory, name))
      .reverse();
    const found = await check(repository, [...arm64, '--patch', ...files]);
    expect(found.patches?.map(({ title }) => title)).toEqual(['commit 2', 'commit 3']);
  });

  test('of a base commit that only git format-patch --base names', async () => {
    const text = patch('v1..v2', '--base=v1').replace(/^index .*$/m, 'index 1111111..2222222 100644');
    expect((await check(repository, [...arm64, '--patch', '-'], { stdin: text })).err).toContain('base-commit');
  });

  test('that does not apply says where and what is there instead', async () => {
    const { code, err, out } = await uabi(repository, ['check', ...arm64, '--patch', '-', '--onto', 'v3'], {
      stdin: patch('v1..v2').replace('__u32 b;', '__u32 bb;'),
    });
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(
      /<standard input>:1\d:1: error: this hunk does not apply to include\/uapi\/linux\/fuse.h: at line 5 it expects "__u32 bb;", and the tree has "__u32 b;"/,
    );
  });

  test('that is in the tree already says so', async () => {
    const { code, err } = await uabi(repository, ['check', '--patch', '-', '--onto', 'v2'], { stdin: patch('v1..v2') });
    expect(code).toBe(3);
    expect(err).toContain('the tree already has what it adds');
  });

  test.each([
    ['--relative=include', 'uapi/linux/fuse.h'],
    ['--relative=include/uapi', 'linux/fuse.h'],
    ['--relative=include/uapi/linux', 'fuse.h'],
    ['--src-prefix=a/x/y/ --dst-prefix=b/x/y/', 'x/y/include/uapi/linux/fuse.h'],
  ])('of paths that are not there (git diff %s) does not apply', async (form, name) => {
    const stdin = execFileSync('git', ['diff', ...form.split(' '), 'v1', 'v2'], { cwd: repository, encoding: 'utf8' });
    for (const onto of [[], ['--onto', 'v1']]) {
      const { code, out, err } = await uabi(repository, ['check', ...arm64, '--patch', '-', ...onto], { stdin });
      expect([code, out]).toEqual([3, '']);
      expect(err).toContain('does not apply');
      expect(err).toContain(`the tree has no file ${name}`);
      expect(err).toContain('it has include/uapi/linux/fuse.h');
    }
  });

  test('of files that a tree of headers need not have applies without them', async () => {
    const diff = (name: string): string => `--- a/${name}\n+++ b/${name}\n@@ -1 +1 @@\n-int a;\n+int b;\n`;
    const stdin = ['drivers/x.h', 'include/linux/y.h', 'tools/include/uapi/linux/fuse.h'].map(diff).join('');
    expect(await check(repository, [...arm64, '--patch', '-'], { stdin })).toMatchObject({ code: 0 });
  });

  test('that moved in the file is found, and said', async () => {
    const moved = scratchRepository({
      ...kernelFiles,
      [path]: base.replace('\n\n', `\n${'/* a line */\n'.repeat(40)}\n`),
    });
    const found = await check(moved, [...arm64, '--patch', '-'], { stdin: patch('v1..v2') });
    expect(found.verdict).toBe('break');
    expect(found.err).toContain('was found at line 42');
    expect(found.err).toContain('it applies to HEAD');
  });

  test('that touches no UAPI needs no base', async () => {
    const text = '--- a/drivers/net/x.c\n+++ b/drivers/net/x.c\n@@ -1 +1 @@\n-a\n+b\n';
    expect(await check(repository, ['--patch', '-'], { stdin: text })).toMatchObject({
      verdict: 'compatible',
      code: 0,
    });
  });

  test.each([
    ['a symbolic link out of the tree', 'new file mode 120000', '+../../../etc/passwd', 'becomes a symbolic link'],
    ['a submodule', 'new file mode 160000', '+Subproject commit 1', 'is a submodule'],
  ])('that adds %s is never green', async (_what, mode, line, reason) => {
    const text = `diff --git a/include/uapi/linux/evil.h b/include/uapi/linux/evil.h\n${mode}\n--- /dev/null\n+++ b/include/uapi/linux/evil.h\n@@ -0,0 +1 @@\n${line}\n`;
    const found = await check(repository, [...arm64, '--patch', '-'], { stdin: text });
    expect(found).toMatchObject({ verdict: 'undecided', code: 3 });
    expect(found.notUnderstood[0]?.message).toContain(reason);
  });

  test('what another header declares is not new because it is included now', async () => {
    const directory = scratchRepository(
      { ...kernelFiles, 'include/uapi/linux/bits.h': '#define BIT_A 1\nstruct bits { int x; };\n', [path]: base },
      { [path]: `#include <linux/bits.h>\n${base}` },
    );
    const stdin = execFileSync('git', ['format-patch', '--stdout', 'v1..v2'], { cwd: directory, encoding: 'utf8' });
    const found = await check(directory, [...arm64, '--patch', '-', '--show', 'all'], { stdin });
    expect(found).toMatchObject({ verdict: 'compatible', findings: [] });
  });

  test('-- PATH limits it to some headers', async () => {
    const stdin = patch('v1..v2');
    expect((await check(repository, [...arm64, '--patch', '-', '--', 'include/uapi/linux'], { stdin })).verdict).toBe(
      'break',
    );
    const elsewhere = await check(repository, [...arm64, '--patch', '-', '--', 'arch', 'include/uapi/drm'], { stdin });
    expect(elsewhere).toMatchObject({ verdict: 'compatible', code: 0, findings: [] });
    const nowhere = await check(scratchDirectory(), [...arm64, '--patch', '-', '--', 'arch'], { stdin });
    expect(nowhere).toMatchObject({ verdict: 'compatible', findings: [] });
  });

  test('configuration and waivers reach each patch of a series', async () => {
    const stdin = patch('v1..v3');
    const series = async (...more: readonly string[]): Promise<Answer> =>
      check(repository, [...arm64, '--patch', '-', ...more], { stdin });
    const [first] = (await series()).patches ?? [];
    const waivers = (first?.findings ?? [])
      .filter(({ verdict }) => verdict !== 'compatible')
      .map(({ fingerprint }) => ({ fingerprint, reason: 'agreed', expires: '2999-01-01' }));
    expect(waivers.length).toBeGreaterThan(0);
    const directory = scratchDirectory({
      'waivers.json': JSON.stringify({ waivers }),
      'config.json': JSON.stringify({ ignore: ['linux/fuse.h'] }),
    });
    const waived = await series('--waivers', join(directory, 'waivers.json'));
    // The whole does not have what the first patch breaks; that its waivers are needed there is no complaint.
    expect(waived.patches?.map(({ verdict }) => verdict)).toEqual(['compatible', 'break']);
    expect(waived.findings.filter(({ rule }) => rule.startsWith('waiver-'))).toEqual([]);
    const ignored = await series('--config', join(directory, 'config.json'));
    expect(ignored.patches?.map(({ verdict }) => verdict)).toEqual(['compatible', 'compatible']);
  });

  test('a safe layout is offered although something else could not be read', async () => {
    const record = (middle: string, words: number): string =>
      `struct event {\n\t__u32 a;\n${middle}\t__u32 b;\n\t__u32 reserved[${String(words)}];\n};\n`;
    const odd = '#include <linux/types.h>\n\nstruct odd {\n\tunknown_t x;\n};\n\n';
    const directory = scratchRepository(
      { ...kernelFiles, 'include/uapi/linux/event.h': odd + record('', 4) },
      { 'include/uapi/linux/event.h': odd + record('\t__u32 clock;\n', 3) },
    );
    const stdin = execFileSync('git', ['format-patch', '--stdout', 'v1..v2'], { cwd: directory, encoding: 'utf8' });
    const found = await check(directory, [...arm64, '--patch', '-'], { stdin });
    expect(found.notUnderstood).not.toEqual([]);
    expect(found.alternatives).toMatchObject([
      { title: 'clock at the beginning of reserved', verdict: 'review', places: ['clock at byte 8'] },
    ]);
  });

  test.each([
    ['that touches no header', '--- a/drivers/x.c\n+++ b/drivers/x.c\n@@ -1 +1 @@\n-a\n+b\n', 0, /^$/],
    [
      'that changes a mode only',
      `diff --git a/${path} b/${path}\nold mode 100644\nnew mode 100755\n`,
      0,
      /does not say/,
    ],
    [
      'that makes a header a link',
      `diff --git a/${path} b/${path}\nold mode 100644\nnew mode 120000\n`,
      3,
      /does not say/,
    ],
    ['that is empty', '', 3, /<standard input> is empty/],
    [
      'of a hunk that stands nowhere',
      `--- a/${path}\n+++ b/${path}\n@@ -99999999999,1 +1,1 @@\n-a\n+b\n`,
      3,
      /behind the end of any header/,
    ],
    [
      'of a hunk without end',
      `--- a/${path}\n+++ b/${path}\n@@ -1,2147483648 +1,2147483649 @@\n-a\n+b\n`,
      3,
      /claims 2147483649 lines/,
    ],
    [
      'that leaves the tree',
      '--- a/../../etc/passwd\n+++ b/../../etc/passwd\n@@ -1 +1 @@\n-a\n+b\n',
      3,
      /leads out of the tree/,
    ],
    [
      'that was cut',
      `--- a/${path}\n+++ b/${path}\n@@ -1,3 +1,3 @@\n #include <linux/types.h>\n`,
      3,
      /<standard input>:3:1: error: .*after 1 line the text ends/,
    ],
  ])('%s', async (_what, stdin, expected, reason) => {
    const { code, err } = await uabi(repository, ['check', ...arm64, '--patch', '-'], { stdin });
    expect(code).toBe(expected);
    expect(err).toMatch(reason);
  });

  test.each([
    [['--onto', 'v1'], 2, '--onto says what a patch is for'],
    [['--patch', 'nothing.patch'], 3, 'There is no file nothing.patch'],
    [['--patch', '.'], 3, 'no regular file'],
    [['--patch', '-', '--onto', 'nowhere'], 3, 'no revision "nowhere"'],
    [['--patch', '-', '-'], 2, 'once only'],
  ])('%j is refused', async (argv, code, reason) => {
    const result = await uabi(repository, ['check', ...argv], { stdin: patch('v1..v2') });
    expect(result.code).toBe(code);
    expect(result.err).toContain(reason);
  });
});

describe('documentation in a patch', () => {
  const text = (fields: string, words: number): string =>
    `Events\n======\n\n::\n\n  struct events {\n\tstruct {\n\t\t__u32 a;\n${fields}\t\t__u32 esr;\n\t} exception;\n\t__u32 reserved[${String(words)}];\n  };\n\nMore.\n`;
  const header = (fields: string, words: number): string =>
    `#include <linux/types.h>\n${text(fields, words).replace(/^[^]*::\n\n {2}|\n {2}\};[^]*$/g, '')}\n};\n`;
  const news = '\t\t__u32 b;\n\t\t__u32 abt;\n';
  const files = (inHeader: number, inText: number): Record<string, string> => ({
    'include/uapi/linux/events.h': header(news, inHeader),
    'Documentation/api.rst': text(news, inText),
  });
  const before = {
    ...kernelFiles,
    'include/uapi/linux/events.h': header('', 12),
    'Documentation/api.rst': text('', 12),
  };
  const differing = async (...commits: readonly Record<string, string>[]): Promise<Answer['findings']> => {
    const directory = scratchRepository(before, ...commits);
    const range = `v1..v${String(commits.length + 1)}`;
    const stdin = execFileSync('git', ['format-patch', '--stdout', range], { cwd: directory, encoding: 'utf8' });
    const { findings } = await check(directory, [...arm64, '--patch', '-'], { stdin });
    return findings.filter(({ rule }) => rule === 'documentation-differs');
  };

  test('that shows another record than the header is a finding', async () => {
    expect(await differing(files(8, 12))).toMatchObject([{ verdict: 'review', subject: 'struct events' }]);
  });

  test('that shows the same record is none', async () => {
    expect(await differing(files(8, 8))).toEqual([]);
  });

  test('that a patch forgets to change is a finding', async () => {
    const forgotten = await differing({ 'include/uapi/linux/events.h': header(news, 8) });
    expect(forgotten).toMatchObject([{ verdict: 'review', subject: 'struct events' }]);
  });

  test('hides nothing else that the patch does', async () => {
    const flags = '#define EVENT_A 1\n#define EVENT_B 2\n';
    const directory = scratchRepository(
      {
        ...before,
        'include/uapi/linux/flags.h': 'int f(void);\n',
        'include/uapi/linux/events.h': header('', 12) + flags,
      },
      { 'include/uapi/linux/flags.h': `int f(void);\n${flags}`, 'include/uapi/linux/events.h': header(news, 8) },
    );
    const stdin = execFileSync('git', ['format-patch', '--stdout', 'v1..v2'], { cwd: directory, encoding: 'utf8' });
    const { findings } = await check(directory, [...arm64, '--patch', '-'], { stdin });
    expect(findings.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['documentation-differs', 'declaration-moved']),
    );
  });

  test("of a record that a patch does not touch is nobody's matter", async () => {
    expect(await differing({ 'include/uapi/linux/fuse.h': 'struct fuse { int b; };\n' })).toEqual([]);
  });

  test('of a record that holds what a patch touches is held against the header', async () => {
    const named = (fields: string): string =>
      `#include <linux/types.h>\nstruct exception {\n\t__u32 a;\n${fields}\t__u32 esr;\n};\n/*\n * 1\n * 2\n * 3\n * 4\n */\nstruct events {\n\tstruct exception exception;\n\t__u32 reserved[12];\n};\n`;
    const directory = scratchRepository(
      { ...before, 'include/uapi/linux/events.h': named('') },
      { 'include/uapi/linux/events.h': named('\t__u32 b;\n') },
    );
    const stdin = execFileSync('git', ['format-patch', '--stdout', 'v1..v2'], { cwd: directory, encoding: 'utf8' });
    const { findings } = await check(directory, [...arm64, '--patch', '-'], { stdin });
    expect(findings.filter(({ rule }) => rule === 'documentation-differs')).toMatchObject([
      { verdict: 'review', subject: 'struct events' },
    ]);
  });

  test('is held against the header where only the text changes', async () => {
    expect(await differing({ 'Documentation/api.rst': text(news, 12) })).toHaveLength(1);
    expect(await differing({ 'Documentation/api.rst': `${text('', 12)}Words.\n` })).toEqual([]);
  });
});

describe('without a repository', () => {
  const nowhere = scratchDirectory();

  test('whole declarations in the hunks are judged', async () => {
    const text = patch('v1..v2');
    const found = await check(nowhere, [...arm64, '--patch', '-'], {
      stdin: text,
      env: { GIT_CEILING_DIRECTORIES: '/' },
    });
    expect(found).toMatchObject({ verdict: 'break', code: 1 });
    expect(found.err).toContain('judged from its own hunks');
  });

  test('a declaration that a hunk cuts is never green', async () => {
    const text = patch('v1..v2', '-U1');
    const found = await check(nowhere, [...arm64, '--patch', '-'], { stdin: text });
    expect(found).toMatchObject({ verdict: 'undecided', code: 3 });
    expect(found.notUnderstood[0]?.message).toContain('struct fuse');
  });

  test('the same values written otherwise are no change', async () => {
    const flags = (one: string, two: string): string =>
      `--- a/include/uapi/linux/x.h\n+++ b/include/uapi/linux/x.h\n@@ -3,2 +3,2 @@\n-#define X_A ${one} /* a */\n-#define X_B ${two}\n+#define X_A _BITUL(0) /* b */\n+#define X_B _BITUL(1)\n`;
    const judged = (stdin: string): ReturnType<typeof check> => check(nowhere, [...arm64, '--patch', '-'], { stdin });
    expect(await judged(flags('(1 << 0)', '(1 << 1)'))).toMatchObject({ verdict: 'compatible', findings: [] });
    expect((await judged(flags('(1 << 0)', '(1 << 2)'))).verdict).toBe('break');
  });

  test('a value that hangs on what the patch does not show is not called gone', async () => {
    const stdin =
      '--- a/include/uapi/linux/x.h\n+++ b/include/uapi/linux/x.h\n@@ -3 +3 @@\n-#define X_A 1\n+#define X_A X_FIRST\n';
    const found = await check(nowhere, [...arm64, '--patch', '-'], { stdin });
    expect(found).toMatchObject({ verdict: 'undecided', findings: [] });
    expect(found.notUnderstood[0]?.message).toContain('X_A');
  });

  describe('of several patches to one file', () => {
    const mail = (number: number, diff: string): string =>
      `From ${'0'.repeat(40)} Mon Sep 17 00:00:00 2001\nSubject: [PATCH ${String(number)}/2] x\n\n---\n${diff}--\n2.39\n\n`;
    const file = '--- a/include/uapi/linux/x.h\n+++ b/include/uapi/linux/x.h\n';
    const judged = (...diffs: readonly string[]): ReturnType<typeof check> =>
      check(nowhere, [...arm64, '--patch', '-'], {
        stdin: diffs.map((diff, index) => mail(index + 1, diff)).join(''),
      });
    const grows = `${file}@@ -1,3 +1,4 @@\n struct s {\n \t__u32 a;\n+\t__u32 b;\n };\n`;

    test('the first shows what was there, the last what is there in the end', async () => {
      const moves = `${file}@@ -1,4 +1,4 @@\n struct s {\n-\t__u32 a;\n \t__u32 b;\n+\t__u32 a;\n };\n`;
      const found = await judged(grows, moves);
      expect(found.notUnderstood).toEqual([]);
      expect(found.findings.map(({ subject }) => subject)).toContain('struct s.a');
      expect(found.verdict).toBe('break');
    });

    test('what one does and the next undoes is no change', async () => {
      const shrinks = `${file}@@ -1,4 +1,3 @@\n struct s {\n \t__u32 a;\n-\t__u32 b;\n };\n`;
      expect(await judged(grows, shrinks)).toMatchObject({ verdict: 'compatible', findings: [] });
    });

    test('each may show another declaration', async () => {
      const other = `${file}@@ -20,3 +21,3 @@\n struct t {\n-\t__u32 a;\n+\t__u64 a;\n };\n`;
      const found = await judged(grows, other);
      expect(found.notUnderstood).toEqual([]);
      expect(found.findings.map(({ subject }) => subject)).toEqual(expect.arrayContaining(['struct s', 'struct t.a']));
    });

    test('a header that the first adds is edited by the second', async () => {
      const adds =
        '--- /dev/null\n+++ b/include/uapi/linux/x.h\n@@ -0,0 +1,4 @@\n+#include <linux/types.h>\n+struct s {\n+\t__u32 a;\n+};\n';
      const found = await judged(adds, grows.replace('-1,3 +1,4', '-2,3 +2,4'));
      expect(found).toMatchObject({ verdict: 'compatible', notUnderstood: [] });
    });

    test('something that is missing between them is told', async () => {
      const later = `${file}@@ -1,4 +1,5 @@\n struct s {\n \t__u64 a;\n \t__u32 b;\n+\t__u32 c;\n };\n`;
      const found = await judged(grows, later);
      expect(found).toMatchObject({ code: 3 });
      expect(found.notUnderstood[0]?.message).toContain('struct s otherwise than the patch before left it');
    });
  });

  test('a header that is moved as it is breaks programs that include it', async () => {
    const stdin =
      'diff --git a/include/uapi/linux/x.h b/include/uapi/linux/y/x.h\nsimilarity index 100%\nrename from include/uapi/linux/x.h\nrename to include/uapi/linux/y/x.h\n';
    const found = await check(nowhere, [...arm64, '--patch', '-'], { stdin });
    expect(found.findings).toMatchObject([{ verdict: 'break', subject: 'header linux/x.h' }]);
  });

  test('a tree on disk can be named', async () => {
    const tree = scratchDirectory({ ...kernelFiles, [path]: base });
    expect(await check(nowhere, [...arm64, '--patch', '-', '--onto', tree], { stdin: patch('v1..v2') })).toMatchObject({
      verdict: 'break',
      old: tree,
    });
  });
});

describe('uabi check alone', () => {
  const fresh = (): string => scratchRepository({ ...kernelFiles, [path]: base }, { README: 'x' }, { [path]: mended });

  test('in a clean tree compares the last commit', async () => {
    const found = await check(repository, arm64);
    expect(found.verdict).toBe('break');
    expect(found.err).toContain('comparing HEAD^..HEAD');
  });

  test('in a dirty tree compares HEAD with the work tree', async () => {
    const directory = fresh();
    writeFileSync(join(directory, path), inserted);
    const found = await check(directory, arm64);
    expect(found).toMatchObject({ verdict: 'break', old: 'HEAD' });
    expect(found.err).toContain('comparing HEAD with the work tree');
    git(directory, 'add', '-A');
    expect((await check(directory, arm64)).err).toContain('comparing HEAD with the work tree');
  });

  test('in a tree with other changes than headers compares the last commit', async () => {
    const directory = fresh();
    writeFiles(directory, { README: 'changed', 'drivers/x.c': 'int x;\n' });
    expect((await check(directory, arm64)).err).toContain('comparing HEAD^..HEAD');
  });

  test('on a branch that is ahead compares with its upstream', async () => {
    const directory = scratchDirectory();
    git(directory, 'clone', '-q', repository, 'c');
    const clone = join(directory, 'c');
    writeFiles(clone, { [path]: inserted });
    git(clone, 'commit', '-q', '-am', 'x');
    expect((await check(clone, arm64)).err).toContain('1 commit that its upstream lacks');
  });

  test('in a job compares what the request changes', async () => {
    const directory = scratchDirectory();
    git(directory, 'clone', '-q', repository, 'c');
    const clone = join(directory, 'c');
    git(clone, 'checkout', '-q', '-b', 'topic', 'v1');
    writeFiles(clone, { [path]: inserted });
    git(clone, 'commit', '-q', '-am', 'x');
    const onGitHub = await check(clone, arm64, { env: { GITHUB_ACTIONS: 'true', GITHUB_BASE_REF: 'main' } });
    expect(onGitHub.err).toContain('comparing origin/main...HEAD');
    expect(onGitHub.verdict).toBe('break');
    const sha = git(clone, 'rev-parse', 'v1');
    const onGitLab = await check(clone, arm64, { env: { GITLAB_CI: 'true', CI_MERGE_REQUEST_DIFF_BASE_SHA: sha } });
    expect(onGitLab.err).toContain(`comparing ${sha.slice(0, 12)}..HEAD`);
    writeFiles(clone, { 'event.json': JSON.stringify({ before: sha }) });
    const pushed = await check(clone, arm64, {
      env: { GITHUB_ACTIONS: 'true', GITHUB_EVENT_PATH: join(clone, 'event.json') },
    });
    expect(pushed.err).toContain('a push on GitHub');
    const shallow = await uabi(clone, ['check'], { env: { GITHUB_ACTIONS: 'true', GITHUB_BASE_REF: 'gone' } });
    expect(shallow).toMatchObject({ code: 3 });
    expect(shallow.err).toContain('fetch-depth');
  });

  test('in a job believes the event that started it', async () => {
    const directory = fresh();
    const sha = git(directory, 'rev-parse', 'v1');
    const event = async (text: string): Promise<string> => {
      writeFiles(directory, { 'event.json': text });
      const env = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_PATH: join(directory, 'event.json') };
      return (await uabi(directory, ['check', ...arm64], { env })).err;
    };
    const request = { pull_request: { base: { sha } } };
    expect(await event(JSON.stringify(request))).toContain(`comparing ${sha.slice(0, 12)}...HEAD`);
    expect(await event(JSON.stringify({ merge_group: { base_sha: sha } }))).toContain('a request on GitHub');
    expect(await event(JSON.stringify({ before: '0'.repeat(40) }))).toContain('a new branch on GitHub');
    expect(await event('{')).toContain('is no JSON');
    const env = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_PATH: join(directory, 'none.json') };
    expect((await uabi(directory, ['check'], { env })).err).toContain('cannot be read');
  });

  test('in a repository without a commit says so', async () => {
    const directory = scratchDirectory();
    git(directory, 'init', '-q');
    const { code, err } = await uabi(directory, ['check']);
    expect(code).toBe(2);
    expect(err).toContain('no commit yet');
  });

  test('names the directory of -C that is no repository', async () => {
    const directory = scratchDirectory();
    const { code, err } = await uabi(directory, ['check', '-C', directory]);
    expect(code).toBe(2);
    expect(err).toContain(directory);
  });

  test('outside of a repository says what to do', async () => {
    const { code, err } = await uabi(scratchDirectory(), ['check']);
    expect(code).toBe(2);
    expect(err).toContain('Name OLD and NEW');
  });

  test('where git will not read the repository gives its reason, as a range does', async () => {
    const place = scratchDirectory();
    git(place, 'clone', '-q', '--shared', repository, 'shared');
    const shared = join(place, 'shared');
    const dubious = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
    for (const argv of [['check'], ['check', 'HEAD^..HEAD']]) {
      const refused = await uabi(shared, argv, { env: dubious });
      expect(refused.code).toBe(2);
      expect(refused.err).toContain('dubious ownership');
      expect(refused.err).toContain('git config --global --add safe.directory');
      const missing = await uabi(shared, argv, { env: { PATH: '/nonexistent' } });
      expect(missing.code).toBe(3);
      expect(missing.err).toContain('git cannot be started: it is not installed');
    }
    const judged = await uabi(shared, ['check', '--patch', '-'], { stdin: patch('v1..v2'), env: dubious });
    expect(judged.err).toContain('dubious ownership');
    writeFiles(shared, { '.git/objects/info/alternates': '/nonexistent\n' });
    const broken = await uabi(shared, ['check']);
    expect(broken.code).toBe(3);
    expect(broken.err).toContain('its alternates are gone');
  });

  test('of a -C that is no directory says so', async () => {
    writeFiles(repository, { '.git/file': '' });
    for (const [directory, reason] of [
      ['.git/file', '".git/file", which -C names, is no directory'],
      ['/nonexistent', 'There is no directory "/nonexistent"'],
    ] as const) {
      for (const sides of [[], ['v1..v2'], ['v1', 'v2']]) {
        const { code, err } = await uabi(repository, ['check', '-C', directory, ...sides]);
        expect(code).toBe(2);
        expect(err).toContain(reason);
      }
    }
  });

  test('at the first commit says so', async () => {
    const { code, err } = await uabi(scratchRepository({ ...kernelFiles }), ['check']);
    expect(code).toBe(3);
    expect(err).toContain('first commit');
  });
});
