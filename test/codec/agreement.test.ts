/**
 * Generated and interpreted codecs are two programs that share only the descriptor: typed arrays and shifts in one, one
 * big number cut into bits in the other. On random records and random bytes they must agree, on either byte order.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { typescriptModule } from '../../src/codec/generate/typescript.ts';
import { decodeRecord } from '../../src/codec/interpret-decode.ts';
import { encodeRecord } from '../../src/codec/interpret-encode.ts';
import type { RecordDescriptor } from '../../src/codec/record-descriptor.ts';
import { jsonOf } from '../../src/codec/runtime.ts';
import { loadGenerated } from '../support/load-generated.ts';
import { buildCase, descriptorCases, fill, sampleBytes } from '../support/random-descriptor.ts';

interface Decoded {
  toJSON: () => unknown;
  detach: () => Decoded;
}

type Columns = Record<string, ArrayLike<number | bigint>>;

interface GeneratedClass {
  decode: (bytes: Uint8Array) => Decoded;
  encode: (value: unknown) => Uint8Array;
  decodeColumns: (bytes: Uint8Array, into?: Columns) => Columns;
  forEach: (bytes: Uint8Array, visit: (view: { decode: () => Decoded }) => void) => void;
}

function generate(descriptor: RecordDescriptor): GeneratedClass {
  const source = typescriptModule(descriptor, { runtime: 'uabi/runtime' });
  const exports = loadGenerated(source);
  // The short spelling says all that the descriptor says.
  expect(exports['descriptor']).toEqual(descriptor);
  const type = Object.values(exports).find((value) => typeof value === 'function' && 'sizeBytes' in value);
  return type as unknown as GeneratedClass;
}

describe('generated and interpreted codecs', () => {
  test('agree on random records and bytes, and both give the bytes back', () => {
    fc.assert(
      fc.property(descriptorCases, ({ first, second, target, seed, selector }) => {
        const descriptor = buildCase(first, second, target);
        const bytes = sampleBytes(descriptor, seed, selector);
        const generated = generate(descriptor);
        const interpreted = decodeRecord(descriptor, bytes);
        const decoded = generated.decode(bytes);
        expect(JSON.stringify(decoded)).toBe(JSON.stringify(jsonOf(interpreted)));
        expect(JSON.stringify(decoded.detach())).toBe(JSON.stringify(decoded));
        // Holes, padding, unused arms: every byte comes back, through both codecs.
        expect(generated.encode(decoded)).toEqual(bytes);
        expect(generated.encode({ ...decoded })).toEqual(bytes);
        expect(encodeRecord(descriptor, interpreted, bytes)).toEqual(bytes);
        // From the values alone, without the bytes, both must write the same.
        expect(generated.encode(interpreted)).toEqual(encodeRecord(descriptor, interpreted));
      }),
      { numRuns: 25, endOnFailure: true },
    );
  }, 120_000);

  test('agree in views and columns', () => {
    fc.assert(
      fc.property(descriptorCases, ({ first, second, target, seed, selector }) => {
        const descriptor = buildCase(first, second, target);
        if (descriptor.fields.at(-1)?.isFlexible === true) return;
        const one = sampleBytes(descriptor, seed, selector);
        const size = one.length;
        // Start off a word, so that the aligned and the copying way are both taken.
        const batch = new Uint8Array(3 * size + 1).subarray(1);
        fill(batch, seed + 1);
        batch.set(one, size);
        const generated = generate(descriptor);
        const values = [0, 1, 2].map((i) => decodeRecord(descriptor, batch.slice(i * size, (i + 1) * size)));
        const seen: unknown[] = [];
        generated.forEach(batch, (view) => seen.push(view.decode().toJSON()));
        expect(JSON.stringify(seen)).toBe(JSON.stringify(values.map(jsonOf)));
        const dirty = generated.decodeColumns(batch.map((byte) => ~byte));
        const none = generated.decodeColumns(new Uint8Array(0));
        expect(() => generated.decodeColumns(batch, none)).toThrow(RangeError);
        const readings = [generated.decodeColumns(batch), generated.decodeColumns(batch.slice(), dirty)];
        expect(readings[1]).toBe(dirty);
        // As many as go through the kernel, in two pieces; the first three came one by one.
        const repeats = size === 0 ? 100 : Math.ceil(131_072 / size / 3) + 30;
        const many = new Uint8Array(repeats * batch.length);
        for (let i = 0; i < repeats; i++) many.set(batch, i * batch.length);
        const long = generated.decodeColumns(many);
        for (const [path, column] of Object.entries(readings[0] ?? {})) {
          if (path === 'length') continue;
          const again = Array.from(long[path] ?? []);
          expect(again.slice(0, 3), path).toEqual(Array.from(column));
          expect(again.slice(-3), path).toEqual(Array.from(column));
        }
        for (const columns of readings) {
          for (const name of ['kind', 'le', 'be']) {
            expect([...Array.from(columns[name] ?? [])]).toEqual(values.map((value) => value[name]));
          }
          for (const field of descriptor.fields) {
            const column = columns[field.name];
            if (column === undefined || field.dimensions.length > 0 || field.name === 'reserved') continue;
            expect(Array.from(column), field.name).toEqual(values.map((value) => value[field.name]));
          }
        }
      }),
      { numRuns: 20, endOnFailure: true },
    );
  }, 120_000);
});
