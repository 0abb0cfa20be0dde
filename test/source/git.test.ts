import { execFileSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UndecidedError } from '../../src/diagnostic.ts';
import { BlobStore } from '../../src/source/blob-store.ts';
import { GitRepository } from '../../src/source/git.ts';
import { GitTree, openRevision } from '../../src/source/git-tree.ts';
import { openTree, openTreeFile } from '../../src/source/open-headers.ts';
import { arm64, git, kernelFiles, scratchDirectory, scratchRepository, writeFiles } from './scratch.ts';

const changed = { 'include/uapi/linux/fuse.h': 'struct fuse { int b; };\n' };
const repository = scratchRepository(kernelFiles, changed);

function open(directory: string, environment: Record<string, string> = {}): BlobStore {
  return new BlobStore(GitRepository.open(directory, { PATH: process.env['PATH'], ...environment }, true));
}

function textOf(store: BlobStore, revision: string, path: string): string | undefined {
  const result = openRevision(store, revision).read(path);
  return result.kind === 'text' ? result.text : undefined;
}

describe('a revision', () => {
  test('is read as the tree it was, whatever the work tree holds', () => {
    const store = open(repository);
    expect(textOf(store, 'v1', 'include/uapi/linux/fuse.h')).toBe(kernelFiles['include/uapi/linux/fuse.h']);
    expect(textOf(store, 'v2', 'include/uapi/linux/fuse.h')).toBe(changed['include/uapi/linux/fuse.h']);
    expect(textOf(store, 'HEAD~1', 'include/uapi/linux/fuse.h')).toBe(kernelFiles['include/uapi/linux/fuse.h']);
  });

  test('is a kernel tree like the directory it came from', () => {
    const headers = openTree(openRevision(open(repository), 'v1'), []).forTarget(arm64);
    expect(headers.names).toHaveLength(11);
    expect(headers.resolve('asm/unistd_64.h', 'angle', undefined)?.text).toContain('__NR_lseek 62');
  });

  test('can be a folder of a revision', () => {
    expect(textOf(open(repository), 'v1:include/uapi', 'linux/fuse.h')).toContain('uint64_t');
  });

  test('leads to the tree around a single header', () => {
    const tree = openRevision(open(repository), 'v1');
    const opened = openTreeFile(tree, 'include/uapi/linux/kvm.h', 'v1:include/uapi/linux/kvm.h', []);
    expect(opened.collection.kind).toBe('kernel-tree');
    expect(opened.only).toEqual(['include/uapi/linux/kvm.h']);
  });
});

describe('the index', () => {
  test('is what is staged, not what is in the work tree', () => {
    const directory = scratchRepository(kernelFiles);
    writeFiles(directory, changed);
    git(directory, 'add', '-A');
    writeFiles(directory, { 'include/uapi/linux/fuse.h': 'not staged' });
    const tree = GitTree.ofIndex(open(directory));
    expect(tree.read('include/uapi/linux/fuse.h')).toMatchObject({ text: changed['include/uapi/linux/fuse.h'] });
    expect(openTree(tree, []).forTarget(arm64).names).toHaveLength(11);
  });
});

describe('revisions that do not exist or are not meant to', () => {
  test.each(['--help', '--output=/tmp/x', '-v', '', 'nothing', 'v1\nv2', 'HEAD~99', '--exec=touch pwned'])(
    '%j names nothing, and nothing else happens',
    (revision) => {
      expect(() => openRevision(open(repository), revision)).toThrow(UndecidedError);
    },
  );

  test('a file is no tree', () => {
    expect(() => openRevision(open(repository), 'v1:Makefile')).toThrow(/names a file/);
  });

  test('paths that look like options or leave the tree are only absent', () => {
    const tree = openRevision(open(repository), 'v1');
    for (const path of ['--help', '../x', '/etc/passwd', 'a\nb', '-r', '']) {
      expect(tree.read(path).kind).not.toBe('text');
    }
  });

  test('no repository, and no directory', () => {
    expect(() => open(scratchDirectory())).toThrow(/not in a git repository/);
    expect(() => open('/nonexistent/directory')).toThrow(UndecidedError);
  });

  test('no git', () => {
    expect(() => GitRepository.open(repository, { PATH: scratchDirectory() }, true)).toThrow(/not installed/);
  });
});

describe('links in a tree', () => {
  const directory = scratchDirectory({ 'real.h': 'struct a { int x; };\n' });
  git(directory, 'init', '-q', '-b', 'main');
  execFileSync('ln', ['-s', 'real.h', join(directory, 'link.h')]);
  execFileSync('ln', ['-s', '/etc/passwd', join(directory, 'absolute.h')]);
  execFileSync('ln', ['-s', '../../etc/passwd', join(directory, 'out.h')]);
  execFileSync('ln', ['-s', 'round.h', join(directory, 'round.h')]);
  git(directory, 'add', '-A');
  git(directory, 'commit', '-q', '-m', 'links');
  const tree = openRevision(open(directory), 'HEAD');

  test('are followed inside it', () => {
    expect(tree.read('link.h')).toMatchObject({ kind: 'text', text: 'struct a { int x; };\n' });
  });

  test.each(['absolute.h', 'out.h', 'round.h'])('%s is refused with a reason', (name) => {
    expect(tree.read(name)).toMatchObject({ kind: 'refused', reason: expect.stringContaining('link') as unknown });
  });
});

describe('every way to keep a repository', () => {
  const read = (directory: string): string | undefined => textOf(open(directory), 'v1', 'include/uapi/linux/fuse.h');
  const expected = kernelFiles['include/uapi/linux/fuse.h'];

  test('a second work tree', () => {
    const directory = join(scratchDirectory(), 'tree');
    git(repository, 'worktree', 'add', '-q', '--detach', directory, 'v2');
    expect(read(directory)).toBe(expected);
    git(repository, 'worktree', 'remove', '--force', directory);
  });

  test('a bare repository, and one with alternates', () => {
    const place = scratchDirectory();
    git(place, 'clone', '-q', '--bare', repository, 'bare');
    git(place, 'clone', '-q', '--shared', '--no-checkout', repository, 'shared');
    expect(read(join(place, 'bare'))).toBe(expected);
    expect(read(join(place, 'shared'))).toBe(expected);
  });

  test('a shallow clone says how to get more', () => {
    const place = scratchDirectory();
    git(place, 'clone', '-q', '--depth=1', `file://${repository}`, 'shallow');
    expect(() => openRevision(open(join(place, 'shallow')), 'HEAD~1')).toThrow(/git fetch --unshallow/);
  });

  test('an id of nothing is no revision, and a shallow clone says how to get more', () => {
    const nothing = '0123456789'.repeat(4);
    const place = scratchDirectory();
    git(place, 'clone', '-q', '--depth=1', `file://${repository}`, 'shallow');
    for (const revision of [nothing, `${nothing}~1`]) {
      expect(() => openRevision(open(repository), revision)).toThrow(`There is no revision "${revision}"`);
      expect(() => openRevision(open(join(place, 'shallow')), revision)).toThrow(/git fetch --unshallow/);
    }
    expect(openRevision(open(repository), git(repository, 'rev-parse', 'v1')).kindOf('include')).toBe('folder');
  });

  test('a partial clone is not filled behind the back of its user, who is told what to run', () => {
    const place = scratchDirectory();
    git(repository, 'config', 'uploadpack.allowFilter', 'true');
    git(repository, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
    git(place, 'clone', '-q', '--filter=blob:none', '--no-checkout', `file://${repository}`, 'partial');
    const partial = join(place, 'partial');
    const objects = (): number => readdirSync(join(partial, '.git/objects/pack')).length;
    const before = objects();
    let message = '';
    try {
      read(partial);
    } catch (error) {
      message = error instanceof UndecidedError ? error.message : String(error);
    }
    const command = /Fetch them first: (.* \| git fetch .*)$/.exec(message)?.[1];
    expect(objects()).toBe(before);
    execFileSync('sh', ['-c', command ?? 'false'], { cwd: partial, stdio: 'pipe' });
    expect(read(partial)).toBe(expected);
  });
});

test('nothing in the repository changes, and its own programs do not run', () => {
  const directory = scratchRepository(kernelFiles, changed);
  const proof = join(scratchDirectory(), 'proof');
  appendFileSync(
    join(directory, '.git/config'),
    `[core]\n\tfsmonitor = "touch ${proof}"\n\thooksPath = ${directory}\n\tpager = "touch ${proof}"\n`,
  );
  const snapshot = (): string =>
    execFileSync('sh', ['-c', 'find .git -type f -print0 | sort -z | xargs -0 sha1sum'], {
      cwd: directory,
      encoding: 'utf8',
    });
  const before = snapshot();
  const indexTime = statSync(join(directory, '.git/index')).mtimeMs;
  const store = open(directory, { GIT_TRACE: proof, GIT_EXTERNAL_DIFF: `touch ${proof}` });
  openTree(openRevision(store, 'v1'), []).forTarget(arm64);
  openTree(GitTree.ofIndex(store), []).forTarget(arm64);
  store.repository.mergeBase('v1', 'v2');
  expect(snapshot()).toBe(before);
  expect(statSync(join(directory, '.git/index')).mtimeMs).toBe(indexTime);
  expect(() => readFileSync(proof)).toThrow();
});

test('GIT_DIR of the environment does not count against a directory the user named', () => {
  const other = scratchRepository({ 'a.h': 'int other;\n' });
  expect(textOf(open(repository, { GIT_DIR: join(other, '.git') }), 'v1', 'a.h')).toBeUndefined();
});

test('a merge base is found, and its absence explained', () => {
  const directory = scratchRepository({ 'a.h': '1' }, { 'a.h': '2' });
  git(directory, 'checkout', '-q', '-b', 'side', 'v1');
  writeFiles(directory, { 'b.h': '3' });
  git(directory, 'add', '-A');
  git(directory, 'commit', '-q', '-m', 'side');
  const store = open(directory);
  expect(store.repository.mergeBase('main', 'side')).toBe(git(directory, 'rev-parse', 'v1'));
  git(directory, 'checkout', '-q', '--orphan', 'stranger');
  git(directory, 'commit', '-q', '-m', 'stranger', '--allow-empty');
  expect(() => store.repository.mergeBase('main', 'stranger')).toThrow(/no common ancestor/);
});
