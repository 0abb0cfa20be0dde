/**
 * Headers as a distribution installs them.
 *
 * The folder that holds `linux/` may be the directory itself, `include` or `usr/include` in it, `usr/<triplet>/include` (packages for
 * cross compilers), or `include/uapi` and `uapi` in projects that keep copies (iproute2, ethtool). `asm/` stands, per target, in the first of these that exists:
 *
 * | place                                 | used by                                                  |
 * |---------------------------------------|----------------------------------------------------------|
 * | `include/<triplet>/asm`               | Debian's multiarch                                       |
 * | `lib/linux/uapi/<arch>/asm`           | Debian since 6.11: one package holds every architecture  |
 * | `include/asm`                         | everybody else; it belongs to one architecture           |
 *
 * Only the folders that the kernel installs are looked at: `/usr/include` also holds the C library and much else.
 */

import { UserError } from '../diagnostic.ts';
import { architectureOfAsmFolder, architectureOfTriplet } from './architecture.ts';
import { folderOf, type FileTree, isUnder, joinPath, sorted } from './file-tree.ts';
import { findInclude, whyAbsent } from './find-include.ts';
import {
  type HeaderCollection,
  type HeaderFile,
  type HeaderTarget,
  type IncludeForm,
  LazyHeader,
  type Lookup,
  type TargetHeaders,
} from './header.ts';
import { fallbackHeader } from './libc.ts';
import { isUnread, unreadAmong, unreadFolders, UnreadHeader } from './unread-header.ts';

/** What `make headers_install` creates beside `asm` and `asm-generic`. */
const installedFolders = [
  ...['cxl', 'drm', 'fwctl', 'linux', 'misc', 'mtd', 'rdma', 'regulator'],
  ...['scsi', 'sound', 'video', 'xen'],
];

/** A folder that holds `linux/`, and the folder that holds the `asm/` that goes with it. */
interface Place {
  readonly include: string;
  readonly asm: string | undefined;
}

/** Whether `tree` has the marks of installed headers somewhere. */
export function isInstalledTree(tree: FileTree): boolean {
  return includeFolders(tree).length > 0;
}

export class InstalledTree implements HeaderCollection {
  readonly kind = 'installed-tree';
  readonly label: string;
  readonly #tree: FileTree;
  readonly #includes: readonly string[];
  readonly #architectureHint: string | undefined;
  readonly #views = new Map<string, TargetHeaders>();
  readonly #files = new Map<string, HeaderFile>();

  /** `path`: where the tree stands, if it is a directory; a triplet in it tells whose a bare `asm/` is. */
  constructor(tree: FileTree, path?: string) {
    this.label = tree.label;
    this.#tree = tree;
    this.#includes = includeFolders(tree);
    const triplet = path?.split(/[/\\]/).findLast((part) => architectureOfTriplet(part) !== undefined);
    this.#architectureHint = triplet === undefined ? undefined : architectureOfTriplet(triplet);
  }

  unavailable(target: HeaderTarget): string | undefined {
    if (this.#placeFor(target) !== undefined) return undefined;
    return `${this.label} holds no asm/ headers for ${target.name}.`;
  }

  forTarget(target: HeaderTarget): TargetHeaders {
    const place = this.#placeFor(target);
    if (place === undefined) throw new UserError(this.unavailable(target) ?? `${this.label} cannot be read.`);
    const key = `${place.include}\0${place.asm ?? ''}`;
    let view = this.#views.get(key);
    if (view === undefined) {
      view = new PlaceHeaders(this.#tree, place, this.#files);
      this.#views.set(key, view);
    }
    return view;
  }

  #placeFor(target: HeaderTarget): Place | undefined {
    const architecture = target.kernelArchitecture;
    const candidates = this.#includes.flatMap((include) => this.#candidates(include, target));
    const fitting = candidates.filter((candidate) => candidate.architecture === architecture);
    // An exact triplet first: `mips-linux-gnu` for mips, though `mipsel-linux-gnu` has the same architecture.
    const best = fitting.find((candidate) => candidate.isExact) ?? fitting[0];
    if (best !== undefined) return best;
    // Headers without any asm/ are the same for everybody, and so is an asm/ that nobody can tell whose it is.
    return candidates.find((candidate) => candidate.architecture === undefined);
  }

  #candidates(include: string, target: HeaderTarget): readonly (Place & Candidate)[] {
    const found: (Place & Candidate)[] = [];
    const add = (asm: string, architecture: string | undefined, isExact: boolean): void => {
      if (this.#tree.kindOf(asm) === 'folder') found.push({ include, asm, architecture, isExact });
    };
    const own = include.split('/').findLast((part) => architectureOfTriplet(part) !== undefined);
    for (const name of this.#tree.entries(include)) {
      const architecture = architectureOfTriplet(name);
      if (architecture !== undefined)
        add(joinPath(include, `${name}/asm`), architecture, target.triples.includes(name));
    }
    const uapi = joinPath(folderOf(include), 'lib/linux/uapi');
    if (include === 'include' || include.endsWith('/include')) {
      add(`${uapi}/${target.kernelArchitecture}/asm`, target.kernelArchitecture, false);
    }
    const plain = joinPath(include, 'asm');
    const named = own === undefined ? this.#architectureHint : architectureOfTriplet(own);
    if (this.#tree.kindOf(plain) === 'folder') {
      const isExact = own !== undefined && target.triples.includes(own);
      add(plain, named ?? architectureOfAsmFolder(this.#tree, plain), isExact);
    }
    if (found.length === 0) found.push({ include, asm: undefined, architecture: undefined, isExact: false });
    return found;
  }
}

interface Candidate {
  readonly architecture: string | undefined;
  readonly isExact: boolean;
}

/** Folders of `tree` that hold a `linux/` folder with headers, the plainest first. */
function includeFolders(tree: FileTree): readonly string[] {
  const found = ['', 'include', 'usr/include', 'include/uapi', 'uapi'].filter((folder) => holdsLinux(tree, folder));
  for (const prefix of ['', 'usr']) {
    for (const name of tree.entries(prefix)) {
      const folder = joinPath(prefix, `${name}/include`);
      if (architectureOfTriplet(name) !== undefined && holdsLinux(tree, folder)) found.push(folder);
    }
  }
  return found;
}

function holdsLinux(tree: FileTree, folder: string): boolean {
  const linux = joinPath(folder, 'linux');
  return tree.kindOf(linux) === 'folder' && tree.entries(linux).some((name) => name.endsWith('.h'));
}

class PlaceHeaders implements TargetHeaders {
  readonly names: readonly string[];
  readonly #tree: FileTree;
  readonly #place: Place;
  readonly #files: Map<string, HeaderFile>;
  readonly #results = new Map<string, Lookup>();
  readonly #paths: readonly string[];
  readonly unread = new Map<string, UnreadHeader>();
  #isAllLookedFor = false;

  constructor(tree: FileTree, place: Place, files: Map<string, HeaderFile>) {
    this.#tree = tree;
    this.#place = place;
    this.#files = files;
    const folders = installedFolders.map((folder) => joinPath(place.include, folder));
    const generic = joinPath(place.include, 'asm-generic');
    const asm = place.asm;
    const paths = tree.list(folders);
    const asmPaths = asm === undefined ? [] : tree.list([asm]);
    this.#paths = [...paths, ...asmPaths, ...tree.list([generic])];
    tree.prefetch(this.#paths);
    const names = [...paths, ...asmPaths].map((path) => this.#nameOf(path)).filter((name) => name.endsWith('.h'));
    for (const [path, refusal] of unreadFolders(tree, [...folders, generic, ...(asm === undefined ? [] : [asm])])) {
      const file = new UnreadHeader(this.#nameOf(path), path, tree.label, refusal, true);
      this.#results.set(file.name, this.#keepUnread(file));
      names.push(file.name);
    }
    this.names = sorted(new Set(names));
  }

  allUnread(): ReadonlyMap<string, UnreadHeader> {
    if (!this.#isAllLookedFor) {
      const headers = this.#paths.filter((path) => path.endsWith('.h'));
      for (const path of unreadAmong(this.#tree, headers)) this.#lookUp(this.#nameOf(path));
      this.#isAllLookedFor = true;
    }
    return this.unread;
  }

  #nameOf(path: string): string {
    const { include, asm } = this.#place;
    if (asm !== undefined && isUnder(path, [asm])) return `asm${path.slice(asm.length)}`;
    return include === '' ? path : path.slice(include.length + 1);
  }

  #keepUnread(file: UnreadHeader): Lookup {
    this.unread.set(file.name, file);
    return { kind: 'found', file };
  }

  resolve(name: string, form: IncludeForm, from: HeaderFile | undefined): HeaderFile | undefined {
    const found = findInclude(name, form, from, (path) => this.#lookUp(path));
    // Copies of some headers, which programs compile with the others of the machine.
    return found ?? (this.#place.asm === undefined ? fallbackHeader(name) : undefined);
  }

  whyAbsent(name: string): string {
    return whyAbsent(name, (path) => this.#lookUp(path));
  }

  #lookUp(name: string): Lookup {
    let result = this.#results.get(name);
    if (result === undefined) {
      result = this.#search(name);
      this.#results.set(name, result);
    }
    return result;
  }

  #search(name: string): Lookup {
    const { include, asm } = this.#place;
    const isAsm = name.startsWith('asm/');
    if (isAsm && asm === undefined) return { kind: 'absent', reason: `${this.#tree.label} has no asm/ folder` };
    const path = isAsm ? `${asm ?? ''}${name.slice('asm'.length)}` : joinPath(include, name);
    const result = this.#tree.read(path);
    if (result.kind === 'absent') return { kind: 'absent', reason: `there is no ${path} in ${this.#tree.label}` };
    if (isUnread(result)) return this.#keepUnread(new UnreadHeader(name, path, this.#tree.label, result));
    if (result.kind === 'refused') return { kind: 'absent', reason: `${path} is not read: ${result.reason}` };
    const key = `${name}\0${path}`;
    let file = this.#files.get(key);
    if (file === undefined) {
      file = new LazyHeader(name, path, result.key, result);
      this.#files.set(key, file);
    }
    return { kind: 'found', file };
  }
}
