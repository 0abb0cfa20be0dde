/** The part of a filler under a new field, as something that can be written. */

import type { FieldNode } from '../diff/placed.ts';
import type { Sample } from './witness.ts';

/** What an old program may have left in the bytes of `filler` that `field` now uses: every bit set. */
export function byteWord(filler: FieldNode, field: FieldNode): Sample {
  const offsetBits = Math.max(filler.offsetBits, field.offsetBits);
  const end = Math.min(filler.offsetBits + filler.sizeBits, field.offsetBits + field.sizeBits);
  const sizeBits = Math.min(64, end - offsetBits);
  const node: FieldNode = { ...filler, offsetBits, sizeBits, type: { kind: 'integer', base: 'unsigned long long' } };
  return { node, value: (1n << BigInt(sizeBits)) - 1n };
}
