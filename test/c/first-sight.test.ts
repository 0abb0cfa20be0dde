/** What a text shows before it is cut into tokens, against what its tokens say: it may show less, and never anything else. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tokenize } from '../../src/c/tokenize.ts';
import { firstSight } from '../../src/c/unsettled/first-sight.ts';
import { SearchedText } from '../../src/c/unsettled/searched-text.ts';
import { nameOf, type TextUnit } from '../../src/c/unsettled/text-unit.ts';
import { TextUnits } from '../../src/c/unsettled/text-units.ts';

function cut(text: string): TextUnits {
  return new TextUnits(tokenize({ name: 'h.h', path: 'h.h', text }, new Map<string, string>()));
}

/** The macros that join tokens. */
function pastingIn({ file, distinct }: TextUnits): readonly string[] {
  const macros = distinct.filter(({ kind }) => kind === 'define').map(({ start, end }) => file.texts.slice(start, end));
  return macros.filter((texts) => texts.includes('##')).map((texts) => texts.join(' '));
}

/** What a text does not show rightly. */
function mistakesOf(text: string): readonly string[] {
  const sight = firstSight(text);
  if (sight === 'unclear') return [];
  const units = cut(text);
  const isNaming = ({ kind }: TextUnit): boolean => kind === 'define' || kind === 'undef';
  const named = units.distinct.filter(isNaming).flatMap((unit) => nameOf(units.file, unit) ?? []);
  const names = new Set(sight.macroNames);
  const joining = new Set(pastingIn(cut(sight.pasting)));
  const isWhole = units.unfinished.length === 0 && !units.hasStray;
  return [
    ...(sight.isWhole && !isWhole ? ['a declaration goes on elsewhere'] : []),
    ...(sight.areMacrosBalanced && !units.areMacrosBalanced ? ['a macro leaves braces open'] : []),
    ...pastingIn(units).filter((one) => !joining.has(one)),
    ...named.filter((name) => !names.has(name)).map((name) => `${name} is defined`),
  ];
}

const piece = fc.constantFrom(
  ...['int f(void) {', 'struct s f(int a)\n{', 'struct __attribute__((packed)) {', 'struct s __packed(1) {', 'f(', ')'],
  ...['struct s {', '}', '};', '{', 'int a;', 'int', ';', 'extern "C" {', 'extern "C"', '"C"', '}\n', '} x;'],
  ...[
    '#define A 1',
    '#define B(x) { x',
    '#define C }',
    '#define D(a, b) a ## b',
    '#undef A',
    '# define E',
    '#define',
    '#',
  ],
  ...[
    '#include <a.h>',
    '#include "a.h"',
    '#ifdef A',
    '#else',
    '#endif',
    "#error it's",
    '#if 0',
    '%:define F',
    '#de\\\nfine G',
  ],
  ...[
    '/* a { remark */',
    '/* begins',
    'ends */',
    '// a { remark',
    '// goes on \\',
    '// int',
    '/* int */',
    'x(a) {',
    '/\\\n* torn */',
    '*\\\n/',
    '/**/',
    'é',
    '\ufeff',
  ],
  ...[
    '\\\n',
    ' \\\n',
    '\\',
    '\n',
    '\n',
    ' ',
    '\t',
    '"a { string"',
    '"',
    "'",
    "'{'",
    '<%',
    '%>',
    '%:',
    '##',
    '#\\\n#',
    '"\\""',
    "'\\0'",
    "'\\''",
    '"a\\t{"',
    '"\\\\"',
    '"a \\\n"',
    '/* **a**\\ () *\\/ */',
  ],
);
const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));
const lines = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join('\n'));

const folders = ['linux', 'asm-generic', 'drm', 'sound'].map((one) => join('/usr/include', one)).filter(existsSync);
const installed = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.h'))
    .map((path) => join(folder, path)),
);

describe('what a text shows at first sight', () => {
  test('is what its tokens say', () => {
    fc.assert(
      fc.property(fc.oneof(text, lines), (one) => {
        expect(mistakesOf(one)).toEqual([]);
      }),
      { numRuns: 4000 },
    );
  });

  test.skipIf(installed.length === 0)('is what the tokens of installed headers say, and of most it is all', () => {
    const texts = installed.map((path) => readFileSync(path, 'utf8'));
    expect(texts.flatMap(mistakesOf)).toEqual([]);
    const isPlain = (one: string): boolean => {
      const sight = firstSight(one);
      return sight !== 'unclear' && sight.isWhole && sight.areMacrosBalanced;
    };
    expect(texts.filter(isPlain).length).toBeGreaterThan(texts.length * 0.9);
  });

  test.each([
    [
      'declarations, functions of C++, macros and conditions',
      '#ifndef H\n#define H\nextern "C" {\nint a;\n}\n#endif\n',
    ],
    ['braces in remarks and macros', '/* { */\n#define A(x) do { x; } while (0) // {\nstruct s { int a; };\n'],
    ['escapes in quotes and remarks', "/* **a**\\ { */\nint a = '\\'' + '\\0';\nchar b[] = \"\\t}\\\"\";\n"],
    [
      'functions, the last one at the end',
      'static inline struct s *f(struct s *a, int b)\n{\n\treturn a;\n}\n#include <a.h>\nint g(void) { return 0; }\n',
    ],
    ['functions of C++', 'extern "C" {\nstatic inline int f(void)\n{\n\treturn 0;\n}\n}\n'],
    ['remarks that go on behind a splice', '/*\n * **a**\\\n *\n */\nint a;\n'],
    ['a macro whose lines end in brackets', '#define A(x) do {\\\n\tx;\\\n} while (0)\nint a;\n'],
    ['a macro of several lines', '#define A \\\n\t{ 1, \\\n\t  2 }\nint a;\n'],
  ])('is all of it, for %s', (_what, one) => {
    expect(firstSight(one)).toMatchObject({ isWhole: true, areMacrosBalanced: true, pasting: '' });
  });
});

describe('a text that is searched', () => {
  test.each([
    ['a word', 'struct kvm_run;', 'kvm_run', true],
    ['a part of one', 'struct kvm_run;', 'run', false],
    ['a word that begins with another', '__u32 a;', '__u', false],
    ['a word torn by a splice', 'struct kvm\\\n_run;', 'kvm_run', true],
    ['a word in a remark', '/* kvm_run */', 'kvm_run', true],
    ['a word of nothing but underscores', 'int _, __;', '__', true],
  ])('mentions %s', (_what, one, word, isThere) => {
    const searched = new SearchedText(
      { name: 'h.h', path: 'h.h', text: one },
      { cut: () => cut(one).file, cutPart: (part) => cut(part).file },
    );
    expect(searched.mentions(word)).toBe(isThere);
  });
});
