/** A new arm of a union takes bytes that the other arms have; one without a name does so as well. */

import { expect, test } from 'vitest';
import { checkAbis } from '../../src/verdict/check.ts';
import { abiOf } from '../support/header-source.ts';

const types = 'typedef unsigned int __u32; typedef unsigned long long __u64;\n';

function told(old: string, next: string): string[] {
  const side = (arms: string): ReturnType<typeof abiOf> =>
    abiOf(`${types}struct sqe { __u64 addr; union { ${arms} }; __u32 last; };`);
  const { findings } = checkAbis([{ old: side(old), new: side(next) }]);
  return findings.map((one) => `${one.verdict} ${one.rule} ${one.subject}: ${one.message}`);
}

const arms = 'struct { __u64 addr3; __u64 __pad2[1]; }; __u64 optval;';

test('fields of an arm without a name are one new arm, and nothing unused', () => {
  expect(told(arms, `${arms} struct { __u64 attr_ptr; __u64 attr_mask; };`)).toEqual([
    "compatible union-arm-added struct sqe.attr_ptr: attr_ptr and attr_mask are together a new arm, 16 bytes of the union's 16",
  ]);
});

test('padding at its end is no field of it', () => {
  expect(told(arms, `${arms} struct { __u64 attr_ptr; __u32 kind; __u32 __pad; };`)).toEqual([
    "compatible union-arm-added struct sqe.attr_ptr: attr_ptr and kind are together a new arm, 12 bytes of the union's 16",
  ]);
});

test('an arm that makes the union larger moves what follows', () => {
  const findings = told(arms, `${arms} struct { __u64 a; __u64 b; __u64 c; };`);
  expect(findings.some((one) => one.startsWith('break '))).toBe(true);
});

test('a field that is new in an old arm stands in what that arm left free', () => {
  const short = 'struct { __u32 a; }; __u64 optval;';
  expect(told(short, 'struct { __u32 a; __u32 b; }; __u64 optval;')).toEqual([
    'review field-added-in-arm struct sqe.b: b (4 bytes at 12) is new in unused bytes of the union',
  ]);
});
