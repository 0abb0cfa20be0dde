/**
 * The notes on each of very many records, without inspecting them all.
 *
 * Nearly all records of a long capture are plain: nothing in them can earn a note. A mask of the bits that are suspicious if
 * set (padding, reserved space, holes, bits outside of what is accepted, anything but 0 and 1 in a boolean) finds those in one
 * pass over the words; only what it lets through, and values of enumerations nobody has a name for, is inspected. Records
 * with equal bytes get equal notes, so those are remembered.
 */

import { ByteTable } from '../codec/byte-table.ts';
import { narrowReader } from '../codec/column-fill.ts';
import { isConditionTrue } from '../codec/places.ts';
import type {
  Element,
  FieldDescriptor,
  NumberElement,
  PlacedCondition,
  RecordDescriptor,
} from '../codec/record-descriptor.ts';
import { readNumber, widthBitsOf, writeBits } from '../codec/scalar.ts';
import { conditionsOfKvmNotes } from './kvm-notes.ts';
import { readBuffer } from './reading.ts';

export const severities = ['', 'info', 'warning', 'error'] as const;

/** What is said about the records of a batch: numbers of texts, 0 for a record without notes. */
export interface CheckedBatch {
  /** Numbers in `severities`, of the gravest note: `error` is a record that a kernel refuses. */
  readonly severities: Uint32Array;
  /** Numbers in `ruleTexts`. */
  readonly rules: Uint32Array;
}

interface EnumeratedField {
  readonly element: NumberElement;
  readonly offsetBits: number;
  readonly values: ReadonlySet<bigint>;
}

/** Bytes from `start` up to `end`, counted from the record. */
interface Range {
  readonly start: number;
  readonly end: number;
}

type Test = (bytes: Uint8Array, view: DataView, start: number) => boolean;

/** A range that earns a note if it is not zero and something else holds of the record. */
interface CombinedTest {
  readonly nonZero: Range;
  readonly isOdd: Test;
}

/** The bits that are suspicious in a part of the record; parts are words, and single bytes at the end. */
interface Probes {
  readonly wordOffsets: Int32Array;
  readonly wordMasks: Int32Array;
  readonly byteOffsets: Int32Array;
  readonly byteMasks: Uint8Array;
}

const maxRemembered = 65_536;
const maxRememberedBytes = 1 << 23;
const maxTexts = 65_536;

export class RecordChecks {
  readonly #descriptor: RecordDescriptor;
  readonly #mask: Uint8Array;
  readonly #enumerated: EnumeratedField[] = [];
  readonly #combined: CombinedTest[] = [];
  readonly #probes: Probes;
  readonly #tests: readonly Test[];
  /** True for records whose notes depend on which union arm is selected. */
  #isAlwaysInspected = false;
  readonly #remembered: ByteTable;
  readonly #rememberedSeverities: Uint32Array;
  readonly #rememberedRules: Uint32Array;
  #ruleTexts: string[] = [''];
  readonly #ruleNumbers = new Map<string, number>([['', 0]]);

  constructor(descriptor: RecordDescriptor) {
    const { sizeBytes } = descriptor;
    this.#descriptor = descriptor;
    this.#mask = new Uint8Array(sizeBytes);
    this.#record(descriptor, 0, '');
    for (const { nonZero, zero } of conditionsOfKvmNotes(descriptor.type)) {
      const range = rangeOf(descriptor, nonZero);
      if (range === undefined) continue;
      const other = zero === undefined ? undefined : rangeOf(descriptor, zero);
      if (other === undefined) this.#mask.fill(0xff, range.start, range.end);
      else this.#combined.push({ nonZero: range, isOdd: (bytes, _, start) => !isNonZero(bytes, start, other) });
    }
    this.#probes = probesOf(this.#mask);
    this.#tests = [
      ...this.#combined.map(
        ({ nonZero, isOdd }): Test =>
          (bytes, view, start) =>
            isNonZero(bytes, start, nonZero) && isOdd(bytes, view, start),
      ),
      ...this.#enumerated.map(isOutside),
    ];
    const capacity = Math.max(16, Math.min(maxRemembered, Math.floor(maxRememberedBytes / Math.max(1, sizeBytes))));
    this.#remembered = new ByteTable(sizeBytes, capacity);
    this.#rememberedSeverities = new Uint32Array(capacity);
    this.#rememberedRules = new Uint32Array(capacity);
  }

  /**
   * Kinds of note with the field they are about, `reserved-not-zero:exception.pad`, separated by commas; by number.
   * Another array after a batch that would have made it too long.
   */
  get ruleTexts(): readonly string[] {
    return this.#ruleTexts;
  }

  /** How many bits earn a note just by being set. */
  get suspiciousBits(): number {
    return this.#mask.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
  }

  /** Checks the first `count` records of `bytes` and fills `into`; returns how many have notes. */
  checkBatch(bytes: Uint8Array, count: number, into: CheckedBatch): number {
    if (this.#ruleTexts.length > maxTexts) this.#forgetTexts();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { sizeBytes } = this.#descriptor;
    let noted = 0;
    for (let i = 0, start = 0; i < count; i++, start += sizeBytes) {
      into.severities[i] = 0;
      into.rules[i] = 0;
      if (!this.#isSuspicious(bytes, view, start)) continue;
      const number = this.#recall(bytes, view, start);
      const severity = this.#rememberedSeverities[number] ?? 0;
      into.severities[i] = severity;
      into.rules[i] = this.#rememberedRules[number] ?? 0;
      if (severity !== 0) noted += 1;
    }
    return noted;
  }

  #isSuspicious(bytes: Uint8Array, view: DataView, start: number): boolean {
    if (this.#isAlwaysInspected) return true;
    const { wordOffsets, wordMasks, byteOffsets, byteMasks } = this.#probes;
    let any = 0;
    // One test for the whole record: a branch for every word costs more than the words.
    for (let i = 0; i < wordOffsets.length; i++) {
      any |= view.getInt32(start + (wordOffsets[i] ?? 0), true) & (wordMasks[i] ?? 0);
    }
    for (let i = 0; i < byteOffsets.length; i++) {
      any |= (bytes[start + (byteOffsets[i] ?? 0)] ?? 0) & (byteMasks[i] ?? 0);
    }
    if (any !== 0) return true;
    for (const isOdd of this.#tests) if (isOdd(bytes, view, start)) return true;
    return false;
  }

  /** Number of the remembered notes of a record, which is inspected if its bytes are new. */
  #recall(bytes: Uint8Array, view: DataView, start: number): number {
    let next = this.#remembered.count;
    let number = this.#remembered.numberOf(view, start);
    if (number === -1) {
      this.#remembered.clear();
      next = 0;
      number = this.#remembered.numberOf(view, start);
    }
    if (number === next) {
      const { severity, rules } = this.#inspect(bytes.subarray(start, start + this.#descriptor.sizeBytes));
      this.#rememberedSeverities[number] = severity;
      this.#rememberedRules[number] = this.#ruleNumberOf(rules);
    }
    return number;
  }

  #ruleNumberOf(rules: string): number {
    let number = this.#ruleNumbers.get(rules);
    if (number === undefined) {
      number = this.#ruleTexts.push(rules) - 1;
      this.#ruleNumbers.set(rules, number);
    }
    return number;
  }

  #forgetTexts(): void {
    this.#ruleTexts = [''];
    this.#ruleNumbers.clear();
    this.#ruleNumbers.set('', 0);
    this.#remembered.clear();
  }

  #inspect(record: Uint8Array): { readonly severity: number; readonly rules: string } {
    const { notes } = readBuffer(this.#descriptor, record);
    const severity = Math.max(0, ...notes.map((note) => severities.indexOf(note.severity)));
    const rules = new Set(notes.map(({ rule, path }) => (path === null ? rule : `${rule}:${path}`)));
    return { severity, rules: [...rules].join(',') };
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
      this.#combined.push({ nonZero, isOdd: isUnmet(validIf, baseBits) });
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

function probesOf(mask: Uint8Array): Probes {
  const view = new DataView(mask.buffer, mask.byteOffset, mask.byteLength);
  const words: [number, number][] = [];
  const bytes: [number, number][] = [];
  const wordsEnd = mask.length - (mask.length % 4);
  for (let at = 0; at < wordsEnd; at += 4) if (view.getInt32(at) !== 0) words.push([at, view.getInt32(at, true)]);
  for (let at = wordsEnd; at < mask.length; at++) if (mask[at] !== 0) bytes.push([at, mask[at] ?? 0]);
  return {
    wordOffsets: Int32Array.from(words, ([at]) => at),
    wordMasks: Int32Array.from(words, ([, bits]) => bits),
    byteOffsets: Int32Array.from(bytes, ([at]) => at),
    byteMasks: Uint8Array.from(bytes, ([, bits]) => bits),
  };
}

/** Whether a condition does not hold, read without a BigInt where its number has 32 bits. */
function isUnmet(condition: PlacedCondition, baseBits: number): Test {
  const { place } = condition;
  const read = narrowReader(place.element, baseBits + place.offsetBits);
  if (read === undefined || condition.kind === 'equals') {
    return (bytes, _, start) => isConditionTrue(condition, bytes, start * 8 + baseBits) !== true;
  }
  const mask = condition.kind === 'non-zero' ? -1 : Number(BigInt.asIntN(32, condition.mask));
  return (_, view, start) => (read(view, start) & mask) === 0;
}

function isOutside({ element, offsetBits, values }: EnumeratedField): Test {
  const read = narrowReader(element, offsetBits);
  if (read === undefined) return (bytes, _, start) => !values.has(readNumber(element, bytes, start * 8 + offsetBits));
  const width = widthBitsOf(element);
  const fitting = [...values].filter(
    (value) => value === (element.isSigned ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value)),
  );
  // Bit patterns: the reader knows no sign.
  const patterns = new Set(fitting.map((value) => Number(BigInt.asUintN(width, value))));
  return (_, view, start) => !patterns.has(read(view, start));
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
