/**
 * Which headers of two collections need to be read to compare them.
 *
 * A header means something else if its text changed, or the text of anything it includes, however deep. Includes are found
 * by reading `#include` lines without regard for conditions, which can only err on the side of reading too much; a
 * computed include (`#include MACRO`) might be anything, so such a header always counts as changed.
 */

import type { HeaderFile, TargetHeaders } from './header.ts';

interface Include {
  readonly name: string;
  readonly form: 'angle' | 'quote';
}

interface Scan {
  readonly includes: readonly Include[];
  readonly isComputed: boolean;
}

const scans = new Map<string, Scan>();

/** The `#include` lines of a text. Results are kept by content key: trees share most of their files. */
function scanIncludes(file: HeaderFile): Scan {
  const known = scans.get(file.contentKey);
  if (known !== undefined) return known;
  const includes: Include[] = [];
  let isComputed = false;
  for (const match of (file.original ?? file.text).matchAll(
    /^[ \t]*#[ \t]*include\b[ \t]*(?:<([^>\n]+)>|"([^"\n]+)"|(\S))/gm,
  )) {
    const [, angle, quote, other] = match;
    if (angle !== undefined) includes.push({ name: angle, form: 'angle' });
    else if (quote !== undefined) includes.push({ name: quote, form: 'quote' });
    // A comment between the directive and the name is as good as a macro: rare, and safe to read once more.
    else if (other !== undefined) isComputed = true;
  }
  const scan: Scan = { includes, isComputed };
  scans.set(file.contentKey, scan);
  return scan;
}

/** Headers to read: of `old.names` and of `new.names`. */
export interface ChangedHeaders {
  readonly old: readonly string[];
  readonly new: readonly string[];
}

/** The headers of one target that were added, removed or changed, or include something that was. */
export function changedHeaders(old: TargetHeaders, next: TargetHeaders): ChangedHeaders {
  const before = graphOf(old);
  const after = graphOf(next);
  const changed = new Set<string>();
  for (const name of new Set([...before.files.keys(), ...after.files.keys()])) {
    const a = before.files.get(name);
    const b = after.files.get(name);
    if (a?.contentKey !== b?.contentKey || before.isAlwaysRead(name) || after.isAlwaysRead(name)) changed.add(name);
  }
  const affected = new Set([...before.includersOf(changed), ...after.includersOf(changed)]);
  return {
    old: old.names.filter((name) => affected.has(name)),
    new: next.names.filter((name) => affected.has(name)),
  };
}

/** Every header that those in `names` include, however deep, and the names themselves. */
export function includeClosure(headers: TargetHeaders, names: Iterable<string>): ReadonlySet<string> {
  return new Set(new Graph(headers, names).files.keys());
}

/** Everything that a target's headers are and include, however deep. */
export function reachedFiles(headers: TargetHeaders): Iterable<HeaderFile> {
  return graphOf(headers).files.values();
}

/** Targets of one architecture share their headers, and so what these include. */
const graphs = new WeakMap<TargetHeaders, Graph>();

function graphOf(headers: TargetHeaders): Graph {
  let graph = graphs.get(headers);
  if (graph === undefined) graphs.set(headers, (graph = new Graph(headers)));
  return graph;
}

class Graph {
  readonly files = new Map<string, HeaderFile>();
  readonly #includers = new Map<string, Set<string>>();
  readonly #alwaysRead = new Set<string>();

  constructor(headers: TargetHeaders, roots: Iterable<string> = headers.names) {
    const open: HeaderFile[] = [];
    const reach = (file: HeaderFile): void => {
      if (this.files.has(file.name)) return;
      this.files.set(file.name, file);
      open.push(file);
    };
    for (const name of roots) {
      const file = headers.resolve(name, 'angle', undefined);
      if (file !== undefined) reach(file);
    }
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      const scan = scanIncludes(file);
      if (scan.isComputed) this.#alwaysRead.add(file.name);
      for (const include of scan.includes) {
        const target = headers.resolve(include.name, include.form, file);
        // An include that is not there may be there on the other side: the name stands for both.
        const name = target?.name ?? include.name;
        let includers = this.#includers.get(name);
        if (includers === undefined) this.#includers.set(name, (includers = new Set()));
        includers.add(file.name);
        if (target !== undefined) reach(target);
      }
    }
  }

  isAlwaysRead(name: string): boolean {
    return this.#alwaysRead.has(name);
  }

  includersOf(names: Iterable<string>): ReadonlySet<string> {
    const reached = new Set(names);
    const open = [...reached];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      for (const includer of this.#includers.get(name) ?? []) {
        if (reached.has(includer)) continue;
        reached.add(includer);
        open.push(includer);
      }
    }
    return reached;
  }
}
