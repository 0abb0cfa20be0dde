/**
 * A git repository: the questions that are put to it, and what to say where there is no answer.
 */

import { existsSync } from 'node:fs';
import { UndecidedError, UserError } from '../diagnostic.ts';
import { type AskedTree, fetchCommand } from './fetch-command.ts';
import { type BegunQuestions, type Environment, type GitPlace, placeOf, runGit, startGit } from './run-git.ts';
import {
  type GitEntry,
  type GitObject,
  type GitObjectName,
  type GitQuestion,
  isPlausibleRevision,
  type StagedEntry,
  type TreeListing,
  whatIs,
  whatIsIn,
  whatIsStaged,
  whatIsStagedAt,
  whatLiesIn,
} from './git-questions.ts';

const maximumOutputBytes = 768 * 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Where there is no repository, which may be no mistake. */
export class NoRepositoryError extends UserError {}

/** Where the repository lacks objects: one that somebody fetched a part of, or a damaged one. */
export class MissingObjectsError extends UndecidedError {
  readonly ids: readonly string[];

  constructor(message: string, ids: readonly string[]) {
    super(message);
    this.ids = ids;
  }
}

export class GitRepository {
  readonly #place: GitPlace;
  readonly #begun: BegunQuestions | undefined;
  readonly #asked: AskedTree[] = [];

  /**
   * A repository of which nobody has made sure that it is there.
   * @param isExplicit whether the user named the directory (`-C`), so that `GIT_DIR` from the environment does not count.
   * @param begun what git was asked before.
   */
  constructor(directory: string, environment: Environment, isExplicit: boolean, begun?: BegunQuestions) {
    this.#place = placeOf(directory, environment, isExplicit);
    this.#begun = begun;
  }

  /** @throws {NoRepositoryError} if there is no repository at `directory`; {UserError} with git's reason if it will not read the one there is. */
  static open(directory: string, environment: Environment, isExplicit: boolean): GitRepository {
    const repository = new GitRepository(directory, environment, isExplicit);
    const answer = repository.#run(['rev-parse', '--git-dir']);
    if (answer.status === 0) return repository;
    // "(or any of the parent directories)": git has looked everywhere.
    if (answer.stderr.includes('not a git repository (or any')) {
      throw new NoRepositoryError(`${directory} is not in a git repository: ${firstLine(answer.stderr)}`);
    }
    throw new UserError(`git cannot read a repository at ${directory}: ${wholeReason(answer.stderr)}`);
  }

  /** Path from the top of the work tree to the directory, `''` at the top or in a bare repository, else ending in `/`. */
  prefix(): string {
    return this.#expect(['rev-parse', '--show-prefix']).replace(/\n$/, '');
  }

  /** Id of the object `revision` names, made to be of `type`; `undefined` if there is none. */
  resolve(revision: string, type: 'commit' | 'tree' | 'object'): string | undefined {
    if (!isPlausibleRevision(revision)) return undefined;
    // A full id is taken for one, whether or not there is such an object.
    const peeled = type === 'object' && !isFullId(revision) ? revision : `${revision}^{${type}}`;
    const answer = this.#run(['rev-parse', '--verify', '--quiet', '--end-of-options', peeled]);
    return answer.status === 0 ? answer.stdout.toString().trim() : undefined;
  }

  /**
   * As `resolve`, for a revision that the user gave.
   * @throws {UndecidedError} if there is no such revision, with what can be done in a shallow clone.
   */
  require(revision: string, type: 'commit' | 'tree' | 'object'): string {
    const id = this.resolve(revision, type);
    if (id !== undefined) return id;
    if (isFullId(revision) && this.#promisorRemote() !== undefined) throw this.missingObjects([revision]);
    const complaint = this.#run(['rev-parse', '--verify', '--end-of-options', revision]).stderr;
    const alternates = /^error: (.*\balternate.*)$/m.exec(complaint)?.[1];
    if (alternates !== undefined) {
      throw new UndecidedError(
        `"${revision}" cannot be looked up: the git repository borrows objects that are gone (${alternates}).`,
      );
    }
    const hint = this.isShallow()
      ? ' The repository is a shallow clone that may not reach so far back: run "git fetch --unshallow" (or "git fetch --deepen=100") first.'
      : '';
    throw new UndecidedError(`There is no revision "${revision}" in the git repository.${hint}`);
  }

  /**
   * Id and type of the object a revision names.
   * @throws {UndecidedError} if there is no such revision.
   */
  identify(revision: string): GitObjectName {
    if (isPlausibleRevision(revision)) {
      const [found] = this.#ask(whatIs([revision]), []);
      if (found !== undefined) return found;
    }
    return { id: this.require(revision, 'object'), type: 'unknown' };
  }

  /** A name for what `revision` names that can mean nothing else: its full name, or its id; `undefined` if it names nothing. */
  plainNameOf(revision: string): string | undefined {
    const id = this.resolve(revision, 'object');
    if (id === undefined) return undefined;
    const answer = this.#run(['rev-parse', '--symbolic-full-name', '--end-of-options', revision]);
    const name = /^refs\/.+$/m.exec(answer.stdout.toString())?.[0];
    return answer.status === 0 && name !== undefined ? name : id;
  }

  isShallow(): boolean {
    return this.#run(['rev-parse', '--is-shallow-repository']).stdout.toString().trim() === 'true';
  }

  /** @throws {UndecidedError} if the two have no common ancestor. */
  mergeBase(a: string, b: string): string {
    const answer = this.#run(['merge-base', this.require(a, 'commit'), this.require(b, 'commit')]);
    if (answer.status === 0) return answer.stdout.toString().trim();
    const hint = this.isShallow() ? ' The clone is shallow: "git fetch --unshallow" brings the history.' : '';
    throw new UndecidedError(`${a} and ${b} have no common ancestor.${hint}`);
  }

  /** The entries of the tree-ish with that id. Sizes are left out where git cannot tell all of them. */
  listTree(id: string, listing: TreeListing): readonly GitEntry[] {
    if (!listing.hasSizes) return this.#ask(whatLiesIn(id, listing), []);
    const question = whatLiesIn(id, listing);
    const answer = this.#run(question.parameters, question.input);
    // A partial clone that lacks one of the objects has no sizes to give.
    return answer.status === 0 ? question.read(answer.stdout) : this.listTree(id, { ...listing, hasSizes: false });
  }

  /** The entries of the index at or below some paths, of all where there are none; several for a path that is in conflict. */
  listIndex(paths: readonly string[]): readonly StagedEntry[] {
    return this.#ask(whatIsStaged(paths), []);
  }

  /** The entries of the index at some paths, and none below them. */
  listIndexAt(paths: readonly string[]): readonly StagedEntry[] {
    return this.#ask(whatIsStagedAt(paths), []);
  }

  /** Type and content of objects, in the order asked for, read by one `git cat-file --batch`. */
  readObjects(ids: readonly string[]): readonly GitObject[] {
    return ids.length === 0 ? [] : this.#ask(whatIsIn(ids), ids);
  }

  /** As `readObjects`, if all of them are there and have no more than `maximumBytes` together. */
  readSmallObjects(ids: readonly string[], maximumBytes: number): readonly GitObject[] | undefined {
    const { parameters, input, read } = whatIsIn(ids);
    const result = runGit(this.#place, { parameters, input }, maximumBytes);
    return result.error === undefined && result.status === 0 ? read(result.stdout) : undefined;
  }

  /** Sizes of objects in bytes; `undefined` for a missing one. */
  sizes(ids: readonly string[]): readonly (number | undefined)[] {
    const answer = this.#run(['cat-file', '--batch-check=%(objectsize)', '--buffer'], `${ids.join('\n')}\n`);
    if (answer.status !== 0) throw this.#failure(answer, ids);
    return answer.stdout
      .toString()
      .split('\n')
      .slice(0, ids.length)
      .map((line) => (/^\d+$/.test(line) ? Number(line) : undefined));
  }

  /**
   * Ids of the commits that branches, remote branches and tags point at, the youngest first. A commit with a tag is called by
   * it: that name stays.
   */
  tips(): readonly { readonly id: string; readonly name: string }[] {
    const format = '--format=%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end) %(refname)';
    const answer = this.#run([
      'for-each-ref',
      '--sort=-creatordate',
      format,
      'refs/heads',
      'refs/remotes',
      'refs/tags',
    ]);
    if (answer.status !== 0) throw this.#failure(answer, []);
    const refs = [...answer.stdout.toString().matchAll(/^([0-9a-f]{40,64}) refs\/(heads|remotes|tags)\/(.+)$/gm)];
    const tags = new Map(refs.filter((ref) => ref[2] === 'tags').map(([, id = '', , name = '']) => [id, name]));
    return refs.map(([, id = '', , name = '']) => ({ id, name: tags.get(id) ?? name }));
  }

  /** Ids of at most `limit` commits, reachable from anywhere, that changed one of `paths`, the youngest first. */
  commitsThatChanged(paths: readonly string[], limit: number): readonly string[] {
    const answer = this.#run([
      ...['--literal-pathspecs', 'rev-list', '--all', `--max-count=${String(limit)}`, '--end-of-options', 'HEAD', '--'],
      ...paths,
    ]);
    if (answer.status !== 0) throw this.#failure(answer, []);
    return answer.stdout
      .toString()
      .split('\n')
      .filter((line) => line !== '');
  }

  /**
   * For each of some commits, ids of the blobs at `paths`, `undefined` where there is none. A path must be one line.
   */
  blobsAt(commits: readonly string[], paths: readonly string[]): readonly (readonly (string | undefined)[])[] {
    const places = commits.flatMap((commit) => paths.map((path) => `${commit}:${path}`));
    const answer = this.#run(
      ['cat-file', '--batch-check=%(objectname) %(objecttype)', '--buffer'],
      `${places.join('\n')}\n`,
    );
    if (answer.status !== 0) {
      // A partial clone knows the ids of blobs that it lacks, and cat-file looks at blobs.
      if (isAboutPartialClone(answer)) return commits.map((commit) => this.#blobsListedAt(commit, paths));
      throw this.#failure(answer, []);
    }
    const lines = answer.stdout.toString().split('\n');
    return commits.map((_, row) =>
      paths.map((__, column) => /^([0-9a-f]{40,64}) blob$/.exec(lines[row * paths.length + column] ?? '')?.[1]),
    );
  }

  #blobsListedAt(commit: string, paths: readonly string[]): readonly (string | undefined)[] {
    const entries = this.listTree(commit, { paths, isRecursive: true, hasSizes: false });
    const ids = new Map(entries.map(({ path, id }) => [path, id]));
    return paths.map((path) => ids.get(path));
  }

  /** Files of a tree-ish, below a folder, in which one of `words` stands. */
  filesWith(id: string, folder: string, words: readonly string[]): readonly string[] {
    const patterns = words.flatMap((word) => ['-e', word]);
    const answer = this.#run([
      ...['grep', '-l', '-z', '-I', '--fixed-strings', '--full-name', '--no-textconv', ...patterns],
      ...[id, '--', `:(top,literal)${folder}`],
    ]);
    // 1: nothing was found.
    if (answer.status > 1) throw this.#failure(answer, []);
    return answer.stdout
      .toString()
      .split('\0')
      .filter((line) => line.startsWith(`${id}:`))
      .map((line) => line.slice(id.length + 1));
  }

  /** Number of commits in `to` that are not in `from`. */
  countCommits(from: string, to: string): number {
    const [a, b] = [this.require(from, 'commit'), this.require(to, 'commit')];
    const answer = this.#run(['rev-list', '--count', '--end-of-options', b, `^${a}`]);
    if (answer.status !== 0) throw this.#failure(answer, []);
    return Number(answer.stdout.toString().trim());
  }

  /** Top of the work tree; `undefined` in a bare repository. */
  workTree(): string | undefined {
    const answer = this.#run(['rev-parse', '--show-toplevel']);
    const path = answer.stdout.toString().replace(/\n$/, '');
    return answer.status === 0 && path !== '' ? path : undefined;
  }

  /** Keeps a tree of which something is asked: where one object is missing, others will be. */
  keepAsked(tree: AskedTree): void {
    this.#asked.push(tree);
  }

  /** What to say when objects that a revision names are not in the repository. */
  missingObjects(ids: readonly string[]): MissingObjectsError {
    const remote = this.#promisorRemote();
    if (remote === undefined) {
      return new MissingObjectsError(
        `The git repository lacks object ${ids[0] ?? ''}; it is damaged ("git fsck" tells more), or its alternates are gone.`,
        ids,
      );
    }
    const { directory, isExplicit } = this.#place;
    const command = fetchCommand(remote, ids, this.#asked, isExplicit ? directory : undefined);
    return new MissingObjectsError(
      `The git repository is a partial clone that lacks objects which are needed. Fetch them first: ${command}`,
      ids,
    );
  }

  #promisorRemote(): string | undefined {
    const answer = this.#run(['config', '--get-regexp', '^remote\\..*\\.promisor$']);
    const name = /^remote\.(.*)\.promisor(?: true)?$/m.exec(answer.stdout.toString())?.[1];
    return name !== undefined && /^[A-Za-z0-9_][\w./-]*$/.test(name) ? name : undefined;
  }

  #failure(answer: Answer, ids: readonly string[]): Error {
    if (isAboutPartialClone(answer)) return this.missingObjects(this.#absentOf(ids, answer.stderr));
    return new UndecidedError(`git failed: ${firstLine(answer.stderr)}`);
  }

  #absentOf(ids: readonly string[], complaint: string): readonly string[] {
    // `rev-list --missing=print` looks without fetching.
    const answer = this.#run(
      ['rev-list', '--objects', '--no-walk=unsorted', '--missing=print', '--no-object-names', '--stdin'],
      `${ids.join('\n')}\n`,
    );
    const missing = [...answer.stdout.toString().matchAll(/^\?([0-9a-f]+)$/gm)].map((match) => match[1] ?? '');
    if (missing.length > 0) return missing;
    const named = /\b[0-9a-f]{40,64}\b/.exec(complaint)?.[0];
    return named === undefined ? ids : [named];
  }

  #expect(parameters: readonly string[]): string {
    const answer = this.#run(parameters);
    if (answer.status !== 0) throw this.#failure(answer, []);
    return answer.stdout.toString();
  }

  /**
   * Asks without waiting, unless that was done before; `undefined` if git fails or has anything to complain about, answers with more
   * than `maximumBytes`, or is told to stop. Whoever wants to know why asks again.
   */
  async askAhead<Answer>(
    question: GitQuestion<Answer>,
    maximumBytes: number,
    signal?: AbortSignal,
  ): Promise<Answer | undefined> {
    const run = this.#begun?.take(this.#place, question) ?? startGit(this.#place, question, maximumBytes);
    signal?.addEventListener('abort', run.stop, { once: true });
    const answer = await run.answer;
    if (answer === undefined || !question.statuses.includes(answer.status)) return undefined;
    try {
      return question.read(answer.stdout);
    } catch (error) {
      if (error instanceof UndecidedError) return undefined;
      throw error;
    }
  }

  #ask<Answer>({ parameters, input, statuses, read }: GitQuestion<Answer>, ids: readonly string[]): Answer {
    const answer = this.#run(parameters, input);
    if (!statuses.includes(answer.status)) throw this.#failure(answer, ids);
    return read(answer.stdout);
  }

  #run(parameters: readonly string[], input = ''): Answer {
    const result = runGit(this.#place, { parameters, input }, maximumOutputBytes);
    if (result.error !== undefined) throw explainSpawn(result.error, this.#place.directory);
    return { status: result.status ?? 128, stdout: result.stdout, stderr: result.stderr.toString() };
  }
}

/** A partial clone tries to fetch what is missing; with every transport forbidden that attempt ends here. */
function isAboutPartialClone({ stderr }: Answer): boolean {
  return /promisor|transport .* not allowed|lazy/.test(stderr);
}

function explainSpawn(error: Error, directory: string): Error {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOBUFS') return new UndecidedError('git answered with more than 768 MB; this is no tree of headers.');
  if (code === 'ENOENT') {
    return new UndecidedError(
      existsSync(directory)
        ? 'git cannot be started: it is not installed, or PATH does not lead to it. Without it directories and files can be compared, and no revisions.'
        : `git cannot be started in ${directory}, which does not exist.`,
    );
  }
  return new UndecidedError(`git cannot be started: ${error.message}`);
}

function isFullId(revision: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(revision);
}

/** Of several lines, where git says what to do as well. */
function wholeReason(text: string): string {
  const lines = text.split('\n').map((line) => line.trim().replace(/^fatal: /, ''));
  return lines.filter((line) => line !== '').join(' ') || 'it gave no reason';
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/^fatal: /, '') || 'it gave no reason';
}
