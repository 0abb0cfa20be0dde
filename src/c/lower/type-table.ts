/**
 * Types, each made once.
 *
 * Two headers, or two targets, that declare the same thing at the same place get the same object. The front end decides by
 * comparing addresses whether a piece of a header means the same as before (`reads.ts`), and the layout engine keeps
 * one layout per record and target, so this is what sharing between targets and trees rests on.
 */

import type { SourceLocation } from '../../diagnostic.ts';
import type {
  EnumType,
  Field,
  FloatBase,
  FloatType,
  FunctionType,
  IntegerBase,
  IntegerType,
  RecordType,
  Type,
  TypedefType,
  VoidType,
} from '../../abi/types.ts';
import type { EnumeratorBinding, ObjectBinding, OrdinaryBinding, TagBinding } from './symbols.ts';

/** What may be asked of a type before anybody lays it out. */
interface Bounds {
  /** Types inside each other, this one included; what walks types may recurse that deep. */
  readonly depth: number;
  /** No target makes it larger, with what comes before it in a record to align it. */
  readonly mostBytes: number;
}

interface Entry extends Bounds {
  readonly id: number;
  /** The same for types that differ in nothing but the places where they are declared. */
  shape: number | undefined;
}

/** No scalar of any target is larger, or aligned to more. */
const largestScalarBytes = 16;

const scalarBounds: Bounds = { depth: 1, mostBytes: 2 * largestScalarBytes };

function at(location: SourceLocation | undefined): string {
  return location === undefined ? '' : `${location.file}\0${location.line}\0${location.column}`;
}

function keyOfEnum({ tag, underlying, alignBytes, enumerators }: EnumType): string {
  let key = `e${tag ?? ''}\0${underlying}\0${alignBytes ?? ''}`;
  for (const { name, value, sameAs } of enumerators) key += `\0${name}=${value}=${sameAs ?? ''}`;
  return key;
}

function keyOfRecord({ recordKind, tag, isComplete, isPacked, alignBytes, packBytes }: RecordType): string {
  return `${recordKind}\0${tag ?? ''}\0${isComplete}\0${isPacked === true}\0${alignBytes ?? ''}\0${packBytes ?? ''}`;
}

function keyOfField({ name, bitWidth, alignBytes, isPacked }: Field): string {
  return `${name ?? ''}:${bitWidth ?? ''}:${alignBytes ?? ''}:${isPacked === true}`;
}

/** Whether fields are the same, in the same places of the same text. */
function areSameFields(some: readonly Field[], others: readonly Field[]): boolean {
  return (
    some.length === others.length &&
    some.every((one, index) => {
      const other = others[index];
      return (
        other !== undefined &&
        one.name === other.name &&
        one.type === other.type &&
        one.bitWidth === other.bitWidth &&
        one.alignBytes === other.alignBytes &&
        (one.isPacked === true) === (other.isPacked === true) &&
        one.location?.line === other.location?.line &&
        one.location?.column === other.location?.column
      );
    })
  );
}

export class TypeTable {
  readonly void: VoidType = { kind: 'void' };
  readonly function: FunctionType = { kind: 'function' };
  readonly #entries = new Map<Type, Entry>();
  readonly #types = new Map<string, Type>();
  readonly #records = new Map<string, RecordType[]>();
  readonly #enumerators = new Map<string, EnumeratorBinding[]>();
  /** By what they return if they are functions, or else by their type: of one there are as many as there are alignments. */
  readonly #objects = new Map<Type, ObjectBinding[]>();
  readonly #shapes = new Map<string, number>();
  #count = 0;

  constructor() {
    this.#enter(this.void, scalarBounds);
    this.#enter(this.function, scalarBounds);
  }

  depthOf(type: Type): number {
    return this.#entries.get(type)?.depth ?? 1;
  }

  /** Whether a type may be larger on some target than the largest object of a 32-bit one (PTRDIFF_MAX). */
  mayBeTooLarge(type: Type): boolean {
    return this.#boundsOf(type).mostBytes > 0x7fff_ffff;
  }

  integer(base: IntegerBase): IntegerType {
    return this.#share(base, () => ({ kind: 'integer', base }) as const, scalarBounds);
  }

  float(base: FloatBase): FloatType {
    return this.#share(base, () => ({ kind: 'float', base }) as const, scalarBounds);
  }

  pointer(pointee: Type): Type {
    const bounds = { ...scalarBounds, depth: this.depthOf(pointee) + 1 };
    return this.#share(`*${this.#id(pointee)}`, () => ({ kind: 'pointer', pointee }), bounds);
  }

  array(element: Type, length: number | undefined): Type {
    const key = `[${length ?? ''}]${this.#id(element)}`;
    const { depth, mostBytes } = this.#boundsOf(element);
    const bounds = { depth: depth + 1, mostBytes: mostBytes * (length ?? 0) };
    return this.#share(key, () => ({ kind: 'array', element, length }), bounds);
  }

  vector(element: Type, sizeBytes: number): Type {
    const key = `v${sizeBytes}:${this.#id(element)}`;
    const bounds = { depth: this.depthOf(element) + 1, mostBytes: 2 * sizeBytes };
    return this.#share(key, () => ({ kind: 'vector', element, sizeBytes }), bounds);
  }

  typedef(type: TypedefType): TypedefType {
    const key = `t${type.name}\0${type.alignBytes ?? ''}\0${this.#id(type.type)}`;
    const { depth, mostBytes } = this.#boundsOf(type.type);
    return this.#share(key, () => type, { depth: depth + 1, mostBytes: mostBytes + (type.alignBytes ?? 0) });
  }

  enum(type: EnumType): EnumType {
    return this.#share(`${keyOfEnum(type)}\0${at(type.location)}`, () => type, scalarBounds);
  }

  record(type: RecordType): RecordType {
    const key = `${keyOfRecord(type)}\0${at(type.location)}`;
    let known = this.#records.get(key);
    if (known === undefined) this.#records.set(key, (known = []));
    const same = known.find(({ fields }) => areSameFields(fields, type.fields));
    if (same !== undefined) return same;
    this.#enter(type, this.#boundsOfRecord(type));
    known.push(type);
    return type;
  }

  /** A record of nothing but one field, laid out as in a record that is packed so. It stands nowhere. */
  recordOf(field: Field, isPacked: boolean, packBytes: number | undefined): RecordType {
    const key = `f${this.#id(field.type)}\0${keyOfField(field)}\0${isPacked}\0${packBytes ?? ''}`;
    const record: RecordType = {
      ...{ kind: 'record', recordKind: 'struct', tag: undefined, isComplete: true, fields: [field] },
      ...(isPacked ? { isPacked } : {}),
      ...(packBytes === undefined ? {} : { packBytes }),
    };
    return this.#share(key, () => record, this.#boundsOfRecord(record));
  }

  enumerator(name: string, value: bigint, base: IntegerBase): EnumeratorBinding {
    let known = this.#enumerators.get(name);
    if (known === undefined) this.#enumerators.set(name, (known = []));
    let binding = known.find((one) => one.value === value && one.base === base);
    if (binding === undefined) known.push((binding = { kind: 'enumerator', name, value, base }));
    return binding;
  }

  object(type: Type, { alignBytes, returns }: Pick<ObjectBinding, 'alignBytes' | 'returns'> = {}): ObjectBinding {
    const key = returns ?? type;
    let bindings = this.#objects.get(key);
    if (bindings === undefined) this.#objects.set(key, (bindings = []));
    let binding = bindings.find((one) => one.alignBytes === alignBytes && one.returns === returns && one.type === type);
    if (binding === undefined) bindings.push((binding = { kind: 'object', type, alignBytes, returns }));
    return binding;
  }

  /**
   * Whether two meanings of a name say the same about everything but the places where they are declared: an expression comes to
   * the same with either.
   */
  areAlike(a: OrdinaryBinding | TagBinding | undefined, b: OrdinaryBinding | TagBinding | undefined): boolean {
    if (a === b) return true;
    if (a === undefined || a.kind !== b?.kind || a.kind === 'enumerator' || b.kind === 'enumerator') return false;
    if (a.kind !== 'object' || b.kind !== 'object') {
      return a.kind !== 'object' && b.kind !== 'object' && this.#shapeOf(a) === this.#shapeOf(b);
    }
    const areReturning = a.returns !== undefined && b.returns !== undefined;
    return (
      this.#shapeOf(a.type) === this.#shapeOf(b.type) &&
      a.alignBytes === b.alignBytes &&
      (areReturning ? this.#shapeOf(a.returns) === this.#shapeOf(b.returns) : a.returns === b.returns)
    );
  }

  #shapeOf(type: Type): number {
    const entry = this.#entries.get(type) ?? this.#enter(type, scalarBounds);
    if (entry.shape === undefined) {
      const key = this.#shapeKeyOf(type);
      let shape = this.#shapes.get(key);
      if (shape === undefined) this.#shapes.set(key, (shape = this.#shapes.size));
      entry.shape = shape;
    }
    return entry.shape;
  }

  #shapeKeyOf(type: Type): string {
    switch (type.kind) {
      case 'pointer':
        return `*${this.#shapeOf(type.pointee)}`;
      case 'array':
        return `[${type.length ?? ''}]${this.#shapeOf(type.element)}`;
      case 'vector':
        return `v${type.sizeBytes}:${this.#shapeOf(type.element)}`;
      case 'typedef':
        return `t${type.name}\0${type.alignBytes ?? ''}\0${this.#shapeOf(type.type)}`;
      case 'enum':
        return keyOfEnum(type);
      case 'record':
        return [keyOfRecord(type), ...type.fields.map((one) => `${keyOfField(one)}:${this.#shapeOf(one.type)}`)].join(
          '\0',
        );
      case 'integer':
      case 'float':
        return type.base;
      case 'void':
      case 'function':
        return type.kind;
      default:
        return type satisfies never;
    }
  }

  #boundsOf(type: Type): Bounds {
    return this.#entries.get(type) ?? scalarBounds;
  }

  #boundsOfRecord({ fields, alignBytes = 0 }: RecordType): Bounds {
    let depth = 0;
    let mostBytes = largestScalarBytes + alignBytes;
    for (const field of fields) {
      const bounds = this.#boundsOf(field.type);
      depth = Math.max(depth, bounds.depth);
      mostBytes += bounds.mostBytes + largestScalarBytes + (field.alignBytes ?? 0);
    }
    return { depth: depth + 1, mostBytes };
  }

  #id(type: Type): number {
    return (this.#entries.get(type) ?? this.#enter(type, scalarBounds)).id;
  }

  #enter(type: Type, { depth, mostBytes }: Bounds): Entry {
    const entry = { id: this.#count++, depth, mostBytes, shape: undefined };
    this.#entries.set(type, entry);
    return entry;
  }

  #share<T extends Type>(key: string, make: () => T, bounds: Bounds): T {
    // The key says which kind of type it is, so what is found under it is a T.
    const known = this.#types.get(key) as T | undefined;
    if (known !== undefined) return known;
    const type = make();
    this.#enter(type, bounds);
    this.#types.set(key, type);
    return type;
  }
}
