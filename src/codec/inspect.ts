/**
 * What can be said about bytes that may be a record.
 *
 * The other faces of a codec want a whole record and throw otherwise; this one takes anything (a truncated capture, a
 * buffer with bytes behind it, values no kernel would take) and returns a tree of what is there, with notes about what
 * is wrong. It is what hex dumps, `uabi decode` and reports about broken buffers are made from.
 *
 * A note says what the *kernel* or the *reader* would make of a value, with a severity: `error` is a call that fails or
 * bytes that are not there, `warning` a value that means something else than it seems to, `info` what is only unusual.
 */

import { selectArm, isConditionTrue, readPlace, describeCondition } from './places.ts';
import { meaningOf, type Explain, valueNotes } from './meaning.ts';
import type { Element, FieldDescriptor, RecordDescriptor, ScalarElement, UnionElement } from './record-descriptor.ts';
import { readFloat, readNumber, widthBitsOf } from './scalar.ts';
import { counted } from '../diagnostic.ts';

export type InspectedValue = bigint | number | Uint8Array | readonly InspectedValue[];

export interface InspectedField {
  /** A value with bytes of its own, a group of others, or bits that no field covers. */
  readonly kind: 'value' | 'group' | 'hole' | 'tail' | 'rest';
  readonly path: string;
  readonly type: string;
  /** From the start of the bytes. */
  readonly offsetBits: number;
  readonly sizeBits: number;
  /** Missing in a group, and where the bytes do not reach. A cut array holds the elements that are there. */
  readonly value?: InspectedValue;
  readonly meaning?: string;
  readonly children: readonly InspectedField[];
  /** On a union that nothing selects from: the children are readings of the same bytes, of which one is meant. */
  readonly isAlternatives?: true;
  readonly role?: 'padding' | 'reserved';
}

export interface Note {
  readonly severity: 'error' | 'warning' | 'info';
  readonly path: string | null;
  readonly offsetBytes: number;
  /** Stable id of the kind of note, in kebab-case. */
  readonly rule: string;
  readonly message: string;
}

export interface Inspection {
  readonly descriptor: RecordDescriptor;
  readonly fields: readonly InspectedField[];
  readonly notes: readonly Note[];
  /** Size the record should have, with as many trailing elements as its count says. */
  readonly sizeBytes: number;
  readonly trailingBytes: number;
  readonly missingBytes: number;
}

export interface InspectOptions {
  /** Explains values the codec knows nothing about: syndrome registers, register ids. */
  readonly explain?: Explain;
}

/** Inspects `bytes` as the record; never throws, whatever they are. */
export function inspectBytes(
  descriptor: RecordDescriptor,
  bytes: Uint8Array,
  options: InspectOptions = {},
): Inspection {
  const inspector = new Inspector(bytes, options);
  const fields = inspector.record(descriptor, 0, '');
  const sizeBytes = descriptor.sizeBytes + inspector.tailBytes(descriptor, bytes);
  const missingBytes = Math.max(0, sizeBytes - bytes.length);
  const trailingBytes = Math.max(0, bytes.length - sizeBytes);
  const lengthNotes: Note[] = [];
  if (missingBytes > 0) {
    const first = firstMissing(fields, bytes.length);
    lengthNotes.push({
      severity: 'error',
      path: first?.path ?? null,
      offsetBytes: bytes.length,
      rule: 'missing-bytes',
      message: `${descriptor.type} has ${bytesText(sizeBytes)}; ${missingText(missingBytes, sizeBytes)} missing${first === undefined ? '' : `, from ${first.text}`}.`,
    });
  }
  if (trailingBytes > 0) {
    lengthNotes.push({
      severity: 'error',
      path: null,
      offsetBytes: sizeBytes,
      rule: 'trailing-bytes',
      message: `${descriptor.type} ends after ${bytesText(sizeBytes)}; ${bytesText(trailingBytes)} behind it ${trailingBytes === 1 ? 'does' : 'do'} not belong to it.`,
    });
  }
  return { descriptor, fields, notes: [...lengthNotes, ...inspector.notes], sizeBytes, trailingBytes, missingBytes };
}

/** The first field, in the order the fields lie, that is not or not wholly there. */
function firstMissing(
  fields: readonly InspectedField[],
  available: number,
): { readonly path: string; readonly text: string } | undefined {
  let found: InspectedField | undefined;
  const visit = (field: InspectedField): void => {
    if (field.kind === 'group' && field.children.length > 0) field.children.forEach(visit);
    else if (field.path !== '' && (field.kind === 'value' || field.kind === 'group')) {
      const isCut = field.offsetBits + field.sizeBits > available * 8;
      if (isCut && (found === undefined || field.offsetBits < found.offsetBits)) found = field;
    }
  };
  fields.forEach(visit);
  if (found === undefined) return undefined;
  const { path, offsetBits, sizeBits } = found;
  const present = available - Math.floor(offsetBits / 8);
  const size = Math.ceil(sizeBits / 8);
  return {
    path,
    text:
      present > 0
        ? `${path}, of which ${String(present)} of ${bytesText(size)} ${present === 1 ? 'is' : 'are'} there`
        : path,
  };
}

function missingText(missing: number, size: number): string {
  if (missing === size) return size === 1 ? 'it is' : 'all of them are';
  return missing === 1 ? 'its last byte is' : `the last ${String(missing)} of them are`;
}

function bytesText(count: number): string {
  return counted(count, 'byte');
}

const maxNamedElements = 16;

class Inspector {
  readonly notes: Note[] = [];
  readonly #bytes: Uint8Array;
  readonly #options: InspectOptions;
  readonly #sizers = new Set<FieldDescriptor>();

  constructor(bytes: Uint8Array, options: InspectOptions) {
    this.#bytes = bytes;
    this.#options = options;
  }

  record(record: RecordDescriptor, baseBits: number, prefix: string): InspectedField[] {
    const fields = record.fields.map((field) => this.#field(field, baseBits, prefix));
    for (const hole of record.holes) {
      const offsetBits = baseBits + hole.offsetBits;
      fields.push({ kind: hole.kind, path: '', type: '', offsetBits, sizeBits: hole.sizeBits, children: [] });
      this.#checkHole(offsetBits, hole.sizeBits, record, prefix);
    }
    return record.recordKind === 'struct' ? fields.sort((a, b) => a.offsetBits - b.offsetBits) : fields;
  }

  /** Bytes that a flexible array at the end adds. */
  tailBytes(record: RecordDescriptor, bytes: Uint8Array): number {
    const tail = record.fields.at(-1);
    if (tail?.isFlexible !== true) return 0;
    const length = this.#flexibleLength(tail, 0);
    const end = tail.offsetBits / 8 + length * elementBytes(tail);
    // Without a count every whole element belongs to the record, and so do the bytes its tail padding already covers.
    return Math.max(0, (tail.countedBy === undefined ? Math.min(end, bytes.length) : end) - record.sizeBytes);
  }

  #flexibleLength(field: FieldDescriptor, baseBits: number): number {
    const size = elementBytes(field);
    const room = Math.max(0, this.#bytes.length - (baseBits + field.offsetBits) / 8);
    const fitting = size === 0 ? 0 : Math.floor(room / size);
    if (field.countedBy === undefined) return fitting;
    const count = readPlace(field.countedBy, this.#bytes, baseBits);
    return count === undefined ? fitting : Number(count < 0n ? 0n : count);
  }

  #field(field: FieldDescriptor, baseBits: number, prefix: string): InspectedField {
    const offsetBits = baseBits + field.offsetBits;
    const path = field.cName === undefined ? prefix : prefix === '' ? field.cName : `${prefix}.${field.cName}`;
    const isLive = this.#checkValidity(field, baseBits, offsetBits, path);
    const role = field.role === undefined ? {} : { role: field.role };
    const common = { path, type: field.type, offsetBits, sizeBits: field.sizeBits, ...role };
    if (field.dimensions.length > 0) {
      const declared = field.dimensions.reduce((product, length) => product * length, 1);
      const length = field.isFlexible === true ? this.#flexibleLength(field, baseBits) : declared;
      return {
        ...common,
        sizeBits: length * elementBits(field.element),
        ...this.#array(field, offsetBits, length, path),
      };
    }
    const { element } = field;
    switch (element.kind) {
      case 'record':
        return { ...common, kind: 'group', children: this.record(element.record, offsetBits, path) };
      case 'union':
        return {
          ...common,
          kind: 'group',
          children: this.#union(field, element, baseBits, path),
          ...(element.select === undefined ? { isAlternatives: true } : {}),
        };
      case 'opaque':
        return { ...common, kind: 'value', children: [], ...this.#opaque(offsetBits, element.sizeBytes) };
      case 'integer':
      case 'bits':
      case 'float': {
        const value = this.#scalar(element, offsetBits);
        if (value === undefined) return { ...common, kind: 'value', children: [] };
        const meaning =
          typeof value === 'bigint' && field.meaning !== undefined
            ? meaningOf(field.meaning, value, this.#options.explain)
            : undefined;
        if (typeof value === 'bigint') this.#checkValue(field, value, offsetBits, path, isLive);
        return { ...common, kind: 'value', value, ...(meaning === undefined ? {} : { meaning }), children: [] };
      }
      default:
        return element satisfies never;
    }
  }

  #array(
    field: FieldDescriptor,
    offsetBits: number,
    length: number,
    path: string,
  ): Pick<InspectedField, 'kind' | 'value' | 'meaning' | 'children'> {
    const { element } = field;
    const stride = elementBits(element);
    const room = stride === 0 ? 0 : Math.floor((this.#bytes.length * 8 - offsetBits) / stride);
    const present = Math.max(0, Math.min(length, room));
    if (element.kind === 'record' || element.kind === 'union') {
      // The first element that is only partly there is shown as well.
      const shown = Math.min(length, present + (present < length && room >= 0 ? 1 : 0));
      const children = Array.from({ length: shown }, (_, index): InspectedField => {
        const at = offsetBits + index * stride;
        const itemPath = `${path}[${String(index)}]`;
        return {
          kind: 'group',
          path: itemPath,
          type: element.record.type,
          offsetBits: at,
          sizeBits: stride,
          children: this.record(element.record, at, itemPath),
          ...(element.kind === 'union' ? { isAlternatives: true } : {}),
        };
      });
      return { kind: 'group', children };
    }
    if (element.kind === 'opaque')
      return { kind: 'value', children: [], ...this.#opaque(offsetBits, (present * stride) / 8) };
    this.#checkUnused(field, offsetBits, present * stride, path);
    if (isByte(element)) {
      const start = offsetBits / 8;
      return { kind: 'value', value: this.#bytes.slice(start, start + present), children: [] };
    }
    const value: InspectedValue[] = [];
    for (let i = 0; i < present; i++) value.push(this.#scalar(element, offsetBits + i * stride) ?? 0);
    const meaning = this.#elementMeanings(field, value);
    return { kind: 'value', value, ...(meaning === undefined ? {} : { meaning }), children: [] };
  }

  /** Names of the first elements of an array of register ids or enumerators. */
  #elementMeanings({ meaning }: FieldDescriptor, values: readonly InspectedValue[]): string | undefined {
    if (meaning?.kind !== 'register-id' && meaning?.kind !== 'enumeration') return undefined;
    const names = values
      .slice(0, maxNamedElements)
      .flatMap((value) =>
        typeof value === 'bigint' ? [meaningOf(meaning, value, this.#options.explain) ?? String(value)] : [],
      );
    if (names.length === 0) return undefined;
    return names.join(', ') + (values.length > names.length ? ', …' : '');
  }

  #opaque(offsetBits: number, sizeBytes: number): { value?: Uint8Array } {
    const start = offsetBits / 8;
    return start > this.#bytes.length ? {} : { value: this.#bytes.slice(start, start + sizeBytes) };
  }

  #scalar(element: ScalarElement, offsetBits: number): bigint | number | undefined {
    if (offsetBits + widthBitsOf(element) > this.#bytes.length * 8) return undefined;
    return element.kind === 'float'
      ? readFloat(element.sizeBytes, element.byteOrder, this.#bytes, offsetBits)
      : readNumber(element, this.#bytes, offsetBits);
  }

  #union(field: FieldDescriptor, element: UnionElement, baseBits: number, path: string): InspectedField[] {
    const offsetBits = baseBits + field.offsetBits;
    const { select, record } = element;
    if (select === undefined) {
      // A member that fixes the size of the union shares its bytes with those that mean something.
      for (const member of record.fields) if (member.role === 'padding') this.#sizers.add(member);
      return this.record(record, offsetBits, path);
    }
    const discriminant = readPlace(select.place, this.#bytes, baseBits);
    const name = discriminant === undefined ? undefined : selectArm(select, discriminant, this.#bytes, baseBits);
    const arm = record.fields.find((candidate) => candidate.name === name);
    const fields: InspectedField[] = [];
    let end = offsetBits;
    if (arm !== undefined) {
      fields.push(this.#field(arm, offsetBits, path));
      end += arm.offsetBits + arm.sizeBits;
    } else if (discriminant !== undefined && select.place.known?.some(({ value }) => value === discriminant) !== true) {
      this.#note(
        'warning',
        path === '' ? null : path,
        offsetBits,
        'unknown-discriminant',
        `${select.place.path} is ${String(discriminant)}, which selects no arm that is known; its ${record.sizeBytes === 1 ? 'byte is' : `${String(record.sizeBytes)} bytes are`} shown raw.`,
      );
    }
    const restBits = offsetBits + record.sizeBytes * 8 - end;
    if (restBits > 0) {
      fields.push({
        kind: 'rest',
        path,
        type: arm === undefined ? 'raw bytes' : `behind ${arm.cName ?? arm.name}`,
        offsetBits: end,
        sizeBits: restBits,
        ...this.#opaque(Math.ceil(end / 8) * 8, restBits / 8),
        children: [],
      });
    }
    return fields;
  }

  /** False where a condition says that the field has no meaning now. */
  #checkValidity(field: FieldDescriptor, baseBits: number, offsetBits: number, path: string): boolean {
    if (field.validIf === undefined) return true;
    const isLive = isConditionTrue(field.validIf, this.#bytes, baseBits);
    if (isLive !== false) return true;
    if (this.#isNonZero(offsetBits, field.sizeBits)) {
      this.#note(
        'warning',
        path,
        offsetBits,
        'value-without-condition',
        `${path} is not zero, but it is valid only if ${describeCondition(field.validIf)}.`,
      );
    }
    return false;
  }

  #checkValue(field: FieldDescriptor, value: bigint, offsetBits: number, path: string, isLive: boolean): void {
    this.#checkUnused(field, offsetBits, field.sizeBits, path);
    for (const { severity, rule, message } of valueNotes(field, value, path, isLive)) {
      this.#note(severity, path, offsetBits, rule, message);
    }
  }

  #checkUnused(field: FieldDescriptor, offsetBits: number, sizeBits: number, path: string): void {
    if (field.role === undefined && field.nonZero === undefined) return;
    if (this.#sizers.has(field) || !this.#isNonZero(offsetBits, sizeBits)) return;
    const at = this.#firstNonZero(offsetBits, sizeBits);
    if (field.nonZero === 'rejected') {
      this.#note('error', path, at, 'reserved-not-zero', `${path} is not zero: the kernel refuses it with EINVAL.`);
    } else if (field.nonZero === 'ignored') {
      this.#note('info', path, at, 'reserved-not-zero', `${path} is not zero; the kernel does not look at it.`);
    } else {
      this.#note(
        'warning',
        path,
        at,
        'reserved-not-zero',
        `${path} is not zero; nothing says what the kernel makes of that.`,
      );
    }
  }

  #checkHole(offsetBits: number, sizeBits: number, record: RecordDescriptor, prefix: string): void {
    if (sizeBits % 8 !== 0 || offsetBits % 8 !== 0 || !this.#isNonZero(offsetBits, sizeBits)) return;
    const at = this.#firstNonZero(offsetBits, sizeBits);
    const owner = prefix === '' ? record.type : prefix;
    this.#note('info', null, at, 'hole-not-zero', `Bytes of ${owner} that belong to no field are not zero.`);
  }

  #isNonZero(offsetBits: number, sizeBits: number): boolean {
    const end = Math.min(this.#bytes.length * 8, offsetBits + sizeBits);
    if (offsetBits % 8 === 0 && sizeBits % 8 === 0) {
      for (let i = offsetBits / 8; i < end / 8; i++) if (this.#bytes[i] !== 0) return true;
      return false;
    }
    // Part of a byte: only bit-fields get here, and a bit-field's own value has been read.
    return false;
  }

  #firstNonZero(offsetBits: number, sizeBits: number): number {
    const end = Math.min(this.#bytes.length, Math.ceil((offsetBits + sizeBits) / 8));
    for (let i = Math.floor(offsetBits / 8); i < end; i++) if (this.#bytes[i] !== 0) return i * 8;
    return offsetBits;
  }

  #note(severity: Note['severity'], path: string | null, offsetBits: number, rule: string, message: string): void {
    this.notes.push({ severity, path, offsetBytes: Math.floor(offsetBits / 8), rule, message });
  }
}

export function isByte(element: Element): boolean {
  return element.kind === 'integer' && element.sizeBytes === 1 && !element.isSigned;
}

export function elementBits(element: Element): number {
  switch (element.kind) {
    case 'bits':
      return element.widthBits;
    case 'integer':
    case 'float':
    case 'opaque':
      return element.sizeBytes * 8;
    case 'record':
    case 'union':
      return element.record.sizeBytes * 8;
    default:
      return element satisfies never;
  }
}

/** Bytes of one element of a flexible array, its further dimensions included. */
export function elementBytes(field: FieldDescriptor): number {
  return field.dimensions.slice(1).reduce((product, length) => product * length, elementBits(field.element) / 8);
}
