import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UndecidedError } from '../../src/diagnostic.ts';
import { BlobStore } from '../../src/source/blob-store.ts';
import { type ChangedHeaders, changedHeaders, includedFiles } from '../../src/source/changes.ts';
import { GitRepository } from '../../src/source/git.ts';
import type { TargetHeaders } from '../../src/source/header.ts';
import { type GitTree, openRevision } from '../../src/source/git-tree.ts';
import { lookAhead } from '../../src/source/look-ahead.ts';
import { openTree } from '../../src/source/open-headers.ts';
import { arm, arm64, git, kernelFiles, scratchDirectory, scratchRepository } from './scratch.ts';

function open(directory: string): BlobStore {
  return new BlobStore(GitRepository.open(directory, { PATH: process.env['PATH'] }, true), ['uabi.config.json']);
}

async function lookFar(store: BlobStore, old = 'v1', next = 'v2'): Promise<void> {
  const outlook = await lookAhead(store, old, next);
  await Promise.all([outlook?.fetched, outlook?.included]);
}

function bothSides(store: BlobStore, target = arm64): readonly [TargetHeaders, TargetHeaders] {
  const [old, next] = ['v1', 'v2'].map((revision) => openTree(openRevision(store, revision), []).forTarget(target));
  if (old === undefined || next === undefined) throw new Error('there are two sides');
  return [old, next];
}

function changedIn(store: BlobStore): ChangedHeaders {
  return changedHeaders(...bothSides(store));
}

/** What would be read to compare v1 with v2, and the texts of all that this includes. */
function toRead(store: BlobStore, target = arm64): readonly string[] {
  const [old, next] = bothSides(store, target);
  const changed = changedHeaders(old, next);
  return [
    ...['old:', ...changed.old, 'new:', ...changed.new],
    ...[...includedFiles(old, changed.old), ...includedFiles(next, changed.new)].map(({ name, text }) => name + text),
  ];
}

const kvm = 'include/uapi/linux/kvm.h';
const changes: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['nothing', { 'Documentation/x.rst': 'text' }],
  ['one header', { [kvm]: '#include <linux/types.h>\n#include <asm/kvm.h>\nstruct kvm_run { __u32 b; };\n' }],
  ['a header that others include', { 'include/uapi/linux/types.h': '#include <asm/types.h>\n#define X 1\n' }],
  ['a header of asm-generic', { 'include/uapi/asm-generic/types.h': 'typedef unsigned __u32;\n' }],
  ['a header of one architecture', { 'arch/arm64/include/uapi/asm/kvm.h': '#include <linux/fuse.h>\n' }],
  ['a new header, included', { [kvm]: '#include <linux/new.h>\n', 'include/uapi/linux/new.h': '#define N 1\n' }],
  ['which headers there are', { 'arch/arm64/include/uapi/asm/Kbuild': 'generic-y += ucontext.h\n' }],
  ['the table of system calls', { 'scripts/syscall.tbl': '62\t64\tlseek\tsys_lseek\n' }],
  [
    'no more than a comment in that table',
    { 'scripts/syscall.tbl': `# c\n${kernelFiles['scripts/syscall.tbl'] ?? ''}` },
  ],
  ['the version', { Makefile: 'VERSION = 6\nPATCHLEVEL = 13\nSUBLEVEL = 0\n' }],
  ['an unclear include', { 'include/uapi/linux/fuse.h': '/* */ #include <linux/types.h>\n' }],
];

describe('to compare near revisions, the same is read whether or not somebody looked ahead', () => {
  test.each(changes)('where they differ in %s', async (_, change) => {
    const repository = scratchRepository(kernelFiles, change);
    for (const target of [arm64, arm]) {
      const store = open(repository);
      await lookFar(store);
      expect(toRead(store, target)).toEqual(toRead(open(repository), target));
    }
  });

  test('where headers without a difference have unclear includes', async () => {
    const odd = { ...kernelFiles, 'include/uapi/linux/odd.h': '#inc\\\nlude <linux/fuse.h>\n' };
    const repository = scratchRepository(odd, { 'include/uapi/linux/fuse.h': 'int fuse;\n' });
    const store = open(repository);
    await lookFar(store);
    expect(toRead(store)).toEqual(toRead(open(repository)));
    expect(toRead(store)).toContain('linux/odd.h');
  });

  test('however a header is included', async () => {
    const fuse = 'include/uapi/linux/fuse.h';
    const includers = {
      'linux/plain.h': '#include <linux/fuse.h>',
      'linux/beside.h': '#include "fuse.h"',
      'drm/above.h': '#include "../linux/fuse.h"',
      'linux/dots.h': '#include <linux/./../linux//fuse.h>',
      'linux/folder.h': '#include <linux/fuse.h/.>',
      'linux/around.h': '#include <linux/fuse.h/../fuse.h/x/..>',
      'linux/indirect.h': '#include <drm/above.h>',
      'linux/libc.h': '#include <sys/socket.h>',
      'asm-generic/socket.h': '#include <linux/dots.h>',
      'linux/other.h': '#include <drm/fuse.h>',
    };
    const files = Object.entries(includers).map(([name, line]) => [`include/uapi/${name}`, `${line}\n`] as const);
    const kbuild = { 'include/uapi/asm-generic/Kbuild': 'mandatory-y += types.h\nmandatory-y += socket.h\n' };
    const tree = { ...kernelFiles, ...kbuild, ...Object.fromEntries(files) };
    const repository = scratchRepository(tree, { [fuse]: 'int fuse;\n' });
    const store = open(repository);
    await lookFar(store);
    expect(toRead(store)).toEqual(toRead(open(repository)));
    const { old } = changedIn(store);
    const names = Object.keys(includers).filter((name) => name !== 'linux/other.h' && !name.startsWith('asm-generic/'));
    expect(old).toEqual([...names, 'asm/socket.h', 'linux/fuse.h'].sort());
  });

  test('whatever the user has configured for grep', async () => {
    const repository = scratchRepository(kernelFiles, { [kvm]: 'int kvm;\n' });
    for (const setting of ['lineNumber', 'column', 'fullName']) git(repository, 'config', `grep.${setting}`, 'true');
    git(repository, 'config', 'color.ui', 'always');
    git(repository, 'config', 'grep.patternType', 'fixed');
    const store = open(repository);
    await lookFar(store);
    expect(toRead(store)).toEqual(toRead(open(repository)));
  });
});

test('from a folder inside the repository as from its top', async () => {
  const repository = scratchRepository(kernelFiles, { [kvm]: 'int kvm;\n' });
  const store = open(join(repository, 'arch'));
  await lookFar(store);
  expect(toRead(store)).toEqual(toRead(open(repository)));
});

test('what is neither a revision nor there is left to whoever asks for it', async () => {
  const repository = scratchRepository(kernelFiles);
  for (const name of ['nothing', '--help', 'v1\nv1', '', 'v1:Makefile']) {
    await lookFar(open(repository), 'v1', name);
    await lookFar(open(repository), name, 'v1');
  }
  await lookFar(open(scratchRepository({ 'a.h': 'int a;\n' })), 'v1', 'v1');
});

test('a file too large to be a header is not read to learn that it is', async () => {
  const huge = { ...kernelFiles, 'include/uapi/linux/huge.h': '#define A 1\n'.repeat(1_500_000) };
  const repository = scratchRepository(huge, { [kvm]: 'int kvm;\n' });
  const store = open(repository);
  await lookFar(store);
  const tree = openRevision(store, 'v1');
  expect(tree.read('include/uapi/linux/huge.h')).toMatchObject({
    kind: 'refused',
    reason: 'it has 18000000 bytes, too many: larger than 16777216',
  });
  expect(toRead(store)).toEqual(toRead(open(repository)));
});

test('a partial clone stays as it is, and its user is told what to run', async () => {
  const repository = scratchRepository(kernelFiles, { [kvm]: 'int kvm;\n' });
  git(repository, 'config', 'uploadpack.allowFilter', 'true');
  const place = scratchDirectory();
  git(place, 'clone', '-q', '--filter=blob:none', '--no-checkout', `file://${repository}`, 'partial');
  const partial = join(place, 'partial');
  const packs = (): readonly string[] => readdirSync(join(partial, '.git/objects/pack'));
  const before = packs();
  const store = open(partial);
  await lookFar(store);
  expect(() => toRead(store)).toThrow(UndecidedError);
  expect(() => toRead(store)).toThrow(/Fetch them first: .*git fetch .*origin/);
  expect(packs()).toEqual(before);
});

describe('of headers that nobody expected to be looked at', () => {
  const asm = (architecture: string): string => `arch/${architecture}/include/uapi/asm/signal.h`;
  const others = Array.from({ length: 40 }, (_, index) => `include/uapi/linux/other${index}.h`);
  const tree = {
    ...kernelFiles,
    ...Object.fromEntries(others.map((path) => [path, `/* ${path} */\n`])),
    [asm('arm64')]: '#include <asm-generic/signal.h>\n',
    [asm('arm')]: '#include <linux/stack.h>\n',
    'include/uapi/asm-generic/signal.h': '#include <linux/set.h>\n',
    'include/uapi/linux/set.h': 'typedef int set;\n',
    'include/uapi/linux/stack.h': 'typedef int stack;\n',
  };

  /** A repository that notes how many texts are waited for, each time. */
  class NotedRepository extends GitRepository {
    readonly waits: number[] = [];

    override readSmallObjects(
      ...[ids, limit]: Parameters<GitRepository['readSmallObjects']>
    ): ReturnType<GitRepository['readSmallObjects']> {
      this.waits.push(ids.length);
      return super.readSmallObjects(ids, limit);
    }
  }

  async function openNoted(directory: string): Promise<{ files: GitTree; waits: readonly number[] }> {
    const repository = new NotedRepository(directory, { PATH: process.env['PATH'] }, true);
    const store = new BlobStore(repository);
    await lookFar(store);
    const files = openRevision(store, 'v1');
    openTree(files, []);
    repository.waits.length = 0;
    return { files, waits: repository.waits };
  }

  function textAt(files: GitTree, path: string): string | undefined {
    const result = files.read(path);
    return result.kind === 'text' ? result.text : undefined;
  }

  test('one is fetched with those of other architectures and what they include, and with nothing else', async () => {
    const { files, waits } = await openNoted(scratchRepository(tree, { [kvm]: 'int kvm;\n' }));
    expect(textAt(files, asm('arm64'))).toBe('#include <asm-generic/signal.h>\n');
    expect(textAt(files, asm('arm'))).toBe('#include <linux/stack.h>\n');
    expect(textAt(files, 'include/uapi/linux/set.h')).toBe('typedef int set;\n');
    expect(textAt(files, 'include/uapi/linux/stack.h')).toBe('typedef int stack;\n');
    expect(waits).toEqual([5]);
  });

  test('many are fetched with everything else, not one by one', async () => {
    const { files, waits } = await openNoted(scratchRepository(tree, { [kvm]: 'int kvm;\n' }));
    for (const path of others) expect(textAt(files, path)).toBe(`/* ${path} */\n`);
    expect(waits.length).toBeLessThanOrEqual(5);
  });

  test('one that was lost meanwhile is told', async () => {
    const directory = scratchRepository(tree, { [kvm]: 'int kvm;\n' });
    const { files } = await openNoted(directory);
    const id = git(directory, 'rev-parse', 'v1:include/uapi/linux/stack.h');
    rmSync(join(directory, '.git/objects', id.slice(0, 2), id.slice(2)));
    expect(() => textAt(files, asm('arm64'))).toThrow(`The git repository lacks object ${id}`);
  });
});
