/**
 * Headers that cannot be included alone.
 *
 * A few UAPI headers use `size_t`, `struct sockaddr` or `stack_t` and leave it to the program to have included what declares them.
 * A compiler refuses such a header when it comes first; a program that uses it includes the libc header before. So a
 * header that is not understood alone is read once more behind each of a few libc headers, and the first reading without
 * problems counts. What no prelude mends stays a problem, as it is for the compiler.
 */

import type { Abi } from '../abi/abi.ts';
import type { HeaderFile } from '../source/header.ts';

/** From the least to the most that a program may have included before. */
export const preludes: readonly (readonly string[])[] = [
  ['stddef.h'],
  ['time.h'],
  ['sys/types.h'],
  ['asm/signal.h'],
  ['linux/types.h', 'asm/signal.h', 'asm/sigcontext.h'],
  ['net/if.h'],
  ['stdint.h', 'sys/socket.h'],
  ['sys/types.h', 'time.h', 'stdint.h', 'sys/socket.h', 'netinet/in.h'],
];

/**
 * `files`, with those that lean on a libc header replaced by a text that includes it first. `read` reads some headers; it
 * is asked again only for headers in which `first`, the reading of all of them, has problems.
 */
export function withPreludes(
  files: readonly HeaderFile[],
  first: Abi,
  read: (files: readonly HeaderFile[]) => Abi,
): readonly HeaderFile[] {
  const troubled = new Set(first.notUnderstood.map((diagnostic) => diagnostic.location?.file ?? ''));
  const own = new Set(files.map(({ path }) => path));
  // A header of asm-generic is nobody's own: the trouble is its includer's.
  const borrowed = [...troubled].filter((path) => !own.has(path)).map((path) => path.split('/').slice(-2).join('/'));
  return files.map((file) => {
    if (!troubled.has(file.path) && !borrowed.some((name) => file.text.includes(`<${name}>`))) return file;
    for (const prelude of preludes) {
      const candidate = behind(prelude, file);
      if (read([candidate]).notUnderstood.length === 0) return candidate;
    }
    return file;
  });
}

function behind(prelude: readonly string[], file: HeaderFile): HeaderFile {
  const text = [...prelude, file.name].map((name) => `#include <${name}>\n`).join('');
  const name = `<prelude>/${file.name}`;
  return { name, path: name, text, contentKey: text, isBuiltIn: true };
}
