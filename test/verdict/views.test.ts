/**
 * The same bytes under another view: an inline union that gets a name of its own, a field that becomes one arm of a union. Both
 * happened in stable kernels (sound/asequencer.h, linux/sev-guest.h), and no program's bytes changed their meaning.
 */

import { describe, expect, test } from 'vitest';
import { type TargetName } from '../../src/abi/target.ts';
import { checkAbis } from '../../src/verdict/check.ts';
import { abiOf } from '../support/header-source.ts';

const targets: readonly TargetName[] = ['x86_64', 'i386', 'm68k', 's390x'];
const prelude =
  'typedef unsigned char __u8; typedef unsigned int __u32; typedef unsigned long long __u64;\nstruct note { __u8 channel, note; };\n';

/** Verdict, rule and subject of everything that is no addition. */
function check(old: string, next: string): readonly string[] {
  const pairs = targets.map((target) => ({ old: abiOf(prelude + old, target), new: abiOf(prelude + next, target) }));
  const { findings, notUnderstood } = checkAbis(pairs);
  expect(notUnderstood).toEqual([]);
  return findings
    .filter(({ rule }) => rule !== 'record-added')
    .map(({ verdict, rule, subject }) => `${verdict} ${rule} ${subject}`)
    .sort();
}

describe('an inline record that gets a name', () => {
  const inline =
    'struct event { __u32 type; union { struct note note; __u8 raw[12]; } data; struct { __u8 a, b; } pairs[4]; };';
  const named = `union event_data { struct note note; __u8 raw[12]; }; struct pair { __u8 a, b; };
    struct event { __u32 type; union event_data data; struct pair pairs[4]; };`;

  test('changes nothing in the record around it', () => {
    expect(check(inline, named)).toEqual([]);
  });

  test('and loses it again: only the names are gone', () => {
    expect(check(named, inline)).toEqual(['break record-removed struct pair', 'break record-removed union event_data']);
  });

  test('what really moved inside is still told, with its path', () => {
    const moved = named.replace(
      'struct note note; __u8 raw[12];',
      '__u8 raw[12]; struct { __u8 pad; struct note note; };',
    );
    expect(check(inline, moved)).toContainEqual(expect.stringMatching(/^break field-moved struct event\.data\.note$/));
    const swapped = named.replace('{ __u8 a, b; }', '{ __u8 b, a; }');
    expect(check(inline, swapped).join()).toMatch(/break \S+ struct event\.pairs\[\]\.[ab]/);
  });
});

describe('a field that becomes one view of its bytes', () => {
  const field = 'struct req { __u64 data; __u64 fw_err; };';
  const views = 'struct req { __u64 data; union { __u64 exitinfo; struct { __u32 fw_error, vmm_error; }; }; };';

  test('under another name is renamed, and nobody has taken its bytes', () => {
    expect(check(field, views)).toEqual([
      'break field-renamed struct req.fw_err',
      'review field-shares-bytes struct req.fw_error',
    ]);
  });

  test('and back: the other views are gone', () => {
    expect(check(views, field)).toEqual([
      'break field-removed struct req.fw_error',
      'break field-renamed struct req.exitinfo',
    ]);
  });

  test('two candidates are no rename: the bytes were given away', () => {
    const two = 'struct req { __u64 data; union { __u64 one; __u64 two; }; };';
    expect(check(field, two)).toEqual(['break bytes-reused struct req.one']);
  });
});

test('a name for several fields together changes none of them', () => {
  const old = 'struct desc { __u8 number; __u8 id[8]; __u8 sub_id[8]; };';
  const group = (more: string): string =>
    `struct desc { __u8 number; union { struct { __u8 id[8]; __u8 sub_id[8]; }; struct { __u8 id[8]; ${more} sub_id[8]; } ids; }; };`;
  expect(check(old, group('__u8'))).toEqual(['compatible field-shares-bytes struct desc.ids']);
  expect(check(old, group('signed char'))).toEqual(['review field-shares-bytes struct desc.ids']);
});

test('a group may have a tag, and hold fillers', () => {
  const old = 'typedef unsigned char __u8; struct desc { __u8 op; __u8 pad; __u8 a; __u8 data[]; };';
  const fields = '__u8 op; __u8 pad; __u8 a;';
  const grouped = (inner: string): string =>
    `typedef unsigned char __u8; struct desc { union { struct { ${fields} }; struct desc_hdr { ${inner} } hdr; }; __u8 data[]; };`;
  expect(check(old, grouped(fields))).toEqual(['compatible field-shares-bytes struct desc.hdr']);
  // A field of the group that is not beside it is one more meaning of these bytes.
  expect(check(old, grouped(fields.replace('pad', 'flags')))).toContain('review field-shares-bytes struct desc.hdr');
  expect(check(old, grouped('__u8 op; signed char pad; __u8 a;'))).toContain(
    'review field-shares-bytes struct desc.hdr',
  );
});
