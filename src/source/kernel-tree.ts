/**
 * A kernel source tree (or the part of one that holds its UAPI) as the headers that `make headers_install` would install.
 *
 * Common headers stand in `include/uapi`; `asm/x.h` is the first of these that exists (scripts/Makefile.asm-headers, usr/include/Makefile):
 *   1. arch/ARCH/include/uapi/asm/x.h
 *   2. generated-y, syscall-y of arch/ARCH/include/uapi/asm/Kbuild: the build writes it (`generated-headers.ts`)
 *   3. generic-y of the same file, mandatory-y of include/uapi/asm-generic/Kbuild: a wrapper that includes asm-generic/x.h
 * `no-export-headers` of include/uapi/Kbuild are not installed, and neither are asm/ headers that an architecture keeps to itself.
 * Programs do not include asm-generic/ directly, so those headers can be found but are not in `names`.
 */

import { UserError } from '../diagnostic.ts';
import { knownArchitectures } from './architecture.ts';
import { type FileTree, isUnder, sorted } from './file-tree.ts';
import { findInclude, whyAbsent } from './find-include.ts';
import { generateAsmHeader, generateVersionHeader, type GeneratedHeader } from './generated-headers.ts';
import {
  type HeaderCollection,
  type HeaderFile,
  type HeaderTarget,
  type IncludeForm,
  LazyHeader,
  type Lookup,
  MadeHeader,
  type PossibleIncluders,
  type TargetHeaders,
} from './header.ts';
import { installedText } from './headers-install.ts';
import { commonPathsOf, exportsOf, type KernelExports } from './kernel-exports.ts';
import { asmFolderOf, commonFolder, kernelPaths } from './kernel-paths.ts';
import { lastPartOf } from './include-index.ts';
import { libcHeadersWith } from './libc.ts';
import { isUnread, unreadAmong, unreadFolders, UnreadHeader } from './unread-header.ts';

/** Whether `tree` has the marks of a kernel tree. Others keep copies of headers in include/uapi, as iproute2 does. */
export function isKernelTree(tree: FileTree): boolean {
  // Listed in one go with what will be read if it is one: with git, each look costs a process.
  tree.list(kernelPaths);
  if (!isFolder(tree, `${commonFolder}/linux`)) return false;
  return isFolder(tree, 'arch') || tree.kindOf(`${commonFolder}/Kbuild`) === 'file';
}

/** Whether headers stand in a folder, or in something that cannot be looked into. */
function isFolder(tree: FileTree, path: string): boolean {
  const kind = tree.kindOf(path);
  return kind === 'folder' || kind === 'other';
}

export class KernelTree implements HeaderCollection {
  readonly kind = 'kernel-tree';
  readonly label: string;
  readonly #tree: FileTree;
  readonly #architectures: readonly string[];
  readonly #commonPaths: readonly string[];
  readonly #files = new Map<string, HeaderFile>();
  readonly #views = new Map<string, ArchitectureHeaders>();
  /** What names outside asm/ lead to, which is the same for every architecture. */
  readonly #common = new Map<string, Lookup>();
  #unreadPaths: readonly string[] | undefined;

  constructor(tree: FileTree) {
    this.label = tree.label;
    this.#tree = tree;
    tree.prefetch(tree.list(kernelPaths));
    this.#architectures = knownArchitectures.filter((name) => isFolder(tree, asmFolderOf(name)));
    this.#commonPaths = commonPathsOf(tree);
  }

  unavailable(target: HeaderTarget): string | undefined {
    if (this.#architectures.includes(target.kernelArchitecture)) return undefined;
    return `${this.label} has no arch/${target.kernelArchitecture}/include/uapi, so it cannot be read for ${target.name}.`;
  }

  /** @throws {UserError} where the tree does not have the target's architecture. */
  forTarget(target: HeaderTarget): TargetHeaders {
    const reason = this.unavailable(target);
    if (reason !== undefined) throw new UserError(reason);
    const architecture = target.kernelArchitecture;
    let view = this.#views.get(architecture);
    if (view === undefined) {
      const exports = exportsOf(this.#tree, architecture, this.#commonPaths);
      const common = { results: this.#common, unreadPaths: () => this.#unreadPathsOf() };
      view = new ArchitectureHeaders(this.#tree, architecture, exports, common, (...file) => this.#share(...file));
      this.#views.set(architecture, view);
    }
    return view;
  }

  changedPaths(other: HeaderCollection): ReadonlySet<string> | undefined {
    return other instanceof KernelTree ? changedPaths(this.#tree, other.#tree) : undefined;
  }

  /** Paths of the headers outside asm/ that cannot be read. */
  #unreadPathsOf(): readonly string[] {
    this.#unreadPaths ??= unreadAmong(
      this.#tree,
      this.#commonPaths.filter((path) => path.endsWith('.h')),
    );
    return this.#unreadPaths;
  }

  /** One object for one file, whatever the architecture it is read for. */
  #share(name: string, key: string, make: () => HeaderFile): HeaderFile {
    let file = this.#files.get(`${name}\0${key}`);
    if (file === undefined) this.#files.set(`${name}\0${key}`, (file = make()));
    return file;
  }
}

/** What is the same for all architectures of a tree. */
interface CommonHeaders {
  readonly results: Map<string, Lookup>;
  readonly unreadPaths: () => readonly string[];
}

type Share = (name: string, key: string, make: () => HeaderFile) => HeaderFile;

class ArchitectureHeaders implements TargetHeaders {
  readonly #exports: KernelExports;
  readonly #tree: FileTree;
  readonly #architecture: string;
  readonly #share: Share;
  readonly #common: CommonHeaders;
  readonly #asm = new Map<string, Lookup>();
  readonly names: readonly string[];
  readonly unread = new Map<string, UnreadHeader>();
  /** Those of them that are folders. */
  readonly #folders: readonly UnreadHeader[];
  #isAllLookedFor = false;

  constructor(tree: FileTree, architecture: string, exports: KernelExports, common: CommonHeaders, share: Share) {
    this.#tree = tree;
    this.#architecture = architecture;
    this.#exports = exports;
    this.#common = common;
    this.#share = share;
    for (const [path, refusal] of unreadFolders(tree, [commonFolder, asmFolderOf(architecture)])) {
      const name = this.#nameOf(path);
      this.unread.set(name, new UnreadHeader(name, path, tree.label, refusal, true));
    }
    this.#folders = [...this.unread.values()];
    // What a folder holds that cannot be looked into is not known, whatever says which headers it ought to hold.
    const names = exports.names.map((name) => this.#folderOver(name)?.name ?? name);
    const folders = this.#folders.map(({ name }) => name);
    this.names = folders.length === 0 ? exports.names : sorted(new Set([...names, ...folders]));
  }

  get shared(): object {
    return this.#common.results;
  }

  allUnread(): ReadonlyMap<string, UnreadHeader> {
    if (!this.#isAllLookedFor) {
      const own = this.#tree.list([asmFolderOf(this.#architecture)]).filter((path) => path.endsWith('.h'));
      for (const path of [...this.#common.unreadPaths(), ...unreadAmong(this.#tree, own)]) {
        this.#lookUp(this.#nameOf(path));
      }
      this.#isAllLookedFor = true;
    }
    return this.unread;
  }

  resolve(name: string, form: IncludeForm, from: HeaderFile | undefined): HeaderFile | undefined {
    return findInclude(name, form, from, (path) => this.#lookUp(path));
  }

  fetch(files: Iterable<HeaderFile>): void {
    this.#tree.fetch?.([...files].filter((file) => !file.isBuiltIn).map((file) => file.path));
  }

  get includers(): PossibleIncluders | undefined {
    const index = this.#tree.includeIndex?.();
    if (index === undefined) return undefined;
    const { asm } = this.#exports;
    const namesAt = (path: string): readonly string[] => this.#namesAt(path);
    return {
      mentioning: (name) => {
        const part = lastPartOf(name);
        // Wrappers are made of names, and have no lines that git could have found.
        const wrapper = asm.get(part) === 'generic' ? [`asm/${part}`] : [];
        return [...index.mentioning(part).flatMap(namesAt), ...wrapper, ...libcHeadersWith(part)];
      },
      unclear: () => index.unclear.flatMap(namesAt),
      namesAt,
      made: () => [...asm].flatMap(([name, origin]) => (origin === 'generated' ? [`asm/${name}`] : [])),
    };
  }

  /** What cannot be looked into and is, or holds, a header of that name. */
  #folderOver(name: string): UnreadHeader | undefined {
    return this.#folders.find((folder) => isUnder(name, [folder.name]));
  }

  /** What the header, or the folder, at a path is called. */
  #nameOf(path: string): string {
    const own = asmFolderOf(this.#architecture);
    return isUnder(path, [own]) ? `asm${path.slice(own.length)}` : path.slice(commonFolder.length + 1);
  }

  #namesAt(path: string): readonly string[] {
    const own = `${asmFolderOf(this.#architecture)}/`;
    if (!path.startsWith(own) && !path.startsWith(`${commonFolder}/`)) return [];
    const name = this.#nameOf(path);
    const [, bare] = /^asm-generic\/(.*)$/s.exec(name) ?? [];
    return bare !== undefined && this.#exports.asm.get(bare) === 'generic' ? [name, `asm/${bare}`] : [name];
  }

  changedPaths(other: TargetHeaders): ReadonlySet<string> | undefined {
    if (!(other instanceof ArchitectureHeaders) || other.#exports !== this.#exports) return undefined;
    return changedPaths(this.#tree, other.#tree);
  }

  whyAbsent(name: string): string {
    return whyAbsent(name, (path) => this.#lookUp(path));
  }

  #lookUp(name: string): Lookup {
    const folder = this.#folderOver(name);
    if (folder !== undefined) return { kind: 'found', file: folder };
    const known = name.startsWith('asm/') ? this.#asm : this.#common.results;
    let result = known.get(name);
    if (result === undefined) {
      result = this.#search(name);
      known.set(name, result);
    }
    // What is shared may have been found for another architecture.
    if (result.kind === 'found' && result.file instanceof UnreadHeader) this.unread.set(name, result.file);
    return result;
  }

  #search(name: string): Lookup {
    if (!name.startsWith('asm/')) {
      if (name === 'linux/version.h') return this.#generated(name, generateVersionHeader(this.#tree));
      return this.#readFile(name, `${commonFolder}/${name}`);
    }
    const bare = name.slice('asm/'.length);
    switch (this.#exports.asm.get(bare)) {
      case 'own':
        return this.#readFile(name, `${asmFolderOf(this.#architecture)}/${bare}`);
      case 'generated':
        return this.#generated(name, generateAsmHeader(this.#tree, this.#architecture, bare));
      case 'generic': {
        const text = `#include <asm-generic/${bare}>\n`;
        const path = `${commonFolder}/asm-generic/${bare}`;
        return { kind: 'found', file: this.#share(name, text, () => new LazyHeader(name, path, text, { text })) };
      }
      case undefined:
        return { kind: 'absent', reason: `arch/${this.#architecture} has no such header` };
    }
  }

  #readFile(name: string, path: string): Lookup {
    const result = this.#tree.read(path);
    switch (result.kind) {
      case 'text': {
        // The key differs from that of the same blob in an installed tree, because the text does.
        const key = `kernel:${result.key}`;
        const file = this.#share(name, key, () => new LazyHeader(name, path, key, result, installedText));
        return { kind: 'found', file };
      }
      case 'refused':
        if (isUnread(result)) {
          return { kind: 'found', file: new UnreadHeader(name, path, this.#tree.label, result) };
        }
        return { kind: 'absent', reason: `${path} is not read: ${result.reason}` };
      case 'absent':
        return { kind: 'absent', reason: `there is no ${path} in ${this.#tree.label}` };
      default:
        return result satisfies never;
    }
  }

  #generated(name: string, header: GeneratedHeader): Lookup {
    if (header.kind === 'unavailable') return { kind: 'absent', reason: header.reason.replace(/\.$/, '') };
    const { path, origin, make } = header;
    return { kind: 'found', file: this.#share(name, origin, () => new MadeHeader(name, path, origin, '', make)) };
  }
}

const changes = new WeakMap<FileTree, WeakMap<FileTree, ReadonlySet<string> | 'unknown'>>();

/** Paths of the files that differ, where both trees have the same, and can tell without reading them. */
function changedPaths(old: FileTree, next: FileTree): ReadonlySet<string> | undefined {
  let ofOld = changes.get(old);
  if (ofOld === undefined) changes.set(old, (ofOld = new WeakMap<FileTree, ReadonlySet<string> | 'unknown'>()));
  let changed = ofOld.get(next);
  if (changed === undefined) ofOld.set(next, (changed = compareKeys(old, next) ?? 'unknown'));
  return changed === 'unknown' ? undefined : changed;
}

function compareKeys(old: FileTree, next: FileTree): ReadonlySet<string> | undefined {
  const paths = old.list(kernelPaths);
  const others = next.list(kernelPaths);
  if (paths.length !== others.length || paths.some((path, index) => path !== others[index])) return undefined;
  const changed = new Set<string>();
  for (const path of paths) {
    const [before, after] = [old.keyOf?.(path), next.keyOf?.(path)];
    // Keys of another length are made otherwise (SHA-256), and tell nothing.
    if (before === undefined || before.length !== after?.length) return undefined;
    if (before !== after) changed.add(path);
  }
  // From this file linux/version.h is made, or is not.
  return changed.has('Makefile') ? undefined : changed;
}
