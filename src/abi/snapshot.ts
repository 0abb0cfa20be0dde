/**
 * Snapshots: the ABI of a tree, for all its targets, as one JSON file that people can review and later checks accept.
 *
 * The file is canonical: the same headers give the same bytes, on every machine. What several targets share is written once,
 * with the names of the targets only where not all share it. Records and enums with a tag stand in `definitions`; where a
 * tag means different things on different targets (or in different headers), the second meaning is `struct stat#2`.
 *
 * Nothing that a comparison looks at is lost: types keep their spelling, attributes, places and semantics. What a pointer
 * points to is kept by name only, because no layout depends on it.
 */

import type { SourceLocation } from '../diagnostic.ts';
import type { Abi } from './abi.ts';
import type { EnumType, Field, RecordType, Type } from './types.ts';

export const snapshotVersion = 1;

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = Readonly<Record<string, Json>>;

/** The sections of an ABI that are maps of declarations, in the order of the file. */
export const snapshotSections = ['records', 'enums', 'typedefs', 'constants', 'requests', 'macros'] as const;

/** Those that a snapshot need not have. */
export const optionalSections: ReadonlySet<string> = new Set(['about', 'digests']);

/**
 * Writes the ABIs of one source, one for each target, as the text of a snapshot.
 * @param only the headers that were asked for, where not all were: what else is there, they include.
 */
export function writeSnapshot(abis: readonly Abi[], label: string, only: readonly string[] = []): string {
  const writer = new SnapshotWriter(abis.map((abi) => abi.target.name));
  for (const abi of abis) writer.add(abi);
  return writer.text(label, only);
}

type Section = (typeof snapshotSections)[number];
type Declaration = Abi[Section] extends ReadonlyMap<string, infer D> ? D : never;

interface Shared {
  readonly value: JsonObject;
  readonly targets: string[];
}

class SnapshotWriter {
  readonly #targets: readonly string[];
  /** Section → encoded entry → the targets that have it. */
  readonly #sections = new Map<string, Map<string, Shared>>();
  /** Targets share most declarations, and each is put into words once for every key it stands under. */
  readonly #written = new Map<Declaration, Map<string, Shared>>();
  readonly #definitions = new Map<string, JsonObject>();
  readonly #ids = new Map<RecordType | EnumType, string>();
  readonly #idsByContent = new Map<string, string>();

  constructor(targets: readonly string[]) {
    this.#targets = targets;
  }

  add(abi: Abi): void {
    const target = abi.target.name;
    for (const name of abi.headers) this.#share('headers', { name }, target);
    const about = {
      ...(abi.mainRecord === undefined ? {} : { mainRecord: abi.mainRecord }),
      variant: data(abi.variant),
    };
    if (abi.mainRecord !== undefined || abi.variant !== undefined) this.#share('about', about, target);
    for (const section of snapshotSections) {
      for (const [key, declaration] of abi[section]) {
        let byKey = this.#written.get(declaration);
        if (byKey === undefined) this.#written.set(declaration, (byKey = new Map<string, Shared>()));
        const written = byKey.get(key);
        if (written === undefined) byKey.set(key, this.#share(section, this.#entry(section, key, declaration), target));
        else written.targets.push(target);
      }
    }
    for (const diagnostic of abi.notUnderstood) this.#share('notUnderstood', dataOf(diagnostic), target);
    for (const [name, digest] of abi.digests ?? []) this.#share('digests', { name, digest }, target);
  }

  #entry(section: Section, key: string, declaration: Declaration): Readonly<Record<string, Json | undefined>> {
    const { name, header, location, ...rest } = declaration;
    const place = { name, ...(key === name ? {} : { key }), header, at: at(location) };
    if ('record' in rest) {
      const { record, ...others } = rest;
      return { ...place, type: this.#type(record), ...dataOf(others) };
    }
    if (section === 'enums' || section === 'typedefs') {
      const { type, ...others } = rest as { readonly type: Type };
      return { ...place, type: this.#type(type), ...dataOf(others) };
    }
    return { ...place, ...dataOf(rest) };
  }

  /** One entry on one line: a change of one declaration is a change of one line. */
  text(label: string, only: readonly string[]): string {
    const lines = [
      `"schemaVersion": ${snapshotVersion}`,
      '"kind": "uabi-snapshot"',
      `"label": ${JSON.stringify(label)}`,
    ];
    lines.push(`"targets": ${JSON.stringify(this.#targets)}`);
    if (only.length > 0) lines.push(`"only": ${JSON.stringify(only)}`);
    for (const section of ['about', 'headers', ...snapshotSections, 'notUnderstood', 'digests']) {
      const entries = [...(this.#sections.get(section)?.values() ?? [])].map(({ value, targets }) => {
        return targets.length === this.#targets.length ? value : { ...value, targets };
      });
      if (section === 'records')
        lines.push(
          list(
            'definitions',
            [...this.#definitions.entries()].map(([id, value]) => ({ id, ...value })),
          ),
        );
      if (entries.length > 0 || !optionalSections.has(section)) lines.push(list(section, entries));
    }
    return `{\n${lines.join(',\n')}\n}\n`;
  }

  #share(section: string, entry: Readonly<Record<string, Json | undefined>>, target: string): Shared {
    const value = clean(entry);
    let entries = this.#sections.get(section);
    if (entries === undefined) this.#sections.set(section, (entries = new Map<string, Shared>()));
    const key = JSON.stringify(value);
    let shared = entries.get(key);
    if (shared === undefined) entries.set(key, (shared = { value, targets: [] }));
    shared.targets.push(target);
    return shared;
  }

  #type(type: Type): Json {
    return structureOf(type, (declared) => this.#declared(declared));
  }

  #declared(type: DeclaredType): Json {
    switch (type.kind) {
      case 'typedef': {
        const { name, alignBytes } = type;
        return clean({ typedef: name, type: this.#type(type.type), alignBytes });
      }
      case 'enum':
        return type.tag === undefined ? this.#enum(type) : this.#define(type, `enum ${type.tag}`, this.#enum(type));
      case 'record': {
        const known = this.#ids.get(type);
        if (known !== undefined) return known;
        const value = this.#record(type);
        return type.tag === undefined ? value : this.#define(type, `${type.recordKind} ${type.tag}`, value);
      }
      default:
        return type satisfies never;
    }
  }

  #define(type: RecordType | EnumType, name: string, value: JsonObject): string {
    const content = `${name}\0${JSON.stringify(value)}`;
    let id = this.#idsByContent.get(content);
    if (id === undefined) {
      id = name;
      for (let count = 2; this.#definitions.has(id); count += 1) id = `${name}#${count}`;
      this.#idsByContent.set(content, id);
      this.#definitions.set(id, value);
    }
    this.#ids.set(type, id);
    return id;
  }

  #enum({ tag, enumerators, underlying, alignBytes, location }: EnumType): JsonObject {
    const values = enumerators.map((one) =>
      clean({ name: one.name, value: String(one.value), sameAs: one.sameAs, at: at(one.location) }),
    );
    return clean({ enum: tag ?? null, underlying, alignBytes, at: at(location), enumerators: values });
  }

  #record(type: RecordType): JsonObject {
    const { recordKind, tag, isComplete, isPacked, alignBytes, packBytes, location, semantics, fields } = type;
    return clean({
      [recordKind]: tag ?? null,
      incomplete: isComplete ? undefined : true,
      packed: isPacked,
      alignBytes,
      packBytes,
      at: at(location),
      semantics: data(semantics),
      fields: fields.map((field) => this.#field(field)),
    });
  }

  #field({ name, type, bitWidth, alignBytes, isPacked, location, semantics }: Field): JsonObject {
    return clean({
      name,
      type: this.#type(type),
      bits: bitWidth,
      alignBytes,
      packed: isPacked,
      at: at(location),
      semantics: data(semantics),
    });
  }
}

function list(name: string, entries: readonly JsonObject[]): string {
  if (entries.length === 0) return `"${name}": []`;
  const sorted = entries
    .map((entry) => ({
      entry: JSON.stringify(clean(entry)),
      key: `${text(entry['name'] ?? entry['id'])}\0${text(entry['header'])}`,
    }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return `"${name}": [\n${sorted.map(({ entry }) => entry).join(',\n')}\n]`;
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** A type that somebody declared, which is told in a way of its own. */
type DeclaredType = Extract<Type, { readonly kind: 'typedef' | 'enum' | 'record' }>;

function structureOf(type: Type, ofDeclared: (type: DeclaredType) => Json): Json {
  switch (type.kind) {
    case 'integer':
    case 'float':
      return type.base;
    case 'void':
    case 'function':
      return type.kind;
    case 'pointer':
      return { pointer: structureOf(type.pointee, nameOf) };
    case 'array':
      return { array: structureOf(type.element, ofDeclared), length: type.length ?? null };
    case 'vector':
      return { vector: structureOf(type.element, ofDeclared), sizeBytes: type.sizeBytes };
    case 'typedef':
    case 'enum':
    case 'record':
      return ofDeclared(type);
    default:
      return type satisfies never;
  }
}

/** What a pointer points to is told by its name; a record without one needs none. */
function nameOf(type: DeclaredType): Json {
  switch (type.kind) {
    case 'typedef':
      return { typedef: type.name, type: structureOf(type.type, nameOf) };
    case 'enum':
      return { enum: type.tag ?? null, underlying: type.underlying, enumerators: [] };
    case 'record':
      return { [type.recordKind]: type.tag ?? null, incomplete: true, fields: [] };
    default:
      return type satisfies never;
  }
}

function at(location: SourceLocation | undefined): Json | undefined {
  return location === undefined ? undefined : `${location.file}:${location.line}:${location.column}`;
}

/** Plain data, with every bigint as `{ "integer": "123" }`. */
function data(value: unknown): Json | undefined {
  if (value === undefined) return undefined;
  return JSON.parse(
    JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? { integer: String(one) } : one)),
  ) as Json;
}

function dataOf(value: object): JsonObject {
  return data(value) as JsonObject;
}

/** Without the entries that say nothing. */
function clean(value: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}
