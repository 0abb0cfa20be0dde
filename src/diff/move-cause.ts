/**
 * Why a field moved: which of those before it in its record came, went, grew or changed places.
 *
 * A record may have thousands of fields, each of which moved. So what is asked of all that stand before a field is worked out once for
 * each of them, along the record; only fields that lie over each other (arms of unions) are gone through one by one.
 */

import type { MoveCause, RecordPair } from './changes.ts';
import { canCoexist, type FieldNode, isFiller } from './placed.ts';

export function causeOfMove(pair: RecordPair, old: FieldNode, next: FieldNode): MoveCause {
  let causes = known.get(pair);
  if (causes === undefined) known.set(pair, (causes = new MoveCauses(pair)));
  return causes.of(old, next);
}

const known = new WeakMap<RecordPair, MoveCauses>();

/** Fields of one parent, in their order, and the first or last of those before each that something can be said of. */
interface Siblings {
  readonly nodes: readonly FieldNode[];
  /** Whether they lie one behind the other, so that those before a field are the first so many. */
  readonly isRow: boolean;
  /** By the parent of the matches: at n, how far the matches of the first n reach. */
  readonly reach: Map<FieldNode | undefined, readonly number[]>;
  told?: Told;
}

interface Told {
  /** At n: the last of the first n that came or grew, or -1. */
  readonly lastCause: readonly number[];
  /** The first without a match, and the first whose match has another size; as many as there are, if there is none. */
  readonly firstAlone: number;
  readonly firstResized: number;
}

class MoveCauses {
  readonly #pair: RecordPair;
  readonly #old = new Map<FieldNode | undefined, Siblings>();
  readonly #new = new Map<FieldNode | undefined, Siblings>();

  constructor(pair: RecordPair) {
    this.#pair = pair;
    groupSiblings(pair.old.nodes, this.#old);
    groupSiblings(pair.new.nodes, this.#new);
  }

  of(old: FieldNode, next: FieldNode): MoveCause {
    const { matches, reverse } = this.#pair;
    const before = this.#old.get(old.parent);
    const after = this.#new.get(next.parent);
    if (before === undefined || after === undefined) return { kind: 'alignment' };
    if (!before.isRow || !after.isRow) return causeAmong(this.#pair, before.nodes, after.nodes, old, next);
    const [oldCount, newCount] = [countBefore(before.nodes, old), countBefore(after.nodes, next)];
    const isReordered =
      (reachOf(before, next.parent, matches)[oldCount] ?? -1) >= next.offsetBits ||
      (reachOf(after, old.parent, reverse)[newCount] ?? -1) >= old.offsetBits;
    if (isReordered) return { kind: 'reordered' };
    const newTold = (after.told ??= tell(after.nodes, reverse));
    const cause = after.nodes[newTold.lastCause[newCount] ?? -1];
    if (cause !== undefined) {
      return reverse.has(cause)
        ? { kind: 'neighbour-grew', path: cause.path, isRecord: cause.record !== undefined }
        : { kind: 'field-inserted', path: cause.path };
    }
    const oldTold = (before.told ??= tell(before.nodes, matches));
    const gone = oldTold.firstAlone < oldCount ? before.nodes[oldTold.firstAlone] : undefined;
    if (gone !== undefined) return { kind: 'field-removed', path: gone.path };
    const filler = newTold.firstResized < newCount ? after.nodes[newTold.firstResized] : undefined;
    return filler === undefined
      ? { kind: 'alignment' }
      : { kind: 'neighbour-grew', path: filler.path, isRecord: false };
  }
}

function groupSiblings(nodes: readonly FieldNode[], into: Map<FieldNode | undefined, Siblings>): void {
  const lists = new Map<FieldNode | undefined, FieldNode[]>();
  for (const node of nodes) {
    const list = lists.get(node.parent);
    if (list === undefined) lists.set(node.parent, [node]);
    else list.push(node);
  }
  for (const [parent, list] of lists) into.set(parent, { nodes: list, isRow: isRow(list), reach: new Map() });
}

function isRow(nodes: readonly FieldNode[]): boolean {
  return nodes.every((node, index) => {
    const previous = nodes[index - 1];
    if (previous === undefined) return true;
    return previous.offsetBits <= node.offsetBits && haveSameArms(previous, node);
  });
}

/** Whether two fields stand in the same arms of all unions around them, so that nothing is in another arm than they are. */
function haveSameArms(a: FieldNode, b: FieldNode): boolean {
  return (
    a.arms.length === b.arms.length &&
    a.arms.every(({ union, arm }, index) => b.arms[index]?.union === union && b.arms[index].arm === arm)
  );
}

/** How many begin before a field does. */
function countBefore(nodes: readonly FieldNode[], { offsetBits }: FieldNode): number {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((nodes[middle]?.offsetBits ?? 0) < offsetBits) low = middle + 1;
    else high = middle;
  }
  return low;
}

type Matches = ReadonlyMap<FieldNode, FieldNode>;

function reachOf(siblings: Siblings, parent: FieldNode | undefined, matches: Matches): readonly number[] {
  let reach = siblings.reach.get(parent);
  if (reach === undefined) {
    let farthest = -1;
    const reached = [farthest];
    for (const node of siblings.nodes) {
      const match = matches.get(node);
      if (match !== undefined && match.parent === parent) farthest = Math.max(farthest, match.offsetBits);
      reached.push(farthest);
    }
    siblings.reach.set(parent, (reach = reached));
  }
  return reach;
}

function tell(nodes: readonly FieldNode[], matches: Matches): Told {
  const lastCause = [-1];
  let firstAlone = nodes.length;
  let firstResized = nodes.length;
  let last = -1;
  for (const [index, node] of nodes.entries()) {
    const match = matches.get(node);
    const isResized = match?.sizeBits !== node.sizeBits;
    if (match === undefined || (isResized && !isFiller(node))) last = index;
    if (match === undefined) firstAlone = Math.min(firstAlone, index);
    if (isResized) firstResized = Math.min(firstResized, index);
    lastCause.push(last);
  }
  return { lastCause, firstAlone, firstResized };
}

/** The same where arms of unions lie over each other: all of the fields beside are gone through. */
function causeAmong(
  pair: RecordPair,
  olds: readonly FieldNode[],
  news: readonly FieldNode[],
  old: FieldNode,
  next: FieldNode,
): MoveCause {
  const isBefore = (a: FieldNode, b: FieldNode): boolean =>
    a !== b && a.parent === b.parent && canCoexist(a, b) && a.offsetBits < b.offsetBits;
  const oldBefore = olds.filter((node) => isBefore(node, old));
  const newBefore = news.filter((node) => isBefore(node, next));
  for (const node of oldBefore) {
    const other = pair.matches.get(node);
    if (other?.parent === next.parent && other !== undefined && !isBefore(other, next)) return { kind: 'reordered' };
  }
  for (const node of newBefore) {
    const other = pair.reverse.get(node);
    if (other?.parent === old.parent && other !== undefined && !isBefore(other, old)) return { kind: 'reordered' };
  }
  for (const node of [...newBefore].reverse()) {
    const other = pair.reverse.get(node);
    if (other === undefined) return { kind: 'field-inserted', path: node.path };
    if (node.sizeBits !== other.sizeBits && !isFiller(node)) {
      return { kind: 'neighbour-grew', path: node.path, isRecord: node.record !== undefined };
    }
  }
  const gone = oldBefore.find((node) => !pair.matches.has(node));
  if (gone !== undefined) return { kind: 'field-removed', path: gone.path };
  const filler = newBefore.find((node) => pair.reverse.get(node)?.sizeBits !== node.sizeBits);
  return filler === undefined ? { kind: 'alignment' } : { kind: 'neighbour-grew', path: filler.path, isRecord: false };
}
