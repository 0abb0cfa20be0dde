/**
 * What a few changed files mean for the headers of a target, found from them upwards: who includes them, who includes those.
 *
 * It is what the graph of all includes says (`changes.ts`), without making one for each architecture: a commit changes a header
 * or two, and most are included by few. Where many are reached, or nobody knows who includes whom, the graph is made after all.
 */

import { type HeaderFile, namesIn, type PossibleIncluders, type TargetHeaders } from './header.ts';
import { includesOf } from './header-includes.ts';
import { saysTheSame } from './says-the-same.ts';

export interface NearDifference {
  /** Names of what differs, or may. */
  readonly changed: ReadonlySet<string>;
  /** These, and who includes any of them. */
  readonly affected: ReadonlySet<string>;
}

/** Of more, the graph knows as fast. */
const maximumReached = 60;

const differences = new WeakMap<TargetHeaders, WeakMap<ReadonlySet<string>, NearDifference | 'unknown'>>();

/** How two collections differ that have the same files; `undefined` where it has to be found out by looking at all of them. */
export function nearDifference(old: TargetHeaders, next: TargetHeaders): NearDifference | undefined {
  const paths = old.changedPaths?.(next);
  if (paths === undefined) return undefined;
  let ofOld = differences.get(old);
  if (ofOld === undefined) {
    differences.set(old, (ofOld = new WeakMap<ReadonlySet<string>, NearDifference | 'unknown'>()));
  }
  let known = ofOld.get(paths);
  if (known === undefined) ofOld.set(paths, (known = findUnlessMany(old, next, paths)));
  return known === 'unknown' ? undefined : known;
}

/** What includes many headers of one architecture includes many of any: by what architectures share, the paths of which that is known. */
const many = new WeakMap<object, WeakSet<ReadonlySet<string>>>();

function findUnlessMany(
  old: TargetHeaders,
  next: TargetHeaders,
  paths: ReadonlySet<string>,
): NearDifference | 'unknown' {
  const { shared = old } = old;
  if (many.get(shared)?.has(paths) === true) return 'unknown';
  const found = find(old, next, paths);
  if (found !== undefined) return found;
  const known = many.get(shared) ?? new WeakSet<ReadonlySet<string>>();
  many.set(shared, known.add(paths));
  return 'unknown';
}

function find(old: TargetHeaders, next: TargetHeaders, paths: ReadonlySet<string>): NearDifference | undefined {
  const { includers } = old;
  if (includers === undefined) return undefined;
  const roots = namesIn(old);
  const changed = new Set<string>();
  const affected = new Set<string>();
  for (const name of mayDiffer(old, next, paths, includers)) {
    const reached = whoIncludes(name, old, includers);
    if (reached === undefined) return undefined;
    // What no header includes that programs may include is part of nothing.
    if (![...reached].some((one) => roots.has(one))) continue;
    changed.add(name);
    for (const one of reached) affected.add(one);
  }
  return { changed, affected };
}

function mayDiffer(
  old: TargetHeaders,
  next: TargetHeaders,
  paths: ReadonlySet<string>,
  includers: PossibleIncluders,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const path of paths) {
    for (const name of includers.namesAt(path)) {
      const file = old.resolve(name, 'angle', undefined);
      if (file?.path === path && !isSameFile(file, next.resolve(name, 'angle', undefined))) names.add(name);
    }
  }
  for (const name of includers.unclear()) {
    const file = old.resolve(name, 'angle', undefined);
    if (file !== undefined && includesOf(file).isUnclear) names.add(name);
  }
  for (const name of includers.made()) {
    const file = old.resolve(name, 'angle', undefined);
    if (file !== undefined && !isSameFile(file, next.resolve(name, 'angle', undefined))) names.add(name);
  }
  return names;
}

/** A header and everybody who includes it, however indirectly; `undefined` if these are many. */
function whoIncludes(
  header: string,
  headers: TargetHeaders,
  includers: PossibleIncluders,
): ReadonlySet<string> | undefined {
  const reached = new Set([header]);
  for (const name of reached) {
    if (reached.size > maximumReached) return undefined;
    for (const candidate of includers.mentioning(name)) {
      if (!reached.has(candidate) && includes(headers, candidate, name)) reached.add(candidate);
    }
  }
  return reached;
}

function includes(headers: TargetHeaders, includer: string, name: string): boolean {
  const file = headers.resolve(includer, 'angle', undefined);
  if (file === undefined) return false;
  return includesOf(file).includes.some(
    (include) => (headers.resolve(include.name, include.form, file)?.name ?? include.name) === name,
  );
}

/** Whether two headers are one to a compiler: of what is read, comments do not count. */
export function isSameFile(a: HeaderFile | undefined, b: HeaderFile | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if ((a.origin !== undefined && a.origin === b.origin) || a.contentKey === b.contentKey) return true;
  if (a.original === undefined || b.original === undefined) return false;
  // Targets of different architectures ask for the same texts.
  const key = `${a.contentKey}\0${b.contentKey}`;
  let isSame = answers.get(key);
  if (isSame === undefined) answers.set(key, (isSame = saysTheSame(a.original, b.original)));
  return isSame;
}

const answers = new Map<string, boolean>();
