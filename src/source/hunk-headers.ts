/**
 * Headers of which only the parts are known that a patch shows, without any tree around them.
 *
 * A header below `arch/arm64` is arm64's alone; all others are everybody's. In a kernel tree they are called what programs call
 * them: `include/uapi/linux/kvm.h` is `linux/kvm.h`. What they include is not known, so it is not looked for: only the
 * stand-ins for `linux/types.h` and its like can be found.
 */

import { type HeaderCollection, type HeaderFile, type HeaderTarget, LazyHeader, type TargetHeaders } from './header.ts';
import { fallbackHeader, libcHeader } from './libc.ts';
import { blobId, type Changes } from './patched-tree.ts';

export class HunkHeaders implements HeaderCollection {
  readonly kind = 'headers';
  readonly label: string;
  readonly #files: readonly { readonly architecture: string | undefined; readonly file: HeaderFile }[];

  /** `texts`: what is known of each header, by its path in the tree that is not there. */
  constructor(texts: Changes, label: string) {
    this.label = label;
    this.#files = [...texts].flatMap(([path, text]) => {
      if (text === undefined) return [];
      const [, architecture] = /^arch\/([^/]+)\//.exec(path) ?? [];
      const name = path.replace(/^(?:arch\/[^/]+\/)?include\/uapi\//, '');
      return [{ architecture, file: new LazyHeader(name, path, blobId(text), { text }) }];
    });
  }

  unavailable(): undefined {
    return undefined;
  }

  forTarget(target: HeaderTarget): TargetHeaders {
    const files = new Map(
      this.#files
        .filter(({ architecture }) => architecture === undefined || architecture === target.kernelArchitecture)
        .map(({ file }) => [file.name, file]),
    );
    return {
      names: [...files.keys()],
      resolve: (name, _form, from) =>
        (from === undefined ? files.get(name) : undefined) ?? libcHeader(name) ?? fallbackHeader(name),
      whyAbsent: () => 'the patch does not show it',
    };
  }
}
