/**
 * Columns: a batch of records, turned on its side.
 *
 * Every single value outside of unions and arrays becomes a typed array. The loop goes record by record, so each cache
 * line is read once, and word by word: a word is read once and everything in it cut out of it; 64-bit values go as two
 * halves straight into the column, because a BigInt in between would allocate. Columns of an earlier batch can be filled
 * again, since making them costs as much as filling them. `reservedNonZero` collects what nothing reads: padding, reserved
 * space and holes.
 */

import { type StatementStructures, StructureKind } from 'ts-morph';
import type { FieldDescriptor, RecordDescriptor, ScalarElement } from '../record-descriptor.ts';
import { plus, readScalar, type Surroundings } from './expressions.ts';
import { stringLiteral } from './names.ts';

interface Column {
  readonly path: string;
  readonly offsetBits: number;
  readonly element: ScalarElement;
  readonly variable: string;
}

/** Half-open range of bytes that carry no information. */
type ByteRange = readonly [number, number];

/** The type of the columns and the function that fills them. */
export function columnsDeclarations(
  record: RecordDescriptor,
  name: string,
  around: Surroundings,
): (StatementStructures | string)[] {
  const columns: Column[] = [];
  const unused: ByteRange[] = [];
  if (record.recordKind === 'struct') collect(record, 0, '', columns, unused);
  const ranges = merge(unused);
  return [
    {
      kind: StructureKind.Interface,
      name: `${name}Columns`,
      isExported: true,
      docs: ['A batch of records as one typed array a field; arrays and unions are left out.'],
      properties: [
        { name: 'length', isReadonly: true, type: 'number' },
        ...columns.map((column) => ({
          name: stringLiteral(column.path),
          isReadonly: true,
          type: arrayTypeOf(column.element),
        })),
        {
          name: "'reservedNonZero'",
          isReadonly: true,
          type: 'Uint8Array',
          docs: ['1 for a record with a padding, reserved or hole byte that is not zero.'],
        },
      ],
    },
    {
      kind: StructureKind.Function,
      name: `decode${name}Columns`,
      parameters: [
        { name: 'b', type: 'Uint8Array' },
        { name: 'into', type: `${name}Columns | undefined` },
      ],
      returnType: `${name}Columns`,
      statements: fillStatements(record, columns, ranges, around).join('\n'),
    },
  ];
}

function collect(
  record: RecordDescriptor,
  baseBits: number,
  prefix: string,
  columns: Column[],
  unused: ByteRange[],
): void {
  const skip = (offsetBits: number, sizeBits: number): void => {
    const start = baseBits + offsetBits;
    if (start % 8 === 0 && sizeBits % 8 === 0 && sizeBits > 0) unused.push([start / 8, (start + sizeBits) / 8]);
  };
  for (const hole of record.holes) skip(hole.offsetBits, hole.sizeBits);
  for (const field of record.fields) {
    if (field.role !== undefined) skip(field.offsetBits, field.sizeBits);
    else addField(field, baseBits, prefix, columns, unused);
  }
}

function addField(
  field: FieldDescriptor,
  baseBits: number,
  prefix: string,
  columns: Column[],
  unused: ByteRange[],
): void {
  const { element } = field;
  const offsetBits = baseBits + field.offsetBits;
  if (field.dimensions.length > 0) return;
  if (element.kind === 'record') collect(element.record, offsetBits, `${prefix}${field.name}.`, columns, unused);
  if (element.kind === 'record' || element.kind === 'union' || element.kind === 'opaque') return;
  if (element.kind === 'integer' && element.sizeBytes === 16) return;
  columns.push({ path: `${prefix}${field.name}`, offsetBits, element, variable: `c${String(columns.length)}` });
}

function merge(ranges: readonly ByteRange[]): ByteRange[] {
  const merged: [number, number][] = [];
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && last[1] >= start) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

function widthOf(element: ScalarElement): number {
  if (element.kind !== 'bits') return element.sizeBytes * 8;
  return [8, 16, 32, 64].find((width) => element.widthBits <= width) ?? 64;
}

function arrayTypeOf(element: ScalarElement): string {
  const width = widthOf(element);
  if (element.kind === 'float') return `Float${String(width)}Array`;
  const sign = element.isSigned ? '' : 'U';
  if (width === 64) return element.isSigned ? 'BigInt64Array' : 'BigUint64Array';
  return `${sign === 'U' ? 'Uint' : 'Int'}${String(width)}Array`;
}

/** The 32-bit words of a record as expressions: one that is needed twice is read into a variable first. */
class Words {
  readonly #uses = new Map<number, number>();

  /** Says that a word will be needed; all of this comes before the first `read`. */
  expect(index: number): void {
    this.#uses.set(index, (this.#uses.get(index) ?? 0) + 1);
  }

  read(index: number): string {
    return (this.#uses.get(index) ?? 0) > 1 ? `w${String(index)}` : `w[${plus('k', index)}]!`;
  }

  get isUsed(): boolean {
    return this.#uses.size > 0;
  }

  get shared(): string[] {
    return [...this.#uses]
      .filter(([, count]) => count > 1)
      .map(([index]) => `const w${String(index)} = w[${plus('k', index)}]!;`);
  }
}

/** An integer that lies within words of the record's own byte order; what is not is read byte by byte. */
function wordsOfElement({ element, offsetBits }: Column, record: RecordDescriptor): readonly number[] | undefined {
  if (record.sizeBytes % 4 !== 0 || element.kind !== 'integer' || element.byteOrder !== record.byteOrder)
    return undefined;
  const bits = element.sizeBytes * 8;
  if (offsetBits % Math.min(bits, 32) !== 0) return undefined;
  const first = Math.floor(offsetBits / 32);
  return bits === 64 ? [first, first + 1] : [first];
}

/** Bytes that nothing reads, as words with a mask of their bytes; `undefined` where they would be too many terms. */
function unusedWords(record: RecordDescriptor, unused: readonly ByteRange[]): Map<number, number> | undefined {
  if (record.sizeBytes % 4 !== 0) return undefined;
  const masks = new Map<number, number>();
  for (const [start, end] of unused) {
    for (let at = start; at < end; at += 1) {
      const shift = 8 * (record.byteOrder === 'little' ? at % 4 : 3 - (at % 4));
      masks.set(at >>> 2, ((masks.get(at >>> 2) ?? 0) | (0xff << shift)) >>> 0);
    }
    // A term for every word of a kilobyte would be no code to read.
    if (masks.size > 64) return undefined;
  }
  return masks;
}

function fillStatements(
  record: RecordDescriptor,
  columns: readonly Column[],
  unused: readonly ByteRange[],
  around: Surroundings,
): string[] {
  const size = record.sizeBytes;
  const prologue = [
    `const count = ${around.runtime('checkBatch')}(b, ${String(size)}, ${stringLiteral(record.type)});`,
    `${around.runtime('checkColumns')}(into, count);`,
  ];
  const words = new Words();
  for (const column of columns) for (const index of wordsOfElement(column, record) ?? []) words.expect(index);
  const masks = unusedWords(record, unused);
  for (const index of masks?.keys() ?? []) words.expect(index);

  const loop: string[] = [];
  for (const column of columns) {
    const { element, offsetBits, path, variable } = column;
    prologue.push(`const ${variable} = into?.[${stringLiteral(path)}] ?? new ${arrayTypeOf(element)}(count);`);
    const [first, second] = wordsOfElement(column, record) ?? [];
    if (first === undefined || element.kind !== 'integer') {
      // A bit-field of up to 32 bits is read as a number, and one column type holds it; wider ones are BigInts on both sides.
      loop.push(`${variable}[i] = ${readScalar(element, 'o', offsetBits, around)};`);
    } else if (second === undefined) {
      // The column keeps as many low bits as the value has.
      const shift = offsetBits % 32;
      const down = element.byteOrder === 'little' ? shift : 32 - element.sizeBytes * 8 - shift;
      loop.push(`${variable}[i] = ${words.read(first)}${down === 0 ? '' : ` >>> ${String(down)}`};`);
    } else {
      prologue.push(`const ${variable}h = ${around.runtime('halvesOf')}(${variable});`);
      const low = around.runtime('lowHalf');
      const [lowWord, highWord] = element.byteOrder === 'little' ? [first, second] : [second, first];
      loop.push(
        `${variable}h[2 * i + ${low}] = ${words.read(lowWord)};`,
        `${variable}h[2 * i + 1 - ${low}] = ${words.read(highWord)};`,
      );
    }
  }
  prologue.push('const unused = into?.reservedNonZero ?? new Uint8Array(count);');
  loop.push(`unused[i] = ${unusedTest(unused, masks, words, around)};`);
  if (words.isUsed) prologue.push(`const w = ${around.runtime('wordsOf')}(b, '${record.byteOrder}');`);
  const usesBytes = loop.some((line) => /\bo\b/.test(line));
  const body = [
    ...(usesBytes ? [`const o = i * ${String(size)};`] : []),
    ...(words.isUsed ? [`const k = i * ${String(size / 4)};`] : []),
    ...words.shared,
    ...loop,
  ];
  const names = columns.map(({ path, variable }) => `  ${stringLiteral(path)}: ${variable},`);
  return [
    ...prologue,
    'for (let i = 0; i < count; i++) {',
    ...body.map((line) => `  ${line}`),
    '}',
    'return {',
    '  length: count,',
    ...names,
    '  reservedNonZero: unused,',
    '};',
  ];
}

/** 1 if a byte that nothing reads is not zero, else 0. */
function unusedTest(
  unused: readonly ByteRange[],
  masks: ReadonlyMap<number, number> | undefined,
  words: Words,
  around: Surroundings,
): string {
  if (unused.length === 0) return '0';
  if (masks === undefined) {
    const tests = unused.map(
      ([start, end]) => `${around.runtime('isNonZero')}(b, ${plus('o', start)}, ${plus('o', end)})`,
    );
    return `${tests.join(' || ')} ? 1 : 0`;
  }
  const terms = [...masks].map(([index, mask]) =>
    mask === 0xffffffff ? words.read(index) : `(${words.read(index)} & 0x${mask.toString(16)})`,
  );
  return `(${terms.join(' | ')}) === 0 ? 0 : 1`;
}
