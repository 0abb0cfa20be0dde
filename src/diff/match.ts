/**
 * Which field of the new record is which field of the old one.
 *
 * First by path. What is left over is matched by content: a field with another name at the same place, of the same size and
 * type, was renamed; a field with the same name and type whose path changed was wrapped into (or taken out of) an inner
 * record. Anything else was removed or added. Names alone never decide that a field *stayed*: a field that keeps its name
 * and moves is matched here and reported as moved.
 */

import { groupBy } from '../abi/group-by.ts';
import type { RecordPair } from './changes.ts';
import { type FieldNode, isFiller, type PlacedRecord, type UnionNode } from './placed.ts';
import { differences } from './types.ts';

/** Matches the nodes of two versions of one record. */
export function matchRecords(name: string, old: PlacedRecord, next: PlacedRecord): RecordPair {
  const matches = new Map<FieldNode, FieldNode>();
  const reverse = new Map<FieldNode, FieldNode>();
  const join = (a: FieldNode, b: FieldNode): void => {
    matches.set(a, b);
    reverse.set(b, a);
  };
  for (const node of old.nodes) {
    const same = next.byPath.get(node.path);
    if (same !== undefined && !reverse.has(same)) join(node, same);
  }
  const byPlace = groupBy(
    next.nodes.filter((other) => !reverse.has(other)),
    placeOf,
  );
  const oldByPlace = groupBy(
    old.nodes.filter((node) => !matches.has(node)),
    placeOf,
  );
  // Outer nodes come before inner ones, so that a renamed record is matched before its fields look for their parent.
  for (const node of old.nodes) {
    if (matches.has(node)) continue;
    const candidates = (byPlace.get(placeOf(node)) ?? []).filter(
      (other) => !reverse.has(other) && isRename(node, other, matches),
    );
    const [only] = candidates;
    if (
      candidates.length === 1 &&
      only !== undefined &&
      isMutual(only, node, oldByPlace.get(placeOf(only)) ?? [], matches)
    )
      join(node, only);
  }
  const nameAndPlace = ({ name: one, offsetBits }: FieldNode): string => `${String(offsetBits)} ${one}`;
  const byName = groupBy(
    next.nodes.filter((other) => !reverse.has(other)),
    nameAndPlace,
  );
  for (const node of old.nodes) {
    if (matches.has(node) || isFiller(node)) continue;
    const candidates = (byName.get(nameAndPlace(node)) ?? []).filter(
      (other) => !reverse.has(other) && isRewrapped(node, other),
    );
    const [only] = candidates;
    if (candidates.length === 1 && only !== undefined) join(node, only);
  }
  return { name, old, new: next, matches, reverse };
}

/** What a renamed field keeps. */
function placeOf(node: FieldNode): string {
  return `${String(relativeOffset(node))} ${String(node.sizeBits)}`;
}

function isRename(old: FieldNode, next: FieldNode, matches: ReadonlyMap<FieldNode, FieldNode>): boolean {
  if (isFiller(old) !== isFiller(next)) return false;
  // Two descriptions that differ say that the bytes were given away, not renamed.
  const [was, is] = [old.field.semantics?.doc, next.field.semantics?.doc];
  if (was !== undefined && is !== undefined && was !== is) return false;
  const isView = isWholeArm(old, next) || isWholeArm(next, old);
  if ((old.isArm !== next.isArm && !isView) || !hasSameParent(old, next, matches)) return false;
  if (relativeOffset(old) !== relativeOffset(next) || old.sizeBits !== next.sizeBits) return false;
  // Arms of a union all stand at one place, so place and size say nothing there: the content has to agree by name too.
  if (
    old.isArm &&
    next.isArm &&
    !(old.record !== undefined && next.record !== undefined && haveSameChildren(old, next))
  )
    return false;
  return differences(old.type, next.type).length === 0 && (old.record === undefined) === (next.record === undefined);
}

/** The field became one view of its bytes among others: `__u64 err` → `union { __u64 info; struct { __u32 low, high; }; }`. */
function isWholeArm(field: FieldNode, arm: FieldNode): boolean {
  const union = arm.arms.at(-1)?.union;
  return !field.isArm && union !== undefined && union.path === undefined && union.sizeBits === arm.sizeBits;
}

function haveSameChildren(old: FieldNode, next: FieldNode): boolean {
  const names = (node: FieldNode): string =>
    (node.record?.fields ?? []).map((placed) => `${placed.field.name ?? ''}@${String(placed.offsetBits)}`).join();
  return names(old) === names(next);
}

/** No other old field claims the same new one. */
function isMutual(
  next: FieldNode,
  old: FieldNode,
  olds: readonly FieldNode[],
  matches: ReadonlyMap<FieldNode, FieldNode>,
): boolean {
  return olds.every((other) => other === old || matches.has(other) || !isRename(other, next, matches));
}

function isRewrapped(old: FieldNode, next: FieldNode): boolean {
  return (
    old.name === next.name &&
    old.sizeBits === next.sizeBits &&
    old.offsetBits === next.offsetBits &&
    differences(old.type, next.type).length === 0 &&
    old.arms.every((step, index) => step.arm.startsWith('#') || (next.arms[index]?.arm ?? step.arm) === step.arm)
  );
}

/** Whether two nodes stand in the same record: both at the top, or in records that were matched. */
export function hasSameParent(old: FieldNode, next: FieldNode, matches: ReadonlyMap<FieldNode, FieldNode>): boolean {
  return old.parent === undefined ? next.parent === undefined : matches.get(old.parent) === next.parent;
}

/** Offset within the named record around the node. */
export function relativeOffset(node: FieldNode): number {
  return node.offsetBits - (node.parent?.offsetBits ?? 0);
}

/** Unions of two records that are the same union: by name, or for anonymous ones by the members they share. */
export function matchUnions(pair: RecordPair): Map<UnionNode, UnionNode> {
  const result = new Map<UnionNode, UnionNode>();
  const taken = new Set<UnionNode>();
  for (const union of pair.old.unions) {
    const wanted = new Set(union.members.map((path) => counterpartPath(pair, path)));
    let best: UnionNode | undefined;
    let shared = 0;
    for (const other of pair.new.unions) {
      if (taken.has(other) || (union.path === undefined) !== (other.path === undefined)) continue;
      const common = other.members.filter((path) => wanted.has(path)).length;
      if (common > shared) [best, shared] = [other, common];
    }
    if (best === undefined) continue;
    taken.add(best);
    result.set(union, best);
  }
  return result;
}

function counterpartPath(pair: RecordPair, path: string): string {
  const node = pair.old.byPath.get(path);
  return (node === undefined ? undefined : pair.matches.get(node)?.path) ?? path;
}
