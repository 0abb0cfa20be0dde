/**
 * Which records a patch touches, by name: those whose declaration a hunk stands in, shows or changes.
 *
 * Nothing is decided by it; it says whose documentation is worth looking for. A record that holds a touched one is touched as
 * well, as far as both stand in a header of the patch.
 */

import type { Hunk, Patch } from './patch.ts';

const opening = /^(?:typedef\s+)?(struct|union)\s+(\w+)\b(?!.*;)/;

const inside = /\b(struct|union)\s+(\w+)/g;

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
  const texts = patch.files.flatMap(({ oldPath, newPath }) =>
    isHeader(newPath) || isHeader(oldPath) ? (textOf(oldPath) ?? []) : [],
  );
  addHolders(names, texts);
  return names;
}

/** Adds every record in whose body one of `names` stands, and those in which that one stands. */
function addHolders(names: Set<string>, texts: readonly string[]): void {
  const holders = new Map<string, string[]>();
  for (const text of texts) {
    let held: string[] | undefined;
    for (const line of text.split('\n')) {
      const [, keyword, tag] = opening.exec(line) ?? [];
      if (keyword !== undefined && tag !== undefined) {
        held = [];
        holders.set(`${keyword} ${tag}`, held);
      } else if (line.startsWith('}')) held = undefined;
      else for (const [, kind = '', name = ''] of line.matchAll(inside)) held?.push(`${kind} ${name}`);
    }
  }
  for (let before = -1; before < names.size;) {
    before = names.size;
    for (const [name, held] of holders) if (held.some((one) => names.has(one))) names.add(name);
  }
}

function firstIndex({ oldStart }: Hunk): number {
  return oldStart - 2;
}
