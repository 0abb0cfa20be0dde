/** What a gate may rely on: doubt is never green, narrowing asks less and invents nothing, and looks change nothing. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkAbis } from '../../src/verdict/check.ts';
import { contracts } from '../../src/verdict/contract.ts';
import { abiOf } from '../support/header-source.ts';

describe('a check fails closed', () => {
  test.each([
    ['a type nobody declared', 'struct a { nobody_t x; };'],
    ['an include that is not there', '#include "nowhere.h"\nstruct a { int x; };'],
    ['a construct that is no C', 'struct a { int x; } } {;'],
    ['an #error', '#error no\nstruct a { int x; };'],
  ])('%s on the new side is undecided, never compatible', (_what, next) => {
    const result = checkAbis([{ old: abiOf('struct a { int x; };'), new: abiOf(next) }]);
    expect(result.notUnderstood.length).toBeGreaterThan(0);
    expect(['undecided', 'break']).toContain(result.verdict);
  });

  test('the same on both sides is undecided as well: what was not read may have changed', () => {
    const text = 'struct a { nobody_t x; };';
    expect(checkAbis([{ old: abiOf(text), new: abiOf(text) }]).verdict).toBe('undecided');
  });
});

describe('contracts narrow the gate', () => {
  const old = abiOf('struct a { int x; int y; };\n#define GONE 1');
  const next = abiOf('struct a { int y; int x; };');

  test.each(contracts)('%s alone answers for itself only', (contract) => {
    const result = checkAbis([{ old, new: next }], { contracts: [contract] });
    expect(new Set(result.findings.flatMap((one) => one.answers.map((answer) => answer.contract)))).toEqual(
      new Set([contract]),
    );
  });

  test('a removed constant is no break of old binaries, and a moved field is', () => {
    const { findings } = checkAbis([{ old, new: next }], { contracts: ['old-binary'] });
    const verdicts = new Map(findings.map((one) => [one.rule, one.verdict]));
    expect(verdicts.get('constant-removed')).toBe('review');
    expect(verdicts.get('field-moved')).toBe('break');
  });
});

describe('looks change nothing', () => {
  const spellings = ['unsigned int', 'unsigned', 'u32', 'int unsigned', 'const unsigned int'];
  const numbers = [
    ['4', '0x4', '(1 << 2)', '4U', '(2 + 2)'],
    ['255', '0xff', '0377', '((1 << 8) - 1)'],
  ];
  const pieces = (pick: (from: readonly string[]) => string): string[] => [
    `struct p { ${pick(spellings)} a; ${pick(spellings)} b[${pick(['2', '1 + 1', '0x2'])}]; };`,
    `union q { ${pick(spellings)} a; char c[${pick(['8', '010'])}]; };`,
    `enum e { E_A, E_B = ${pick(['5', '0x5', '4 + 1'])}, E_C };`,
    ...numbers.map((values, index) => `#define N${String(index)} ${pick(values)}`),
    `typedef ${pick(['short', 'signed short', 'short int'])} narrow;`,
  ];

  test('order, comments, white space, spelling of types and numbers, and the spread over headers', () => {
    const side = fc.record({
      picks: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
      order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }),
      blank: fc.constantFrom(' ', '\n', '\t', ' /* struct p { int z; }; */ ', '\n// #define N0 1\n'),
      cut: fc.nat({ max: 6 }),
    });
    fc.assert(
      fc.property(side, side, (a, b) => {
        const read = ({ picks, order, blank, cut }: typeof a): ReturnType<typeof abiOf> => {
          let used = 0;
          const pick = (from: readonly string[]): string => from[(picks[used++] ?? 0) % from.length] ?? '';
          const all = pieces(pick);
          const text = order.map((index) => all[index] ?? '');
          const join = (parts: readonly string[]): string => parts.join(`\n${blank}\n`);
          return abiOf({
            'b.h': `typedef unsigned int u32;\n${join(text.slice(0, cut))}\n`,
            'a.h': `#include "b.h"\n${join(text.slice(cut))}\n`,
          });
        };
        const result = checkAbis([{ old: read(a), new: read(b) }]);
        expect(result.notUnderstood).toEqual([]);
        // What b.h gave to a.h is gone for those who include b.h only; the other way round it is only a move.
        const moved = result.findings.filter(({ rule }) => rule === 'declaration-moved');
        expect(moved.filter(({ old }) => old?.header !== 'b.h')).toEqual([]);
        expect(result.findings.filter((one) => !moved.includes(one))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
