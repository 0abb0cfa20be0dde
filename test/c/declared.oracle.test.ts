/**
 * Declarations of the kinds that old headers and compilers' manuals hold, and what gcc makes of each on every target for which this
 * machine has one: size and alignment, offsets, and the values of constants.
 */

import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import { type Target, targets } from '../../src/abi/target.ts';
import { compile, findGcc } from '../oracle/gcc.ts';
import { abiOf, constantsOf } from '../support/header-source.ts';

/** `@` stands for a number that no other text has. Each declares `struct s@`. */
const records = [
  // C23 attributes, wherever they may stand.
  'struct [[gnu::packed]] s@ { char a; int b; };',
  'struct s@ { char a; [[gnu::aligned(16)]] int b; int c [[gnu::aligned(32)]]; [[__gnu__::__packed__]] long d; };',
  'struct [[gnu::aligned(32), gnu::packed]] s@ { char a; long b; };',
  'struct s@ { char a; int b; } [[gnu::packed]];',
  '[[gnu::packed]] struct s@ { char a; int b; };',
  'struct s@ { char a; int [[gnu::aligned(16)]] b; int e[2] [[gnu::aligned(16)]]; int * [[gnu::aligned(16)]] f; };',
  'typedef int t@ [[gnu::aligned(16)]]; struct s@ { char a; t@ b; };',
  '[[gnu::aligned(16)]] typedef int t@; struct s@ { char a; t@ b; };',
  'struct s@ { char a; struct { char c; int d; } [[gnu::packed]] b; union { char e; } [[gnu::aligned(16)]] f; char g; };',
  'struct s@ { char a; struct { char b; int c; } [[gnu::aligned(16)]]; char d; };',
  'struct s@ { char a; enum [[gnu::packed]] { A@ [[deprecated]] = 3 } b; int c [[deprecated("x"), other::one(1, [2])]], d; };',
  'struct s@ { char a; int (*b [[gnu::aligned(16)]])(void); [[gnu::vector_size(16)]] int c; };',
  // Atomic types (C17 §6.2.5p27).
  'struct s@ { char a; _Atomic long long b; char c; _Atomic(double) d; char e; _Atomic short f; };',
  'struct t@ { char x[3]; }; struct u@ { int x[2]; }; struct s@ { char a; _Atomic struct t@ b; struct u@ _Atomic c; };',
  'struct t@ { int x[4]; }; struct s@ { char a; _Atomic(struct t@) b; char c; long long *_Atomic d; _Atomic long long e[2]; };',
  'typedef long long t@ __attribute__((aligned(2))); struct s@ { char a; _Atomic t@ b; };',
  'struct s@ { char a; _Atomic long long b; } __attribute__((packed));',
  // Vectors (GCC manual, "Vector Extensions").
  ...[4, 8, 16, 32, 64].map(
    (size) =>
      `typedef int t@ __attribute__((vector_size(${size}))); struct s@ { char a; t@ b; t@ c[2]; char d; char e[_Alignof(t@)]; };`,
  ),
  'typedef float t@ __attribute__((vector_size(8))); struct u@ { t@ x; }; struct s@ { char a; t@ b; char c[_Alignof(struct u@)]; };',
  // Machine modes.
  'typedef unsigned t@ __attribute__((mode(word))); struct s@ { char a; t@ b; };',
  'typedef int t@ __attribute__((mode(pointer))); struct s@ { char a; t@ b; };',
  'typedef char t@ __attribute__((mode(SI))); struct s@ { char a; t@ b; char c[1 + ((t@) -1 < 0)]; };',
  'struct s@ { char a; _Complex double b; char c; _Complex short d; char e; _Complex float f; };',
  'struct s@ { char a:4; int b:4; } __attribute__((gcc_struct)); ',
  'struct s@ { char a; int b; short c; } __attribute__((ms_struct));',
  'struct t@; typedef struct t@ u@; struct t@ { int y; }; typedef struct t@ u@; struct s@ { u@ x; };',
  // Several alignments: of a type the last counts, of a field the strictest.
  'struct s@ { char a; } __attribute__((aligned(16))) __attribute__((aligned(4)));',
  'struct __attribute__((aligned(16))) s@ { char a; } __attribute__((packed, aligned(4)));',
  'struct __attribute__((aligned(4))) s@ { char a; int b; } __attribute__((aligned(16)));',
  'typedef __attribute__((aligned(16))) int t@ __attribute__((aligned(4))); struct s@ { char a; t@ b; };',
  'typedef __attribute__((aligned(4))) int t@ __attribute__((aligned(16))); struct s@ { char a; t@ b; };',
  'typedef int t@ __attribute__((aligned(16), aligned(2))); struct s@ { char a; t@ b; };',
  'typedef struct { char c; } __attribute__((aligned(16), packed, aligned(2))) t@; struct s@ { char a; t@ b; };',
  'typedef int * __attribute__((aligned(32))) __attribute__((aligned(2))) t@; struct s@ { char a; t@ b; };',
  'struct s@ { char a; int b __attribute__((aligned(16), aligned(4))); __attribute__((aligned(8))) int c __attribute__((aligned(32))); };',
  // What functions return.
  'extern long long f@(void); struct s@ { char a; __typeof__(f@()) b; char c[sizeof(f@())]; };',
  'static inline unsigned char f@(int x) { return x; } struct s@ { __typeof__(f@(0)) a[3]; };',
  'char (*f@(int))[5]; struct s@ { char a[sizeof(*f@(1))]; __typeof__(f@(1)) b; };',
  'struct t@ { short x[3]; }; struct t@ *f@(void); struct s@ { char a[sizeof(f@()->x)]; char b[sizeof(f@)]; };',
  'struct t@ { int a : 5; }; struct s@ { char a; __typeof__(((struct t@ *)0)->a + 0) b; };',
  // The length of an array that its initializer gives.
  'static int t@[] = { 1, [3] = 4, (5), }; struct s@ { char a[sizeof(t@)]; };',
  'static char t@[] = "ab" "c\\n"; static char u@[] = { "abc" }; struct s@ { char a[sizeof(t@)]; char b[sizeof(u@)]; };',
  'static const char *t@[] = { "a", "b" "c", }; struct s@ { char a[sizeof(t@)]; };',
  'static int t@[][2] = { { 1 }, { 2 }, { 3, 4 } }; static int u@[] = { [1 ... 5] = 3, 4 }; struct s@ { char a[sizeof(t@)]; char b[sizeof(u@)]; };',
  'struct s@ { char a[sizeof((int[]){ 1, 2, 3 })]; char b[sizeof((char[]){ "abc" })]; char c[sizeof((int[5]){ 1 })]; };',
];

/** Expressions of numbers that may stand in a macro. */
const values = [
  ...[
    "L'a'",
    "L'\\xffffffff'",
    "u'\\xffff'",
    "U'\\xffffffff'",
    "sizeof(u'a')",
    "L'\\xffffffff' < 0",
    "U'\\xffffffff' > 0",
  ],
  ...["L'ab'", "u'ab'", "'abcd'", "'\\377'", "'ab\\377'", "'€'", "L'€'", "u'😀'", "L'😀'", "'\\u20ac'", "L'\\u20ac'"],
  ...['sizeof(L"abc")', 'sizeof(u"abc")', 'sizeof(u8"abc")', 'sizeof("a" "b")', 'sizeof(u"€😀")', 'sizeof("a" L"b")'],
  ...[
    'sizeof(struct { int a; char b; })',
    '__builtin_offsetof(struct { char c; double x; }, x)',
    'sizeof(enum { QQ })',
  ],
  ...['((int) sizeof(struct tagged { char c; short x; }) * 3)', 'sizeof(struct { int : -!!(0); })'],
  ...['(unsigned long long) (void *) -1', '(long long) (char *) 0x80000000', '(unsigned short) (long) (void *) -1'],
  ...['__builtin_types_compatible_p(int[], int[5])', '__builtin_types_compatible_p(int, const unsigned)'],
  ...['__builtin_types_compatible_p(enum e, unsigned)', '__builtin_types_compatible_p(enum e, enum f)'],
  ...['__builtin_types_compatible_p(int *, char *)', '__builtin_types_compatible_p(int[3], int *)'],
  ...['sizeof(*(8 ? ((void *)((long)(3) * 0l)) : (int *)8)) == sizeof(int)', 'sizeof(*(1 ? (void *)0 : (int(*)[7])1))'],
  ...['sizeof(*(1 ? (int *)0 : (void *)1))', 'sizeof(*(0 ? (void *)1 : (int *)0))', 'sizeof(*(1 ? 0 : (short *)4))'],
  ...['(unsigned)(-0.5 * 100)', '(unsigned short)(1e3 * 100)', '(int)(1e9 * 3)', '(unsigned char)(2.56 * 100)'],
  ...['(long long)1e30', '(long long)-1e30', '(signed char)-129.5', '(_Bool)0.5', '(unsigned long)1e10'],
  ...['__alignof__(aligned_int)', '__alignof__(aligned_bytes)', '__alignof__(plain_int)', 'sizeof(aligned_int)'],
  ...['__builtin_constant_p("abc") ? 4 : 8', 'sizeof(__builtin_popcountll(1))', 'sizeof(undeclared(1))'],
  ...['MIXED_A', 'MIXED_A < 0', 'MIXED_B', 'sizeof(enum mixed)', 'MIXED_C'],
  ...['sizeof(EA)', 'sizeof(EB)', 'EC', 'ED', 'EE', 'INSIDE'],
  ...['__INT_FAST16_MAX__', '__UINT_LEAST8_MAX__', '__ATOMIC_SEQ_CST', 'sizeof(__INT_FAST32_TYPE__)'],
  ...[
    'sizeof(STRING(OMITS(1)))',
    'sizeof(STRING(OMITS(1,)))',
    'sizeof(STRING(OMITS(1,2)))',
    'sizeof(STRING(OMITS(1, 2)))',
  ],
  ...['sizeof(STRING(OPTS(1)))', 'sizeof(STRING(OPTS(1,2)))', 'sizeof(HASH(1))', 'sizeof(HASH())'],
];
const before = `
enum e { EA = (char) 1, EB = 0xffffffffULL, EC = sizeof(EA), ED = sizeof(EB), EE = (short) -1, INSIDE = sizeof(EE) };
enum f { FA };
enum mixed { MIXED_A = ~0ULL, MIXED_B = -1, MIXED_C = 1ULL << 62 };
extern int aligned_int __attribute__((aligned(32))), plain_int;
static char aligned_bytes[8] __attribute__((aligned(64)));
#define TEXT(x...) #x
#define STRING(x...) TEXT(x)
#define OMITS(f, ...) [f, ## __VA_ARGS__]
#define OPTS(a, ...) [a __VA_OPT__( b ) c]
#define HASH(...) #__VA_OPT__(a  __VA_ARGS__ b)
`;

const numbered = records.map((text, index) => text.replaceAll('@', String(index)));
const defined = values.map((value, index) => `#define V${index} (${value})\n`).join('');
const text = `${before}${numbered.join('\n')}\n${defined}`;

interface Answers {
  readonly layouts: readonly string[];
  readonly values: readonly bigint[];
}

function askGcc(target: Target): Answers | undefined {
  const gcc = findGcc(target.name);
  if (gcc === undefined) return undefined;
  const names = oursOn(target).fields;
  const asked = names.flatMap((fields, index) => [
    `sizeof(struct s${index})`,
    `__alignof__(struct s${index})`,
    ...fields.map((name) => `__builtin_offsetof(struct s${index}, ${name})`),
  ]);
  const all = [...asked, ...values.map((_, index) => `V${index}`)];
  const numbers = `__attribute__((section(".numbers"), used)) const unsigned long long numbers[] = { ${all.join(', ')} };`;
  const object = compile(gcc, `${text}\n${numbers}\n`);
  const section = object.section('.numbers');
  let at = 0;
  const next = (): bigint => section.getBigUint64(8 * at++, !object.isBigEndian);
  const layouts = names.map((fields) => {
    const [size, align] = [next(), next()];
    return `${size}/${align} ${fields.map((name) => `${name}@${next()}`).join(' ')}`;
  });
  return { layouts, values: values.map(() => next()) };
}

function oursOn(target: Target): Answers & { readonly fields: readonly (readonly string[])[] } {
  const abi = abiOf(text, target.name);
  expect(abi.notUnderstood).toEqual([]);
  const fields: string[][] = [];
  const layouts = numbered.map((record, index) => {
    const declaration = abi.records.get(`struct s${index}`);
    if (declaration === undefined) throw new Error(`not read: ${record}`);
    const placed = layoutOf(declaration.record, target);
    const plain = placed.fields.filter(({ field }) => field.name !== undefined && field.bitWidth === undefined);
    fields.push(plain.map(({ field }) => field.name ?? ''));
    const offsets = plain.map(({ field, offsetBits }) => `${field.name ?? ''}@${offsetBits / 8}`);
    return `${placed.sizeBytes}/${placed.alignBytes} ${offsets.join(' ')}`;
  });
  const constants = constantsOf(abi);
  return { layouts, fields, values: values.map((_, index) => BigInt.asUintN(64, constants[`V${index}`] ?? -12345n)) };
}

for (const target of targets) {
  test.skipIf(findGcc(target.name) === undefined)(`declarations mean to ${target.name} what gcc says`, () => {
    const theirs = askGcc(target);
    const ours = oursOn(target);
    const pairs = (answers: Answers | undefined): string[] => [
      ...numbered.map((record, index) => `${record} ${answers?.layouts[index] ?? ''}`),
      ...values.map((value, index) => `${value} = ${answers?.values[index] ?? ''}`),
    ];
    expect(pairs(ours)).toEqual(pairs(theirs));
  });
}

/** What gcc refuses, and a word of the reason; each costs itself and not `struct after`. */
const refused: readonly (readonly [string, string])[] = [
  ['enum e {};', 'syntax'],
  ['struct s { int a; int a; };', 'duplicate-member'],
  ['struct s { int a; struct { int b; union { int a; }; }; };', 'duplicate-member'],
  ['struct s { int n; int a[]; int b; };', 'flexible-array'],
  ['struct s { int n; int a[]; int : 0; };', 'flexible-array'],
  ['struct s { int n; int a[3][]; };', 'incomplete-type'],
  ['struct s { struct s { int x; } a; };', 'redefinition'],
  ['struct s { int a : 33; };', 'bad-bit-field'],
  ['struct s { _Atomic int a : 3; };', 'bad-bit-field'],
  ['struct s { int a[-1]; };', 'bad-array-length'],
  ['extern int x; extern long x;', 'redefinition'],
  ['typedef int x; extern int x;', 'redefinition'],
  ['typedef int x; typedef long x;', 'redefinition'],
  ['extern int x; int x(void);', 'redefinition'],
  ['enum { A }; extern int A;', 'redefinition'],
  ['extern int A; enum { A };', 'redefinition'],
  ['enum { A, B = 3, A = 0 };', 'redefinition'],
  ['enum { A = 1 }; enum { A = 2 };', 'redefinition'],
  ['struct e { int a; }; enum e { A };', 'redefinition'],
  ['struct s { int a; }; struct s { int a; int b; };', 'redefinition'],
  ['enum { A = 0x7fffffff, B };', 'enum-overflow'],
  ['enum { A = 0xffffffffffffffff, B };', 'enum-overflow'],
  ['extern int f(void)[3];', 'bad-function'],
  ['extern void a[3];', 'incomplete-type'],
  ['struct nowhere; extern struct nowhere a[3];', 'incomplete-type'],
  ['struct s { _Alignas(1) int a; };', 'bad-alignment'],
  ['struct s { _Alignas(4) int a : 3; };', 'bad-alignment'],
  ['_Alignas(8) typedef int t;', 'bad-alignment'],
  ['static typedef int t;', 'syntax'],
  ['typedef int t = 3;', 'syntax'],
  ['struct s { int a, ; };', 'syntax'],
  ['struct s { static int a; };', 'syntax'],
  ['struct s { int a __attribute__((mode(DI)))[2]; };', 'syntax'],
  ['struct s { int a[2] __attribute__((mode(DI))); };', 'unknown-mode'],
  ['typedef _Bool t __attribute__((mode(SI)));', 'unknown-mode'],
  ['extern int x __attribute__((vector_size(24)));', 'bad-vector'],
  ["enum { A = u8'a' };", 'syntax'],
  ["#if u8'a'\n#endif", 'bad-condition'],
];

describe('what gcc refuses is a diagnostic', () => {
  const gcc = findGcc('x86_64');
  test.each(refused)('%s', (declaration, code) => {
    const whole = `${declaration}\nstruct after { int a; };\n`;
    const abi = abiOf(whole);
    expect(abi.notUnderstood.map((one) => one.code)).toEqual([code]);
    expect(abi.notUnderstood[0]?.location?.line).toBe(1);
    expect(abi.records.has('struct after')).toBe(true);
    if (gcc === undefined) return;
    const parameters = [...gcc.flags, '-std=gnu17', '-w', '-fsyntax-only', '-x', 'c', '-'];
    expect(spawnSync(gcc.command, parameters, { input: whole }).status).not.toBe(0);
  });

  test.each([
    ['i386', 'struct s { __int128 a; };'],
    ['arm', 'typedef int t __attribute__((mode(TI)));'],
    ['m68k', 'struct s { _Float128 a; };'],
    ['riscv64', 'struct s { _Float16 a; };'],
    ['arm64', 'struct s { __float128 a; };'],
    ['arm', 'typedef float t __attribute__((mode(XF)));'],
  ] as const)('for %s: %s', (name, declaration) => {
    expect(abiOf(declaration, name).notUnderstood.map(({ code }) => code)).toEqual([
      declaration.includes('mode') ? 'unknown-mode' : 'unknown-type',
    ]);
    const other = findGcc(name);
    if (other === undefined) return;
    const parameters = [...other.flags, '-std=gnu17', '-w', '-fsyntax-only', '-x', 'c', '-'];
    expect(spawnSync(other.command, parameters, { input: declaration }).status).not.toBe(0);
  });
});

describe('layouts that gcc knows and uabi does not are not guessed', () => {
  test.each([
    ['x86_64', 'struct s { char a : 4; int b : 4; } __attribute__((ms_struct));'],
    ['ppc', 'struct s { char a : 4; int b : 4; } __attribute__((ms_struct));'],
    ['x86_64', 'struct s { int a : 4; } __attribute__((scalar_storage_order("big-endian")));'],
    ['s390x', 'struct s { int a; } __attribute__((scalar_storage_order("little-endian")));'],
    ['x86_64', '#pragma scalar_storage_order big-endian\nstruct s { int a; };'],
    ['s390x', 'struct s { int a;\n_Pragma("scalar_storage_order little-endian")\n};'],
    ['x86_64', '#pragma scalar_storage_order big-endian\n#pragma scalar_storage_order middle\nunion s { int a; };'],
  ] as const)('%s: %s', (name, declaration) => {
    const abi = abiOf(declaration, name);
    expect(abi.notUnderstood.map(({ code }) => code)).toEqual(['unknown-layout']);
    expect(abi.records.size).toBe(0);
  });

  test.each([
    ['arm64', 'struct s { char a : 4; int b : 4; } __attribute__((ms_struct));'],
    ['s390x', 'struct s { int a : 4; } __attribute__((scalar_storage_order("big-endian")));'],
    ['s390x', '#pragma scalar_storage_order big-endian\nstruct s { int a : 4; };'],
    ['x86_64', '#pragma scalar_storage_order big-endian\nstruct s { int a;\n#pragma scalar_storage_order default\n};'],
    [
      'x86_64',
      '#pragma scalar_storage_order big-endian\nstruct s { int a; } __attribute__((scalar_storage_order("little-endian")));',
    ],
  ] as const)('but %s: %s', (name, declaration) => {
    expect(abiOf(declaration, name).notUnderstood).toEqual([]);
  });
});

describe('__has_builtin', () => {
  const asked =
    `__builtin_expect __builtin_bswap64 __builtin_foo __builtin_assume __builtin_counted_by_ref __sync_fetch_and_add_4
    __sync_swap __atomic_load_n __atomic_add_fetch_n __atomic_clear __atomic_foo memcpy __builtin_memcpy __builtin_addc __builtin_bswap128
    __sync_fetch_and_add_16 __builtin_cpu_supports __is_trivially_copyable`.split(/\s+/);
  const source = asked.map((name, at) => `#if __has_builtin(${name})\nextern int yes${at};\n#endif\n`).join('');
  test.each(['x86_64', 'arm64', 'm68k'] as const)('on %s', (name) => {
    const gcc = findGcc(name);
    if (gcc === undefined) return;
    const { stdout } = spawnSync(gcc.command, [...gcc.flags, '-E', '-P', '-x', 'c', '-'], {
      input: source,
      encoding: 'utf8',
    });
    const theirs = asked.filter((_, at) => new RegExp(`\\byes${at};`).test(stdout));
    const probes = asked.map((one, at) => `#if __has_builtin(${one})\n#define Y${at} 1\n#endif\n`).join('');
    const constants = constantsOf(abiOf(probes, name));
    expect(asked.filter((_, at) => constants[`Y${at}`] === 1n)).toEqual(theirs);
  });
});

test('characters in #if are as signed as their types', () => {
  const conditions = [
    "'\\377' - 256 < 0",
    "'a' - 98 < 0",
    "'ab' - 0x7000 < 0",
    "L'a' - 98 < 0",
    "L'\\xffffffff' < 0",
    "L'ab' == 98",
  ];
  const more = ["u'\\xffff' - 0x10000 < 0", "U'\\xffffffff' < 0", "'\\377\\377\\377\\377' < 0", "u'ab' == 98"];
  const all = [...conditions, ...more];
  const source = all.map((one, at) => `#if ${one}\nextern int yes${at};\n#endif\n`).join('');
  const probes = all.map((one, at) => `#if ${one}\n#define Y${at} 1\n#endif\n`).join('');
  for (const { name } of targets) {
    const gcc = findGcc(name);
    if (gcc === undefined) continue;
    const { stdout } = spawnSync(gcc.command, [...gcc.flags, '-E', '-P', '-x', 'c', '-'], {
      input: source,
      encoding: 'utf8',
    });
    const theirs = all.filter((_, at) => new RegExp(`\\byes${at};`).test(stdout));
    const constants = constantsOf(abiOf(probes, name));
    expect({ name, true: all.filter((_, at) => constants[`Y${at}`] === 1n) }).toEqual({ name, true: theirs });
  }
});

test('what differs from place to place is no constant', () => {
  const abi = abiOf('#define A __LINE__\n#define B (__COUNTER__ + 1)\n#define C A\n#define D (sizeof(int))\n');
  expect(constantsOf(abi)).toEqual({ D: 4n });
});
