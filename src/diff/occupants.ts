/**
 * Who uses a range of bits, on the other side of a change.
 *
 * This is what decides almost every verdict about a record: a new field in bytes that were a hole, a declared reserve, the
 * unused end of a union arm, another field, or beyond the end are five different stories.
 */

import type { Occupant, RecordPair } from './changes.ts';
import { type FieldNode, isFiller, overlaps, type PlacedRecord, type UnionNode } from './placed.ts';

interface Range {
  readonly offsetBits: number;
  readonly sizeBits: number;
}

/** For a node of one side: which arm of which union of the *other* side it lives in (`undefined`: in none that exists there). */
type ArmsElsewhere = ReadonlyMap<UnionNode, string | undefined>;

/** Old occupants of a range that belongs to a node of the new record. */
export function occupantsInOld(
  pair: RecordPair,
  unions: ReadonlyMap<UnionNode, UnionNode>,
  node: FieldNode,
  range: Range = node,
): Occupant[] {
  const back = new Map([...unions].map(([old, next]) => [next, old]));
  return occupants(pair.old, range, armsElsewhere(node, back, pair.new, pair.reverse));
}

/** New occupants of a range that belonged to a node of the old record. */
export function occupantsInNew(
  pair: RecordPair,
  unions: ReadonlyMap<UnionNode, UnionNode>,
  node: FieldNode,
  range: Range = node,
): Occupant[] {
  return occupants(pair.new, range, armsElsewhere(node, unions, pair.old, pair.matches));
}

function armsElsewhere(
  node: FieldNode,
  unions: ReadonlyMap<UnionNode, UnionNode>,
  side: PlacedRecord,
  matches: ReadonlyMap<FieldNode, FieldNode>,
): ArmsElsewhere {
  const result = new Map<UnionNode, string | undefined>();
  for (const step of node.arms) {
    const union = unions.get(step.union);
    if (union === undefined) continue;
    // The counterpart arm is the arm in which any matched node of this arm stands over there.
    let arm: string | undefined;
    for (const sibling of side.nodes) {
      if (!sibling.arms.some((other) => other.union === step.union && other.arm === step.arm)) continue;
      arm = matches.get(sibling)?.arms.find((other) => other.union === union)?.arm;
      if (arm !== undefined) break;
    }
    result.set(union, arm);
  }
  return result;
}

function occupants(placed: PlacedRecord, range: Range, arms: ArmsElsewhere): Occupant[] {
  // A record without bytes (`struct { int : 0; }`) may stand amid another field's, and takes none of them.
  if (range.sizeBits === 0) return [];
  const result: Occupant[] = [];
  const covered: Range[] = [];
  for (const node of placed.nodes) {
    if (!node.isLeaf || node.sizeBits === 0 || isBehindTheEnd(node) || !overlaps(node, range)) continue;
    if (node.arms.some((step) => arms.has(step.union) && arms.get(step.union) !== step.arm)) continue;
    covered.push(node);
    result.push({ kind: isFiller(node) ? 'filler' : 'field', node });
  }
  const endBits = placed.layout.sizeBytes * 8;
  const lastField = Math.max(0, ...placed.nodes.map((node) => node.offsetBits + node.sizeBits));
  for (const gap of gaps(range, covered)) {
    if (gap.offsetBits >= endBits) {
      result.push({ kind: 'beyond' });
      continue;
    }
    const union = [...arms.keys()].find((candidate) => overlaps(candidate, gap));
    if (union !== undefined) result.push({ kind: 'slack', union });
    else {
      const sizeBits = Math.min(gap.sizeBits, endBits - gap.offsetBits);
      result.push({ kind: 'hole', offsetBits: gap.offsetBits, sizeBits, isTail: gap.offsetBits >= lastField });
    }
    if (gap.offsetBits + gap.sizeBits > endBits) result.push({ kind: 'beyond' });
  }
  return result;
}

/** The elements of a flexible array are no part of the record's own bytes. */
function isBehindTheEnd(node: FieldNode): boolean {
  for (let current = node.parent; current !== undefined; current = current.parent)
    if (current.sizeBits === 0) return true;
  return false;
}

/** The parts of a range that no other range covers. */
function gaps(range: Range, covered: readonly Range[]): Range[] {
  const end = range.offsetBits + range.sizeBits;
  const result: Range[] = [];
  let from = range.offsetBits;
  for (const part of [...covered].sort((a, b) => a.offsetBits - b.offsetBits)) {
    if (part.offsetBits > from) result.push({ offsetBits: from, sizeBits: part.offsetBits - from });
    from = Math.max(from, part.offsetBits + part.sizeBits);
  }
  if (from < end) result.push({ offsetBits: from, sizeBits: end - from });
  return result;
}
