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
import { folderOf, type FileTree, joinPath, normalizePath, sorted } from './file-tree.ts';
import {
  generateAsmHeader,
  generateVersionHeader,
  type GeneratedHeader,
  generatorInputs,
} from './generated-headers.ts';
import {
  type HeaderCollection,
  type HeaderFile,
  type HeaderTarget,
  type IncludeForm,
  LazyHeader,
  type Lookup,
  MadeHeader,
  type TargetHeaders,
} from './header.ts';
import { installedText } from './headers-install.ts';
import { evaluateKbuild, type KbuildVariables } from './kbuild.ts';
import { libcHeader } from './libc.ts';

const common = 'include/uapi';

/** All that the headers of any architecture may be made from. */
export const kernelPaths: readonly string[] = [
  ...new Set([
    common,
    'Makefile',
    ...knownArchitectures.flatMap((name) => [`arch/${name}/include/uapi/asm`, ...generatorInputs(name)]),
  ]),
];

/** Where the headers themselves stand. */
export const headerFolders: readonly string[] = [
  common,
  ...knownArchitectures.map((name) => `arch/${name}/include/uapi/asm`),
];

/** What says which headers there are. */
export const kbuildFiles: readonly string[] = [
  ...[...headerFolders, `${common}/asm-generic`].map((folder) => `${folder}/Kbuild`),
  'Makefile',
];

/** Whether `tree` has the marks of a kernel tree. */
export function isKernelTree(tree: FileTree): boolean {
  // Listed in one go with what will be read if it is one: with git, each look costs a process.
  tree.list(kernelPaths);
  return tree.kindOf(`${common}/linux`) === 'folder';
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

  constructor(tree: FileTree) {
    this.label = tree.label;
    this.#tree = tree;
    tree.prefetch(tree.list(kernelPaths));
    this.#architectures = knownArchitectures.filter(
      (name) => tree.kindOf(`arch/${name}/include/uapi/asm`) === 'folder',
    );
    this.#commonPaths = tree.list([common]);
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
      view = new ArchitectureHeaders(this.#tree, architecture, this.#commonPaths, this.#common, (...file) =>
        this.#share(...file),
      );
      this.#views.set(architecture, view);
    }
    return view;
  }

  /** One object for one file, whatever the architecture it is read for. */
  #share(name: string, key: string, make: () => HeaderFile): HeaderFile {
    let file = this.#files.get(`${name}\0${key}`);
    if (file === undefined) this.#files.set(`${name}\0${key}`, (file = make()));
    return file;
  }
}

type Share = (name: string, key: string, make: () => HeaderFile) => HeaderFile;

class ArchitectureHeaders implements TargetHeaders {
  readonly names: readonly string[];
  readonly #tree: FileTree;
  readonly #architecture: string;
  readonly #asmFolder: string;
  readonly #asmFiles: ReadonlySet<string>;
  readonly #kbuild: KbuildVariables;
  readonly #share: Share;
  readonly #common: Map<string, Lookup>;
  readonly #asm = new Map<string, Lookup>();

  constructor(
    tree: FileTree,
    architecture: string,
    commonPaths: readonly string[],
    commonResults: Map<string, Lookup>,
    share: Share,
  ) {
    this.#tree = tree;
    this.#common = commonResults;
    this.#architecture = architecture;
    this.#share = share;
    this.#asmFolder = `arch/${architecture}/include/uapi/asm`;
    const asmPaths = tree.list([this.#asmFolder]);
    this.#asmFiles = new Set(asmPaths.map((path) => path.slice(this.#asmFolder.length + 1)));
    this.#kbuild = this.#evaluateKbuild();

    const hidden = new Set(this.#words('no-export-headers'));
    const names = commonPaths
      .map((path) => path.slice(common.length + 1))
      .filter((name) => name.endsWith('.h') && !name.startsWith('asm-generic/') && !hidden.has(name));
    const asm = [
      ...[...this.#asmFiles].filter((name) => name.endsWith('.h')),
      ...[...this.#words('generated-y'), ...this.#words('syscall-y')],
      ...[...this.#words('generic-y'), ...this.#words('mandatory-y')].filter((name) => this.#hasGeneric(name)),
    ];
    this.names = sorted(new Set([...names, ...asm.map((name) => `asm/${name}`), 'linux/version.h']));
  }

  get shared(): object {
    return this.#common;
  }

  resolve(name: string, form: IncludeForm, from: HeaderFile | undefined): HeaderFile | undefined {
    if (form === 'quote' && from !== undefined && !from.isBuiltIn) {
      // Beside the includer, under the name it was itself found by: that is where the installed file would stand.
      const beside = normalizePath(joinPath(folderOf(from.name), name));
      const result = beside === undefined ? undefined : this.#lookUp(beside);
      if (result?.kind === 'found') return result.file;
    }
    const builtIn = libcHeader(name);
    if (builtIn !== undefined) return builtIn;
    const normal = normalizePath(name);
    const result = normal === undefined ? undefined : this.#lookUp(normal);
    return result?.kind === 'found' ? result.file : undefined;
  }

  fetch(files: Iterable<HeaderFile>): void {
    this.#tree.fetch?.([...files].filter((file) => !file.isBuiltIn).map((file) => file.path));
  }

  whyAbsent(name: string): string {
    const normal = normalizePath(name);
    if (normal === undefined) return 'its path leaves the tree';
    const result = this.#lookUp(normal);
    return result.kind === 'absent' ? result.reason : 'it is there';
  }

  #lookUp(name: string): Lookup {
    const known = name.startsWith('asm/') ? this.#asm : this.#common;
    let result = known.get(name);
    if (result === undefined) {
      result = this.#search(name);
      known.set(name, result);
    }
    return result;
  }

  #search(name: string): Lookup {
    if (!name.startsWith('asm/')) {
      if (name === 'linux/version.h') return this.#generated(name, generateVersionHeader(this.#tree));
      return this.#readFile(name, `${common}/${name}`);
    }
    const bare = name.slice('asm/'.length);
    if (this.#asmFiles.has(bare)) return this.#readFile(name, `${this.#asmFolder}/${bare}`);
    if (this.#words('generated-y').includes(bare) || this.#words('syscall-y').includes(bare)) {
      return this.#generated(name, generateAsmHeader(this.#tree, this.#architecture, bare));
    }
    const isWrapper = this.#words('generic-y').includes(bare) || this.#words('mandatory-y').includes(bare);
    if (isWrapper && this.#hasGeneric(bare)) {
      const text = `#include <asm-generic/${bare}>\n`;
      const path = `${common}/asm-generic/${bare}`;
      return { kind: 'found', file: this.#share(name, text, () => new LazyHeader(name, path, text, { text })) };
    }
    return { kind: 'absent', reason: `arch/${this.#architecture} has no such header` };
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

  #hasGeneric(name: string): boolean {
    return this.#tree.kindOf(`${common}/asm-generic/${name}`) === 'file';
  }

  #words(variable: string): readonly string[] {
    return this.#kbuild.get(variable) ?? [];
  }

  #evaluateKbuild(): KbuildVariables {
    const context = {
      architecture: this.#architecture,
      exists: (path: string) => this.#tree.kindOf(path) === 'file',
    };
    let variables: KbuildVariables = new Map();
    for (const path of [`${this.#asmFolder}/Kbuild`, `${common}/asm-generic/Kbuild`, `${common}/Kbuild`]) {
      const result = this.#tree.read(path);
      if (result.kind === 'text') variables = evaluateKbuild(result.text, context, variables);
    }
    return variables;
  }
}
