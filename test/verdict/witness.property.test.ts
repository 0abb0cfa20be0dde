/**
 * A break is proven, or it is no break: random records are changed at random, and every witness is read again here, by the
 * places of the layout engine and plain arithmetic over bytes, not by the code that made it.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldPathsOf } from '../../src/abi/field-paths.ts';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import type { FieldPath } from '../../src/abi/layout.ts';
import { findTarget, type TargetName } from '../../src/abi/target.ts';
import type { Field, RecordType } from '../../src/abi/types.ts';
import { checkAbis } from '../../src/verdict/check.ts';
import type { BytesWitness, Reading } from '../../src/verdict/witness.ts';
import { arbitraryRecord } from '../support/arbitrary-record.ts';
import { abi, field, record } from './build.ts';

const targets: readonly TargetName[] = ['x86_64', 'i386', 'arm64', 's390x', 'm68k', 'mips', 'ppc64'];

/** The unsigned number at a place, most significant byte first on a big-endian target. */
function valueAt(
  bytes: Uint8Array,
  reading: Pick<Reading, 'offsetBits' | 'sizeBits'>,
  order: 'little' | 'big',
): bigint {
  let all = 0n;
  const padded = new Uint8Array(Math.ceil((reading.offsetBits + reading.sizeBits) / 8));
  padded.set(bytes.subarray(0, padded.length));
  for (const byte of order === 'little' ? [...padded].reverse() : padded) all = (all << 8n) | BigInt(byte);
  const below = order === 'little' ? reading.offsetBits : padded.length * 8 - reading.offsetBits - reading.sizeBits;
  return (all >> BigInt(below)) & ((1n << BigInt(reading.sizeBits)) - 1n);
}

/** A witness counts if the reader finds, in a field of its own at its own place, something the writer did not say of it. */
function isProof(witness: BytesWitness, old: RecordType, next: RecordType, name: TargetName): boolean {
  const target = findTarget(name);
  if (target === undefined) throw new Error(name);
  const paths = (one: RecordType): readonly FieldPath[] => fieldPathsOf(layoutOf(one, target));
  const reader = paths(witness.writer === 'old' ? next : old);
  const said = new Map(witness.written.map((one) => [one.path, valueAt(witness.bytes, one, target.byteOrder)]));
  return witness.read.some((one) => {
    const path = one.path.replace(/\[\d+\]$/, '').replace(/\[\]\..*$/, '');
    const known = reader.find((other) => other.path === path);
    const isInside =
      known !== undefined &&
      one.offsetBits >= known.offsetBits &&
      // The elements of a flexible array have no size of their own in the record.
      (known.sizeBits === 0 || one.offsetBits + one.sizeBits <= known.offsetBits + known.sizeBits);
    return isInside && valueAt(witness.bytes, one, target.byteOrder) !== (said.get(one.path) ?? 0n);
  });
}

/** One edit of a record, as patches make them. */
function edit(fields: readonly Field[], kind: number, at: number): Field[] {
  const index = fields.length === 0 ? 0 : at % fields.length;
  const copy = [...fields];
  const [one, two] = [copy[index], copy[(index + 1) % fields.length]];
  switch (kind % 6) {
    case 0:
      copy.splice(index, 0, field('__u64', 'inserted'));
      break;
    case 1:
      copy.splice(index, 1);
      break;
    case 2:
      if (one !== undefined && two !== undefined && fields.length > 1) {
        copy[index] = two;
        copy[(index + 1) % fields.length] = one;
      }
      break;
    case 3:
      if (one?.name !== undefined) copy[index] = { name: one.name, type: field('__u16', 'x').type };
      break;
    case 4:
      if (one?.name !== undefined) copy[index] = { ...one, name: 'renamed' };
      break;
    default:
      copy.push(field('__u32', 'appended', [2]));
  }
  return copy;
}

const side = (one: RecordType, target: TargetName): Parameters<typeof checkAbis>[0][0]['old'] =>
  abi({ target, records: [{ ...one, tag: 'r', recordKind: 'struct' }] });

describe('breaks and their witnesses', () => {
  test('every break of a random edit has a proof that holds without the judge', () => {
    fc.assert(
      fc.property(
        arbitraryRecord({ isPlain: true }),
        fc.array(fc.tuple(fc.nat(5), fc.nat(20)), { minLength: 1, maxLength: 3 }),
        fc.constantFrom(...targets),
        (original, edits, target) => {
          const old: RecordType = { ...original, tag: 'r', recordKind: 'struct' };
          let fields: readonly Field[] = old.fields;
          for (const [kind, at] of edits) fields = edit(fields, kind, at);
          const names = fields.flatMap((one) => one.name ?? []);
          fc.pre(new Set(names).size === names.length);
          const next = { ...record('struct', 'r', fields) };
          for (const finding of checkAbis([{ old: side(old, target), new: side(next, target) }]).findings) {
            expect(finding.witness !== null).toBe(finding.verdict === 'break');
            if (finding.witness?.kind === 'bytes') {
              expect(isProof(finding.witness, old, next, target), JSON.stringify(finding.message)).toBe(true);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a record against itself has no finding, on any target', () => {
    fc.assert(
      fc.property(arbitraryRecord(), fc.constantFrom(...targets), (one, target) => {
        const same = side({ ...one, tag: 'r' }, target);
        expect(checkAbis([{ old: same, new: side({ ...one, tag: 'r' }, target) }]).findings).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
