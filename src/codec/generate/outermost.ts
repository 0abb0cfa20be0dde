/** What only the class of the outermost record has: the faces by which programs come in, and `detach`. */

import type { RecordDescriptor } from '../record-descriptor.ts';
import type { Surroundings } from './expressions.ts';
import { flexibleLength, hasFlexibleTail, strideBytes } from './fields.ts';
import type { PlannedRecord } from './module-plan.ts';
import { stringLiteral } from './names.ts';

export function outermostStatics(record: RecordDescriptor): string[] {
  return [
    '/** The record, as C spells it. */',
    `static readonly type = ${stringLiteral(record.type)};`,
    '/** `sizeof` the record. */',
    `static readonly sizeBytes = ${String(record.sizeBytes)};`,
  ];
}

/** A static method with its comment and an empty line behind it. */
function method(docs: readonly string[], signature: string, statements: readonly string[]): string[] {
  const lines = docs.map((line) => ` *${line === '' ? '' : ` ${line}`}`);
  const doc = docs.length === 1 ? [`/** ${docs[0] ?? ''} */`] : ['/**', ...lines, ' */'];
  return [...doc, `${signature} {`, ...statements.map((statement) => `  ${statement}`), '}', ''];
}

export function outermostMembers({ record, name }: PlannedRecord, around: Surroundings): string[] {
  const { runtime } = around;
  const type = stringLiteral(record.type);
  const size = String(record.sizeBytes);
  const isFlexible = hasFlexibleTail(record);
  const sizeAt = (bytes: string, offset: string): string =>
    isFlexible ? `${name}.byteLengthAt(${bytes}, ${offset})` : size;
  return [
    ...method(
      [
        'Decodes exactly one record.',
        '',
        'The record keeps `bytes` and reads arrays, padding, unions and large nested records from them when asked: `detach()` it',
        'before they change.',
        '',
        '@throws DecodeError unless `bytes` holds one record and nothing else.',
      ],
      `static decode(bytes: Uint8Array): ${name}`,
      [
        ...(isFlexible ? [`${runtime('checkWithin')}(bytes, 0, ${size}, ${type});`] : []),
        `${runtime('checkLength')}(bytes, ${sizeAt('bytes', '0')}, ${type});`,
        `return new ${name}(bytes, 0);`,
      ],
    ),
    ...method(
      ['Decodes the record at an offset of a larger buffer.', '', '@throws DecodeError if it does not fit.'],
      `static decodeAt(bytes: Uint8Array, offset: number): ${name}`,
      [
        `${runtime('checkWithin')}(bytes, offset, ${size}, ${type});`,
        ...(isFlexible ? [`${runtime('checkWithin')}(bytes, offset, ${sizeAt('bytes', 'offset')}, ${type});`] : []),
        `return new ${name}(bytes, offset);`,
      ],
    ),
    ...method(
      [
        'Encodes a value into new bytes. What is left out is zero, or as it was in the bytes the value was decoded from.',
        '',
        '@throws EncodeError for a value that does not fit its field.',
      ],
      `static encode(value: ${name}Init): Uint8Array`,
      [
        `const out = new Uint8Array(${isFlexible ? `${name}.byteLength(value)` : size});`,
        `encode${name}(value, out, 0, true);`,
        'return out;',
      ],
    ),
    ...method(
      [
        'Encodes a value into a buffer and returns the number of bytes written; allocates nothing.',
        '',
        '@throws EncodeError for a value that does not fit its field; the bytes are then half written.',
        '@throws DecodeError if the record does not fit.',
      ],
      `static encodeInto(value: ${name}Init, out: Uint8Array, offset = 0): number`,
      [
        `const size = ${isFlexible ? `${name}.byteLength(value)` : size};`,
        `${runtime('checkWithin')}(out, offset, size, ${type});`,
        `encode${name}(value, out, offset, false);`,
        'return size;',
      ],
    ),
    ...method(
      [
        'Calls `visit` for every record of a batch, with one view that moves.',
        '',
        '@throws DecodeError if the last record is cut.',
      ],
      `static forEach(bytes: Uint8Array, visit: (view: ${name}View, index: number) => void): void`,
      isFlexible
        ? [
            `const view = new ${name}View();`,
            'let index = 0;',
            `for (let offset = 0; offset < bytes.length; offset += ${sizeAt('bytes', 'offset')}) visit(view.reset(bytes, offset), index++);`,
          ]
        : [
            `const count = ${runtime('checkBatch')}(bytes, ${size}, ${type});`,
            `const view = new ${name}View();`,
            `for (let index = 0; index < count; index++) visit(view._moveTo(bytes, index * ${size}), index);`,
          ],
    ),
    ...method(
      ['Tells everything that can be told about bytes that may be this record; never throws.'],
      `static inspect(bytes: Uint8Array): ${runtime('Inspection')}`,
      [`return ${runtime('inspectRecord')}(descriptor, bytes);`],
    ),
    ...(isFlexible ? lengths(record, name, around) : columns(name, around)),
    ...method(['A copy with bytes of its own, for when the buffer will be used again.'], `detach(): ${name}`, [
      `const end = this._offset + ${sizeAt('this._bytes', 'this._offset')};`,
      `return new ${name}(this._bytes.slice(this._offset, end), 0);`,
    ]),
  ];
}

function columns(name: string, { runtime }: Surroundings): string[] {
  return method(
    [
      'Decodes a batch into one typed array a field; `reservedNonZero` tells which records have a byte set that nothing reads.',
      '',
      'Columns of an earlier batch, as long or longer, are filled again and given back; nothing is then allocated.',
      '',
      '@throws DecodeError if the last record is cut; RangeError if `into` is too short.',
    ],
    `static decodeColumns(bytes: Uint8Array, into?: ${name}Columns): ${name}Columns`,
    [`return ${runtime('decodeColumns')}(descriptor, bytes, into);`],
  );
}

function lengths(record: RecordDescriptor, name: string, around: Surroundings): string[] {
  const tail = record.fields.at(-1);
  if (tail === undefined) return [];
  const size = String(record.sizeBytes);
  const start = String(tail.offsetBits / 8);
  const stride = String(strideBytes(tail));
  return [
    ...method(
      [
        'Bytes the record at an offset takes, its trailing array included.',
        '',
        '@throws DecodeError if its fixed part does not fit.',
      ],
      'static byteLengthAt(b: Uint8Array, o: number): number',
      [
        `${around.runtime('checkWithin')}(b, o, ${size}, ${stringLiteral(record.type)});`,
        `return Math.max(${size}, ${start} + ${flexibleLength(tail, around, 'b', 'o')} * ${stride});`,
      ],
    ),
    ...method(['Bytes the encoding of a value takes.'], `static byteLength(value: ${name}Init): number`, [
      `if (value._bytes !== undefined && (value instanceof ${name} || value.${tail.name} === undefined)) {`,
      `  return ${name}.byteLengthAt(value._bytes, value._offset ?? 0);`,
      '}',
      `return Math.max(${size}, ${start} + (value.${tail.name}?.length ?? 0) * ${stride});`,
    ]),
  ];
}
