/** The view of a record: getters over bytes somewhere else, nested views made once, arrays by element. */

import type { FieldDescriptor, RecordDescriptor } from '../record-descriptor.ts';
import { isWide, plus, readField, readScalar, type Surroundings, valueType } from './expressions.ts';
import { elementSizeBytes, flexibleLength, getter, halves, hasFlexibleTail } from './fields.ts';
import type { PlannedRecord } from './module-plan.ts';
import { commentText, stringLiteral } from './names.ts';
import { indented } from './value-class.ts';

export function viewClass({ record, name, isOutermost }: PlannedRecord, around: Surroundings): string {
  const nested = record.fields.filter(({ element }) => element.kind === 'record' || element.kind === 'union');
  const doc = isOutermost
    ? 'Looks at a record where it lies. One view serves any number of records: `reset` moves it; nothing is allocated.'
    : `The part of a view that is \`${commentText(record.type)}\`.`;
  const members = [
    ...nested.map((field) => `$${field.name}: ${around.classOf(field.element)}View | undefined = undefined;`),
    '',
    ...record.fields.flatMap((field) =>
      field.dimensions.length > 0
        ? elementGetter(field, around)
        : [single(field, around), ...halves(field, record, around)],
    ),
    ...(isOutermost ? ['', ...faces(record, name, around)] : []),
  ];
  return [
    `/** ${doc} */`,
    `export class ${name}View extends ${around.runtime('RecordView')} {`,
    ...indented(members),
    '}',
  ].join('\n');
}

function faces(record: RecordDescriptor, name: string, around: Surroundings): string[] {
  const size = hasFlexibleTail(record) ? `${name}.byteLengthAt(bytes, offset)` : String(record.sizeBytes);
  return [
    '/**',
    ' * Moves the view to a record.',
    ' *',
    ' * @throws DecodeError if it does not fit.',
    ' */',
    'reset(bytes: Uint8Array, offset = 0): this {',
    `  ${around.runtime('checkWithin')}(bytes, offset, ${size}, ${stringLiteral(record.type)});`,
    '  return this._moveTo(bytes, offset);',
    '}',
    '',
    '/** The record the view looks at, as a value. */',
    `decode(): ${name} { return ${name}.decodeAt(this._bytes, this._offset); }`,
  ];
}

function nestedView(field: FieldDescriptor, around: Surroundings, bytes: string, at: string): string {
  return `(this.$${field.name} ??= new ${around.classOf(field.element)}View())._moveTo(${bytes}, ${at})`;
}

function single(field: FieldDescriptor, around: Surroundings): string {
  const { element } = field;
  if (element.kind === 'record' || element.kind === 'union') {
    const value = nestedView(field, around, 'this._bytes', plus('this._offset', field.offsetBits / 8));
    return `get ${field.name}(): ${around.classOf(element)}View { return ${value}; }`;
  }
  return getter(field.name, valueType(field, around), readField(field, around));
}

/** One element of an array: a view has no array to give. */
function elementGetter(field: FieldDescriptor, around: Surroundings): string[] {
  const { element, dimensions } = field;
  const indexes = dimensions.map((_, depth) => 'ijklmnpq'.charAt(depth) || `i${String(depth)}`);
  const lengths = dimensions.map(String);
  if (field.isFlexible === true) lengths[0] = flexibleLength(field, around, 'b', 'o');
  const size = elementSizeBytes(field);
  const index = indexes.reduce(
    (flat, name, depth) => (depth === 0 ? name : `(${flat}) * ${lengths[depth] ?? '0'} + ${name}`),
    '',
  );
  const at = `${plus('o', field.offsetBits / 8)} + ${indexes.length > 1 ? `(${index})` : index}${size === 1 ? '' : ` * ${String(size)}`}`;
  const isNested = element.kind === 'record' || element.kind === 'union';
  const value = isNested
    ? nestedView(field, around, 'b', at)
    : element.kind === 'opaque'
      ? `b.subarray(${at}, ${at} + ${String(element.sizeBytes)})`
      : readScalar(element, at, 0, around);
  const type = isNested
    ? `${around.classOf(element)}View`
    : element.kind === 'opaque'
      ? 'Uint8Array'
      : isWide(element)
        ? 'bigint'
        : 'number';
  return [
    `${field.name}(${indexes.map((name) => `${name}: number`).join(', ')}): ${type} {`,
    '  const { _bytes: b, _offset: o } = this;',
    ...indexes.map(
      (name, depth) =>
        `  ${around.runtime('checkIndex')}(${name}, ${lengths[depth] ?? '0'}, ${stringLiteral(field.cName ?? field.name)});`,
    ),
    `  return ${value};`,
    '}',
  ];
}
