/**
 * The two sides of a patch without the tree it is for: what its hunks show of them.
 *
 * Only declarations that a hunk shows from beginning to end are judged; `whole-declarations.ts` finds them. A change inside of any
 * other is told as such, and so is a macro whose value on one side hangs on something that the patch does not show.
 */

import type { Abi } from '../abi/abi.ts';
import type { Target } from '../abi/target.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { FilePatch, Patch } from '../patch/patch.ts';
import { wholeDeclarations } from '../patch/whole-declarations.ts';
import { HunkHeaders } from '../source/hunk-headers.ts';
import type { Changes } from '../source/patched-tree.ts';
import type { HeaderSource } from './header-source.ts';
import type { HeaderWorkshop } from './header-workshop.ts';
import type { OpenedPair } from './open-pair.ts';
import { isWithin } from './path-limits.ts';

/** The sides that some patches show, limited to headers at or below `paths`. */
export function openHunks(patches: readonly Patch[], workshop: HeaderWorkshop, paths: readonly string[]): OpenedPair {
  const old = new Map<string, string | undefined>();
  const next = new Map<string, string | undefined>();
  const cut: Diagnostic[] = [];
  for (const files of byFile(patches.flatMap((patch) => patch.files))) {
    const [file, ...later] = files;
    const [wasHeader, isHeader] = [isPlausibleHeader(file.oldPath), isPlausibleHeader(file.newPath)];
    if ((!wasHeader && !isHeader) || !isWithin([file.oldPath, file.newPath], paths)) continue;
    const linked = files.find(({ newMode }) => newMode === '120000' || newMode === '160000');
    if (linked !== undefined) {
      const message = `${linked.newPath} becomes a ${linked.newMode === '120000' ? 'symbolic link' : 'submodule'}, so what it holds after the patch is not known`;
      cut.push({ severity: 'error', code: 'not-whole', message, location: linked.place });
      continue;
    }
    const texts = wholeDeclarations(file, ...later);
    for (const diagnostic of texts.cut) cut.push(diagnostic);
    if (wasHeader && file.change !== 'copy') old.set(file.oldPath, texts.old);
    if (isHeader) next.set(file.newPath, texts.new);
  }
  const title = patches.length === 1 ? (patches[0]?.title ?? '') : `${String(patches.length)} patches`;
  const side = (texts: Changes, label: string): HeaderSource => workshop.openCollection(new HunkHeaders(texts, label));
  const pair = { old: side(old, `before: ${title}`), new: side(next, `after: ${title}`) };
  const { old: before, new: after } = withoutUnknownValues(pair);
  return { old: before, new: withProblems(after, cut) };
}

/** The patches to one file together, in their order. */
function byFile(files: readonly FilePatch[]): readonly (readonly [FilePatch, ...FilePatch[]])[] {
  const groups: [FilePatch, ...FilePatch[]][] = [];
  const groupOf = new Map<string, [FilePatch, ...FilePatch[]]>();
  for (const file of files) {
    const known = groupOf.get(file.oldPath) ?? groupOf.get(file.newPath);
    if (known !== undefined) known.push(file);
    else {
      const group: [FilePatch, ...FilePatch[]] = [file];
      groups.push(group);
      groupOf.set(file.oldPath, group);
      groupOf.set(file.newPath, group);
    }
  }
  return groups;
}

/** Whether a patch says nothing about headers, the files that decide about them, or their documentation. */
export function isBesideTheUapi({ files }: Patch): boolean {
  const isOfUse = (path: string): boolean =>
    isPlausibleHeader(path) || path === 'Makefile' || /\.(?:tbl|rst|txt)$|(?:^|\/)Kbuild$/.test(path);
  return files.every(({ oldPath, newPath }) => !isOfUse(oldPath) && !isOfUse(newPath));
}

/** In a kernel tree only these are UAPI; a header of a tree that has no `include/uapi` may stand anywhere. */
function isPlausibleHeader(path: string): boolean {
  if (!path.endsWith('.h')) return false;
  const isKernelPath =
    /^(?:include|arch|drivers|fs|kernel|mm|net|tools|virt|sound|lib|security|block|io_uring|crypto)\//.test(path);
  return !isKernelPath || /^(?:include\/uapi|arch\/[^/]+\/include\/uapi)\//.test(path);
}

interface Headers {
  readonly old: HeaderSource;
  readonly new: HeaderSource;
}

/** Both sides without the names that have a value on one of them and are mere text on the other. */
function withoutUnknownValues(pair: Headers): Headers {
  const unknownNames = (target: Target): readonly string[] => {
    const [old, next] = [pair.old.abiFor(target), pair.new.abiFor(target)];
    const valuesOf = (abi: Abi): string[] => [...abi.constants.keys(), ...abi.requests.keys()];
    return [
      ...valuesOf(old).filter((name) => next.macros.has(name)),
      ...valuesOf(next).filter((name) => old.macros.has(name)),
    ];
  };
  const wrap = (side: 'old' | 'new'): HeaderSource => ({
    ...pair[side],
    abiFor: (target) => {
      const abi = pair[side].abiFor(target);
      const names = new Set(unknownNames(target));
      if (names.size === 0) return abi;
      const rest = <Value>(all: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> =>
        new Map([...all].filter(([name]) => !names.has(name)));
      const problems = [...names].map((name): Diagnostic => ({
        severity: 'error',
        code: 'not-whole',
        message: `the value of ${name} depends on something that the patch does not show`,
      }));
      return {
        ...abi,
        constants: rest(abi.constants),
        requests: rest(abi.requests),
        macros: rest(abi.macros),
        notUnderstood: side === 'old' ? abi.notUnderstood : [...abi.notUnderstood, ...problems],
      };
    },
  });
  return { old: wrap('old'), new: wrap('new') };
}

/** `source` with problems that no reading of it can show. */
export function withProblems(source: HeaderSource, problems: readonly Diagnostic[]): HeaderSource {
  if (problems.length === 0) return source;
  const add = (abi: Abi): Abi => ({ ...abi, notUnderstood: [...abi.notUnderstood, ...problems] });
  return { ...source, abiFor: (target: Target) => add(source.abiFor(target)) };
}
