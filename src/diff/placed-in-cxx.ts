/**
 * Whether C++ programs see of a record that changed what C programs do, though it holds records without fields: these have a byte in
 * C++ and none in C.
 */

import { layoutOf } from '../abi/layout-engine.ts';
import { ifLaidOut, type PlacedFields } from '../abi/layout.ts';
import { cxxOf, type Target } from '../abi/target.ts';
import type { RecordType } from '../abi/types.ts';

/**
 * Whether on both sides everything lies where it does in C, but for what has no bytes there; and whether that lies where it did, and
 * is as large as it was.
 */
export function isChangeAlikeInCxx(old: RecordType, next: RecordType, target: Target): boolean {
  const [before, after] = [larger(old, target), larger(next, target)];
  return before !== undefined && before === after;
}

/** A field that has bytes in C++ alone. */
type Larger = readonly [path: string, offsetBits: number, sizeBits: number];

/** Names and places of what has bytes in C++ alone; `undefined` where anything else differs. */
function larger(record: RecordType, target: Target): string | undefined {
  const inC = ifLaidOut(() => layoutOf(record, target));
  const inCxx = ifLaidOut(() => layoutOf(record, cxxOf(target)));
  if (inC === undefined || inCxx === undefined) return undefined;
  const found: Larger[] = [];
  const isAlike = inC.sizeBytes === inCxx.sizeBytes && inC.alignBytes === inCxx.alignBytes;
  return isAlike && collect(inC, inCxx, '', 0, found) ? JSON.stringify(found) : undefined;
}

function collect(inC: PlacedFields, inCxx: PlacedFields, prefix: string, baseBits: number, into: Larger[]): boolean {
  // Nothing in it differs, at any depth.
  if (inC === inCxx) return true;
  return inC.fields.every((placed, at) => {
    const other = inCxx.fields[at];
    if (other?.offsetBits !== placed.offsetBits) return false;
    const { field, offsetBits, sizeBits, record } = placed;
    const path = `${prefix}${field.name ?? ''}`;
    if (other.sizeBits !== sizeBits) {
      if (sizeBits !== 0 || field.name === undefined) return false;
      into.push([path, baseBits + offsetBits, other.sizeBits]);
    }
    if (record === undefined || other.record === undefined) return true;
    return collect(record, other.record, field.name === undefined ? prefix : `${path}.`, baseBits + offsetBits, into);
  });
}
