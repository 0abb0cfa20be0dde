/**
 * Headers that cannot be included alone.
 *
 * A few UAPI headers use `size_t`, `struct sockaddr` or `stack_t` and leave it to the program to have included what declares them.
 * A compiler refuses such a header when it comes first; a program that uses it includes the libc header before. So a
 * header that is not understood alone is read once more behind each of a few libc headers, and the first reading counts that leaves
 * the fewest of its problems and makes no others. What no prelude mends stays a problem, as it is for the compiler.
 */

import type { SourceFile } from '../c/source.ts';

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

/** Texts that stand for a header which cannot be included alone: each includes something else first. */
export function leanOn(file: SourceFile): readonly SourceFile[] {
  return preludes.map((prelude) => behind(prelude, file));
}

function behind(prelude: readonly string[], file: SourceFile): SourceFile {
  const text = [...prelude, file.name].map((name) => `#include <${name}>\n`).join('');
  const name = `<prelude>/${file.name}`;
  return { name, path: name, text, contentKey: text, isBuiltIn: true };
}
