/** What a finding is about, in the words of people: the JSON has one word for all bare names, the texts have theirs. */

import { describe, expect, test } from 'vitest';
import { checkFormats, type CheckFormatName } from '../../src/report/check-formats.ts';
import { makeReport } from '../../src/report/check-report.ts';
import { checkAbis } from '../../src/verdict/check.ts';
import { abiOf } from '../support/header-source.ts';

function render(format: CheckFormatName, old: string, next: string): string {
  const result = checkAbis([{ old: abiOf(old, 'i386'), new: abiOf(next, 'i386') }]);
  return checkFormats[format].render(makeReport(result));
}

describe('a type name of another size', () => {
  const old = 'typedef unsigned long frames_t;\n';
  const next = 'typedef unsigned long long __u64;\ntypedef __u64 frames_t;\n';

  test('is called a type, with what it stood for and stands for', () => {
    const text = render('text', old, next);
    expect(text).toContain('BREAK: The change to type frames_t breaks');
    expect(text).toContain('break typedef-changed: type frames_t\n');
    expect(text.replace(/\s+/g, ' ')).toContain(
      'the type name frames_t changed from unsigned long (4 bytes) to __u64 (8 bytes)',
    );
  });

  test.each(['terse', 'markdown', 'github', 'gitlab', 'junit', 'sarif', 'html'] as const)(
    'is a type in %s too',
    (format) => {
      const text = render(format, old, next);
      expect(text).toContain('type frames_t');
      // SARIF names the subject for programs as well.
      if (format !== 'sarif') expect(text).not.toContain('constant frames_t');
    },
  );

  test('is what it was in JSON', () => {
    const { findings } = JSON.parse(render('json', old, next)) as { findings: { subject: string }[] };
    expect(findings.map(({ subject }) => subject)).toEqual(['constant frames_t']);
  });
});

test('a type name of the same size keeps the word for what differs', () => {
  expect(render('terse', 'typedef int x_t;\n', 'typedef unsigned int x_t;\n')).toContain(
    'type x_t: the type name x_t changed from int to unsigned int (signedness)',
  );
});

test('an array says how many elements it had', () => {
  expect(render('terse', 'typedef char pad_t[4];\n', 'typedef char pad_t[8];\n')).toContain(
    'the type name pad_t changed from char[4] (4 bytes) to char[8] (8 bytes) [',
  );
});

test('a macro is a macro, and a function that is compared like one is a function', () => {
  const old = '#define size_of(x) (x)\nstatic inline int f(int x) { return x; }\n';
  const next = '#define size_of(x) (x + 1)\n';
  const text = render('terse', old, next);
  expect(text).toContain('review: macro size_of: the macro size_of is defined differently');
  expect(text).toContain('break: function f: the function f is gone');
});

describe('names that share a finding', () => {
  const records = (names: readonly string[]): string => names.map((name) => `struct ${name} { int x; };\n`).join('');
  const gone = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((letter) => `fb_old_${letter}`);
  const text = render('text', records([...gone, 'kept']), records(['kept']));

  test('each count in the sentence at the top', () => {
    expect(text).toContain('BREAK: The change to 7 declarations breaks');
  });

  test('are all in the text, those once that the sentence has', () => {
    expect(text.replace(/\s+/g, ' ')).toContain(
      'struct fb_old_a, struct fb_old_b, struct fb_old_c, struct fb_old_d and 3 more are gone.',
    );
    expect(text).toContain('also: struct fb_old_e, struct fb_old_f, struct fb_old_g\n');
  });
});
