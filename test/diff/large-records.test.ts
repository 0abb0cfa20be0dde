/** A record of thousands of fields is compared in a time that grows with it, not with its square. */

import { expect, test } from 'vitest';
import { compareAbis } from '../../src/diff/compare.ts';
import { abiOf } from '../support/header-source.ts';

const fields = Array.from({ length: 20_000 }, (_, index) => `unsigned int f${index};`);
const record = (lines: readonly string[]): string => `struct s {\n${lines.join('\n')}\n};\n`;

test('one field inserted in twenty thousand moves those behind it', { timeout: 10_000 }, () => {
  const inserted = [...fields.slice(0, 10_000), 'unsigned long long z;', ...fields.slice(10_000)];
  const { changes } = compareAbis({ old: abiOf(record(fields)), new: abiOf(record(inserted)) });
  const moves = changes.filter((change) => change.kind === 'field-moved');
  expect(moves.map(({ cause, followers, old }) => [cause, followers.length, old.path])).toEqual([
    [{ kind: 'field-inserted', path: 'z' }, 9_999, 'f10000'],
  ]);
});
