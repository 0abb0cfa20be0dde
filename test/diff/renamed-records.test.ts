/** A record that is called otherwise, and whether the old name still leads to it. */

import { expect, test } from 'vitest';
import { scratchDirectory } from '../source/scratch.ts';
import { runCli } from '../support/run-cli.ts';

interface Answer {
  readonly code: number;
  readonly findings: readonly string[];
}

async function check(old: string, next: string): Promise<Answer> {
  const cwd = scratchDirectory({ 'old.h': old, 'new.h': next });
  const argv = ['check', 'old.h', 'new.h', '--target', 'x86_64,i386', '--show', 'all', '--format', 'json'];
  const { code, stdout } = await runCli(argv, { cwd });
  const { findings } = JSON.parse(stdout) as {
    readonly findings: readonly { readonly rule: string; readonly verdict: string; readonly subject: string }[];
  };
  return { code, findings: findings.map(({ rule, verdict, subject }) => `${verdict} ${rule} ${subject}`).sort() };
}

/** Every program that compiled with the old text compiles with the new one, and moves the same bytes. */
test.each([
  [
    'one field, and a request that carries it',
    'typedef struct { int val[2]; } id_t;\n#define GET _IOR(1, 2, id_t)\n',
    'typedef struct id { int val[2]; } id_t;\n#define GET _IOR(1, 2, id_t)\n',
    'id_t',
  ],
  [
    'two fields',
    'typedef struct { int a, b; } two_t;\n',
    'struct two { int a, b; };\ntypedef struct two two_t;\n',
    'two_t',
  ],
  ['a union', 'typedef union { int a; } any_t;\n', 'union any { int a; };\ntypedef union any any_t;\n', 'any_t'],
  [
    'a tag, by a macro',
    'struct region { int a; };\n',
    'struct region_v1 { int a; };\n#define region region_v1\n',
    'struct region',
  ],
])('a record that is reached by its old name is no break: %s', async (_what, old, next, name) => {
  const { code, findings } = await check(old, next);
  expect(code).toBe(0);
  expect(findings).toContain(`compatible record-renamed ${name}`);
});

test('what changed in it besides is told of the old name', async () => {
  const old = 'typedef struct { int b; int a; } pair_t;\n';
  const { code, findings } = await check(old, 'typedef struct pair { int b; long a; } pair_t;\n');
  expect([code, findings]).toEqual([1, ['break field-grew pair_t.a', 'compatible record-renamed pair_t']]);
});

test('beside another record with the same fields there is no doubt which it is', async () => {
  const old = 'typedef struct { int a, b; } one_t;\ntypedef struct { int a, b; } two_t;\n';
  const next = 'typedef struct one { int a, b; } one_t;\ntypedef struct two { int a, b; } two_t;\n';
  expect(await check(old, next)).toEqual({
    code: 0,
    findings: ['compatible record-renamed one_t', 'compatible record-renamed two_t'],
  });
});

test('a tag that is gone is a break, whatever names the record now', async () => {
  const old = 'struct two { int a; };\ntypedef struct two two_t;\n';
  expect(await check(old, 'typedef struct { int a; } two_t;\n')).toEqual({
    code: 1,
    findings: ['break record-renamed struct two'],
  });
  // `struct two` is another thing than `two`.
  const { code, findings } = await check('struct two { int a, b; };\n', 'typedef struct { int a, b; } two;\n');
  expect(code).toBe(1);
  expect(findings).toContain('break record-renamed struct two');
});

test('a name that leads to a record of which nothing is known is gone', async () => {
  const { code, findings } = await check('typedef struct { int a; } one_t;\n', 'typedef struct one one_t;\n');
  expect(code).toBe(1);
  expect(findings).toContain('break record-removed one_t');
});
