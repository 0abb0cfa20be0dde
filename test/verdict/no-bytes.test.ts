/** A field that has no bytes, a record of nothing but an unnamed bit-field of width 0 or an array of no elements, takes none from others. */

import { describe, expect, test } from 'vitest';
import type { Abi } from '../../src/abi/abi.ts';
import type { Field } from '../../src/abi/types.ts';
import { checkAbis } from '../../src/verdict/check.ts';
import type { Finding } from '../../src/verdict/finding.ts';
import { abi, field, record } from './build.ts';

const nothing = record('struct', 'nothing', [field('_Bool', undefined, [], undefined, { bitWidth: 0 })]);

/** What is found about `mark`, which stands amid the bytes that were `reserved`. */
test.each(['ignored', 'rejected', undefined] as const)('amid a reserve whose bytes are %s', (nonZero) => {
  const reserved = field('__u8', 'reserved', [4], { role: 'reserved', ...(nonZero === undefined ? {} : { nonZero }) });
  const old = record('struct', 'r', [reserved]);
  const next = record('struct', 'r', [field('__u8', 'first'), field(nothing, 'mark'), reserved]);
  const side = (one: typeof old): ReturnType<typeof abi> => abi({ target: 'x86_64', records: [one] });
  const { findings } = checkAbis([{ old: side(old), new: side(next) }]);
  const mark = findings.find(({ subject }) => subject === 'struct r.mark');
  expect(mark).toMatchObject({ verdict: 'compatible', message: 'mark (0 bytes at 1) is new' });
});

describe('an array without elements', () => {
  const [a, b] = [field('int', 'a'), field('int', 'b')];
  const mark = field('char', 'mark', [0]);
  const found = (old: readonly Field[], next: readonly Field[]): readonly Finding[] => {
    const side = (fields: readonly Field[]): Abi => abi({ target: 'x86_64', records: [record('struct', 'r', fields)] });
    return checkAbis([{ old: side(old), new: side(next) }]).findings;
  };

  test('marks a place where fields stand behind it', () => {
    expect(found([a, b], [a, mark, b])).toMatchObject([
      { rule: 'field-added-at-end', verdict: 'compatible', message: 'mark (0 bytes at 4) is new' },
    ]);
    expect(found([a, mark, b], [a, b])).toMatchObject([{ rule: 'field-removed', verdict: 'break' }]);
  });

  test('is one of any number where none do', () => {
    expect(found([a, b], [a, b, mark])).toMatchObject([{ rule: 'flexible-array-added', verdict: 'review' }]);
    expect(found([a, b, mark], [a, b])).toMatchObject([{ rule: 'flexible-array-removed', verdict: 'break' }]);
  });

  test('is one of any number where only other views stand beside it', () => {
    const views = (fields: readonly Field[]): Field => field(record('union', undefined, fields), undefined);
    const inner = (fields: readonly Field[]): Field => field(record('struct', undefined, fields), undefined);
    const sqe = (fields: readonly Field[]): readonly Field[] => [a, views([inner([b]), inner(fields)])];
    const [change] = found(sqe([field('int', 'c')]), sqe([field('int', 'c'), mark]));
    expect(change).toMatchObject({ rule: 'flexible-array-added' });
  });
});

test('a record without fields that nobody can name but as part of a macro says nothing, and takes nothing', () => {
  // What `__DECLARE_FLEX_ARRAY` of linux/stddef.h declares, and the same without it.
  const list = field('__u32', 'entries', [undefined]);
  const wrapped = record('struct', undefined, [field(record('struct', undefined, []), '__empty_entries'), list]);
  const count = field('__u32', 'count');
  const side = (fields: readonly Field[]): Abi => abi({ target: 'x86_64', records: [record('struct', 'r', fields)] });
  const [made, plain] = [side([count, field(wrapped, undefined)]), side([count, list])];
  expect(checkAbis([{ old: made, new: plain }]).findings).toEqual([]);
  expect(checkAbis([{ old: plain, new: made }]).findings).toEqual([]);
});
