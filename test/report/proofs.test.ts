/** A proof is told in lines that every format shows as lines. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkFormatNames, checkFormats } from '../../src/report/check-formats.ts';
import { makeReport } from '../../src/report/check-report.ts';
import { checkAbis, type CheckResult } from '../../src/verdict/check.ts';
import { abiOf } from '../support/header-source.ts';

const prelude = readFileSync(new URL('../../fixtures/history/prelude.h', import.meta.url), 'utf8');

function check(old: string, next: string): CheckResult {
  return checkAbis([{ old: abiOf(prelude + old, 'x86_64'), new: abiOf(prelude + next, 'x86_64') }]);
}

const request = (fields: string): string =>
  `struct t { ${fields} };\n#define THE_REQUEST_OF_T _IOR(0x94, 60, struct t)\n`;
const grown = check(request('__u64 a;'), request('__u64 a; __u64 b;'));
const list = (second: string): string => `enum e { A_LONG_NAME_OF_ONE, A_LONG_NAME_OF_ANOTHER, ${second} };\n`;
const renumbered = check(list('A_LONG_NAME_OF_SOMETHING_ELSE = 2'), list('A_LONG_NAME_OF_SOMETHING_ELSE = 77'));

test.each(checkFormatNames)('%s wraps a proof and does not escape where it did', (format) => {
  for (const result of [grown, renumbered]) {
    expect(result.verdict).toBe('break');
    expect(checkFormats[format].render(makeReport(result))).not.toContain('\\x0a');
  }
});

test('markdown has the lines that the text has', () => {
  const lines = [
    '  proof: THE_REQUEST_OF_T is 0x8008943c in old programs and 0x8010943c in the',
    '    new headers; a kernel that does not know the number answers an error',
  ].join('\n');
  for (const format of ['text', 'markdown'] as const) {
    expect(checkFormats[format].render(makeReport(grown))).toContain(lines);
  }
});
