/**
 * Bit layouts of syndrome registers, and the cutting of a value by one.
 *
 * A layout names some ranges; whatever it does not name is reserved (RES0) and becomes a field of its own, so that the
 * fields of a cut value always cover every bit exactly once. Bits are counted as the Arm manual does: 0 is the least
 * significant, ranges are written high:low.
 */

/** One named range. `explain` gets the field's value and a way to look at the rest of the register. */
export interface BitRange {
  readonly name: string;
  readonly high: number;
  readonly low: number;
  /** What the field says, in general. */
  readonly doc: string;
  /** What this value says. */
  readonly explain?: (value: number, register: bigint) => string;
}

/** A range with the bits a register has in it. */
export interface SyndromeField {
  readonly name: string;
  readonly high: number;
  readonly low: number;
  readonly value: bigint;
  readonly doc: string;
  readonly meaning: string | undefined;
  /** No meaning is assigned to the range: it should be zero. */
  readonly isReserved: boolean;
}

export function bitsOf(value: bigint, high: number, low: number): bigint {
  return (value >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n);
}

/** A range of one bit, with what 0 and 1 mean. */
export function bit(name: string, position: number, doc: string, zero: string, one: string): BitRange {
  return { name, high: position, low: position, doc, explain: (value) => (value === 0 ? zero : one) };
}

/** A range whose values have names; others are said to be reserved. */
export function choice(
  name: string,
  high: number,
  low: number,
  doc: string,
  names: Readonly<Record<number, string>>,
): BitRange {
  return { name, high, low, doc, explain: (value) => names[value] ?? 'reserved value' };
}

/** A range that is simply a number, shown as one. */
export function plain(name: string, high: number, low: number, doc: string): BitRange {
  return { name, high, low, doc };
}

/** A general-purpose register number; 31 is the zero register in every place a syndrome has one. */
export function registerNumber(name: string, high: number, low: number, doc: string): BitRange {
  return { name, high, low, doc, explain: (value) => (value === 31 ? 'xzr (31)' : `x${String(value)}`) };
}

/** Cuts bits `high:low` of a register by a layout whose positions count from bit `base` of the register. */
export function cut(
  register: bigint,
  high: number,
  low: number,
  layout: readonly BitRange[],
  base = 0,
): SyndromeField[] {
  const fields: SyndromeField[] = [];
  let next = high;
  const reservedDownTo = (end: number): void => {
    if (next < end) return;
    const value = bitsOf(register, next, end);
    const doc = 'reserved, should be zero';
    fields.push({ name: 'RES0', high: next, low: end, value, doc, meaning: undefined, isReserved: true });
  };
  for (const range of [...layout].sort((a, b) => b.high - a.high)) {
    reservedDownTo(range.high + base + 1);
    const value = bitsOf(register, range.high + base, range.low + base);
    fields.push({
      name: range.name,
      high: range.high + base,
      low: range.low + base,
      value,
      doc: range.doc,
      meaning: range.explain?.(Number(value), register),
      isReserved: false,
    });
    next = range.low + base - 1;
  }
  reservedDownTo(low);
  return fields;
}
