/** What stands in a text that was not understood is not said to be gone; what is gone from beside it is. */

import { describe, expect, test } from 'vitest';
import { kernelFiles, scratchDirectory, scratchRepository, writeFiles } from '../source/scratch.ts';
import { gitEnv, runCli } from '../support/run-cli.ts';

interface Answer {
  readonly code: number;
  readonly verdict: string;
  readonly findings: readonly { readonly rule: string; readonly subject: string; readonly verdict: string }[];
  readonly notUnderstood: readonly { readonly header: string; readonly line: number; readonly message: string }[];
}

async function check(cwd: string, ...argv: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await runCli(['check', '--format', 'json', ...argv], { cwd, env: gitEnv });
  if (stdout === '') throw new Error(stderr);
  return { ...(JSON.parse(stdout) as Answer), code };
}

/** Every kind of declaration hangs on `struct foo` or stands beside it. */
const header = [
  '#define FLAG 1',
  'struct before { unsigned int a; };',
  'struct foo {',
  '\tunsigned int a;',
  '\tunsigned int b;',
  '};',
  'typedef unsigned int num_t;',
  'enum kinds { K_ONE, K_TWO, K_THREE };',
  '#define FOO_IOC _IOW(102, 1, struct foo)',
  '#define FOO_SIZE sizeof(struct foo)',
  'struct last { num_t n; };',
  '',
].join('\n');

const replaced = (from: string, to: string): string => {
  if (!header.includes(from)) throw new Error(from);
  return header.replace(from, () => to);
};
const parentheses = `${'('.repeat(300)}1${')'.repeat(300)}`;

/** How a header can be spoilt, and the line that tells. */
const spoilt: Readonly<Record<string, readonly [text: string, line: number, missing: readonly string[]]>> = {
  'conflict markers amid a record': [
    replaced('\tunsigned int b;\n', '<<<<<<< HEAD\n\tunsigned int b;\n=======\n\tlong b;\n>>>>>>> theirs\n'),
    5,
    ['struct foo', 'FOO_IOC', 'FOO_SIZE'],
  ],
  'conflict markers around a record': [
    replaced('\tunsigned int b;\n};\n', '\tunsigned int b;\n};\n=======\nstruct foo { long b; };\n>>>>>>> t\n').replace(
      'struct foo {',
      '<<<<<<< HEAD\nstruct foo {',
    ),
    3,
    ['struct foo'],
  ],
  'conflict markers in an enum': [
    replaced('K_TWO,', '\n<<<<<<< HEAD\nK_TWO,\n=======\nK_2,\n>>>>>>> theirs\n'),
    9,
    ['K_ONE', 'K_TWO', 'K_THREE'],
  ],
  'three hundred parentheses in a field': [replaced('int b;', `int b[${parentheses}];`), 5, ['struct foo']],
  'the brace of a record that is missing': [replaced('struct foo {', 'struct foo'), 4, ['struct foo']],
  'a misspelt type': [replaced('typedef unsigned int num_t', 'typedef __u33 num_t'), 7, ['num_t', 'struct last']],
  'a misspelt directive': [replaced('#define FLAG', '#defin FLAG'), 1, ['FLAG']],
  'a comment without an end': [
    replaced('struct foo {', '/* foo\nstruct foo {'),
    3,
    ['struct foo', 'num_t', 'K_ONE', 'FOO_IOC', 'FOO_SIZE', 'struct last'],
  ],
  'a condition that ends too early': [
    replaced('struct foo {', '#if 1 +\nstruct foo {').replace('typedef', '#endif\ntypedef'),
    3,
    ['struct foo', 'FOO_SIZE'],
  ],
};

describe.each(Object.entries(spoilt))('%s', (_, [text, line, missing]) => {
  const folder = scratchDirectory({
    'old.h': header,
    'new.h': text,
    'more.h': `${header}struct gone { int a; };\n#define GONE 5\nenum { GONE_1 = 7 };\ntypedef long gone_t;\n`,
  });

  test('is no reason to say that something is gone', async () => {
    const { code, verdict, findings, notUnderstood } = await check(folder, 'old.h', 'new.h');
    expect(findings).toEqual([]);
    expect([code, verdict]).toEqual([3, 'undecided']);
    expect(notUnderstood.map((one) => one.line)).toContain(line);
    const said = notUnderstood.map(({ message }) => message).join('\n');
    expect(said).toContain('cannot be told');
    // Of many names the first few are told.
    if (missing.length < 4) for (const name of missing) expect(said).toContain(name);
  });

  test('hides nothing that is gone', async () => {
    const { code, findings } = await check(folder, 'more.h', 'new.h');
    const subjects = findings.filter((one) => one.verdict === 'break').map((one) => one.subject);
    expect(subjects.sort()).toEqual(['constant GONE', 'constant gone_t', 'enum {GONE_1}.GONE_1', 'struct gone'].sort());
    expect(code).toBe(1);
  });

  test('on the old side makes nothing new', async () => {
    const { code, findings } = await check(folder, '--show', 'all', 'new.h', 'old.h');
    expect(findings.filter((one) => one.rule.endsWith('-added')).map((one) => one.subject)).toEqual([]);
    expect(code).toBe(3);
  });
});

test('a name that is only used where nothing is understood may be gone', async () => {
  const broken = 'struct user { struct gone *a; num_t b; @ };\n';
  const folder = scratchDirectory({
    'old.h': 'typedef int num_t;\nstruct gone { int a; };\nstruct user { struct gone *a; num_t b; };\n',
    'new.h': broken,
  });
  const { findings } = await check(folder, 'old.h', 'new.h');
  expect(findings.map((one) => one.subject).sort()).toEqual(['constant num_t', 'struct gone']);
});

test('a record whose tag a macro makes is not gone where it is not understood', async () => {
  const macros = '#define __status64 __status\n#define __status status\n';
  const old = `${macros}struct __status64 { int a; };\ntypedef struct { int a; } __status64;\n`;
  const folder = scratchDirectory({ 'old.h': old, 'new.h': old.replaceAll('int a', 'unknown_t a') });
  const { code, findings, notUnderstood } = await check(folder, 'old.h', 'new.h');
  expect([code, findings]).toEqual([3, []]);
  expect(notUnderstood.map(({ message }) => message).join('\n')).toContain('struct status is still declared');
});

test('macros that stand for each other are followed once', async () => {
  const macros = '#define one two\n#define two one\n';
  const folder = scratchDirectory({
    'old.h': `${macros}struct one { int a; };\n`,
    'new.h': `${macros}struct one { unknown_t a; };\n`,
  });
  const { code, findings } = await check(folder, 'old.h', 'new.h');
  expect([code, findings]).toEqual([3, []]);
});

test('a field of a record that is not understood is no part of a macro', async () => {
  const request = '#define MAKE(nr, size) (((size) << 16) | (nr))\n#define GET MAKE(3, sizeof(struct gone))\n';
  const broken = 'struct broken { unknown_t a; int nr, size; };\n';
  const folder = scratchDirectory({
    'old.h': `struct gone { int a; };\n${request}${broken}`,
    'new.h': `${request}${broken}`,
  });
  const { code, findings } = await check(folder, 'old.h', 'new.h');
  expect(code).toBe(1);
  expect(findings.map((one) => one.subject).sort()).toEqual(['constant GET', 'struct gone']);
});

test('a header of a tree with conflict markers, as a commit leaves it', async () => {
  const path = 'include/uapi/linux/foo.h';
  const [text] = spoilt['conflict markers amid a record'] ?? [''];
  const repository = scratchRepository({ ...kernelFiles, [path]: header }, { [path]: text });
  const { code, findings, notUnderstood } = await check(repository, 'HEAD^..HEAD');
  expect([code, findings]).toEqual([3, []]);
  expect(notUnderstood[0]).toMatchObject({ header: path, line: 5 });
});

test('a snapshot remembers what it did not understand', async () => {
  const [text] = spoilt['conflict markers amid a record'] ?? [''];
  const folder = scratchDirectory({ 'old/linux/foo.h': header, 'new/linux/foo.h': text });
  const snapshot = await runCli(['snapshot', 'new', '--target', 'x86_64'], { cwd: folder });
  writeFiles(folder, { 'new.json': snapshot.stdout });
  const { code, findings } = await check(folder, 'old', 'new.json');
  expect([code, findings]).toEqual([3, []]);
});

test('in C++ programs it is not said to be gone either', async () => {
  const own = 'struct empty { };\nstruct inner { int x; };\nstruct outer { struct inner i; struct empty e; int y; };\n';
  const [before, after] = [scratchDirectory({ 'a.h': own }), scratchDirectory()];
  writeFiles(after, { 'a.h': own.replace('struct inner', '<<<<<<< HEAD\nstruct inner') });
  const { code, findings, notUnderstood } = await check(before, `${before}/a.h`, `${after}/a.h`);
  expect(findings).toEqual([]);
  expect(code).toBe(3);
  expect(notUnderstood.map(({ message }) => message).join('\n')).toContain('struct outer is still declared');
});
