/** Numbers that change hands under another prefix, requests that claim the number of another, names that change headers. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkAbis } from '../../src/verdict/check.ts';
import { abiOf } from '../support/header-source.ts';

type Headers = string | Readonly<Record<string, string>>;

function told(old: Headers, next: Headers, target: 'x86_64' | 'i386' = 'x86_64'): string[] {
  const { findings } = checkAbis([{ old: abiOf(old, target), new: abiOf(next, target) }]);
  expect(findings.filter((one) => one.verdict === 'break' && one.witness === null)).toEqual([]);
  return findings
    .filter((one) => one.verdict !== 'compatible')
    .map((one) => `${one.verdict} ${one.rule} ${one.subject}: ${one.message}`);
}

describe('a number that is given to a name of another prefix', () => {
  // As fscrypt did: the old prefix lives on in aliases, and Speck's numbers went to SM4.
  const list = ['AES_XTS', 'AES_CTS', 'SPECK_XTS'].map(
    (name, index) => `#define FS_ENC_MODE_${name} ${String(index + 1)}\n`,
  );
  const aliases = ['AES_XTS', 'AES_CTS'].map((name) => `#define FS_ENC_MODE_${name} FSC_MODE_${name}\n`).join('');
  const next = (third: string): string =>
    `#define FSC_MODE_AES_XTS 1\n#define FSC_MODE_AES_CTS 2\n#define ${third}\n${aliases}`;

  test('is reused where aliases make the two prefixes one list', () => {
    expect(told(list.join(''), next('FSC_MODE_SM4_XTS 3'))).toEqual([
      'break number-reused constant FS_ENC_MODE_SPECK_XTS: FS_ENC_MODE_SPECK_XTS (3) is gone, and its number is now FSC_MODE_SM4_XTS',
    ]);
  });

  test.each([
    ['of another list', 'FSC_FLAG_SM4 3'],
    ['with another number', 'FSC_MODE_SM4_XTS 4'],
    ['of another prefix altogether', 'OTHER_MODE_SM4_XTS 3'],
  ])('is only gone where the new name is %s', (_what, third) => {
    expect(told(list.join(''), next(third))).toEqual([
      'break constant-removed constant FS_ENC_MODE_SPECK_XTS: FS_ENC_MODE_SPECK_XTS (3) is gone',
    ]);
  });
});

describe('a number that two names of a family claim', () => {
  const list = ['A', 'B', 'C', 'D'].map((name, index) => `#define CAP_${name} ${String(index + 1)}\n`).join('');
  const collision =
    'break number-collision constant CAP_E: CAP_E claims 4, which is CAP_D; every other CAP_* of <a.h> has a number of its own';

  test('is seen whatever another header numbers under the same prefix', () => {
    const other = '#define CAP_X 3\n#define CAP_Y 3\n';
    const next = `${list}#define CAP_E 4\n`;
    expect(told({ 'a.h': list, 'b.h': other }, { 'a.h': next, 'b.h': other })).toEqual([collision]);
  });

  test('is one that no other header has', () => {
    const next = '#define CAP_E 4\n';
    expect(told({ 'a.h': list, 'b.h': '' }, { 'a.h': list, 'b.h': next })).toEqual([]);
  });

  test('is not that of an end which is gone', () => {
    const next = `${list}#define CAP_E 5\n`;
    expect(told(`${list}#define CAP_LAST 5\n`, next)).toEqual([
      'break constant-removed constant CAP_LAST: CAP_LAST (5) is gone',
    ]);
  });
});

describe('a request with the number of another', () => {
  const prelude = readFileSync(new URL('../../fixtures/history/prelude.h', import.meta.url), 'utf8');
  const records = ['a', 'b', 'c', 'd', 'other'].map((tag) => `struct ${tag} { __u64 x; __u64 of_${tag}; };\n`).join('');
  const four = ['a', 'b', 'c', 'd'].map(
    (tag, nr) => `#define X_${tag.toUpperCase()} _IOW('x', ${String(nr)}, struct ${tag})\n`,
  );
  const old = prelude + records + four.join('');
  const withNew = (request: string): string[] => told(old, `${old}#define X_NEW ${request}\n`);

  test('is a break if it carries another record and the others never share one', () => {
    expect(withNew("_IOW('x', 2, struct other)")).toEqual([
      'break request-collision request X_NEW: X_NEW has the number of X_C, 0x40107802, but carries struct other and not struct c; every other request of <test.h> has a number of its own',
    ]);
  });

  test('is a question if it carries the same record, or if others of the header share numbers', () => {
    expect(withNew("_IOW('x', 2, struct c)").map((line) => line.split(':')[0])).toEqual([
      'review request-collision request X_NEW',
    ]);
    const shared = `${old}#define X_TWICE _IOW('x', 1, struct d)\n`;
    expect(
      told(shared, `${shared}#define X_NEW _IOW('x', 2, struct other)\n`).map((line) => line.split(':')[0]),
    ).toEqual(['review request-collision request X_NEW']);
  });

  test('is nothing at all if it is defined as the other', () => {
    expect(withNew('X_C')).toEqual([]);
  });

  test('is no break where only 32-bit programs have the sizes in common', () => {
    const wide = `${prelude}struct wide { long x; };\nstruct narrow { int x; };\n`;
    const all =
      wide +
      ['a', 'b', 'c', 'd'].map((name, nr) => `#define Y_${name} _IOW('y', ${String(nr)}, struct wide)\n`).join('');
    const lines = told(all, `${all}#define Y_32 _IOW('y', 2, struct narrow)\n`, 'i386');
    expect(lines.filter((line) => line.startsWith('break'))).toEqual([]);
  });
});

describe('a declaration that moved between two headers', () => {
  const both = (a: string, b: string): Record<string, string> => ({
    'a.h': `#ifndef A_H\n#define A_H\n${a}\n#endif\n`,
    'b.h': `#ifndef B_H\n#define B_H\n${b}\n#endif\n`,
  });
  const declarations = 'struct s { int x; };\n#define LIMIT 4\nenum e { ONE };\ntypedef int word;';

  test('is told once for all that moved', () => {
    expect(told(both(declarations, ''), both('', declarations))).toEqual([
      'break declaration-moved header a.h: <a.h> no longer declares LIMIT, enum e, struct s and word: they are in <b.h> now, which it does not include',
    ]);
  });

  test.each([
    ['the old header includes the new place', both(declarations, ''), both('#include "b.h"', declarations)],
    ['the old header still has it as well', both(declarations, ''), both(declarations, declarations)],
    ['it had it from there before', both('#include "b.h"', declarations), both('#include "b.h"', declarations)],
  ])('is nothing if %s', (_what, old, next) => {
    expect(told(old, next)).toEqual([]);
  });
});

describe('numbers of four characters', () => {
  const code =
    '#define code(a, b, c, d) ((unsigned)(a) | ((unsigned)(b) << 8) | ((unsigned)(c) << 16) | ((unsigned)(d) << 24))\n';
  const format = (name: string, characters: string): string =>
    `#define PIX_FMT_${name} code(${Array.from(characters, (one) => `'${one}'`).join(', ')})\n`;
  // With an alias on purpose, and modifiers that are no codes, as the headers of formats have them.
  const few = ['RGB1', 'R444', 'YUYV', 'NV12', 'GREY', 'H264', 'MJPG'].map((name) => format(name, name)).join('');
  const old = `${code}${few}${format('VP80', 'VP80')}#define PIX_FMT_HM12 PIX_FMT_NV12\n#define PIX_FMT_NONE 0\n#define PIX_FMT_MOD_NONE 0\n`;

  test('clash where a new one is that of another', () => {
    expect(told(old, old + format('NEW', 'GREY'))).toEqual([
      "break number-collision constant PIX_FMT_NEW: PIX_FMT_NEW claims 0x59455247 'GREY', which is PIX_FMT_GREY; the PIX_FMT_* of <test.h> are told apart by their four characters",
    ]);
  });

  test('do not where it is another name on purpose, has other characters or another prefix', () => {
    expect(told(old, `${old}#define PIX_FMT_NEW PIX_FMT_GREY\n`)).toEqual([]);
    expect(told(old, old + format('NEW', 'GRE2'))).toEqual([]);
    expect(told(old, old + format('NEW', 'GREY').replace('PIX_FMT', 'SDR_FMT'))).toEqual([]);
  });

  test('are no list where there are few of them', () => {
    expect(told(code + few, code + few + format('NEW', 'GREY'))).toEqual([]);
  });
});
