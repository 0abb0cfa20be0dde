/**
 * The class of a decoded record, the type of what may be encoded, and the function that encodes it.
 *
 * Numbers and small nested records are read by the constructor; everything else is a getter over the kept bytes, because most
 * programs never look at it and it is most of the bytes.
 */

import type { FieldDescriptor, RecordDescriptor } from '../record-descriptor.ts';
import { initType, type Surroundings, valueType, writeField } from './expressions.ts';
import { fieldDoc, fieldValue, getter, halves, hasFlexibleTail, isEager, isRemembered, isSelected } from './fields.ts';
import type { PlannedRecord } from './module-plan.ts';
import { commentText, stringLiteral } from './names.ts';
import { outermostMembers, outermostStatics } from './outermost.ts';

/** Class, `…Init` and `encode…` of a record that is no selected union. */
export function valueClass(planned: PlannedRecord, around: Surroundings): string {
  const { record, name } = planned;
  const eager = record.fields.filter((field) => isEager(field, record));
  const lazy = record.fields.filter((field) => !isEager(field, record));
  const remembered = lazy.filter((field) => isRemembered(field, record));
  const members = [
    ...(planned.isOutermost ? [...outermostStatics(record), ''] : []),
    ...eager.flatMap((field) => [fieldDoc(field), `readonly ${field.name}: ${valueType(field, around)};`]),
    '/** Where this was decoded from. @internal */',
    'readonly _bytes: Uint8Array;',
    '/** @internal */',
    'readonly _offset: number;',
    ...remembered.flatMap((field) => ['/** @internal */', `$${field.name}: ${valueType(field, around)} | undefined;`]),
    '',
    '/** Reads without checking that the bytes are there: use `decode`. @internal */',
    'constructor(b: Uint8Array, o: number) {',
    ...eager.map((field) => `  this.${field.name} = ${fieldValue(field, around)};`),
    '  this._bytes = b;',
    '  this._offset = o;',
    ...remembered.map((field) => `  this.$${field.name} = undefined;`),
    '}',
    '',
    ...(record.recordKind === 'union' ? unionBytes(record) : []),
    ...lazy.flatMap((field) => [fieldDoc(field), lazyGetter(field, record, around)]),
    ...record.fields.flatMap((field) => halves(field, record, around)),
    '',
    ...(planned.isOutermost ? outermostMembers(planned, around) : []),
    '/** For `JSON.stringify`: 64-bit integers and bytes as hexadecimal text. */',
    `toJSON(): Record<string, unknown> { return ${around.runtime('jsonOfFields')}(this, ${jsonNames(record)}); }`,
  ];
  return [
    classDoc(planned),
    `export class ${name} {`,
    ...indented(members),
    '}',
    '',
    initDeclaration(record, name, around),
    '',
    encodeFunction(planned, around),
  ].join('\n');
}

/** Members of a class, one step in; two empty lines never follow each other. */
export function indented(lines: readonly string[]): string[] {
  return lines
    .filter((line, index) => line !== '' || (index > 0 && lines[index - 1] !== ''))
    .map((line) => (line === '' ? '' : `  ${line}`));
}

function lazyGetter(field: FieldDescriptor, record: RecordDescriptor, around: Surroundings): string {
  const value = fieldValue(field, around);
  const type = valueType(field, around);
  if (!isRemembered(field, record)) return getter(field.name, type, value);
  return `get ${field.name}(): ${type} { return (this.$${field.name} ??= ${inPlace(value)}); }`;
}

/** A call of the form `f(b, o + 8)` with the bytes of `this`. */
function inPlace(call: string): string {
  return call.replace(/\(b, o\b/, '(this._bytes, this._offset');
}

function unionBytes(record: RecordDescriptor): string[] {
  return [
    '/** All bytes of the union: nothing says which of its members is in use. */',
    getter('bytes', 'Uint8Array', `b.slice(o, o + ${String(record.sizeBytes)})`),
  ];
}

function jsonNames(record: RecordDescriptor): string {
  const names = record.recordKind === 'union' ? ['bytes'] : record.fields.map(({ name }) => name);
  return `[${names.map(stringLiteral).join(', ')}]`;
}

function classDoc({ record, isOutermost }: PlannedRecord): string {
  const what = record.doc === undefined ? `\`${commentText(record.type)}\`.` : commentText(record.doc);
  if (!isOutermost) return `/** ${what} */`;
  const size = `${String(record.sizeBytes)} bytes, aligned to ${String(record.alignBytes)}, on ${record.target}.`;
  return `/**\n * ${what}\n *\n * ${size}\n */`;
}

function initDeclaration(record: RecordDescriptor, name: string, around: Surroundings): string {
  const isUnion = record.recordKind === 'union';
  return [
    `/** For encoding: ${isUnion ? 'one member, or all bytes.' : 'everything may be left out.'} */`,
    `export interface ${name}Init extends ${around.runtime('Kept')} {`,
    ...(isUnion ? ['  readonly bytes?: ArrayLike<number> | undefined;'] : []),
    ...record.fields.map((field) => `  readonly ${field.name}?: ${initType(field, around)} | undefined;`),
    '}',
  ].join('\n');
}

function encodeFunction({ record, name, isOutermost }: PlannedRecord, around: Surroundings): string {
  const size = isOutermost && hasFlexibleTail(record) ? `${name}.byteLength(value)` : String(record.sizeBytes);
  const body = record.recordKind === 'union' ? encodeUnion(record, name, around) : encodeStruct(record, name, around);
  // Whether the bytes are zero now is asked only by records in this one.
  const isAsked = body.some((line) => line.includes('isZero'));
  const prepare = `${around.runtime('prepare')}(out, o, ${size}, value, wasZero);`;
  return [
    `function encode${name}(value: ${name}Init, out: Uint8Array, o: number, wasZero: boolean): void {`,
    `  ${isAsked && record.recordKind === 'struct' ? 'const isZero = ' : ''}${prepare}`,
    ...(isAsked && record.recordKind === 'union' ? ['  const isZero = false; // its members share these bytes'] : []),
    ...body.map((line) => `  ${line}`),
    '}',
  ].join('\n');
}

function encodeUnion(record: RecordDescriptor, name: string, around: Surroundings): string[] {
  const type = stringLiteral(record.type);
  const given = record.fields.map((field) => `(value.${field.name} === undefined ? 0 : 1)`);
  return [
    `if (value instanceof ${name}) return;`,
    ...(given.length < 2
      ? []
      : [
          `if (${given.join(' + ')} > 1) throw new ${around.runtime('EncodeError')}(${type}, 'is a union: only one member can be given');`,
        ]),
    `if (value.bytes !== undefined) ${around.runtime('putBytes')}(out, o, value.bytes, ${String(record.sizeBytes)}, ${type});`,
    ...record.fields.flatMap((field) => writeIfGiven(field, around)),
  ];
}

function encodeStruct(record: RecordDescriptor, name: string, around: Surroundings): string[] {
  const eager = record.fields.filter((field) => isEager(field, record)).flatMap((field) => writeIfGiven(field, around));
  const waiting = record.fields.filter((field) => !isEager(field, record));
  // Selected unions last, because a union is checked against its discriminant.
  const lazy = [...waiting.filter((field) => !isSelected(field)), ...waiting.filter(isSelected)];
  if (lazy.length === 0) return eager;
  // What a decoded record reads when asked is in the bytes it started from.
  return [...eager, `if (value instanceof ${name}) return;`, ...lazy.flatMap((field) => writeIfGiven(field, around))];
}

function writeIfGiven(field: FieldDescriptor, around: Surroundings): string[] {
  const value = `value.${field.name}`;
  if (isSelected(field)) {
    return [`if (${value} !== undefined) encode${around.classOf(field.element)}(${value}, out, o, isZero);`];
  }
  const path = field.cName ?? field.name;
  const writes = writeField(field, value, path, around, '');
  const [only] = writes;
  if (writes.length === 1 && only !== undefined) return [`if (${value} !== undefined) ${only}`];
  // A variable, so that the array is not looked up for each of its elements.
  const held = writeField(field, 'values', path, around, '  ');
  return [`if (${value} !== undefined) {`, `  const values = ${value};`, ...held, '}'];
}
