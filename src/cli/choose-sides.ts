/**
 * What `uabi check` compares when nobody says: what a person standing here would mean.
 *
 * In a job of a merge request: what the request changes. Otherwise, if UAPI headers of the work tree (staged or not) differ from
 * HEAD: HEAD and the work tree. Otherwise, on a branch with commits that its upstream lacks: those. Otherwise the last
 * commit. The choice is told in one line, because a gate that silently compares the wrong thing is worse than none.
 */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UndecidedError, UserError } from '../diagnostic.ts';
import { readRegularFile } from '../source/directory.ts';
import type { FileText, FileTree } from '../source/file-tree.ts';
import { type GitRepository, NoRepositoryError } from '../source/git.ts';
import { kernelPaths } from '../source/kernel-paths.ts';
import { isKernelTree } from '../source/kernel-tree.ts';
import type { HeaderWorkshop } from './header-workshop.ts';
import type { Io } from './io.ts';

export interface ChosenSides {
  /** As a user would write them. */
  readonly sides: readonly string[];
  /** Why these: a clause. */
  readonly why: string;
}

/**
 * `isExplicit`: whether the user named the repository.
 * @throws {UserError} outside of a repository, where git will not read it, and where it has no commit; {UndecidedError} if the revisions that a job names are not in the clone.
 */
export function chooseSides(workshop: HeaderWorkshop, io: Io, isExplicit = false): ChosenSides {
  if (!isExplicit && workshop.whyNoRepository() instanceof NoRepositoryError) {
    throw new UserError(
      'There is nothing to compare: this is no git repository. Name OLD and NEW, or a patch with --patch, or a repository with -C.',
    );
  }
  const repository = workshop.repository();
  if (repository.resolve('HEAD', 'commit') === undefined) {
    const id = repository.resolve('HEAD', 'object');
    if (id !== undefined) throw repository.missingObjects([id]);
    throw new UserError('There is nothing to compare: the repository has no commit yet. Name OLD and NEW.');
  }
  const fromJob = chooseInGitHub(repository, io) ?? chooseInGitLab(repository, io);
  if (fromJob !== undefined) return fromJob;
  const [top] = workshop.workTree();
  if (top !== undefined && differsFromHead(top, workshop)) {
    return {
      sides: ['HEAD', top],
      why: 'headers of the work tree differ from HEAD: comparing HEAD with the work tree',
    };
  }
  const upstream = repository.resolve('@{upstream}', 'commit');
  const ahead = upstream === undefined ? 0 : repository.countCommits('@{upstream}', 'HEAD');
  if (ahead > 0) {
    const commits = ahead === 1 ? '1 commit' : `${ahead} commits`;
    return {
      sides: ['@{upstream}...HEAD'],
      why: `the branch has ${commits} that its upstream lacks: comparing @{upstream}...HEAD`,
    };
  }
  require(repository, 'HEAD^', () =>
    repository.isShallow()
      ? 'the clone is shallow and ends at HEAD; "git fetch --deepen=1" brings one commit more'
      : 'HEAD is the first commit');
  return { sides: ['HEAD^..HEAD'], why: 'no header of the work tree differs from HEAD: comparing HEAD^..HEAD' };
}

function chooseInGitHub(repository: GitRepository, io: Io): ChosenSides | undefined {
  if (io.env['GITHUB_ACTIONS'] !== 'true') return undefined;
  const base = io.env['GITHUB_BASE_REF'] ?? '';
  if (base !== '') {
    const branch = `origin/${base}`;
    if (repository.resolve(branch, 'commit') !== undefined) {
      return { sides: [`${branch}...HEAD`], why: `a pull request to ${base} on GitHub: comparing ${branch}...HEAD` };
    }
    // Checked out is a merge that GitHub made; its first parent is the branch the request goes to.
    if (repository.resolve('HEAD^2', 'commit') !== undefined) {
      return { sides: ['HEAD^1..HEAD'], why: `a pull request to ${base} on GitHub: comparing HEAD^1..HEAD` };
    }
    throw new UndecidedError(
      `The clone of this job holds neither ${branch} nor the parents of HEAD: give actions/checkout "fetch-depth: 2" (or 0).`,
    );
  }
  const { before, base: requested } = readEvent(io);
  if (requested !== undefined) {
    require(repository, requested, 'the request on GitHub goes there; give actions/checkout "fetch-depth: 0"');
    return {
      sides: [`${requested}...HEAD`],
      why: `a request on GitHub: comparing ${requested.slice(0, 12)}...HEAD`,
    };
  }
  if (before === undefined) return undefined;
  if (/^0+$/.test(before)) {
    require(repository, 'HEAD^', 'HEAD is the first commit, or the clone ends there');
    return { sides: ['HEAD^..HEAD'], why: 'a new branch on GitHub: comparing its last commit, HEAD^..HEAD' };
  }
  require(repository, before, 'the push on GitHub began there; give actions/checkout "fetch-depth: 0"');
  return { sides: [`${before}..HEAD`], why: `a push on GitHub: comparing ${before.slice(0, 12)}..HEAD` };
}

/** From the event that started the job: the commit a branch stood at before a push, and the one a request goes to. */
function readEvent(io: Io): { readonly before: string | undefined; readonly base: string | undefined } {
  const path = io.env['GITHUB_EVENT_PATH'];
  if (path === undefined || path === '') return { before: undefined, base: undefined };
  const file = readRegularFile(resolve(io.cwd, path));
  if (file.kind !== 'text') throw new UndecidedError(`${path}, the event of this job, cannot be read.`);
  let event: unknown;
  try {
    event = JSON.parse(file.text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UndecidedError(`${path}, the event of this job, is no JSON.`);
    throw error;
  }
  return {
    before: commitIn(event, 'before'),
    base: commitIn(event, 'pull_request', 'base', 'sha') ?? commitIn(event, 'merge_group', 'base_sha'),
  };
}

function commitIn(value: unknown, ...keys: readonly string[]): string | undefined {
  let current = value;
  for (const key of keys) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Readonly<Record<string, unknown>>)[key];
  }
  return typeof current === 'string' && /^[0-9a-f]{40,64}$/.test(current) ? current : undefined;
}

function chooseInGitLab(repository: GitRepository, io: Io): ChosenSides | undefined {
  if (io.env['GITLAB_CI'] !== 'true') return undefined;
  const base = io.env['CI_MERGE_REQUEST_DIFF_BASE_SHA'] ?? '';
  const before = io.env['CI_COMMIT_BEFORE_SHA'] ?? '';
  const [from, what] = base !== '' ? [base, 'a merge request'] : [before, 'a push'];
  if (!/^[0-9a-f]{40,64}$/.test(from) || /^0+$/.test(from)) return undefined;
  require(repository, from, `${what} on GitLab begins there; set GIT_DEPTH to 0`);
  return { sides: [`${from}..HEAD`], why: `${what} on GitLab: comparing ${from.slice(0, 12)}..HEAD` };
}

function require(repository: GitRepository, revision: string, why: string | (() => string)): void {
  if (repository.resolve(revision, 'commit') !== undefined) return;
  const reason = typeof why === 'string' ? why : why();
  throw new UndecidedError(`There is no commit ${revision} here to compare with: ${reason}.`);
}

/** Whether headers on disk differ from those of HEAD. */
function differsFromHead(top: string, workshop: HeaderWorkshop): boolean {
  const head = workshop.revision('HEAD', 'HEAD');
  let disk = workshop.directory(top, top);
  const isKernel = isKernelTree(head) || isKernelTree(disk);
  const onDisk = new Set(disk.list(uapiPaths));
  if (!isKernel || head.list(uapiPaths).some((path) => !onDisk.has(path))) {
    // Of a whole kernel that takes a while, and tells besides what git was told to leave out of the work tree.
    workshop.listIndex();
    disk = workshop.directory(top, top);
  }
  const paths = new Set(
    isKernel ? [head, disk].flatMap((tree) => tree.list(uapiPaths)) : headersOf(head, workshop.index()),
  );
  if (!isDirty(head, disk, [...paths])) return false;
  checkThatItIsOurs(top, head, disk, [...paths]);
  return true;
}

/** What a kernel's headers are made from. They say little of the version in its Makefile, which is edited for much else. */
const uapiPaths = kernelPaths.filter((path) => path !== 'Makefile');

/** Paths of the headers of repositories that are no kernels. */
function headersOf(head: FileTree, index: FileTree): readonly string[] {
  return [head, index].flatMap((tree) => tree.list([''])).filter((path) => path.endsWith('.h'));
}

/** Whether a header on disk differs from the revision's. Equal keys are equal texts; others may be that as well (SHA-256, line ends). */
function isDirty(head: FileTree, disk: FileTree, paths: readonly string[]): boolean {
  const unlike = paths.filter((path) => {
    const key = head.keyOf?.(path);
    return key === undefined || key !== disk.keyOf?.(path);
  });
  head.prefetch(unlike);
  return unlike.some((path) => {
    const [old, now] = [head.read(path), disk.read(path)];
    return old.kind !== now.kind || (old.kind === 'text' && now.kind === 'text' && linesOf(old) !== linesOf(now));
  });
}

/** With the line ends that git keeps, whatever it was told to write to disk (`core.autocrlf`). */
function linesOf({ text }: FileText): string {
  return text.replaceAll('\r\n', '\n');
}

/**
 * A work tree that was named (`GIT_WORK_TREE`, `core.worktree`) may be any directory. To read all of /usr for headers that have nothing to
 * do with those of the repository takes long, and finds that each of them is gone.
 * @throws {UserError} if such a work tree has none of the headers of HEAD.
 */
function checkThatItIsOurs(top: string, head: FileTree, disk: FileTree, paths: readonly string[]): void {
  if (existsSync(join(top, '.git'))) return;
  const committed = paths.filter((path) => head.kindOf(path) !== 'absent');
  if (committed.length === 0 || committed.some((path) => disk.kindOf(path) !== 'absent')) return;
  throw new UserError(
    `${top}, which GIT_WORK_TREE or core.worktree names as the work tree, has none of the headers of HEAD. Name OLD and NEW, or another work tree.`,
  );
}
