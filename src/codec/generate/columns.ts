/**
 * Columns: a batch of records, turned on its side.
 *
 * Every single value outside of unions and arrays becomes a typed array. The loop goes record by record, so each cache
 * line is read once; values of 32 and 64 bits that lie on a word are read as words, 64-bit ones as two halves that go
 * straight into the column, because a BigInt in between would allocate. `reservedNonZero` collects what nothing reads:
 * padding, reserved space and holes.
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
      parameters: [{ name: 'b', type: 'Uint8Array' }],
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

function fillStatements(
  record: RecordDescriptor,
  columns: readonly Column[],
  unused: readonly ByteRange[],
  around: Surroundings,
): string[] {
  const size = record.sizeBytes;
  // Words need every record to start on one.
  const hasWords = size % 4 === 0;
  const onWord = (offsetBits: number): boolean => hasWords && offsetBits % 32 === 0;
  const prologue = [
    `const count = ${around.runtime('checkBatch')}(b, ${String(size)}, ${stringLiteral(record.type)});`,
  ];
  const loop: string[] = [];
  let usesWords = false;
  const word = (offsetBytes: number): string => {
    usesWords = true;
    return `w[${plus('k', offsetBytes / 4)}]!`;
  };
  for (const { element, offsetBits, variable } of columns) {
    prologue.push(`const ${variable} = new ${arrayTypeOf(element)}(count);`);
    const isOwnOrder = element.byteOrder === record.byteOrder;
    if (element.kind === 'integer' && element.sizeBytes === 8 && isOwnOrder && onWord(offsetBits)) {
      prologue.push(`const ${variable}h = ${around.runtime('halvesOf')}(${variable});`);
      const low = around.runtime('lowHalf');
      const at = offsetBits / 8;
      const isLittle = element.byteOrder === 'little';
      loop.push(
        `${variable}h[2 * i + ${low}] = ${word(isLittle ? at : at + 4)};`,
        `${variable}h[2 * i + 1 - ${low}] = ${word(isLittle ? at + 4 : at)};`,
      );
    } else if (element.kind === 'integer' && element.sizeBytes === 4 && isOwnOrder && onWord(offsetBits)) {
      loop.push(`${variable}[i] = ${word(offsetBits / 8)};`);
    } else {
      const value = readScalar(element, 'o', offsetBits, around);
      // A bit-field of up to 32 bits is read as a number, and one column type holds it; wider ones are BigInts on both sides.
      loop.push(`${variable}[i] = ${value};`);
    }
  }
  prologue.push('const unused = new Uint8Array(count);');
  const terms: string[] = [];
  for (const [start, end] of unused) {
    let at = start;
    while (at < end) {
      const isWord = hasWords && at % 4 === 0 && at + 4 <= end;
      terms.push(isWord ? word(at) : `b[${plus('o', at)}]!`);
      at += isWord ? 4 : 1;
    }
  }
  if (terms.length > 64) {
    // Long ranges as loops: a term for every word of a kilobyte would be no code to read.
    usesWords = false;
    for (const line of loop) if (line.includes('w[')) usesWords = true;
    const tests = unused.map(
      ([start, end]) => `${around.runtime('isNonZero')}(b, ${plus('o', start)}, ${plus('o', end)})`,
    );
    loop.push(`if (${tests.join(' || ')}) unused[i] = 1;`);
  } else if (terms.length > 0) {
    loop.push(`if ((${terms.join(' | ')}) !== 0) unused[i] = 1;`);
  }
  if (usesWords) prologue.push(`const w = ${around.runtime('wordsOf')}(b, '${record.byteOrder}');`);
  const usesBytes = loop.some((line) => /\bo\b/.test(line));
  const start = [
    ...(usesBytes ? [`  const o = i * ${String(size)};`] : []),
    ...(usesWords ? [`  const k = i * ${String(size / 4)};`] : []),
  ];
  const body =
    loop.length === 0 ? [] : ['for (let i = 0; i < count; i++) {', ...start, ...loop.map((line) => `  ${line}`), '}'];
  const names = columns.map(({ path, variable }) => `  ${stringLiteral(path)}: ${variable},`);
  return [...prologue, ...body, 'return {', '  length: count,', ...names, '  reservedNonZero: unused,', '};'];
}
