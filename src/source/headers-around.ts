/**
 * What will be read where some files of a kernel tree changed, guessed from names alone: who includes them, and all that these
 * include, for every architecture. Too much or too little does no harm: it is only fetched before it is asked for.
 */

import { knownArchitectures } from './architecture.ts';
import { folderOf, joinPath, normalizePath } from './file-tree.ts';
import { type IncludeIndex, lastPartOf } from './include-index.ts';
import { includesOf } from './header-includes.ts';
import { asmFolderOf, commonFolder } from './kernel-paths.ts';
import { libcHeader, libcHeaderAt } from './libc.ts';

/** Where more include what changed, whoever reads fetches what it needs. */
const maximumIncluders = 60;

/** Some files and who includes them. */
export function withIncluders(changed: readonly string[], index: IncludeIndex): ReadonlySet<string> {
  const reached = new Set(changed);
  for (const path of reached) {
    if (reached.size > maximumIncluders) return new Set(changed);
    for (const includer of index.mentioning(lastPartOf(path))) reached.add(includer);
  }
  return reached;
}

/** Some files and what they include. */
export function withIncluded(files: Iterable<string>, index: IncludeIndex): ReadonlySet<string> {
  const reached = new Set(files);
  for (const path of reached) {
    const libc = libcHeaderAt(path);
    for (const { name, form } of libc === undefined ? index.includesOf(path) : includesOf(libc).includes) {
      const beside = form === 'quote' ? normalizePath(joinPath(folderOf(path), name)) : undefined;
      if (beside !== undefined) reached.add(beside);
      for (const place of placesOf(name)) reached.add(place);
    }
  }
  return reached;
}

/** Some files, those that stand in their place for other architectures, and what any of these include. */
export function withCounterparts(files: readonly string[], index: IncludeIndex): ReadonlySet<string> {
  const counterparts = files.flatMap((path) => {
    const [, bare] = /^arch\/[^/]+\/include\/uapi\/asm\/(.+)$/s.exec(path) ?? [];
    return bare === undefined ? [path] : [path, ...placesOf(`asm/${bare}`)];
  });
  return withIncluded(counterparts, index);
}

function placesOf(name: string): readonly string[] {
  const libc = libcHeader(name);
  if (libc !== undefined) return [libc.path];
  if (!name.startsWith('asm/')) return [`${commonFolder}/${name}`];
  const bare = name.slice('asm/'.length);
  return [`${commonFolder}/asm-generic/${bare}`, ...knownArchitectures.map((one) => `${asmFolderOf(one)}/${bare}`)];
}
