/**
 * The records of one variant on one target: entries of a layout file become `RecordType`s with their semantics.
 *
 * Records are read when they are first named, so the order in the file does not matter; one that contains itself is found
 * on the way. Every record of a tag is one object, which layout and codecs rely on to do each only once.
 */

import { onceFor } from '../once.ts';
import type { RecordSemantics, UnionArms } from '../semantics.ts';
import { suggestionFor } from '../suggest.ts';
import type { Target } from '../target.ts';
import { type Field, type FloatBase, type IntegerBase, type RecordType, type Type, unalias } from '../types.ts';
import {
  type Extent,
  isIdentifier,
  parseMemberDeclaration,
  parseNestedName,
  type TypeSpecifier,
} from './declaration.ts';
import type { FieldEntry, RecordEntry } from './document.ts';
import type { Selection } from './limits.ts';
import type { JsonPath, Locate } from './located-json.ts';
import type { Problems } from './problems.ts';
import { type Constants, resolveNames } from './read-constants.ts';
import { type PathReference, readSemantics } from './read-semantics.ts';
import { standardTypes } from './standard-types.ts';

/** A record entry that exists in the variant, with its place. */
export interface PlacedRecord {
  readonly entry: RecordEntry;
  readonly path: JsonPath;
  /** Place of its fields, which for a main record may be inside a variant. */
  readonly fieldsPath: JsonPath;
}

/** An entry is read for each variant and target, and says the same. */
const takenApart = onceFor((entry: FieldEntry) => parseMemberDeclaration(entry.field ?? ''));

const MAX_ARRAY_LENGTH = 1 << 24;
const MAX_MEMBERS = 1 << 16;

export class RecordReader {
  /** Records read so far, by `struct x`. */
  readonly records = new Map<string, RecordType>();
  readonly #entries: ReadonlyMap<string, PlacedRecord>;
  readonly #target: Target;
  readonly #constants: Constants;
  readonly #selection: Selection;
  readonly #problems: Problems;
  readonly #locate: Locate;
  readonly #standard: ReturnType<typeof standardTypes>;
  readonly #open = new Set<string>();
  readonly #memberCounts = new Map<RecordType, number>();

  constructor(
    entries: ReadonlyMap<string, PlacedRecord>,
    target: Target,
    constants: Constants,
    selection: Selection,
    problems: Problems,
    locate: Locate,
  ) {
    this.#entries = entries;
    this.#target = target;
    this.#constants = constants;
    this.#selection = selection;
    this.#problems = problems;
    this.#locate = locate;
    this.#standard = standardTypes(target);
  }

  /** The record of that name, read now if it was not yet; `undefined` where the file has none. */
  record(key: string, semantics?: RecordSemantics): RecordType | undefined {
    const known = this.records.get(key);
    if (known !== undefined) return known;
    const placed = this.#entries.get(key);
    if (placed === undefined || this.#open.has(key)) return undefined;
    this.#open.add(key);
    const references: PathReference[] = [];
    const { entry, path, fieldsPath } = placed;
    const [recordKind, tag] = key.split(' ');
    const location = this.#locate([...path, 'record']);
    const all: RecordSemantics = {
      ...semantics,
      ...(entry.doc === undefined ? {} : { doc: entry.doc }),
      ...(entry.sizeRule === undefined ? {} : { sizeRule: entry.sizeRule }),
    };
    const record: RecordType = {
      kind: 'record',
      recordKind: recordKind === 'union' ? 'union' : 'struct',
      tag,
      isComplete: true,
      fields: this.#fields(entry.fields, fieldsPath, references),
      ...(entry.packed === true ? { isPacked: true } : {}),
      ...(entry.aligned === undefined ? {} : { alignBytes: entry.aligned }),
      ...(location === undefined ? {} : { location }),
      ...(Object.keys(all).length === 0 ? {} : { semantics: all }),
    };
    this.#open.delete(key);
    this.#checkSize(record, key, path);
    this.records.set(key, record);
    for (const { fieldPath, at } of references) this.#checkPath(record, key, fieldPath, at);
    return record;
  }

  /** The type a specifier names, or `undefined` after reporting that there is none. */
  resolve(specifier: TypeSpecifier, path: JsonPath, isPointee: boolean): Type | undefined {
    switch (specifier.kind) {
      case 'base':
        return baseType(specifier.base);
      case 'name': {
        const type = this.#standard.get(specifier.name);
        if (type === undefined) {
          const tags = [...this.#entries.keys()].map((key) => key.split(' ')[1] ?? '');
          const hint = tags.includes(specifier.name)
            ? { hint: `did you mean "struct ${specifier.name}"?` }
            : suggestionFor(specifier.name, this.#standard.keys());
          this.#problems.add(path, 'unknown-type', `No type is called "${specifier.name}".`, {
            ...hint,
            at: specifier.index,
          });
        }
        return type;
      }
      case 'record': {
        const { key, index } = specifier;
        // Behind a pointer a record need not be known, and may be the one we are in.
        if (isPointee) return this.records.get(key) ?? incomplete(key);
        if (this.#open.has(key)) {
          this.#problems.add(path, 'recursive-record', `${key} contains itself.`, { at: index });
          return undefined;
        }
        const record = this.record(key);
        if (record === undefined) {
          const message = `No record of this file is called "${key}" in variant "${this.#selection.variant}" on ${this.#target.name}.`;
          this.#problems.add(path, 'unknown-type', message, { ...suggestionFor(key, this.#entries.keys()), at: index });
        }
        return record;
      }
      default:
        return specifier satisfies never;
    }
  }

  #fields(entries: readonly FieldEntry[], path: JsonPath, references: PathReference[]): Field[] {
    const fields: Field[] = [];
    entries.forEach((entry, index) => {
      const at = [...path, index];
      this.#selection.check(entry, at, this.#problems);
      if (!this.#selection.has(entry)) return;
      const field = this.#field(entry, at, references);
      if (field !== undefined) fields.push(field);
    });
    const names = new Set<string>();
    for (const field of fields) this.#checkNames(field, names, path);
    return fields;
  }

  /** C has one name space per record; the members of an anonymous record are in that of the record around it. */
  #checkNames(field: Field, names: Set<string>, path: JsonPath): void {
    if (field.name === undefined) {
      const type = unalias(field.type);
      if (type.kind === 'record') for (const inner of type.fields) this.#checkNames(inner, names, path);
      return;
    }
    if (names.has(field.name)) this.#problems.add(path, 'duplicate-name', `Two members are called "${field.name}".`);
    names.add(field.name);
  }

  #field(entry: FieldEntry, path: JsonPath, references: PathReference[]): Field | undefined {
    const kinds = (['field', 'struct', 'union'] as const).filter((kind) => entry[kind] !== undefined);
    const [kind] = kinds;
    if (kind === undefined || kinds.length > 1) {
      this.#problems.add(path, 'bad-member', 'A member has exactly one of the keys "field", "struct" and "union".');
      return undefined;
    }
    const declared = kind === 'field' ? this.#declared(entry, path) : this.#nested(entry, kind, path, references);
    if (declared === undefined) return undefined;
    const context = { constants: this.#constants, problems: this.#problems, references };
    const said = readSemantics(entry, path, context);
    const semantics = declared.union === undefined ? said : { ...said, union: declared.union };
    const location = this.#locate([...path, kind]);
    return {
      name: declared.name,
      type: declared.type,
      ...(declared.bitWidth === undefined ? {} : { bitWidth: declared.bitWidth }),
      ...(entry.aligned === undefined ? {} : { alignBytes: entry.aligned }),
      ...(entry.packed === true && kind === 'field' ? { isPacked: true } : {}),
      ...(location === undefined ? {} : { location }),
      ...(semantics === undefined ? {} : { semantics }),
    };
  }

  #declared(entry: FieldEntry, path: JsonPath): Declared | undefined {
    const at = [...path, 'field'];
    if (entry.fields !== undefined) {
      this.#problems.add([...path, 'fields'], 'bad-member', 'Only a "struct" or "union" member has "fields".');
    }
    const parsed = takenApart(entry);
    if (parsed.kind === 'problem') {
      const { code, message, index, hint } = parsed.problem;
      this.#problems.add(at, code, message, { at: index, ...(hint === undefined ? {} : { hint }) });
      return undefined;
    }
    const { specifier, pointers, name, dimensions, bitWidth } = parsed.value;
    let type = this.resolve(specifier, at, pointers > 0);
    if (type === undefined) return undefined;
    for (let star = 0; star < pointers; star++) type = { kind: 'pointer', pointee: type };
    if (type.kind === 'void') {
      this.#problems.add(at, 'bad-declaration', 'A member cannot have type void.', { hint: 'write "void *name"' });
      return undefined;
    }
    const arrayed = this.#arrayOf(type, dimensions, at);
    if (arrayed === undefined) return undefined;
    if (bitWidth === undefined) return { name, type: arrayed };
    const width = this.#extent(bitWidth, at);
    if (width === undefined) return undefined;
    if (unalias(arrayed).kind !== 'integer' || width > 128 || (width === 0 && name !== undefined)) {
      this.#problems.add(at, 'bad-bit-field', `${String(width)} is no width for a bit-field of this type.`);
      return undefined;
    }
    return { name, type: arrayed, bitWidth: width };
  }

  #nested(
    entry: FieldEntry,
    kind: 'struct' | 'union',
    path: JsonPath,
    references: PathReference[],
  ): Declared | undefined {
    const at = [...path, kind];
    const parsed = parseNestedName(entry[kind] ?? '');
    if (parsed.kind === 'problem') {
      this.#problems.add(at, parsed.problem.code, parsed.problem.message, { at: parsed.problem.index });
      return undefined;
    }
    if (entry.fields === undefined) {
      this.#problems.add(path, 'missing-key', `A nested ${kind} needs "fields".`);
      return undefined;
    }
    const location = this.#locate(at);
    const record: RecordType = {
      kind: 'record',
      recordKind: kind,
      tag: undefined,
      isComplete: true,
      fields: this.#fields(entry.fields, [...path, 'fields'], references),
      ...(entry.packed === true ? { isPacked: true } : {}),
      ...(location === undefined ? {} : { location }),
    };
    const type = this.#arrayOf(record, parsed.value.dimensions, at);
    if (type === undefined) return undefined;
    const union = this.#arms(entry, kind, path, references);
    return { name: parsed.value.name, type, ...(union === undefined ? {} : { union }) };
  }

  #arms(
    entry: FieldEntry,
    kind: 'struct' | 'union',
    path: JsonPath,
    references: PathReference[],
  ): UnionArms | undefined {
    const { discriminant } = entry;
    if (discriminant === undefined) return undefined;
    if (kind === 'struct') {
      this.#problems.add([...path, 'discriminant'], 'bad-member', 'Only a union has a discriminant.');
      return undefined;
    }
    references.push({ fieldPath: discriminant, at: [...path, 'discriminant'] });
    const arms: { field: string; values: UnionArms['arms'][number]['values'] }[] = [];
    let otherwise: string | undefined;
    let padding: string | undefined;
    (entry.fields ?? []).forEach((arm, index) => {
      if (!this.#selection.has(arm)) return;
      const at = [...path, 'fields', index];
      const name = armName(arm);
      if (name === undefined) {
        this.#problems.add(at, 'bad-member', 'An arm of a union with a discriminant needs a name.');
      } else if (arm.role === 'padding') padding = name;
      else if (arm.otherwise === true) otherwise = name;
      else if (arm.when === undefined) {
        this.#problems.add(at, 'missing-key', `Nothing says when the arm "${name}" is selected.`, {
          hint: 'add "when": ["NAME"], or "role": "padding" if it only fixes the size',
        });
      } else {
        const values = resolveNames(arm.when, this.#constants, [...at, 'when'], this.#problems);
        if (values.length > 0) arms.push({ field: name, values });
      }
    });
    return {
      discriminant,
      arms,
      ...(otherwise === undefined ? {} : { otherwise }),
      ...(padding === undefined ? {} : { padding }),
    };
  }

  #arrayOf(element: Type, dimensions: readonly (Extent | undefined)[], at: JsonPath): Type | undefined {
    let type = element;
    for (const dimension of [...dimensions].reverse()) {
      const length = dimension === undefined ? undefined : this.#extent(dimension, at);
      if (dimension !== undefined && length === undefined) return undefined;
      if (length !== undefined && length > MAX_ARRAY_LENGTH) {
        this.#problems.add(at, 'too-large', `An array of ${String(length)} elements is too large.`);
        return undefined;
      }
      type = { kind: 'array', element: type, length };
    }
    return type;
  }

  #extent(extent: Extent, at: JsonPath): number | undefined {
    if (typeof extent === 'number') return extent;
    const value = this.#constants.named(extent.constant)?.value;
    if (value === undefined) {
      const suggestion = suggestionFor(extent.constant, this.#constants.known);
      this.#problems.add(at, 'unknown-constant', `No constant is called "${extent.constant}".`, {
        ...suggestion,
        at: extent.index,
      });
      return undefined;
    }
    if (value < 0n || value > BigInt(MAX_ARRAY_LENGTH)) {
      this.#problems.add(at, 'too-large', `${extent.constant} is ${String(value)}, which is no length.`, {
        at: extent.index,
      });
      return undefined;
    }
    return Number(value);
  }

  /** Records that embed records twice grow exponentially; nobody could print such a layout. */
  #checkSize(record: RecordType, key: string, path: JsonPath): void {
    if (this.#countMembers(record) > MAX_MEMBERS) {
      this.#problems.add(path, 'too-large', `${key} has more than ${String(MAX_MEMBERS)} members at all depths.`);
    }
  }

  #countMembers(record: RecordType): number {
    const known = this.#memberCounts.get(record);
    if (known !== undefined) return known;
    let count = 0;
    for (const field of record.fields) {
      let type = unalias(field.type);
      while (type.kind === 'array') type = unalias(type.element);
      count += 1 + (type.kind === 'record' ? this.#countMembers(type) : 0);
    }
    this.#memberCounts.set(record, count);
    return count;
  }

  #checkPath(record: RecordType, key: string, fieldPath: string, at: JsonPath): void {
    let current: RecordType | undefined = record;
    for (const segment of fieldPath.split('.')) {
      const members: ReadonlyMap<string, Field> =
        current === undefined ? new Map<string, Field>() : namedMembers(current);
      const field = members.get(segment);
      if (field === undefined) {
        const message = `${key} has no member "${fieldPath}".`;
        this.#problems.add(at, 'unknown-member', message, suggestionFor(segment, members.keys()));
        return;
      }
      const type = unalias(field.type);
      current = type.kind === 'record' ? type : undefined;
    }
  }
}

interface Declared {
  readonly name: string | undefined;
  readonly type: Type;
  readonly bitWidth?: number;
  readonly union?: UnionArms;
}

const floatBases: ReadonlySet<string> = new Set<FloatBase>([
  '_Float16',
  'float',
  'double',
  'long double',
  '__float128',
]);

function isFloatBase(base: string): base is FloatBase {
  return floatBases.has(base);
}

function baseType(base: IntegerBase | FloatBase | 'void'): Type {
  if (base === 'void') return { kind: 'void' };
  return isFloatBase(base) ? { kind: 'float', base } : { kind: 'integer', base };
}

function incomplete(key: string): RecordType {
  const [recordKind, tag] = key.split(' ');
  return {
    kind: 'record',
    recordKind: recordKind === 'union' ? 'union' : 'struct',
    tag,
    isComplete: false,
    fields: [],
  };
}

/** Name of an arm without resolving its type, which has been reported already if it is wrong. */
function armName(arm: FieldEntry): string | undefined {
  const parsed =
    arm.field === undefined ? parseNestedName(arm.struct ?? arm.union ?? '') : parseMemberDeclaration(arm.field);
  const name = parsed.kind === 'parsed' ? parsed.value.name : undefined;
  return name !== undefined && isIdentifier(name) ? name : undefined;
}

/** Members by name, those of anonymous records included. */
function namedMembers(record: RecordType): Map<string, Field> {
  const members = new Map<string, Field>();
  for (const field of record.fields) {
    const type = unalias(field.type);
    if (field.name !== undefined) members.set(field.name, field);
    else if (type.kind === 'record') for (const [name, inner] of namedMembers(type)) members.set(name, inner);
  }
  return members;
}
