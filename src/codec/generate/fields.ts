/** How the fields of a record are treated in generated code: when they are read, how long they are, what is said of them. */

import type { FieldDescriptor, RecordDescriptor } from '../record-descriptor.ts';
import { isWide, plus, readField, readPlaceExpression, type Surroundings } from './expressions.ts';
import { commentText } from './names.ts';

/** A nested record larger than this waits until it is asked for, and so do the BigInts of a record larger than twice this. */
const largestEager = 64;

/**
 * Read when the record is decoded: numbers and small nested records. Arrays, padding and unions wait; so do large nested
 * records, and the 64-bit integers of a large record: each BigInt is an allocation, and of a `kvm_run` page one wants to know
 * the exit reason.
 */
export function isEager(field: FieldDescriptor, record: RecordDescriptor): boolean {
  const { element } = field;
  if (record.recordKind === 'union' || field.dimensions.length > 0 || field.role !== undefined) return false;
  switch (element.kind) {
    case 'record':
      return element.record.sizeBytes <= largestEager;
    case 'integer':
    case 'bits':
      return !isWide(element) || record.sizeBytes <= 2 * largestEager;
    case 'float':
      return true;
    case 'union':
    case 'opaque':
      return false;
    default:
      return element satisfies never;
  }
}

/** Read when asked and then remembered, so that asking twice gives the same object. */
export function isRemembered(field: FieldDescriptor, record: RecordDescriptor): boolean {
  const { element } = field;
  const isNested = element.kind === 'record' || element.kind === 'union';
  return isNested && record.recordKind === 'struct' && field.dimensions.length === 0 && !isEager(field, record);
}

export function isSelected({ element, dimensions }: FieldDescriptor): boolean {
  return element.kind === 'union' && element.select !== undefined && dimensions.length === 0;
}

export function hasFlexibleTail(record: RecordDescriptor): boolean {
  return record.recordKind === 'struct' && record.fields.at(-1)?.isFlexible === true;
}

/** Bytes from one element of a field's outermost dimension to the next. */
export function strideBytes(field: FieldDescriptor): number {
  return field.dimensions.slice(1).reduce((product, length) => product * length, elementSizeBytes(field));
}

export function elementSizeBytes({ element }: FieldDescriptor): number {
  if (element.kind === 'bits') return 0;
  return element.kind === 'record' || element.kind === 'union' ? element.record.sizeBytes : element.sizeBytes;
}

/** Number of elements of a flexible array: what its count says, or what there is room for. */
export function flexibleLength(field: FieldDescriptor, around: Surroundings, bytes: string, offset: string): string {
  if (field.isFlexible !== true) return '0';
  if (field.countedBy !== undefined) {
    const count = readPlaceExpression(field.countedBy, offset, around);
    return isWide(field.countedBy.element) ? `Number(${count})` : count;
  }
  const start = plus(offset, field.offsetBits / 8);
  const stride = strideBytes(field);
  return stride === 0 ? '0' : `Math.floor((${bytes}.length - (${start})) / ${String(stride)})`;
}

/** The value of a field of the record at `o` in `b`. */
export function fieldValue(field: FieldDescriptor, around: Surroundings): string {
  if (isSelected(field)) return `read${around.classOf(field.element)}(b, o)`;
  return readField(field, around, 'o', flexibleLength(field, around, 'b', 'o'));
}

/** A getter on one line, in a class that has `_bytes` and `_offset`; `expression` uses `b` and `o`. */
export function getter(name: string, type: string, expression: string): string {
  // A byte name can be shorter than its declaration would be.
  const uses = (variable: string): number => [...expression.matchAll(new RegExp(`\\b${variable}\\b`, 'g'))].length;
  if (uses('b') <= 1 && uses('o') <= 1) {
    const inPlace = expression.replace(/\bb\b/, 'this._bytes').replace(/\bo\b/, 'this._offset');
    return `get ${name}(): ${type} { return ${inPlace}; }`;
  }
  return `get ${name}(): ${type} { const { _bytes: b, _offset: o } = this; return ${expression}; }`;
}

/** `x_lo` and `x_hi` of a 64-bit `x`, for code that cannot afford a BigInt. */
export function halves(field: FieldDescriptor, record: RecordDescriptor, around: Surroundings): string[] {
  const { element } = field;
  if (element.kind !== 'integer' || element.sizeBytes !== 8 || field.dimensions.length > 0) return [];
  const isLittle = element.byteOrder === 'little';
  return (['lo', 'hi'] as const).flatMap((half) => {
    const name = `${field.name}_${half}`;
    if (record.fields.some((other) => other.name === name)) return [];
    const at = field.offsetBits / 8 + ((half === 'lo') === isLittle ? 0 : 4);
    return [getter(name, 'number', `${around.runtime(isLittle ? 'u32le' : 'u32be')}(b, ${plus('o', at)})`)];
  });
}

/** One line about a field, as a comment. */
export function fieldDoc(field: FieldDescriptor): string {
  const byte = String(Math.floor(field.offsetBits / 8));
  const at = field.offsetBits % 8 === 0 ? `offset ${byte}` : `offset ${byte}, bit ${String(field.offsetBits % 8)}`;
  const facts = [`\`${commentText(field.type)}\` at ${at}.`];
  if (field.doc !== undefined) facts.push(commentText(field.doc));
  if (field.nonZero === 'rejected') facts.push('The kernel refuses anything but zero with EINVAL.');
  return `/** ${facts.join(' ')} */`;
}
