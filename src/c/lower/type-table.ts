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
import type { EnumeratorBinding, ObjectBinding } from './symbols.ts';

interface Entry {
  readonly id: number;
  /** Types inside each other, this one included; what walks types may recurse that deep. */
  readonly depth: number;
}

function at(location: SourceLocation | undefined): string {
  return location === undefined ? '' : `${location.file}\0${location.line}\0${location.column}`;
}

export class TypeTable {
  readonly void: VoidType = { kind: 'void' };
  readonly function: FunctionType = { kind: 'function' };
  readonly #entries = new WeakMap<Type, Entry>();
  readonly #types = new Map<string, Type>();
  readonly #enumerators = new Map<string, EnumeratorBinding>();
  readonly #objects = new WeakMap<Type, ObjectBinding>();
  #count = 0;

  constructor() {
    this.#enter(this.void, 1);
    this.#enter(this.function, 1);
  }

  depthOf(type: Type): number {
    return this.#entries.get(type)?.depth ?? 1;
  }

  integer(base: IntegerBase): IntegerType {
    return this.#share(base, () => ({ kind: 'integer', base }) as const, 1);
  }

  float(base: FloatBase): FloatType {
    return this.#share(base, () => ({ kind: 'float', base }) as const, 1);
  }

  pointer(pointee: Type): Type {
    return this.#share(`*${this.#id(pointee)}`, () => ({ kind: 'pointer', pointee }), this.depthOf(pointee) + 1);
  }

  array(element: Type, length: number | undefined): Type {
    const key = `[${length ?? ''}]${this.#id(element)}`;
    return this.#share(key, () => ({ kind: 'array', element, length }), this.depthOf(element) + 1);
  }

  vector(element: Type, sizeBytes: number): Type {
    const key = `v${sizeBytes}:${this.#id(element)}`;
    return this.#share(key, () => ({ kind: 'vector', element, sizeBytes }), this.depthOf(element) + 1);
  }

  typedef(type: TypedefType): TypedefType {
    const key = `t${type.name}\0${type.alignBytes ?? ''}\0${this.#id(type.type)}`;
    return this.#share(key, () => type, this.depthOf(type.type) + 1);
  }

  enum(type: EnumType): EnumType {
    let key = `e${type.tag ?? ''}\0${type.underlying}\0${type.alignBytes ?? ''}\0${at(type.location)}`;
    for (const { name, value, sameAs } of type.enumerators) key += `\0${name}=${value}=${sameAs ?? ''}`;
    return this.#share(key, () => type, 1);
  }

  record(type: RecordType): RecordType {
    let key = `${type.recordKind}\0${type.tag ?? ''}\0${type.isComplete}\0${type.isPacked === true}\0${type.alignBytes ?? ''}`;
    key += `\0${type.packBytes ?? ''}\0${at(type.location)}`;
    let depth = 0;
    for (const field of type.fields) {
      key += `\0${field.name ?? ''}:${this.#id(field.type)}:${field.bitWidth ?? ''}:${field.alignBytes ?? ''}`;
      key += `:${field.isPacked === true}:${field.location?.line ?? ''}:${field.location?.column ?? ''}`;
      depth = Math.max(depth, this.depthOf(field.type));
    }
    return this.#share(key, () => type, depth + 1);
  }

  enumerator(name: string, value: bigint, base: IntegerBase): EnumeratorBinding {
    const key = `${name}\0${value}\0${base}`;
    let binding = this.#enumerators.get(key);
    if (binding === undefined) this.#enumerators.set(key, (binding = { kind: 'enumerator', name, value, base }));
    return binding;
  }

  object(type: Type): ObjectBinding {
    let binding = this.#objects.get(type);
    if (binding === undefined) this.#objects.set(type, (binding = { kind: 'object', type }));
    return binding;
  }

  #id(type: Type): number {
    return (this.#entries.get(type) ?? this.#enter(type, 1)).id;
  }

  #enter(type: Type, depth: number): Entry {
    const entry = { id: this.#count++, depth };
    this.#entries.set(type, entry);
    return entry;
  }

  #share<T extends Type>(key: string, make: () => T, depth: number): T {
    // The key says which kind of type it is, so what is found under it is a T.
    const known = this.#types.get(key) as T | undefined;
    if (known !== undefined) return known;
    const type = make();
    this.#enter(type, depth);
    this.#types.set(key, type);
    return type;
  }
}
