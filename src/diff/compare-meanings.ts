/**
 * Same bytes, other sense: flags and values that were renamed over, checks that became tighter.
 *
 * Only declared meaning can be compared (layout files and configuration); a header alone says nothing here. A value that
 * got another *name* may have been renamed or reused. If the old name lives on with another value it was reused; the judge
 * treats the rest as a question.
 */

import type { NamedValue } from '../abi/semantics.ts';
import type { MeaningChange, RecordPair } from './changes.ts';
import { onceFor } from '../abi/once.ts';
import type { FieldNode, PlacedRecord } from './placed.ts';

export function compareMeanings(pair: RecordPair, old: FieldNode, next: FieldNode): MeaningChange[] {
  const changes: MeaningChange[] = [];
  const was = valuesOf(old);
  const is = valuesOf(next);
  if (was !== undefined && was.sort === is?.sort) {
    const byValue = new Map(is.values.map((entry) => [entry.value, entry]));
    const names = new Map(is.values.map((entry) => [entry.name, entry]));
    for (const entry of was.values) {
      const there = byValue.get(entry.value);
      // Two names for one value are fine as long as the old one is among them.
      const keepsName = is.values.some((other) => other.name === entry.name && other.value === entry.value);
      if (there !== undefined && !keepsName) {
        changes.push({
          kind: 'value-meaning',
          sort: was.sort,
          pair,
          old,
          new: next,
          value: entry.value,
          was: entry,
          is: there,
        });
      }
      const moved = names.get(entry.name);
      if (moved !== undefined && moved.value !== entry.value && !keepsName) {
        changes.push({ kind: 'value-renumbered', sort: was.sort, pair, old, new: next, was: entry, is: moved });
      }
    }
  }
  const [before, after] = [old.field.semantics?.meaning, next.field.semantics?.meaning];
  if (before?.kind === 'boolean' && after?.kind === 'flags') {
    changes.push({ kind: 'boolean-mask', pair, old, new: next, flags: after.flags });
  }
  const oldCheck = old.field.semantics?.nonZero;
  const newCheck = next.field.semantics?.nonZero;
  if (oldCheck !== undefined && newCheck !== undefined && oldCheck !== newCheck) {
    changes.push({ kind: 'filler-check', pair, old, new: next });
  }
  const areDescribed = isDescribed(pair.old) && isDescribed(pair.new);
  if (areDescribed && old.field.semantics?.acceptedMask !== next.field.semantics?.acceptedMask) {
    changes.push({ kind: 'accepted-mask', pair, old, new: next });
  }
  return changes;
}

/** Whether anybody has said what a record means: then no mask means that every bit is taken, and else it means nothing. */
const isDescribed = onceFor(({ nodes }: PlacedRecord): boolean =>
  nodes.some(({ field }) => field.semantics !== undefined),
);

function valuesOf(
  node: FieldNode,
): { readonly sort: 'flag' | 'value'; readonly values: readonly NamedValue[] } | undefined {
  const meaning = node.field.semantics?.meaning;
  if (meaning?.kind === 'flags') return { sort: 'flag', values: meaning.flags };
  if (meaning?.kind === 'enumeration') return { sort: 'value', values: meaning.values };
  return undefined;
}
