/** Commits that change what people read in headers, and nothing that a compiler does. */

import { describe, expect, test } from 'vitest';
import { git, kernelFiles, scratchRepository, writeFiles } from '../source/scratch.ts';
import { type CliResult, gitEnv, runCli } from '../support/run-cli.ts';

const path = 'include/uapi/linux/foo.h';
const header = `#ifndef _LINUX_FOO_H
#define _LINUX_FOO_H
struct foo {
	unsigned int a;	/* first */
	unknown_t b;
};
#endif
`;
const files = {
  ...kernelFiles,
  [path]: header,
  'include/uapi/linux/bar.h': '#include <linux/foo.h>\nstruct bar { int x; };\n',
};

async function check(next: string, old = header): Promise<CliResult> {
  const cwd = scratchRepository({ ...files, [path]: old }, { [path]: next });
  return runCli(['check', 'v1..v2'], { cwd, env: gitEnv });
}

describe.each([
  ['a comment', header.replace('first', 'the first of all')],
  ['a licence', `/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */\n${header}`],
  ['white space', header.replace('\tunsigned int a;', '  unsigned  int a;\n')],
])('%s is no change, not even of what is not understood', (_what, next) => {
  test('between revisions', async () => {
    const { code, stdout } = await check(next);
    expect(stdout).toMatch(/^COMPATIBLE: Nothing changed/);
    expect(code).toBe(0);
  });

  test('in the work tree and the index', async () => {
    const cwd = scratchRepository(files);
    writeFiles(cwd, { [path]: next });
    const unstaged = await runCli(['check'], { cwd, env: gitEnv });
    git(cwd, 'add', '-A');
    const staged = await runCli(['check', 'HEAD', ':'], { cwd, env: gitEnv });
    expect([unstaged.code, staged.code]).toEqual([0, 0]);
    expect(staged.stdout).toMatch(/^COMPATIBLE: Nothing changed/);
  });
});

test('a field that is not understood on either side is never passed over', async () => {
  const { code, stdout } = await check(header.replace('unknown_t b', 'unknown_t c'));
  expect(code).toBe(3);
  expect(stdout).toContain('unknown_t');
});

test('a comment that swallows a field is a change', async () => {
  const old = header.replace('unknown_t', 'unsigned int');
  const { code, stdout } = await check(old.replace('first */', 'first').replace('b;', 'b; */'), old);
  expect(code).toBe(1);
  expect(stdout).toContain('struct foo');
});

test.each([
  ['that has no end', header.replace('#endif', '#endif /* _LINUX_FOO_H')],
  ['that has two', header.replace('first */', 'first */ */')],
])('a comment %s is told', async (_what, next) => {
  const understood = next.replace('unknown_t', 'unsigned int');
  const { code, stdout } = await check(understood, header.replace('unknown_t', 'unsigned int'));
  expect(stdout).toContain('include/uapi/linux/foo.h:');
  expect(code).toBe(3);
});

test('another name of an include guard is no change, beside one that is', async () => {
  const old = header.replace('unknown_t', 'unsigned int');
  const renamed = old.replaceAll('_LINUX_FOO_H', '_UAPI_LINUX_FOO_H');
  const nothing = await check(renamed, old);
  expect([nothing.code, nothing.stdout]).toEqual([0, expect.stringMatching(/^COMPATIBLE: Nothing changed/)]);
  const something = await check(renamed.replace('int b', 'long b'), old);
  expect(something.code).toBe(1);
  expect(something.stdout).toContain('struct foo');
});

describe('a condition that asks for what nobody defines', () => {
  const guarded = (condition: string): string =>
    header.replace('struct foo', `${condition}\nstruct foo`).replace('};', '};\n#endif');
  const old = guarded('#ifndef __ASSEMBLY__');

  test.each(['#ifndef __ASSEMBLER__', '#if !defined(__ASSEMBLER__)', ''])('may become "%s"', async (condition) => {
    const next = condition === '' ? header : guarded(condition);
    const { code, stdout } = await check(next, old);
    expect(stdout).toMatch(/^COMPATIBLE: Nothing changed/);
    expect(code).toBe(0);
  });

  test('may not come to the opposite, nor ask for what a program is given', async () => {
    const understood = old.replace('unknown_t', 'unsigned int');
    for (const condition of [
      '#ifdef __ASSEMBLER__',
      '#ifdef __i386__',
      '#if defined(__ASSEMBLER__) || defined(__i386__)',
    ]) {
      const { code, stdout } = await check(understood.replace('#ifndef __ASSEMBLY__', condition), understood);
      expect(code).toBe(1);
      expect(stdout).toContain('struct foo');
    }
  });

  test('changes what it decides where a header does define it', async () => {
    const understood = old.replace('unknown_t', 'unsigned int');
    const defining = understood.replace('#ifndef __ASSEMBLY__', '#define __ASSEMBLER__ 1\n#ifndef __ASSEMBLY__');
    const next = defining.replace('#ifndef __ASSEMBLY__', '#ifndef __ASSEMBLER__');
    const { code, stdout } = await check(next, defining);
    expect(code).toBe(1);
    expect(stdout).toContain('struct foo');
  });
});

test('a whole file under another condition is no file with another include guard', async () => {
  const text = header.replace('unknown_t', 'unsigned int').replace('#define _LINUX_FOO_H\n', '');
  const { code, stdout } = await check(text.replace('_LINUX_FOO_H', '__aarch64__'), text);
  expect(code).toBe(1);
  expect(stdout).toContain('struct foo');
});
