/**
 * What two types of one size have in common, as far as bytes and source code can tell.
 *
 * `int` and `__s32` are one type to everybody; so are `long` and `__s64` where both have 64 bits. Plain `char` is counted
 * with either sign, because a byte buffer is declared all three ways; an enum is counted with either sign too, because C
 * chooses its type by its values.
 */

import { type ArrayType, byteOrderOfTypedef, type Field, type RecordType, type Type, unalias } from '../abi/types.ts';
import type { TypeAspect } from './changes.ts';

type Class = 'integer' | 'bool' | 'float' | 'pointer' | 'record' | 'vector' | 'other';

interface Scalar {
  readonly class: Class;
  readonly isSigned: boolean | undefined;
  readonly byteOrder: 'little' | 'big' | undefined;
  readonly record: RecordType | undefined;
}

/** Innermost element type and the dimensions around it. */
function peel(type: Type): { readonly element: Type; readonly dimensions: readonly (number | undefined)[] } {
  const dimensions: (number | undefined)[] = [];
  let element = type;
  for (;;) {
    const array = asArray(element);
    if (array === undefined) return { element, dimensions };
    dimensions.push(array.length);
    element = array.element;
  }
}

/** What the innermost brackets hold, by its own name. */
export function elementOf(type: Type): Type {
  return unalias(peel(type).element);
}

export function asArray(type: Type): ArrayType | undefined {
  const bare = unalias(type);
  return bare.kind === 'array' ? bare : undefined;
}

/** Whether a type is `T name[]`, or one of the older spellings of it that only sizes tell apart: `[0]`. */
export function isFlexible(type: Type): boolean {
  const array = asArray(type);
  return array !== undefined && (array.length === undefined || array.length === 0);
}

function classify(type: Type): Scalar {
  let byteOrder: Scalar['byteOrder'];
  let current = type;
  while (current.kind === 'typedef') {
    byteOrder ??= byteOrderOfTypedef(current.name);
    current = current.type;
  }
  const scalar = (kind: Class, isSigned?: boolean): Scalar => ({
    class: kind,
    isSigned,
    byteOrder,
    record: current.kind === 'record' ? current : undefined,
  });
  switch (current.kind) {
    case 'integer':
      if (current.base === '_Bool') return scalar('bool');
      return scalar(
        'integer',
        current.base === 'char'
          ? undefined
          : !current.base.startsWith('unsigned') && !current.base.endsWith('unsigned __int128'),
      );
    case 'enum':
      return scalar('integer');
    case 'float':
      return scalar('float');
    case 'pointer':
      return scalar('pointer');
    case 'vector':
      return scalar('vector');
    case 'record':
      return scalar('record');
    case 'array':
    case 'void':
    case 'function':
      return scalar('other');
    default:
      return current satisfies never;
  }
}

export function isSignedType(type: Type): boolean {
  return classify(peel(type).element).isSigned === true;
}

/** In what two types of equal size differ; empty where no program and no byte can tell them apart. */
export function differences(old: Type, next: Type): TypeAspect[] {
  const a = peel(old);
  const b = peel(next);
  const was = classify(a.element);
  const is = classify(b.element);
  const aspects: TypeAspect[] = [];
  if (was.class !== is.class) {
    const isEither = (kind: Class): boolean => was.class === kind || is.class === kind;
    if (isEither('pointer')) aspects.push('pointer');
    if (isEither('float')) aspects.push('float');
    if (aspects.length === 0 && !isByteForByte(was, is)) aspects.push('shape');
    if (was.byteOrder !== is.byteOrder) aspects.push('byte-order');
  } else if (was.class === 'record') {
    if (was.record !== undefined && is.record !== undefined && !areSameRecords(was.record, is.record))
      aspects.push('shape');
  } else {
    if (was.isSigned !== undefined && is.isSigned !== undefined && was.isSigned !== is.isSigned)
      aspects.push('signedness');
    if (was.byteOrder !== is.byteOrder) aspects.push('byte-order');
  }
  if (aspects.length === 0 && !hasSameDimensions(a.dimensions, b.dimensions)) aspects.push('shape');
  return aspects;
}

/** `_Bool` and an 8-bit integer hold the same 0 and 1. */
function isByteForByte(a: Scalar, b: Scalar): boolean {
  return (a.class === 'bool' && b.class === 'integer') || (a.class === 'integer' && b.class === 'bool');
}

function hasSameDimensions(a: readonly (number | undefined)[], b: readonly (number | undefined)[]): boolean {
  // Lengths are compared as sizes; here only "how many brackets" counts, since that is what source code sees.
  return a.length === b.length;
}

/** Records with tags are compared by name where they are declared; tagless ones field by field where they stand. */
function areSameRecords(a: RecordType, b: RecordType): boolean {
  // A tagless struct that becomes a union so that its only member gets a second name is no change by itself.
  if (a.tag === undefined && b.tag === undefined) return true;
  if (a.recordKind !== b.recordKind) return false;
  if (a.tag !== undefined && b.tag !== undefined)
    return a.tag === b.tag || signatureOfRecord(a) === signatureOfRecord(b);
  return true;
}

const signatures = new WeakMap<RecordType, string>();

/** A text that is equal for records whose declarations are the same but for the record's own name. */
export function signatureOfRecord(record: RecordType): string {
  let signature = signatures.get(record);
  if (signature === undefined) signatures.set(record, (signature = spellSignature(record)));
  return signature;
}

function spellSignature(record: RecordType): string {
  const fields = record.fields.map((field) => signatureOfField(field)).join(';');
  const attributes = [
    record.isPacked === true ? 'packed' : '',
    String(record.alignBytes ?? ''),
    String(record.packBytes ?? ''),
  ];
  return `${record.recordKind}<${attributes.join(',')}>{${fields}}`;
}

function signatureOfField(field: Field): string {
  const width = field.bitWidth === undefined ? '' : `:${String(field.bitWidth)}`;
  return `${signatureOfType(field.type)} ${field.name ?? ''}${width}@${String(field.alignBytes ?? '')}${field.isPacked === true ? 'p' : ''}`;
}

/** A text that is equal for types nobody can tell apart by name or by bytes on any target. */
export function signatureOfType(type: Type): string {
  const bare = unalias(type);
  switch (bare.kind) {
    case 'integer':
    case 'float':
      return bare.base;
    case 'array':
      return `${signatureOfType(bare.element)}[${String(bare.length ?? '')}]`;
    case 'pointer':
      return '*';
    case 'enum':
      return bare.underlying;
    case 'vector':
      return `vector${String(bare.sizeBytes)}`;
    case 'record':
      return bare.tag === undefined ? signatureOfRecord(bare) : `${bare.recordKind} ${bare.tag}`;
    case 'void':
    case 'function':
      return bare.kind;
    default:
      return bare satisfies never;
  }
}
