/** What is wrong with a record of a layout file once its fields are read. */

import { suggestionFor } from '../suggest.ts';
import { type Field, type RecordType, unalias } from '../types.ts';
import type { JsonPath } from './located-json.ts';
import type { Problems } from './problems.ts';

const MAX_MEMBERS = 1 << 16;

export class RecordChecks {
  readonly #problems: Problems;
  readonly #memberCounts = new Map<RecordType, number>();

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** C has one name space per record; the members of an anonymous record are in that of the record around it. */
  checkNames(fields: readonly Field[], path: JsonPath): void {
    const names = new Set<string>();
    for (const field of fields) this.#checkName(field, names, path);
  }

  #checkName(field: Field, names: Set<string>, path: JsonPath): void {
    if (field.name === undefined) {
      const type = unalias(field.type);
      if (type.kind === 'record') for (const inner of type.fields) this.#checkName(inner, names, path);
      return;
    }
    if (names.has(field.name)) this.#problems.add(path, 'duplicate-name', `Two members are called "${field.name}".`);
    names.add(field.name);
  }

  /** Records that embed records twice grow exponentially; nobody could print such a layout. */
  checkSize(record: RecordType, key: string, path: JsonPath): void {
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

  /** A path that semantics name leads to a member. */
  checkPath(record: RecordType, key: string, fieldPath: string, at: JsonPath): void {
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
