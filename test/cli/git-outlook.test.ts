import { expect, test } from 'vitest';
import { askEarly } from '../../src/cli/early-questions.ts';
import { outlookFor } from '../../src/cli/git-outlook.ts';
import type { Io } from '../../src/cli/io.ts';
import { whatHeadersInclude } from '../../src/source/first-questions.ts';
import { placeOf } from '../../src/source/run-git.ts';
import { git, scratchDirectory, scratchRepository, writeFiles } from '../source/scratch.ts';
import { gitEnv, quietIo } from '../support/run-cli.ts';

/** As `cli.ts` does before the program is loaded. */
async function begin(argv: readonly string[], cwd: string): Promise<Io> {
  const io = quietIo(cwd, gitEnv);
  return { ...io, begun: await askEarly(argv, io.cwd, io.env) };
}

const repository = scratchRepository({ 'a.h': 'int a;\n' }, { 'a.h': 'int b;\n' });

/** What is known of v1 when the comparison of v1 and v2 starts, though the tag has moved since the command line was seen. */
async function idOfV1(
  argv: readonly string[],
  directory: string | undefined,
  cwd: string,
): Promise<string | undefined> {
  const moving = scratchRepository({ 'a.h': 'int a;\n' }, { 'a.h': 'int b;\n' });
  const at = (text: string): string => text.replace('REPOSITORY', moving);
  const io = await begin(argv.map(at), at(cwd));
  const before = git(moving, 'rev-parse', 'v1');
  git(moving, 'tag', '-f', 'v1', 'v2');
  const outlook = await outlookFor('v1', 'v2', {}, directory === undefined ? undefined : at(directory), io, undefined);
  await Promise.all([outlook?.fetched, outlook?.included]);
  return outlook?.store.identify('v1').id === before ? 'as it was begun' : 'asked anew';
}

test.each([
  [['check', 'v1..v2'], undefined, 'REPOSITORY'],
  [['check', '--format', 'json', 'v1..v2', '--target', 'arm64'], undefined, 'REPOSITORY'],
  [['check', '-C', 'REPOSITORY', 'v1..v2'], 'REPOSITORY', '/'],
  [['check', 'v1..v2', '-CREPOSITORY'], 'REPOSITORY', '/'],
  [['check', 'v1..v2', '--directory=REPOSITORY'], 'REPOSITORY', '/'],
  [['check', 'v1..v2', '--directory', 'REPOSITORY'], 'REPOSITORY', '/'],
])('what %j says is asked at once', async (argv, directory, cwd) => {
  expect(await idOfV1(argv, directory, cwd)).toBe('as it was begun');
});

test.each([
  [['check', 'v1', 'v2'], undefined, 'REPOSITORY'],
  [['check', '--config', 'a..b', 'v1..v2'], undefined, 'REPOSITORY'],
  [['check', 'v2..v1'], undefined, 'REPOSITORY'],
  [['check', 'v1...v2'], undefined, 'REPOSITORY'],
  [['check', '-C', '/nonexistent', 'v1..v2'], 'REPOSITORY', 'REPOSITORY'],
])('what %j does not say, or not plainly, is asked when it is needed', async (argv, directory, cwd) => {
  expect(await idOfV1(argv, directory, cwd)).toBe('asked anew');
});

test('what is begun for one comparison is not used for the next', async () => {
  const io = await begin(['check', 'v1..v2'], repository);
  const first = await outlookFor('v1', 'v2', {}, undefined, io, undefined);
  const second = await outlookFor('v1', 'v2', {}, undefined, io, undefined);
  expect(first?.store).toBeDefined();
  expect(second?.store).not.toBe(first?.store);
});

test('what stands on disk is no revision, whatever it is called', async () => {
  writeFiles(repository, { v1: 'a file' });
  const io = await begin(['check', 'v1..v2'], repository);
  expect(await outlookFor('v1', 'v2', {}, undefined, io, undefined)).toBeUndefined();
});

test('without a repository, nothing is known and nothing is said', async () => {
  const io = await begin(['check', 'v1..v2'], scratchDirectory());
  expect(await outlookFor('v1', 'v2', {}, undefined, io, undefined)).toBeUndefined();
  const nowhere = await begin(['check', 'v1..v2'], '/nonexistent');
  expect(await outlookFor('v1', 'v2', {}, undefined, nowhere, undefined)).toBeUndefined();
});

test.each([
  [['check', 'v1..-v2']],
  [['check', '--', '-v1..v2']],
  [['check', 'v1\nv2..v2']],
  [['check', 'v1..v2:a.h']],
  [['layout', 'v1..v2']],
  [['layout', 'a.*', '--in', 'v1']],
  [['layout', 'a', '--in', '--all']],
  [['layout', '--all', '--in', 'v1']],
  [['check', 'a.json..b.json']],
])('%j names no two revisions to compare: git is not asked', async (argv) => {
  expect(await askEarly(argv, repository, {})).toBeUndefined();
});

const searched = scratchRepository({ 'a.h': 'int a;\n' });

test.each([
  [['layout', 'a', '--in', 'v1']],
  [['layout', '--in=v1', 'struct a', 'b', '--format', 'json']],
  [['layout', '--target', 'arm64', 'a', '--in', 'v1', '--directory', searched]],
])('what %j says is asked at once, for the names as well', async (argv) => {
  const begun = await askEarly(argv, searched, gitEnv);
  const isExplicit = argv.includes('--directory');
  const id = git(searched, 'rev-parse', 'v1^{commit}');
  const words = argv.includes('struct a') ? ['a', 'b'] : ['a'];
  const place = placeOf(searched, {}, isExplicit);
  expect(begun?.take(place, whatHeadersInclude(id, words))).toBeDefined();
  begun?.stop();
});
