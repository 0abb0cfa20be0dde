/**
 * Reads a snapshot back: the inverse of `writeSnapshot`.
 *
 * The file is the user's, so nothing in it is trusted: every value is looked at before it is used, nesting is bounded, and
 * what is wrong is said with its place (`records[12].header`).
 */

import { type SourceLocation, UserError } from '../diagnostic.ts';
import type { Abi } from './abi.ts';
import { optionalSections, snapshotSections, snapshotVersion } from './snapshot.ts';
import { findTarget, type Target } from './target.ts';
import type { EnumType, Field, FloatBase, IntegerBase, RecordType, Type } from './types.ts';

const integerBases: ReadonlySet<string> = new Set<IntegerBase>([
  ...(['_Bool', 'char', 'signed char', 'unsigned char', 'short', 'unsigned short', 'int', 'unsigned int'] as const),
  ...(['long', 'unsigned long', 'long long', 'unsigned long long', '__int128', 'unsigned __int128'] as const),
]);
const floatBases: ReadonlySet<string> = new Set<FloatBase>([
  '_Float16',
  'float',
  'double',
  'long double',
  '__float128',
]);

const maximumDepth = 200;

export interface Snapshot {
  readonly label: string;
  readonly targets: readonly Target[];
  /** The headers that it is about, where these are not all of its source. */
  readonly only: readonly string[] | undefined;
  readonly abiFor: (target: Target) => Abi;
}

/**
 * The ABIs of a snapshot. `label` is what the user called the file.
 * @throws {UserError} if the document is no snapshot of a version that this uabi knows, or is damaged.
 */
export function readSnapshot(document: unknown, label: string): Snapshot {
  const reader = new SnapshotReader(document, label);
  return { label, targets: reader.targets, only: reader.only, abiFor: (target) => reader.abiFor(target) };
}

type Entry = Readonly<Record<string, unknown>>;
type Section = (typeof snapshotSections)[number];

/** What stands in a section, and for whom. */
interface Placed {
  readonly entry: Entry;
  /** As messages call it: `constants[12]`. */
  readonly place: string;
  /** Names of targets; `undefined` where all have it. */
  readonly targets: ReadonlySet<unknown> | undefined;
}

interface Declared {
  readonly key: string;
  readonly declaration: object;
}

class SnapshotReader {
  readonly targets: readonly Target[];
  readonly only: readonly string[] | undefined;
  readonly #document: Entry;
  readonly #label: string;
  readonly #definitions = new Map<string, Entry>();
  readonly #types = new Map<string, RecordType | EnumType>();
  readonly #inProgress = new Set<string>();
  readonly #abis = new Map<Target, Abi>();
  readonly #placed = new Map<string, readonly Placed[]>();
  /** Most declarations are those of all targets. */
  readonly #declared = new Map<Placed, Declared>();

  constructor(document: unknown, label: string) {
    this.#label = label;
    this.#document = this.#object(document, 'the document');
    if (this.#document['schemaVersion'] !== snapshotVersion) {
      throw new UserError(
        `${label} is a snapshot of version ${String(this.#document['schemaVersion'])}; this uabi reads version ${snapshotVersion}.`,
      );
    }
    this.targets = this.#list('targets').map((name, index) => {
      const target = typeof name === 'string' ? findTarget(name) : undefined;
      return target ?? this.#fail(`targets[${index}]`, 'names no target');
    });
    if (this.#document['only'] !== undefined) {
      this.only = this.#list('only').map((name, index) =>
        typeof name === 'string' ? name : this.#fail(`only[${index}]`, 'names no header'),
      );
    }
    for (const [index, value] of this.#list('definitions').entries()) {
      const entry = this.#object(value, `definitions[${index}]`);
      this.#definitions.set(this.#text(entry, 'id', `definitions[${index}]`), entry);
    }
  }

  abiFor(target: Target): Abi {
    const known = this.#abis.get(target);
    if (known !== undefined) return known;
    const [records, enums, typedefs, constants, requests, macros] = snapshotSections.map((section) =>
      this.#section(section, target),
    );
    const about = this.#placedFor('about', target)[0]?.entry;
    const abi = {
      target,
      label: this.#label,
      headers: this.#placedFor('headers', target).map(({ entry, place }) => this.#text(entry, 'name', place)),
      ...{ records, enums, typedefs, constants, requests, macros },
      ...(about?.['mainRecord'] === undefined ? {} : { mainRecord: about['mainRecord'] }),
      ...(about?.['variant'] === undefined ? {} : { variant: about['variant'] }),
      notUnderstood: this.#placedFor('notUnderstood', target).map((one) => this.#diagnostic(one)),
      digests: new Map(
        this.#placedFor('digests', target).map(
          ({ entry, place }) => [this.#text(entry, 'name', place), this.#text(entry, 'digest', place)] as const,
        ),
      ),
    } as unknown as Abi;
    this.#abis.set(target, abi);
    return abi;
  }

  #section(section: Section, target: Target): ReadonlyMap<string, object> {
    const result = new Map<string, object>();
    for (const placed of this.#placedFor(section, target)) {
      let declared = this.#declared.get(placed);
      if (declared === undefined) this.#declared.set(placed, (declared = this.#declare(section, placed)));
      result.set(declared.key, declared.declaration);
    }
    return result;
  }

  #declare(section: Section, { entry, place }: Placed): Declared {
    // A request has a number called `type`; everything else under that key is a C type.
    const rest = without(entry, 'key', 'at', 'targets', ...(section === 'requests' ? [] : ['type']));
    const name = this.#text(entry, 'name', place);
    this.#text(entry, 'header', place);
    const key = entry['key'] === undefined ? name : this.#text(entry, 'key', place);
    const revived = revive(rest);
    const declaration = {
      ...revived,
      ...this.#location(entry),
      ...this.#payload(section, entry['type'], revived, place),
    };
    return { key, declaration };
  }

  /** What a declaration of each section must have beside its name. */
  #payload(section: Section, type: unknown, rest: Entry, place: string): object {
    switch (section) {
      case 'records': {
        const record = this.#type(type, `${place}.type`, 0);
        return record.kind === 'record' ? { record } : this.#fail(`${place}.type`, 'is no record');
      }
      case 'enums': {
        const read = this.#type(type, `${place}.type`, 0);
        return read.kind === 'enum' ? { type: read } : this.#fail(`${place}.type`, 'is no enum');
      }
      case 'typedefs':
        return { type: this.#type(type, `${place}.type`, 0) };
      case 'constants':
        return typeof rest['value'] === 'bigint' ? {} : this.#fail(`${place}.value`, 'is no integer');
      case 'requests': {
        for (const key of ['number', 'type', 'nr', 'sizeBytes']) {
          if (!Number.isSafeInteger(rest[key])) this.#fail(`${place}.${key}`, 'is no number');
        }
        this.#text(rest, 'direction', place);
        return {};
      }
      case 'macros':
        this.#text(rest, 'body', place);
        return {};
      default:
        return section satisfies never;
    }
  }

  #type(value: unknown, place: string, depth: number): Type {
    if (depth > maximumDepth) this.#fail(place, 'is nested too deeply');
    if (typeof value === 'string') return this.#named(value, place, depth);
    const entry = this.#object(value, place);
    const inner = (key: string): Type => this.#type(entry[key], `${place}.${key}`, depth + 1);
    if ('pointer' in entry) return { kind: 'pointer', pointee: inner('pointer') };
    if ('array' in entry) {
      const length = entry['length'] === null ? undefined : this.#number(entry, 'length', place);
      return { kind: 'array', element: inner('array'), length };
    }
    if ('vector' in entry) {
      return { kind: 'vector', element: inner('vector'), sizeBytes: this.#number(entry, 'sizeBytes', place) };
    }
    if ('typedef' in entry) {
      const name = this.#text(entry, 'typedef', place);
      return { kind: 'typedef', name, type: inner('type'), ...this.#align(entry, place) };
    }
    if ('enum' in entry) return this.#enum(entry, place);
    return this.#record(entry, place, depth);
  }

  #named(name: string, place: string, depth: number): Type {
    if (integerBases.has(name)) return { kind: 'integer', base: name as IntegerBase };
    if (floatBases.has(name)) return { kind: 'float', base: name as FloatBase };
    if (name === 'void' || name === 'function') return { kind: name };
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    const definition = this.#definitions.get(name);
    if (definition === undefined) return this.#fail(place, `names "${name}", which is not defined`);
    if (this.#inProgress.has(name)) return this.#fail(place, `makes "${name}" contain itself`);
    this.#inProgress.add(name);
    const type = 'enum' in definition ? this.#enum(definition, name) : this.#record(definition, name, depth + 1);
    this.#inProgress.delete(name);
    this.#types.set(name, type);
    return type;
  }

  #enum(entry: Entry, place: string): EnumType {
    const underlying = this.#text(entry, 'underlying', place);
    if (!integerBases.has(underlying)) this.#fail(`${place}.underlying`, 'is no integer type');
    const enumerators = this.#array(entry['enumerators'], `${place}.enumerators`).map((value, index) => {
      const one = this.#object(value, `${place}.enumerators[${index}]`);
      const number = this.#text(one, 'value', `${place}.enumerators[${index}]`);
      if (!/^-?\d{1,40}$/.test(number)) this.#fail(`${place}.enumerators[${index}].value`, 'is no integer');
      const sameAs = one['sameAs'] === undefined ? {} : { sameAs: this.#text(one, 'sameAs', place) };
      return { name: this.#text(one, 'name', place), value: BigInt(number), ...sameAs, ...this.#location(one) };
    });
    const tag = entry['enum'] === null ? undefined : this.#text(entry, 'enum', place);
    return {
      kind: 'enum',
      tag,
      enumerators,
      underlying: underlying as IntegerBase,
      ...this.#align(entry, place),
      ...this.#location(entry),
    };
  }

  #record(entry: Entry, place: string, depth: number): RecordType {
    const recordKind = 'struct' in entry ? 'struct' : 'union' in entry ? 'union' : this.#fail(place, 'is no type');
    const tag = entry[recordKind] === null ? undefined : this.#text(entry, recordKind, place);
    const fields = this.#array(entry['fields'], `${place}.fields`).map((value, index): Field => {
      const at = `${place}.fields[${index}]`;
      const field = this.#object(value, at);
      const bitWidth = field['bits'] === undefined ? {} : { bitWidth: this.#number(field, 'bits', at) };
      return {
        name: field['name'] === undefined ? undefined : this.#text(field, 'name', at),
        type: this.#type(field['type'], `${at}.type`, depth + 1),
        ...bitWidth,
        ...this.#common(field, at),
      };
    });
    const packBytes = entry['packBytes'] === undefined ? {} : { packBytes: this.#number(entry, 'packBytes', place) };
    const isComplete = entry['incomplete'] !== true;
    return { kind: 'record', recordKind, tag, isComplete, fields, ...packBytes, ...this.#common(entry, place) };
  }

  /** What fields and records have in common. */
  #common(entry: Entry, place: string): object {
    return {
      ...(entry['packed'] === true ? { isPacked: true } : {}),
      ...this.#align(entry, place),
      ...this.#location(entry),
      ...(entry['semantics'] === undefined ? {} : { semantics: revive(this.#object(entry['semantics'], place)) }),
    };
  }

  #align(entry: Entry, place: string): { alignBytes?: number } {
    return entry['alignBytes'] === undefined ? {} : { alignBytes: this.#number(entry, 'alignBytes', place) };
  }

  #location(entry: Entry): { location?: SourceLocation } {
    const match = typeof entry['at'] === 'string' ? /^(.*):(\d+):(\d+)$/s.exec(entry['at']) : null;
    if (match === null) return {};
    return { location: { file: match[1] ?? '', line: Number(match[2]), column: Number(match[3]) } };
  }

  #placedFor(section: string, target: Target): readonly Placed[] {
    let placed = this.#placed.get(section);
    if (placed === undefined) {
      placed = this.#list(section).map((value, index) => {
        const place = `${section}[${index}]`;
        const entry = this.#object(value, place);
        const { targets } = entry;
        return {
          entry,
          place,
          targets: targets === undefined ? undefined : new Set(Array.isArray(targets) ? targets : []),
        };
      });
      this.#placed.set(section, placed);
    }
    return placed.filter(({ targets }) => targets?.has(target.name) !== false);
  }

  #diagnostic({ entry: told, place }: Placed): Entry {
    const entry = without(told, 'targets');
    for (const key of ['severity', 'code', 'message']) this.#text(entry, key, place);
    for (const key of ['passedOver', 'readIn']) {
      for (const name of this.#array(entry[key] ?? [], `${place}.${key}`)) {
        if (typeof name !== 'string') this.#fail(`${place}.${key}`, 'holds something that is no text');
      }
    }
    if (entry['location'] === undefined) return entry;
    const location = this.#object(entry['location'], `${place}.location`);
    this.#text(location, 'file', `${place}.location`);
    for (const key of ['line', 'column']) this.#number(location, key, `${place}.location`);
    return entry;
  }

  #list(key: string): readonly unknown[] {
    const value = this.#document[key];
    return value === undefined && optionalSections.has(key) ? [] : this.#array(value, key);
  }

  #array(value: unknown, place: string): readonly unknown[] {
    return Array.isArray(value) ? value : this.#fail(place, 'is no list');
  }

  #object(value: unknown, place: string): Entry {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Entry;
    return this.#fail(place, 'is no object');
  }

  #text(entry: Entry, key: string, place: string): string {
    const value = entry[key];
    return typeof value === 'string' ? value : this.#fail(`${place}.${key}`, 'is no text');
  }

  #number(entry: Entry, key: string, place: string): number {
    const value = entry[key];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    return this.#fail(`${place}.${key}`, 'is no size');
  }

  #fail(place: string, problem: string): never {
    throw new UserError(`${this.#label} is a damaged snapshot: ${place} ${problem}.`);
  }
}

function without(entry: Entry, ...keys: readonly string[]): Entry {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !keys.includes(key)));
}

/** Undoes the writing of bigints as `{ "integer": "123" }`. */
function revive(value: Entry): Entry {
  return reviveValue(value, 0) as Entry;
}

function reviveValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > maximumDepth) return value;
  if (Array.isArray(value)) return value.map((one) => reviveValue(one, depth + 1));
  const entries = Object.entries(value);
  const [first] = entries;
  if (
    entries.length === 1 &&
    first?.[0] === 'integer' &&
    typeof first[1] === 'string' &&
    /^-?\d{1,40}$/.test(first[1])
  ) {
    return BigInt(first[1]);
  }
  return Object.fromEntries(entries.map(([key, one]) => [key, reviveValue(one, depth + 1)]));
}
