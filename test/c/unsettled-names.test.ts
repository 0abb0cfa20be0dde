/** Which names a change of a text can reach: expected by hand, from what a compiler would make of the texts. */

import { describe, expect, test } from 'vitest';
import { type SpellingTable, tokenize } from '../../src/c/tokenize.ts';
import type { TokenFile } from '../../src/c/token.ts';
import { SearchedText } from '../../src/c/unsettled/searched-text.ts';
import { type Unsettled, unsettledNames } from '../../src/c/unsettled/unsettled-names.ts';

/** What conditions ask for that no text here defines, as if a C library did. */
const asked: ReadonlySet<string> = new Set(['A', 'B', 'C', 'D', '__GLIBC__']);

/** What `h.h` changing from one text to another unsettles, where `others` are read as well. */
function unsettled(old: string, next: string, others: readonly string[] = [], mostNames = 400): Unsettled | undefined {
  const spellings: SpellingTable = new Map();
  const texts: SearchedText[] = [];
  const open = (name: string, text: string): SearchedText => {
    const cutPart = (part: string): TokenFile => tokenize({ name, path: name, text: part }, spellings);
    const searched = new SearchedText({ name, path: name, text }, { cut: () => cutPart(text), cutPart });
    texts.push(searched);
    return searched;
  };
  const versions = { old: open('h.h', old).tokens, new: open('h.h', next).tokens };
  for (const [at, text] of others.entries()) open(`other${at}.h`, text);
  return unsettledNames([versions], texts, { mostHeaders: 12, mostNames }, (name) => asked.has(name));
}

/** The names of the files that decide what is unsettled, whatever includes it. */
function decidersOf({ files, decidersOf: of }: Unsettled): ReadonlySet<string> {
  return new Set([...files].flatMap((file) => [...of(file).always].map(({ name }) => name)));
}

function namesOf(old: string, next: string, others: readonly string[] = []): string[] | undefined {
  const found = unsettled(old, next, others);
  return found && [...found.names].sort();
}

describe('names that a change can reach', () => {
  const base = '#define ONE 1\n#define TWO (ONE + 1)\n#define FOUR (TWO * 2)\n#define TEN 10\n';

  test.each([
    ['a macro, and whatever is made from it', base, base.replace('ONE 1', 'ONE 3'), ['FOUR', 'ONE', 'TWO']],
    ['a macro that comes', base, `${base}#define SIX 6\n`, ['SIX']],
    ['a macro that goes', base, base.replace('#define TEN 10\n', ''), ['TEN']],
    ['nothing, for a comment', base, `/* a remark */\n${base}`, []],
    ['nothing, for white space inside a line', base, base.replace('(ONE + 1)', '(ONE  +\t1)'), []],
    ['a macro that takes an argument now', base, base.replace('TWO (', 'TWO('), ['FOUR', 'TWO']],
    ['a macro that is forgotten', base, base.replace('#define TEN', '#undef TWO\n#define TEN'), ['FOUR', 'TWO']],
  ])('%s', (_what, old, next, names) => {
    expect(namesOf(old, next)).toEqual(names);
  });

  test.each([
    ['struct s { int a; };', 'struct s { long a; };', ['M', 's']],
    ['typedef struct { int a; } s;', 'typedef struct { int a, b; } s;', ['M', 's']],
    ['enum e { s, t };', 'enum e { r, s, t };', ['M', 'e', 'r', 's', 't']],
    ['typedef int s;', 'typedef long s;', ['M', 's']],
    ['typedef int r, s;', 'typedef long r, s;', ['M', 'r', 's']],
    ['typedef foo_t s;', 'typedef bar_t s;', ['M', 's']],
    [
      'struct r { int a; };\nstruct s {\nstruct r r;\n};',
      'struct r { long a; };\nstruct s {\nstruct r r;\n};',
      ['M', 'r', 's'],
    ],
    [
      'struct s\n{\n int a;\n}\n__attribute__((packed));',
      'struct s\n{\n long a;\n}\n__attribute__((packed));',
      ['M', 's'],
    ],
    ['typedef struct\n{\n int a;\n}\ns;', 'typedef struct\n{\n long a;\n}\ns;', ['M', 's']],
    [
      'struct r { int a; } ;\nextern "C" {\nstruct s { int a; };\n}',
      'struct r { int a; } ;\nextern "C" {\nstruct s { long a; };\n}',
      ['M', 's'],
    ],
  ])('what %s declares', (old, next, names) => {
    const users = '#define M sizeof(s)\n#define N 4\nstruct other { int x; };\n';
    expect(namesOf(`${old}\n${users}`, `${next}\n${users}`)).toEqual(names);
  });

  test('those of other headers that mention one', () => {
    const others = [
      '#include "h.h"\n#define A B\nstruct t { int x[B]; };\n',
      'struct u { struct t t; };\n#define C 1\n',
    ];
    expect(namesOf('#define B 1\n', '#define B 2\n', others)).toEqual(['A', 'B', 't', 'u']);
  });

  test('what stands on another line, where a macro asks for that', () => {
    expect(namesOf('\n#define HERE __LINE__\n#define X 1\n', '#define HERE __LINE__\n#define X 1\n')).toEqual(['HERE']);
  });

  test.each([
    ['that comes', '', '#include <other0.h>\n', ['V']],
    ['that goes', '#include <other0.h>\n', '', ['V']],
    ['of what includes more', '', '#include <other1.h>\n', ['V', 'W']],
    ['of what is not there', '', '#include <nowhere.h>\n', []],
    [
      'of what was there before',
      '#include <other0.h>\n',
      '#include <other0.h>\n#include <other1.h>\n#include <other0.h>\n',
      ['W'],
    ],
  ])('what stands behind an include %s', (_what, old, next, names) => {
    const others = [
      '#ifndef V_H\n#define V_H\n#define V 1\n#endif\n',
      '#ifndef W_H\n#define W_H\n#include <other0.h>\n#define W 1\n#endif\n',
      '#define USES V\n',
    ];
    const more = names.includes('V') ? ['USES'] : [];
    expect(namesOf(`${old}#define A 1\n`, `${next}#define A 1\n`, others)).toEqual([...names, ...more].sort());
  });

  test.each([
    ['is named by a macro', '#include WHERE\n'],
    ['says something each time', '#include <other0.h>\n'],
  ])('cannot be told where what is included %s', (_what, include) => {
    expect(unsettled('#define A 1\n', `${include}#define A 1\n`, ['#define V 1\n'])).toBeUndefined();
  });

  test('are not said where they are too many', () => {
    expect(unsettled(base, base.replace('ONE 1', 'ONE 3'), [], 3)?.names).toContain('FOUR');
    expect(unsettled(base, base.replace('ONE 1', 'ONE 3'), [], 2)).toBeUndefined();
  });

  test('two places that changed leave what is between them alone', () => {
    const between = Array.from({ length: 50 }, (_, at) => `#define M${at} ${at}\n`).join('');
    expect(namesOf(`#define A 1\n${between}#define Z 1\n`, `#define A 2\n${between}#define Z 2\n`)).toEqual(['A', 'Z']);
  });

  test('may be decided upon by macros of other files, but for those that are always there', () => {
    const isDecidedElsewhere = (before: string, others: readonly string[] = []): boolean => {
      const found = unsettled(`${before}\n#define A 1\n#endif\n`, `${before}\n#define A 2\n#endif\n`, others);
      return found !== undefined && decidersOf(found).has('other0.h');
    };
    const wanting = ['#define WANTED\n#include "h.h"\n'];
    expect(isDecidedElsewhere('#ifndef H_H\n#define H_H')).toBe(false);
    expect(isDecidedElsewhere('#ifdef __KERNEL__')).toBe(false);
    expect(isDecidedElsewhere('#define OWN 1\n#if OWN', wanting)).toBe(false);
    expect(isDecidedElsewhere('#ifdef WANTED', wanting)).toBe(true);
    expect(isDecidedElsewhere('#ifdef WANTED', ['#undef WANTED\n#include "h.h"\n'])).toBe(true);
    // Who reads h.h by itself does not read it through the one that defines the macro.
    expect(isDecidedElsewhere('#ifdef WANTED', ['#define WANTED\n#include <h.h>\n'])).toBe(true);
    expect(isDecidedElsewhere('#ifdef WANTED\n#define OWN\n#endif\n#ifdef OWN', wanting)).toBe(true);
    expect(isDecidedElsewhere('#define OWN (WANTED + 1)\n#if OWN > 1', wanting)).toBe(true);
    expect(isDecidedElsewhere('#include <other0.h>\n#ifdef WANTED', ['#define WANTED\n'])).toBe(false);
    expect(isDecidedElsewhere('#ifdef IF\n#include <other0.h>\n#endif\n#ifdef WANTED', ['#define WANTED\n'])).toBe(
      true,
    );
    expect(isDecidedElsewhere('#include <other0.h>\n#ifdef WANTED', ['#ifdef IF\n#define WANTED\n#endif\n'])).toBe(
      false,
    );
    const inTurn = ['#define IF\n', '#ifdef IF\n#define WANTED\n#endif\n'];
    expect(isDecidedElsewhere('#include <other1.h>\n#ifdef WANTED', inTurn)).toBe(true);
  });

  test.each([
    ['that comes', '#define X 1\n', '#ifdef C\n#define X 1\n#else\n#define X 2\n#endif\n', ['X']],
    [
      'of which only the branch changes',
      '#ifdef C\n#else\n#define X 1\n#endif\n',
      '#ifdef C\n#define X 1\n#else\n#endif\n',
      ['X'],
    ],
    ['that says something else', '#if C\n#define X 1\n#endif\n', '#if C > 1\n#define X 1\n#endif\n', ['X']],
    [
      'in front of the one that decides',
      '#if C\n#elif D\n#define X 1\n#else\nstruct s { int a; };\n#endif\n',
      '#if C > 1\n#elif D\n#define X 1\n#else\nstruct s { int a; };\n#endif\n',
      ['X', 's'],
    ],
    [
      'inside a record',
      'struct s {\n#ifdef C\nint a;\n#endif\nint b;\n};\n',
      'struct s {\n#ifdef D\nint a;\n#endif\nint b;\n};\n',
      ['s'],
    ],
    [
      'that asks for what changes',
      '#define A 1\n#if A\n#define X 1\n#if C\nstruct s { int a; };\n#endif\n#endif\n#define Z 1\n',
      '#define A 2\n#if A\n#define X 1\n#if C\nstruct s { int a; };\n#endif\n#endif\n#define Z 1\n',
      ['A', 'X', 's'],
    ],
  ])('are all those under a condition %s', (_what, old, next, names) => {
    const users = '#define USES X\nstruct t { struct s s; };\n#define OTHER 1\n';
    const more = [...names, ...(names.includes('X') ? ['USES'] : []), ...(names.includes('s') ? ['t'] : [])];
    expect(namesOf(`${old}${users}`, `${next}${users}`)).toEqual(more.sort());
  });

  test.each([
    ['other words are joined', '#define CAT(a, b) a ## b\n#define X CAT(A, C)\n'],
    ['something else is in front', '#define M(x) F_ ## x\n#define X M(B) M(A)\n'],
    ['a comma is joined', '#define CALL(f, args...) f(0, ## args)\nCALL(g, A, B);\n'],
  ])('are no others where %s', (_what, joining) => {
    // Both words stand in the text.
    const text = `#define A 1\n#define B 2\n${joining}`;
    expect(namesOf(`${text}#define AB 1\n`, `${text}#define AB 2\n`)).toEqual(['AB']);
  });

  test('come with those who define what changed conditions ask for: they may make nonsense of it', () => {
    const defining = '#define WANTED nonsense\n';
    const asking = unsettled('', '#if WANTED > 1\n#endif\n', [defining]);
    const askingElsewhere = unsettled('#define A 1\n', '#define A 2\n', [defining, '#if A + WANTED\n#endif\n']);
    expect(asking && decidersOf(asking)).toContain('other0.h');
    expect(askingElsewhere && decidersOf(askingElsewhere)).toContain('other0.h');
  });

  test('are those of other headers that ask for what changes', () => {
    const asking = '#ifndef A\n#define A 5\n#endif\n#if A > 2\ntypedef int a_t;\n#else\ntypedef long a_t;\n#endif\n';
    expect(namesOf('', '#define A 1\n', [asking])).toEqual(['A', 'a_t']);
  });
});

describe('conditions that ask for what nobody defines', () => {
  const own = '#define X 1\nstruct s {\n int a;\n};\n';
  const ofMany = 'struct s {\n int a;\n int b;\n int c;\n};\n';
  const alone = `#define FIRST 1\n${own}`;
  const around = (condition: string, text = own): string => `#define FIRST 1\n${condition}\n${text}#endif\n`;

  test.each([
    ['with another name', around('#ifndef __ASSEMBLY__'), around('#ifndef __ASSEMBLER__')],
    ['that come', alone, around('#ifndef __ASSEMBLER__')],
    ['that go', around('#if !defined(__ASSEMBLER__) && !defined __ASSEMBLY__'), alone],
    ['written otherwise', around('#if !defined(__ASSEMBLER__)'), around('#ifndef __ASSEMBLY__')],
    [
      'and for what somebody does',
      around('#if C && !defined(__ASSEMBLY__)'),
      around('#if C && !defined(__ASSEMBLER__)'),
    ],
    [
      'inside a record',
      ofMany,
      ofMany.replace(' int a;', '#ifndef __ASSEMBLER__\n int a;').replace('};', '#endif\n};'),
    ],
    ['with another branch', own, `#ifdef __ASSEMBLER__\n#else\n${own}#endif\n`],
    ['and decide about nothing', own, `${own}#ifdef __ASSEMBLER__\n#endif\n`],
    ['in branches', around('#if C\n#elif !defined(__ASSEMBLY__)'), around('#if C\n#elif !defined(__ASSEMBLER__)')],
  ])('change nothing: %s', (_what, old, next) => {
    expect(unsettled(old, next)?.files.size).toBe(0);
    expect(namesOf(old, next)).toEqual([]);
  });

  test.each([
    ['are met by nobody now', alone, around('#ifdef __ASSEMBLER__'), ['X', 's']],
    ['are asked the other way round', around('#ifdef __ASSEMBLY__'), around('#ifndef __ASSEMBLY__'), ['X', 's']],
    ['come for a part', own, own.replace('#define X 1', '#ifdef __ASSEMBLER__\n#define X 1\n#endif'), ['X']],
    ['have another branch', around('#ifndef __ASSEMBLER__'), around('#ifndef __ASSEMBLER__\n#else'), ['X', 's']],
    ['ask for what a C library defines', alone, around('#ifndef __GLIBC__'), ['X', 's']],
    ['ask for what a compiler defines', around('#ifndef __ASSEMBLER__'), around('#ifndef __i386__'), ['X', 's']],
    ['ask for what C++ has', around('#ifndef __ASSEMBLER__'), around('#ifndef __cplusplus'), ['X', 's']],
    ['ask the preprocessor', around('#if 1'), around('#if __has_include(<x.h>)'), ['X', 's']],
    ['are nonsense', alone, around('#if !__ASSEMBLER__ +'), ['X', 's']],
  ])('change what they decide about where they %s', (_what, old, next, names) => {
    expect(namesOf(old, next)).toEqual(names);
  });

  test('are open where a header defines it', () => {
    const [old, next] = [around('#ifndef __ASSEMBLY__'), around('#ifndef __ASSEMBLER__')];
    expect(namesOf(old, next, ['#define __ASSEMBLY__ 1\n#include "h.h"\n'])).toEqual(['X', 's']);
    expect(namesOf(old, next, ['#undef __ASSEMBLER__\n'])).toEqual(['X', 's']);
  });
});

describe('where several files make one declaration', () => {
  test('nothing is said', () => {
    const inside = ['struct s {\n#include "h.h"\n};\n#define M sizeof(struct s)\n'];
    expect(unsettled('int a;\n', 'long a;\n', inside)).toBeUndefined();
    const around = ['struct s {\n', '};\n', '#include "open.h"\n#include "h.h"\n#include "close.h"\n'];
    expect(unsettled('int a;\n', 'long a;\n', around)).toBeUndefined();
  });

  test('what macros make nothing of is no declaration', () => {
    const table = '__NR(1, a)\n__NR(2, b)\n';
    const nothing = `#define __CALL(nr, call)\n#define __NR(nr, call) __CALL(nr, call)\n${table}`;
    expect(namesOf('#define A 1\n', '#define A 2\n', [`${nothing}#include "h.h"\n${table}`])).toEqual(['A']);
    expect(
      unsettled('int a;\n', 'long a;\n', [`#define __NR(nr, call) int\n${table}#include "h.h"\n`]),
    ).toBeUndefined();
    expect(unsettled('int a;\n', 'long a;\n', [`${table}#include "h.h"\n`])).toBeUndefined();
  });

  test('extern "C" is no declaration', () => {
    const cxx = ['extern "C" {\n#include "h.h"\nint f(void);\n}\n'];
    expect(namesOf('#define A 1\n', '#define A 2\n', cxx)).toEqual(['A']);
  });
});

describe('an include guard with another name', () => {
  const guarded = (guard: string, text: string): string =>
    `#ifndef ${guard}\n#define ${guard}\n${text}#endif /* ${guard} */\n`;
  const own = '#define A 1\nstruct s { int a; };\n';

  test.each([
    ['changes nothing', guarded('H_', own), []],
    ['asked for in another way changes nothing', guarded('H_', own).replace('#ifndef H_', '#if !defined(H_)'), []],
    ['changes nothing beside what else changes', guarded('H_', own.replace('int', 'long')), ['s']],
  ])('%s', (_what, next, names) => {
    expect(namesOf(guarded('H', own), next, ['#define H_FLAG 1\n#define __H 2\n'])).toEqual(names);
  });

  test.each(['__i386__', '__cplusplus', '__GLIBC__'])('is none where %s may be defined anyway', (guard) => {
    expect(namesOf(guarded('H', own), `#ifndef ${guard}\n${own}#endif\n`)).toBeUndefined();
  });

  test('may change much where it was no number and is one', () => {
    expect(namesOf(guarded('H', own), guarded('H_', own).replace('#define H_', '#define H_ 1'))).toBeUndefined();
  });

  test.each([
    ['asks for the old name', '#ifdef H\n#define B 1\n#endif\n'],
    ['has the new name for a guard', guarded('H_', '#define B 1\n')],
    ['joins the name', '#define JOIN(a) a ## _\n#if JOIN(H)\n#define B 1\n#endif\n'],
  ])('may change much where somebody %s', (_what, other) => {
    expect(namesOf(guarded('H', own), guarded('H_', own), [other])).toBeUndefined();
  });
});

describe('tags that macros declare', () => {
  const group = (field: string): string =>
    `#define TAGGED(t) t\n#define GROUP(T, n, a, m...) union { struct { ${field} m }; struct TAGGED(T) a { ${field} m } n; }\n`;
  const empty = '#define TAGGED(t) t\n#define EMPTY\n';
  const [old, next] = [group(''), group('int more;')];
  const named = '#define SIZE sizeof(struct inner)\n#define LAST struct own\n';

  test.each([
    [
      'an argument',
      ['struct own {\nGROUP(inner, f, __attribute__((packed)), int a;);\n};\n'],
      ['LAST', 'SIZE', 'inner', 'own'],
    ],
    [
      'an argument that is a macro only where it is called',
      ['#define inner(x) x\nstruct own {\nGROUP(inner, f, , int a;);\n};\n'],
      ['LAST', 'SIZE', 'inner', 'own'],
    ],
    ['no argument', ['struct own {\nGROUP(, f, , int inner;);\n};\n'], ['LAST', 'own']],
    [
      'what a macro stands for',
      ['#define NAME inner\nstruct own {\nGROUP(NAME, f, , int a;);\n};\n'],
      ['LAST', 'NAME', 'SIZE', 'inner', 'own'],
    ],
    [
      'two of them',
      ['struct own {\nGROUP(inner, f, , int a;);\nGROUP(other, g, , int a;);\n};\n'],
      ['LAST', 'SIZE', 'inner', 'other', 'own'],
    ],
  ])('by %s', (_what, others, names) => {
    expect(namesOf(old, next, [...others, named])).toEqual(['GROUP', ...names]);
  });

  test('with a name of their own', () => {
    const text = '#define FIELD struct inner { int a; } f\nstruct own {\nFIELD;\nint x;\n};\n';
    expect(namesOf(text, text.replace('int x', 'long x'), [named])).toEqual(['FIELD', 'LAST', 'SIZE', 'inner', 'own']);
  });

  test('with attributes before the name', () => {
    const text = `${empty}#define FIELD(t) struct __attribute__((packed)) EMPTY t { int a; } f\nstruct own {\nFIELD(inner);\nint x;\n};\n`;
    expect(namesOf(text, text.replace('int x', 'long x'), [named, '#define packed 1\n'])).toEqual([
      'LAST',
      'SIZE',
      'inner',
      'own',
    ]);
  });

  test('are not all that the text declares', () => {
    const text = 'struct own {\nGROUP(inner, f, , int a;);\n};\n';
    const found = unsettled(old, next, [text]);
    const [file] = [...(found?.files ?? [])].filter(({ name }) => name === 'other0.h');
    expect(file && found?.declaredBy(file)).toBeUndefined();
  });

  test.each([
    ['a name that is joined', '#define FIELD(t) struct t ## _s { int a; } f\n', 'FIELD(inner)'],
    [
      'a name that another macro joins',
      '#define JOIN(t) t ## _s\n#define FIELD(t) struct t { int a; } f\n',
      'FIELD(JOIN(inner))',
    ],
    [
      'a macro that calls the macro',
      '#define FIELD(t) struct t { int a; } f\n#define MORE(t) FIELD(t)\n',
      'MORE(inner)',
    ],
  ])('are not guessed for %s', (_what, macros, field) => {
    const text = `${macros}struct own {\n${field};\nint x;\n};\n`;
    expect(namesOf(text, text.replace('int x', 'long x'))).toBeUndefined();
  });
});

describe('nothing is said', () => {
  const plain = '#define A 1\n';

  test.each([
    ['an include guard comes', plain, `#ifndef G\n#define G\n${plain}#endif\n`],
    ['a condition decides about an include', '#if A\n#include "a.h"\n#endif\n', '#if B\n#include "a.h"\n#endif\n'],
    [
      'what changes decides about an include',
      '#define A 1\n#if A\n#include "a.h"\n#endif\n',
      '#define A 2\n#if A\n#include "a.h"\n#endif\n',
    ],
    ['a condition is left open', `#if 1\n${plain}#endif\n`, `#if 1\n${plain}`],
    ['an include changes', '#include "a.h"\n', '#include "b.h"\n'],
    ['packing changes', '#pragma pack(1)\nstruct s { int a; };\n', '#pragma pack(2)\nstruct s { int a; };\n'],
    ['macros are put aside', '#define A 1\n#pragma push_macro("A")\n', '#define A 2\n#pragma push_macro("A")\n'],
    [
      '## may form the name',
      '#define CAT(a, b) a ## b\n#define AB 1\n#define X CAT(A, B)\n',
      '#define CAT(a, b) a ## b\n#define AB 2\n#define X CAT(A, B)\n',
    ],
    [
      '## may form the name of a word that is fixed',
      '#define CAT(b) A ## b\n#define AB 1\n#define X CAT(B)\n',
      '#define CAT(b) A ## b\n#define AB 2\n#define X CAT(B)\n',
    ],
    [
      '## may form the name of what is handed on',
      '#define CAT2(a, b) a ## b\n#define CAT(a, b) CAT2(a, b)\n#define AB 1\n#define LAST B\n#define X CAT(A, LAST)\n',
      '#define CAT2(a, b) a ## b\n#define CAT(a, b) CAT2(a, b)\n#define AB 2\n#define LAST B\n#define X CAT(A, LAST)\n',
    ],
    [
      '## may form the name piece by piece',
      '#define CAT2(a, b) a ## b\n#define CAT(a, b) CAT2(a, b)\n#define ABC 1\n#define X CAT(A, CAT2(B, C))\n',
      '#define CAT2(a, b) a ## b\n#define CAT(a, b) CAT2(a, b)\n#define ABC 2\n#define X CAT(A, CAT2(B, C))\n',
    ],
    [
      '## may form the name of a word and a number',
      '#define CAT(a, b) a ## b\n#define A128 1\n#define X CAT(A, 128)\n',
      '#define CAT(a, b) a ## b\n#define A128 2\n#define X CAT(A, 128)\n',
    ],
    [
      'a macro that joins is called by another name',
      '#define CAT(a, b) a ## b\n#define AB 1\n#define TWO(f) f(A, B)\n#define X TWO(CAT)\n',
      '#define CAT(a, b) a ## b\n#define AB 2\n#define TWO(f) f(A, B)\n#define X TWO(CAT)\n',
    ],
    [
      'a macro opens a brace',
      '#define BEGIN {\nstruct s BEGIN\nint a;\nint b;\n};\n',
      '#define BEGIN {\nstruct s BEGIN\nint a;\nlong b;\n};\n',
    ],
    [
      'macros that lead to each other declare',
      '#define A B C\n#define B A\n#define C enum { E };\nA struct s { int a; };\nB struct t { int b; };\n',
      '#define A B C\n#define B A\n#define C enum { E };\nA struct s { int a; };\nB struct t { long b; };\n',
    ],
    [
      'a tag is a macro',
      '#define TAG t\nstruct TAG { int a; };\n#define M sizeof(struct t)\n',
      '#define TAG t\nstruct TAG { long a; };\n#define M sizeof(struct t)\n',
    ],
    [
      'a macro declares enumerators',
      '#define E(x) X_ ## x,\nenum e { E(A) };\n',
      '#define E(x) X_ ## x,\nenum e { E(A) E(B) };\n',
    ],
    [
      'branches close other braces',
      'struct s {\n#ifdef A\nint a; };\n#else\nint b;\n};\n#endif\n',
      'struct s {\n#ifdef A\nint a; };\n#else\nlong b;\n};\n#endif\n',
    ],
    [
      'a declaration begins above its branches',
      'typedef int\n#ifdef X\na;\n#else\nb;\n#endif\n',
      'typedef long\n#ifdef X\na;\n#else\nb;\n#endif\n',
    ],
  ])('where %s', (_why, old, next) => {
    expect(unsettled(old, next)).toBeUndefined();
  });
});

describe('other words for a type', () => {
  test.each([
    ['typedef __signed__ char s8;', 'typedef signed char s8;'],
    ['typedef unsigned u;', 'typedef unsigned int u;'],
    ['typedef const unsigned u;', 'typedef const unsigned int u;'],
    ['typedef long long unsigned u;', 'typedef unsigned long long int u;'],
    ['struct s { short int a; signed b : 3; };', 'struct s { signed short a; int b : 3; };'],
    ['struct s {\nunsigned a;\nvoid *b;\n};', 'struct s {\nunsigned int a;\nvoid *b;\n};'],
    [
      'struct s { int (*f)(long); } __attribute__((packed));',
      'struct s { int (*f)(long int); } __attribute__((packed));',
    ],
  ])('%s changes nothing', (old, next) => {
    expect(namesOf(`${old}\n`, `${next}\n`)).toEqual([]);
  });

  test.each([
    ['another size', 'typedef long s;', 'typedef long long s;'],
    ['another sign', 'typedef unsigned s;', 'typedef int s;'],
    ['a sign for char', 'typedef char s;', 'typedef signed char s;'],
    ['a real number', 'typedef long double s;', 'typedef long int double s;'],
    ['no type', 'typedef unsigned int s;', 'typedef unsigned signed int s;'],
    ['no type, around a qualifier', 'typedef unsigned const int s;', 'typedef unsigned const signed s;'],
    ['no type, in several lines', 'typedef unsigned\nint s;', 'typedef unsigned\nsigned s;'],
    [
      'no type, around a condition',
      'typedef unsigned\n#ifdef A\nlong\n#endif\nint s;',
      'typedef unsigned\n#ifdef A\nlong\n#endif\nsigned s;',
    ],
  ])('%s is a change', (_what, old, next) => {
    expect(namesOf(`${old}\n`, `${next}\n`)).toContain('s');
  });

  test.each([
    ['that a macro is', '#define signed unsigned\ntypedef X s;\n', 'int', 'signed int'],
    ['that a macro sees', '#define M(t) sizeof #t\nstruct s { int a[M(X)]; };\n', 'unsigned', 'unsigned int'],
    ['in a macro', '#define s #X\n', 'unsigned', 'unsigned int'],
  ])('are a change where they are words %s', (_what, text, one, other) => {
    expect(namesOf(text.replace('X', one), text.replace('X', other))).toContain('s');
  });
});
