/**
 * From a laid-out record to a descriptor: the last step in which C matters.
 *
 * Anonymous structs disappear (their fields are hoisted), typedefs are looked through, and every path in the declared
 * semantics becomes a place that can be read. Such a path starts at the named record that declares the field; through an
 * array it means "in the same element", which is what lets an array of tagged unions describe itself.
 *
 * Left out: alignment attributes and storage units, which have done their work when the layout was computed. An unnamed
 * bit-field is a hole.
 */

import { holesOf } from '../abi/field-paths.ts';
import type { FieldLayout, PlacedFields, RecordLayout } from '../abi/layout.ts';
import { layoutOf, extentOf } from '../abi/layout-engine.ts';
import type { Condition, UnionArms } from '../abi/semantics.ts';
import { floatSizeBytes, integerSizeBytes, type Target, wordBytes } from '../abi/target.ts';
import { type Field, fixedByteOrder, type IntegerBase, spellType, type Type, unalias } from '../abi/types.ts';
import { UserError } from '../diagnostic.ts';
import type {
  ArmSelection,
  Element,
  FieldDescriptor,
  HoleDescriptor,
  IntegerElement,
  NumberElement,
  Place,
  PlacedCondition,
  RecordDescriptor,
} from './record-descriptor.ts';

/** A record around the field being described, where a path may start. */
interface Scope {
  readonly layout: RecordLayout;
  /** Where it starts, counted from the outermost record (from the element, inside an array). */
  readonly startBits: number;
  readonly isNamed: boolean;
  /** Path of the record from the outermost one, with its dot. */
  readonly prefix: string;
}

/** Describes a record for decoding and encoding; `variant` names the version it is. */
export function describeRecord(layout: RecordLayout, variant?: string): RecordDescriptor {
  const described = describe(layout, []);
  return variant === undefined ? described : { ...described, variant };
}

function describe(layout: RecordLayout, outer: readonly Scope[], startBits = 0, prefix = ''): RecordDescriptor {
  const { record, target } = layout;
  const isNamed = record.tag !== undefined || outer.length === 0;
  const scopes = [...outer, { layout, startBits, isNamed, prefix }];
  const names = new Set<string>();
  const fields: FieldDescriptor[] = [];
  const holes: HoleDescriptor[] = [];
  collect(layout, 0, {
    target,
    scopes,
    startBits,
    prefix,
    names,
    fields,
    holes,
    isUnion: record.recordKind === 'union',
  });
  const doc = record.semantics?.doc;
  return {
    type: spellType(record),
    recordKind: record.recordKind,
    target: target.name,
    byteOrder: target.byteOrder,
    sizeBytes: layout.sizeBytes,
    alignBytes: layout.alignBytes,
    ...(doc === undefined ? {} : { doc }),
    fields: outer.length === 0 ? withFlexibleTail(fields, layout) : fields,
    holes: holes.toSorted((a, b) => a.offsetBits - b.offsetBits),
  };
}

interface Collection {
  readonly target: Target;
  readonly scopes: readonly Scope[];
  readonly startBits: number;
  readonly prefix: string;
  readonly names: Set<string>;
  readonly fields: FieldDescriptor[];
  readonly holes: HoleDescriptor[];
  readonly isUnion: boolean;
}

function collect(layout: PlacedFields, baseBits: number, into: Collection): void {
  for (const hole of holesOf(layout)) into.holes.push({ ...hole, offsetBits: hole.offsetBits + baseBits });
  for (const placed of layout.fields) {
    const { field, record } = placed;
    const offsetBits = baseBits + placed.offsetBits;
    if (field.name === undefined && record === undefined) {
      // An unnamed bit-field: bits that nobody can name, like a hole.
      if (!into.isUnion) into.holes.push({ kind: 'hole', offsetBits, sizeBits: placed.sizeBits });
    } else if (field.name === undefined && record?.record.recordKind === 'struct' && !into.isUnion) {
      collect(record, offsetBits, into);
    } else {
      into.fields.push(describeField(placed, offsetBits, into.target, into));
    }
  }
}

/** Names that a decoded object has a use of its own for, or that JavaScript has. */
const takenNames: ReadonlySet<string> = new Set([
  '__proto__',
  'constructor',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'toJSON',
  'detach',
  'reset',
  'bytes',
  '_bytes',
  '_offset',
  '_cache',
]);

/** `union` and `struct` are keywords, so no field of the record can have the name an anonymous member gets. */
function propertyName(field: Field, record: PlacedFields | undefined, names: Set<string>): string {
  const plain = field.name ?? record?.record.recordKind ?? 'struct';
  const wanted = takenNames.has(plain) ? `${plain}$` : plain;
  let name = wanted;
  for (let i = 2; names.has(name); i++) name = `${wanted}$${String(i)}`;
  names.add(name);
  return name;
}

function describeField(placed: FieldLayout, offsetBits: number, target: Target, into: Collection): FieldDescriptor {
  const { field, sizeBits } = placed;
  const name = propertyName(field, placed.record, into.names);
  const { element: elementType, dimensions, isFlexible } = arrayParts(field.type);
  const startBits = into.startBits + offsetBits;
  const prefix = field.name === undefined ? into.prefix : `${into.prefix}${field.name}.`;
  const element = describeElement(elementType, field, target, { into, startBits, prefix, dimensions });
  const { semantics } = field;
  const place = (path: string): Place => resolve(path, into.scopes, into.startBits);
  return {
    name,
    ...(field.name === undefined ? {} : { cName: field.name }),
    offsetBits,
    sizeBits,
    type: field.bitWidth === undefined ? spellType(field.type) : `${spellType(field.type)} : ${String(field.bitWidth)}`,
    element,
    dimensions,
    // Only at the end of the whole buffer is there room for more elements than the type has.
    ...(isFlexible && into.scopes.length === 1 && !into.isUnion ? { isFlexible: true } : {}),
    ...(semantics?.countedBy === undefined ? {} : { countedBy: place(semantics.countedBy) }),
    ...(semantics?.doc === undefined ? {} : { doc: semantics.doc }),
    ...(semantics?.writer === undefined ? {} : { writer: semantics.writer }),
    ...roleOf(field),
    ...(semantics?.nonZero === undefined ? {} : { nonZero: semantics.nonZero }),
    ...(semantics?.acceptedMask === undefined ? {} : { acceptedMask: semantics.acceptedMask }),
    ...(semantics?.meaning === undefined ? {} : { meaning: semantics.meaning }),
    ...(semantics?.validIf === undefined ? {} : { validIf: placeCondition(semantics.validIf, place) }),
  };
}

/** Headers say `pad` and `reserved` only by name; a layout file says it outright. */
function roleOf(field: Field): { role?: 'padding' | 'reserved' } {
  if (field.semantics?.role !== undefined) return { role: field.semantics.role };
  if (field.semantics !== undefined || field.name === undefined) return {};
  if (/^_*(pad|padding)\d*_*$/.test(field.name)) return { role: 'padding' };
  if (/^_*(reserved|rsvd|resv|spare|unused)\d*_*$|^(_+res\d*|res\d+)_*$/.test(field.name)) return { role: 'reserved' };
  return {};
}

function arrayParts(type: Type): { element: Type; dimensions: number[]; isFlexible: boolean } {
  const dimensions: number[] = [];
  let element = type;
  let isFlexible = false;
  for (let plain = unalias(element); plain.kind === 'array'; plain = unalias(element)) {
    if (plain.length === undefined) isFlexible = true;
    dimensions.push(plain.length ?? 0);
    element = plain.element;
  }
  return { element, dimensions, isFlexible };
}

interface ElementContext {
  readonly into: Collection;
  readonly startBits: number;
  readonly prefix: string;
  readonly dimensions: readonly number[];
}

function describeElement(type: Type, field: Field, target: Target, context: ElementContext): Element {
  const plain = unalias(type);
  const byteOrder = fixedByteOrder(type) ?? target.byteOrder;
  if (field.bitWidth !== undefined) {
    const integer = integerElement(plain, target, target.byteOrder, false);
    if (integer === undefined) throw new UserError(`${spellType(type)} cannot be a bit-field`);
    const { isSigned, isBoolean } = integer;
    return {
      kind: 'bits',
      widthBits: field.bitWidth,
      isSigned,
      ...(isBoolean === true ? { isBoolean } : {}),
      byteOrder: target.byteOrder,
    };
  }
  if (plain.kind === 'record') {
    const record = describe(layoutOf(plain, target), context.into.scopes, context.startBits, context.prefix);
    if (plain.recordKind === 'struct') return { kind: 'record', record };
    const arms = field.semantics?.union;
    // An array of unions has no one discriminant.
    if (arms === undefined || context.dimensions.length > 0) return { kind: 'union', record };
    const place = (path: string): Place => resolve(path, context.into.scopes, context.into.startBits);
    return { kind: 'union', record, select: selectionOf(arms, record, place) };
  }
  if (plain.kind === 'float') {
    const sizeBytes = floatSizeBytes(plain.base, target);
    const isNumber = plain.base === 'float' || plain.base === 'double';
    if (isNumber && (sizeBytes === 4 || sizeBytes === 8)) return { kind: 'float', sizeBytes, byteOrder };
  }
  return (
    integerElement(plain, target, byteOrder, context.dimensions.length > 0) ?? {
      kind: 'opaque',
      sizeBytes: extentOf(plain, target).sizeBits / 8,
    }
  );
}

const unsignedBases: ReadonlySet<IntegerBase> = new Set([
  '_Bool',
  'unsigned char',
  'unsigned short',
  'unsigned int',
  'unsigned long',
  'unsigned long long',
  'unsigned __int128',
]);

/** Integers, enums and pointers; a `char` in an array is a byte, whatever its sign on the target. */
function integerElement(
  type: ReturnType<typeof unalias>,
  target: Target,
  byteOrder: IntegerElement['byteOrder'],
  isInArray: boolean,
): IntegerElement | undefined {
  if (type.kind === 'pointer') {
    return { kind: 'integer', sizeBytes: wordBytes(target) === 8 ? 8 : 4, isSigned: false, byteOrder };
  }
  if (type.kind !== 'integer' && type.kind !== 'enum') return undefined;
  const base = type.kind === 'enum' ? type.underlying : type.base;
  const sizeBytes = integerSizeBytes(base, target);
  const isSigned = base === 'char' ? target.isCharSigned && !isInArray : !unsignedBases.has(base);
  return { kind: 'integer', sizeBytes, isSigned, ...(base === '_Bool' ? { isBoolean: true } : {}), byteOrder };
}

function selectionOf(arms: UnionArms, union: RecordDescriptor, place: (path: string) => Place): ArmSelection {
  return {
    place: place(arms.discriminant),
    arms: arms.arms.map(({ field, values }) => {
      const arm = union.fields.find((candidate) => candidate.cName === field);
      if (arm === undefined) throw new UserError(`${union.type} has no arm ${field}`);
      // The arm's own places count from the union; the selection is asked for from the record around it, whose offset
      // differs only by where the union stands. They are resolved again from here.
      return {
        name: arm.name,
        values,
        ...(arm.validIf === undefined ? {} : { condition: rebase(arm.validIf, place) }),
      };
    }),
    ...(arms.otherwise === undefined ? {} : { otherwise: arms.otherwise }),
  };
}

/** The same condition, its place counted from another record. */
function rebase(condition: PlacedCondition, place: (path: string) => Place): PlacedCondition {
  return { ...condition, place: place(condition.place.path) };
}

function placeCondition(condition: Condition, place: (path: string) => Place): PlacedCondition {
  switch (condition.kind) {
    case 'non-zero':
      return { kind: 'non-zero', place: place(condition.path) };
    case 'flag-set':
      return { kind: 'flag-set', place: place(condition.path), flag: condition.flag, mask: condition.mask };
    case 'equals':
      return { kind: 'equals', place: place(condition.path), values: condition.values };
    default:
      return condition satisfies never;
  }
}

/** Finds what a path means: from the nearest named record around the field, or else from any other, outermost first. */
function resolve(path: string, scopes: readonly Scope[], fromBits: number): Place {
  const nearest = scopes.findLast((scope) => scope.isNamed);
  for (const scope of nearest === undefined ? scopes : [nearest, ...scopes]) {
    const found = find(scope.layout, scope.layout.target, path.split('.'), scope.startBits);
    if (found !== undefined) {
      return { ...found, path: scope.prefix + path, offsetBits: found.offsetBits - fromBits };
    }
  }
  throw new UserError(
    `no integer field ${path} can be reached from ${scopes[0] === undefined ? 'here' : spellType(scopes[0].layout.record)}`,
  );
}

function find(
  layout: PlacedFields,
  target: Target,
  segments: readonly string[],
  baseBits: number,
): Omit<Place, 'path'> | undefined {
  const [first, ...rest] = segments;
  for (const { field, offsetBits, record } of layout.fields) {
    const at = baseBits + offsetBits;
    if (field.name === undefined) {
      const inside = record === undefined ? undefined : find(record, target, segments, at);
      if (inside !== undefined) return inside;
    } else if (field.name === first) {
      const element = unalias(arrayParts(field.type).element);
      if (rest.length > 0) {
        return element.kind === 'record' ? find(layoutOf(element, target), target, rest, at) : undefined;
      }
      return placeOf(field, at, target);
    }
  }
  return undefined;
}

function placeOf(field: Field, offsetBits: number, target: Target): Omit<Place, 'path'> | undefined {
  const element = unalias(field.type);
  const integer = integerElement(element, target, fixedByteOrder(field.type) ?? target.byteOrder, false);
  if (integer === undefined) return undefined;
  const number: NumberElement =
    field.bitWidth === undefined
      ? integer
      : { kind: 'bits', widthBits: field.bitWidth, isSigned: integer.isSigned, byteOrder: target.byteOrder };
  const meaning = field.semantics?.meaning;
  const known = meaning?.kind === 'enumeration' ? { known: meaning.values } : {};
  return { offsetBits, element: number, ...known };
}

/** `[0]` at the end of a record is how flexible array members were written before C99. */
function withFlexibleTail(fields: readonly FieldDescriptor[], layout: PlacedFields): FieldDescriptor[] {
  const last = fields.at(-1);
  const isOldTail =
    layout.record.recordKind === 'struct' && last?.dimensions[0] === 0 && last.offsetBits === layout.sizeBytes * 8;
  return fields.map((field) => (isOldTail && field === last ? { ...field, isFlexible: true } : field));
}
