/**
 * Writes JSON values over the bytes of a record: objects into records, lists into arrays, one arm into a union.
 *
 * Arms are checked when all is written, because the discriminant may come later in the document. Only what differs from the bytes
 * is written: overlapping arms of one document then cannot undo an edit.
 */

import type { Node } from 'jsonc-parser';
import { elementBits, elementBytes, isByte } from './element-size.ts';
import type { EncodeReport } from './encode-report.ts';
import { findField } from './find-field.ts';
import { hexBytes, integerOf, member } from './json-values.ts';
import { readPlace, selectArm } from './places.ts';
import type { Element, FieldDescriptor, NumberElement, RecordDescriptor, UnionElement } from './record-descriptor.ts';
import { rangeOf, readBits, readFloat, widthBitsOf, writeBits, writeFloat } from './scalar.ts';

/** An arm that was given, to be checked when all is written. */
interface GivenArm {
  readonly union: UnionElement;
  readonly name: string;
  readonly baseBits: number;
  readonly node: Node;
}

/** More than any record; an index in a hostile document can ask for far more. */
const maxRecordBytes = 1 << 26;

export class TreeEncoder {
  bytes: Uint8Array;
  readonly #report: EncodeReport;
  readonly #arms: GivenArm[] = [];

  constructor(bytes: Uint8Array, report: EncodeReport) {
    this.bytes = bytes;
    this.#report = report;
  }

  /** Says which arms were given though their discriminants select others. */
  checkArms(): void {
    for (const arm of this.#arms) this.#checkArm(arm);
  }

  /** Makes room for so many elements of a flexible array. */
  reserve(field: FieldDescriptor, length: number): void {
    const needed = field.offsetBits / 8 + length * elementBytes(field);
    // What does not fit is said where the element is looked for.
    if (needed <= this.bytes.length || needed > maxRecordBytes) return;
    const grown = new Uint8Array(needed);
    grown.set(this.bytes);
    this.bytes = grown;
  }

  object(record: RecordDescriptor, baseBits: number, node: Node, path: string): void {
    if (node.type !== 'object') {
      this.#report.add(
        'bad-value',
        `${path === '' ? record.type : path} is an object with the fields of ${record.type}.`,
        node.offset,
      );
      return;
    }
    const armsOf = new Map<string, string>();
    const seen = new Set<string>();
    for (const property of node.children ?? []) {
      const [key, value] = property.children ?? [];
      if (key === undefined || value === undefined) continue;
      const name = String(key.value);
      const found = findField(record, baseBits, name);
      if (found === undefined) {
        this.#report.addUnknown(name, record, key, path === '' ? name : `${path}.${name}`);
        continue;
      }
      if (seen.has(name)) this.#report.add('duplicate-field', `${name} is given twice.`, key.offset);
      seen.add(name);
      if (found.union !== undefined) {
        const unionKey = String(found.baseBits);
        const other = armsOf.get(unionKey);
        if (other !== undefined) {
          this.#report.add(
            'two-arms',
            `${other} and ${name} are arms of one union: only one can be given.`,
            key.offset,
          );
          continue;
        }
        armsOf.set(unionKey, name);
        this.#noteArm(found.union, found.field.name, found.outerBits, key);
      }
      this.field(found.field, found.baseBits, value, path === '' ? name : `${path}.${name}`);
    }
  }

  #noteArm(union: UnionElement, name: string, baseBits: number, node: Node): void {
    if (union.select !== undefined) this.#arms.push({ union, name, baseBits, node });
  }

  field(field: FieldDescriptor, baseBits: number, node: Node, path: string): void {
    const offsetBits = baseBits + field.offsetBits;
    if (field.dimensions.length > 0) {
      const lengths = [...field.dimensions];
      if (field.isFlexible === true) {
        lengths[0] = node.type === 'array' ? (node.children?.length ?? 0) : (hexBytes(node.value)?.length ?? 0);
        this.reserve(field, lengths[0]);
      }
      this.#array(field, lengths, offsetBits, node, path);
    } else if (field.element.kind === 'union') {
      this.#union(field.element, offsetBits, baseBits, node, path);
    } else {
      this.#element(field, field.element, offsetBits, node, path);
    }
  }

  #array(field: FieldDescriptor, lengths: readonly number[], offsetBits: number, node: Node, path: string): void {
    const [length = 0, ...inner] = lengths;
    const { element } = field;
    if (inner.length === 0 && isByte(element) && node.type === 'string') {
      this.#raw(length, offsetBits, node, path);
      return;
    }
    const flat = inner.reduce((product, count) => product * count, length);
    const items = node.type === 'array' ? (node.children ?? []) : undefined;
    // `uabi decode` gives the elements of every array in one list.
    const isFlat = items !== undefined && inner.length > 0 && items.length === flat && items[0]?.type !== 'array';
    if (items === undefined || (items.length !== length && !isFlat)) {
      const got = items === undefined ? node.type : `${String(items.length)} of them`;
      this.#report.add('bad-length', `${path} has ${String(length)} elements; got ${got}.`, node.offset);
      return;
    }
    const stride = (isFlat ? [] : inner).reduce((product, count) => product * count, elementBits(element));
    for (const [index, item] of items.entries()) {
      const at = offsetBits + index * stride;
      const itemPath = `${path}[${String(index)}]`;
      if (inner.length > 0 && !isFlat) this.#array(field, inner, at, item, itemPath);
      else if (element.kind === 'union') this.#union(element, at, at, item, itemPath);
      else this.#element(field, element, at, item, itemPath);
    }
  }

  #union(element: UnionElement, offsetBits: number, baseBits: number, node: Node, path: string): void {
    const { record } = element;
    const raw = member(node, 'bytes');
    const arm = member(node, 'arm');
    const value = member(node, 'value');
    if (raw !== undefined && node.children?.length === 1) {
      this.#raw(record.sizeBytes, offsetBits, raw, path);
    } else if (value !== undefined && findField(record, 0, 'value') === undefined) {
      const field = record.fields.find(({ name }) => name === arm?.value);
      if (arm === undefined || arm.value === null) this.#raw(record.sizeBytes, offsetBits, value, path);
      else if (field === undefined) this.#report.addUnknown(String(arm.value), record, arm, path);
      else {
        this.#noteArm(element, field.name, baseBits, arm);
        this.field(field, offsetBits, value, path);
      }
    } else {
      if (node.type === 'object' && (node.children?.length ?? 0) > 1) {
        this.#report.add('two-arms', `${path} is a union: only one of its arms can be given.`, node.offset);
        return;
      }
      for (const property of node.children ?? []) {
        const key = property.children?.[0];
        const field = record.fields.find(({ cName }) => cName === key?.value);
        if (key !== undefined && field !== undefined) this.#noteArm(element, field.name, baseBits, key);
      }
      this.object(record, offsetBits, node, path);
    }
  }

  #element(
    field: FieldDescriptor,
    element: Exclude<Element, UnionElement>,
    offsetBits: number,
    node: Node,
    path: string,
  ): void {
    switch (element.kind) {
      case 'record':
        this.object(element.record, offsetBits, node, path);
        return;
      case 'opaque':
        this.#raw(element.sizeBytes, offsetBits, node, path);
        return;
      case 'float': {
        const value =
          typeof node.value === 'number'
            ? node.value
            : /^(-?Infinity|NaN|-0)$/.test(String(node.value))
              ? Number(node.value)
              : undefined;
        if (value === undefined) this.#report.add('bad-value', `${path} is a number.`, node.offset);
        else if (!Object.is(readFloat(element.sizeBytes, element.byteOrder, this.bytes, offsetBits), value)) {
          writeFloat(element.sizeBytes, element.byteOrder, this.bytes, offsetBits, value);
        }
        return;
      }
      case 'integer':
      case 'bits':
        this.#integer(field, element, offsetBits, node, path);
        return;
      default:
        element satisfies never;
    }
  }

  #integer(field: FieldDescriptor, element: NumberElement, offsetBits: number, node: Node, path: string): void {
    const value = integerOf(node, field);
    if (typeof value === 'string') {
      this.#report.add('bad-value', `${path}: ${value}`, node.offset);
      return;
    }
    const [low, high] = rangeOf(element);
    if (value < low || value > high) {
      this.#report.add(
        'out-of-range',
        `${path}: ${String(value)} does not fit ${field.type}, which holds ${String(low)} to ${String(high)}.`,
        node.offset,
      );
      return;
    }
    const width = widthBitsOf(element);
    const raw = BigInt.asUintN(width, value);
    // Only what differs is written: overlapping arms of one document then cannot undo an edit.
    if (readBits(this.bytes, offsetBits, width, element.byteOrder) !== raw) {
      writeBits(this.bytes, offsetBits, width, element.byteOrder, raw);
    }
  }

  #raw(length: number, offsetBits: number, node: Node, path: string): void {
    const bytes = hexBytes(node.value);
    if (bytes?.length !== length) {
      const got = bytes === undefined ? 'something else' : String(bytes.length);
      this.#report.add(
        'bad-length',
        `${path} is the hexadecimal text of ${String(length)} bytes; got ${got}.`,
        node.offset,
      );
      return;
    }
    const start = offsetBits / 8;
    if (bytes.some((byte, index) => byte !== this.bytes[start + index])) this.bytes.set(bytes, start);
  }

  #checkArm({ union, name, baseBits, node }: GivenArm): void {
    const { select } = union;
    if (select === undefined) return;
    const discriminant = readPlace(select.place, this.bytes, baseBits) ?? 0n;
    const selected = selectArm(select, discriminant, this.bytes, baseBits);
    if (selected === name) return;
    const wanted =
      select.arms.find((arm) => arm.name === name)?.values.map((value) => `${value.name} (${String(value.value)})`) ??
      [];
    const advice = wanted.length === 0 ? '' : `; for ${name} it is ${wanted.join(' or ')}`;
    const what = selected === undefined ? 'no arm' : `the arm ${selected}`;
    this.#report.add(
      'wrong-arm',
      `${name} is given, but ${select.place.path} is ${String(discriminant)}, which selects ${what}${advice}.`,
      node.offset,
    );
  }
}
