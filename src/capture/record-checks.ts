/**
 * The notes on each of very many records, without inspecting them all.
 *
 * Nearly all records of a long capture are plain: nothing in them can earn a note. A mask of the bits that are suspicious if
 * set (padding, reserved space, holes, bits outside of what is accepted, anything but 0 and 1 in a boolean) finds those in one
 * pass over the words; only what it lets through, and values of enumerations nobody has a name for, is inspected. Records
 * with equal bytes get equal notes, so those are remembered.
 */

import { isConditionTrue } from '../codec/places.ts';
import type { Element, FieldDescriptor, RecordDescriptor, ScalarElement } from '../codec/record-descriptor.ts';
import { readNumber, widthBitsOf, writeBits } from '../codec/scalar.ts';
import { conditionsOfKvmNotes } from './kvm-notes.ts';
import { readBuffer } from './reading.ts';

export interface CheckedRecord {
  /** The gravest note: `error` is a record that a kernel refuses. */
  readonly severity: 'error' | 'warning' | 'info';
  /** Kinds of note with the field they are about, `reserved-not-zero:exception.pad`, separated by commas. */
  readonly rules: string;
}

interface EnumeratedField {
  readonly element: Extract<ScalarElement, { kind: 'integer' | 'bits' }>;
  readonly offsetBits: number;
  readonly values: ReadonlySet<bigint>;
}

/** Bytes from `start` up to `end`, counted from the record. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** A range that earns a note if it is not zero and something else holds of the record at `start`. */
interface CombinedTest {
  readonly nonZero: Range;
  readonly isOdd: (bytes: Uint8Array, start: number) => boolean;
}

/** Four bytes that are looked at, with the bits that are suspicious in each. */
interface MaskedWord {
  readonly at: number;
  readonly byte0: number;
  readonly byte1: number;
  readonly byte2: number;
  readonly byte3: number;
}

const maxRemembered = 65_536;
const ranks = { info: 0, warning: 1, error: 2 } as const;

export class RecordChecks {
  readonly #descriptor: RecordDescriptor;
  readonly #mask: Uint8Array;
  readonly #enumerated: EnumeratedField[] = [];
  readonly #combined: CombinedTest[] = [];
  #words: readonly MaskedWord[] = [];
  /** True for records whose notes depend on which union arm is selected. */
  #isAlwaysInspected = false;
  readonly #remembered = new Map<string, CheckedRecord | undefined>();

  constructor(descriptor: RecordDescriptor) {
    this.#descriptor = descriptor;
    this.#mask = new Uint8Array(descriptor.sizeBytes);
    this.#record(descriptor, 0, '');
    for (const { nonZero, zero } of conditionsOfKvmNotes(descriptor.type)) {
      const range = rangeOf(descriptor, nonZero);
      if (range === undefined) continue;
      const other = zero === undefined ? undefined : rangeOf(descriptor, zero);
      if (other === undefined) this.#mask.fill(0xff, range.start, range.end);
      else this.#combined.push({ nonZero: range, isOdd: (bytes, start) => !isNonZero(bytes, start, other) });
    }
    this.#words = wordsOf(this.#mask);
  }

  /** What there is to say about the record at `start`; `undefined` for a plain one. */
  check(bytes: Uint8Array, start: number): CheckedRecord | undefined {
    if (!this.#isSuspicious(bytes, start)) return undefined;
    const record = bytes.subarray(start, start + this.#descriptor.sizeBytes);
    const key = Buffer.from(record.buffer, record.byteOffset, record.length).toString('latin1');
    if (this.#remembered.has(key)) return this.#remembered.get(key);
    const checked = this.#inspect(record);
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
    this.#remembered.set(key, checked);
    return checked;
  }

  #isSuspicious(bytes: Uint8Array, start: number): boolean {
    if (this.#isAlwaysInspected) return true;
    let any = 0;
    // One test for the whole record: a branch for every word costs more than the words.
    for (const { at, byte0, byte1, byte2, byte3 } of this.#words) {
      const from = start + at;
      any |=
        ((bytes[from] ?? 0) & byte0) |
        ((bytes[from + 1] ?? 0) & byte1) |
        ((bytes[from + 2] ?? 0) & byte2) |
        ((bytes[from + 3] ?? 0) & byte3);
    }
    if (any !== 0) return true;
    for (const { nonZero, isOdd } of this.#combined) {
      if (isNonZero(bytes, start, nonZero) && isOdd(bytes, start)) return true;
    }
    return this.#enumerated.some(
      ({ element, offsetBits, values }) => !values.has(readNumber(element, bytes, start * 8 + offsetBits)),
    );
  }

  #inspect(record: Uint8Array): CheckedRecord | undefined {
    const { notes } = readBuffer(this.#descriptor, record);
    let severity: CheckedRecord['severity'] = 'info';
    for (const note of notes) if (ranks[note.severity] > ranks[severity]) severity = note.severity;
    const rules = new Set(notes.map(({ rule, path }) => (path === null ? rule : `${rule}:${path}`)));
    return notes.length === 0 ? undefined : { severity, rules: [...rules].join(',') };
  }

  #record(record: RecordDescriptor, baseBits: number, prefix: string): void {
    for (const { offsetBits, sizeBits } of record.holes) this.#suspect(baseBits + offsetBits, sizeBits);
    for (const field of record.fields) this.#field(field, baseBits, prefix);
  }

  #field(field: FieldDescriptor, baseBits: number, prefix: string): void {
    const offsetBits = baseBits + field.offsetBits;
    const path = field.cName === undefined ? prefix : prefix === '' ? field.cName : `${prefix}.${field.cName}`;
    const { element, dimensions } = field;
    const { validIf } = field;
    if (field.role !== undefined || field.nonZero !== undefined) this.#suspect(offsetBits, field.sizeBits);
    if (validIf !== undefined) {
      const nonZero = { start: Math.floor(offsetBits / 8), end: Math.ceil((offsetBits + field.sizeBits) / 8) };
      const isOdd: CombinedTest['isOdd'] = (bytes, start) =>
        isConditionTrue(validIf, bytes, start * 8 + baseBits) !== true;
      this.#combined.push({ nonZero, isOdd });
    }
    if (dimensions.length > 0) {
      this.#isAlwaysInspected ||= field.isFlexible === true || hasNotes(element);
      return;
    }
    if (element.kind === 'record') this.#record(element.record, offsetBits, path);
    else if (element.kind === 'union') this.#isAlwaysInspected ||= element.select !== undefined || hasNotes(element);
    else if (element.kind === 'integer' || element.kind === 'bits') this.#number(field, element, offsetBits);
  }

  /** The bits that a value without notes cannot have. */
  #number(field: FieldDescriptor, element: EnumeratedField['element'], offsetBits: number): void {
    const { meaning, acceptedMask } = field;
    const width = widthBitsOf(element);
    const all = (1n << BigInt(width)) - 1n;
    let suspicious = 0n;
    if (meaning?.kind === 'boolean' || element.isBoolean === true) suspicious |= all & ~1n;
    if (acceptedMask !== undefined) suspicious |= all & ~acceptedMask;
    if (meaning?.kind === 'flags') suspicious |= meaning.flags.reduce((rest, { value }) => rest & ~value, all);
    if (meaning?.kind === 'enumeration') {
      this.#enumerated.push({ element, offsetBits, values: new Set(meaning.values.map(({ value }) => value)) });
    }
    if (suspicious === 0n) return;
    const bits = new Uint8Array(this.#mask.length);
    writeBits(bits, offsetBits, width, element.byteOrder, suspicious);
    for (const [index, byte] of bits.entries()) this.#mask[index] = (this.#mask[index] ?? 0) | byte;
  }

  #suspect(offsetBits: number, sizeBits: number): void {
    for (let byte = Math.floor(offsetBits / 8); byte < Math.ceil((offsetBits + sizeBits) / 8); byte++) {
      if (byte < this.#mask.length) this.#mask[byte] = 0xff;
    }
  }
}

/** Whether anything in the elements of an array, or in a union, can earn a note of its own. */
function hasNotes(element: Element): boolean {
  if (element.kind !== 'record' && element.kind !== 'union') return false;
  const { record } = element;
  return (
    record.holes.length > 0 ||
    record.fields.some(
      (field) =>
        field.role !== undefined ||
        field.nonZero !== undefined ||
        field.validIf !== undefined ||
        field.acceptedMask !== undefined ||
        field.meaning !== undefined ||
        hasNotes(field.element),
    )
  );
}

function wordsOf(mask: Uint8Array): MaskedWord[] {
  const words: MaskedWord[] = [];
  for (let at = 0; at < mask.length; at += 4) {
    const [byte0 = 0, byte1 = 0, byte2 = 0, byte3 = 0] = mask.subarray(at, at + 4);
    if ((byte0 | byte1 | byte2 | byte3) !== 0) words.push({ at, byte0, byte1, byte2, byte3 });
  }
  return words;
}

function isNonZero(bytes: Uint8Array, base: number, { start, end }: Range): boolean {
  for (let i = base + start; i < base + end; i++) if (bytes[i] !== 0) return true;
  return false;
}

/** Where a field of nested records lies. */
function rangeOf(record: RecordDescriptor, path: string): Range | undefined {
  const [first = '', ...rest] = path.split('.');
  const field = record.fields.find(({ cName }) => cName === first);
  if (field === undefined) return undefined;
  const start = field.offsetBits / 8;
  if (rest.length === 0) return { start, end: start + field.sizeBits / 8 };
  const inner = field.element.kind === 'record' ? rangeOf(field.element.record, rest.join('.')) : undefined;
  return inner === undefined ? undefined : { start: start + inner.start, end: start + inner.end };
}
