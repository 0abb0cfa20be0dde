/** Arithmetic that is read without an expander gives what the full evaluation gives: an enumerator goes through that. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { abiOf, constantsOf } from '../support/header-source.ts';

const literal = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map(String),
  fc.constantFrom('0x7fffffff', '0x80000000', '4294967295u', '1U', '017', '0b101', '2147483647', '3UL', '08'),
  fc.constantFrom(
    '1L',
    '0x80000000L',
    '1ULL',
    '2LL',
    '0x6030000000000000ULL',
    '0xffffffffffffffff',
    '0x7fffffffffffffffLL',
  ),
  fc.constantFrom('4294967296', '9223372036854775807', '18446744073709551615u', '0x100000000', '-1', '(-1)'),
);
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3 },
    literal,
    fc
      .tuple(tie('expression'), fc.constantFrom('+', '-', '*', '|', '&', '<<', '>>'), tie('expression'))
      .map((parts) => parts.join(' ')),
    tie('expression').map((inner) => `(${inner})`),
    tie('expression').map((inner) => `-${inner}`),
    tie('expression').map((inner) => `~${inner}`),
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

const nameOfMacro = fc.constantFrom('P', 'Q', 'R');
const withNames = fc
  .tuple(expression, fc.constantFrom(' + ', ' | ', ' << ', ' - '), nameOfMacro, fc.boolean())
  .map(([left, operator, right, isWhole]) => (isWhole ? `(${left}${operator}${right})` : `${right}${operator}${left}`));

test('a macro that names others is worth what an enumerator is', () => {
  const body = fc.oneof(expression, withNames, nameOfMacro);
  fc.assert(
    fc.property(
      body,
      body,
      body,
      body,
      fc.constantFrom('x86_64' as const, 'i386' as const),
      (p, q, r, text, target) => {
        const macros = `#define P ${p}\n#define Q ${q}\n#define R ${r}\n`;
        const abi = abiOf(`${macros}#define MACRO ${text}\nenum { ENUMERATOR = ${text} };\n`, target);
        const enumerator = [...abi.enums.values()][0]?.type.enumerators[0]?.value;
        expect(constantsOf(abi)['MACRO']).toBe(enumerator);
      },
    ),
    { numRuns: 500 },
  );
});

test('a macro that is redefined at the end of the header is worth what a program sees', () => {
  const text = '#define BASE 1\n#define FLAG (BASE | 4)\n#undef BASE\n#define BASE 2\n';
  expect(constantsOf(abiOf(text))['FLAG']).toBe(6n);
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
    ['(1UL << 30)', 1n << 30n],
    ['(1ULL << 63)', 1n << 63n],
    ['(-1 | 0ULL)', 0xffff_ffff_ffff_ffffn],
    ['(0x6030000000000000ULL | 0x10 << 16)', 0x6030_0000_0010_0000n],
    ['(1LL << 40)', 1n << 40n],
    ['~(1u << 31)', 0x7fff_ffffn],
    ['~0', -1n],
    ['(3 * 8 * 8)', 192n],
    ['((1 << 17) >> 16 & 3)', 2n],
  ])('%s', (text, value) => {
    expect(constantsOf(abiOf(`#define X ${text}\n`))['X']).toBe(value);
  });
});
