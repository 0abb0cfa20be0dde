/** Random laid-out records for the codecs, with what codecs find hard: a selected union, reserved space, fixed byte orders. */

import fc from 'fast-check';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import { findTarget } from '../../src/abi/target.ts';
import type { RecordType } from '../../src/abi/types.ts';
import { describeRecord } from '../../src/codec/descriptor.ts';
import { recordBytes } from '../../src/codec/interpret-decode.ts';
import type { RecordDescriptor } from '../../src/codec/record-descriptor.ts';
import { arbitraryRecord } from './arbitrary-record.ts';

const targets = ['arm64', 'i386', 's390x', 'ppc', 'm68k', 'arm'] as const;

function targetNamed(name: string): NonNullable<ReturnType<typeof findTarget>> {
  const target = findTarget(name);
  if (target === undefined) throw new Error(name);
  return target;
}

/** A record around the random one: a discriminant, a union it selects, reserved space, both fixed byte orders. */
function embed(first: RecordType, second: RecordType): RecordType {
  const word = { kind: 'integer', base: 'unsigned int' } as const;
  const long = { kind: 'integer', base: 'unsigned long long' } as const;
  const { fields } = first;
  const hasFlexible = fields.some(({ type }) => type.kind === 'array' && type.length === undefined);
  const arm = hasFlexible ? { ...first, fields: fields.slice(0, -1) } : first;
  return {
    kind: 'record',
    recordKind: 'struct',
    tag: 'outer',
    isComplete: true,
    fields: [
      { name: 'kind', type: { kind: 'integer', base: 'unsigned char' } },
      { name: 'le', type: { kind: 'typedef', name: '__le64', type: long } },
      { name: 'be', type: { kind: 'typedef', name: '__be32', type: word } },
      {
        name: undefined,
        type: {
          kind: 'record',
          recordKind: 'union',
          tag: undefined,
          isComplete: true,
          fields: [
            { name: 'first', type: { kind: 'array', element: arm, length: 2 } },
            { name: 'second', type: long },
            { name: 'padding', type: { kind: 'array', element: { kind: 'integer', base: 'char' }, length: 24 } },
          ],
        },
        semantics: {
          union: {
            discriminant: 'kind',
            arms: [
              { field: 'first', values: [{ name: 'A', value: 1n }] },
              { field: 'second', values: [{ name: 'B', value: 2n }] },
            ],
            padding: 'padding',
          },
        },
      },
      { name: 'reserved', type: { kind: 'array', element: word, length: 3 } },
      ...second.fields,
    ],
  };
}

/** What a case is made of; kept apart from the descriptor, so that a counterexample can be read. */
export const descriptorCases = fc.record({
  first: arbitraryRecord(),
  second: arbitraryRecord(),
  target: fc.constantFrom(...targets),
  seed: fc.nat(),
  selector: fc.nat(3),
});

export function buildCase(first: RecordType, second: RecordType, targetName: string): RecordDescriptor {
  const outer = second.recordKind === 'struct' ? embed(first, second) : embed(first, { ...second, fields: [] });
  return describeRecord(layoutOf(outer, targetNamed(targetName)));
}

/** Bytes from a seed, with many zeros and extremes among them; a counterexample then fits on a page. */
export function fill(bytes: Uint8Array, seed: number): void {
  let state = seed | 1;
  for (let i = 0; i < bytes.length; i++) {
    state = Math.imul(state, 1664525) + 1013904223;
    const choice = (state >>> 8) & 7;
    bytes[i] = choice === 0 ? 0 : choice === 1 ? 0xff : state >>> 24;
  }
}

export function sampleBytes(descriptor: RecordDescriptor, seed: number, selector: number): Uint8Array {
  const bytes = new Uint8Array(descriptor.sizeBytes);
  fill(bytes, seed);
  bytes[0] = selector;
  return bytes.slice(0, recordBytes(descriptor, bytes));
}
