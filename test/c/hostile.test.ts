/**
 * Headers that want to hang, crash or exhaust the reader. Each must end soon, with a diagnostic, and cost no other
 * declaration than its own.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Abi } from '../../src/abi/abi.ts';
import { FrontEnd } from '../../src/c/lower/front-end.ts';
import { abiOf, constantsOf } from '../support/header-source.ts';

const deep = 100_000;

/** `text` between two good records, which must both be read. */
function readAround(text: string): { codes: string[]; records: string[] } {
  const abi = abiOf(`struct before { int a; };\n${text}\n;\nstruct after { int b; };\n`);
  const records = [...abi.records.keys()].filter((name) => /^struct (?:before|after)$/.test(name));
  return { codes: abi.notUnderstood.map(({ code }) => code), records };
}

describe('nesting without end costs one declaration', () => {
  test.each([
    ['parentheses in an expression', `enum { A = ${'('.repeat(deep)}1${')'.repeat(deep)} };`],
    ['unary operators', `enum { A = ${'-'.repeat(deep)}1 };`.replaceAll('--', '- -')],
    ['negations', `enum { A = ${'!'.repeat(deep)}1 };`],
    ['binary operators', `enum { A = 1${' + 1'.repeat(deep)} };`],
    ['conditions', `enum { A = ${'1 ? '.repeat(deep)}1${' : 1'.repeat(deep)} };`],
    ['casts', `enum { A = ${'(int)'.repeat(deep)}1 };`],
    ['sizeof', `enum { A = ${'sizeof '.repeat(deep)}1 };`],
    ['records', `${'struct { '.repeat(deep)}int a;${' };'.repeat(deep)}`],
    ['pointers', `int ${'*'.repeat(deep)}p;`],
    ['declarators', `int ${'('.repeat(deep)}p${')'.repeat(deep)};`],
    ['dimensions', `extern int a${'[1]'.repeat(deep)};`],
    ['typeof', `${'typeof('.repeat(deep)}int${')'.repeat(deep)} x;`],
    ['attributes', `int x __attribute__((aligned(${'('.repeat(deep)}1${')'.repeat(deep)})));`],
    ['calls', `enum { A = ${'f('.repeat(deep)}1${')'.repeat(deep)} };`],
    ['members', `enum { A = x${'.x'.repeat(deep)} };`],
    ['function types', `int f${'(int)'.repeat(deep)};`],
  ])('%s', (_name, text) => {
    const { codes, records } = readAround(text);
    expect(codes).not.toEqual([]);
    expect(records).toEqual(['struct before', 'struct after']);
  });

  test.each([
    ['brackets in a body', `static inline void f(void) { ${'('.repeat(deep)}${')'.repeat(deep)} }`],
    ['braces in a body', `static inline void f(void) ${'{'.repeat(deep)}${'}'.repeat(deep)}`],
    ['parameters', `void f(${'void (*)('.repeat(deep)}${')'.repeat(deep)});`],
    ['initializers', `int x = ${'('.repeat(deep)}1${')'.repeat(deep)};`],
    ['conditional directives', `${'#if 1\n'.repeat(deep)}${'#endif\n'.repeat(deep)}`],
    ['declarations', 'int x;'.repeat(deep)],
    ['enumerators', `enum { ${Array.from({ length: deep }, (_, index) => `E${index}`).join(', ')} };`],
  ])('%s are just long', (_name, text) => {
    expect(readAround(text)).toEqual({ codes: [], records: ['struct before', 'struct after'] });
  });

  test('types built on types', () => {
    let text = 'typedef int t0;\n';
    for (let index = 1; index < 2000; index++) text += `typedef struct { t${index - 1} a; } t${index};\n`;
    const { codes, records } = readAround(text);
    expect(codes).toContain('limit-reached');
    expect(records).toEqual(['struct before', 'struct after']);
  });
});

describe('macros', () => {
  test('a bomb of doubling macros ends with a diagnostic', () => {
    let text = '#define A0 1 + 1\n';
    for (let index = 1; index < 60; index++) text += `#define A${index} A${index - 1} + A${index - 1}\n`;
    const abi = abiOf(`${text}enum { BOOM = A59 };\n`);
    expect(abi.notUnderstood.map(({ code }) => code)).toContain('limit-reached');
    expect(constantsOf(abi)['A3']).toBe(16n);
  });

  test('a bomb in arguments', () => {
    let text = '#define A0(x) x x\n';
    for (let index = 1; index < 60; index++) text += `#define A${index}(x) A${index - 1}(A${index - 1}(x))\n`;
    expect(readAround(`${text}#define BOOM A59(1)\n`).records).toEqual(['struct before', 'struct after']);
  });

  test('a chain of macros is followed as far as is sane', () => {
    let text = '#define A0 1\n';
    for (let index = 1; index < 20_000; index++) text += `#define A${index} A${index - 1}\n`;
    const constants = constantsOf(abiOf(text));
    expect(constants['A50']).toBe(1n);
    expect(constants['A19999']).toBeUndefined();
  });

  test('a macro of more operators than are followed is said to be one', () => {
    const abi = abiOf(
      `#define A 1${' + 1'.repeat(5000)} + sizeof(int)\n#define B 1${' + 1'.repeat(500)} + sizeof(int)\n`,
    );
    expect([...abi.macros.keys()]).toEqual(['A']);
    expect(constantsOf(abi)).toEqual({ B: 505n });
    expect(abi.notUnderstood.map(({ code, location }) => [code, location?.line])).toEqual([['limit-reached', 1]]);
  });

  test('calls in calls', () => {
    const { records } = readAround(`#define F(x) x\n#define A ${'F('.repeat(deep)}1${')'.repeat(deep)}\n`);
    expect(records).toEqual(['struct before', 'struct after']);
  });

  test('pasting a text without end', () => {
    let text = '#define J(a, b) a ## b\n#define A0() xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n';
    for (let index = 1; index < 40; index++) {
      text += `#define K${index}(a, b) J(a, b)\n#define A${index}() K${index}(A${index - 1}(), A${index - 1}())\n`;
    }
    expect(readAround(`${text}#define BOOM A39()\n`).records).toEqual(['struct before', 'struct after']);
  });
});

describe('includes', () => {
  test('a header that includes itself', () => {
    const abi = abiOf({ 'a.h': '#include "a.h"\nstruct after { int b; };\n' });
    expect(abi.notUnderstood.map(({ code }) => code)).toContain('limit-reached');
    expect([...abi.records.keys()]).toEqual(['struct after']);
  });

  test('a header that includes itself twice', () => {
    const abi = abiOf({ 'a.h': '#include "a.h"\n#include "a.h"\nstruct after { int b; };\n' });
    expect(abi.notUnderstood.map(({ code }) => code)).toContain('limit-reached');
  });

  test('a header that includes itself in a declaration', () => {
    const abi = abiOf({ 'a.h': 'struct a {\n#include "a.h"\n};\n' });
    expect(abi.notUnderstood.map(({ code }) => code)).toContain('limit-reached');
  });
});

describe('names and numbers', () => {
  test('names that JavaScript objects have of their own', () => {
    const abi = abiOf(
      'struct __proto__ { int constructor; };\n#define toString 3\nenum { hasOwnProperty = 7 };\n#define valueOf hasOwnProperty\n',
    );
    expect([...abi.records.keys()]).toEqual(['struct __proto__']);
    expect(abi.constants.get('toString')?.value).toBe(3n);
    expect(abi.constants.get('valueOf')?.value).toBe(7n);
  });

  test.each([
    ['an array larger than any memory', 'struct a { char x[0x7fffffffffffffff]; };'],
    ['three dimensions', 'struct a { char x[1000000][1000000][1000000]; };'],
    ['records of arrays of records', 'struct a { char x[1 << 30]; }; struct c { struct a x[1 << 30]; };'],
    ['an array of arrays', `struct a { char x${'[65536]'.repeat(10)}; };\nenum { A = sizeof(struct a) };`],
    ['a negative array', 'struct a { char x[-1]; };'],
    ['a bit-field wider than its type', 'struct a { int x : 33; };'],
    ['a named bit-field of no width', 'struct a { int x : 0; };'],
    ['an absurd alignment', 'struct a { int x; } __attribute__((aligned(1ULL << 62)));'],
    ['an alignment that is no power of two', 'struct a { int x; } __attribute__((aligned(3)));'],
    ['a number without end', `enum { A = ${'9'.repeat(deep)} };`],
    ['division by zero', 'enum { A = 1 / 0 };'],
    ['a shift by less than nothing', 'enum { A = 1 << -1 };'],
    ['a record that contains itself', 'struct a { struct a x; };'],
    ['a static assertion that fails', '_Static_assert(sizeof(int) == 5, "no");'],
    ['a type that is not there', 'struct a { gone_t x; };'],
    ['the same tag twice', 'struct a { int x; }; struct a { long x; };'],
    ['a tag of two kinds', 'struct a { int x; }; union a *p;'],
  ])('%s', (_name, text) => {
    const { codes, records } = readAround(text);
    expect(codes).not.toEqual([]);
    expect(records).toEqual(['struct before', 'struct after']);
  });

  // What gcc 12 refuses: PTRDIFF_MAX is 2147483647 where an address has 32 bits.
  test.each([
    ['struct a { char x[0x80000000]; };', 18],
    ['extern char x[0x80000000];', 14],
    ['typedef char x[0x10000][0x8000];', 15],
    ['char (*x)[0x80000000];', 10],
    ['struct a { char x[0x7fffffff], y; };', 8],
    ['union a { char x[0x7fffffff]; int y; };', 7],
    ['enum { A = sizeof(char[0x80000000]) };', 23],
  ])('more than half an address space: %s', (text, column) => {
    const abi = abiOf(`${text}\nstruct after { int b; };`, 'i386');
    expect(abi.notUnderstood.map(({ location }) => [location?.line, location?.column])).toEqual([[1, column]]);
    expect([...abi.records.keys()]).toEqual(['struct after']);
    expect(abiOf(text, 'x86_64').notUnderstood).toEqual([]);
  });

  test('the largest there are', () => {
    const largest = 'struct a { char x[0x7fffffff]; }; enum { A = sizeof(struct a) };';
    expect(abiOf(largest, 'i386').notUnderstood).toEqual([]);
    expect(abiOf('struct a { char x[1ULL << 47]; };').notUnderstood).toEqual([]);
    const [problem] = abiOf('struct a { char x[1ULL << 46][3]; };').notUnderstood;
    expect(problem?.message).toContain('is too large');
  });
});

describe('arbitrary text', () => {
  // One for all runs: predefined macros are read once, and what one run leaves behind must not harm the next.
  const frontEnd = new FrontEnd();
  const read = (text: string): Abi => abiOf(text, 'arm64', frontEnd);

  const pieces = [
    ...[
      'struct',
      'union',
      'enum',
      'typedef',
      'int',
      'long',
      'unsigned',
      'char',
      'x',
      'y',
      't',
      '0',
      '1',
      '077',
      '0x1f',
      '1.5',
    ],
    ...[
      '{',
      '}',
      '(',
      ')',
      '[',
      ']',
      ';',
      ',',
      ':',
      '=',
      '*',
      '&',
      '+',
      '-',
      '<<',
      '?',
      '...',
      '#',
      '##',
      '\n',
      '\\\n',
      ' ',
    ],
    ...[
      '\n#define ',
      '\n#define x(',
      '\n#if ',
      '\n#else\n',
      '\n#endif\n',
      '\n#include "a.h"\n',
      '\n#pragma pack(',
      '"',
      "'",
    ],
    ...[
      'sizeof',
      '__attribute__((',
      'packed',
      'aligned',
      '))',
      'typeof',
      '_Static_assert',
      '/*',
      '*/',
      '//',
      '__VA_ARGS__',
    ],
    ...['_IOR(', 'defined', '\0', '\u2028', '\ud800', 'é', '@', '__LINE__', '__COUNTER__', '_Pragma("pack(1)")', 'asm'],
  ];

  test('pieces of C in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), (words) => {
        abiOf({ 'a.h': words.join(' '), 'b.h': words.join('') }, 'arm64', frontEnd);
      }),
      { numRuns: 1000 },
    );
  });

  test('any characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        read(text);
      }),
      { numRuns: 300 },
    );
  });

  const header = `#ifndef H
#define H
#define _IOC(d, t, n, s) (((d) << 30) | ((t) << 8) | (n) | ((s) << 16))
#define _IOW(t, n, s) _IOC(1U, (t), (n), sizeof(s))
typedef unsigned long long u64;
enum e { A, B = 5, C = A + B, D = 1ULL << 40 };
struct s { u64 a : 3, b; union { int c[C]; struct { char d; } __attribute__((packed)); }; void (*f)(int, struct s *); };
#define REQUEST _IOW('x', 3, struct s)
#define LIST(x, args...) x, ##args
static inline int f(void) { return sizeof(struct s); }
#pragma pack(push, 1)
struct p { char a; int b; } __attribute__((aligned(4)));
#pragma pack(pop)
_Static_assert(sizeof(struct p) == 8, "p");
#endif
`;

  test('the header that is mutated is itself understood', () => {
    const abi = read(header);
    expect(abi.notUnderstood).toEqual([]);
    expect(abi.requests.get('REQUEST')).toMatchObject({ type: 0x78, nr: 3, argument: 'struct s' });
  });

  test('every truncation of a header', () => {
    for (let length = 0; length < header.length; length++) read(header.slice(0, length));
  });

  test('mutations of a header', () => {
    const edit = fc.record({
      at: fc.nat(header.length - 1),
      remove: fc.nat(20),
      insert: fc.constantFrom('', ...pieces),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let text = header;
        for (const { at, remove, insert } of edits) text = text.slice(0, at) + insert + text.slice(at + remove);
        read(text);
      }),
      { numRuns: 500 },
    );
  });
});
