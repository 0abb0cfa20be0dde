/**
 * Walks a record over bytes that may be too short, and builds the tree of what is there.
 *
 * Every node is made in one place and has every property, also where it is `undefined`: a tree is made for each of millions of
 * records, and objects of one shape are several times as fast as those that are put together by spreading.
 */

import { ByteNotes } from './byte-notes.ts';
import { elementBits, elementBytes, isByte } from './element-size.ts';
import type { InspectedField, InspectedValue, Note } from './inspection.ts';
import { planField, planOf, type PlannedField } from './inspection-plan.ts';
import { type Explain, meaningOf, valueNotes } from './meaning.ts';
import { readPlace, selectArm } from './places.ts';
import type { FieldDescriptor, RecordDescriptor, ScalarElement, UnionElement } from './record-descriptor.ts';
import { readFloat, readNumber, widthBitsOf } from './scalar.ts';

const maxNamedElements = 16;
const noFields: readonly InspectedField[] = [];

export class Inspector {
  readonly #bytes: Uint8Array;
  readonly #sizeBits: number;
  readonly #explain: Explain | undefined;
  readonly #notes: ByteNotes;

  constructor(bytes: Uint8Array, explain: Explain | undefined) {
    this.#bytes = bytes;
    this.#sizeBits = bytes.length * 8;
    this.#explain = explain;
    this.#notes = new ByteNotes(bytes);
  }

  get notes(): readonly Note[] {
    return this.#notes.notes;
  }

  record(record: RecordDescriptor, baseBits: number, prefix: string): InspectedField[] {
    const plan = planOf(record, prefix);
    const fields: InspectedField[] = [];
    for (const planned of plan) {
      if (planned.kind === 'field') {
        fields.push(this.#field(planned, baseBits));
        continue;
      }
      const { hole } = planned;
      const offsetBits = baseBits + hole.offsetBits;
      fields.push(node(hole.kind, '', '', offsetBits, hole.sizeBits, undefined, undefined, noFields));
      this.#notes.checkHole(offsetBits, hole.sizeBits, record, prefix);
    }
    return fields;
  }

  /** Bytes that a flexible array at the end adds. */
  tailBytes(record: RecordDescriptor): number {
    const tail = record.fields.at(-1);
    if (tail?.isFlexible !== true) return 0;
    const length = this.#flexibleLength(tail, 0);
    const end = tail.offsetBits / 8 + length * elementBytes(tail);
    // Without a count every whole element belongs to the record, and so do the bytes its tail padding already covers.
    return Math.max(0, (tail.countedBy === undefined ? Math.min(end, this.#bytes.length) : end) - record.sizeBytes);
  }

  #flexibleLength(field: FieldDescriptor, baseBits: number): number {
    const size = elementBytes(field);
    const room = Math.max(0, this.#bytes.length - (baseBits + field.offsetBits) / 8);
    const fitting = size === 0 ? 0 : Math.floor(room / size);
    if (field.countedBy === undefined) return fitting;
    const count = readPlace(field.countedBy, this.#bytes, baseBits);
    return count === undefined ? fitting : Number(count < 0n ? 0n : count);
  }

  #field(planned: PlannedField, baseBits: number): InspectedField {
    const { field, path } = planned;
    const { element, type, sizeBits, role } = field;
    const offsetBits = baseBits + field.offsetBits;
    const isLive = field.validIf === undefined || this.#notes.checkValidity(field, baseBits, offsetBits, path);
    if (planned.isArray) return this.#array(planned, baseBits, offsetBits);
    switch (element.kind) {
      case 'record': {
        const children = this.record(element.record, offsetBits, path);
        return node('group', path, type, offsetBits, sizeBits, undefined, undefined, children, role);
      }
      case 'union': {
        const children = this.#union(field, element, baseBits, path);
        const isOpen = element.select === undefined ? true : undefined;
        return node('group', path, type, offsetBits, sizeBits, undefined, undefined, children, role, isOpen);
      }
      case 'opaque': {
        const value = this.#opaque(offsetBits, element.sizeBytes);
        return node('value', path, type, offsetBits, sizeBits, value, undefined, noFields, role);
      }
      case 'integer':
      case 'bits':
      case 'float': {
        const value = this.#scalar(element, offsetBits);
        let meaning: string | undefined;
        if (typeof value === 'bigint') {
          if (field.meaning !== undefined) meaning = meaningOf(field.meaning, value, this.#explain);
          if (planned.isUnused) this.#notes.checkUnused(field, offsetBits, sizeBits, path);
          if (planned.hasValueNotes) this.#checkValue(field, value, offsetBits, path, isLive);
        }
        return node('value', path, type, offsetBits, sizeBits, value, meaning, noFields, role);
      }
      default:
        return element satisfies never;
    }
  }

  #array(planned: PlannedField, baseBits: number, offsetBits: number): InspectedField {
    const { field, path } = planned;
    const { element, type, role } = field;
    const length = field.isFlexible === true ? this.#flexibleLength(field, baseBits) : planned.length;
    const stride = elementBits(element);
    const sizeBits = length * stride;
    const room = stride === 0 ? 0 : Math.floor((this.#sizeBits - offsetBits) / stride);
    const present = Math.max(0, Math.min(length, room));
    if (element.kind === 'record' || element.kind === 'union') {
      // The first element that is only partly there is shown as well.
      const shown = Math.min(length, present + (present < length && room >= 0 ? 1 : 0));
      const isOpen = element.kind === 'union' ? true : undefined;
      const children: InspectedField[] = [];
      for (let index = 0; index < shown; index++) {
        const at = offsetBits + index * stride;
        const itemPath = `${path}[${String(index)}]`;
        const inner = this.record(element.record, at, itemPath);
        children.push(
          node('group', itemPath, element.record.type, at, stride, undefined, undefined, inner, undefined, isOpen),
        );
      }
      return node('group', path, type, offsetBits, sizeBits, undefined, undefined, children, role);
    }
    if (element.kind === 'opaque') {
      const value = this.#opaque(offsetBits, (present * stride) / 8);
      return node('value', path, type, offsetBits, sizeBits, value, undefined, noFields, role);
    }
    if (planned.isUnused) this.#notes.checkUnused(field, offsetBits, present * stride, path);
    if (isByte(element)) {
      const value = this.#bytes.slice(offsetBits / 8, offsetBits / 8 + present);
      return node('value', path, type, offsetBits, sizeBits, value, undefined, noFields, role);
    }
    const value: InspectedValue[] = [];
    for (let i = 0; i < present; i++) value.push(this.#scalar(element, offsetBits + i * stride) ?? 0);
    const meaning = this.#elementMeanings(field, value);
    return node('value', path, type, offsetBits, sizeBits, value, meaning, noFields, role);
  }

  /** Names of the first elements of an array of register ids or enumerators. */
  #elementMeanings({ meaning }: FieldDescriptor, values: readonly InspectedValue[]): string | undefined {
    if (meaning?.kind !== 'register-id' && meaning?.kind !== 'enumeration') return undefined;
    const names = values
      .slice(0, maxNamedElements)
      .flatMap((value) =>
        typeof value === 'bigint' ? [meaningOf(meaning, value, this.#explain) ?? String(value)] : [],
      );
    if (names.length === 0) return undefined;
    return names.join(', ') + (values.length > names.length ? ', …' : '');
  }

  #opaque(offsetBits: number, sizeBytes: number): Uint8Array | undefined {
    const start = offsetBits / 8;
    return start > this.#bytes.length ? undefined : this.#bytes.slice(start, start + sizeBytes);
  }

  #scalar(element: ScalarElement, offsetBits: number): bigint | number | undefined {
    if (offsetBits + widthBitsOf(element) > this.#sizeBits) return undefined;
    return element.kind === 'float'
      ? readFloat(element.sizeBytes, element.byteOrder, this.#bytes, offsetBits)
      : readNumber(element, this.#bytes, offsetBits);
  }

  #union(field: FieldDescriptor, element: UnionElement, baseBits: number, path: string): InspectedField[] {
    const offsetBits = baseBits + field.offsetBits;
    const { select, record } = element;
    if (select === undefined) {
      for (const member of record.fields) if (member.role === 'padding') this.#notes.ignore(member);
      return this.record(record, offsetBits, path);
    }
    const discriminant = readPlace(select.place, this.#bytes, baseBits);
    const name = discriminant === undefined ? undefined : selectArm(select, discriminant, this.#bytes, baseBits);
    const arm = record.fields.find((candidate) => candidate.name === name);
    const fields: InspectedField[] = [];
    let end = offsetBits;
    if (arm !== undefined) {
      fields.push(this.#field(planField(arm, path), offsetBits));
      end += arm.offsetBits + arm.sizeBits;
    } else if (discriminant !== undefined && select.place.known?.some(({ value }) => value === discriminant) !== true) {
      const bytes = record.sizeBytes === 1 ? 'byte is' : `${String(record.sizeBytes)} bytes are`;
      const message = `${withIndices(select.place.path, path)} is ${String(discriminant)}, which selects no arm that is known; its ${bytes} shown raw.`;
      this.#notes.add('warning', path === '' ? null : path, offsetBits, 'unknown-discriminant', message);
    }
    const restBits = offsetBits + record.sizeBytes * 8 - end;
    if (restBits > 0) {
      const type = arm === undefined ? 'raw bytes' : `behind ${arm.cName ?? arm.name}`;
      const value = this.#opaque(Math.ceil(end / 8) * 8, restBits / 8);
      fields.push(node('rest', path, type, end, restBits, value, undefined, noFields));
    }
    return fields;
  }

  #checkValue(field: FieldDescriptor, value: bigint, offsetBits: number, path: string, isLive: boolean): void {
    for (const { severity, rule, message } of valueNotes(field, value, path, isLive)) {
      this.#notes.add(severity, path, offsetBits, rule, message);
    }
  }
}

/** The path of a place as it is for this element: places know no indices, `entries.type` stands for `entries[3].type`. */
function withIndices(place: string, path: string): string {
  const element = /^.*\]/.exec(path)?.[0];
  const bare = element?.replaceAll(/\[\d+\]/g, '');
  return element === undefined || bare === undefined || !place.startsWith(bare)
    ? place
    : element + place.slice(bare.length);
}

function node(
  kind: InspectedField['kind'],
  path: string,
  type: string,
  offsetBits: number,
  sizeBits: number,
  value: InspectedValue | undefined,
  meaning: string | undefined,
  children: readonly InspectedField[],
  role?: InspectedField['role'],
  isAlternatives?: true,
): InspectedField {
  return { kind, path, type, offsetBits, sizeBits, value, meaning, children, isAlternatives, role };
}
