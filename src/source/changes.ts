/**
 * Which headers of two collections need to be read to compare them.
 *
 * A header means something else if its text changed, or the text of anything it includes, however deep. Includes are found
 * by reading `#include` lines without regard for conditions, which can only err on the side of reading too much; an
 * unclear one (`#include MACRO`) might be anything, so such a header always counts as changed.
 */

import { type HeaderFile, namesIn, type TargetHeaders } from './header.ts';
import { includesOf } from './header-includes.ts';
import { isSameFile, nearDifference } from './includers.ts';
import { requestHeader, thoseThatTake } from './taken-for-granted.ts';

/** Headers to read: of `old.names` and of `new.names`. */
export interface ChangedHeaders {
  readonly old: readonly string[];
  readonly new: readonly string[];
}

/** The headers of one target that were added, removed or changed, or include something that was. */
export function changedHeaders(old: TargetHeaders, next: TargetHeaders): ChangedHeaders {
  const affected = nearDifference(old, next)?.affected ?? affectedInGraphs(compare(old, next));
  // Whoever uses requests has included what makes them, and few of the headers that define some include it themselves.
  const areRequestsAffected = affected.has(requestHeader);
  const taking = thoseThatTake(affected);
  const among = (headers: TargetHeaders): readonly string[] =>
    headers.names.filter(
      (name) => affected.has(name) || taking.has(name) || (areRequestsAffected && definesRequests(name, headers)),
    );
  return { old: among(old), new: among(next) };
}

const requestUsers = new Map<string, boolean>();

function definesRequests(name: string, headers: TargetHeaders): boolean {
  const file = headers.resolve(name, 'angle', undefined);
  if (file === undefined) return false;
  let uses = requestUsers.get(file.contentKey);
  if (uses === undefined) {
    requestUsers.set(file.contentKey, (uses = /\b_IO[CRW]*(?:_BAD)?\b/.test(file.original ?? file.text)));
  }
  return uses;
}

function affectedInGraphs({ before, after, changed }: Comparison): ReadonlySet<string> {
  return new Set([...before.includersOf(changed), ...(after?.includersOf(changed) ?? [])]);
}

/** A file of one side, of the other, or of both. */
export interface ChangedFile {
  readonly old: HeaderFile | undefined;
  readonly new: HeaderFile | undefined;
}

const changes = new WeakMap<TargetHeaders, WeakMap<TargetHeaders, readonly ChangedFile[]>>();

/** Files of one target that stand on both sides under one name with different texts, or on one side only. */
export function changedFiles(old: TargetHeaders, next: TargetHeaders): readonly ChangedFile[] {
  let known = changes.get(old);
  if (known === undefined) changes.set(old, (known = new WeakMap<TargetHeaders, readonly ChangedFile[]>()));
  let changed = known.get(next);
  if (changed === undefined) known.set(next, (changed = findChangedFiles(old, next)));
  return changed;
}

function findChangedFiles(old: TargetHeaders, next: TargetHeaders): readonly ChangedFile[] {
  const near = nearDifference(old, next);
  const { before, after, changed } =
    near === undefined ? compare(old, next) : { before: undefined, after: undefined, changed: near.changed };
  if (after !== undefined) return [...changed].map((name) => ({ old: before.file(name), new: after.file(name) }));
  const oldFile = (name: string): HeaderFile | undefined =>
    before === undefined ? old.resolve(name, 'angle', undefined) : before.file(name);
  // What a changed header alone includes came or went with it.
  const roots = namesIn(next);
  const [gone, come] = [old, next].map(
    (headers) => new Map(includedFiles(headers, changed).map((file) => [file.name, file])),
  );
  const reached = [...(gone?.keys() ?? []), ...(come?.keys() ?? [])].filter(
    (name) => !roots.has(name) && gone?.has(name) !== come?.has(name),
  );
  return [
    ...[...changed].map((name) => ({ old: oldFile(name), new: next.resolve(name, 'angle', undefined) })),
    ...reached.map((name) => ({ old: gone?.get(name), new: come?.get(name) })),
  ];
}

interface Comparison {
  readonly before: Graph;
  /** `undefined` where it differs from `before` in nothing but what the changed headers themselves include. */
  readonly after: Graph | undefined;
  /** Names of what differs, or may. */
  readonly changed: ReadonlySet<string>;
}

function compare(old: TargetHeaders, next: TargetHeaders): Comparison {
  const before = graphOf(old);
  const paths = old.changedPaths?.(next);
  if (paths !== undefined) return { before, after: undefined, changed: changedAt(before, paths, next) };
  const after = graphOf(next);
  return { before, after, changed: differencesOf(before, after) };
}

const changedInGraph = new WeakMap<Graph, WeakMap<ReadonlySet<string>, ReadonlySet<string>>>();

/** Names of a graph's files that stand at one of `paths`, where nothing else differs in `next`. */
function changedAt(graph: Graph, paths: ReadonlySet<string>, next: TargetHeaders): ReadonlySet<string> {
  let known = changedInGraph.get(graph);
  if (known === undefined) {
    changedInGraph.set(graph, (known = new WeakMap<ReadonlySet<string>, ReadonlySet<string>>()));
  }
  let changed = known.get(paths);
  if (changed === undefined) {
    const found = new Set(graph.common === undefined ? [] : changedAt(graph.common, paths, next));
    for (const name of graph.ownNames()) {
      const file = graph.file(name);
      if (file === undefined) continue;
      const isTouched =
        (file.origin !== undefined || paths.has(file.path)) &&
        !isSameFile(file, next.resolve(name, 'angle', undefined));
      if (isTouched || graph.isAlwaysRead(name)) found.add(name);
    }
    known.set(paths, (changed = found));
  }
  return changed;
}

const differences = new WeakMap<Graph, WeakMap<Graph, ReadonlySet<string>>>();

function differencesOf(before: Graph, after: Graph): ReadonlySet<string> {
  let known = differences.get(before);
  if (known === undefined) differences.set(before, (known = new WeakMap<Graph, ReadonlySet<string>>()));
  let changed = known.get(after);
  if (changed === undefined) known.set(after, (changed = compareGraphs(before, after)));
  return changed;
}

function compareGraphs(before: Graph, after: Graph): ReadonlySet<string> {
  const areOverCommon = before.common !== undefined && after.common !== undefined;
  const changed = areOverCommon ? new Set(differencesOf(before.common, after.common)) : new Set<string>();
  const names = areOverCommon ? [before.ownNames(), after.ownNames()] : [before.names(), after.names()];
  for (const name of new Set(names.flatMap((some) => [...some]))) {
    if (!isSameFile(before.file(name), after.file(name)) || before.isAlwaysRead(name) || after.isAlwaysRead(name))
      changed.add(name);
  }
  return changed;
}

/** Those of some headers and the files they include that are named, or include something that is, however deep. */
export function includersAmong(
  headers: TargetHeaders,
  roots: Iterable<string>,
  names: Iterable<string>,
): ReadonlySet<string> {
  return new Graph(headers, roots, commonGraphOf(headers, [...roots])).includersOf(names);
}

/** By the names of the headers: what changed is asked about for each target, and targets of one architecture share the answer. */
const included = new WeakMap<TargetHeaders, Map<string, readonly HeaderFile[]>>();

/** The headers in `names`, and every file that they include, however deep. */
export function includedFiles(headers: TargetHeaders, names: Iterable<string>): readonly HeaderFile[] {
  let known = included.get(headers);
  if (known === undefined) included.set(headers, (known = new Map<string, readonly HeaderFile[]>()));
  const roots = [...names];
  const key = roots.join('\n');
  let files = known.get(key);
  if (files === undefined) {
    const graph = new Graph(headers, roots, commonGraphOf(headers, roots));
    files = [...graph.names()].flatMap((name) => graph.file(name) ?? []);
    known.set(key, files);
  }
  return files;
}

/** Targets of one architecture share their headers, and so what these include. */
const graphs = new WeakMap<TargetHeaders, Graph>();
/** What lies outside asm/ includes the same for all architectures of a tree; by the names of the headers. */
const commonGraphs = new WeakMap<object, Map<string, Graph>>();

function graphOf(headers: TargetHeaders): Graph {
  let graph = graphs.get(headers);
  if (graph === undefined) {
    graph = new Graph(headers, headers.names, commonGraphOf(headers, headers.names));
    graphs.set(headers, graph);
  }
  return graph;
}

function commonGraphOf(headers: TargetHeaders, roots: readonly string[]): Graph | undefined {
  const { shared } = headers;
  if (shared === undefined) return undefined;
  let known = commonGraphs.get(shared);
  if (known === undefined) commonGraphs.set(shared, (known = new Map<string, Graph>()));
  const names = roots.filter((name) => !isOfArchitecture(name));
  const key = names.join('\n');
  let graph = known.get(key);
  if (graph === undefined) known.set(key, (graph = new Graph(headers, names, 'none')));
  return graph;
}

function isOfArchitecture(name: string): boolean {
  return name.startsWith('asm/');
}

class Graph {
  /** What is not looked into again because it is the same for other targets. */
  readonly common: Graph | undefined;
  readonly #files = new Map<string, HeaderFile>();
  readonly #includers = new Map<string, Set<string>>();
  readonly #alwaysRead = new Set<string>();
  /** Headers of an architecture that are included from outside, in a graph that leaves them out. */
  readonly #ofArchitecture = new Set<string>();

  /** `common`: what the graph is laid over; `none` makes one of the kind. */
  constructor(headers: TargetHeaders, roots: Iterable<string>, common?: Graph | 'none') {
    const isCommon = common === 'none';
    this.common = isCommon ? undefined : common;
    const open: HeaderFile[] = [];
    const reach = (file: HeaderFile): void => {
      if (this.file(file.name) !== undefined) return;
      this.#files.set(file.name, file);
      open.push(file);
    };
    for (const name of [...roots, ...(this.common === undefined ? [] : this.common.#ofArchitecture)]) {
      const file = this.file(name) === undefined ? headers.resolve(name, 'angle', undefined) : undefined;
      if (file !== undefined) reach(file);
    }
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      const scan = includesOf(file);
      if (scan.isUnclear) this.#alwaysRead.add(file.name);
      for (const include of scan.includes) {
        const target = headers.resolve(include.name, include.form, file);
        // An include that is not there may be there on the other side: the name stands for both.
        const name = target?.name ?? include.name;
        let includers = this.#includers.get(name);
        if (includers === undefined) this.#includers.set(name, (includers = new Set()));
        includers.add(file.name);
        if (isCommon && isOfArchitecture(name)) this.#ofArchitecture.add(name);
        else if (target !== undefined) reach(target);
      }
    }
  }

  file(name: string): HeaderFile | undefined {
    return this.#files.get(name) ?? this.common?.file(name);
  }

  names(): Iterable<string> {
    return this.common === undefined ? this.#files.keys() : [...this.common.names(), ...this.#files.keys()];
  }

  /** Without those of `common`. */
  ownNames(): Iterable<string> {
    return this.#files.keys();
  }

  isAlwaysRead(name: string): boolean {
    return this.#alwaysRead.has(name) || this.common?.isAlwaysRead(name) === true;
  }

  includersOf(names: Iterable<string>): ReadonlySet<string> {
    const reached = new Set(names);
    const open = [...reached];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      for (const graph of this.common === undefined ? [this] : [this, this.common]) {
        for (const includer of graph.#includers.get(name) ?? []) {
          if (reached.has(includer)) continue;
          reached.add(includer);
          open.push(includer);
        }
      }
    }
    return reached;
  }
}
