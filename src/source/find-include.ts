/** How an `#include` finds its header in a tree whose headers have the names that programs include them by. */

import { folderOf, joinPath, normalizePath } from './file-tree.ts';
import type { HeaderFile, IncludeForm, Lookup } from './header.ts';
import { libcHeader } from './libc.ts';

type LookUp = (name: string) => Lookup;

/** `lookUp`: by a name without `..` and the like. */
export function findInclude(
  name: string,
  form: IncludeForm,
  from: HeaderFile | undefined,
  lookUp: LookUp,
): HeaderFile | undefined {
  const find = (path: string): HeaderFile | undefined => {
    const normal = normalizePath(path);
    const result = normal === undefined ? undefined : lookUp(normal);
    return result?.kind === 'found' ? result.file : undefined;
  };
  // Beside the includer, under the name it was itself found by: that is where the installed file would stand.
  const isBeside = form === 'quote' && from !== undefined && !from.isBuiltIn;
  const beside = isBeside ? find(joinPath(folderOf(from.name), name)) : undefined;
  return beside ?? libcHeader(name) ?? find(name);
}

/** Why nothing has that name. */
export function whyAbsent(name: string, lookUp: LookUp): string {
  const normal = normalizePath(name);
  if (normal === undefined) return 'its path leaves the tree';
  const result = lookUp(normal);
  return result.kind === 'absent' ? result.reason : 'it is there';
}
