/**
 * What the front end reads: header files, found the way a compiler would find them.
 *
 * A collection (`HeaderCollection`) is one source as the user named it: a kernel tree, an installed tree, a revision, one
 * header. Which file `<asm/kvm.h>` is depends on the target, so a collection is looked at through `forTarget`; what comes
 * back has the shape of the front end's `Source`. Files carry a content key, so that a reader may remember by it what it
 * worked out: the same blob in two revisions, or for twenty targets, is tokenized once.
 */

import type { Diagnostic } from '../diagnostic.ts';

/** What this room must know of a target; `Target` of the ABI model has this shape. */
export interface HeaderTarget {
  readonly name: string;
  /** GNU triples, the usual one first: directory names of installed trees. */
  readonly triples: readonly string[];
  /** Directory under `arch/` in a kernel tree. */
  readonly kernelArchitecture: string;
}

/** One header, with the text a program would see: as `make headers_install` writes it, where it comes from a kernel tree. */
export interface HeaderFile {
  /** As its includers write it: `linux/kvm.h`. */
  readonly name: string;
  /** Where it stands in its tree, for messages: `include/uapi/linux/kvm.h`. */
  readonly path: string;
  readonly text: string;
  /** The text before `make headers_install` edits it, where it does: good enough to look for words and includes in. */
  readonly original?: string;
  /** Those of its lines in which `includeMark` is found, where they are known without the text. */
  readonly includeLines?: string | undefined;
  /** Whether one of `words` stands in it, where that is known without the text. */
  readonly mentions?: (words: readonly string[]) => boolean | undefined;
  /** Equal keys promise equal text. */
  readonly contentKey: string;
  /** So do equal origins, which are known without the text; of a header that was made from something else. */
  readonly origin?: string;
  /** One of our own declarations, standing in for a libc header: never part of the ABI that is read. */
  readonly isBuiltIn: boolean;
}

/** A header that is there and cannot be read: it counts as empty, and is not understood. */
export interface UnreadFile extends HeaderFile {
  readonly problem: Diagnostic;
  /** Whether it stands for a folder of headers, none of which is known. */
  readonly isFolder: boolean;
}

export function isUnread(file: HeaderFile): file is UnreadFile {
  return 'problem' in file;
}

/** How an `#include` is written: `<name>` or `"name"`. */
export type IncludeForm = 'angle' | 'quote';

export interface TargetHeaders {
  /** The headers programs may include directly, in a stable order. */
  readonly names: readonly string[];
  /** One object for all targets to which names outside asm/ mean the same files; `undefined` where nobody knows. */
  readonly shared?: object;
  /** The file that `#include` of `name` means, written in `from` (`undefined`: on the command line). */
  resolve(name: string, form: IncludeForm, from: HeaderFile | undefined): HeaderFile | undefined;
  /** Fetches the texts of some headers, where that is quicker than one after another. */
  fetch?(files: Iterable<HeaderFile>): void;
  /** Paths of the files that differ in `other`; `undefined` unless every name is known to mean the same path in both. */
  changedPaths?(other: TargetHeaders): ReadonlySet<string> | undefined;
  /** Who includes whom, where that is known without looking through all headers. */
  readonly includers?: PossibleIncluders | undefined;
  /** What is there and cannot be read, by name, of what was looked for so far. */
  readonly unread?: ReadonlyMap<string, UnreadFile>;
  /** As `unread`, of everything. */
  allUnread?(): ReadonlyMap<string, UnreadFile>;
  /** Why `resolve` finds no file of that name: a clause that completes "it cannot be read, because …". */
  whyAbsent(name: string): string;
}

const nameSets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** The headers programs may include directly, to look for some. Both sides of a comparison and several targets may have one list. */
export function namesIn({ names }: Pick<TargetHeaders, 'names'>): ReadonlySet<string> {
  let set = nameSets.get(names);
  if (set === undefined) nameSets.set(names, (set = new Set(names)));
  return set;
}

/** Names of files, as one target finds them. It may be more than there are, or can be found. */
export interface PossibleIncluders {
  /** Files in which an include stands that might mean the header `name`. */
  readonly mentioning: (name: string) => Iterable<string>;
  /** Files that may include anything. */
  readonly unclear: () => Iterable<string>;
  /** What stands at a path, or is made to include it. */
  readonly namesAt: (path: string) => Iterable<string>;
  /** Files that stand nowhere but are made from others. */
  readonly made: () => Iterable<string>;
}

export interface HeaderCollection {
  readonly kind: 'kernel-tree' | 'installed-tree' | 'headers';
  /** What the user called it. */
  readonly label: string;
  /** Why it cannot be read for a target, as a whole sentence; `undefined` where it can. */
  unavailable(target: HeaderTarget): string | undefined;
  /** @throws {UserError} where it is unavailable for the target. */
  forTarget(target: HeaderTarget): TargetHeaders;
  /** Paths of the files that differ from those of another collection, where both have the same and can tell without reading them. */
  changedPaths?(other: HeaderCollection): ReadonlySet<string> | undefined;
}

/** A file that is there, or the reason why there is none. */
export type Lookup =
  { readonly kind: 'found'; readonly file: HeaderFile } | { readonly kind: 'absent'; readonly reason: string };

/** What a header is made from; its text may be fetched when it is first looked at. */
export interface HeaderContent {
  readonly text: string;
  readonly includeLines?: string | undefined;
  readonly mentions?: (words: readonly string[]) => boolean | undefined;
}

/** A header whose text is worked out when it is first looked at. */
export class LazyHeader implements HeaderFile {
  readonly name: string;
  readonly path: string;
  readonly contentKey: string;
  readonly isBuiltIn = false;
  readonly #content: HeaderContent;
  readonly #edit: (text: string) => string;
  #text: string | undefined;

  constructor(
    name: string,
    path: string,
    contentKey: string,
    content: HeaderContent,
    edit: (text: string) => string = (text) => text,
  ) {
    this.name = name;
    this.path = path;
    this.contentKey = contentKey;
    this.#content = content;
    this.#edit = edit;
  }

  get original(): string {
    return this.#content.text;
  }

  get includeLines(): string | undefined {
    return this.#content.includeLines;
  }

  mentions(words: readonly string[]): boolean | undefined {
    return this.#content.mentions?.(words);
  }

  get text(): string {
    this.#text ??= this.#edit(this.original);
    return this.#text;
  }
}

/** A header that a build makes; from what its maker says, which need not be asked to know whether two are the same. */
export class MadeHeader implements HeaderFile {
  readonly name: string;
  readonly path: string;
  readonly origin: string;
  readonly isBuiltIn = false;
  readonly includeLines: string;
  readonly #make: () => string;
  #text: string | undefined;

  constructor(name: string, path: string, origin: string, includeLines: string, make: () => string) {
    this.name = name;
    this.path = path;
    this.origin = origin;
    this.includeLines = includeLines;
    this.#make = make;
  }

  get contentKey(): string {
    return this.text;
  }

  get text(): string {
    this.#text ??= this.#make();
    return this.#text;
  }
}
