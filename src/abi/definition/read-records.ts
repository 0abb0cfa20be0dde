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
import { type Extent, parseMemberDeclaration, parseNestedName, type TypeSpecifier } from './declaration.ts';
import type { FieldEntry, RecordEntry } from './document.ts';
import type { Selection } from './limits.ts';
import type { JsonPath, Locate } from './located-json.ts';
import type { Problems } from './problems.ts';
import type { Constants } from './read-constants.ts';
import { type PathReference, readSemantics, type SemanticsContext } from './read-semantics.ts';
import { readUnionArms } from './read-union-arms.ts';
import { RecordChecks } from './record-checks.ts';
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
  readonly #checks: RecordChecks;

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
    this.#checks = new RecordChecks(problems);
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
    this.#checks.checkSize(record, key, path);
    this.records.set(key, record);
    for (const { fieldPath, at } of references) this.#checks.checkPath(record, key, fieldPath, at);
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
    this.#checks.checkNames(fields, path);
    return fields;
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
    const said = readSemantics(entry, path, this.#contextOf(references));
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
    const context = this.#contextOf(references);
    const union = readUnionArms(entry, kind, path, this.#selection, context);
    return { name: parsed.value.name, type, ...(union === undefined ? {} : { union }) };
  }

  #contextOf(references: PathReference[]): SemanticsContext {
    return { constants: this.#constants, problems: this.#problems, references };
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
