/**
 * Lint rules: the example of each fires it and its better half does not; offsets and sizes are those of the i386 and x86-64
 * psABIs, worked out by hand.
 */

import { describe, expect, test } from 'vitest';
import type { Abi } from '../../../src/abi/abi.ts';
import type { TargetName } from '../../../src/abi/target.ts';
import { lintAbis, type LintFinding, newFindings } from '../../../src/verdict/lint/lint.ts';
import { findLintRule, lintRules } from '../../../src/verdict/lint/rules.ts';
import { abiOf } from '../../support/header-source.ts';

const prelude = `
typedef unsigned char __u8; typedef unsigned int __u32; typedef unsigned long long __u64; typedef long long __s64;
typedef __u64 __aligned_u64 __attribute__((aligned(8)));
typedef long __kernel_old_time_t;
#define _IOC(d, t, n, s) (((d) << 30) | ((s) << 16) | ((t) << 8) | (n))
#define _IO(t, n) _IOC(0u, t, n, 0)
#define _IOW(t, n, x) _IOC(1u, t, n, sizeof(x))
#define _IOR(t, n, x) _IOC(2u, t, n, sizeof(x))
`;
const read = (text: string, target: TargetName): Abi => abiOf(prelude + text, target);
const lint = (text: string, targets: readonly TargetName[] = ['x86_64', 'i386']): LintFinding[] =>
  lintAbis(targets.map((target) => read(text, target)));
const rulesOf = (findings: readonly LintFinding[]): string[] => findings.map((one) => one.rule);

describe('every rule', () => {
  test.each([...lintRules])('%s', (id, { example, severity }) => {
    const fired = lint(example.bad).filter((one) => one.rule === id);
    expect(fired).not.toEqual([]);
    expect(fired.every((one) => one.severity === severity)).toBe(true);
    expect(rulesOf(lint(example.good))).not.toContain(id);
    // What a rule tells people to write is no trap of another kind, notes aside.
    expect(lint(example.good).filter((one) => one.severity !== 'note')).toEqual([]);
  });

  test.each([...lintRules])('%s speaks in whole sentences', (_id, { explanation, wayOut, title }) => {
    for (const text of [explanation, wayOut]) expect(text).toMatch(/[.!]$/);
    expect(title).not.toMatch(/\.$/);
  });

  test('names of object properties are no rules', () => {
    expect(findLintRule('__proto__')).toBeUndefined();
    expect(findLintRule('constructor')).toBeUndefined();
  });
});

describe('what is said', () => {
  const said = (text: string, targets?: readonly TargetName[]): string[] =>
    lint(text, targets).map((one) => `${one.rule} ${one.subject} [${one.targets.join()}]: ${one.message}`);

  test('a 64-bit integer after 4 bytes: the hole, the difference and its cause', () => {
    expect(said('struct region { __u32 slot; __u64 addr; };')).toEqual([
      'layout-differs struct region.addr [x86_64]: addr is at byte 8 in x86_64 programs and at 4 in i386 ones.',
      'implicit-hole struct region [x86_64]: The 4 bytes at 4, after slot, have no name.',
      'unaligned-u64 struct region.addr [x86_64]: addr (__u64) is aligned to 8 bytes in 64-bit programs and to 4 in i386 ones.',
    ]);
  });

  test('a hole that has another size elsewhere is told once', () => {
    const holes = said('struct args { __u8 kind; __u64 addr; };', ['x86_64', 'arm64', 'i386', 'm68k']);
    // A __u64 is aligned to 8 bytes, to 4 on i386, to 2 on m68k.
    expect(holes.filter((one) => one.startsWith('implicit-hole'))).toEqual([
      'implicit-hole struct args [x86_64,arm64,i386,m68k]: The 7 bytes at 1, after kind, have no name. Other numbers on i386 and m68k.',
    ]);
  });

  test('the partner of a 64-bit target need not be among those read', () => {
    expect(rulesOf(lint('struct region { __u32 slot; __u64 addr; };', ['x86_64']))).toContain('layout-differs');
    expect(rulesOf(lint('struct region { __u32 slot; __u64 addr; };', ['arm64']))).not.toContain('layout-differs');
    expect(rulesOf(lint('struct limits { unsigned long n; };', ['arm64']))).toContain('layout-differs');
  });

  test('one byte at the end has no name', () => {
    expect(said('struct s { __u32 a; __u8 b[3]; };', ['x86_64'])).toEqual([
      'tail-padding struct s [x86_64]: The last 1 byte at 7 has no name.',
    ]);
  });

  test('holes of inner records are told, those of records with a name of their own once', () => {
    const text = 'struct in { __u8 a; __u32 b; }; struct out { struct in i; struct { __u8 c; __u32 d; } n; };';
    expect(said(text, ['x86_64'])).toEqual([
      'implicit-hole struct in [x86_64]: The 3 bytes at 1, after a, have no name.',
      'implicit-hole struct out.n [x86_64]: The 3 bytes at 9, after c, have no name.',
    ]);
  });

  test('a fixed-width type that is spelt as long is no long', () => {
    expect(
      said('typedef unsigned long u64_t; typedef unsigned long __be64; struct s { __be64 a; };', ['ppc64']),
    ).toEqual([]);
  });

  test('a request whose number differs', () => {
    const text = "struct s { unsigned long a; };\n#define S_GET _IOR('s', 1, struct s)";
    const finding = lint(text).find((one) => one.rule === 'request-differs');
    expect(finding?.message).toBe('S_GET is 0x80087301 in x86_64 programs and 0x80047301 in i386 ones.');
  });

  test('what differs between several pairs of targets is told once', () => {
    const found = lint('struct s { void *p; };', ['x86_64', 'i386', 'arm64', 'arm']).filter(
      (one) => one.rule === 'layout-differs',
    );
    expect(found.map((one) => one.targets)).toEqual([['x86_64', 'arm64']]);
  });

  test('a size field, reserved bytes or a flexible array are room', () => {
    for (const field of ['__u32 argsz', '__u32 reserved', '__u32 list[]']) {
      const text = `struct s { __u32 a; ${field}; };\n#define S_GET _IOR('s', 1, struct s)`;
      expect(rulesOf(lint(text))).not.toContain('no-room-to-grow');
    }
  });
});

test('a change is told only what it brings', () => {
  const old = lint('struct a { __u8 x; __u32 y; };');
  const next = lint('struct a { __u8 x; __u32 y; __u8 z; }; struct b { __u32 :3; __u32 x : 4; };');
  expect(newFindings(old, next).map((one) => `${one.rule} ${one.subject}`)).toEqual([
    'tail-padding struct a',
    'bit-field-in-record struct b.x',
  ]);
});

test('rules that are off do not run', () => {
  const abi = read('struct a { __u8 x; __u32 y; };', 'x86_64');
  expect(lintAbis([abi], ['implicit-hole'])).toEqual([]);
});
