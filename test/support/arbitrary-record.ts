/**
 * Random records, as hostile as C allows: every scalar, arrays, nested and anonymous records, bit-fields of every width,
 * `packed`, `aligned` in every place, `#pragma pack`, flexible array members.
 */

import fc from 'fast-check';
import type { EnumType, Field, IntegerBase, RecordType, Type } from '../../src/abi/types.ts';

const bases: readonly IntegerBase[] = [
  '_Bool',
  'char',
  'signed char',
  'unsigned char',
  'short',
  'unsigned short',
  'int',
  'unsigned int',
  'long',
  'unsigned long',
  'long long',
  'unsigned long long',
];

/** Widths every target can hold: `long` may have 32 bits. */
const narrowestBits: Readonly<Partial<Record<IntegerBase, number>>> = {
  _Bool: 1,
  char: 8,
  'signed char': 8,
  'unsigned char': 8,
  short: 16,
  'unsigned short': 16,
  'long long': 64,
  'unsigned long long': 64,
};

const enumeration: EnumType = {
  kind: 'enum',
  tag: 'colour',
  enumerators: [
    { name: 'RED', value: 0n },
    { name: 'BLUE', value: 7n },
  ],
  underlying: 'unsigned int',
};

export interface RecordOptions {
  /** Leaves out what only a compiler can say much about: packing, alignment, floating types. */
  readonly isPlain?: boolean;
}

interface FieldSeed {
  readonly choice: number;
  readonly base: IntegerBase;
  readonly width: number;
  readonly length: number;
  readonly length2: number;
  readonly isNamed: boolean;
  readonly packed: boolean;
  readonly aligned: number | undefined;
  readonly typeAligned: number;
  readonly inner: RecordSeed | undefined;
}

interface RecordSeed {
  readonly fields: readonly FieldSeed[];
  readonly isUnion: boolean;
  readonly isTagged: boolean;
  readonly packed: boolean;
  readonly aligned: number | undefined;
  readonly pragma: number | undefined;
  readonly hasFlexibleArray: boolean;
}

const powers = [1, 2, 4, 8, 16, 32] as const;

function rarely<T>(arbitrary: fc.Arbitrary<T>, isPlain: boolean): fc.Arbitrary<T | undefined> {
  const never = fc.constant(undefined);
  return isPlain ? never : fc.oneof({ weight: 1, arbitrary }, { weight: 6, arbitrary: never });
}

function nested(record: fc.Arbitrary<RecordSeed>): fc.Arbitrary<RecordSeed | undefined> {
  return fc.oneof({ weight: 1, arbitrary: record }, { weight: 3, arbitrary: fc.constant(undefined) });
}

function recordSeed(depth: number, isPlain: boolean): fc.Arbitrary<RecordSeed> {
  const flag = (weight: number): fc.Arbitrary<boolean> =>
    isPlain
      ? fc.constant(false)
      : fc.oneof({ weight, arbitrary: fc.constant(true) }, { weight: 10, arbitrary: fc.constant(false) });
  const field: fc.Arbitrary<FieldSeed> = fc.record({
    choice: fc.nat(99),
    base: fc.constantFrom(...bases),
    width: fc.nat(64),
    length: fc.nat(3),
    length2: fc.nat(4),
    isNamed: fc.boolean(),
    packed: flag(1),
    aligned: rarely(fc.constantFrom(...powers), isPlain),
    typeAligned: fc.constantFrom(...powers),
    inner: depth > 0 ? nested(recordSeed(depth - 1, isPlain)) : fc.constant(undefined),
  });
  return fc.record({
    fields: fc.array(field, { minLength: 1, maxLength: 7 }),
    isUnion: fc.oneof({ weight: 1, arbitrary: fc.constant(true) }, { weight: 3, arbitrary: fc.constant(false) }),
    isTagged: fc.boolean(),
    packed: flag(2),
    aligned: rarely(fc.constantFrom(...powers), isPlain),
    pragma: rarely(fc.constantFrom(1, 2, 4, 8, 16), isPlain),
    hasFlexibleArray: fc.boolean(),
  });
}

/** Builds the record from its seed; names are unique within one build, so anonymous members cannot clash. */
class Builder {
  readonly #prefix: string;
  readonly #isPlain: boolean;
  #count = 0;

  constructor(prefix: string, isPlain: boolean) {
    this.#prefix = prefix;
    this.#isPlain = isPlain;
  }

  /** `pragma` is the `#pragma pack` in force around the definition, which an untagged record is inside of. */
  build(seed: RecordSeed, isOutermost: boolean, pragma: number | undefined): RecordType {
    const isTagged = isOutermost || seed.isTagged || seed.pragma !== undefined;
    const packBytes = isTagged ? seed.pragma : pragma;
    const fields = seed.fields.map((field) => this.#field(field, packBytes));
    if (isOutermost && seed.hasFlexibleArray && !seed.isUnion && fields.some((field) => field.name !== undefined)) {
      const element: Type = { kind: 'integer', base: seed.fields[0]?.base ?? 'char' };
      fields.push({ name: this.#name('flex'), type: { kind: 'array', element, length: undefined } });
    }
    return {
      kind: 'record',
      recordKind: seed.isUnion ? 'union' : 'struct',
      // A pragma is printed around a definition of its own, so such a record needs a tag.
      tag: isTagged ? this.#name('rec') : undefined,
      isComplete: true,
      fields,
      ...(seed.packed ? { isPacked: true } : {}),
      ...(seed.aligned === undefined ? {} : { alignBytes: seed.aligned }),
      ...(packBytes === undefined ? {} : { packBytes }),
    };
  }

  #name(kind: string): string {
    this.#count += 1;
    return `${this.#prefix}_${kind}${this.#count}`;
  }

  #attributes(seed: FieldSeed): Partial<Field> {
    return {
      ...(seed.packed ? { isPacked: true } : {}),
      ...(seed.aligned === undefined ? {} : { alignBytes: seed.aligned }),
    };
  }

  #field(seed: FieldSeed, pragma: number | undefined): Field {
    const { inner, choice } = seed;
    if (inner !== undefined) {
      const record = this.build(inner, false, pragma);
      // Only an untagged record can be an anonymous member.
      const name = record.tag === undefined && !seed.isNamed ? undefined : this.#name('in');
      const isArray = choice < 30 && name !== undefined && hasArrayableSize(record);
      const type: Type = isArray ? { kind: 'array', element: record, length: seed.length } : record;
      // Behind an anonymous record C reads attributes as the record's own.
      return { name, type, ...(name === undefined ? {} : this.#attributes(seed)) };
    }
    if (choice < 40) return this.#bitField(seed);
    const scalar = this.#scalar(seed);
    const isArray = choice % 3 === 0 && scalar.kind !== 'typedef';
    let type: Type = isArray ? { kind: 'array', element: scalar, length: seed.length } : scalar;
    if (isArray && choice % 2 === 0) type = { kind: 'array', element: type, length: seed.length2 };
    return { name: this.#name('f'), type, ...this.#attributes(seed) };
  }

  #bitField(seed: FieldSeed): Field {
    const bitWidth = Math.min(seed.width, narrowestBits[seed.base] ?? 32);
    const type = this.#bitFieldType(seed);
    const name = bitWidth === 0 || (!seed.isNamed && seed.choice < 12) ? undefined : this.#name('b');
    return { name, type, bitWidth, ...(name === undefined ? {} : this.#attributes(seed)) };
  }

  #bitFieldType(seed: FieldSeed): Type {
    const integer: Type = { kind: 'integer', base: seed.base };
    if (this.#isPlain || seed.length2 !== 0) return integer;
    // An enumeration has 32 bits, so it can stand in only where the chosen width fits any base of that size.
    if (narrowestBits[seed.base] === undefined && seed.length === 0) return enumeration;
    return { kind: 'typedef', name: this.#name('t'), type: integer, alignBytes: seed.typeAligned };
  }

  #scalar(seed: FieldSeed): Type {
    const integer: Type = { kind: 'integer', base: seed.base };
    if (this.#isPlain) return seed.choice > 92 ? { kind: 'pointer', pointee: { kind: 'void' } } : integer;
    if (seed.choice > 94) return { kind: 'pointer', pointee: { kind: 'void' } };
    if (seed.choice > 90) return { kind: 'float', base: 'double' };
    if (seed.choice > 88) return { kind: 'float', base: 'long double' };
    if (seed.choice > 85) return enumeration;
    if (seed.choice > 75) {
      return { kind: 'typedef', name: this.#name('t'), type: integer, alignBytes: seed.typeAligned };
    }
    return integer;
  }
}

/** An array element may not be aligned to more than its size; asking the compiler for it would be an error. */
function hasArrayableSize(record: RecordType): boolean {
  return (
    record.alignBytes === undefined &&
    record.fields.every((field) => {
      const type = field.type.kind === 'array' ? field.type.element : field.type;
      return (
        field.alignBytes === undefined && type.kind !== 'typedef' && (type.kind !== 'record' || hasArrayableSize(type))
      );
    })
  );
}

let serial = 0;

/** A complete, tagged record with unique names. */
export function arbitraryRecord(options: RecordOptions = {}): fc.Arbitrary<RecordType> {
  const isPlain = options.isPlain === true;
  return recordSeed(2, isPlain).map((seed) => {
    serial += 1;
    return new Builder(`r${serial}`, isPlain).build(seed, true, undefined);
  });
}
