/**
 * The changes inside one record.
 *
 * A change is told at the outermost thing that explains it: the fields of a record that moved as a whole are not listed,
 * neither are the fields of an arm that is new. Fillers (padding, reserved space) are no fields: what matters is where
 * their bytes went, and that is told by whoever took them. Only a filler that was *pushed* by a grown neighbour is a
 * change of its own, because then a boundary that programs rely on has moved.
 */

import type { Change, FieldChange, Occupant, RecordPair } from './changes.ts';
import { compareMeanings } from './compare-meanings.ts';
import { compareUnions } from './compare-unions.ts';
import { hasSameParent, matchUnions, relativeOffset } from './match.ts';
import { causeOfMove } from './move-cause.ts';
import { occupantsInNew, occupantsInOld } from './occupants.ts';
import { type ArmStep, canCoexist, type FieldNode, isFiller, type PlacedRecord, type UnionNode } from './placed.ts';
import { asArray, differences, isFlexible } from './types.ts';

/** Everything that differs between the two sides of a matched record, in the order of the old declaration, then the new. */
export function compareRecords(pair: RecordPair): Change[] {
  const unions = matchUnions(pair);
  const changes: Change[] = [];
  for (const [old, next] of pair.matches) {
    changes.push(...comparePlaces(pair, unions, old, next), ...compareMeanings(pair, old, next));
  }
  const moves = changes.filter((change) => change.kind === 'field-moved');
  const grouped = groupMoves(moves);
  const result: Change[] = changes.filter((change) => change.kind !== 'field-moved');
  result.push(...grouped, ...removed(pair, unions), ...added(pair, unions), ...compareUnions(pair, unions));
  result.push(...compareExtents(pair, result));
  return result.filter((change) => !isToldBySelector(change, result));
}

/** What a number of the discriminant means is told once, at the union whose arm it selects. */
function isToldBySelector(change: Change, all: readonly Change[]): boolean {
  if (change.kind !== 'value-meaning' && change.kind !== 'value-renumbered') return false;
  const value = change.was.value;
  return all.some(
    (other) => other.kind === 'union-selector' && other.value === value && change.old.path.endsWith(other.discriminant),
  );
}

function comparePlaces(
  pair: RecordPair,
  unions: ReadonlyMap<UnionNode, UnionNode>,
  old: FieldNode,
  next: FieldNode,
): FieldChange[] {
  const changes: FieldChange[] = [];
  const isSameParent = hasSameParent(old, next, pair.matches);
  const hasMoved = isSameParent ? relativeOffset(old) !== relativeOffset(next) : old.offsetBits !== next.offsetBits;
  const hasResized = old.sizeBits !== next.sizeBits;
  if (old.name !== next.name || (!isSameParent && old.path !== next.path)) {
    changes.push({ kind: 'field-renamed', pair, old, new: next });
  }
  const isOpen = isFlexible(old.type) !== isFlexible(next.type);
  const isArray = asArray(old.type) !== undefined && asArray(next.type) !== undefined;
  const isConverted = (isOpen && isArray) || isOneBecomingFlexible(old, next);
  if (isConverted) {
    const change = isFlexible(next.type) ? 'converted' : 'fixed';
    changes.push({ kind: 'flexible-array', pair, change, old, new: next });
  }
  if (isFiller(old) && isFiller(next)) {
    const cause = hasMoved ? causeOfMove(pair, old, next) : undefined;
    if (cause?.kind === 'neighbour-grew') {
      changes.push({ kind: 'field-moved', pair, old, new: next, cause, followers: [] });
    } else if (hasMoved || hasResized) changes.push({ kind: 'filler-changed', pair, old, new: next });
    return changes;
  }
  if (hasMoved) {
    changes.push({ kind: 'field-moved', pair, old, new: next, cause: causeOfMove(pair, old, next), followers: [] });
  }
  // An array without a length that became a single value has another type; there are no two sizes to compare.
  if (hasResized && !isConverted && !isOpen) {
    const kind = isRecordNode(old) && isRecordNode(next) ? 'inner-record-resized' : 'field-resized';
    changes.push({ kind, pair, old, new: next, others: resizedOver(pair, unions, old, next) });
  }
  const aspects = differences(old.type, next.type).filter((aspect) => aspect !== 'shape' || !isConverted);
  if (aspects.length > 0) changes.push({ kind: 'field-retyped', pair, old, new: next, aspects });
  return changes;
}

function isRecordNode(node: FieldNode): boolean {
  return node.record !== undefined;
}

/** `x[1]` at the end of a record, the oldest spelling of a flexible array. */
function isOneBecomingFlexible(old: FieldNode, next: FieldNode): boolean {
  return asArray(old.type)?.length === 1 && isFlexible(next.type);
}

/** Old occupants of what a node grew into, or new occupants of what it gave up. */
function resizedOver(
  pair: RecordPair,
  unions: ReadonlyMap<UnionNode, UnionNode>,
  old: FieldNode,
  next: FieldNode,
): Occupant[] {
  const delta = next.sizeBits - old.sizeBits;
  return delta > 0
    ? occupantsInOld(pair, unions, next, { offsetBits: old.offsetBits + old.sizeBits, sizeBits: delta })
    : occupantsInNew(pair, unions, old, { offsetBits: old.offsetBits + next.sizeBits, sizeBits: -delta });
}

/** Whether a node is an array of as many elements as there are, and no `[0]` that marks where other fields begin. */
function isOpenEnd(node: FieldNode, { nodes }: PlacedRecord): boolean {
  const isMark = asArray(node.type)?.length === 0 && nodes.some((other) => isBehind(node, other));
  return isFlexible(node.type) && !isMark;
}

/** Whether a field has bytes behind an array, in the same struct or in one around it. */
function isBehind(array: FieldNode, other: FieldNode): boolean {
  const isAround = array.path.startsWith(`${other.path}.`) || array.path.startsWith(`${other.path}[`);
  return other.sizeBits > 0 && other.offsetBits >= array.offsetBits && !isAround && canCoexist(array, other);
}

type Move = Extract<FieldChange, { kind: 'field-moved' }>;

/** Neighbours that moved together by one distance are one change: the first, with the others in its train. */
function groupMoves(moves: readonly Move[]): Move[] {
  const groups = new Map<string, Move[]>();
  for (const move of moves) {
    const distance = move.new.offsetBits - move.old.offsetBits;
    const isTrain = move.cause.kind !== 'reordered';
    const key = isTrain
      ? `${move.old.parent?.path ?? ''}|${String(distance)}|${JSON.stringify(move.cause)}`
      : `=${move.old.path}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [move]);
    else group.push(move);
  }
  return [...groups.values()].flatMap((group) => {
    const ordered = [...group].sort((a, b) => a.old.offsetBits - b.old.offsetBits);
    const [first, ...rest] = ordered;
    return first === undefined ? [] : [{ ...first, followers: rest.map((move) => ({ old: move.old, new: move.new })) }];
  });
}

/** Nodes without a match whose surrounding record has one (or that stand at the top). */
function outermost(nodes: readonly FieldNode[], matches: ReadonlyMap<FieldNode, FieldNode>): FieldNode[] {
  return nodes.filter((node) => !matches.has(node) && (node.parent === undefined || matches.has(node.parent)));
}

function removed(pair: RecordPair, unions: ReadonlyMap<UnionNode, UnionNode>): Change[] {
  return outermost(pair.old.nodes, pair.matches).flatMap((node): Change[] => {
    const step = node.arms.at(-1);
    if (node.isArm && step !== undefined && unions.has(step.union)) {
      return [{ kind: 'union-arm-removed', pair, node }];
    }
    if (isOpenEnd(node, pair.old)) {
      return [{ kind: 'flexible-array', pair, change: 'removed', old: node, new: undefined }];
    }
    const takenBy = occupantsInNew(pair, unions, node);
    if (isFiller(node) && takenBy.every((occupant) => occupant.kind === 'field')) return [];
    return [{ kind: 'field-removed', pair, node, takenBy }];
  });
}

function added(pair: RecordPair, unions: ReadonlyMap<UnionNode, UnionNode>): Change[] {
  const known = new Map([...unions].map(([old, next]) => [next, old]));
  const fresh = outermost(pair.new.nodes, pair.reverse);
  const isTold = (node: FieldNode): boolean =>
    !isFiller(node) && !isOpenEnd(node, pair.new) && !keepsSizeOfConverted(pair, node);
  return fresh.flatMap((node): Change[] => {
    const step = node.arms.at(-1);
    const old = step === undefined ? undefined : known.get(step.union);
    if (node.isArm && old !== undefined) {
      return [{ kind: 'union-arm-added', pair, node, old }];
    }
    if (isOpenEnd(node, pair.new)) {
      const before = arrayAt(pair, node);
      const change = before === undefined ? 'added' : 'converted';
      return [{ kind: 'flexible-array', pair, change, old: before, new: node }];
    }
    if (keepsSizeOfConverted(pair, node)) return [];
    const arm = newArmAround(pair, known, node);
    const fields = arm === undefined ? [] : fresh.filter((one) => isInArm(one, arm.step) && isTold(one));
    if (arm !== undefined && fields.length > 0) {
      return node === fields[0] ? [{ kind: 'union-arm-added', pair, node, fields, old: arm.old }] : [];
    }
    const took = occupantsInOld(pair, unions, node);
    if (isFiller(node) && took.every((occupant) => occupant.kind === 'filler')) return [];
    return [{ kind: 'field-added', pair, node, took }];
  });
}

/** The arm without a name that a node stands in, where the union is an old one and nothing old is in the arm. */
function newArmAround(
  pair: RecordPair,
  known: ReadonlyMap<UnionNode, UnionNode>,
  node: FieldNode,
): { readonly step: ArmStep; readonly old: UnionNode } | undefined {
  for (const step of node.arms) {
    const old = known.get(step.union);
    const isNew = (): boolean => pair.new.nodes.every((one) => !isInArm(one, step) || !pair.reverse.has(one));
    if (old !== undefined && isNew()) return { step, old };
  }
  return undefined;
}

function isInArm({ arms }: FieldNode, { union, arm }: ArmStep): boolean {
  return arms.some((step) => step.union === union && step.arm === arm);
}

/** The array that a new flexible array gives a second view of: at the same place, of the same elements. */
function arrayAt(pair: RecordPair, node: FieldNode): FieldNode | undefined {
  const element = asArray(node.type)?.element;
  return pair.old.nodes.find((old) => {
    const array = asArray(old.type);
    if (array === undefined || element === undefined || old.offsetBits !== node.offsetBits) return false;
    return differences(array.element, element).length === 0;
  });
}

/** `union { __le32 legacy_padding; __le32 attr[]; }` for `attr[1]`: the other arm is only there to keep the size. */
function keepsSizeOfConverted(pair: RecordPair, node: FieldNode): boolean {
  for (const [old, next] of pair.matches) {
    if (
      isOneBecomingFlexible(old, next) &&
      next.offsetBits === node.offsetBits &&
      old.sizeBits === node.sizeBits &&
      !canCoexist(node, next)
    )
      return true;
  }
  return false;
}

/** Size and alignment of the whole. */
function compareExtents(pair: RecordPair, inside: readonly Change[]): Change[] {
  const changes: Change[] = [];
  const isOnlyFlexible =
    inside.length > 0 &&
    inside.every(
      (change) => change.kind === 'flexible-array' && (change.change === 'converted' || change.change === 'fixed'),
    );
  if (pair.old.layout.sizeBytes !== pair.new.layout.sizeBytes) {
    changes.push({ kind: 'record-size', pair, cause: isOnlyFlexible ? 'flexible-array' : undefined });
  }
  if (pair.old.layout.alignBytes !== pair.new.layout.alignBytes) changes.push({ kind: 'record-alignment', pair });
  return changes;
}
