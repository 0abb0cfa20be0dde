/**
 * What is called compatible survives: random records are edited at random, random values are written with the old layout and
 * read with the new one (and the other way round), by the interpreted codec and by generated modules. A field that both
 * sides have and that reads otherwise must be in a finding; a comparison without any may hold no such field.
 */

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Abi } from '../../src/abi/abi.ts';
import { fieldPathsOf } from '../../src/abi/field-paths.ts';
import { type FieldPath, LayoutError, type RecordLayout } from '../../src/abi/layout.ts';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import type { NonZero, RecordSemantics } from '../../src/abi/semantics.ts';
import type { ByteOrder, TargetName } from '../../src/abi/target.ts';
import { type Field, type RecordType, unalias } from '../../src/abi/types.ts';
import { FrontEnd } from '../../src/c/lower/front-end.ts';
import { describeRecord } from '../../src/codec/descriptor.ts';
import { typescriptModule } from '../../src/codec/generate/typescript.ts';
import { decodeRecord, recordBytes, type RecordValue, type Value } from '../../src/codec/interpret-decode.ts';
import { encodeRecord } from '../../src/codec/interpret-encode.ts';
import type { Element, FieldDescriptor, RecordDescriptor } from '../../src/codec/record-descriptor.ts';
import { checkAbis, type CheckResult } from '../../src/verdict/check.ts';
import type { Contract } from '../../src/verdict/contract.ts';
import { arbitraryRecord } from '../support/arbitrary-record.ts';
import { loadGenerated } from '../support/load-generated.ts';
import { abiOf, target as targetNamed } from '../support/header-source.ts';
import { applyEdit, type Edit, edits } from '../support/record-edits.ts';
import { abi, field } from './build.ts';

const targets: readonly TargetName[] = ['x86_64', 'i386', 'arm64', 's390x', 'm68k', 'mips', 'ppc64', 'arm'];

/** A plain generator of bytes, so that a counterexample is a number. */
function randomBytes(seed: number, count: number): Uint8Array {
  let state = (seed * 2654435761) >>> 0 || 1;
  return Uint8Array.from({ length: count }, () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state & 0xff;
  });
}

/** Bytes as a record takes them: cut, or filled up with zeros, and (behind a flexible array) whole elements. */
function fitted(descriptor: RecordDescriptor, bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.max(bytes.length, descriptor.sizeBytes));
  padded.set(bytes);
  return padded.slice(0, recordBytes(descriptor, padded));
}

const filler = /^(?:pad|reserved)/;

/** Paths of fields that both records have and that hold other values; arrays are compared as far as both go. */
function differing(
  old: RecordDescriptor,
  next: RecordDescriptor,
  was: RecordValue,
  is: RecordValue,
  prefix = '',
): string[] {
  return old.fields.flatMap((one): string[] => {
    if (filler.test(one.cName ?? '')) return [];
    const other = next.fields.find((candidate) => candidate.cName === one.cName && candidate.cName !== undefined);
    if (other === undefined) return [];
    const path = prefix + (one.cName ?? '');
    return differ(one, other, was[one.name], is[other.name], path);
  });
}

function differ(
  old: FieldDescriptor,
  next: FieldDescriptor,
  was: Value | undefined,
  is: Value | undefined,
  path: string,
): string[] {
  const isList = (value: Value | undefined): boolean => Array.isArray(value) || value instanceof Uint8Array;
  // A list that became a single value: the finding says so of source code, and the bytes are compared by their place.
  if (isList(was) !== isList(is)) return [];
  if (isList(was)) {
    const [a, b]: [ArrayLike<Value>, ArrayLike<Value>] = [was as ArrayLike<Value>, is as ArrayLike<Value>];
    const count = Math.min(a.length, b.length);
    for (let index = 0; index < count; index++) {
      const inner = differ(old, next, a[index], b[index], path);
      if (inner.length > 0) return inner;
    }
    return [];
  }
  const [a, b] = [old.element, next.element];
  const isOne = (element: Element): boolean => element.kind !== 'record' && element.kind !== 'union';
  if (isOne(a) !== isOne(b) || (!isOne(a) && a.kind !== b.kind)) return [];
  if ((a.kind === 'record' && b.kind === 'record') || (a.kind === 'union' && b.kind === 'union')) {
    if (a.kind === 'union') {
      const [x, y] = [(was as RecordValue)['bytes'] as Uint8Array, (is as RecordValue)['bytes'] as Uint8Array];
      return x.some((byte, index) => index < y.length && y[index] !== byte) ? [path] : [];
    }
    return differing(a.record, b.record, was as RecordValue, is as RecordValue, `${path}.`);
  }
  return rawOf(a, was) === rawOf(b, is) ? [] : [path];
}

/** The bits of a value: plain `char` has a sign on some targets, and a byte buffer is declared either way. */
function rawOf(element: Element, value: Value | undefined): string {
  if (element.kind === 'integer' || element.kind === 'bits') {
    const width = element.kind === 'bits' ? element.widthBits : element.sizeBytes * 8;
    return `${String(width)}:${String(BigInt.asUintN(width, BigInt(value as number | bigint)))}`;
  }
  return `${element.kind}:${typeof value === 'object' ? Object.values(value).join() : String(value)}`;
}

/** The unsigned number at a place, most significant byte first on a big-endian target. */
function bitsAt(
  bytes: Uint8Array,
  { offsetBits, sizeBits }: Pick<FieldPath, 'offsetBits' | 'sizeBits'>,
  order: ByteOrder,
): bigint {
  let all = 0n;
  const padded = new Uint8Array(Math.ceil((offsetBits + sizeBits) / 8));
  padded.set(bytes.subarray(0, padded.length));
  for (const byte of order === 'little' ? padded.toReversed() : padded) all = (all << 8n) | BigInt(byte);
  const below = order === 'little' ? offsetBits : padded.length * 8 - offsetBits - sizeBits;
  return (all >> BigInt(below)) & ((1n << BigInt(sizeBits)) - 1n);
}

/** The same question by places alone, arms of unions included: every arm is given a value at once, which only bytes can have. */
function displaced(writer: RecordLayout, reader: RecordLayout, bytes: Uint8Array): string[] {
  const order = writer.target.byteOrder;
  const there = new Map(fieldPathsOf(reader).map((one) => [one.path, one]));
  return fieldPathsOf(writer).flatMap((one) => {
    const other = there.get(one.path);
    if (other === undefined || filler.test(one.path) || unalias(one.type).kind === 'record') return [];
    const sizes = unalias(one.type).kind === 'array' ? Math.min(one.sizeBits, other.sizeBits) : undefined;
    const place = (path: FieldPath): Pick<FieldPath, 'offsetBits' | 'sizeBits'> => ({
      offsetBits: path.offsetBits,
      sizeBits: sizes ?? path.sizeBits,
    });
    // The elements of a flexible array have no size of their own: their start is compared.
    if (one.sizeBits === 0 || other.sizeBits === 0) return one.offsetBits === other.offsetBits ? [] : [one.path];
    return bitsAt(bytes, place(one), order) === bitsAt(bytes, place(other), order) ? [] : [one.path];
  });
}

interface Case {
  readonly old: RecordType;
  readonly next: RecordType;
  readonly target: TargetName;
  readonly nonZero: NonZero | undefined;
}

/** A record with room in it, and the same after some edits. */
const cases = fc
  .record({
    original: fc.oneof(arbitraryRecord({ isPlain: true }), arbitraryRecord()),
    changes: fc.array(edits, { minLength: 1, maxLength: 3 }),
    target: fc.constantFrom(...targets),
    nonZero: fc.constantFrom<(NonZero | undefined)[]>(undefined, 'rejected', 'ignored'),
    sizeRule: fc.constantFrom<RecordSemantics['sizeRule'][]>(
      undefined,
      'exact',
      'mapped',
      'extensible',
      'by-request-size',
    ),
    reserved: fc.nat(4),
  })
  .map(({ original, changes, target, nonZero, sizeRule, reserved }): Case => {
    const room: Field = field(
      '__u8',
      'reserved',
      [reserved * 4],
      nonZero === undefined ? undefined : { role: 'reserved', nonZero },
    );
    const semantics: RecordSemantics = sizeRule === undefined ? {} : { sizeRule };
    const isOpen = original.fields.at(-1)?.type.kind === 'array';
    const fields =
      reserved === 0 || isOpen || original.recordKind === 'union' ? original.fields : [...original.fields, room];
    const old: RecordType = { ...original, tag: 'r', fields, semantics };
    const next = changes.reduce<RecordType>((record, edit: Edit, index) => applyEdit(record, edit, index), old);
    return { old, next, target, nonZero };
  });

interface Sides {
  readonly old: RecordLayout;
  readonly new: RecordLayout;
}

/** `undefined` for what no compiler would take: two fields of one name, an array of records that do not fit. */
function layOut({ old, next, target }: Case): Sides | undefined {
  try {
    const sides = { old: layoutOf(old, targetNamed(target)), new: layoutOf(next, targetNamed(target)) };
    const names = fieldPathsOf(sides.new).map(({ path }) => path);
    return new Set(names).size === names.length ? sides : undefined;
  } catch (error) {
    if (error instanceof LayoutError) return undefined;
    throw error;
  }
}

/** Bytes of a working program: anything in fields and holes, zeros in a reserve that the kernel checks. */
function bytesFor(layout: RecordLayout, seed: number): Uint8Array {
  const bytes = randomBytes(seed, layout.sizeBytes + 24);
  for (const { offsetBits, sizeBits, field: declared } of layout.fields) {
    if (declared.semantics?.nonZero === 'rejected') bytes.fill(0, offsetBits / 8, (offsetBits + sizeBits) / 8);
  }
  return bytes;
}

/** What `reader` reads otherwise than `writer` wrote it, by the interpreted codec and by places. */
function misread(writer: RecordLayout, reader: RecordLayout, seed: number): string[] {
  const bytes = bytesFor(writer, seed);
  const [from, to] = [describeRecord(writer), describeRecord(reader)];
  const written = fitted(from, bytes);
  const value = decodeRecord(from, written);
  expect(encodeRecord(from, value, written)).toEqual(written);
  return [...differing(from, to, value, decodeRecord(to, fitted(to, written))), ...displaced(writer, reader, written)];
}

const directions: readonly (readonly [Contract, 'old' | 'new'])[] = [
  ['old-binary', 'old'],
  ['mixed-objects', 'old'],
  ['mixed-objects', 'new'],
  ['new-binary', 'new'],
];

function checkCase({ old, next, target }: Case, contracts?: readonly Contract[]): CheckResult {
  const side = (record: RecordType): ReturnType<typeof abi> => abi({ target, records: [record] });
  return checkAbis([{ old: side(old), new: side(next) }], contracts === undefined ? {} : { contracts });
}

describe('a record whose change is called compatible', () => {
  test('reads the same on both sides, contract by contract', () => {
    let compatible = 0;
    fc.assert(
      fc.property(cases, fc.nat(), (one, seed) => {
        const sides = layOut(one);
        fc.pre(sides !== undefined);
        for (const [contract, writer] of directions) {
          const result = checkCase(one, [contract]);
          if (result.verdict !== 'compatible') continue;
          if (result.findings.length > 0) compatible++;
          const lost = misread(sides[writer], sides[writer === 'old' ? 'new' : 'old'], seed);
          expect(
            lost,
            `${contract} on ${one.target}: ${result.findings.map(({ message }) => message).join('; ')}`,
          ).toEqual([]);
        }
      }),
      { numRuns: 1500 },
    );
    // A property about nothing would hold as well.
    expect(compatible).toBeGreaterThan(150);
  });

  test('is read by generated modules as it was written, and finds zeros where the kernel refused anything else', () => {
    fc.assert(
      fc.property(cases, fc.nat(), (one, seed) => {
        const sides = layOut(one);
        fc.pre(sides !== undefined && checkCase(one, ['old-binary']).verdict === 'compatible');
        const [from, to] = [describeRecord(sides.old), describeRecord(sides.new)];
        const written = fitted(from, bytesFor(sides.old, seed));
        const [writer, reader] = [generated(from), generated(to)];
        const bytes = writer.encode(writer.decode(written));
        expect(bytes).toEqual(written);
        const read = decodeRecord(to, reader.encode(reader.decode(fitted(to, bytes))));
        expect(differing(from, to, decodeRecord(from, bytes), read)).toEqual([]);
        const refused = sides.old.fields.filter(({ field: declared }) => declared.semantics?.nonZero === 'rejected');
        for (const { offsetBits, sizeBits, field: declared } of sides.new.fields) {
          const { name = '' } = declared;
          const isInside = refused.some(
            (one) => offsetBits >= one.offsetBits && offsetBits + sizeBits <= one.offsetBits + one.sizeBits,
          );
          if (isInside && name.startsWith('taken')) expect(Number(read[name]), name).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
  });
});

function generated(descriptor: RecordDescriptor): {
  readonly decode: (bytes: Uint8Array) => unknown;
  readonly encode: (value: unknown) => Uint8Array;
} {
  const exports = loadGenerated(typescriptModule(descriptor, { runtime: 'uabi/runtime' }));
  const made = Object.values(exports).find((value) => typeof value === 'function' && 'sizeBytes' in value);
  return made as unknown as ReturnType<typeof generated>;
}

describe('numbers and requests whose change is called compatible', () => {
  const frontEnd = new FrontEnd();
  const names = ['A', 'B', 'C', 'D', 'E', 'F', 'MASK', 'MAX'].map((name) => `UABI_T_${name}`);
  const list = fc.record({
    order: fc.shuffledSubarray(names, { minLength: 3 }),
    values: fc.array(fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 9 })), { minLength: 8, maxLength: 8 }),
    form: fc.constantFrom('enum', 'macros'),
  });
  const textOf = ({
    order,
    values,
    form,
  }: {
    order: readonly string[];
    values: readonly (number | undefined)[];
    form: string;
  }): string =>
    form === 'enum'
      ? `enum t { ${order.map((name, index) => (values[index] === undefined ? name : `${name} = ${String(values[index])}`)).join(', ')} };`
      : order.map((name, index) => `#define ${name} (${String(values[index] ?? index)})`).join('\n');

  test('an old name keeps its number, but for what counts its list', () => {
    let compatible = 0;
    fc.assert(
      fc.property(list, list, fc.boolean(), (one, other, isGrown) => {
        // Half of the cases only add: two lists at random have next to nothing in common.
        const next = isGrown
          ? { ...one, order: [...one.order, ...names.filter((name) => !one.order.includes(name))] }
          : other;
        const [old, is] = [abiOf(textOf(one), 'x86_64', frontEnd), abiOf(textOf(next), 'x86_64', frontEnd)];
        const { findings, verdict } = checkAbis([{ old, new: is }]);
        if (verdict !== 'compatible') return;
        if (findings.length > 0) compatible++;
        const [before, after] = [numbersOf(old), numbersOf(is)];
        const routine = findings.filter(({ rule }) => rule === 'sentinel-moved' || rule === 'mask-grew');
        for (const [name, value] of before) {
          if (after.get(name) === value) continue;
          expect(name).toMatch(/_(?:MASK|MAX)$/);
          expect(routine.map(({ subject }) => subject).join()).toContain(name);
          expect(after.get(name)).toBeGreaterThan(value);
        }
      }),
      { numRuns: 400 },
    );
    expect(compatible).toBeGreaterThan(30);
  });

  const requestParts = fc.record({
    macro: fc.constantFrom('_IOR', '_IOW', '_IOWR'),
    nr: fc.integer({ min: 1, max: 3 }),
    fields: fc.array(fc.constantFrom('char', 'int', 'long', 'long long', 'void *'), { minLength: 1, maxLength: 3 }),
  });
  const prelude = readFileSync(new URL('../../fixtures/history/prelude.h', import.meta.url), 'utf8');

  test('a request keeps its number on every target that was compared', () => {
    fc.assert(
      fc.property(requestParts, requestParts, fc.boolean(), (one, other, isSameRecord) => {
        const textOf = ({ macro, nr, fields }: typeof one): string =>
          `${prelude}\nstruct r { ${fields.map((type, index) => `${type} f${String(index)};`).join(' ')} };\n#define UABI_R ${macro}(0xae, ${String(nr)}, struct r)\n`;
        const next = isSameRecord ? { ...one, fields: [...one.fields].reverse() } : other;
        const pairs = targets.map((target) => ({
          old: abiOf(textOf(one), target, frontEnd),
          new: abiOf(textOf(next), target, frontEnd),
        }));
        const { findings } = checkAbis(pairs, { contracts: ['old-binary'] });
        for (const pair of pairs) {
          const { target } = pair.old;
          const isSame = pair.old.requests.get('UABI_R')?.number === pair.new.requests.get('UABI_R')?.number;
          const told = findings.filter(
            ({ verdict, targets: seen, rule }) =>
              verdict === 'break' && seen.includes(target.name) && /^(?:request|record)-/.test(rule),
          );
          expect(told.length > 0, target.name).toBe(!isSame);
        }
      }),
      { numRuns: 40 },
    );
  });
});

function numbersOf({ constants, enums }: Abi): Map<string, bigint> {
  const all = new Map([...constants].map(([name, { value }]) => [name, value]));
  for (const { type } of enums.values()) for (const { name, value } of type.enumerators) all.set(name, value);
  return all;
}
