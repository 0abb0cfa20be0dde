/**
 * Headers of which only the parts are known that a patch shows, without any tree around them.
 *
 * A header below `arch/arm64` is arm64's alone; all others are everybody's. What they include is not known, so it is not looked
 * for: only the stand-ins for `linux/types.h` and its like can be found.
 */

import { HeaderFiles } from './header-files.ts';
import type { HeaderCollection, HeaderTarget, TargetHeaders } from './header.ts';
import type { FileTree } from './file-tree.ts';
import { type Changes, PatchedTree } from './patched-tree.ts';

const nothing: FileTree = {
  label: '',
  list: () => [],
  entries: () => [],
  kindOf: () => 'absent',
  read: () => ({ kind: 'absent' }),
  prefetch: () => undefined,
};

export class HunkHeaders implements HeaderCollection {
  readonly kind = 'headers';
  readonly label: string;
  readonly #tree: FileTree;
  readonly #paths: readonly string[];
  readonly #includes: readonly HeaderCollection[];

  /** `texts`: what is known of each header, by its path in the tree that is not there. */
  constructor(texts: Changes, label: string, includes: readonly HeaderCollection[] = []) {
    this.label = label;
    this.#tree = new PatchedTree(nothing, texts, label);
    this.#paths = [...texts].filter(([, text]) => text !== undefined).map(([path]) => path);
    this.#includes = includes;
  }

  unavailable(): undefined {
    return undefined;
  }

  forTarget(target: HeaderTarget): TargetHeaders {
    const headers = this.#paths.filter((path) => {
      const architecture = /^arch\/([^/]+)\//.exec(path)?.[1];
      return architecture === undefined || architecture === target.kernelArchitecture;
    });
    const { label } = this;
    return new HeaderFiles({ label, tree: this.#tree, headers, isSearched: false, includes: this.#includes }).forTarget(
      target,
    );
  }
}
