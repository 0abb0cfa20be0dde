/** Numbers as people read them: magics and codes of four characters are made in hexadecimal, counts are not. */

import { describe, expect, test } from 'vitest';
import { checkAbis } from '../../src/verdict/check.ts';
import { checkJson } from '../../src/report/check-json.ts';
import { makeReport } from '../../src/report/check-report.ts';
import { checkText } from '../../src/report/check-text.ts';
import { abiOf } from '../support/header-source.ts';

const fourcc =
  '#define CODE(a, b, c, d) ((unsigned)(a) | ((unsigned)(b) << 8) | ((unsigned)(c) << 16) | ((unsigned)(d) << 24))\n';

function reportOf(old: string, next: string): ReturnType<typeof makeReport> {
  return makeReport(checkAbis([{ old: abiOf(fourcc + old, 'x86_64'), new: abiOf(fourcc + next, 'x86_64') }]));
}

const textOf = (old: string, next: string): string =>
  checkText(reportOf(`#define ${old}\n`, `#define ${next}\n`)).replace(/\s+/g, ' ');

describe('a constant that changed', () => {
  test.each([
    // As its author writes it.
    ['FS_MAGIC 0xcafe4a11', 'FS_MAGIC 0xcafe4a12', 'from 0xcafe4a11 to 0xcafe4a12'],
    [
      "V_PIX_FMT_X CODE('Y', 'U', 'Y', 'V')",
      "V_PIX_FMT_X CODE('Y', 'U', 'Y', '2')",
      "from 0x56595559 'YUYV' to 0x32595559 'YUY2'",
    ],
    [
      "V_PIX_FMT_Y CODE('Y', '1', '6', ' ')",
      "V_PIX_FMT_Y CODE('Y', '1', '2', ' ')",
      "from 0x20363159 'Y16 ' to 0x20323159 'Y12 '",
    ],
    // No name of a format; characters that could mean something to a terminal; two sides alike.
    ["TAG CODE('Y', 'U', 'Y', 'V')", "TAG CODE('Y', 'U', 'Y', '2')", 'from 0x56595559 to 0x32595559'],
    ['V_PIX_FMT_Z 0x1b5b4a41', 'V_PIX_FMT_Z 0x1b5b4a42', 'from 0x1b5b4a41 to 0x1b5b4a42'],
    ['MIXED_MASK 0xffffff', 'MIXED_MASK 0x1ffffff', 'from 0xffffff to 0x1ffffff'],
    // Counts and round numbers.
    ['MOST_ENTRIES 4095', 'MOST_ENTRIES 8191', 'from 4095 to 8191'],
    ['NANOSECONDS 1000000000', 'NANOSECONDS 2000000000', 'from 1000000000 to 2000000000'],
    ['BELOW (-1)', 'BELOW (-2)', 'from -1 to -2'],
  ])('%s, %s', (old, next, words) => {
    expect(textOf(old, next)).toContain(`changed ${words}.`);
  });

  test('counts in decimal where it is one of an enum that counts', () => {
    const names = Array.from({ length: 40 }, (_, index) => `MIB_${String(index)}`);
    const [first = '', ...others] = names;
    const moved = [...others.slice(0, 3), ...others.slice(3, 32).filter((name) => name !== 'MIB_32'), 'MIB_32'];
    const list = (some: readonly string[]): string => `enum mib { ${some.join(', ')} };\n`;
    const text = checkText(reportOf(list(names), list([first, 'MIB_32', ...moved.slice(0, -1)]))).replace(/\s+/g, ' ');
    expect(text).toContain('MIB_32 changed from 32 to 1,');
    expect(text).toContain('MIB_32 is 32 in old programs, 1 in the new headers');
    expect(textOf('X_FLAG 0x20', 'X_FLAG 0x4')).toContain('from 0x20 to 0x4.');
  });

  test.each([
    ['(-1)', '0xffffffffffffffffULL', 64],
    ['(-1)', '0xffffffffU', 32],
    ['0x80000000', '(-2147483647 - 1)', 32],
  ])('from %s to %s is a doubt: the bits are the same', (old, next, bits) => {
    const { findings } = reportOf(`#define EXIT_ERR ${old}\n`, `#define EXIT_ERR ${next}\n`).result;
    expect(findings.map(({ verdict, rule }) => `${verdict} ${rule}`)).toEqual(['review constant-changed']);
    expect(findings[0]?.message).toMatch(new RegExp(`: the same ${String(bits)} bits$`));
  });

  test.each([
    ['(-1)', '0xfffffffffULL'],
    ['1', '0x100000001ULL'],
    ['(-2)', '0xffffffffU'],
  ])('from %s to %s has other bits', (old, next) => {
    const { findings } = reportOf(`#define EXIT_ERR ${old}\n`, `#define EXIT_ERR ${next}\n`).result;
    expect(findings.map(({ verdict, rule }) => `${verdict} ${rule}`)).toEqual(['break constant-changed']);
  });

  test('is a decimal number for programs', () => {
    const report = reportOf('#define FS_MAGIC 0xcafe4a11\n', '#define FS_MAGIC 0xcafe4a12\n');
    const { findings } = JSON.parse(checkJson(report)) as {
      findings: readonly { readonly old: unknown; readonly witness: unknown }[];
    };
    expect(findings[0]?.old).toMatchObject({ value: '3405662737' });
    expect(findings[0]?.witness).toMatchObject({ old: '3405662737', new: '3405662738' });
  });
});
