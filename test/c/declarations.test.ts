/**
 * Declarations, as a program that includes the header would see them. Offsets and values are what gcc 12 says for the same
 * text.
 */

import { describe, expect, test } from 'vitest';
import { fieldPathsOf } from '../../src/abi/field-paths.ts';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import { type EnumType, spellType } from '../../src/abi/types.ts';
import type { TargetName } from '../../src/abi/target.ts';
import { abiOf, constantsOf, target } from '../support/header-source.ts';

/** `path@offset:size` of each field in bits, then the size and alignment of the record in bytes. */
function layout(text: string, name = 'struct s', on: TargetName = 'x86_64'): string {
  const abi = abiOf(text, on);
  expect(abi.notUnderstood).toEqual([]);
  const declaration = abi.records.get(name);
  if (declaration === undefined) throw new Error(`no ${name}`);
  const placed = layoutOf(declaration.record, target(on));
  const fields = fieldPathsOf(placed).map(({ path, offsetBits, sizeBits }) => `${path}@${offsetBits}:${sizeBits}`);
  return `${fields.join(' ')} ${placed.sizeBytes}/${placed.alignBytes}`;
}

function enumOf(text: string, on: TargetName = 'x86_64'): EnumType {
  const abi = abiOf(text, on);
  expect(abi.notUnderstood).toEqual([]);
  const [first] = abi.enums.values();
  if (first === undefined) throw new Error('no enum');
  return first.type;
}

describe('records', () => {
  test.each([
    [
      'fields of all kinds',
      'struct s { char a; short b; int c; long d; char *e; };',
      'a@0:8 b@16:16 c@32:32 d@64:64 e@128:64 24/8',
    ],
    ['several declarators', 'struct s { int a, *b, c[3]; };', 'a@0:32 b@64:64 c@128:96 32/8'],
    [
      'declarators read inside out',
      'struct s { int (*a)[4], *b[4], (*c)(void), (*d[2])(int); };',
      'a@0:64 b@64:256 c@320:64 d@384:128 64/8',
    ],
    [
      'words of a type in any order',
      'struct s { long unsigned int long a; int short b; char signed c; };',
      'a@0:64 b@64:16 c@80:8 16/8',
    ],
    [
      'anonymous records',
      'struct s { int a; union { int b; struct { char c, d; }; }; };',
      'a@0:32 b@32:32 c@32:8 d@40:8 8/4',
    ],
    ['a tag inside a record declares no field', 'struct s { int a; struct t { int x; }; };', 'a@0:32 4/4'],
    ['an enum inside a record', 'struct s { enum { N = 3 } e; char a[N]; };', 'e@0:32 a@32:24 8/4'],
    ['bit-fields', 'struct s { int a : 3, : 2, b : 5; int : 0; int c : 1; };', 'a@0:3 b@5:5 c@32:1 8/4'],
    ['a flexible array', 'struct s { int n; long a[]; };', 'n@0:32 a@64:0 8/8'],
    ['packed behind the braces', 'struct s { char a; int b; } __attribute__((packed));', 'a@0:8 b@8:32 5/1'],
    ['packed before the tag', 'struct __attribute__((__packed__)) s { char a; int b; };', 'a@0:8 b@8:32 5/1'],
    // As kernel sources write attributes; gcc was given a macro for each.
    ['packed by a word of the kernel', 'struct s { char a; int b; } __packed;', 'a@0:8 b@8:32 5/1'],
    ['packed so before the tag', 'struct __packed s { char a; int b; };', 'a@0:8 b@8:32 5/1'],
    ['a field packed so', 'struct s { char a; int b __packed; };', 'a@0:8 b@8:32 5/1'],
    ['aligned by a word of the kernel', 'struct s { char a; char b __aligned(8); };', 'a@0:8 b@64:8 16/8'],
    ['an array counted', 'struct s { int n; char b[] __counted_by(n); };', 'n@0:32 b@32:0 4/4'],
    ['a macro of that name', '#define __packed\nstruct s { char a; int b; } __packed;', 'a@0:8 b@32:32 8/4'],
    ['a packed field', 'struct s { char a; int b __attribute__((packed)); };', 'a@0:8 b@8:32 5/1'],
    [
      'aligned',
      'struct s { char a; char b __attribute__((aligned(8))); } __attribute__((aligned(32)));',
      'a@0:8 b@64:8 32/32',
    ],
    ['aligned without a number', 'struct s { char a; } __attribute__((aligned));', 'a@0:8 16/16'],
    ['_Alignas', 'struct s { char a; _Alignas(int) char b; };', 'a@0:8 b@32:8 8/4'],
    ['_Alignas of a type', 'struct s { char a; _Alignas(long long) char b; };', 'a@0:8 b@64:8 16/8'],
    [
      'an aligned typedef',
      'typedef long t __attribute__((aligned(2)));\nstruct s { char a; t b; };',
      'a@0:8 b@16:64 10/2',
    ],
    ['#pragma pack', '#pragma pack(push, 2)\nstruct s { char a; int b; };\n#pragma pack(pop)', 'a@0:8 b@16:32 6/2'],
    ['_Pragma', '_Pragma("pack(2)")\nstruct s { char a; int b; };', 'a@0:8 b@16:32 6/2'],
    ['#pragma pack() ends it', '#pragma pack(1)\n#pragma pack()\nstruct s { char a; int b; };', 'a@0:8 b@32:32 8/4'],
    ['mode', 'typedef unsigned t __attribute__((mode(DI)));\nstruct s { char a; t b; };', 'a@0:8 b@64:64 16/8'],
    [
      'vector_size',
      'typedef int t __attribute__((vector_size(16)));\nstruct s { char a; t b; };',
      'a@0:8 b@128:128 32/16',
    ],
    ['typeof', 'extern long x;\nstruct s { typeof(x) a; __typeof__(char[3]) b; };', 'a@0:64 b@64:24 16/8'],
    ['qualifiers and annotations', 'struct s { const volatile int __user *restrict a; };', 'a@0:64 8/8'],
    ['128 bits', 'struct s { char a; unsigned __int128 b; __uint128_t c; };', 'a@0:8 b@128:128 c@256:128 48/16'],
    [
      'a record defined after its typedef',
      'typedef struct t t;\nstruct t { int a; };\nstruct s { t b; };',
      'b@0:32 b.a@0:32 4/4',
    ],
    ['attributes nobody knows', 'struct s { int a __attribute__((frobnicate(1, "x"), deprecated)); };', 'a@0:32 4/4'],
    ['a last field without semicolon', 'struct s { int a; char b };', 'a@0:32 b@32:8 8/4'],
  ])('%s', (_name, text, expected) => {
    expect(layout(text)).toBe(expected);
  });

  // What gcc 12 says for the record, anonymous, behind a char.
  test.each([
    ['__attribute__((aligned(16))) union { int z; };', '8/4'],
    ['__attribute__((packed)) struct { char x; int z; };', '12/4'],
    ['const __attribute__((aligned(16))) struct { char x; int z; };', '12/4'],
    ['struct { char x; int z; } const __attribute__((aligned(16)));', '12/4'],
    ['struct { char x; int z; } __attribute__((aligned(16)));', '32/16'],
    ['struct __attribute__((aligned(16))) { char x; int z; };', '32/16'],
    ['struct { char x; int z; } __attribute__((packed));', '6/1'],
    ['_Alignas(16) struct { char x; int z; };', '32/16'],
    ['__attribute__((aligned(16))) struct { char x; int z; } n;', '32/16'],
    ['__attribute__((packed)) struct { char x; int z; } n;', '9/1'],
  ])('a char and %s', (member, expected) => {
    expect(layout(`struct s { char c; ${member} };`).split(' ').at(-1)).toBe(expected);
  });

  // What gcc 12 says for the field between two chars: in a packed record, and in one that is not.
  test.each([
    ['int * __attribute__((aligned(16))) p;', '10/1', '32/16'],
    ['int * p __attribute__((aligned(16)));', '32/16', '32/16'],
    ['int __attribute__((aligned(16))) *p;', '32/16', '32/16'],
    ['__attribute__((aligned(16))) int *p;', '32/16', '32/16'],
    ['int (__attribute__((aligned(16))) *p);', '10/1', '24/8'],
    ['int *(__attribute__((aligned(16))) p);', '10/1', '32/16'],
    ['int * __attribute__((aligned(16))) *p;', '10/1', '24/8'],
    ['int (* __attribute__((aligned(16))) p)(void);', '10/1', '32/16'],
    ['int * __attribute__((packed)) p;', '10/1', '24/8'],
  ])('attributes of a pointer: %s', (field, inPacked, alone) => {
    const record = `struct s { char c; ${field} char d; }`;
    expect(layout(`${record} __attribute__((packed));`).split(' ').at(-1)).toBe(inPacked);
    expect(layout(`${record};`).split(' ').at(-1)).toBe(alone);
  });

  test('an aligned pointer is spelled as it is declared', () => {
    const [field] =
      abiOf('struct s { int * __attribute__((aligned(16))) p; };').records.get('struct s')?.record.fields ?? [];
    expect(field && spellType(field.type)).toBe('int * __attribute__((aligned(16)))');
  });

  test('typeof of a type with attributes', () => {
    expect(layout('struct s { char a; __typeof__(int __attribute__((aligned(16)))) b; };')).toBe(
      'a@0:8 b@128:32 32/16',
    );
  });

  // What gcc 12 says; offsets of b, size and alignment.
  const q = '\nstruct s { char a; int b; };';
  test.each([
    ['a pop with a number is passed over', `#pragma pack(push,1)\n#pragma pack(pop,2)${q}`, '8:32 5/1'],
    ['the next pop pops', `#pragma pack(push,1)\n#pragma pack(pop,2)\n#pragma pack(pop)${q}`, '32:32 8/4'],
    ['a pop of a name and a number', `#pragma pack(push,r,2)\n#pragma pack(pop,r,4)${q}`, '16:32 6/2'],
    [
      'a pop by name goes down to it',
      `#pragma pack(2)\n#pragma pack(push,r,1)\n#pragma pack(push,4)\n#pragma pack(push,4)\n#pragma pack(pop,r)${q}`,
      '16:32 6/2',
    ],
    [
      'by name to the last of that name',
      `#pragma pack(push,r,2)\n#pragma pack(push,r,1)\n#pragma pack(pop,r)${q}`,
      '16:32 6/2',
    ],
    ['an unknown name pops one', `#pragma pack(push,r,1)\n#pragma pack(pop,other)${q}`, '32:32 8/4'],
    [
      'a named push keeps what was set',
      `#pragma pack(2)\n#pragma pack(push,r)\n#pragma pack(1)\n#pragma pack(pop,r)${q}`,
      '16:32 6/2',
    ],
    ['the number before the name', `#pragma pack(push,1,r)${q}`, '8:32 5/1'],
    ['a pop of nothing', `#pragma pack(1)\n#pragma pack(pop)${q}`, '8:32 5/1'],
    ['junk behind it', `#pragma pack(push,1) x${q}`, '8:32 5/1'],
    ['what holds at the closing brace counts', 'struct s { char a;\n#pragma pack(1)\nint b; };', '8:32 5/1'],
    ['_Pragma says the same', `_Pragma("pack(push, 2)")${q}`, '16:32 6/2'],
    ['_Pragma with a wide string', `_Pragma(L"pack(2)")${q}`, '16:32 6/2'],
    ['for all fields', '#pragma pack(1)\nstruct s { char a; int b;\n#pragma pack()\n};', '32:32 8/4'],
  ])('#pragma pack: %s', (_name, text, expected) => {
    expect(layout(text)).toBe(`a@0:8 b@${expected}`);
  });

  test('#pragma pack between the records of one declaration', () => {
    const text = 'struct s { char a;\n#pragma pack(1)\nstruct q { char b; int c; } x;\n#pragma pack()\nint d; };';
    expect(layout(text)).toBe('a@0:8 x@8:40 x.b@8:8 x.c@16:32 d@64:32 12/4');
  });

  test('kernel macros for flexible arrays and groups', () => {
    const macros = `
      #define __struct_group(TAG, NAME, ATTRS, MEMBERS...) \\
        union { struct { MEMBERS } ATTRS; struct TAG { MEMBERS } ATTRS NAME; } ATTRS
      #define __DECLARE_FLEX_ARRAY(TYPE, NAME) struct { struct { } __empty_ ## NAME; TYPE NAME[]; }
      struct s { __struct_group(head, h, , int a; char b;); __DECLARE_FLEX_ARRAY(short, list); };`;
    expect(layout(macros)).toBe('a@0:32 b@32:8 h@0:64 h.a@0:32 h.b@32:8 __empty_list@64:0 list@64:0 8/4');
  });

  test('a typedef is the name of a record without a tag', () => {
    expect(layout('typedef struct { int a; } name_t, *pointer_t;', 'name_t')).toBe('a@0:32 4/4');
  });

  test('what a declaration depends on differs by target', () => {
    const text = 'struct s { char a[sizeof(long)]; char b[__BIGGEST_ALIGNMENT__]; };';
    expect(layout(text, 'struct s', 'x86_64')).toBe('a@0:64 b@64:128 24/1');
    expect(layout(text, 'struct s', 'm68k')).toBe('a@0:32 b@32:16 6/1');
  });

  test('_Alignas asks for what a field of the type gets', () => {
    expect(layout('struct s { char a; _Alignas(long long) char b; };', 'struct s', 'i386')).toBe('a@0:8 b@32:8 8/4');
  });

  test('location and header are those of the declaration', () => {
    const abi = abiOf({ 'a.h': '\n\n  struct s {\n    int x;\n  };\n' });
    expect(abi.records.get('struct s')).toMatchObject({
      header: 'a.h',
      location: { file: 'a.h', line: 3, column: 10 },
      record: { fields: [{ location: { line: 4, column: 9 } }] },
    });
  });

  test('what a macro declares is located where the macro is used', () => {
    const abi = abiOf('#define F(n) int n;\nstruct s {\n  F(a)\n  F(b)\n};\n');
    expect(abi.records.get('struct s')?.record.fields.map(({ location }) => location?.line)).toEqual([3, 4]);
  });
});

describe('what is read past', () => {
  test.each([
    ['prototypes', 'extern int f(struct t *, void (*)(int)), g(void) __attribute__((const));'],
    [
      'functions with bodies',
      'static __inline__ int f(int x) { if (x) { return "}"[0]; } return sizeof(struct nowhere); }',
    ],
    ['C89 functions', 'int f(a, b) int a; char b; { return a; }'],
    ['functions without a type', 'extern f();\nstatic g(x) { return x; }'],
    ['asm', '__asm__ volatile ("nop" : : "r"(1));\nextern int f(void) __asm__("g");'],
    ['initializers', 'static const int a[] = { 1, [3] = 4, (5, 6) }, b = 7;'],
    ['lone semicolons', ';;;'],
    ['__extension__', '__extension__ typedef long long t;'],
    ['standard attributes', '[[deprecated]] extern int x;'],
    ['assertions', '_Static_assert(sizeof(int) == 4, "int" "4");\nstatic_assert(1);'],
  ])('%s', (_name, text) => {
    expect(layout(`${text}\nstruct s { int a; };`)).toBe('a@0:32 4/4');
  });

  test('a strange declaration costs itself only, and is located', () => {
    const abi = abiOf(
      'struct a { int x; };\nstruct b { gone_t x; int y; };\nint z = ;\n@ what\n;struct c { int x; };\n',
    );
    expect([...abi.records.keys()]).toEqual(['struct a', 'struct c']);
    expect(abi.notUnderstood.map(({ location }) => location?.line)).toEqual([2, 4]);
  });
});

describe('enums', () => {
  test.each([
    ['enum { A, B = 5, C };', [0n, 5n, 6n], 'unsigned int'],
    ['enum { A = -1, B };', [-1n, 0n], 'int'],
    ['enum { A = 0xffffffff };', [0xffffffffn], 'unsigned int'],
    ['enum { A = -1, B = 0xffffffff };', [-1n, 0xffffffffn], 'long'],
    ['enum { A = 1ULL << 40, B };', [1n << 40n, (1n << 40n) + 1n], 'unsigned long'],
    ['enum { A = 0x7fffffff, B = A + 0u + 1 };', [0x7fffffffn, 0x80000000n], 'unsigned int'],
    ['enum { A = 1 } __attribute__((packed));', [1n], 'unsigned char'],
    ['enum e : unsigned short { A = 1 };', [1n], 'unsigned short'],
  ])('%s', (text, values, underlying) => {
    const type = enumOf(text);
    expect(type.enumerators.map(({ value }) => value)).toEqual(values);
    expect(type.underlying).toBe(underlying);
  });

  // What gcc 12 says: size and alignment of a record with nothing else.
  test.each([
    ['enum p { A } __attribute__((aligned(16)));', '4/4'],
    ['enum __attribute__((aligned(16))) p { A };', '4/4'],
    ['enum p { A = 200 } __attribute__((mode(QI)));', '1/1'],
    ['enum __attribute__((mode(QI))) p { A };', '1/1'],
    ['enum p { A = -1 } __attribute__((mode(HI)));', '2/2'],
    ['enum p { A } __attribute__((mode(DI)));', '8/8'],
    ['enum p { A } __attribute__((mode(HI), packed));', '2/2'],
  ])('%s', (text, expected) => {
    expect(layout(`${text} struct s { enum p x; };`).split(' ').at(-1)).toBe(expected);
  });

  test('a mode on a field, and on a name, of an enum', () => {
    const text = 'enum p { A }; typedef enum { B = 1000 } t __attribute__((mode(QI)));\n';
    expect(layout(`${text}struct s { enum p x __attribute__((mode(DI))); t y; };`)).toBe('x@0:64 y@64:8 16/8');
  });

  test('values beyond the mode of their enum', () => {
    const { notUnderstood } = abiOf('enum p { A = 300 } __attribute__((mode(QI)));');
    expect(notUnderstood.map(({ code }) => code)).toEqual(['unknown-mode']);
    expect(abiOf('enum p { A = 128, B = -1 } __attribute__((mode(QI)));').notUnderstood).toHaveLength(1);
  });

  test('a wide enum is a long long where long is short', () => {
    expect(enumOf('enum { A = 1ULL << 40 };', 'arm').underlying).toBe('unsigned long long');
  });

  test('a cast to a type that only the kernel distinguishes', () => {
    const text =
      'typedef int __bitwise t;\n#define X ((__force t) 3)\nenum { A = (t __force) 4, B = sizeof(t __user *) };\n';
    const abi = abiOf(text);
    expect([constantsOf(abi)['X'], enumOf(text).enumerators.map(({ value }) => value)]).toEqual([3n, [4n, 8n]]);
  });

  test('enumerators that fit are int, whatever their enum is', () => {
    const text = 'enum { A = 1, B = 1ULL << 40 };\n#define X (A - 2 < 0)\n#define Y (B - B - 1 < 0)\n';
    expect(constantsOf(abiOf(text))).toEqual({ X: 1n, Y: 0n });
  });

  test('names', () => {
    const abi = abiOf('enum a { A };\nenum { B };\ntypedef enum { C } c_t;\n');
    expect([...abi.enums.keys()]).toEqual(['enum a', 'enum {B}', 'c_t']);
  });
});

describe('values of macros', () => {
  test.each<[string, bigint | undefined]>([
    ['077', 63n],
    ['0b101', 5n],
    ['0xffffffff', 0xffffffffn],
    ['~0', -1n],
    ['~0U', 0xffffffffn],
    ['~0UL', 0xffffffffffffffffn],
    ['-1U', 0xffffffffn],
    ['(1 << 31)', -0x80000000n],
    // What gcc 12 makes of them, with a warning, on x86, arm, m68k and parisc alike.
    ['(1 << 40)', 0n],
    ['(3U << 32)', 0n],
    ['(5ULL << 100000000000ULL)', 0n],
    ['(0xffU >> 40)', 0n],
    ['(-5 >> 32)', -1n],
    ['(5 >> 64)', 0n],
    ['(1 << 0x100000008)', 256n],
    ['(8 >> 0x100000001)', 4n],
    ['(1LL << 0x100000008)', 0n],
    ['(1 << 4294967291u)', undefined],
    ['(1LL << 4294967291u)', 0n],
    ['(8 >> 0x80000000u)', undefined],
    ['(1ULL << 0x8000000000000000ULL)', undefined],
    ['(1U << 31)', 0x80000000n],
    ['(-5 / 2)', -2n],
    ['(-5 % 3)', -2n],
    ['(-8 >> 1)', -4n],
    ['(-1 < 0u)', 0n],
    ['((unsigned char)300)', 44n],
    ['((signed char)200)', -56n],
    ['((_Bool)4)', 1n],
    ["'a'", 97n],
    ["'\\xff'", -1n],
    ["'ab'", 0x6162n],
    ['(1 ? 2 : 3u)', 2n],
    ['(sizeof(struct s))', 16n],
    ['sizeof(((struct s *)0)->b)', 8n],
    ['__builtin_offsetof(struct s, b)', 8n],
    ['((unsigned long)&((struct s *)0)->b)', 8n],
    ['_Alignof(struct s)', 8n],
    ['sizeof("abc")', 4n],
    ['(0 && 1 / 0)', 0n],
    ['__builtin_constant_p(3)', 1n],
    ['__builtin_bswap32(0x01020304)', 0x04030201n],
    ['((int)1.9)', 1n],
    ['_Alignof(int __attribute__((aligned(16))))', 16n],
    ['_Alignof(int __attribute__((aligned(1))))', 1n],
    ['_Alignof(__attribute__((aligned(16))) int)', 16n],
    ['_Alignof(int __attribute__((aligned(2))) *)', 2n],
    ['_Alignof(int __attribute__((aligned(16)))[2])', 16n],
    ['_Alignof(int * __attribute__((aligned(32))))', 32n],
    ['_Alignof(int * __attribute__((aligned(16))) *)', 8n],
    ['_Alignof(int (* __attribute__((aligned(16))))(void))', 16n],
    ['sizeof(int __attribute__((aligned(16))))', 4n],
    ['sizeof(unsigned __attribute__((mode(DI))))', 8n],
    ['sizeof(int __attribute__((vector_size(16))))', 16n],
    ['sizeof(__attribute__((vector_size(16))) int *)', 8n],
    ['sizeof(__attribute__((vector_size(16))) int [2])', 32n],
    ['sizeof(1.0f)', 4n],
    ['sizeof(1.0F)', 4n],
    ['sizeof(1.0)', 8n],
    ['sizeof(1.0L)', 16n],
    ['sizeof(1.0F32)', 4n],
    ['sizeof(1.0F64)', 8n],
    ['sizeof(1.0F128)', 16n],
    ['sizeof(1.0f + 1.0)', 8n],
    ['sizeof(1.0L * 1.0f)', 16n],
    ['sizeof(1.0f + 1)', 4n],
    ['((int)16777217.0f)', 16777216n],
    ['((int)(16777216.0f + 1.0f))', 16777216n],
    ['sizeof(__builtin_va_list)', undefined],
    ['E', 7n],
    ['1.5', undefined],
    ['"text"', undefined],
    ['((void *)0)', undefined],
    ['unknown', undefined],
    ['(1 / 0)', undefined],
    ['1, 2', undefined],
    ['{ 1 }', undefined],
    ['do { } while (0)', undefined],
    ['f(1)', undefined],
    ['', undefined],
  ])('%s', (text, value) => {
    const abi = abiOf(`struct s { char a; long b; };\nenum { E = 7 };\n#define X ${text}\n`);
    expect(abi.notUnderstood).toEqual([]);
    expect(constantsOf(abi)['X']).toBe(value);
    expect(abi.macros.has('X')).toBe(value === undefined);
  });

  test.each([
    ['int a[] = { 1, 2, 3 };', 12n],
    ['static const int a[] = { 1 };', 4n],
    ['static int b[] = { 1 }, a[] = { b[0] ? sizeof(int) : 2, [sizeof(b)] = 3 };', 20n],
    ['static int a[] = { [UNKNOWN] = 1 };', undefined],
    ['extern int a[];', undefined],
    ['extern int a[]; extern int a[5];', 20n],
    ['extern int a[5]; extern int a[];', 20n],
    ['typedef int t[]; extern t a; extern int a[5];', 20n],
  ])('the size of an array: %s', (text, value) => {
    const abi = abiOf(`${text}\n#define X sizeof(a)\n#define Y sizeof(a[0])\n`);
    expect(abi.notUnderstood).toEqual([]);
    expect(constantsOf(abi)['X']).toBe(value);
    expect(constantsOf(abi)['Y']).toBe(4n);
  });

  test('the size of a long double is that of the target', () => {
    const size = (on: TargetName): unknown => constantsOf(abiOf('#define X sizeof(1.0L)\n', on))['X'];
    expect([size('i386'), size('arm'), size('arm64'), size('m68k')]).toEqual([12n, 8n, 16n, 12n]);
  });

  // What gcc 12 says for x86_64 and for i386, which aligns what has eight bytes to four in a record.
  test.each([
    ['_Alignof(long long)', 8n, 4n],
    ['__alignof__(long long)', 8n, 8n],
    ['alignof(unsigned long long)', 8n, 4n],
    ['_Alignof(double)', 8n, 4n],
    ['_Alignof(_Complex double)', 8n, 4n],
    ['_Alignof(enum e)', 8n, 4n],
    ['_Alignof(t[3])', 8n, 4n],
    ['__alignof__(t[3])', 8n, 8n],
    ['_Alignof(1LL)', 8n, 8n],
    ['_Alignof(struct d)', 4n, 4n],
    ['__alignof__(((struct al *)0)->x)', 16n, 16n],
    ['_Alignof(((struct al *)0)->x)', 16n, 16n],
    ['_Alignof((((struct al *)0)->x))', 16n, 16n],
    ['__alignof__(((struct al *)0)->x + 0)', 4n, 4n],
    ['__alignof__(((struct al *)0)->d)', 8n, 4n],
    ['_Alignof(((struct al *)0)->l)', 8n, 4n],
    ['__alignof__(((struct al *)0)->q)', 32n, 32n],
    ['__alignof__(((struct al *)0)->c[0])', 1n, 1n],
    ['__alignof__(((struct pk *)0)->d)', 1n, 1n],
    ['__alignof__(((struct pp *)0)->x)', 2n, 2n],
    ['__alignof__(((struct al *)0)[1])', 32n, 32n],
    ['__alignof__(((struct al *)0)->b)', undefined, undefined],
  ])('%s', (text, on64, on32) => {
    const declared = `
      typedef long long t;
      enum e { A = 1ULL << 40 };
      struct d { _Alignas(int) char c; };
      struct al {
        int x __attribute__((aligned(16))); double d; long long l; char c[4];
        struct { int q __attribute__((aligned(32))); };
        int b : 3;
      };
      struct pk { int x; double d; } __attribute__((packed));
      #pragma pack(2)
      struct pp { int x; };
      #pragma pack()
      #define X ${text}\n`;
    expect(constantsOf(abiOf(declared))['X']).toBe(on64);
    expect(constantsOf(abiOf(declared, 'i386'))['X']).toBe(on32);
  });

  test('a macro means what it means at the end of the header', () => {
    expect(constantsOf(abiOf('#define A B\n#define B 1\n#undef B\n#define B 2\n'))).toEqual({ A: 2n, B: 2n });
  });

  test('function-like macros and texts are kept as such', () => {
    const { macros } = abiOf('#define F(a, b...)  a  + b\n#define T  some   text\n');
    expect(macros.get('F')).toMatchObject({ parameters: ['a', 'b...'], body: 'a + b' });
    expect(macros.get('T')).toMatchObject({ body: 'some text' });
  });
});

describe('requests', () => {
  // asm-generic/ioctl.h's numbers, written down anew.
  const ioctl = `
    #define _IOC(dir, type, nr, size) (((dir) << 30) | ((type) << 8) | (nr) | ((size) << 16))
    #define _IO(type, nr) _IOC(0U, (type), (nr), 0)
    #define _IOR(type, nr, size) _IOC(2U, (type), (nr), (sizeof(size)))
    #define _IOW(type, nr, size) _IOC(1U, (type), (nr), (sizeof(size)))
    #define _IOC_NR(n) ((n) & 0xff)
    struct s { long a; };
    #define BASE 'x'
    #define MY_IOR(nr, type) _IOR(BASE, nr, type)
  `;

  test.each([
    ['_IO(BASE, 1)', 0x7801, 'none', undefined],
    ['_IOR(BASE, 2, struct s)', 0x80087802, 'read', 'struct s'],
    ['_IOW(BASE, 3, int[4])', 0x40107803, 'write', 'int[4]'],
    ['MY_IOR(4, __typeof__(int))', 0x80047804, 'read', 'int'],
    ['_IOC(1U, BASE, 5, sizeof(struct s))', 0x40087805, 'write', 'struct s'],
    ['(_IO(BASE, 6))', 0x7806, 'none', undefined],
  ])('%s', (text, number, direction, argument) => {
    const abi = abiOf(`${ioctl}\n#define X ${text}\n#define ALIAS X\n`);
    expect(abi.requests.get('X')).toMatchObject({ number, direction, type: 0x78, nr: number & 0xff });
    expect(abi.requests.get('X')?.argument).toBe(argument);
    expect(abi.requests.get('ALIAS')?.number).toBe(number);
    // As binder.h declares its own.
    const inEnum = abiOf(`${ioctl}\nenum e { BEFORE, X = ${text}, NEXT };\n`);
    const { name, ...rest } = inEnum.requests.get('X') ?? expect.fail();
    expect({ name, ...rest, location: undefined }).toEqual({ ...abi.requests.get('X'), location: undefined });
    expect(rest.location?.line).toBe(abi.requests.get('X')?.location?.line ?? 0);
    expect([...inEnum.requests.keys()]).toEqual(['X']);
    const enumerators = inEnum.enums.get('enum e')?.type.enumerators.map((one) => [one.name, one.value]);
    expect(enumerators).toEqual([
      ['BEFORE', 0n],
      ['X', BigInt(number)],
      ['NEXT', BigInt(number) + 1n],
    ]);
  });

  test('a number that is only computed from a request is a constant', () => {
    const abi = abiOf(`${ioctl}\n#define X _IO(BASE, 1)\n#define NR _IOC_NR(X)\n#define NEXT (X + 1)\n`);
    expect([...abi.requests.keys()]).toEqual(['X']);
    expect(constantsOf(abi)).toEqual({ BASE: 0x78n, NR: 1n, NEXT: 0x7802n });
    const some = [
      'NR = _IOC_NR(_IO(BASE, 1))',
      'MORE = _IO(BASE, 1) + 1',
      'CAST = (int)_IO(BASE, 1)',
      'DIR = 1 | _IO(BASE, 1)',
    ];
    const inEnum = abiOf(`${ioctl}\nenum e { ${some.join(', ')}, Y = _IO(BASE, 2) | _IO(BASE, 1) };\n`);
    expect([...inEnum.requests.keys()]).toEqual([]);
  });

  test('what an enumerator carries may be declared there, and an enum stand there twice', () => {
    const twice = 'enum e { X = _IOR(BASE, 2, struct t { int a; }) };\n';
    expect(abiOf(`${ioctl}\n${twice}`).requests.get('X')?.number).toBe(0x80047802);
    const again = 'enum e { X = _IOR(BASE, 2, struct s), Y };\n';
    const abi = abiOf(`${ioctl}\n${again}${again}enum e { X = _IOR(BASE, 3, struct s) };\n`);
    expect([...abi.requests.values()].map(({ name, number }) => [name, number])).toEqual([['X', 0x80087802]]);
  });

  test('the same request on another target', () => {
    const abi = abiOf(`${ioctl}\n#define X _IOR(BASE, 2, struct s)\n`, 'arm');
    expect(abi.requests.get('X')?.sizeBytes).toBe(4);
    const inEnum = abiOf(`${ioctl}\nenum e { X = _IOR(BASE, 2, struct s) };\n`, 'arm');
    expect(inEnum.requests.get('X')?.number).toBe(0x80047802);
  });

  test('the type that a request carries is the one the header declares', () => {
    const field = abiOf('struct s { int a; };\nstruct t { struct s *b[3]; };').records.get('struct t')?.record
      .fields[0];
    expect(field === undefined ? '' : spellType(field.type)).toBe('struct s *[3]');
  });
});
