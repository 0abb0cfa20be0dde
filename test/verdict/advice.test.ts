/** A record that grew where old programs do not expect it: what is offered instead depends on what has a name already. */

import { expect, test } from 'vitest';
import { adviseOn } from '../../src/verdict/advice.ts';
import { checkAbis } from '../../src/verdict/check.ts';
import { abiOf } from '../support/header-source.ts';

const prelude = `typedef unsigned int __u32; typedef unsigned long long __u64;
#define _IOC(d, t, n, s) (((d) << 30) | ((t) << 8) | (n) | ((s) << 16))
#define _IOW(t, n, s) _IOC(1U, (t), (n), sizeof(s))
#define K_SET _IOW('k', 0, struct k_state)
`;

/** `others`: what stands in the header besides. */
function titles(others = ''): readonly string[] {
  const old = 'struct k_state { __u64 a; __u32 flags; __u32 b; };\n';
  const next = 'struct k_state { __u64 a; __u64 more; __u32 flags; __u32 b; };\n';
  const [before, after] = [old, next].map((text) => abiOf(prelude + text + others, 'x86_64'));
  if (before === undefined || after === undefined) throw new Error('there are two sides');
  return adviseOn(checkAbis([{ old: before, new: after }]), 'struct k_state').map(({ title }) => title);
}

test('a record of its own is offered, with a request of its own', () => {
  expect(titles()).toEqual(['struct k_state_v2 with a request of its own']);
});

test.each([
  ['a macro', '#define K_SET2 5\n'],
  ['a request', "#define K_SET2 _IOW('k', 1, __u64)\n"],
  ['a record', 'struct k_state_v2 { __u32 other; };\n'],
])('nothing is offered under a name that %s has', (_, others) => {
  expect(titles(others)).toEqual([]);
});
