/**
 * Two forms of one record, compared once for all targets that place their fields alike.
 *
 * Some record is another one on nearly every target only in that 32-bit targets have smaller words. What differs between two
 * placed records depends on where their fields are and on nothing else of the target.
 */

import type { RecordDeclaration } from '../abi/abi.ts';
import type { Change } from './changes.ts';
import { compareRecords } from './compare-fields.ts';
import { matchRecords } from './match.ts';
import { onceForPair } from '../abi/once.ts';
import type { PlacedRecord } from './placed.ts';

interface Compared {
  readonly name: string;
  readonly old: PlacedRecord;
  readonly new: PlacedRecord;
  readonly changes: readonly Change[];
}

const comparedBefore = onceForPair<RecordDeclaration, RecordDeclaration, Compared[]>(() => []);

/** What became of a record that was called `name`. */
export function comparePlaced(name: string, old: PlacedRecord, next: PlacedRecord): readonly Change[] {
  const all = comparedBefore(old.declaration, next.declaration);
  let compared = all.find((one) => one.name === name && arePlacedAlike(one.old, old) && arePlacedAlike(one.new, next));
  if (compared === undefined) {
    compared = { name, old, new: next, changes: compareRecords(matchRecords(name, old, next)) };
    all.push(compared);
  }
  return compared.changes;
}

/** Whether two readings of one declaration put everything in one place, for programs of one language. */
function arePlacedAlike(one: PlacedRecord, other: PlacedRecord): boolean {
  if (one === other) return true;
  return (
    one.layout.target.language === other.layout.target.language &&
    one.layout.sizeBytes === other.layout.sizeBytes &&
    one.layout.alignBytes === other.layout.alignBytes &&
    one.nodes.length === other.nodes.length &&
    one.unions.length === other.unions.length &&
    one.nodes.every((node, index) => {
      const twin = other.nodes[index];
      return (
        node.path === twin?.path &&
        node.offsetBits === twin.offsetBits &&
        node.sizeBits === twin.sizeBits &&
        node.isOpaque === twin.isOpaque &&
        node.isLeaf === twin.isLeaf
      );
    }) &&
    one.unions.every((union, index) => {
      const twin = other.unions[index];
      return union.offsetBits === twin?.offsetBits && union.sizeBits === twin.sizeBits;
    })
  );
}
