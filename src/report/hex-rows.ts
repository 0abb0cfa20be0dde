/** A buffer as rows of sixteen bytes; rows of zeros that nobody speaks of are left out. */

interface Range {
  readonly offsetBits: number;
  readonly sizeBits: number;
}

export function hexRows(bytes: Uint8Array, touched: readonly Range[]): string[] {
  const rows: string[] = [];
  let skipped = false;
  for (let start = 0; start < bytes.length; start += 16) {
    const row = bytes.subarray(start, start + 16);
    const isTouched = touched.some(
      (range) => range.offsetBits < (start + 16) * 8 && range.offsetBits + range.sizeBits > start * 8,
    );
    if (!isTouched && row.every((byte) => byte === 0)) {
      if (!skipped) rows.push('*');
      skipped = true;
      continue;
    }
    skipped = false;
    const cells = [...row].map((byte) => byte.toString(16).padStart(2, '0'));
    rows.push(
      `${start.toString(16).padStart(4, '0')}  ${cells.slice(0, 8).join(' ')}  ${cells.slice(8).join(' ')}`.trimEnd(),
    );
  }
  if (skipped) rows.push(bytes.length.toString(16).padStart(4, '0'));
  return rows;
}
