/**
 * Numbers as decimal digits into a buffer of bytes: what `String(value)` gives, without a string for each of millions of them.
 *
 * A 64-bit number comes as two halves and is divided by 10⁹ in four steps of 16 bits, each of which a double holds exactly.
 */

const zero = 0x30;
const minus = 0x2d;
const billion = 1_000_000_000;

/** Digits of 0 to 99, two bytes each. */
const pairs = Uint8Array.from({ length: 200 }, (_, i) => zero + (i % 2 === 0 ? Math.floor(i / 20) : (i >> 1) % 10));

/** Most bytes a number takes: a sign and twenty digits. */
export const maxDigits = 21;

function lengthOf(value: number): number {
  if (value < 100_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : value < 10_000 ? 4 : 5;
  if (value < 10_000_000) return value < 1_000_000 ? 6 : 7;
  return value < 100_000_000 ? 8 : value < billion ? 9 : 10;
}

/** Writes `value`, of as many digits as `length` says or more zeros before it, and returns the end. */
function writeDigits(into: Uint8Array, at: number, value: number, length: number): number {
  const end = at + length;
  let rest = value;
  let to = end;
  while (to - at >= 2) {
    const next = Math.floor(rest / 100);
    const pair = (rest - next * 100) * 2;
    into[--to] = pairs[pair + 1] ?? zero;
    into[--to] = pairs[pair] ?? zero;
    rest = next;
  }
  if (to > at) into[at] = zero + rest;
  return end;
}

/** Writes an unsigned 32-bit number at `at` and returns where it ends. */
export function writeUint32(into: Uint8Array, at: number, value: number): number {
  if (value >= 10) return writeDigits(into, at, value, lengthOf(value));
  into[at] = zero + value;
  return at + 1;
}

/** Writes a signed 32-bit number at `at` and returns where it ends. */
export function writeInt32(into: Uint8Array, at: number, value: number): number {
  if (value >= 0) return writeUint32(into, at, value);
  into[at] = minus;
  return writeUint32(into, at + 1, -value);
}

/** Writes an unsigned 64-bit number, given as two halves, at `at` and returns where it ends. */
export function writeUint64(into: Uint8Array, at: number, low: number, high: number): number {
  if (high === 0) return writeUint32(into, at, low);
  const [d3, d2, d1, d0] = [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff];
  // Long division of a number of four digits in base 65536; the quotient is below 2³⁵.
  const r2 = (d3 * 65_536 + d2) % billion;
  const q2 = Math.floor((d3 * 65_536 + d2) / billion);
  const n1 = r2 * 65_536 + d1;
  const q1 = Math.floor(n1 / billion);
  const n0 = (n1 - q1 * billion) * 65_536 + d0;
  const q0 = Math.floor(n0 / billion);
  const lowest = n0 - q0 * billion;
  const quotient = q2 * 0x1_0000_0000 + q1 * 65_536 + q0;
  if (quotient < billion) return writeDigits(into, writeUint32(into, at, quotient), lowest, 9);
  const highest = Math.floor(quotient / billion);
  const middle = quotient - highest * billion;
  return writeDigits(into, writeDigits(into, writeUint32(into, at, highest), middle, 9), lowest, 9);
}

/** Writes a signed 64-bit number, given as two halves, at `at` and returns where it ends. */
export function writeInt64(into: Uint8Array, at: number, low: number, high: number): number {
  if (high < 0x8000_0000) return writeUint64(into, at, low, high);
  into[at] = minus;
  const negated = -low >>> 0;
  return writeUint64(into, at + 1, negated, (~high + (negated === 0 ? 1 : 0)) >>> 0);
}
