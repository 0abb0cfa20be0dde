/**
 * Who writes a record's bytes, who reads them, and what stood in bytes that used to mean nothing.
 *
 * The three questions behind every verdict about reused bytes:
 * - does the program hand them to the kernel, or the kernel to the program?
 * - what can an *old* program have left there? Where the kernel refuses non-zero bytes, a working program has zeros;
 *   where it never looked, anything (C17 6.2.6.1p6: storing a member may leave any value in padding bytes).
 * - does the new side read them at all, or only behind a gate that an old program cannot open?
 */

import type { Abi, RequestDeclaration } from '../abi/abi.ts';
import { listOf, replacedIn } from '../abi/declaration-map.ts';
import { groupBy } from '../abi/group-by.ts';
import type { Condition, RecordSemantics } from '../abi/semantics.ts';
import type { Occupant, RecordPair } from '../diff/changes.ts';
import { type FieldNode, isFiller, overlaps, type PlacedRecord } from '../diff/placed.ts';

export interface Traffic {
  /** The program writes, the kernel reads. */
  readonly toKernel: boolean;
  /** The kernel writes, the program reads. */
  readonly toUser: boolean;
  /** False where nothing is declared and both are assumed. */
  readonly isKnown: boolean;
}

/** Requests that carry a record, on one side; a tree has two thousand of them and asks as often. */
export function carriersOf(name: string, abi: Abi): readonly RequestDeclaration[] {
  const uses = abi.records.get(name)?.record.semantics?.requests ?? [];
  const named = new Set(uses.map((use) => use.name));
  const list = listOf(abi);
  if (list !== undefined && replacedIn(abi.requests).size === 0) return list.requestsWith(name, named);
  if (named.size === 0) return carriersByArgument(name, abi);
  return [...abi.requests.values()].filter((request) => request.argument === name || named.has(request.name));
}

const carriers = new WeakMap<Abi, ReadonlyMap<string, readonly RequestDeclaration[]>>();

function carriersByArgument(name: string, abi: Abi): readonly RequestDeclaration[] {
  let found = carriers.get(abi);
  if (found === undefined) carriers.set(abi, (found = groupBy(abi.requests.values(), ({ argument }) => argument)));
  return found.get(name) ?? [];
}

/** `carriers`: the requests that carry the record, on one side. */
export function trafficOf(
  pair: RecordPair,
  node: FieldNode | undefined,
  carriers: readonly RequestDeclaration[],
): Traffic {
  for (let current = node; current !== undefined; current = current.parent) {
    const writer = current.field.semantics?.writer;
    if (writer !== undefined) return { toKernel: writer !== 'kernel', toUser: writer !== 'user', isKnown: true };
  }
  const directions = new Set<string>();
  for (const use of semanticsOf(pair)?.requests ?? []) directions.add(use.direction);
  if (directions.size === 0) for (const request of carriers) directions.add(request.direction);
  if (directions.size === 0) return { toKernel: true, toUser: true, isKnown: false };
  const both = directions.has('readwrite');
  return { toKernel: both || directions.has('write'), toUser: both || directions.has('read'), isKnown: true };
}

export function semanticsOf(pair: RecordPair): RecordSemantics | undefined {
  return pair.new.declaration.record.semantics ?? pair.old.declaration.record.semantics;
}

/** What an old program that works can have in bytes. */
export type OldBytes = 'zero' | 'any' | 'undeclared' | 'used' | 'absent';

/** The worst of what a set of old occupants allows. `isDeclared`: somebody described the record beyond its C. */
export function oldBytes(took: readonly Occupant[], isDeclared: boolean): OldBytes {
  const order: readonly OldBytes[] = ['absent', 'zero', 'undeclared', 'any', 'used'];
  let worst: OldBytes = 'absent';
  for (const occupant of took) {
    const one = bytesOf(occupant, isDeclared);
    if (order.indexOf(one) > order.indexOf(worst)) worst = one;
  }
  return worst;
}

function bytesOf(occupant: Occupant, isDeclared: boolean): OldBytes {
  switch (occupant.kind) {
    case 'field':
      return 'used';
    case 'filler': {
      const check = nonZeroOf(occupant.node);
      return check === 'rejected' ? 'zero' : check === 'ignored' ? 'any' : 'undeclared';
    }
    case 'hole':
    case 'slack':
      return isDeclared ? 'any' : 'undeclared';
    case 'beyond':
      return 'absent';
    default:
      return occupant satisfies never;
  }
}

/** What the kernel does with non-zero bytes in a filler, where declared on it or around it. */
export function nonZeroOf(node: FieldNode): 'rejected' | 'ignored' | undefined {
  for (let current: FieldNode | undefined = node; current !== undefined; current = current.parent) {
    const check = current.field.semantics?.nonZero;
    if (check !== undefined) return check;
  }
  return undefined;
}

/** A condition under which new bytes are read, and whether a program (or kernel) of the old side could meet it. */
export interface Gate {
  readonly condition: Condition;
  readonly isClosed: boolean;
  /** `KVM_VCPUEVENT_VALID_SMM is set in flags` */
  readonly text: string;
  /** The old kernel answers EINVAL to a program that opens it. */
  readonly isRefusedByOldKernel: boolean;
}

/** The gate in front of a new node: its own condition, that of a record around it, or (where all agree) of its fields. */
export function gateOf(pair: RecordPair, node: FieldNode, carriers: readonly RequestDeclaration[]): Gate | undefined {
  const condition = conditionOf(pair.new, node);
  return condition === undefined ? undefined : describeGate(pair, node, condition, carriers);
}

function conditionOf(side: PlacedRecord, node: FieldNode): Condition | undefined {
  for (let current: FieldNode | undefined = node; current !== undefined; current = current.parent) {
    const condition = current.field.semantics?.validIf ?? selectorOf(current);
    if (condition !== undefined) return condition;
  }
  const inner = side.nodes.filter((other) => other.parent === node && !isFiller(other));
  const [first, ...rest] = inner.map((other) => other.field.semantics?.validIf);
  return first !== undefined && rest.every((other) => other !== undefined && textOf(other) === textOf(first))
    ? first
    : undefined;
}

/** An arm with a declared discriminant is read only where the discriminant selects it. */
function selectorOf(node: FieldNode): Condition | undefined {
  const step = node.arms.at(-1);
  const semantics = step?.union.semantics;
  const arm = semantics?.arms.find((one) => one.field === step?.arm);
  return semantics === undefined || arm === undefined || arm.values.length === 0
    ? undefined
    : { kind: 'equals', path: semantics.discriminant, values: arm.values };
}

function describeGate(
  pair: RecordPair,
  node: FieldNode,
  condition: Condition,
  carriers: readonly RequestDeclaration[],
): Gate {
  const text = textOf(condition);
  const gate = resolve(pair.new, node, condition.path);
  const known = gate === undefined ? undefined : pair.reverse.get(gate);
  if (known === undefined) {
    // The gate is itself new: it is closed if what stood in its place had to be zero.
    const took = gate === undefined ? [] : oldFillers(pair, gate);
    const isZero = took.length > 0 && took.every((filler) => nonZeroOf(filler) === 'rejected');
    return { condition, text, isClosed: isZero, isRefusedByOldKernel: isZero };
  }
  const traffic = trafficOf(pair, known, carriers);
  const accepted = known.field.semantics?.acceptedMask;
  switch (condition.kind) {
    case 'non-zero':
      return { condition, text, isClosed: false, isRefusedByOldKernel: false };
    case 'flag-set': {
      const meaning = known.field.semantics?.meaning;
      const isOld = meaning?.kind === 'flags' && meaning.flags.some((flag) => (flag.value & condition.mask) !== 0n);
      const isRefused = accepted !== undefined && (accepted & condition.mask) === 0n;
      return {
        condition,
        text,
        isClosed: !isOld && (isRefused || meaning?.kind === 'flags'),
        isRefusedByOldKernel: isRefused,
      };
    }
    case 'equals': {
      const meaning = known.field.semantics?.meaning;
      const olds =
        meaning?.kind === 'enumeration' ? meaning.values.map((entry) => entry.value) : selectedInOld(pair, known);
      const isOld = condition.values.some((entry) => olds.includes(entry.value));
      return {
        condition,
        text,
        isClosed: !isOld && olds.length > 0,
        isRefusedByOldKernel: traffic.toKernel && !isOld && accepted !== undefined,
      };
    }
    default:
      return condition satisfies never;
  }
}

function selectedInOld(pair: RecordPair, discriminant: FieldNode): bigint[] {
  return pair.old.unions.flatMap((union) =>
    union.semantics?.discriminant === discriminant.path
      ? union.semantics.arms.flatMap((arm) => arm.values.map((entry) => entry.value))
      : [],
  );
}

/** A path as semantics write it: from the outermost record, or (for a record compared alone) a tail of it. */
export function resolve(side: PlacedRecord, node: FieldNode, path: string): FieldNode | undefined {
  const exact = side.byPath.get(path);
  if (exact !== undefined) return exact;
  const relative = node.parent === undefined ? path : `${node.parent.path}.${path}`;
  return side.byPath.get(relative) ?? side.byPath.get(path.slice(path.indexOf('.') + 1));
}

function oldFillers(pair: RecordPair, node: FieldNode): FieldNode[] {
  return pair.old.nodes.filter((other) => other.isLeaf && overlaps(other, node) && isFiller(other));
}

export function textOf(condition: Condition): string {
  switch (condition.kind) {
    case 'non-zero':
      return `${condition.path} is non-zero`;
    case 'flag-set':
      return `${condition.flag} is set in ${condition.path}`;
    case 'equals': {
      const names = condition.values.map((entry) => entry.name);
      return `${condition.path} is ${names.join(' or ')}`;
    }
    default:
      return condition satisfies never;
  }
}
