/**
 * The two sides of a patch: the tree it is for, and what the tree is after it.
 *
 * The tree is the one named by `--onto`; else a commit that has the blobs of the patch's `index` lines; else the commit of its
 * `base-commit:` line; else HEAD, if the patch applies there. Where there is no tree at all, each side is what the hunks show of
 * it. Of a series every patch is judged from the state its predecessor left, and the series as a whole.
 */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Diagnostic, UndecidedError, UserError } from '../diagnostic.ts';
import { applyPatch, type Base } from '../patch/apply-patch.ts';
import type { Patch } from '../patch/patch.ts';
import { touchedRecords } from '../patch/touched-records.ts';
import { maximumPatchBytes, type PatchInput, readSeries } from '../patch/read-patches.ts';
import type { FileTree } from '../source/file-tree.ts';
import { type ExpectedBlob, findBase } from '../source/find-base.ts';
import { NoRepositoryError } from '../source/git.ts';
import { headerFolders } from '../source/kernel-paths.ts';
import { isKernelTree } from '../source/kernel-tree.ts';
import { type Changes, PatchedTree } from '../source/patched-tree.ts';
import { statsAt } from '../source/stats.ts';
import { type DocumentText, withDocumentation } from './documented-records.ts';
import type { HeaderSource } from './header-source.ts';
import type { HeaderWorkshop } from './header-workshop.ts';
import type { Io } from './io.ts';
import { isBesideTheUapi, openHunks, withProblems } from './open-hunks.ts';
import type { OpenedPair } from './open-pair.ts';
import { basesOf, isWithin, limitsAmong, limitsFor } from './path-limits.ts';
import { restrictToChanges } from './restrict-to-changes.ts';
import { isHeaders, type OpenedSource, type SourceOptions, workshopFor } from './open-source.ts';

export interface OpenedPatches {
  /** Everything before the first patch, and after the last. */
  readonly whole: OpenedPair;
  /** Each patch by itself; empty where there is only one. */
  readonly steps: readonly { readonly patch: Patch; readonly open: () => OpenedPair }[];
  /** What the reader should know; none of it is wrong. */
  readonly notes: readonly string[];
  /** The tree that the patches are for, where there is one. */
  readonly base?: FileTree;
}

export interface PatchOptions extends SourceOptions {
  readonly files: readonly string[];
  readonly onto: string | undefined;
  /** `-- PATH…`: only headers at or below these places. */
  readonly paths: readonly string[];
}

/**
 * Reads the patches and opens the sides they make.
 * @throws {UndecidedError} if a patch cannot be read or does not apply, with the places.
 */
export async function openPatches(io: Io, options: PatchOptions): Promise<OpenedPatches> {
  const inputs: PatchInput[] = [];
  for (const name of options.files) inputs.push(await readInput(name, io));
  const { patches, notes } = readSeries(inputs);
  const workshop = await workshopFor(io, options);
  const said = notes.map(({ message }) => message);
  const tree = findTree(patches, workshop, io, options);
  // Where nothing is to be judged, nobody has to know against what.
  const found = patches.every(isBesideTheUapi) ? { ...tree, why: undefined } : tree;
  if (found.kind === 'none') {
    const { limits, missing } = limitsInPatches(patches, options.paths);
    // Nobody knows what else stands in the tree.
    for (const one of missing) said.push(`the patch touches no header at or below "${one}"`);
    const open = (some: readonly Patch[]): OpenedPair => openHunks(some, workshop, limits);
    return {
      whole: open(patches),
      steps: patches.length === 1 ? [] : patches.map((patch) => ({ patch, open: () => open([patch]) })),
      notes: found.why === undefined ? said : [...said, found.why],
    };
  }
  if (found.why !== undefined) said.push(found.why);
  const touched = patches.flatMap((patch) => patch.files.map((file) => file.oldPath));
  const { revision } = found;
  const outlook = revision === undefined ? undefined : await workshop.lookAhead(revision, revision, { touched }, true);
  const opened = openApplied(patches, found, workshop, said, (sources) =>
    limitsFor(options.paths, basesOf(io.cwd, options.gitDirectory), sources),
  );
  await outlook?.fetched;
  listHeaders([opened.whole.old, opened.whole.new]);
  await outlook?.included;
  return opened;
}

/** Works out which headers there are, while git works on something else. */
function listHeaders(sources: readonly OpenedSource[]): void {
  for (const source of sources.filter(isHeaders)) for (const target of source.targets) source.headersFor(target);
}

/** What the paths on the command line mean in patches without a tree. */
function limitsInPatches(
  patches: readonly Patch[],
  paths: readonly string[],
): { readonly limits: readonly string[]; readonly missing: readonly string[] } {
  const places = patches.flatMap((patch) => patch.files.flatMap((file) => [file.oldPath, file.newPath]));
  const found = paths.map((path) => ({ path, limits: limitsAmong(path, places) }));
  return {
    limits: found.flatMap(({ path, limits }) => limits ?? [path]),
    missing: found.flatMap(({ path, limits }) => (limits === undefined ? [path] : [])),
  };
}

async function readInput(name: string, io: Io): Promise<PatchInput> {
  const bytes = name === '-' ? await io.stdin() : readFile(name, io);
  // What lore.kernel.org gives to download is compressed.
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      return { name, bytes: gunzipSync(bytes, { maxOutputLength: maximumPatchBytes }) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new UndecidedError(`${name} cannot be unpacked: ${reason}.`);
    }
  }
  return { name: name === '-' ? '<standard input>' : name, bytes };
}

/** A file, or the pipe that `<(git diff …)` is; nothing else ends. */
function readFile(name: string, io: Io): Uint8Array {
  const path = resolve(io.cwd, name);
  const stats = statsAt(path, name);
  if (stats === undefined) throw new UndecidedError(`There is no file ${name}.`);
  if (!stats.isFile() && !stats.isFIFO()) throw new UndecidedError(`${name} is not read: it is no regular file.`);
  if (stats.size > maximumPatchBytes)
    throw new UndecidedError(`${name} has ${stats.size} bytes, too many for a patch.`);
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UndecidedError(`${name} cannot be read: ${reason}.`);
  }
}

interface FoundTree {
  readonly kind: 'tree';
  readonly tree: FileTree;
  /** Of which commit it is. */
  readonly revision: string | undefined;
  readonly states: readonly State[];
  /** What to say about the choice. */
  readonly why: string | undefined;
  /** Directories on disk at which the tree may begin. */
  readonly standsIn: () => readonly string[];
}

/** The tree after some patches. */
interface State {
  readonly changes: Changes;
  readonly notes: readonly Diagnostic[];
  readonly notFollowed: readonly Diagnostic[];
}

type Found = FoundTree | { readonly kind: 'none'; readonly why: string | undefined };

function findTree(patches: readonly Patch[], workshop: HeaderWorkshop, io: Io, options: PatchOptions): Found {
  const apply = (revision: string, name: string, why?: string): FoundTree => {
    const tree = workshop.revision(revision, name);
    return {
      ...{ kind: 'tree', tree, revision, states: applySeries(patches, tree), why },
      standsIn: () => workshop.workTree(),
    };
  };
  if (options.onto !== undefined) {
    const path = resolve(io.cwd, options.onto);
    const isDirectory = statsAt(path, options.onto)?.isDirectory() === true;
    if (!isDirectory || workshop.isRevision(options.onto)) return apply(options.onto, options.onto);
    const tree = workshop.directory(path, options.onto);
    return {
      ...{ kind: 'tree', tree, revision: undefined, states: applySeries(patches, tree), why: undefined },
      standsIn: () => [path],
    };
  }
  const noRepository = options.gitDirectory === undefined ? workshop.whyNoRepository() : undefined;
  if (noRepository !== undefined) {
    const why =
      noRepository instanceof NoRepositoryError ? 'no git repository here' : noRepository.message.replace(/\.$/, '');
    return {
      kind: 'none',
      why: `${why}: the patch is judged from its own hunks, as far as they hold whole declarations`,
    };
  }
  const repository = workshop.repository();
  const expected = expectedBlobs(patches);
  const headers = expected.filter(({ path }) => path.endsWith('.h'));
  const base =
    findBase(repository, expected) ?? (headers.length < expected.length ? findBase(repository, headers) : undefined);
  if (base !== undefined) return apply(base.id, base.name, `the patch was made for ${base.name}`);
  const problems: UndecidedError[] = [];
  const stated = patches.map((patch) => patch.baseCommit).find((id) => id !== undefined);
  for (const [revision, why] of [
    [stated, `base-commit of the patch is ${stated ?? ''}`],
    [
      'HEAD',
      expected.length === 0
        ? 'the patch does not say which files it was made for; it applies to HEAD'
        : 'no commit here has the files the patch was made for; it applies to HEAD',
    ],
  ] as const) {
    if (revision === undefined || repository.resolve(revision, 'commit') === undefined) continue;
    const tree = workshop.revision(revision, revision.slice(0, 12));
    if (!patches.some((patch) => patch.files.some((file) => tree.kindOf(file.oldPath) === 'file'))) {
      const touches = patches.some((patch) =>
        patch.files.some((file) => file.change !== 'add' && weigh(file.oldPath, true) === 'needed'),
      );
      if (touches) continue;
    }
    try {
      return apply(revision, revision.slice(0, 12), why);
    } catch (error) {
      if (!(error instanceof UndecidedError)) throw error;
      problems.push(error);
    }
  }
  const [problem] = problems;
  if (problem === undefined) {
    return {
      kind: 'none',
      why: 'the git repository here has no such files: the patch is judged from its own hunks, as far as they hold whole declarations',
    };
  }
  throw new UndecidedError(
    `${problem.message} No commit here has the files it was made for, so HEAD was tried; --onto REV names another base.`,
    problem.diagnostics,
  );
}

/** Ids of the files that the patches find, each as the first patch that touches it finds it. */
function expectedBlobs(patches: readonly Patch[]): ExpectedBlob[] {
  const expected = new Map<string, string | undefined>();
  for (const file of patches.flatMap((patch) => patch.files)) {
    const isNews = !expected.has(file.oldPath);
    if (isNews) expected.set(file.oldPath, file.change === 'add' ? undefined : file.oldBlob);
    if (!expected.has(file.newPath)) expected.set(file.newPath, undefined);
  }
  return [...expected].flatMap(([path, blob]) =>
    blob === undefined || /^0+$/.test(blob) || weigh(path, true) === 'ignored' ? [] : [{ path, blob }],
  );
}

/** Which files say something about the UAPI: in a kernel tree those that `make headers_install` reads, elsewhere any header. */
function weigh(path: string, isKernel: boolean): ReturnType<Base['weigh']> {
  if (/\.(?:rst|txt)$/.test(path)) return 'nice';
  const isUapi =
    /^(?:include\/uapi|arch\/[^/]+\/include\/uapi)\//.test(path) || path === 'Makefile' || path.endsWith('.tbl');
  return isUapi || (!isKernel && path.endsWith('.h')) ? 'needed' : 'ignored';
}

function applySeries(patches: readonly Patch[], tree: FileTree): State[] {
  const isKernel = isKernelTree(tree);
  const changes = new Map<string, string | undefined>();
  return patches.map((patch) => {
    const read = (path: string): string | undefined => {
      if (changes.has(path)) return changes.get(path);
      const file = tree.read(path);
      return file.kind === 'text' ? file.text : undefined;
    };
    const { files, notes, notFollowed } = applyPatch(patch, {
      read,
      weigh: (path) => (isKernel && isLost(path, tree, read) ? 'needed' : weigh(path, isKernel)),
      similar: (path) => similarHeaders(path, tree),
    });
    for (const [path, file] of files) changes.set(path, file.kind === 'text' ? file.text : undefined);
    return { changes: new Map(changes), notes, notFollowed };
  });
}

/**
 * Whether a path of a patch means a UAPI header of a kernel and names none: it was written with `--relative`, or with another
 * prefix. Other files, which a tree of headers need not have, are nobody's to miss, and tools/ holds copies.
 */
function isLost(path: string, tree: FileTree, read: (path: string) => string | undefined): boolean {
  if (!path.endsWith('.h') || path.startsWith('tools/') || weigh(path, true) === 'needed') return false;
  const isOfUapi = /(?:^|\/)uapi\//.test(path) || similarHeaders(path, tree).length > 0;
  return isOfUapi && read(path) === undefined;
}

/** UAPI headers whose path ends in `path`, or `path` in theirs. */
function similarHeaders(path: string, tree: FileTree): readonly string[] {
  return tree
    .list(headerFolders)
    .filter((header) => header.endsWith('.h') && (header.endsWith(`/${path}`) || path.endsWith(`/${header}`)));
}

function openApplied(
  patches: readonly Patch[],
  { tree, states, standsIn }: FoundTree,
  workshop: HeaderWorkshop,
  notes: readonly string[],
  limitsIn: (sources: readonly HeaderSource[]) => readonly string[],
): OpenedPatches {
  const nameAfter = (count: number): string =>
    count === 0 ? tree.label : `${tree.label} + ${count === 1 ? (patches[0]?.title ?? '') : `${count} patches`}`;
  const sources = new Map<number, HeaderSource>();
  const after = (count: number): HeaderSource => {
    let source = sources.get(count);
    if (source === undefined) {
      const changes = states[count - 1]?.changes;
      const label = nameAfter(count);
      source = workshop.openInMemory(changes === undefined ? tree : new PatchedTree(tree, changes, label), standsIn);
      sources.set(count, source);
    }
    return source;
  };
  const paths = limitsIn([after(0), after(patches.length)]);
  const isHeader = (path: string): boolean =>
    path.endsWith('.h') && weigh(path, isKernelTree(tree)) === 'needed' && isWithin([path], paths);
  const touchedBy = (patch: Patch): ReadonlySet<string> =>
    touchedRecords(patch, isHeader, (path) => textIn(tree, path));
  const documents = documentsAbout(tree, new Set(patches.flatMap((patch) => [...touchedBy(patch)])));
  const unsearched =
    documents === undefined
      ? ['the repository is a partial clone without Documentation/: what documents show is not held against the change']
      : [];
  const open = (from: number, to: number): OpenedPair => {
    const touched = new Set(patches.slice(from, to).flatMap((patch) => [...touchedBy(patch)]));
    const sides = restrictToChanges(after(from), after(to), paths);
    const { old, new: next } = withDocumentation(
      sides,
      {
        old: textsOf(tree, states, from, to, from, documents ?? []),
        new: textsOf(tree, states, from, to, to, documents ?? []),
      },
      touched,
    );
    return {
      old,
      new: withProblems(
        next,
        states.slice(from, to).flatMap((state) => state.notFollowed),
      ),
      unseen: sides.unseen,
    };
  };
  const moved = states.flatMap((state) => state.notes).slice(0, 20);
  return {
    base: tree,
    whole: open(0, patches.length),
    steps: patches.length === 1 ? [] : patches.map((patch, index) => ({ patch, open: () => open(index, index + 1) })),
    notes: [
      ...notes,
      ...unsearched,
      ...moved.map(({ message, location }) => `${location?.file ?? ''}:${location?.line ?? 0}: ${message}`),
    ],
  };
}

/** Texts that the patches after `from` up to `to` change, and `more`, as they are after `at`. */
function textsOf(
  tree: FileTree,
  states: readonly State[],
  from: number,
  to: number,
  at: number,
  more: readonly string[],
): DocumentText[] {
  const before = states[from - 1]?.changes;
  const changed = [...(states[to - 1]?.changes ?? [])].flatMap(([path, text]) =>
    isDocument(path) && before?.get(path) !== text ? path : [],
  );
  return [...new Set([...changed, ...more])].flatMap((path) => {
    const changes = states[at - 1]?.changes;
    const text = changes?.has(path) === true ? (changes.get(path) ?? '') : textIn(tree, path);
    return text === undefined ? [] : { path, text };
  });
}

function textIn(tree: FileTree, path: string): string | undefined {
  const file = tree.read(path);
  return file.kind === 'text' ? file.text : undefined;
}

function isDocument(path: string): boolean {
  return /\.(?:rst|txt)$/.test(path);
}

/** More documents than this are not looked through for a name, where a tree cannot search by itself. */
const maximumDocuments = 5000;

/** Documents that show one of `records`, whether or not a patch changes them; `undefined` where they cannot be searched. */
function documentsAbout(tree: FileTree, records: ReadonlySet<string>): readonly string[] | undefined {
  if (records.size === 0) return [];
  const words = [...records].map((name) => `${name} {`);
  if (tree.search !== undefined) return tree.search('Documentation', words)?.filter(isDocument);
  const paths = tree.list(['Documentation']).filter(isDocument);
  if (paths.length > maximumDocuments) return [];
  return paths.filter((path) => {
    const text = textIn(tree, path);
    return text !== undefined && words.some((word) => text.includes(word));
  });
}

/** @throws {UserError} if options of a patch are given without one. */
export function checkPatchOptions(files: readonly string[], onto: string | undefined): void {
  if (files.length === 0 && onto !== undefined)
    throw new UserError('--onto says what a patch is for; it needs --patch.');
  if (files.filter((name) => name === '-').length > 1) throw new UserError('Standard input can be read once only.');
}
