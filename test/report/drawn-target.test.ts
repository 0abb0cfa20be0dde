/** Above the findings about a record stands the record as a target sees it that the findings are about. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { TargetName } from '../../src/abi/target.ts';
import { checkFormats } from '../../src/report/check-formats.ts';
import { makeReport } from '../../src/report/check-report.ts';
import { checkAbis } from '../../src/verdict/check.ts';
import { abiOf } from '../support/header-source.ts';

const prelude = readFileSync(new URL('../../fixtures/history/prelude.h', import.meta.url), 'utf8');

// As btrfs has it: i386 aligns __u64 to 4 bytes, and has no tail padding where x86_64 has four bytes of it.
const header = (pad: string): string =>
  `${prelude}struct time { __u64 sec; __u32 nsec;${pad} };\nstruct info { struct time at; __u32 last; };\n#define GET_INFO _IOR(0x94, 60, struct info)\n`;

function text(targets: readonly TargetName[], old: string, next: string): string {
  const result = checkAbis(targets.map((name) => ({ old: abiOf(old, name), new: abiOf(next, name) })));
  return checkFormats.text.render(makeReport(result));
}

test('what only i386 sees is drawn for i386, numbers of requests included', () => {
  const told = text(['x86_64', 'i386'], header(''), header(' __u32 __pad;'));
  expect(told).toContain('struct time on i386: 12 bytes before, 16 now\n');
  expect(told).toContain('struct info on i386: 16 bytes before, 20 now\n  GET_INFO 0x8010943c, now 0x8014943c\n');
});

test('what all targets see needs no target', () => {
  const told = text(['x86_64', 'i386'], `${prelude}struct r { int a; };`, `${prelude}struct r { int b; };`);
  expect(told).toContain('\nstruct r: 4 bytes, as before\n');
});
