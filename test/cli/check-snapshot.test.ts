/** A snapshot of a tree in which some headers are not understood, held against what became of the tree. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { kernelFiles, scratchRepository, writeFiles } from '../source/scratch.ts';
import { gitEnv, runCli } from '../support/run-cli.ts';

const odd = 'include/uapi/linux/odd.h';
const header = `#ifndef _LINUX_ODD_H
#define _LINUX_ODD_H
#include <linux/part.h>
struct odd {
	struct part first;
	unknown_t second;
};
#define ODD_FOUND 1
#endif
`;
const files: Readonly<Record<string, string>> = {
  ...kernelFiles,
  [odd]: header,
  'include/uapi/linux/part.h': 'struct part { int a; };\n',
};

interface Answer {
  readonly code: number;
  readonly verdict: string;
  readonly subjects: readonly string[];
  readonly places: readonly string[];
}

/** What `next` makes of the tree that the snapshot holds: asked in both directions, against a tree and against its snapshot. */
async function check(next: Readonly<Record<string, string>>, edit = (text: string): string => text): Promise<Answer> {
  const cwd = scratchRepository(files);
  const run = (...args: readonly string[]): ReturnType<typeof runCli> => runCli([...args], { cwd, env: gitEnv });
  expect((await run('snapshot', 'v1', '-o', 'old.json')).code).toBe(3);
  writeFiles(cwd, { 'old.json': edit(readFileSync(join(cwd, 'old.json'), 'utf8')), ...next });
  await run('snapshot', '.', '-o', 'new.json');
  const answers: Answer[] = [];
  for (const side of ['.', 'new.json']) {
    const { code, stdout } = await run('check', 'old.json', side, '--format', 'json');
    const { verdict, findings, notUnderstood } = JSON.parse(stdout) as {
      readonly verdict: string;
      readonly findings: readonly { readonly subject: string }[];
      readonly notUnderstood: readonly { readonly header: string; readonly line: number }[];
    };
    answers.push({
      ...{ code, verdict, subjects: findings.map(({ subject }) => subject) },
      places: notUnderstood.map((one) => `${one.header}:${String(one.line)}`),
    });
  }
  const [answer = expect.fail('nothing was checked'), ofSnapshot] = answers;
  expect(ofSnapshot).toEqual(answer);
  return answer;
}

const same: Answer = { code: 0, verdict: 'compatible', subjects: [], places: [] };

describe('what is not understood is the same', () => {
  test.each([
    ['where nothing changed', {}],
    [
      'where a comment changed',
      { [odd]: header.replace('first;', 'first; /* of all */').replace('#include', '\n#include') },
    ],
    ['where something else came', { 'include/uapi/linux/more.h': 'struct more { int a; };\n' }],
  ])('%s', async (_where, next) => {
    expect(await check(next)).toEqual(same);
  });

  test('and breaks elsewhere are told alone', async () => {
    const next = { 'include/uapi/drm/drm.h': 'struct drm { int b; int a; };\n' };
    const { code, verdict, subjects, places } = await check(next);
    expect([code, verdict, places]).toEqual([1, 'break', []]);
    expect(subjects).toContain('struct drm.a');
  });
});

describe('what is not understood may differ', () => {
  test.each([
    ['where its text does', { [odd]: header.replace('second', 'third') }],
    [
      'where a macro of it does',
      { [odd]: header.replace('struct part first', 'FIRST').replace('struct', '#define FIRST\nstruct') },
    ],
    ['where a comment in it has no end', { [odd]: `${header}/*` }],
    ['where it includes something else', { [odd]: header.replace('linux/part.h', 'drm/drm.h') }],
    [
      'where what it includes does',
      { 'include/uapi/linux/part.h': 'struct part { int a; };\nstruct other { int a; };\n' },
    ],
    ['where it may include anything', { [odd]: header.replace('<linux/part.h>', 'PART') }],
  ])('%s', async (_where, next) => {
    const { code, verdict, places } = await check(next);
    expect([code, verdict]).toEqual([3, 'undecided']);
    expect(places).toContain(`${odd}:6`);
  });

  test('in a snapshot that has no digests', async () => {
    const without = (text: string): string => JSON.stringify({ ...(JSON.parse(text) as object), digests: undefined });
    expect(await check({}, without)).toEqual({ ...same, code: 3, verdict: 'undecided', places: [`${odd}:6`] });
  });
});

test('one that is understood since is no longer told, and what it declares is new', async () => {
  const next = { 'include/uapi/linux/part.h': 'struct part { int a; };\ntypedef int unknown_t;\n' };
  const { code, places } = await check(next);
  expect([code, places]).toEqual([3, [`${odd}:6`]]);
});

test.each(['"digest": 1', '"digest": null'])('a snapshot with %s is damaged', async (digest) => {
  const cwd = scratchRepository(files);
  await runCli(['snapshot', 'v1', '-o', 'old.json'], { cwd, env: gitEnv });
  const text = readFileSync(join(cwd, 'old.json'), 'utf8');
  writeFiles(cwd, { 'old.json': text.replace(/"digest":"[0-9a-f]+"/, digest) });
  const { code, stderr } = await runCli(['check', 'old.json', '.'], { cwd, env: gitEnv });
  expect(code).toBe(2);
  expect(stderr).toContain('old.json is a damaged snapshot: digests[0].digest is no text');
});
