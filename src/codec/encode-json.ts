/**
 * Bytes from JSON: what `uabi decode` prints, or a plain nested object a person wrote.
 *
 * Both are the same thing to this file: values that belong to paths. A path is looked up in the descriptor (an anonymous
 * union adds nothing to it), the value is checked against the field, and its bits are written over the bytes the document
 * carries, or over zeros. Every mistake is reported with its place in the text, not only the first.
 */

import { type Node, parseTree, type ParseError, printParseErrorCode } from 'jsonc-parser';
import { suggestionFor } from '../abi/suggest.ts';
import { type Diagnostic, printable, type SourceLocation } from '../diagnostic.ts';
import { elementBits, elementBytes, isByte } from './element-size.ts';
import { readPlace, selectArm } from './places.ts';
import type { Element, FieldDescriptor, NumberElement, RecordDescriptor, UnionElement } from './record-descriptor.ts';
import { rangeOf, readBits, readFloat, widthBitsOf, writeBits, writeFloat } from './scalar.ts';

export interface Encoding {
  /** `undefined` if there is any diagnostic. */
  readonly bytes: Uint8Array | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Encodes a JSON text as the record. */
export function encodeJson(descriptor: RecordDescriptor, text: string, file: string): Encoding {
  const encoder = new JsonEncoder(descriptor, text, file);
  const bytes = encoder.encode();
  return { bytes: encoder.diagnostics.length > 0 ? undefined : bytes, diagnostics: encoder.diagnostics };
}

/** An arm that was given, to be checked when all is written. */
interface GivenArm {
  readonly union: UnionElement;
  readonly name: string;
  readonly baseBits: number;
  readonly node: Node;
}

class JsonEncoder {
  readonly diagnostics: Diagnostic[] = [];
  readonly #descriptor: RecordDescriptor;
  readonly #text: string;
  readonly #file: string;
  readonly #arms: GivenArm[] = [];
  #bytes: Uint8Array;

  constructor(descriptor: RecordDescriptor, text: string, file: string) {
    this.#descriptor = descriptor;
    this.#text = text;
    this.#file = file;
    this.#bytes = new Uint8Array(descriptor.sizeBytes);
  }

  encode(): Uint8Array {
    const errors: ParseError[] = [];
    const root = parseTree(this.#text, errors, { disallowComments: true, allowTrailingComma: false });
    for (const { error, offset } of errors) {
      this.#report('bad-json', `This is no JSON: ${printParseErrorCode(error)}.`, offset);
    }
    if (root === undefined || errors.length > 0) {
      if (errors.length === 0) this.#report('bad-json', 'There is no JSON here.', 0);
    } else if (root.type !== 'object') {
      this.#report('bad-value', `${this.#descriptor.type} is an object.`, root.offset);
    } else if (member(root, 'schemaVersion') !== undefined && member(root, 'fields')?.type === 'array') {
      this.#fromDecoded(root);
    } else {
      this.#object(this.#descriptor, 0, root, '');
    }
    for (const arm of this.#arms) this.#checkArm(arm);
    return this.#bytes;
  }

  /** The document of `uabi decode`: its bytes, with every field that differs from them written over. */
  #fromDecoded(root: Node): void {
    const type = member(root, 'type');
    if (type !== undefined && type.value !== this.#descriptor.type) {
      this.#report('wrong-type', `This describes ${String(type.value)}, not ${this.#descriptor.type}.`, type.offset);
    }
    const base = member(root, 'bytes');
    if (base !== undefined) {
      const bytes = hexBytes(base.value);
      if (bytes === undefined || bytes.length < this.#descriptor.sizeBytes) {
        this.#report(
          'bad-value',
          `bytes must be the hexadecimal text of at least ${String(this.#descriptor.sizeBytes)} bytes.`,
          base.offset,
        );
        return;
      }
      this.#bytes = bytes;
    }
    for (const item of member(root, 'fields')?.children ?? []) {
      const path = member(item, 'path');
      const value = member(item, 'value');
      if (typeof path?.value !== 'string' || value === undefined) {
        this.#report('bad-value', 'A field has a path and a value.', item.offset);
        continue;
      }
      this.#assignPath(path.value, path, value);
    }
  }

  #assignPath(path: string, pathNode: Node, value: Node): void {
    const segments = path.split(/\.|(?=\[)/);
    let record = this.#descriptor;
    let baseBits = 0;
    for (const [index, segment] of segments.entries()) {
      const found = findField(record, baseBits, segment);
      if (found === undefined) {
        this.#unknown(segment, record, pathNode, path);
        return;
      }
      const { field } = found;
      const next = segments[index + 1];
      if (next === undefined) {
        this.#field(field, found.baseBits, value, path);
        return;
      }
      const { element } = field;
      if (element.kind !== 'record' && element.kind !== 'union') {
        this.#report('unknown-field', `${path}: ${segment} has no fields.`, pathNode.offset);
        return;
      }
      record = element.record;
      baseBits = found.baseBits + field.offsetBits;
      const item = /^\[(\d+)\]$/.exec(next);
      if (item !== null) {
        const elementIndex = Number(item[1]);
        if (field.isFlexible === true) this.#reserve(field, elementIndex + 1);
        baseBits += elementIndex * elementBits(element);
        segments.splice(index + 1, 1);
        if (baseBits + elementBits(element) > this.#bytes.length * 8) {
          this.#report('unknown-field', `${path}: there is no such element.`, pathNode.offset);
          return;
        }
      }
    }
  }

  #reserve(field: FieldDescriptor, length: number): void {
    const needed = field.offsetBits / 8 + length * elementBytes(field);
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(needed);
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  #object(record: RecordDescriptor, baseBits: number, node: Node, path: string): void {
    if (node.type !== 'object') {
      this.#report(
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
        this.#unknown(name, record, key, path === '' ? name : `${path}.${name}`);
        continue;
      }
      if (seen.has(name)) this.#report('duplicate-field', `${name} is given twice.`, key.offset);
      seen.add(name);
      if (found.union !== undefined) {
        const unionKey = String(found.baseBits);
        const other = armsOf.get(unionKey);
        if (other !== undefined) {
          this.#report('two-arms', `${other} and ${name} are arms of one union: only one can be given.`, key.offset);
          continue;
        }
        armsOf.set(unionKey, name);
        this.#noteArm(found.union, found.field.name, found.outerBits, key);
      }
      this.#field(found.field, found.baseBits, value, path === '' ? name : `${path}.${name}`);
    }
  }

  #noteArm(union: UnionElement, name: string, baseBits: number, node: Node): void {
    if (union.select !== undefined) this.#arms.push({ union, name, baseBits, node });
  }

  #field(field: FieldDescriptor, baseBits: number, node: Node, path: string): void {
    const offsetBits = baseBits + field.offsetBits;
    if (field.dimensions.length > 0) {
      const lengths = [...field.dimensions];
      if (field.isFlexible === true) {
        lengths[0] = node.type === 'array' ? (node.children?.length ?? 0) : (hexBytes(node.value)?.length ?? 0);
        this.#reserve(field, lengths[0]);
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
      this.#report('bad-length', `${path} has ${String(length)} elements; got ${got}.`, node.offset);
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
      else if (field === undefined) this.#unknown(String(arm.value), record, arm, path);
      else {
        this.#noteArm(element, field.name, baseBits, arm);
        this.#field(field, offsetBits, value, path);
      }
    } else {
      if (node.type === 'object' && (node.children?.length ?? 0) > 1) {
        this.#report('two-arms', `${path} is a union: only one of its arms can be given.`, node.offset);
        return;
      }
      for (const property of node.children ?? []) {
        const key = property.children?.[0];
        const field = record.fields.find(({ cName }) => cName === key?.value);
        if (key !== undefined && field !== undefined) this.#noteArm(element, field.name, baseBits, key);
      }
      this.#object(record, offsetBits, node, path);
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
        this.#object(element.record, offsetBits, node, path);
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
        if (value === undefined) this.#report('bad-value', `${path} is a number.`, node.offset);
        else if (!Object.is(readFloat(element.sizeBytes, element.byteOrder, this.#bytes, offsetBits), value)) {
          writeFloat(element.sizeBytes, element.byteOrder, this.#bytes, offsetBits, value);
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
      this.#report('bad-value', `${path}: ${value}`, node.offset);
      return;
    }
    const [low, high] = rangeOf(element);
    if (value < low || value > high) {
      this.#report(
        'out-of-range',
        `${path}: ${String(value)} does not fit ${field.type}, which holds ${String(low)} to ${String(high)}.`,
        node.offset,
      );
      return;
    }
    const width = widthBitsOf(element);
    const raw = BigInt.asUintN(width, value);
    // Only what differs is written: overlapping arms of one document then cannot undo an edit.
    if (readBits(this.#bytes, offsetBits, width, element.byteOrder) !== raw) {
      writeBits(this.#bytes, offsetBits, width, element.byteOrder, raw);
    }
  }

  #raw(length: number, offsetBits: number, node: Node, path: string): void {
    const bytes = hexBytes(node.value);
    if (bytes?.length !== length) {
      const got = bytes === undefined ? 'something else' : String(bytes.length);
      this.#report(
        'bad-length',
        `${path} is the hexadecimal text of ${String(length)} bytes; got ${got}.`,
        node.offset,
      );
      return;
    }
    const start = offsetBits / 8;
    if (bytes.some((byte, index) => byte !== this.#bytes[start + index])) this.#bytes.set(bytes, start);
  }

  #checkArm({ union, name, baseBits, node }: GivenArm): void {
    const { select } = union;
    if (select === undefined) return;
    const discriminant = readPlace(select.place, this.#bytes, baseBits) ?? 0n;
    const selected = selectArm(select, discriminant, this.#bytes, baseBits);
    if (selected === name) return;
    const wanted =
      select.arms.find((arm) => arm.name === name)?.values.map((value) => `${value.name} (${String(value.value)})`) ??
      [];
    const advice = wanted.length === 0 ? '' : `; for ${name} it is ${wanted.join(' or ')}`;
    const what = selected === undefined ? 'no arm' : `the arm ${selected}`;
    this.#report(
      'wrong-arm',
      `${name} is given, but ${select.place.path} is ${String(discriminant)}, which selects ${what}${advice}.`,
      node.offset,
    );
  }

  #unknown(name: string, record: RecordDescriptor, node: Node, path: string): void {
    const names = namesOf(record);
    const { hint } = suggestionFor(name, names);
    const location = this.#locate(node.offset);
    this.diagnostics.push({
      severity: 'error',
      code: 'unknown-field',
      message: `${record.type} has no field ${printable(path)}.`,
      ...(hint === undefined ? {} : { hint }),
      location,
    });
  }

  #report(code: string, message: string, offset: number): void {
    this.diagnostics.push({ severity: 'error', code, message, location: this.#locate(offset) });
  }

  #locate(offset: number): SourceLocation {
    const before = this.#text.slice(0, offset);
    const line = before.split('\n').length;
    return { file: this.#file, line, column: offset - before.lastIndexOf('\n') };
  }
}

interface Found {
  readonly field: FieldDescriptor;
  /** Where the record that holds the field starts. */
  readonly baseBits: number;
  /** The anonymous union the field was found in. */
  readonly union?: UnionElement;
  /** Where the record around that union starts. */
  readonly outerBits: number;
}

/** A field by its C name, through anonymous unions, or by its property name. */
function findField(record: RecordDescriptor, baseBits: number, name: string): Found | undefined {
  for (const field of record.fields) {
    if (field.cName === name || field.name === name) return { field, baseBits, outerBits: baseBits };
  }
  for (const field of record.fields) {
    const { element } = field;
    if (field.cName !== undefined || (element.kind !== 'union' && element.kind !== 'record')) continue;
    const inside = findField(element.record, baseBits + field.offsetBits, name);
    if (inside !== undefined) {
      return element.kind === 'union' ? { ...inside, union: element, outerBits: baseBits } : inside;
    }
  }
  return undefined;
}

function namesOf(record: RecordDescriptor): string[] {
  return record.fields.flatMap(({ cName, element }) => {
    if (cName !== undefined) return [cName];
    return element.kind === 'union' || element.kind === 'record' ? namesOf(element.record) : [];
  });
}

function member(node: Node, name: string): Node | undefined {
  if (node.type !== 'object') return undefined;
  return node.children?.find((property) => property.children?.[0]?.value === name)?.children?.[1];
}

function hexBytes(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string') return undefined;
  const digits = value.replaceAll(/\s+/g, '');
  if (digits.length % 2 === 1 || !/^[0-9a-fA-F]*$/.test(digits)) return undefined;
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

/** An integer as a number, as text in C's bases, as `true`/`false`, or by the names of the field; else what is wrong. */
function integerOf(node: Node, field: FieldDescriptor): bigint | string {
  const value: unknown = node.value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return BigInt(value);
    return Number.isInteger(value)
      ? 'this number is too large for JSON to be exact; write it as text'
      : 'this is no integer';
  }
  if (typeof value !== 'string') return 'an integer is wanted';
  const text = value.trim();
  const match = /^(-?)(0[xX][0-9a-fA-F]+|[0-9]+)$/.exec(text);
  if (match !== null) return match[1] === '-' ? -BigInt(match[2] ?? '0') : BigInt(match[2] ?? '0');
  const { meaning } = field;
  const known = meaning?.kind === 'enumeration' ? meaning.values : meaning?.kind === 'flags' ? meaning.flags : [];
  let sum = 0n;
  for (const word of text.split(/\s*\|\s*/)) {
    const named = known.find(({ name }) => name === word);
    if (named === undefined) {
      const { hint } = suggestionFor(
        word,
        known.map(({ name }) => name),
      );
      return `“${printable(word)}” is no integer${hint === undefined ? '' : `; ${hint}`}.`;
    }
    sum |= named.value;
  }
  return sum;
}
