/**
 * Which records a patch touches, by name: those whose declaration a hunk stands in, shows or changes.
 *
 * Nothing is decided by it; it says whose documentation is worth looking for. A record that holds a changed one is not found.
 */

import type { Hunk, Patch } from './patch.ts';

const opening = /^(?:typedef\s+)?(struct|union)\s+(\w+)\b(?!.*;)/;

/** `struct kvm_run`, …; `textOf` gives what a header was before the patch, as far as anybody knows. */
export function touchedRecords(
  patch: Patch,
  isHeader: (path: string) => boolean,
  textOf: (path: string) => string | undefined,
): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (line: string): boolean => {
    const [, keyword, tag] = opening.exec(line) ?? [];
    if (keyword === undefined || tag === undefined) return false;
    names.add(`${keyword} ${tag}`);
    return true;
  };
  for (const { hunks, oldPath, newPath } of patch.files) {
    if (!isHeader(newPath) && !isHeader(oldPath)) continue;
    const lines = textOf(oldPath)?.split('\n') ?? [];
    for (const hunk of hunks) {
      add(hunk.section);
      for (const line of hunk.lines) add(line.slice(1));
      for (let index = firstIndex(hunk); index >= 0 && !add(lines[index] ?? ''); index -= 1) {
        if (lines[index]?.startsWith('}') === true) break;
      }
    }
  }
  return names;
}

function firstIndex({ oldStart }: Hunk): number {
  return oldStart - 2;
}
