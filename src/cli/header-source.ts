/**
 * SOURCE arguments that lead to headers: a directory, a header, a git revision, `rev:path`, `:path`, `-`.
 *
 * What exists on disk is taken as that, unless it is a revision as well: a side of a range is the revision, and of anything else
 * the user has to say which he means. Then `:` decides between a path in the index, a path in a revision and a revision. One
 * front end and one store of blobs serve all sources of a run, so that what two trees share is read once.
 */

import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Abi } from '../abi/abi.ts';
import { type Target, targets as allTargets } from '../abi/target.ts';
import { readAbi, type ReadOptions } from '../c/lower/read-abi.ts';
import type { Audience } from '../c/lower/audience.ts';
import { FrontEnd } from '../c/lower/front-end.ts';
import type { TokenFile } from '../c/token.ts';
import type { Unsettled } from '../c/unsettled/unsettled-names.ts';
import { UndecidedError, UserError } from '../diagnostic.ts';
import type { BlobStore } from '../source/blob-store.ts';
import { GitRepository } from '../source/git.ts';
import type { Stage } from '../source/git-index.ts';
import { isPlausibleRevision } from '../source/git-questions.ts';
import type { Outlook } from '../source/look-ahead.ts';
import { GitTree, openRevision, unmergedReason } from '../source/git-tree.ts';
import { HeaderFiles, TextTree } from '../source/header-files.ts';
import type { HeaderCollection, HeaderFile, HeaderTarget, TargetHeaders } from '../source/header.ts';
import { type FileTree, normalizePath, type ReadResult } from '../source/file-tree.ts';
import {
  nameOfPath,
  openDirectory,
  openFile,
  openFolderOf,
  openIncludeDirectory,
  openTree,
  openTreeFile,
  type TreeOfDirectory,
} from '../source/open-headers.ts';
import { statsAt } from '../source/stats.ts';
import { WithheldHeaders } from '../source/withheld-headers.ts';
import { Audiences } from './audiences.ts';
import { outlookFor, storeOf } from './git-outlook.ts';
import type { Io } from './io.ts';
import { leanOn } from './lean-headers.ts';
import { Progress } from './progress.ts';
import { treeOnDisk } from './tree-on-disk.ts';

export interface HeaderOptions {
  /** `--include DIR`, in order. */
  readonly includes?: readonly string[];
  /** `--header NAME`: only these. */
  readonly headers?: readonly string[];
  /** `-C DIR`: the git repository to use. */
  readonly gitDirectory?: string | undefined;
}

/** Headers that were found; an ABI comes out of them once a target is chosen. */
export interface HeaderSource {
  readonly label: string;
  /** Whether it is one header that was named as a file: what lies beside it is no part of the source. */
  readonly isOneFile: boolean;
  /** The revision that was named, where it was one as a whole. */
  readonly revision?: FileTree | undefined;
  /** Directories on disk at which the paths of its headers may start. */
  readonly standsIn: () => readonly string[];
  /** The same without what the other side of a comparison cannot read. */
  readonly against: (other: HeaderSource) => HeaderSource;
  /** The targets it can be read for, in the order of the target table. */
  readonly targets: readonly Target[];
  /** Why it cannot be read for a target; `undefined` where it can. */
  readonly whyNot: (target: Target) => string | undefined;
  readonly headersFor: (target: Target) => TargetHeaders;
  /** The headers that `abiFor` reads: those the user chose, or all. */
  readonly namesFor: (target: Target) => readonly string[];
  readonly abiFor: (target: Target) => Abi;
  /** How `abiFor` reads: what of it need not be worked out for a comparison, and who will be asked for. */
  readonly optionsFor: (target: Target) => Pick<ReadOptions, 'unsettled' | 'readersOf'>;
  /** For two sides that are compared: names that may mean something else on one of them, and all that some names reach. */
  readonly changesFor?: (target: Target) => Pick<Unsettled, 'names' | 'reachOf'> | undefined;
  /** Says which targets will be asked for together: what they share is then read once. */
  readonly expect: (targets: readonly Target[]) => void;
  /** The ABI of some headers only, and what they include. */
  readonly abiOf: (target: Target, names: readonly string[], options?: Omit<ReadOptions, 'insteadOf'>) => Abi;
  /** The tokens of a header. */
  readonly tokensOf: (target: Target, header: HeaderFile) => TokenFile;
  /** The ABI of a text that stands outside of the headers but may include them; `path` is for messages. */
  readonly abiOfText: (target: Target, path: string, text: string) => Abi;
  /** As `abiFor`, but reads only headers in whose text one of `words` stands. */
  readonly abiMentioning: (target: Target, words: readonly string[], macros?: ReadonlySet<string>) => Abi;
  /** Texts about the headers that were held against them, by path. */
  readonly documents?: ReadonlyMap<string, string>;
}

/** A source that another one is made of, and reads for it where both have the same headers. */
interface Opened {
  readonly collection: HeaderCollection;
  readonly audiences: Audiences;
  readonly targets: readonly Target[];
}

/** Two sources that are compared. */
export interface HeaderSides {
  readonly old: HeaderSource;
  readonly new: HeaderSource;
}

/** What the user named, of which headers were found. */
interface Named extends Partial<Pick<HeaderSource, 'isOneFile' | 'standsIn' | 'revision'>> {
  readonly label: string;
  /** The headers that were named; all, where none were. */
  readonly only?: readonly string[] | undefined;
}

/** What the sources of one run share. */
export class HeaderWorkshop {
  readonly #io: Io;
  readonly #options: HeaderOptions;
  readonly #frontEnd = new FrontEnd();
  readonly #progress: Progress;
  #blobs: BlobStore | undefined;
  #workTree: readonly string[] | undefined;
  #includes: readonly HeaderCollection[] | undefined;

  constructor(io: Io, options: HeaderOptions) {
    this.#io = io;
    this.#options = options;
    checkGitDirectory(options.gitDirectory, io.cwd);
    this.#progress = new Progress(io);
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

  /** What git was asked ahead for two sources, and for what names `words`; `undefined` where these are no revisions. */
  async lookAhead(
    old: string,
    next: string,
    words: readonly string[] = [],
    prefersRevisions = false,
  ): Promise<Outlook | undefined> {
    const { gitDirectory } = this.#options;
    const outlook = await outlookFor(old, next, words, gitDirectory, this.#io, this.#blobs, prefersRevisions);
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

  /** The files of a directory on disk; of a work tree, with those that are left out of it. */
  directory(path: string, label: string): FileTree {
    return treeOnDisk(path, label, {
      listed: this.#blobs?.isIndexListed === true ? this.#blobs : undefined,
      workTrees: () => this.workTree(),
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
    if (/^\.\.?$/.test(text) || (text.includes('/') && !prefersRevisions)) return false;
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
      const looksLikePath = text.includes('/') || text.endsWith('.h');
      if (!isPlausibleRevision(text)) throw new UndecidedError(`There is no file, directory or revision "${text}".`);
      if (looksLikePath && this.#repositoryOrUndefined()?.resolve(text, 'object') === undefined) {
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
    if (staged !== undefined) checkStage(staged.stage, path, tree, store.index().unmerged.has(path));
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

  #wrap(collection: HeaderCollection, named: Named, base?: Opened): HeaderSource {
    const { label, only, isOneFile = false, standsIn = () => [], revision } = named;
    const chosen = this.#options.headers;
    const namesFor = (target: Target): readonly string[] => {
      const headers = collection.forTarget(target);
      if (only !== undefined) return only.flatMap((path) => nameOfPath(collection, target, path) ?? []);
      if (chosen === undefined || chosen.length === 0) return headers.names;
      return chosen.filter((name) => headers.resolve(name, 'angle', undefined)?.isBuiltIn === false);
    };
    // A header that the user named and that a target does not have is nothing to read there.
    const isAvailable = (target: Target): boolean =>
      collection.unavailable(target) === undefined && (only === undefined || namesFor(target).length > 0);
    const targets = base?.targets ?? allTargets.filter(isAvailable);
    if (targets.length === 0) {
      const why = collection.kind === 'kernel-tree' ? ': it has include/uapi, and no arch/*/include/uapi/asm' : '';
      throw new UndecidedError(`${label} cannot be read for any target${why}.`);
    }
    if (chosen !== undefined) {
      for (const name of chosen) {
        if (targets.every((target) => collection.forTarget(target).resolve(name, 'angle', undefined) === undefined)) {
          throw new UserError(`${label} has no header "${name}".`);
        }
      }
    }
    const audiences = new Audiences(this.#frontEnd, collection);
    const audienceOf = (target: Target): Audience =>
      base?.collection.forTarget(target) === collection.forTarget(target)
        ? base.audiences.of(target)
        : audiences.of(target);
    const abiOf: HeaderSource['abiOf'] = (target, names, options) => {
      const source = collection.forTarget(target);
      const files = names.flatMap((name) => source.resolve(name, 'angle', undefined) ?? []);
      const audience = audienceOf(target);
      const readers = audience.viewers.length === 1 ? target.name : `${audience.viewers.length} targets`;
      return this.#progress.during(`${label}: reading ${files.length} headers for ${readers}`, () =>
        withUnread(readAbi(audience, files, target, label, { ...options, insteadOf: leanOn }), source),
      );
    };
    const against: HeaderSource['against'] = (other) => {
      const headersOf = (target: HeaderTarget): TargetHeaders | undefined => {
        const same = other.targets.find(({ name }) => name === target.name);
        return same && other.headersFor(same);
      };
      return this.#wrap(new WithheldHeaders(collection, headersOf), named, { collection, audiences, targets });
    };
    const mentions = searchFor();
    const known = new Map<Target, Abi>();
    return {
      label,
      isOneFile,
      standsIn,
      revision,
      against,
      targets,
      whyNot: (target) =>
        isAvailable(target)
          ? undefined
          : (collection.unavailable(target) ?? `${label} is no header of ${target.name}.`),
      headersFor: (target) => collection.forTarget(target),
      namesFor,
      optionsFor: () => ({}),
      expect: (expected) => {
        audiences.expect(expected);
        base?.audiences.expect(expected);
      },
      abiOf,
      tokensOf: (target, header) => this.#frontEnd.tokensOf(header, collection.forTarget(target)),
      abiOfText: (target, path, text) => {
        const file = { name: path, path, text, contentKey: text, isBuiltIn: false };
        return readAbi(audiences.alone(target), [file], target, label);
      },
      abiMentioning: (target, words, macros) => {
        const headers = collection.forTarget(target);
        const isMentioned = (name: string): boolean => {
          const file = headers.resolve(name, 'angle', undefined);
          return file !== undefined && mentions(file, words);
        };
        return abiOf(target, namesFor(target).filter(isMentioned), { macros });
      },
      abiFor: (target) => {
        let abi = known.get(target);
        if (abi === undefined) {
          abi = abiOf(target, namesFor(target));
          known.set(target, abi);
        }
        return abi;
      },
    };
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

/** An ABI with what is there and could not be read. */
function withUnread(abi: Abi, { unread }: TargetHeaders): Abi {
  if (unread === undefined || unread.size === 0) return abi;
  const read = new Set(abi.headers);
  const problems = [...unread].flatMap(([name, { problem }]) => (read.has(name) ? problem : []));
  return problems.length === 0 ? abi : { ...abi, notUnderstood: [...abi.notUnderstood, ...problems] };
}

/** A search that looks through a header once, however many targets share it. */
function searchFor(): (file: HeaderFile, words: readonly string[]) => boolean {
  const found = new Map<string, WeakMap<HeaderFile, boolean>>();
  return (file, words) => {
    const key = words.join(' ');
    let inFiles = found.get(key);
    if (inFiles === undefined) found.set(key, (inFiles = new WeakMap<HeaderFile, boolean>()));
    let answer = inFiles.get(file);
    if (answer === undefined) {
      answer = file.mentions?.(words) ?? isIn(file.original ?? file.text, words);
      inFiles.set(file, answer);
    }
    return answer;
  };
}

function isIn(text: string, words: readonly string[]): boolean {
  return words.some((word) => text.includes(word));
}
