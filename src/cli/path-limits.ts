/**
 * `-- PATH…`: the headers a comparison is limited to.
 *
 * A path is taken as git takes it, from the directory one stands in (or that of `-C`), and absolute paths as what they lead to
 * in the tree; then as a path from the top of the tree, or a header's name. `*`, `?` and `[…]` stand for what they stand for in
 * git: `*` for slashes as well. What no header stands at on either side is a mistake: a gate that looks at nothing finds nothing.
 */

import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../diagnostic.ts';
import { normalizePath } from '../source/file-tree.ts';
import type { TargetHeaders } from '../source/header.ts';
import type { HeaderSource } from './header-source.ts';

/** Where the user stands: relative paths may start at any of these directories. */
export type Bases = readonly string[];

/** The directories in which paths on a command line start: that of `-C` first, as in git. */
export function basesOf(cwd: string, gitDirectory: string | undefined): Bases {
  return gitDirectory === undefined ? [cwd] : [resolve(cwd, gitDirectory), cwd];
}

/**
 * What the paths on a command line mean in the trees of some sources: paths or names, below which headers stand.
 * @throws {UserError} for a path at which no header stands in any of them.
 */
export function limitsFor(
  paths: readonly string[],
  bases: Bases,
  sources: readonly HeaderSource[],
  where = 'on either side',
): readonly string[] {
  if (paths.length === 0) return [];
  const roots = [...new Set(sources.flatMap((source) => source.standsIn()))];
  return paths.flatMap((path) => {
    if (path === '') throw new UserError('One of the paths after "--" is empty.');
    const limits = firstOf(candidatesFor(path, bases, roots), (candidate) => limitsAt(candidate, sources));
    if (limits !== undefined) return limits;
    throw new UserError(
      `There is no header at or below "${path}" ${where}. A path after "--" starts where you stand or at the top of the tree, or is a name such as linux/fuse.h.`,
    );
  });
}

/** The same, where nothing is known but the paths of some headers: `undefined` for what holds none of them. */
export function limitsAmong(path: string, places: readonly string[]): readonly string[] | undefined {
  const normal = normalizePath(path);
  if (normal === undefined || path === '') return undefined;
  if (places.some((place) => isWithin([place], [normal]))) return [normal];
  const pattern = patternOf(normal);
  const found = pattern === undefined ? [] : places.filter((place) => pattern.test(place));
  return found.length === 0 ? undefined : found;
}

const limitSets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Whether one of `places` is at or below one of `limits`; everything is, where there are none. */
export function isWithin(places: readonly string[], limits: readonly string[]): boolean {
  if (limits.length === 0) return true;
  let set = limitSets.get(limits);
  if (set === undefined) limitSets.set(limits, (set = new Set(limits)));
  if (set.has('')) return true;
  for (const place of places) {
    for (let end = place.length; end > 0; end = place.lastIndexOf('/', end - 1)) {
      if (set.has(place.slice(0, end))) return true;
    }
  }
  return false;
}

/** What a path may mean in the trees that stand at `roots`, the likeliest first. */
function candidatesFor(path: string, bases: Bases, roots: readonly string[]): readonly string[] {
  const found = bases.flatMap((base) => roots.flatMap((root) => insideOf(root, resolve(base, path)) ?? []));
  // `./x` and `../x` say where they start.
  const asWritten = /^\.\.?(?:\/|$)/.test(path) && roots.length > 0 ? undefined : normalizePath(path);
  return [...new Set([...found, ...(asWritten === undefined ? [] : [asWritten])])];
}

/** `path` as one from `root`; `undefined` if it lies elsewhere. */
function insideOf(root: string, path: string): string | undefined {
  const inside = [relative(root, path), relative(realPlace(root), realPlace(path))].find(
    (one) => one !== '..' && !one.startsWith(`..${sep}`) && !isAbsolute(one),
  );
  return inside?.split(sep).join('/');
}

/** `path` without symbolic links in the folders it goes through; what it leads to need not be there. */
function realPlace(path: string): string {
  const folder = dirname(path);
  if (folder === path) return path;
  try {
    return realpathSync(path);
  } catch {
    // A header that was deleted stands in folders that may be gone as well.
    return join(realPlace(folder), basename(path));
  }
}

function limitsAt(candidate: string, sources: readonly HeaderSource[]): readonly string[] | undefined {
  const limits = [candidate];
  const views = viewsOf(sources);
  for (const [headers, names] of views) {
    // What programs do not include themselves may be there as well: some of asm-generic/.
    if (names === headers.names && isIncludedAt(candidate, headers)) return limits;
    for (const name of names) if (isWithin(placesOf(name, headers), limits)) return limits;
  }
  const pattern = patternOf(candidate);
  if (pattern === undefined) return undefined;
  const places = [...views].flatMap(([headers, names]) => names.flatMap((name) => placesOf(name, headers)));
  const found = new Set(places.filter((place) => pattern.test(place)));
  return found.size === 0 ? undefined : [...found];
}

/** The headers of some sources as their targets see them, and which of them are read. */
function viewsOf(sources: readonly HeaderSource[]): ReadonlyMap<TargetHeaders, readonly string[]> {
  return new Map(
    sources.flatMap((source) =>
      source.targets.map((target) => [source.headersFor(target), source.namesFor(target)] as const),
    ),
  );
}

/** Where a header stands, and what it is called. */
export function placesOf(name: string, headers: TargetHeaders): readonly string[] {
  const path = headers.resolve(name, 'angle', undefined)?.path;
  return path === undefined || path === name ? [name] : [path, name];
}

/** Whether a header stands at `path` that can be included by a name in which the path ends. */
function isIncludedAt(path: string, headers: TargetHeaders): boolean {
  const parts = path.split('/');
  return parts.some((_, start) => {
    const file = headers.resolve(parts.slice(start).join('/'), 'angle', undefined);
    return file !== undefined && !file.isBuiltIn && file.path === path;
  });
}

/** What `*`, `?` and `[…]` match in git; `undefined` where a path has none of them. */
function patternOf(path: string): RegExp | undefined {
  if (!/[*?[]/.test(path)) return undefined;
  const source = path.replace(/\*+|\?|\[[!^]?\]?[^\]]*\]|[\\^$.|+(){}[\]]/g, (token) => {
    if (token.startsWith('*')) return '.*';
    if (token === '?') return '.';
    if (token.length === 1) return `\\${token}`;
    return token.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
  });
  try {
    return new RegExp(`^${source}(?:/.*)?$`, 's');
  } catch {
    // A range such as [z-a] matches nothing.
    return undefined;
  }
}

function firstOf<Item, Value>(items: readonly Item[], valueOf: (item: Item) => Value | undefined): Value | undefined {
  for (const item of items) {
    const value = valueOf(item);
    if (value !== undefined) return value;
  }
  return undefined;
}
