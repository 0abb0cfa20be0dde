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

test.each(['__res0', 'res1', '__res', '_res', 'reserved3'])(
  '%s is free to be taken, which is to be reviewed',
  (name) => {
    expect(told(name)).toEqual(['review reserved-became-field']);
  },
);

test.each(['res', 'result', '__result', 'res_id', 'resolution'])('%s is a field like any other', (name) => {
  expect(told(name)).toEqual(['break field-renamed']);
});
