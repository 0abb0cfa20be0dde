/**
 * Lays records out exactly as GCC does.
 *
 * The C standard leaves nearly everything to the implementation (C17 §6.7.2.1 p11–p19); the psABIs fix it per
 * architecture, and GCC's `stor-layout.c` is what Linux user space is really built with, so that is what is followed here.
 * The engine works in bits throughout, because a bit-field's place decides what follows it.
 *
 * Three numbers belong to a field: the alignment its **position** gets, the alignment it gives the **record**, and, for a
 * bit-field, the **storage unit** it must not straddle. Most surprises come from the three differing. Numbers in comments
 * name the case in `fixtures/layout` that shows the rule on every target.
 */

import { type FieldLayout, LayoutError, type PlacedFields, type RecordLayout, type TypeExtent } from './layout.ts';
import { type DataModel, floatSizeBytes, integerSizeBytes, type Target, wordBytes } from './target.ts';
import { type Field, type RecordType, spellType, type Type, unalias } from './types.ts';

/**
 * No object may be larger than half the address space (PTRDIFF_MAX). Where that is more than 128 TiB, which no process can address,
 * GCC takes what is not taken here: beyond it numbers of bits are not exact.
 */
const largestSizeBits: Readonly<Record<DataModel, number>> = { ILP32: (2 ** 31 - 1) * 8, LP64: 2 ** 50 };

interface Extent extends TypeExtent {
  /** The alignment was asked for by an `aligned` attribute somewhere in the type, so the target may not lower it. */
  readonly isUserAligned: boolean;
}

/** Size and alignment of a type on a target, in bits. A function or `void` has the extent GCC gives it: one byte. */
export function extentOf(type: Type, target: Target): TypeExtent {
  const { sizeBits, alignBits } = fullExtentOf(type, target);
  return { sizeBits, alignBits };
}

function scalarExtent(sizeBytes: number, alignBytes: number): Extent {
  return { sizeBits: sizeBytes * 8, alignBits: alignBytes * 8, isUserAligned: false };
}

function fullExtentOf(type: Type, target: Target): Extent {
  switch (type.kind) {
    case 'integer': {
      const sizeBytes = integerSizeBytes(type.base, target);
      return scalarExtent(sizeBytes, Math.min(sizeBytes, target.largestScalarAlignBytes));
    }
    case 'float': {
      const sizeBytes = floatSizeBytes(type.base, target);
      const alignBytes = type.base === 'long double' ? target.longDouble.alignBytes : sizeBytes;
      return scalarExtent(sizeBytes, Math.min(alignBytes, target.largestScalarAlignBytes));
    }
    case 'void':
    case 'function':
      return scalarExtent(1, 1);
    case 'pointer': {
      const sizeBytes = wordBytes(target);
      return scalarExtent(sizeBytes, Math.min(sizeBytes, target.largestScalarAlignBytes));
    }
    case 'array': {
      const element = fullExtentOf(type.element, target);
      return { ...element, sizeBits: checkedSize(element.sizeBits * (type.length ?? 0), type, target) };
    }
    case 'vector':
      return scalarExtent(type.sizeBytes, Math.min(type.sizeBytes, target.largestVectorAlignBytes));
    case 'enum': {
      const underlying = fullExtentOf({ kind: 'integer', base: type.underlying }, target);
      return type.alignBytes === undefined
        ? underlying
        : { ...underlying, alignBits: Math.max(underlying.alignBits, type.alignBytes * 8), isUserAligned: true };
    }
    case 'typedef': {
      const behind = fullExtentOf(type.type, target);
      // On a typedef `aligned` replaces the alignment, the only way in C to lower that of a type (0020, 0021).
      return type.alignBytes === undefined
        ? behind
        : { ...behind, alignBits: type.alignBytes * 8, isUserAligned: true };
    }
    case 'record': {
      const layout = placedOn(type, target);
      return {
        sizeBits: layout.sizeBytes * 8,
        alignBits: layout.alignBytes * 8,
        isUserAligned: type.alignBytes !== undefined,
      };
    }
    default:
      return type satisfies never;
  }
}

function checkedSize(sizeBits: number, type: Type, target: Target): number {
  const mostBits = largestSizeBits[target.dataModel];
  if (sizeBits <= mostBits) return sizeBits;
  throw new LayoutError(`${spellType(type)} is too large: it has more than ${Math.floor(mostBits / 8)} bytes`);
}

const layouts = new WeakMap<RecordType, Map<Target, RecordLayout>>();

/**
 * The layout of a complete record on a target; computed once for all targets with the same rules.
 * @throws LayoutError for an incomplete record, one that contains itself, or one of absurd size.
 */
export function layoutOf(record: RecordType, target: Target): RecordLayout {
  let byTarget = layouts.get(record);
  if (byTarget === undefined) layouts.set(record, (byTarget = new Map<Target, RecordLayout>()));
  let layout = byTarget.get(target);
  if (layout === undefined) byTarget.set(target, (layout = { ...placedOn(record, target), target }));
  return layout;
}

/** By the number of the rules that it was made by. */
const placed = new WeakMap<RecordType, PlacedFields[]>();
const inProgress = new Set<RecordType>();

function placedOn(record: RecordType, target: Target): PlacedFields {
  let byRules = placed.get(record);
  if (byRules === undefined) placed.set(record, (byRules = []));
  const rules = layoutRulesOf(target);
  const known = byRules[rules];
  if (known !== undefined) return known;
  if (!record.isComplete) throw new LayoutError(`${spellType(record)} is declared but never defined`);
  if (inProgress.has(record)) throw new LayoutError(`${spellType(record)} contains itself`);
  inProgress.add(record);
  try {
    return (byRules[rules] = new RecordPlacer(record, target).place());
  } finally {
    inProgress.delete(record);
  }
}

const rulesByTarget = new WeakMap<Target, number>();
const rulesByFacts = new Map<string, number>();

/** A number for all that decides here about layouts: eight of the twenty targets have the same, which is how x86_64 does it. */
export function layoutRulesOf(target: Target): number {
  let rules = rulesByTarget.get(target);
  if (rules === undefined) {
    const { dataModel, largestScalarAlignBytes, largestVectorAlignBytes } = target;
    const { wideScalarInRecordAlignBytes, wideVectorInRecordAlignBytes } = target;
    const { longDouble, bitFields, emptyRecordBytes } = target;
    const facts = [dataModel, largestScalarAlignBytes, String(largestVectorAlignBytes), wideScalarInRecordAlignBytes];
    const key = JSON.stringify([...facts, wideVectorInRecordAlignBytes, longDouble, bitFields, emptyRecordBytes]);
    rules = rulesByFacts.get(key) ?? rulesByFacts.size;
    rulesByFacts.set(key, rules);
    rulesByTarget.set(target, rules);
  }
  return rules;
}

function roundUp(value: number, multiple: number): number {
  return multiple <= 1 ? value : Math.ceil(value / multiple) * multiple;
}

/** The largest power of two that divides `value`, which is not 0. */
function lowestBit(value: number): number {
  let bit = 1;
  while (value % (bit * 2) === 0) bit *= 2;
  return bit;
}

/** i386 aligns 8-byte scalars, alone or in arrays, to less inside a record than outside (0002–0004), and vectors like them (0054). */
function alignInRecord(type: Type, extent: Extent, target: Target): number {
  if (extent.isUserAligned) return extent.alignBits;
  let element = unalias(type);
  while (element.kind === 'array') element = unalias(element.element);
  const isVector = element.kind === 'vector' && unalias(element.element).kind !== 'float';
  const isScalar =
    element.kind === 'integer' || element.kind === 'enum' || (element.kind === 'float' && element.base === 'double');
  if ((!isScalar && !isVector) || fullExtentOf(element, target).sizeBits !== 64) return extent.alignBits;
  const mostBytes = isVector ? target.wideVectorInRecordAlignBytes : target.wideScalarInRecordAlignBytes;
  return Math.min(extent.alignBits, mostBytes * 8);
}

class RecordPlacer {
  readonly #record: RecordType;
  readonly #target: Target;
  readonly #fields: FieldLayout[] = [];
  #positionBits = 0;
  #sizeBits = 0;
  #alignBits: number;

  constructor(record: RecordType, target: Target) {
    this.#record = record;
    this.#target = target;
    this.#alignBits = Math.max(8, (record.alignBytes ?? 1) * 8);
  }

  place(): PlacedFields {
    for (const field of this.#record.fields) {
      if (this.#record.recordKind === 'union') this.#positionBits = 0;
      if (field.bitWidth === undefined) this.#placeField(field);
      else this.#placeBitField(field, field.bitWidth);
      this.#sizeBits = Math.max(this.#sizeBits, this.#positionBits);
      checkedSize(this.#sizeBits, this.#record, this.#target);
    }
    // An array without elements is a field, and such a record has no bytes in GNU C++ either.
    if (this.#record.fields.length === 0) this.#sizeBits = this.#target.emptyRecordBytes * 8;
    return {
      record: this.#record,
      sizeBytes: checkedSize(roundUp(this.#sizeBits, this.#alignBits), this.#record, this.#target) / 8,
      alignBytes: this.#alignBits / 8,
      fields: this.#fields,
    };
  }

  #isPacked(field: Field): boolean {
    return this.#record.isPacked === true || field.isPacked === true;
  }

  /** `#pragma pack(n)` caps every alignment, asked for or not (0023, 0024). */
  #capByPragma(alignBits: number): number {
    const { packBytes } = this.#record;
    return packBytes === undefined ? alignBits : Math.min(alignBits, packBytes * 8);
  }

  #placeField(field: Field): void {
    const extent = fullExtentOf(field.type, this.#target);
    const alignBits = this.#capByPragma(this.#fieldAlignBits(field, extent));
    this.#alignBits = Math.max(this.#alignBits, alignBits);
    this.#positionBits = roundUp(this.#positionBits, alignBits);
    this.#add(field, extent.sizeBits);
  }

  #fieldAlignBits(field: Field, extent: Extent): number {
    // `packed` beats an alignment that comes with the type (0022), but not one written on the field itself (0019).
    if (this.#isPacked(field)) return Math.max(8, (field.alignBytes ?? 1) * 8);
    // An `aligned` below the type's own alignment is as good as absent (0018): i386 still lowers the type's.
    const askedBits = (field.alignBytes ?? 0) * 8;
    return askedBits >= extent.alignBits ? askedBits : alignInRecord(field.type, extent, this.#target);
  }

  #placeBitField(field: Field, widthBits: number): void {
    const extent = fullExtentOf(field.type, this.#target);
    const typeAlignBits = alignInRecord(field.type, extent, this.#target);
    if (widthBits === 0) {
      this.#closeStorageUnit(field, typeAlignBits);
      return;
    }
    const standsAsInteger = this.#standsAsInteger(field, widthBits);
    const positionAlignBits = this.#bitFieldPositionAlignBits(field, standsAsInteger ? widthBits : 1);
    this.#alignRecordForBitField(field, typeAlignBits, positionAlignBits);
    const anchorBits = this.#anchorBits(positionAlignBits);
    this.#positionBits = roundUp(this.#positionBits, positionAlignBits);
    if (
      this.#mustNotStraddle(field) &&
      !standsAsInteger &&
      this.#straddles(widthBits, typeAlignBits, extent.sizeBits)
    ) {
      this.#positionBits = anchorBits + roundUp(this.#positionBits - anchorBits, typeAlignBits);
    }
    this.#add(field, widthBits);
  }

  /** A zero-width bit-field moves what follows to the next boundary (0031, 0032); `packed` does not weaken it (0033). */
  #closeStorageUnit(field: Field, typeAlignBits: number): void {
    const { bitFields } = this.#target;
    const boundary = bitFields.typeMatters ? typeAlignBits : bitFields.emptyFieldBoundaryBits;
    const alignBits = Math.max(boundary, (field.alignBytes ?? 0) * 8);
    if (!bitFields.typeMatters || bitFields.unnamedAlignRecord) this.#alignBits = Math.max(this.#alignBits, alignBits);
    this.#positionBits = roundUp(this.#positionBits, alignBits);
  }

  /**
   * A bit-field exactly as wide as a machine integer, standing where that integer could stand, is treated as one by GCC: it
   * has that integer's alignment, which a record whose bit-field types do not matter (m68k) gets too (0030), and ignores the
   * storage unit of its type, which shows where a typedef raised the alignment of that (0052).
   */
  #standsAsInteger(field: Field, widthBits: number): boolean {
    if (widthBits !== 8 && widthBits !== 16 && widthBits !== 32 && widthBits !== 64) return false;
    const alignBits = Math.min(widthBits, this.#target.largestScalarAlignBytes * 8);
    if (alignBits > 8 && this.#isPacked(field)) return false;
    return this.#positionBits === 0 || lowestBit(this.#positionBits) >= alignBits;
  }

  #bitFieldPositionAlignBits(field: Field, integerBits: number): number {
    const integerAlignBits = Math.min(integerBits, this.#target.largestScalarAlignBytes * 8);
    // `aligned` on the field, even a smaller one, keeps i386 from lowering the integer's alignment (0051).
    if (field.alignBytes !== undefined) return this.#capByPragma(Math.max(integerAlignBits, field.alignBytes * 8));
    return this.#capByPragma(Math.min(integerAlignBits, this.#target.wideScalarInRecordAlignBytes * 8));
  }

  #alignRecordForBitField(field: Field, typeAlignBits: number, positionAlignBits: number): void {
    const { bitFields } = this.#target;
    if (!bitFields.typeMatters) {
      this.#alignBits = Math.max(this.#alignBits, positionAlignBits);
      return;
    }
    // An unnamed bit-field takes room, but only the Arm ABIs let it align the record (0034).
    if (field.name === undefined && !bitFields.unnamedAlignRecord) return;
    let alignBits = typeAlignBits;
    if (this.#record.packBytes !== undefined) alignBits = this.#capByPragma(alignBits);
    else if (this.#isPacked(field)) alignBits = 8;
    this.#alignBits = Math.max(this.#alignBits, alignBits, positionAlignBits);
  }

  /** Packed bit-fields, and all under `#pragma pack`, ignore storage units (0035–0037). */
  #mustNotStraddle(field: Field): boolean {
    return this.#target.bitFields.typeMatters && !this.#isPacked(field) && this.#record.packBytes === undefined;
  }

  /** Whether the bits would span more aligned units than the declared type itself does (0026–0029). */
  #straddles(widthBits: number, typeAlignBits: number, typeSizeBits: number): boolean {
    const offsetInUnit = this.#positionBits % typeAlignBits;
    return Math.ceil((offsetInUnit + widthBits) / typeAlignBits) > typeSizeBits / typeAlignBits;
  }

  /**
   * Where GCC counts from when it moves a bit-field to its storage unit: not the start of the record but the last boundary of
   * the target's largest alignment. That is the same until a typedef asks for more than this alignment; then the bit-field
   * lands beyond the next boundary (0053).
   */
  #anchorBits(positionAlignBits: number): number {
    const unitBits = Math.max(this.#record.alignBytes ?? 1, this.#target.largestScalarAlignBytes) * 8;
    if (positionAlignBits >= unitBits) return roundUp(this.#positionBits, positionAlignBits);
    return this.#positionBits - (this.#positionBits % unitBits);
  }

  #add(field: Field, sizeBits: number): void {
    const type = unalias(field.type);
    const offsetBits = this.#positionBits;
    this.#fields.push(
      type.kind === 'record'
        ? { field, offsetBits, sizeBits, record: placedOn(type, this.#target) }
        : { field, offsetBits, sizeBits },
    );
    this.#positionBits += sizeBits;
  }
}

/** Whether an `aligned` stands anywhere in a type, or in what it is made of (GCC's TYPE_USER_ALIGN). */
export function isUserAligned(type: Type, seen = new Set<Type>()): boolean {
  if (seen.has(type)) return false;
  seen.add(type);
  if (type.kind === 'typedef') return type.alignBytes !== undefined || isUserAligned(type.type, seen);
  if (type.kind === 'array') return isUserAligned(type.element, seen);
  if (type.kind !== 'record') return false;
  const { alignBytes, fields } = type;
  return (
    alignBytes !== undefined || fields.some((one) => one.alignBytes !== undefined || isUserAligned(one.type, seen))
  );
}
