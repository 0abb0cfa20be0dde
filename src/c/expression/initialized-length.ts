/**
 * How many elements an initializer gives to an array that leaves its length open (C17 §6.7.9p22).
 */

import { type Type, unalias } from '../../abi/types.ts';
import type { Expression, Initializer } from '../syntax.ts';
import { SyntaxProblem } from '../token-stream.ts';

/** `undefined` where it depends on how elements fill inner arrays and records (C17 §6.7.9p20), or on what is no constant. */
export function initializedLength(
  initializer: Initializer,
  element: Type,
  integer: (expression: Expression) => bigint,
  typeOf: (expression: Expression) => Type,
): number | undefined {
  const { kind } = unalias(element);
  switch (initializer.kind) {
    case 'other':
      return undefined;
    case 'text': {
      if (kind === 'pointer') return 1;
      const text = unalias(typeOf(initializer.text));
      return kind === 'integer' && text.kind === 'array' ? text.length : undefined;
    }
    case 'list': {
      if (initializer.hasBare && (kind === 'array' || kind === 'record' || kind === 'vector')) return undefined;
      let length = 0n;
      for (const { start, count } of initializer.runs) {
        const first = start === undefined ? 0n : indexOf(start, integer);
        if (first === undefined || first < 0n) return undefined;
        const behind = first + BigInt(count);
        if (behind > length) length = behind;
      }
      return length <= 1n << 47n ? Number(length) : undefined;
    }
    default:
      return initializer satisfies never;
  }
}

function indexOf(expression: Expression, integer: (expression: Expression) => bigint): bigint | undefined {
  try {
    return integer(expression);
  } catch (error) {
    if (error instanceof SyntaxProblem) return undefined;
    throw error;
  }
}
