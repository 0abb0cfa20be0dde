/**
 * The fields of one record while it is read, and what C forbids between them: GCC's errors of `grokfield` and `finish_struct`.
 *
 * A flexible array alone in a record, or in a union, is taken although GCC takes it only from version 15 on: the layout is the same.
 */

import { type Field, type Type, unalias } from '../../abi/types.ts';
import { SyntaxProblem } from '../token-stream.ts';
import { locationOf, type Token } from '../token.ts';
import type { LayoutAttributes } from './attributes.ts';

/** Fewer are compared one by one. */
const few = 8;

export class RecordFields {
  readonly fields: Field[] = [];
  readonly #isUnion: boolean;
  readonly #names: string[] = [];
  #known: Set<string> | undefined;
  /** The flexible array that must not be followed by anything. */
  #flexible: Token | undefined;

  constructor(isUnion: boolean) {
    this.#isUnion = isUnion;
  }

  add(field: Field, token: Token): void {
    if (this.#flexible !== undefined) {
      const message = 'A flexible array stands at the end of a record (C17 §6.7.2.1p18).';
      throw new SyntaxProblem('flexible-array', message, this.#flexible);
    }
    const { name, type } = field;
    if (name !== undefined) this.#addName(name, token);
    else if (field.bitWidth === undefined) this.#addNamesOf(type, token);
    if (!this.#isUnion && isFlexible(type)) this.#flexible = token;
    this.fields.push(field);
  }

  /** Those of a record without a name are members of the record around it (C17 §6.7.2.1p13). */
  #addNamesOf(type: Type, token: Token): void {
    const record = unalias(type);
    if (record.kind !== 'record') return;
    for (const { name, type: inner, bitWidth } of record.fields) {
      if (name !== undefined) this.#addName(name, token);
      else if (bitWidth === undefined) this.#addNamesOf(inner, token);
    }
  }

  #addName(name: string, token: Token): void {
    const names = this.#names;
    const isKnown = names.length < few ? names.includes(name) : (this.#known ??= new Set(names)).has(name);
    if (isKnown) throw new SyntaxProblem('duplicate-member', `There are two members called ${name}.`, token);
    names.push(name);
    this.#known?.add(name);
  }
}

function isFlexible(type: Type): boolean {
  const behind = type.kind === 'array' ? type : unalias(type);
  return behind.kind === 'array' && behind.length === undefined;
}

/** A field as it is declared. Written out: there are a hundred thousand fields, and putting objects together from parts takes V8 long. */
export function fieldOf(
  name: string | undefined,
  type: Type,
  bitWidth: number | undefined,
  { alignBytes, isPacked }: LayoutAttributes,
  token: Token,
): Field {
  const location = locationOf(token);
  if (bitWidth === undefined && alignBytes === undefined && !isPacked) return { name, type, location };
  return {
    ...{ name, type },
    ...(bitWidth === undefined ? {} : { bitWidth }),
    ...(alignBytes === undefined ? {} : { alignBytes }),
    ...(isPacked ? { isPacked } : {}),
    location,
  };
}
