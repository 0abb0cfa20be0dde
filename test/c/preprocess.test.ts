/**
 * The preprocessor, seen through what macros expand to. Where the C standard gives an example with its result, that is the
 * test (C17 §6.10.3.5); the rest was checked with gcc -E.
 */

import { describe, expect, test } from 'vitest';
import { abiOf, constantsOf } from '../support/header-source.ts';

/** The text of a prototype's name shows what the preprocessor made of it. */
function expand(definitions: string, text: string): bigint | undefined {
  return constantsOf(abiOf(`${definitions}\n#define RESULT ${text}\n`))['RESULT'];
}

describe('macro expansion', () => {
  test.each([
    ['object-like', '#define A 3', 'A + A', 6n],
    ['function-like', '#define F(x) ((x) * 2)', 'F(4)', 8n],
    ['function-like name without arguments is no call', '#define F(x) 1\nenum { G = 5 };\n#define H G', 'H', 5n],
    ['arguments are expanded first', '#define A 7\n#define F(x) x', 'F(A)', 7n],
    ['a macro is not expanded inside itself', 'enum { A = 9 };\n#define A A', 'A', 9n],
    ['two macros that name each other', 'enum { A = 4 };\n#define A B\n#define B A', 'A', 4n],
    ['## joins tokens', '#define J(a, b) a ## b\n#define XY 12', 'J(X, Y)', 12n],
    ['## does not expand its operands', '#define J(a, b) a ## b\n#define X 1\n#define XY 12', 'J(X, Y)', 12n],
    ['## with an empty operand', '#define J(a, b) a ## b', 'J(, 5)', 5n],
    ['## of three', '#define J(a, b, c) a ## b ## c', 'J(1, , 5)', 15n],
    ['# makes a string', '#define S(x) sizeof(#x)', 'S(a  +  "b")', 8n],
    ['# makes one space of lines', '#define S(x) sizeof(#x)\nenum { E = S(a\n\n\n+b\n) };', 'E', 5n],
    ['# makes nothing of a joined line', '#define S(x) sizeof(#x)\nenum { E = S(a\\\n+b) };', 'E', 4n],
    [
      '# makes nothing of a line before a whole argument',
      '#define S(x) sizeof(#x)\n#define F(x) S(a+x)\nenum { E = F(\nb) };',
      'E',
      4n,
    ],
    ['variadic', '#define F(...) G(__VA_ARGS__)\n#define G(a, b) a - b', 'F(9, 2)', 7n],
    ['GNU named variadic', '#define F(args...) G(args)\n#define G(a, b) a - b', 'F(9, 2)', 7n],
    ['GNU comma', '#define F(a, ...) G(a, ##__VA_ARGS__)\n#define G(a) a', 'F(3)', 3n],
    ['GNU comma, kept', '#define F(a, ...) G(a, ##__VA_ARGS__)\n#define G(a, b) a * b', 'F(3, 4)', 12n],
    ['__VA_OPT__ given', '#define F(a, ...) (a __VA_OPT__(+ __VA_ARGS__))', 'F(3, 4)', 7n],
    ['__VA_OPT__ not given', '#define F(a, ...) (a __VA_OPT__(+ __VA_ARGS__))', 'F(3)', 3n],
    ['a call whose arguments span lines', '#define F(a, b) (a + b)\nenum { E = F(1,\n 2) };', 'E', 3n],
    ['a call made of what another gave', '#define F(x) x\n#define G F', 'G(5)', 5n],
    ['a joined line', '#define A 1 \\\n + 2', 'A', 3n],
    ['a comment across lines', '#define A 1 /* x\n y */ + 2', 'A', 3n],
    ['__LINE__ where it is used', 'enum { E =\n __LINE__ };', 'E', 2n],
    [
      'push_macro and pop_macro',
      '#define A 1\n#pragma push_macro("A")\n#undef A\n#define A 2\nenum { B = A };\n#pragma pop_macro("A")',
      'A * 10 + B',
      12n,
    ],
    [
      'a name that was no macro when it was pushed',
      '#pragma push_macro("A")\n#define A 2\nenum { B = A };\n#pragma pop_macro("A")\nenum { A = 5 };',
      'A * 10 + B',
      52n,
    ],
    [
      'pop_macro alone, and of another name',
      '#define A 1\n#pragma pop_macro("A")\n#pragma push_macro("B")\n#define A 3\n#pragma pop_macro("B")',
      'A',
      3n,
    ],
    [
      'pushed twice',
      '#define A 1\n#pragma push_macro("A")\n#define A 2\n_Pragma("push_macro(\\"A\\")")\n#define A 3\n#pragma pop_macro("A")\nenum { B = A };\n#pragma pop_macro("A")',
      'A * 10 + B',
      12n,
    ],
    ['#undef', '#define A 1\n#undef A\nenum { A = 2 };', 'A', 2n],
  ])('%s', (_name, definitions, text, value) => {
    expect(expand(definitions, text)).toBe(value);
  });

  test('the example of C17 §6.10.3.5p7: strings and pasted names', () => {
    const definitions = `
      #define str(s) # s
      #define xstr(s) str(s)
      #define INCFILE(n) vers ## n
      #define glue(a, b) a ## b
      #define xglue(a, b) glue(a, b)
      #define HIGHLOW "hello"
      #define LOW LOW ", world"`;
    expect(expand(definitions, 'sizeof(xstr(INCFILE(2).h))')).toBe(BigInt('vers2.h'.length + 1));
    expect(expand(definitions, 'sizeof(glue(HIGH, LOW))')).toBe(BigInt('hello'.length + 1));
  });

  test('the example of C17 §6.10.3.5p5: rescanning', () => {
    const definitions = `
      #define x 3
      #define f(a) f(x * (a))
      #undef x
      #define x 2
      #define g f
      #define z z[0]
      #define h g(~
      #define m(a) a(w)
      #define w 0,1
      #define t(a) a
      #define p() int
      #define q(x) x
      #define r(x,y) x ## y
      #define str(x) # x`;
    // str() of the standard's result, counted: "f(2 * (y+1))" and so on.
    const show = (text: string): bigint | undefined =>
      expand(`${definitions}\n#define show(...) str(__VA_ARGS__)`, `sizeof(show(${text}))`);
    expect(show('t(t(g)(0) + t)(1)')).toBe(BigInt('f(2 * (0)) + t(1)'.length + 1));
    expect(show('f(y+1) + f(f(z))')).toBe(BigInt('f(2 * (y+1)) + f(2 * (f(2 * (z[0]))))'.length + 1));
    expect(show('g(x+(3,4)-w)')).toBe(BigInt('f(2 * (2+(3,4)-0,1))'.length + 1));
    expect(show('q(r(2,3)) r(4,)')).toBe(BigInt('23 4'.length + 1));
  });
});

describe('conditions', () => {
  test.each([
    ['1', true],
    ['0', false],
    ['UNKNOWN', false],
    ['!UNKNOWN', true],
    ['defined A', true],
    ['defined(A) && !defined B', true],
    ['A == 1', true],
    ['-1 > 0u', true],
    ['(2 || 1/0)', true],
    ['0 && 1/0', false],
    ['1 ? 2 : 1/0', true],
    ['0x7fffffffffffffff + 1 < 0', true],
    ['0xffffffffffffffff == -1', true],
    ['-1 >> 63 == -1', true],
    ["'A' == 65", true],
    ["'\\377' < 0", true],
    ['(1, 0)', false],
    ['__has_include(<other.h>)', true],
    ['__has_include("missing.h")', false],
    ['defined __has_include', true],
    ['__has_attribute(packed)', true],
    ['__has_attribute(__counted_by__)', false],
    ['__has_builtin(__builtin_offsetof)', true],
    ['__SIZEOF_LONG__ == 8', true],
    ['DEFINED_A', true],
  ])('#if %s', (condition, expected) => {
    const abi = abiOf({
      'test.h': `#define A 1\n#define DEFINED_A defined A\n#if ${condition}\n#define YES 1\n#else\n#define YES 0\n#endif\n`,
      'other.h': '',
    });
    expect(abi.notUnderstood).toEqual([]);
    expect(constantsOf(abi)['YES']).toBe(expected ? 1n : 0n);
  });

  test('the first true branch is taken, and no other is looked at', () => {
    const abi = abiOf('#if 0\n#error a\n#elif 1\n#define X 1\n#elif 1/0\n#define X 2\n#else\n#define X 3\n#endif\n');
    expect(constantsOf(abi)).toEqual({ X: 1n });
    expect(abi.notUnderstood).toEqual([]);
  });

  test('branches nest, and text in untrue ones may be anything', () => {
    const abi = abiOf('#if 0\n# if 1\n# error don\'t\n# else\n" unclosed\n# endif\n#else\n#define X 1\n#endif\n');
    expect(constantsOf(abi)).toEqual({ X: 1n });
    expect(abi.notUnderstood).toEqual([]);
  });

  test.each([
    ['#if\n#endif\n', 1, 'bad-condition'],
    ['#if 1 +\n#endif\n', 1, 'bad-condition'],
    ['#if 1/0\n#endif\n', 1, 'bad-condition'],
    ['int a;\n#if 1\n', 2, 'unterminated-conditional'],
    ['#endif\n', 1, 'misplaced-conditional'],
    ['#else\n', 1, 'misplaced-conditional'],
    ['\n#error gone\n', 2, 'error-directive'],
    ['#include <gone.h>\n', 1, 'include-not-found'],
    ['#frobnicate\n', 1, 'unknown-directive'],
    ['#define 1\n', 1, 'bad-macro-definition'],
    ['#define F(a\n', 1, 'bad-macro-definition'],
    ['int x; /* open\n', 1, 'unterminated-comment'],
  ])('%j is reported where it stands', (text, line, code) => {
    const [problem, ...others] = abiOf(text).notUnderstood;
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code, location: { file: 'test.h', line } });
  });
});

describe('includes', () => {
  test('a header that is included twice counts once', () => {
    const abi = abiOf({
      'a.h': '#include <b.h>\n#include "b.h"\nstruct a { struct b b; };\n',
      'b.h': '#ifndef B\n#define B\nstruct b { int x; };\n#endif\n',
    });
    expect(abi.notUnderstood).toEqual([]);
    expect([...abi.records.keys()].sort()).toEqual(['struct a', 'struct b']);
  });

  test('#pragma once', () => {
    const abi = abiOf({ 'a.h': '#include "b.h"\n#include "b.h"\n', 'b.h': '#pragma once\nstruct b { int x; };\n' });
    expect(abi.notUnderstood).toEqual([]);
  });

  test('every header is read alone: what another defined is not there', () => {
    const abi = abiOf({ 'a.h': '#define FROM_A 1\n', 'b.h': '#ifdef FROM_A\n#define LEAKED 1\n#endif\n' });
    expect(constantsOf(abi)).toEqual({ FROM_A: 1n });
  });

  test('what a header shows only to an includer is kept, under the header it stands in', () => {
    const abi = abiOf({
      'asm/nr.h': '#define WANT\n#include <asm-generic/nr.h>\n',
      'asm-generic/nr.h': '#define NR_A 1\n#ifdef WANT\n#define NR_B 2\n#endif\n',
    });
    expect(constantsOf(abi)).toEqual({ NR_A: 1n, NR_B: 2n });
    expect(abi.constants.get('NR_B')?.header).toBe('asm-generic/nr.h');
  });

  test('an include in the middle of a declaration', () => {
    const abi = abiOf({ 'a.h': 'enum e {\n#include "list.inc"\n};\n', 'list.inc': 'A, B = 5, C,\n' });
    const [first] = abi.enums.values();
    expect(first?.type.enumerators.map(({ value }) => value)).toEqual([0n, 5n, 6n]);
  });

  test('a computed include', () => {
    const abi = abiOf({ 'a.h': '#define NAME <b.h>\n#include NAME\n#define X Y\n', 'b.h': '#define Y 3\n' });
    expect(constantsOf(abi)).toEqual({ X: 3n, Y: 3n });
  });

  test('the same header in other surroundings is read anew', () => {
    const abi = abiOf({
      'a.h': '#define N 3\n#include "array.h"\n',
      'b.h': '#define N 4\n#include "array.h"\nstruct d { struct c c; };\n',
      'array.h': '#ifdef N\nstruct c { char x[N]; };\n#endif\n',
    });
    const field = abi.records.get('struct d')?.record.fields[0];
    expect(field?.type).toMatchObject({ fields: [{ type: { length: 4 } }] });
  });
});
