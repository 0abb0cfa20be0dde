/** Arithmetic that is read without an expander gives what the full evaluation gives: an enumerator goes through that. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { abiOf, constantsOf } from '../support/header-source.ts';

const literal = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map(String),
  fc.constantFrom('0x7fffffff', '0x80000000', '4294967295u', '1U', '017', '0b101', '2147483647', '3UL', '08'),
);
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3 },
    literal,
    fc
      .tuple(tie('expression'), fc.constantFrom('+', '-', '|', '<<'), tie('expression'))
      .map((parts) => parts.join(' ')),
    tie('expression').map((inner) => `(${inner})`),
    tie('expression').map((inner) => `-${inner}`),
  ),
}));

test('a macro of numbers is worth what an enumerator is', () => {
  fc.assert(
    fc.property(expression, fc.constantFrom('x86_64' as const, 'i386' as const), (text, target) => {
      const abi = abiOf(`#define MACRO ${text}\nenum { ENUMERATOR = ${text} };\n`, target);
      const enumerator = [...abi.enums.values()][0]?.type.enumerators[0]?.value;
      expect(constantsOf(abi)['MACRO']).toBe(enumerator);
    }),
    { numRuns: 500 },
  );
});

describe('values worked out by hand', () => {
  test.each([
    ['(1 << 30)', 1n << 30n],
    ['(1U << 31)', 1n << 31n],
    ['(-1)', -1n],
    ['1 | 2 << 3', 17n],
    ['10 - 3 - 2', 5n],
    ['(0u - 1)', 0xffff_ffffn],
    ['1 + 2 << 3', 24n],
  ])('%s', (text, value) => {
    expect(constantsOf(abiOf(`#define X ${text}\n`))['X']).toBe(value);
  });
});
