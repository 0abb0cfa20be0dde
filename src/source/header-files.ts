/**
 * Headers without a tree around them: one file, a folder of files, a text from standard input.
 *
 * `#include` looks beside the includer (for the quoted form), in the directories the user names, in the folder itself if a
 * whole folder was given, among the libc declarations, and at last among the stand-ins for `linux/types.h` and its like.
 */

import { folderOf, type FileTree, isUnder, joinPath, normalizePath, sorted } from './file-tree.ts';
import {
  type HeaderCollection,
  type HeaderFile,
  type HeaderTarget,
  type IncludeForm,
  LazyHeader,
  type Lookup,
  type TargetHeaders,
} from './header.ts';
import { fallbackHeader, libcHeader } from './libc.ts';
import { isUnread, unreadAmong, unreadFolders, UnreadHeader } from './unread-header.ts';

export interface HeaderFilesOptions {
  readonly label: string;
  readonly tree: FileTree;
  /** Paths of the headers in `tree`. */
  readonly headers: readonly string[];
  /** The folder of `tree` in which names of headers begin; the root, unless it is given. */
  readonly folder?: string;
  /** Whether `<x.h>` is looked for in `tree` as well. */
  readonly isSearched: boolean;
  /** Directories given by the user, in order. */
  readonly includes: readonly HeaderCollection[];
}

export class HeaderFiles implements HeaderCollection {
  readonly kind = 'headers';
  readonly label: string;
  readonly #options: HeaderFilesOptions;
  readonly #results = new Map<string, Lookup>();
  /** The headers, and folders that stand for some. */
  readonly #names: readonly string[];
  readonly #unread = new Map<string, UnreadHeader>();
  #unreadPaths: readonly string[] | undefined;

  constructor(options: HeaderFilesOptions) {
    this.label = options.label;
    this.#options = options;
    const folders = options.isSearched ? unreadFolders(options.tree, ['']) : new Map<string, never>();
    for (const [path, refusal] of folders) this.#keepUnread(new UnreadHeader(path, path, this.label, refusal, true));
    const names = options.folder === undefined ? options.headers : options.headers.map((path) => this.#nameOf(path));
    this.#names = folders.size === 0 ? names : sorted([...names, ...folders.keys()]);
    options.tree.prefetch(options.headers);
  }

  unavailable(): undefined {
    return undefined;
  }

  #allUnread(): ReadonlyMap<string, UnreadHeader> {
    this.#unreadPaths ??= unreadAmong(this.#options.tree, this.#options.headers);
    for (const path of this.#unreadPaths) this.#lookUp(path);
    return this.#unread;
  }

  forTarget(target: HeaderTarget): TargetHeaders {
    const includes = this.#options.includes
      .filter((collection) => collection.unavailable(target) === undefined)
      .map((collection) => collection.forTarget(target));
    return {
      names: this.#names,
      unread: this.#unread,
      allUnread: () => this.#allUnread(),
      resolve: (name, form, from) => this.#resolve(name, form, from, includes),
      whyAbsent: (name) => this.#whyAbsent(name, includes),
    };
  }

  #resolve(
    name: string,
    form: IncludeForm,
    from: HeaderFile | undefined,
    includes: readonly TargetHeaders[],
  ): HeaderFile | undefined {
    const isOurs = from !== undefined && this.#results.get(from.path)?.kind === 'found';
    if (from === undefined || (form === 'quote' && isOurs)) {
      const folder = from === undefined ? (this.#options.folder ?? '') : folderOf(from.path);
      const path = normalizePath(joinPath(folder, name));
      const result = path === undefined ? undefined : this.#lookUp(path);
      if (result?.kind === 'found') return result.file;
    }
    if (form === 'quote' && from !== undefined && !isOurs && !from.isBuiltIn) {
      for (const directory of includes) {
        const file = directory.resolve(name, form, from);
        if (file !== undefined && file !== fallbackHeader(name)) return file;
      }
    }
    for (const directory of includes) {
      const file = directory.resolve(name, 'angle', undefined);
      if (file !== undefined && file !== fallbackHeader(name)) return file;
    }
    if (this.#options.isSearched) {
      const path = normalizePath(name);
      const result = path === undefined ? undefined : this.#lookUp(path);
      if (result?.kind === 'found') return result.file;
    }
    return libcHeader(name) ?? fallbackHeader(name);
  }

  #whyAbsent(name: string, includes: readonly TargetHeaders[]): string {
    const refused = includes
      .map((directory) => directory.whyAbsent(name))
      .find((reason) => reason.includes('not read'));
    return refused ?? 'no include directory holds it (--include adds one)';
  }

  #lookUp(path: string): Lookup {
    let result = this.#results.get(path);
    if (result === undefined) {
      const read = this.#options.tree.read(path);
      result =
        read.kind === 'text'
          ? { kind: 'found', file: new LazyHeader(this.#nameOf(path), path, read.key, read) }
          : isUnread(read)
            ? this.#keepUnread(new UnreadHeader(this.#nameOf(path), path, this.label, read))
            : { kind: 'absent', reason: `there is no ${path}` };
      this.#results.set(path, result);
    }
    return result;
  }

  #keepUnread(file: UnreadHeader): Lookup {
    const result: Lookup = { kind: 'found', file };
    this.#unread.set(file.name, file);
    this.#results.set(file.path, result);
    return result;
  }

  /** From the folder in which names begin. */
  #nameOf(path: string): string {
    const folder = this.#options.folder ?? '';
    if (isUnder(path, [folder])) return folder === '' ? path : path.slice(folder.length + 1);
    return `${'../'.repeat(folder.split('/').length)}${path}`;
  }
}

/** One text under one name as a tree: standard input, or a file that came from elsewhere. */
export class TextTree implements FileTree {
  readonly label: string;
  readonly #name: string;
  readonly #text: string;

  constructor(label: string, name: string, text: string) {
    this.label = label;
    this.#name = name;
    this.#text = text;
  }

  list(): readonly string[] {
    return [this.#name];
  }

  entries(folder: string): readonly string[] {
    return folder === '' ? [this.#name] : [];
  }

  kindOf(path: string): 'file' | 'folder' | 'absent' {
    return path === this.#name ? 'file' : path === '' ? 'folder' : 'absent';
  }

  read(path: string): ReturnType<FileTree['read']> {
    return path === this.#name ? { kind: 'text', text: this.#text, key: this.#text } : { kind: 'absent' };
  }

  prefetch(): void {
    // Nothing to fetch: the text is here.
  }
}
