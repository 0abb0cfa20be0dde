/**
 * Which headers a kernel exports for an architecture, and where each `asm/x.h` comes from.
 *
 * It follows from three Kbuild files, the makefile of generated headers and from which files there are, so two revisions that agree in these have one object of
 * it: it is worked out once, and who holds both sides of a comparison sees at once that every name means the same place.
 */

import { UndecidedError } from '../diagnostic.ts';
import { type FileTree, isUnder, type ReadResult, sorted } from './file-tree.ts';
import { evaluateKbuild, type KbuildVariables } from './kbuild.ts';
import { tableMakefileOf } from './generated-headers.ts';
import { asmFolderOf, commonFolder, kbuildFilesOf, kernelPaths } from './kernel-paths.ts';

/**
 * `own`: a file of the architecture; `generated`: made by the build (`generated-headers.ts`); `generic`: a wrapper that
 * includes asm-generic/x.h.
 */
export type AsmOrigin = 'own' | 'generated' | 'generic';

export interface KernelExports {
  /** What programs may include, sorted. */
  readonly names: readonly string[];
  /** Of every header that can be found below asm/, by its name there. */
  readonly asm: ReadonlyMap<string, AsmOrigin>;
}

/** What the exports of a tree were worked out from. */
interface Evidence {
  readonly commonPaths: readonly string[];
  readonly asmPaths: readonly string[];
  /** Of the Kbuild files and the makefile; `undefined` for one that is not there. */
  readonly keys: readonly (string | undefined)[];
  /** Which files were asked for besides, and whether they were there. */
  readonly asked: ReadonlyMap<string, boolean>;
  readonly exports: KernelExports;
}

const known = new Map<string, Evidence[]>();
/** Both sides of a comparison, and a patch more. */
const maximumKnown = 3;

/** Lists of paths that the trees read last have in common. */
const recentPaths: (readonly string[])[] = [];

/** Every file at or under `commonFolder`: one object for trees that have the same. */
export function commonPathsOf(tree: FileTree): readonly string[] {
  const paths = tree.list([commonFolder]);
  const same = recentPaths.find((one) => areEqual(one, paths));
  if (same !== undefined) return same;
  recentPaths.unshift(paths);
  recentPaths.splice(maximumKnown);
  return paths;
}

/** `commonPaths`: as `commonPathsOf` gives them. */
export function exportsOf(tree: FileTree, architecture: string, commonPaths: readonly string[]): KernelExports {
  const asmPaths = tree.list([asmFolderOf(architecture)]);
  const files = kbuildFilesOf(architecture).map((path) => tree.read(path));
  const makefile = tree.read(tableMakefileOf(architecture));
  const keys = [...files, makefile].map((file) => (file.kind === 'text' ? file.key : undefined));
  refuseUnread(tree, architecture, files);
  // What cannot be read is there.
  const isFile = (path: string): boolean => ['file', 'other'].includes(tree.kindOf(path));
  const recent = known.get(architecture) ?? [];
  const same = recent.find(
    (one) =>
      one.commonPaths === commonPaths &&
      areEqual(one.keys, keys) &&
      areEqual(one.asmPaths, asmPaths) &&
      [...one.asked].every(([path, answer]) => isFile(path) === answer),
  );
  if (same !== undefined) return same.exports;
  const asked = new Map<string, boolean>();
  const exists = (path: string): boolean => {
    const answer = isFile(path);
    asked.set(path, answer);
    return answer;
  };
  let variables: KbuildVariables = new Map();
  for (const file of files) {
    if (file.kind === 'text') variables = evaluateKbuild(file.text, { architecture, exists }, variables);
  }
  const isMade = (name: string): boolean => makefile.kind !== 'text' || makefile.text.includes(name);
  const exports = workOut(architecture, commonPaths, asmPaths, variables, { exists, isMade });
  known.set(architecture, [{ commonPaths, asmPaths, keys, asked, exports }, ...recent].slice(0, maximumKnown));
  return exports;
}

/** @throws {UndecidedError} if it cannot be read which headers there are. Where a folder cannot be looked into, none is known. */
function refuseUnread(tree: FileTree, architecture: string, files: readonly ReadResult[]): void {
  for (const [index, path] of kbuildFilesOf(architecture).entries()) {
    const file = files[index];
    if (file?.kind !== 'refused' || tree.closedFolders?.(kernelPaths).some((folder) => isUnder(path, [folder])))
      continue;
    throw new UndecidedError(
      `${path} of ${tree.label}, which says which headers there are, is not read: ${file.reason}.`,
    );
  }
}

function workOut(
  architecture: string,
  commonPaths: readonly string[],
  asmPaths: readonly string[],
  variables: KbuildVariables,
  { exists, isMade }: { readonly exists: (path: string) => boolean; readonly isMade: (name: string) => boolean },
): KernelExports {
  const words = (...lists: readonly string[]): readonly string[] => lists.flatMap((list) => variables.get(list) ?? []);
  const asm = new Map<string, AsmOrigin>();
  const exported = new Set<string>();
  // The last that says where a header comes from is right.
  for (const name of words('generic-y', 'mandatory-y')) {
    if (exists(`${commonFolder}/asm-generic/${name}`)) {
      asm.set(name, 'generic');
      exported.add(name);
    }
  }
  for (const name of words('generated-y', 'syscall-y')) {
    if (name.startsWith('unistd') && !isMade(name)) continue;
    asm.set(name, 'generated');
    exported.add(name);
  }
  const prefix = `${asmFolderOf(architecture)}/`;
  for (const path of asmPaths) {
    const name = path.slice(prefix.length);
    asm.set(name, 'own');
    if (name.endsWith('.h')) exported.add(name);
  }
  const hidden = new Set([...words('no-export-headers'), 'linux/version.h']);
  const names = commonNames(commonPaths).filter((name) => !hidden.has(name));
  return { names: sorted([...names, ...[...exported].map((name) => `asm/${name}`), 'linux/version.h']), asm };
}

const commonHeaders = new WeakMap<readonly string[], readonly string[]>();

/** Names outside asm/ that any architecture may export. */
function commonNames(commonPaths: readonly string[]): readonly string[] {
  let names = commonHeaders.get(commonPaths);
  if (names === undefined) {
    names = commonPaths
      .map((path) => path.slice(commonFolder.length + 1))
      .filter((name) => name.endsWith('.h') && !name.startsWith('asm-generic/'));
    commonHeaders.set(commonPaths, names);
  }
  return names;
}

function areEqual(a: readonly (string | undefined)[], b: readonly (string | undefined)[]): boolean {
  return a === b || (a.length === b.length && a.every((one, index) => one === b[index]));
}
