/** Two texts of a header that differ in comments and white space alone are one to a compiler. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { saysTheSame } from '../../src/source/says-the-same.ts';

const header =
  '#ifndef H\n#define H\n#include <linux/types.h>\nstruct s {\n\t__u32 a;\t/* first */\n\t__u32 b;\n};\n#endif\n';
const replaced = (from: string, to: string): string => {
  if (!header.includes(from)) throw new Error(from);
  return header.replace(from, () => to);
};

describe('the same', () => {
  test.each([
    ['a comment above', `/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */\n${header}`],
    ['a comment of several lines', replaced('struct s', '/**\n * struct s - it\n * @a: "one\n */\nstruct s')],
    ['another remark', replaced('first', 'the first of all')],
    ['no remark', replaced('\t/* first */', '')],
    ['a remark of C++', replaced('/* first */', '// first')],
    ['a comment between words', replaced('__u32 b', '__u32 /* it */ b')],
    ['tabs and blanks', replaced('\t__u32 a;', '    __u32   a;')],
    ['an empty line', replaced('struct s', '\n\nstruct s')],
    ['line ends of DOS', header.replaceAll('\n', '\r\n')],
    ['a line that goes on', replaced('__u32 b', '__u32 \\\nb')],
    ['no line end at the end', header.slice(0, -1)],
  ])('but for %s', (_what, text) => {
    expect(saysTheSame(header, text)).toBe(true);
    expect(saysTheSame(text, header)).toBe(true);
  });
});

describe('not the same', () => {
  test.each([
    ['a field', header, replaced('b;', 'c;')],
    ['a field that came with a comment', header, replaced('__u32 b', '/* more */\n\t__u32 c;\n\t__u32 b')],
    ['a field that is a comment now', header, replaced('__u32 b;', '/* __u32 b; */')],
    ['a field in a comment that ends earlier', '/* a\n * int b;\n */\nint c;\n', '/* a */\n * int b;\n */\nint c;\n'],
    ['a comment that nobody closes', header, `${header}/* more\n`],
    ['what closes a comment', '/* a */ int b; /* c */\n', '/* a * / int b; /* c */\n'],
    ['white space in a string', '#define A "a  b"\n', '#define A "a b"\n'],
    ['what looks like a comment in a string', '#define A "/* a */"\n', '#define A "/* b */"\n'],
    ['what looks like one behind a quote', "#define A '\"' // a\n#define B 1\n", "#define A '\"' // a\n#define B 2\n"],
    ['the name of a file', '#include <a//b.h>\n', '#include <a//c.h>\n'],
    ['white space that makes a macro take no argument', '#define A(x) x\n', '#define A (x) x\n'],
    ['a line end', '#define A\nint b;\n', '#define A int b;\n'],
    ['words that are one now', 'unsigned int a;\n', 'unsignedint a;\n'],
    ['the number of a line', '#define A __LINE__\nint b[__LINE__];\n', '\n#define A __LINE__\nint b[__LINE__];\n'],
    ['what a string without escapes seems to hold', 'R"(\n/*\n)" int a; /* */\n', 'R"(\n/*\n)" int b; /* */\n'],
    ['bytes that are no text', 'int \ufffd;\n', 'int  \ufffd;\n'],
  ])('for %s', (_what, one, other) => {
    expect(saysTheSame(one, other)).toBe(false);
    expect(saysTheSame(other, one)).toBe(false);
  });

  test('nor does a text take long that is made of comments which nobody closes', () => {
    const text = '/* " '.repeat(400_000);
    expect(saysTheSame(`int a;\n${text}`, `int a;\n \n${text}`)).toBe(true);
    expect(saysTheSame(`int a;\n${text}`, `int a;\n${text} `)).toBe(true);
    expect(saysTheSame(`int a;\n${text}`, `int a;\n${text}*`)).toBe(false);
  });

  test('any text without comments and white space is the same as itself alone', () => {
    const word = fc.constantFrom('int', 'a', ';', '{', '}', '"x"', "'y'", '#define', '\n', '<z>', '(');
    const text = fc.array(word, { maxLength: 12 }).map((words) => words.join(' '));
    const lines = (one: string): string =>
      one
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean)
        .join('\n')
        .trim();
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(saysTheSame(one, other)).toBe(lines(one) === lines(other));
      }),
      { examples: [['\n "x"', '"x"']] },
    );
  });
});
