/**
 * Reading and writing one field, as expressions of TypeScript.
 *
 * The bytes are in `b`, the start of the record in `o`. A single byte is read in place; everything wider goes through the
 * runtime's readers, which V8 inlines. Array accesses carry a `!`: the length was checked once, up front.
 */

import { elementBits, isByte } from '../element-size.ts';
import type {
  Element,
  FieldDescriptor,
  NumberElement,
  Place,
  PlacedCondition,
  ScalarElement,
} from '../record-descriptor.ts';
import { widthBitsOf } from '../scalar.ts';
import { stringLiteral } from './names.ts';

/** What an expression needs from the module around it: a part of `ModulePlan`. */
export interface Surroundings {
  /** Notes that a name of the runtime is used, and gives it back. */
  readonly runtime: (name: string) => string;
  /** Class of a nested record or union. */
  readonly classOf: (element: Element) => string;
}

/** `o`, `o + 8`, `o - 4`. */
export function plus(base: string, bytes: number): string {
  return bytes === 0 ? base : bytes < 0 ? `${base} - ${String(-bytes)}` : `${base} + ${String(bytes)}`;
}

function bitOffset(base: string, offsetBits: number): string {
  return plus(/^\w+$/.test(base) ? `${base} * 8` : `(${base}) * 8`, offsetBits);
}

function suffix(element: ScalarElement): 'le' | 'be' {
  return element.byteOrder === 'little' ? 'le' : 'be';
}

/** Name of the reader of an integer or float wider than a byte: `u32le`. */
function accessorName(element: Exclude<ScalarElement, { kind: 'bits' }>): string {
  const letter = element.kind === 'float' ? 'f' : element.isSigned ? 'i' : 'u';
  const order = element.sizeBytes === 1 ? '' : suffix(element);
  return `${letter}${String(element.sizeBytes * 8)}${order}`;
}

export function isWide(element: ScalarElement): boolean {
  return element.kind !== 'float' && widthBitsOf(element) > 32;
}

/** The value of a scalar `offsetBits` after the byte that `base` names. */
export function readScalar(element: ScalarElement, base: string, offsetBits: number, around: Surroundings): string {
  if (element.kind === 'bits') {
    const where = bitOffset(base, offsetBits);
    const order = element.byteOrder === 'little' ? 'Le' : 'Be';
    if (element.widthBits > 32) {
      const read = `${around.runtime(`wideBits${order}`)}(b, ${where}, ${String(element.widthBits)})`;
      return element.isSigned ? `BigInt.asIntN(${String(element.widthBits)}, ${read})` : read;
    }
    const read = `${around.runtime(`bits${order}`)}(b, ${where}, ${String(element.widthBits)})`;
    return element.isSigned ? `${around.runtime('signBits')}(${read}, ${String(element.widthBits)})` : read;
  }
  const at = plus(base, offsetBits / 8);
  if (element.kind === 'integer' && element.sizeBytes === 1 && !element.isSigned) return `b[${at}]!`;
  return `${around.runtime(accessorName(element))}(b, ${at})`;
}

export function readPlaceExpression(place: Place, base: string, around: Surroundings): string {
  return readScalar(place.element, base, place.offsetBits, around);
}

/** An integer literal of the type the element is read as. */
export function integerLiteral(value: bigint, element: NumberElement): string {
  return `${String(value)}${isWide(element) ? 'n' : ''}`;
}

export function conditionExpression(condition: PlacedCondition, base: string, around: Surroundings): string {
  const { place } = condition;
  const value = readPlaceExpression(place, base, around);
  const zero = integerLiteral(0n, place.element);
  switch (condition.kind) {
    case 'non-zero':
      return `${value} !== ${zero}`;
    case 'flag-set': {
      // `&` on numbers is 32-bit and signed; only "is any bit set" is asked, so the sign does no harm.
      const mask = integerLiteral(condition.mask, place.element);
      return `(${value} & ${mask}) !== ${zero}`;
    }
    case 'equals':
      return condition.values
        .map((wanted) => `${value} === ${integerLiteral(wanted.value, place.element)}`)
        .join(' || ');
    default:
      return condition satisfies never;
  }
}

/** The value of one element of any kind, at a byte expression; not for selected unions. */
function readElement(element: Element, base: string, offsetBits: number, around: Surroundings): string {
  switch (element.kind) {
    case 'integer':
    case 'bits':
    case 'float':
      return readScalar(element, base, offsetBits, around);
    case 'opaque': {
      const start = plus(base, offsetBits / 8);
      return `b.slice(${start}, ${plus(base, offsetBits / 8 + element.sizeBytes)})`;
    }
    case 'record':
    case 'union':
      return `new ${around.classOf(element)}(b, ${plus(base, offsetBits / 8)})`;
    default:
      return element satisfies never;
  }
}

/** The value of a field, arrays included; `flexibleLength` is the length of a flexible array. */
export function readField(field: FieldDescriptor, around: Surroundings, base = 'o', flexibleLength = '0'): string {
  if (field.dimensions.length === 0) return readElement(field.element, base, field.offsetBits, around);
  const lengths = field.dimensions.map(String);
  if (field.isFlexible === true) lengths[0] = flexibleLength;
  return readDimensions(field, lengths, 0, plus(base, field.offsetBits / 8), around);
}

function readDimensions(
  field: FieldDescriptor,
  lengths: readonly string[],
  depth: number,
  base: string,
  around: Surroundings,
): string {
  const length = lengths[depth] ?? '0';
  const isLast = depth === lengths.length - 1;
  if (isLast && isByte(field.element)) {
    return /^\d+$/.test(length)
      ? `b.slice(${base}, ${addLength(base, Number(length))})`
      : `b.slice(${base}, ${base} + ${length})`;
  }
  const index = 'ijklmnpq'.charAt(depth) || `i${String(depth)}`;
  const strideBytes =
    field.dimensions.slice(depth + 1).reduce((product, count) => product * count, elementBits(field.element)) / 8;
  const at = strideBytes === 1 ? `${base} + ${index}` : `${base} + ${index} * ${String(strideBytes)}`;
  const inner = isLast
    ? readElement(field.element, at, 0, around)
    : readDimensions(field, lengths, depth + 1, at, around);
  return `${around.runtime('readArray')}(${length}, (${index}) => ${inner})`;
}

function addLength(base: string, length: number): string {
  const match = /^(\w+) \+ (\d+)$/.exec(base);
  return match === null ? plus(base, length) : plus(match[1] ?? 'o', Number(match[2]) + length);
}

/** Name of the TypeScript type of a value that is read. */
export function valueType(field: FieldDescriptor, around: Surroundings): string {
  return arrayType(field, elementType(field.element, around), (inner) => `${inner}[]`);
}

/** Name of the type of a value that may be encoded. */
export function initType(field: FieldDescriptor, around: Surroundings): string {
  const { element } = field;
  const single =
    element.kind === 'record' || element.kind === 'union'
      ? `${around.classOf(element)}Init`
      : element.kind === 'opaque'
        ? 'ArrayLike<number>'
        : elementType(element, around);
  if (field.dimensions.length > 0 && isByte(element)) {
    return field.dimensions.slice(1).reduce((inner) => `ArrayLike<${inner}>`, 'ArrayLike<number>');
  }
  return field.dimensions.reduce((inner) => `ArrayLike<${inner}>`, single);
}

function arrayType(field: FieldDescriptor, single: string, wrap: (inner: string) => string): string {
  if (field.dimensions.length === 0) return single;
  return isByte(field.element)
    ? field.dimensions.slice(1).reduce(wrap, 'Uint8Array')
    : field.dimensions.reduce(wrap, single);
}

function elementType(element: Element, around: Surroundings): string {
  switch (element.kind) {
    case 'integer':
    case 'bits':
      return isWide(element) ? 'bigint' : 'number';
    case 'float':
      return 'number';
    case 'opaque':
      return 'Uint8Array';
    case 'record':
    case 'union':
      return around.classOf(element);
    default:
      return element satisfies never;
  }
}

/** Statements that check a value and write it into `out`; a nested record is told whether its bytes are zero, `isZero`. */
export function writeField(
  field: FieldDescriptor,
  value: string,
  path: string,
  around: Surroundings,
  indent: string,
): string[] {
  if (field.dimensions.length === 0) {
    return [indent + writeElement(field.element, 'o', field.offsetBits, value, path, around)];
  }
  const lengths = field.dimensions.map(String);
  if (field.isFlexible === true) lengths[0] = `${value}.length`;
  return writeDimensions(field, lengths, 0, plus('o', field.offsetBits / 8), value, path, around, indent);
}

function writeDimensions(
  field: FieldDescriptor,
  lengths: readonly string[],
  depth: number,
  base: string,
  value: string,
  path: string,
  around: Surroundings,
  indent: string,
): string[] {
  const length = lengths[depth] ?? '0';
  const isLast = depth === lengths.length - 1;
  const pathText = stringLiteral(path);
  if (isLast && isByte(field.element)) {
    return [`${indent}${around.runtime('putBytes')}(out, ${base}, ${value}, ${length}, ${pathText});`];
  }
  const index = 'ijklmnpq'.charAt(depth) || `i${String(depth)}`;
  const strideBytes =
    field.dimensions.slice(depth + 1).reduce((product, count) => product * count, elementBits(field.element)) / 8;
  const at = strideBytes === 1 ? `${base} + ${index}` : `${base} + ${index} * ${String(strideBytes)}`;
  const item = `${value}[${index}]!`;
  const inner = isLast
    ? [`${indent}  ${writeElement(field.element, at, 0, item, path, around)}`]
    : writeDimensions(field, lengths, depth + 1, at, item, path, around, `${indent}  `);
  const check = length.endsWith('.length')
    ? []
    : [`${indent}${around.runtime('checkCount')}(${value}, ${length}, ${pathText});`];
  return [...check, `${indent}for (let ${index} = 0; ${index} < ${length}; ${index}++) {`, ...inner, `${indent}}`];
}

function writeElement(
  element: Element,
  base: string,
  offsetBits: number,
  value: string,
  path: string,
  around: Surroundings,
): string {
  const pathText = stringLiteral(path);
  switch (element.kind) {
    case 'bits': {
      const order = element.byteOrder === 'little' ? 'Le' : 'Be';
      const put = around.runtime(`${element.widthBits > 32 ? 'putWideBits' : 'putBits'}${order}`);
      const width = String(element.widthBits);
      return `${put}(out, ${bitOffset(base, offsetBits)}, ${width}, ${String(element.isSigned)}, ${value}, ${pathText});`;
    }
    case 'integer':
    case 'float': {
      const accessor = accessorName(element);
      const put = around.runtime(`put${accessor.charAt(0).toUpperCase()}${accessor.slice(1)}`);
      return `${put}(out, ${plus(base, offsetBits / 8)}, ${value}, ${pathText});`;
    }
    case 'opaque':
      return `${around.runtime('putBytes')}(out, ${plus(base, offsetBits / 8)}, ${value}, ${String(element.sizeBytes)}, ${pathText});`;
    case 'record':
    case 'union':
      return `encode${around.classOf(element)}(${value}, out, ${plus(base, offsetBits / 8)}, isZero);`;
    default:
      return element satisfies never;
  }
}
