/** Bytes that a header calls reserved, in the short words that headers have for it. */

import { expect, test } from 'vitest';
import { checkAbis } from '../../src/verdict/check.ts';
import { abiOf } from '../support/header-source.ts';

function told(name: string): string[] {
  const side = (third: string): ReturnType<typeof abiOf> =>
    abiOf(`struct frame { unsigned char len; unsigned char ${third}; unsigned char last; };`);
  const { findings } = checkAbis([{ old: side(name), new: side('flags') }]);
  return findings.map((one) => `${one.verdict} ${one.rule}`);
}

test.each(['__res0', 'res1', '__res', '_res', 'reserved3', 'mem_rsvd', 'rx_reserved', 'im6_mbz', 'fl_resvd2'])(
  '%s is free to be taken, which is to be reviewed',
  (name) => {
    expect(told(name)).toEqual(['review reserved-became-field']);
  },
);

test.each(['res', 'result', '__result', 'res_id', 'resolution', 'nr_reserved', 'max_reserved', 'bytes_on_rsv_list'])(
  '%s is a field like any other',
  (name) => {
    expect(told(name)).toEqual(['break field-renamed']);
  },
);

test('the mark at the end of a record moves when it grows; an array of data there does not', () => {
  const side = (fields: string): ReturnType<typeof abiOf> => abiOf(`struct area { int first; ${fields} };`);
  const rulesOf = (before: string, after: string): string[] =>
    checkAbis([{ old: side(before), new: side(after) }]).findings.map(({ verdict, rule }) => `${verdict} ${rule}`);
  expect(rulesOf('char end[];', 'int second; char end[];')).not.toContain('break field-moved');
  expect(rulesOf('char data[];', 'int second; char data[];')).toContain('break field-moved');
  // Of a length, it is a field.
  expect(rulesOf('char end[4];', 'int second; char end[4];')).toContain('break field-moved');
});
