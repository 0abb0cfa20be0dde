/** A field that has no bytes, a record of nothing but an unnamed bit-field of width 0, takes none from others. */

import { expect, test } from 'vitest';
import { checkAbis } from '../../src/verdict/check.ts';
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
