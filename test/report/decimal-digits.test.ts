import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxDigits, writeInt32, writeInt64, writeUint32, writeUint64 } from '../../src/report/decimal-digits.ts';

function text(write: (into: Uint8Array) => number): string {
  const into = new Uint8Array(maxDigits).fill(0x78);
  const end = write(into);
  return Buffer.from(into.subarray(0, end)).toString('latin1');
}

const halves = (value: bigint): [number, number] => [
  Number(BigInt.asUintN(32, value)),
  Number(BigInt.asUintN(64, value) >> 32n),
];

/** Numbers of every length, and those around powers of ten and two, where a digit would be lost first. */
const edges = (from: bigint, to: bigint): fc.Arbitrary<bigint> =>
  fc
    .tuple(fc.constantFrom(2n, 10n), fc.nat(64), fc.integer({ min: -2, max: 2 }), fc.boolean())
    .map(([base, power, add, isNegative]) => (base ** BigInt(power) + BigInt(add)) * (isNegative ? -1n : 1n))
    .filter((value) => value >= from && value <= to);

describe('decimal digits', () => {
  test('of 32-bit numbers are those of String', () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeNat(), edges(0n, 2n ** 32n - 1n)), (value) => {
        const number = Number(BigInt.asUintN(32, BigInt(value)));
        expect(text((into) => writeUint32(into, 0, number))).toBe(String(number));
        expect(text((into) => writeInt32(into, 0, number | 0))).toBe(String(number | 0));
      }),
      { numRuns: 2000 },
    );
  });

  test('of 64-bit numbers are those of String', () => {
    const values = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), edges(0n, 2n ** 64n - 1n));
    fc.assert(
      fc.property(values, (value) => {
        expect(text((into) => writeUint64(into, 0, ...halves(value)))).toBe(String(value));
        const signed = BigInt.asIntN(64, value);
        expect(text((into) => writeInt64(into, 0, ...halves(signed)))).toBe(String(signed));
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    [2n ** 64n - 1n, '18446744073709551615'],
    [2n ** 53n + 1n, '9007199254740993'],
    [10n ** 18n, '1000000000000000000'],
  ])('%s', (value, expected) => {
    expect(text((into) => writeUint64(into, 0, ...halves(value)))).toBe(expected);
  });

  test('of the smallest signed numbers', () => {
    expect(text((into) => writeInt64(into, 0, ...halves(-(2n ** 63n))))).toBe('-9223372036854775808');
    expect(text((into) => writeInt32(into, 0, -(2 ** 31)))).toBe('-2147483648');
  });
});
