/** JSON nodes as values of fields: members of objects, bytes as hexadecimal text, integers in the forms people write them. */

import type { Node } from 'jsonc-parser';
import { suggestionFor } from '../abi/suggest.ts';
import { printable } from '../diagnostic.ts';
import type { FieldDescriptor } from './record-descriptor.ts';

/** The value of a property. */
export function member(node: Node, name: string): Node | undefined {
  if (node.type !== 'object') return undefined;
  return node.children?.find((property) => property.children?.[0]?.value === name)?.children?.[1];
}

/** Bytes of hexadecimal text; `undefined` for anything else. */
export function hexBytes(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string') return undefined;
  const digits = value.replaceAll(/\s+/g, '');
  if (digits.length % 2 === 1 || !/^[0-9a-fA-F]*$/.test(digits)) return undefined;
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

/** An integer as a number, as text in C's bases, as `true`/`false`, or by the names of the field; else what is wrong. */
export function integerOf(node: Node, field: FieldDescriptor): bigint | string {
  const value: unknown = node.value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return BigInt(value);
    return Number.isInteger(value)
      ? 'this number is too large for JSON to be exact; write it as text'
      : 'this is no integer';
  }
  if (typeof value !== 'string') return 'an integer is wanted';
  const text = value.trim();
  const match = /^(-?)(0[xX][0-9a-fA-F]+|[0-9]+)$/.exec(text);
  if (match !== null) return match[1] === '-' ? -BigInt(match[2] ?? '0') : BigInt(match[2] ?? '0');
  const { meaning } = field;
  const known = meaning?.kind === 'enumeration' ? meaning.values : meaning?.kind === 'flags' ? meaning.flags : [];
  let sum = 0n;
  for (const word of text.split(/\s*\|\s*/)) {
    const named = known.find(({ name }) => name === word);
    if (named === undefined) {
      const { hint } = suggestionFor(
        word,
        known.map(({ name }) => name),
      );
      return `“${printable(word)}” is no integer${hint === undefined ? '' : `; ${hint}`}.`;
    }
    sum |= named.value;
  }
  return sum;
}
