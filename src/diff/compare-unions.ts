/**
 * Unions: size, order of the arms, and which value selects which arm.
 *
 * Arms that came or went are found with the fields. A union may grow as long as its padding member (`char padding[256]`)
 * keeps its size; when an arm outgrows it, everything behind the union moves, and that is what `union-resized` says.
 */

import type { Change, RecordPair } from './changes.ts';
import type { FieldNode, PlacedRecord, UnionNode } from './placed.ts';

export function compareUnions(pair: RecordPair, unions: ReadonlyMap<UnionNode, UnionNode>): Change[] {
  const changes: Change[] = [];
  for (const [old, next] of unions) {
    if (old.path !== '' && old.sizeBits !== next.sizeBits)
      changes.push({ kind: 'union-resized', pair, old, new: next });
    if (hasOtherFirstArm(pair, old, next)) changes.push({ kind: 'union-reordered', pair, old, new: next });
    changes.push(...compareSelectors(pair, old, next));
  }
  return changes;
}

/** Only the first member matters: `{ … }` without a designator initialises it (C17 6.7.9p17). */
function hasOtherFirstArm(pair: RecordPair, old: UnionNode, next: UnionNode): boolean {
  const first = firstMember(pair.old, old);
  const kept = first === undefined ? undefined : pair.matches.get(first)?.path;
  return kept !== undefined && next.members.includes(kept) && firstMember(pair.new, next)?.path !== kept;
}

/** `__DECLARE_FLEX_ARRAY` puts an empty record before a flexible array: there is nothing in it to initialise. */
function firstMember(side: PlacedRecord, union: UnionNode): FieldNode | undefined {
  const nodes = union.members.flatMap((path) => side.byPath.get(path) ?? []);
  return nodes.find((node) => node.record === undefined || node.record.fields.length > 0);
}

function compareSelectors(pair: RecordPair, old: UnionNode, next: UnionNode): Change[] {
  if (old.semantics === undefined || next.semantics === undefined) return [];
  const changes: Change[] = [];
  const now = selectors(next);
  for (const [value, was] of selectors(old)) {
    const is = now.get(value);
    const arm = counterpartArm(pair, old, was.arm);
    if (is !== undefined && (is.arm !== arm || is.name !== was.name) && is.arm !== arm) {
      changes.push({
        kind: 'union-selector',
        pair,
        union: old,
        discriminant: old.semantics.discriminant,
        value,
        old: was,
        new: is,
      });
    }
  }
  // An arm whose selecting value went to a number that nobody had before.
  for (const [value, is] of now) {
    const before = [...selectors(old)].find(
      ([, was]) => was.name === is.name && counterpartArm(pair, old, was.arm) === is.arm,
    );
    if (before === undefined || before[0] === value || selectors(old).has(value)) continue;
    if (now.get(before[0])?.arm === is.arm) continue;
    if (changes.some((change) => change.kind === 'union-selector' && change.value === before[0])) continue;
    changes.push({
      kind: 'union-selector',
      pair,
      union: old,
      discriminant: old.semantics.discriminant,
      value: before[0],
      old: before[1],
      new: undefined,
    });
  }
  return changes;
}

function selectors(union: UnionNode): Map<bigint, { readonly arm: string; readonly name: string }> {
  const result = new Map<bigint, { readonly arm: string; readonly name: string }>();
  for (const arm of union.semantics?.arms ?? []) {
    for (const { name, value } of arm.values) result.set(value, { arm: arm.field, name });
  }
  return result;
}

/** What an old arm is called now. */
function counterpartArm(pair: RecordPair, union: UnionNode, arm: string): string {
  for (const path of union.members) {
    const node = pair.old.byPath.get(path);
    if (node?.name === arm) return pair.matches.get(node)?.name ?? arm;
  }
  return arm;
}
