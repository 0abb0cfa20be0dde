/**
 * Where an encoding starts: with the bytes the value was decoded from, so that holes, padding, reserved words and the unused
 * end of a union come back as they were, or with zeros.
 */

/** What a decoded value remembers of where it came from. */
export interface Kept {
  readonly _bytes?: Uint8Array | undefined;
  readonly _offset?: number | undefined;
}

/**
 * Fills the bytes of a record before its fields are written and says whether they are now zero; `isZero` says they were
 * already, because the record around this one has been prepared.
 */
export function prepare(out: Uint8Array, offset: number, sizeBytes: number, value: Kept, isZero: boolean): boolean {
  const kept = value._bytes;
  if (kept !== undefined) return copyKept(out, offset, sizeBytes, kept, value._offset ?? 0);
  if (!isZero) clear(out, offset, sizeBytes);
  return true;
}

function clear(out: Uint8Array, offset: number, sizeBytes: number): void {
  // `fill` is a call out of compiled code, which costs more than clearing a few bytes.
  if (sizeBytes > 24) out.fill(0, offset, offset + sizeBytes);
  else for (let i = offset; i < offset + sizeBytes; i++) out[i] = 0;
}

function copyKept(out: Uint8Array, offset: number, sizeBytes: number, kept: Uint8Array, from: number): false {
  if (kept === out && from === offset) return false;
  if (from === 0 && kept.length === sizeBytes) {
    out.set(kept, offset);
  } else {
    // A loop, because `set(subarray())` would allocate a view for every record.
    for (let i = 0; i < sizeBytes; i++) out[offset + i] = kept[from + i] ?? 0;
  }
  return false;
}
