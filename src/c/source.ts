/**
 * Where the front end gets text from: the one interface between `c/` and the outside.
 *
 * The front end does no input or output. It is given a `Source` that already belongs to **one tree and one target** (so
 * that `<asm/kvm.h>` means that architecture's file) and asks it for headers, by the name an `#include` spells. `source/`
 * provides implementations for directories, git revisions and built-in libc headers; a test uses a `Map`.
 *
 * What is read from one file is shared between targets and between trees, and `contentKey` is what makes that safe: two
 * files with the same key, path and name are the same file to the front end.
 */

/** One header. The same object, or an equal one, may come back any number of times. */
export interface SourceFile {
  /** As includers write it: `linux/kvm.h`, `asm/kvm.h`. Declarations carry it as their header. */
  readonly name: string;
  /**
   * The file as reports call it and `from` identifies it: relative to the root of its tree
   * (`arch/arm64/include/uapi/asm/kvm.h`), so that equal files of two trees can share their result.
   */
  readonly path: string;
  /** The whole text, UTF-8 decoded. May be a getter: it is read only when `contentKey` has not been seen. */
  readonly text: string;
  /** Equal keys promise equal text: a git object id, a hash, or (for small things) the text itself. */
  readonly contentKey: string;
  /** Stands in for a header that the tree does not have (a libc header): read, but no part of the ABI. */
  readonly isBuiltIn?: boolean;
}

/** `quote`: `#include "x"`, searched next to the including file first. `angle`: `#include <x>`. */
export type IncludeForm = 'quote' | 'angle';

export interface Source {
  /** The headers programs may include directly, if anybody knows. */
  readonly names?: readonly string[];
  /** One object for all sources to which names outside asm/ mean the same files, if anybody knows. */
  readonly shared?: object;
  /**
   * The file that an `#include` in `from` names, or `undefined` where there is none. Called often: implementations keep
   * what they found. `from` is `undefined` for the header a unit starts with.
   */
  resolve(name: string, form: IncludeForm, from: SourceFile | undefined): SourceFile | undefined;
  /** Why `resolve` finds no file of that name: a clause that completes "it cannot be read, because …". */
  whyAbsent?(name: string): string;
}

/** A word that macros are made of and that their header does not declare, and the header that whoever uses the macro has it from. */
export interface TakenForGranted {
  readonly word: string;
  readonly header: string;
}

/** What the requests of the header `name`, in which `words` stand, take for granted. */
export type WhatIsTaken = (name: string, words: readonly string[]) => readonly TakenForGranted[];
