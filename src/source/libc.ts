/** Our own declarations as header files that `#include` can find. */

import { fallbackDeclarations } from './fallback-headers.ts';
import type { HeaderFile } from './header.ts';
import { libcDeclarations } from './libc-declarations.ts';

const folder = '<built-in>/';

function asFiles(declarations: ReadonlyMap<string, string>): ReadonlyMap<string, HeaderFile> {
  return new Map(
    [...declarations].map(([name, text]) => [
      name,
      { name, path: `${folder}${name}`, text, contentKey: `built-in:${name}`, isBuiltIn: true },
    ]),
  );
}

const libc = asFiles(libcDeclarations);
const fallback = asFiles(fallbackDeclarations);

/** The libc header of that name, if UAPI headers may ask for it. These win over files: a tree holds the libc of one target at most. */
export function libcHeader(name: string): HeaderFile | undefined {
  return libc.get(name);
}

/** The libc header at the place that its `path` names. */
export function libcHeaderAt(path: string): HeaderFile | undefined {
  return path.startsWith(folder) ? libc.get(path.slice(folder.length)) : undefined;
}

/** Names of the libc headers in which `word` stands. */
export function libcHeadersWith(word: string): readonly string[] {
  return [...libc.values()].flatMap(({ name, text }) => (text.includes(word) ? [name] : []));
}

/** The stand-in for a kernel header, for sources that do not have it. */
export function fallbackHeader(name: string): HeaderFile | undefined {
  return fallback.get(name);
}
