/** Of headers that follow each other otherwise, only those are doubted that went past others. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { longestRising } from '../../src/diff/moved-files.ts';

test.each([
  [[], []],
  [
    [0, 1, 2, 3],
    [0, 1, 2, 3],
  ],
  [
    [3, 0, 1, 2],
    [0, 1, 2],
  ],
  [
    [1, 2, 3, 0],
    [1, 2, 3],
  ],
  [
    [2, 0, 3, 1, 4],
    [0, 1, 4],
  ],
])('of %j, %j stay', (numbers, rising) => {
  expect(longestRising(numbers)).toHaveLength(rising.length);
});

/** Every choice of some, tried out. */
function longest(numbers: readonly number[]): number {
  let best = 0;
  for (let choice = 0; choice < 1 << numbers.length; choice++) {
    const chosen = numbers.filter((_, at) => (choice >> at) & 1);
    if (chosen.every((one, at) => at === 0 || one > (chosen[at - 1] ?? 0))) best = Math.max(best, chosen.length);
  }
  return best;
}

test('what stays rises, stands there in that order, and is as much as can be', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(50), { maxLength: 10 }), (numbers) => {
      const rising = longestRising(numbers);
      expect(rising).toEqual([...rising].sort((a, b) => a - b));
      const places = rising.map((one) => numbers.indexOf(one));
      expect(places).not.toContain(-1);
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(rising).toHaveLength(longest(numbers));
    }),
  );
});
