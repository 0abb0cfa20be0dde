/**
 * The end of a list moves when the list grows and breaks nobody; a name in the middle breaks all who know its number. Numbers are those
 * that C gives: an enumerator without a value is one more than the one before.
 */

import { describe, expect, test } from 'vitest';
import { checkAbis } from '../../src/verdict/check.ts';
import type { Finding } from '../../src/verdict/finding.ts';
import { abiOf } from '../support/header-source.ts';

function findingsOf(old: string, next: string): readonly Finding[] {
  return checkAbis([{ old: abiOf(old, 'x86_64'), new: abiOf(next, 'x86_64') }]).findings;
}

/** Rules and names of all that is told of a change, of what follows from something else, and of what is compatible. */
function told(old: string, next: string): string[] {
  const all = findingsOf(old, next).flatMap((one) => [one, ...(one.follows ?? [])]);
  return all.map(({ rule, message }) => `${rule} ${/\w+/.exec(message)?.[0] ?? ''}`).sort();
}

const listOf = (...names: readonly string[]): string => `enum list { ${names.join(', ')} };\n`;

describe('an enumerator that comes before others', () => {
  test.each([
    ['names that begin as a count of something might', ['NET_A', 'NET_NEW', 'NET_B', 'NET_C']],
    ['names that all have a word of counts', ['PERF_COUNT_A', 'PERF_COUNT_NEW', 'PERF_COUNT_B', 'PERF_COUNT_C']],
    ['a maximum of something else', ['IF_A', 'IF_NEW', 'IF_MAX_MTU', 'IF_B', '__IF_MAX', 'IF_MAX = __IF_MAX - 1']],
    [
      'a maximum before the count',
      ['RINGS_A', 'RINGS_NEW', 'RINGS_LEN_MAX', '__RINGS_CNT', 'RINGS_MAX = __RINGS_CNT - 1'],
    ],
    [
      'a version and a mask of something else',
      ['LINK_A', 'LINK_NEW', 'LINK_VERSION', 'LINK_SUPPORTED_TYPES', 'LINK_B'],
    ],
  ])('renumbers %s', (_what, names) => {
    const old = names.filter((name) => !name.endsWith('_NEW'));
    const isEnd = (name: string): boolean => /^__|=/.test(name);
    const behind = names.slice(2).filter((name) => !isEnd(name));
    const ends = names.filter(isEnd).map((name) => `sentinel-moved ${name.split(' ')[0] ?? ''}`);
    const renumbered = behind.map((name) => `enumerator-renumbered ${name}`);
    expect(told(listOf(...old), listOf(...names))).toEqual(
      [`enumerator-added ${names[1] ?? ''}`, ...ends, ...renumbered].sort(),
    );
  });

  test('moves the end of the list and nothing else where it is the last', () => {
    const list = (...more: readonly string[]): string =>
      listOf('FOO_A', 'FOO_B', ...more, '__FOO_AFTER', 'NUM_FOO = __FOO_AFTER', 'FOO_MAX = __FOO_AFTER - 1');
    expect(told(list(), list('FOO_C'))).toEqual([
      'enumerator-added FOO_C',
      'sentinel-moved FOO_MAX',
      'sentinel-moved NUM_FOO',
      'sentinel-moved __FOO_AFTER',
    ]);
  });

  test('moves the end of a list whose names all have a word of ends', () => {
    const list = (...more: readonly string[]): string => listOf('HW_COUNT_A', 'HW_COUNT_B', ...more, 'HW_COUNT_MAX');
    expect(told(list(), list('HW_COUNT_C'))).toEqual(['enumerator-added HW_COUNT_C', 'sentinel-moved HW_COUNT_MAX']);
  });
});

describe('an end of its own kind', () => {
  test('is a name with two underscores inside, where it is the last', () => {
    const list = (...more: readonly string[]): string => listOf('RPC_A', 'RPC_B', ...more, 'RPC__SUPPORTED');
    expect(told(list(), list('RPC_C'))).toEqual(['enumerator-added RPC_C', 'sentinel-moved RPC__SUPPORTED']);
    const inside = (...more: readonly string[]): string => listOf('RPC_A', ...more, 'RPC__B', 'RPC_D');
    expect(told(inside(), inside('RPC_C'))).toContain('enumerator-renumbered RPC__B');
  });

  test('is the lowest of a list, where the name below it is new', () => {
    const side = (lowest: string, more = ''): string =>
      `${more}#define FF_RUMBLE 80\n#define FF_GAIN 96\n#define FF_EFFECT_MIN ${lowest}\n`;
    expect(told(side('FF_RUMBLE'), side('FF_HAPTIC', '#define FF_HAPTIC 79\n'))).toEqual([
      'constant-added FF_HAPTIC',
      'sentinel-moved FF_EFFECT_MIN',
    ]);
    expect(told(side('FF_RUMBLE'), side('79'))).toEqual(['constant-changed FF_EFFECT_MIN']);
  });
});

describe('a mask of all flags', () => {
  const flags = (last: number): string =>
    Array.from({ length: last }, (_, bit) => `#define EXP_F${String(bit)} ${String(1 << bit)}\n`).join('');

  test('gains the bit of a new one by any of its names', () => {
    expect(told(`${flags(2)}#define EXP_ALLFLAGS 0x3\n`, `${flags(3)}#define EXP_ALLFLAGS 0x7\n`)).toEqual([
      'constant-added EXP_F2',
      'mask-grew EXP_ALLFLAGS',
    ]);
  });

  test('is followed by what is made of it', () => {
    const side = (all: string, last: number): string =>
      `${flags(last)}#define EXP_ALL_BITS (${all})\n#define EXP_ALL_LOCKS (EXP_ALL_BITS << 8)\n`;
    expect(told(side('EXP_F0 | EXP_F1', 2), side('EXP_F0 | EXP_F1 | EXP_F2', 3))).toEqual([
      'constant-added EXP_F2',
      'mask-grew EXP_ALL_BITS',
      'mask-grew EXP_ALL_LOCKS',
    ]);
    // The same bits, and what is made of them is not what it was.
    const shifted = side('EXP_F0 | EXP_F1 | EXP_F2', 3).replace('<< 8', '<< 7');
    expect(told(side('EXP_F0 | EXP_F1', 2), shifted)).toContain('constant-changed EXP_ALL_LOCKS');
  });
});

test('two enumerators that change places are no ends, whatever they are called', () => {
  const [old, next] = [listOf('PERF_COUNT_A', 'PERF_COUNT_B', 'X'), listOf('PERF_COUNT_B', 'PERF_COUNT_A', 'X')];
  expect(told(old, next)).toEqual(['enumerator-renumbered PERF_COUNT_A', 'enumerator-renumbered PERF_COUNT_B']);
});

describe('a constant that is made of another', () => {
  test('moves with it where that is raised', () => {
    const header = (last: number): string => `#define KEY_MAX ${String(last)}\n#define KEY_CNT (KEY_MAX + 1)\n`;
    expect(told(header(0x2ff), header(0x3ff))).toEqual(['sentinel-moved KEY_CNT', 'sentinel-moved KEY_MAX']);
  });

  test('is another number where only part of it is that', () => {
    const header = (first: number): string => `#define REG_BASE ${String(first)}\n#define REG_CNT (REG_BASE + 1)\n`;
    expect(told(header(0x10), header(0x20))).toEqual(['constant-changed REG_BASE', 'constant-changed REG_CNT']);
  });

  test('loses the bits of a new flag where it says which are unknown', () => {
    const header = (more: string, last: string): string =>
      `#define EXEC_A (1 << 0)\n#define EXEC_B (1 << 1)\n${more}#define __EXEC_UNKNOWN_FLAGS (-(${last} << 1))\n`;
    expect(told(header('', 'EXEC_B'), header('#define EXEC_C (1 << 2)\n', 'EXEC_C'))).toEqual([
      'constant-added EXEC_C',
      'sentinel-moved __EXEC_UNKNOWN_FLAGS',
    ]);
  });
});

describe('names that one new name moves', () => {
  const names = ['L_A', 'L_B', 'L_C', 'L_D', 'L_E', 'L_F', 'L_G', 'L_H', 'L_I'];

  test('are one break, which begins with the first of them', () => {
    const [broken, ...others] = findingsOf(listOf(...names), listOf('L_A', 'L_NEW', ...names.slice(1))).filter(
      ({ verdict }) => verdict === 'break',
    );
    expect(others).toEqual([]);
    expect(broken).toMatchObject({ rule: 'enumerator-renumbered', subject: 'enum list.L_B' });
    expect(broken?.message).toBe(
      'L_B changed from 1 to 2, and 1 is L_NEW now; L_C, L_D, L_E, L_F and 3 more moved by as much',
    );
    expect(broken?.members).toEqual(names.slice(1).map((name) => `enum list.${name}`));
  });

  test('are two breaks where they moved by different numbers', () => {
    const next = listOf('L_A', 'L_NEW', 'L_B', 'L_C', 'L_D', 'L_NEWER', ...names.slice(4));
    const broken = findingsOf(listOf(...names), next).filter(({ verdict }) => verdict === 'break');
    expect(broken.map(({ subject }) => subject)).toEqual(['enum list.L_B', 'enum list.L_E']);
  });

  test('are another break when one more of them moves', () => {
    const [fewer, more] = [names.slice(0, 4), names].map((some) =>
      findingsOf(listOf(...some), listOf('L_A', 'L_NEW', ...some.slice(1))).find(({ verdict }) => verdict === 'break'),
    );
    expect(fewer?.fingerprint).not.toBe(more?.fingerprint);
  });
});
