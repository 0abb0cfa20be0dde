/**
 * SOURCE arguments that lead to headers: a directory, a header, a git revision, `rev:path`, `:path`, `-`.
 *
 * What exists on disk is taken as that, unless it is a revision as well: a side of a range is the revision, and of anything else
 * the user has to say which he means. Then `:` decides between a path in the index, a path in a revision and a revision. One
 * front end and one store of blobs serve all sources of a run, so that what two trees share is read once.
 */

import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { FrontEnd } from '../c/lower/front-end.ts';
import { UndecidedError, UserError } from '../diagnostic.ts';
import type { BlobStore } from '../source/blob-store.ts';
import { GitRepository } from '../source/git.ts';
import type { Stage } from '../source/git-index.ts';
import { isPlausibleRevision } from '../source/git-questions.ts';
import type { Outlook, WhatFor } from '../source/look-ahead.ts';
import { GitTree, openRevision, unmergedReason } from '../source/git-tree.ts';
import { HeaderFiles, TextTree } from '../source/header-files.ts';
import type { HeaderCollection } from '../source/header.ts';
import { type FileTree, normalizePath, type ReadResult } from '../source/file-tree.ts';
import {
  openDirectory,
  openFile,
  openFolderOf,
  openIncludeDirectory,
  openTree,
  openTreeFile,
  type TreeOfDirectory,
} from '../source/open-headers.ts';
import { statsAt } from '../source/stats.ts';
import { outlookFor, storeOf } from './git-outlook.ts';
import type { Io } from './io.ts';
import { Progress } from './progress.ts';
import { treeOnDisk } from './tree-on-disk.ts';
import { type HeaderSource, type Named, sourceOf, type Workshop } from './header-source.ts';

export interface HeaderOptions {
  /** `--include DIR`, in order. */
  readonly includes?: readonly string[];
  /** `--header NAME`: only these. */
  readonly headers?: readonly string[];
  /** `-C DIR`: the git repository to use. */
  readonly gitDirectory?: string | undefined;
}

/** What the sources of one run share. */
export class HeaderWorkshop {
  readonly #io: Io;
  readonly #options: HeaderOptions;
  readonly #shared: Workshop;
  #blobs: BlobStore | undefined;
  /** Directories that were opened, so that their files are read once. */
  readonly #directories = new Map<string, FileTree>();
  #workTree: readonly string[] | undefined;
  #includes: readonly HeaderCollection[] | undefined;

  constructor(io: Io, options: HeaderOptions) {
    this.#io = io;
    this.#options = options;
    checkGitDirectory(options.gitDirectory, io.cwd);
    this.#shared = { frontEnd: new FrontEnd(), progress: new Progress(io), chosen: options.headers };
  }

  /**
   * Opens a SOURCE that is neither a JSON file nor standard input. `prefersRevisions`: what is a revision and stands on disk as well
   * is the revision, as a side of `A..B` is.
   * @throws {UndecidedError} if there is no such thing; {UserError} if it may be one thing or another.
   */
  open(text: string, prefersRevisions = false): HeaderSource {
    const path = resolve(this.#io.cwd, text);
    const stats = text === '' ? undefined : statsAt(path, text);
    if (stats !== undefined && this.isRevision(text, prefersRevisions)) return this.#openFromGit(text);
    if (stats?.isDirectory() === true) {
      // A folder of a tree may have been named: `linux/include/uapi`, `usr/include`.
      const standsIn = (): readonly string[] => [path, resolve(path, '..'), resolve(path, '../..')];
      return this.#wrap(openDirectory(path, text, this.#includeDirectories(), this.#treeOf), {
        label: text,
        standsIn,
      });
    }
    if (stats !== undefined) {
      const { collection, only } = openFile(path, text, this.#includeDirectories(), this.#treeOf);
      return this.#wrap(collection, { label: text, only, isOneFile: true });
    }
    return this.#openFromGit(text);
  }

  /** What git was asked ahead for two sources, and `what` else these are looked into for; `undefined` where they are no revisions. */
  async lookAhead(
    old: string,
    next: string,
    what: WhatFor = {},
    prefersRevisions = false,
  ): Promise<Outlook | undefined> {
    const { gitDirectory } = this.#options;
    const outlook = await outlookFor(old, next, what, gitDirectory, this.#io, this.#blobs, prefersRevisions);
    this.#blobs ??= outlook?.store;
    return outlook;
  }

  /** Opens the headers of a tree that was made in memory. */
  openInMemory(tree: FileTree, standsIn?: HeaderSource['standsIn']): HeaderSource {
    return this.#wrap(openTree(tree, this.#includeDirectories()), { label: tree.label, ...(standsIn && { standsIn }) });
  }

  /** Opens headers that somebody else found. */
  openCollection(collection: HeaderCollection): HeaderSource {
    return this.#wrap(collection, { label: collection.label });
  }

  /** The files of a revision. */
  revision(revision: string, label: string): FileTree {
    return openRevision(this.#store(), revision, label);
  }

  /** The files of the index. */
  index(): FileTree {
    return GitTree.ofIndex(this.#store());
  }

  /** Lists all of the index, so that it is known what git was told to leave out of the work tree. */
  listIndex(): void {
    this.#store().index().list();
  }

  /** The files of a directory on disk; of a work tree, with those that are left out of it. */
  directory(path: string, label: string): FileTree {
    const listed = this.#blobs?.index().isListed === true ? this.#blobs : undefined;
    const key = [path, label, listed !== undefined].join('\0');
    const tree = this.#directories.get(key) ?? this.#openDirectory(path, label, listed);
    this.#directories.set(key, tree);
    return tree;
  }

  #openDirectory(path: string, label: string, listed: BlobStore | undefined): FileTree {
    return treeOnDisk(path, label, {
      listed,
      workTrees: () => this.workTree(),
      // What a work tree and a revision share need not come from git as well.
      onRead: (text) => this.#blobs?.keepText(text),
      storeFor: (top) => {
        const isOurs = this.whyNoRepository() === undefined && this.workTree().some((one) => realpathSync(one) === top);
        return isOurs ? this.#store() : storeOf(GitRepository.open(top, this.#io.env, true));
      },
    });
  }

  readonly #treeOf: TreeOfDirectory = (path, label) => this.directory(path, label);

  /** Why there is no repository to look revisions up in; `undefined` where there is one. */
  whyNoRepository(): UserError | UndecidedError | undefined {
    try {
      this.repository();
      return undefined;
    } catch (error) {
      if (error instanceof UserError || error instanceof UndecidedError) return error;
      throw error;
    }
  }

  /** The repository that revisions are looked up in. */
  repository(): GitRepository {
    return this.#store().repository;
  }

  /** The top of the work tree of that repository, unless it is a bare one. */
  workTree(): readonly string[] {
    if (this.#workTree === undefined) {
      const top = this.repository().workTree();
      this.#workTree = top === undefined ? [] : [top];
    }
    return this.#workTree;
  }

  /** Text of a file in a revision or the index, for sources that are no headers. */
  readFromGit(text: string): string {
    const { tree, path } = this.#splitPath(text);
    const result = tree.read(path);
    if (result.kind === 'text') return result.text;
    throw new UndecidedError(
      result.kind === 'absent' ? `There is no "${text}".` : `${text} is not read: ${result.reason}.`,
    );
  }

  /** A file at the top of the tree that a source from git is of, for settings that lie beside the code. */
  besideInGit(source: string, name: string): ReadResult {
    const colon = /^[^:]*\^\{\//.test(source) ? -1 : source.indexOf(':');
    const revision = colon < 0 ? source : source.slice(0, colon);
    const store = this.#store();
    const tree = revision === '' ? GitTree.ofIndex(store, splitStage(source).stage) : openRevision(store, revision);
    tree.fetch([name]);
    return tree.read(name);
  }

  /** The header that came through standard input. */
  openHeaderText(content: string): HeaderSource {
    const name = '<standard input>';
    const tree = new TextTree('-', name, content);
    const options = { label: '-', tree, headers: [name], isSearched: false, includes: this.#includeDirectories() };
    return this.#wrap(new HeaderFiles(options), { label: '-' });
  }

  /**
   * Whether what stands on disk as `text` is a revision in the first place. Where it may be both, git asks as well; in a bare
   * repository it does not, whose own files are nobody's headers.
   * @throws {UserError} if it may be both.
   */
  isRevision(text: string, prefersRevisions = false): boolean {
    if (/^(?:\.\.?$|\/)/.test(text) || (text.includes('/') && !prefersRevisions)) return false;
    const repository = this.#repositoryOrUndefined();
    const plainName = repository?.plainNameOf(text);
    if (plainName === undefined) return false;
    if (prefersRevisions || this.workTree().length === 0) return true;
    throw new UserError(
      `"${text}" is a revision, and a file or directory is called so as well. Write ./${text} for what stands on disk, or ${plainName} for the revision.`,
    );
  }

  #openFromGit(text: string): HeaderSource {
    const includes = this.#includeDirectories();
    if (!text.includes(':') || /^[^:]*\^\{\//.test(text)) {
      if (!isPlausibleRevision(text) || (looksLikePath(text) && !this.#isNamed(text))) {
        throw new UndecidedError(`There is no file, directory or revision "${text}".`);
      }
      const standsIn = (): readonly string[] => this.workTree();
      const tree = openRevision(this.#store(), text);
      return this.#wrap(openTree(tree, includes), { label: text, standsIn, revision: tree });
    }
    const { tree, path } = this.#splitPath(text);
    const standsIn = (): readonly string[] => this.workTree().map((top) => resolve(top, path));
    if (path === '') return this.#wrap(openTree(tree, includes), { label: text, standsIn });
    switch (tree.kindOf(path)) {
      case 'folder':
        return this.#wrap(openTree(openFolderOf(tree, path, text), includes), { label: text, standsIn });
      case 'absent':
        throw new UndecidedError(`There is no "${path}" in ${tree.label}.`);
      case 'file':
      case 'other': {
        const { collection, only } = openTreeFile(tree, path, text, includes);
        return this.#wrap(collection, { label: text, only, isOneFile: true, standsIn: () => this.workTree() });
      }
    }
  }

  /** Whether there is a revision of that name. */
  #isNamed(text: string): boolean {
    return this.#blobs?.isNamed(text) === true || this.#repositoryOrUndefined()?.resolve(text, 'object') !== undefined;
  }

  /** `rev:path` and `:path`; `./` and `../` start at the working directory, as in git. */
  #splitPath(text: string): { readonly tree: FileTree; readonly path: string } {
    const colon = text.indexOf(':');
    const revision = text.slice(0, colon);
    const staged = revision === '' ? splitStage(text) : undefined;
    const given = staged?.path ?? text.slice(colon + 1);
    const store = this.#store();
    const path = normalizePath(/^\.\.?(\/|$)/.test(given) ? `${store.repository.prefix()}${given}` : given);
    if (path === undefined) throw new UserError(`"${given}" leads out of the repository.`);
    const tree = staged === undefined ? openRevision(store, revision) : GitTree.ofIndex(store, staged.stage);
    if (staged !== undefined) checkStage(staged.stage, path, tree, path !== '' && store.index().isUnmerged(path));
    return { tree, path };
  }

  #store(): BlobStore {
    this.#blobs ??= storeOf(this.#openRepository());
    return this.#blobs;
  }

  #openRepository(): GitRepository {
    const { gitDirectory } = this.#options;
    return GitRepository.open(resolve(this.#io.cwd, gitDirectory ?? '.'), this.#io.env, gitDirectory !== undefined);
  }

  #repositoryOrUndefined(): GitRepository | undefined {
    return this.whyNoRepository() === undefined ? this.repository() : undefined;
  }

  #includeDirectories(): readonly HeaderCollection[] {
    this.#includes ??= (this.#options.includes ?? []).map((path) => openIncludeDirectory(resolve(this.#io.cwd, path)));
    return this.#includes;
  }

  #wrap(collection: HeaderCollection, named: Named): HeaderSource {
    return sourceOf(collection, named, this.#shared);
  }
}

/** `:path`, or with git's number for a version in front: `:2:path`. */
function splitStage(source: string): { readonly stage: Stage; readonly path: string } {
  const [, digit = '0', path = ''] = /^:(?:([0-3]):)?(.*)$/s.exec(source) ?? [];
  return { stage: Number(digit) as Stage, path };
}

/** @throws {UserError} if a file was named that the index has another number of versions of. */
function checkStage(stage: Stage, path: string, tree: FileTree, isUnmerged: boolean): void {
  if (stage === 0 && isUnmerged) throw new UserError(`":${path}" is not read: ${unmergedReason}.`);
  if (stage === 0 || isUnmerged || tree.kindOf(path) !== 'file') return;
  throw new UserError(`"${path}" is not unmerged: the index holds one version of it, ":${path}".`);
}

/** @throws {UserError} if what `-C` names is no directory. */
function checkGitDirectory(directory: string | undefined, cwd: string): void {
  if (directory === undefined) return;
  const stats = statsAt(resolve(cwd, directory), directory);
  if (stats?.isDirectory() === true) return;
  throw new UserError(
    stats === undefined
      ? `There is no directory "${directory}", which -C names.`
      : `"${directory}", which -C names, is no directory.`,
  );
}

function looksLikePath(text: string): boolean {
  return text.includes('/') || text.endsWith('.h');
}
