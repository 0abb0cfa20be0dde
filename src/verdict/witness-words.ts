/** The part of an old field or filler under a new field, as something that can be written. */

import type { FieldNode } from '../diff/placed.ts';
import { unalias } from '../abi/types.ts';
import { type Sample, sampleFor } from './witness.ts';

/**
 * What an old program may have in the bytes of `old` that `field` now uses: a telling value where the whole field is an
 * integer, every bit set where it is part of an array or filler.
 */
export function byteWord(old: FieldNode, field: FieldNode): Sample {
  const isWhole = unalias(old.type).kind === 'integer' && old.field.semantics?.role === undefined;
  if (isWhole && old.offsetBits === field.offsetBits && old.sizeBits <= field.sizeBits) return sampleFor(old);
  const offsetBits = Math.max(old.offsetBits, field.offsetBits);
  const end = Math.min(old.offsetBits + old.sizeBits, field.offsetBits + field.sizeBits);
  const sizeBits = Math.min(64, end - offsetBits);
  const node: FieldNode = { ...old, offsetBits, sizeBits, type: { kind: 'integer', base: 'unsigned long long' } };
  return { node, value: (1n << BigInt(sizeBits)) - 1n };
}
