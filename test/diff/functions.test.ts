/** Functions of a header, as far as source programs need them: their names. */

import { describe, expect, test } from 'vitest';
import type { TargetName } from '../../src/abi/target.ts';
import { FrontEnd } from '../../src/c/lower/front-end.ts';
import { compareAbis } from '../../src/diff/compare.ts';
import { abiOf } from '../support/header-source.ts';

function changes(old: string, next: string, target: TargetName = 'x86_64'): readonly string[] {
  const frontEnd = new FrontEnd();
  const pair = { old: abiOf(old, target, frontEnd), new: abiOf(next, target, frontEnd) };
  return compareAbis(pair).changes.map((change) => {
    const macro = 'macro' in change ? change.macro : change.kind === 'macro-changed' ? change.old : undefined;
    return `${change.kind} ${macro?.name ?? ''}`;
  });
}

describe('a function', () => {
  test.each([
    ['static inline int f(int x) { return x; }', ['macro-removed f']],
    ['int f(int);', ['macro-removed f']],
    ['int *f(void), g(void);', ['macro-removed f', 'macro-removed g']],
    ['static __inline__ __attribute__((const)) unsigned long f(void) { return 1; }', ['macro-removed f']],
    ['int (*f)(void);', []],
    ['extern int f;', []],
    ['typedef int f_t(void); extern f_t *f;', ['typedef-removed ']],
  ])('that goes is told, and nothing that is none: %s', (old, expected) => {
    expect(changes(old, '')).toEqual(expected);
  });

  test('is the same with another body, as a prototype, and in another place', () => {
    const old = 'static inline int f(int x) { return x; }\nint g(void);';
    expect(changes(old, 'int g(void);\nstatic inline int f(int y) { return y + 1; }')).toEqual([]);
    expect(changes(old, 'int f(int), g(void);')).toEqual([]);
  });

  test('that comes breaks nothing', () => {
    expect(changes('', 'static inline int f(int x) { return x; }')).toEqual(['macro-added f']);
  });

  test('that becomes a macro has to be looked at', () => {
    expect(changes('static inline int f(int x) { return x; }', '#define f(x) (x)')).toEqual(['macro-changed f']);
  });

  test('that becomes a number is compared as that', () => {
    expect(changes('int f(void);', '#define f 1')).toEqual(['number-added ']);
  });
});
