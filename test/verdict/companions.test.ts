/** A record that 32-bit programs now have as a 64-bit kernel has always had it: a break, which may be a repair. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { TargetName } from '../../src/abi/target.ts';
import { checkAbis } from '../../src/verdict/check.ts';
import { abiOf } from '../support/header-source.ts';

const prelude = readFileSync(new URL('../../fixtures/history/prelude.h', import.meta.url), 'utf8');
const gap = 'struct info { __u32 a; __u64 b; };\n';
const written = 'struct info { __u32 a; __u32 pad; __u64 b; };\n';

/** What there is to look at where a break is told. */
function lookAt(old: string, next: string, ...targets: readonly TargetName[]): (string | null)[] {
  const pairs = targets.map((name) => ({ old: abiOf(prelude + old, name), new: abiOf(prelude + next, name) }));
  return checkAbis(pairs)
    .findings.filter(({ verdict }) => verdict === 'break')
    .map((finding) => finding.lookAt);
}

describe('a gap that only 64-bit targets had, and that is written down', () => {
  test('makes the record of i386 that of x86_64', () => {
    const [said, ...more] = lookAt(gap, written, 'x86_64', 'i386', 'm68k');
    expect(more).toEqual([]);
    expect(said).toContain('it is now laid out as x86_64 always had it');
  });

  test('is said at the size where no field moved', () => {
    const request = '#define GET_INFO _IOR(0xae, 1, struct info)\n';
    const end = (pad: string): string => `struct info { __u64 b; __u32 a; ${pad} };\n${request}`;
    expect(lookAt(end(''), end('__u32 pad;'), 'i386')).toContainEqual(
      expect.stringContaining('as x86_64 always had it'),
    );
  });

  test('says nothing where no 64-bit kernel runs the programs, or none is hurt', () => {
    expect(lookAt(gap, written, 'm68k')).toEqual([null]);
    expect(lookAt(gap, written, 'x86_64', 'arm64', 'arm')).toEqual([]);
  });

  test('says nothing where the 64-bit target has another layout before or after', () => {
    expect(lookAt(gap, 'struct info { __u32 a; __u32 pad[2]; __u64 b; };\n', 'i386')).toEqual([null]);
    expect(lookAt('struct info { __u32 a; __u32 c; __u64 b; __u32 d; };\n', written, 'i386')).not.toContainEqual(
      expect.stringContaining('x86_64'),
    );
    expect(
      lookAt(
        'struct info { __u32 a; __u64 b; void *p; };\n',
        'struct info { __u32 a; __u32 pad; __u64 b; void *p; };\n',
        'i386',
      ),
    ).toEqual([null]);
  });
});
