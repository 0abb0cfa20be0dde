import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillNumbers, narrowReader } from '../../src/codec/column-fill.ts';
import type { NumberElement } from '../../src/codec/record-descriptor.ts';
import { readNumber } from '../../src/codec/scalar.ts';

const byteOrder = fc.constantFrom('little' as const, 'big' as const);
const integer = fc.record({
  kind: fc.constant('integer' as const),
  sizeBytes: fc.constantFrom(1 as const, 2 as const, 4 as const, 8 as const),
  isSigned: fc.boolean(),
  byteOrder,
});
const bits = fc.record({
  kind: fc.constant('bits' as const),
  widthBits: fc.integer({ min: 1, max: 64 }),
  isSigned: fc.boolean(),
  byteOrder,
});
const strideBytes = 19;
const records = fc.uint8Array({ minLength: strideBytes * 3, maxLength: strideBytes * 3 });

/** A number anywhere in a record of 19 bytes: whole integers at whole bytes, bit-fields at any bit. */
const placed: fc.Arbitrary<{ element: NumberElement; offsetBits: number }> = fc.oneof(
  fc.tuple(integer, fc.nat(11)).map(([element, byte]) => ({ element, offsetBits: byte * 8 })),
  fc.tuple(bits, fc.nat(80)).map(([element, offsetBits]) => ({ element, offsetBits })),
);

describe('columns of numbers', () => {
  test('hold what reading one number after the other gives, at any offset, width and byte order', () => {
    fc.assert(
      fc.property(placed, records, ({ element, offsetBits }, bytes) => {
        const expected = [0, 1, 2].map((i) => readNumber(element, bytes, i * strideBytes * 8 + offsetBits));
        const wide = element.isSigned ? new BigInt64Array(3) : new BigUint64Array(3);
        const narrow = element.isSigned ? new Int32Array(3) : new Uint32Array(3);
        const isWide = (element.kind === 'bits' ? element.widthBits : element.sizeBytes * 8) > 32;
        const values = isWide ? wide : narrow;
        fillNumbers(values, element, offsetBits, { bytes, strideBytes, count: 3 });
        expect([...values].map(BigInt)).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
  });

  test('one narrow number is read alike, without its sign', () => {
    fc.assert(
      fc.property(placed, records, ({ element, offsetBits }, bytes) => {
        const read = narrowReader(element, offsetBits);
        if (read === undefined) return;
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        const expected = readNumber({ ...element, isSigned: false }, bytes, strideBytes * 8 + offsetBits);
        expect(read(view, strideBytes)).toBe(Number(expected));
      }),
      { numRuns: 2000 },
    );
  });
});
