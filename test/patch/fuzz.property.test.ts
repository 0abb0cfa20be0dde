/** Whatever is done to a patch, reading and applying it ends, with a result or with an error that says where. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UndecidedError, UserError } from '../../src/diagnostic.ts';
import { applyPatch } from '../../src/patch/apply-patch.ts';
import { objectionTo } from '../../src/patch/quoted-path.ts';
import { readSeries } from '../../src/patch/read-patches.ts';
import { wholeDeclarations } from '../../src/patch/whole-declarations.ts';
import { formsOf } from './mails.ts';

const body = `text\n---\n${[
  'diff --git a/x.h b/x.h\nindex 123456..234567 100644\n--- a/x.h\n+++ b/x.h\n@@ -1,4 +1,5 @@ struct s {\n struct s {\n \tint a;\n+\tint b;\n \tint c;\n };\n',
  'diff --git "a/q\\303\\244.h" "b/q\\303\\244.h"\nsimilarity index 90%\nrename from "q\\303\\244.h"\nrename to y.h\n--- "a/q\\303\\244.h"\n+++ b/y.h\n@@ -1 +1,2 @@\n-#define A 1\n+#define A \\\n+ 2\n\\ No newline at end of file\n',
  'diff --git a/n.h b/n.h\nnew file mode 120000\nindex 0000000..2345678\n--- /dev/null\n+++ b/n.h\n@@ -0,0 +1 @@\n+../../etc/passwd\n\\ No newline at end of file\n',
].join('')}-- \n2.40\n`;

const samples = Object.values(formsOf(body, '[PATCH v2 1/2] x'));

/** Bytes that mean something to one of the parsers. */
const token = fc.constantFrom(
  ...[
    '\n',
    '\r\n',
    '@@ -1,9 +1,9 @@\n',
    '--- ',
    '+++ b/../../x\n',
    '"',
    '\\',
    '=',
    '=\n',
    '--=_b0undary\n',
    '/dev/null',
    '\0',
  ],
  ...[
    'From x 2024\n',
    'Subject: [PATCH 9/3] y\n',
    'Content-Type: multipart/mixed; boundary=""\n',
    '=?utf-8?q?=?=',
    '-1',
    '99999999999',
  ],
  ...['index 0..0\n', 'rename to /\n', '*/', '/*', '{', '}', ';', '#', '__proto__', '\u202e', '\x1b[2J'],
);

const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.nat(40),
  insert: fc.oneof(token, fc.string({ maxLength: 12 }), fc.constant('')),
});

function mutate(sample: Buffer, changes: readonly { at: number; remove: number; insert: string }[]): Buffer {
  let bytes = sample;
  for (const { at, remove, insert } of changes) {
    const place = Math.floor(at * bytes.length);
    bytes = Buffer.concat([bytes.subarray(0, place), Buffer.from(insert), bytes.subarray(place + remove)]);
  }
  return bytes;
}

test('mutated patches', () => {
  let read = 0;
  fc.assert(
    fc.property(fc.constantFrom(...samples), fc.array(mutation, { maxLength: 6 }), (sample, changes) => {
      try {
        const { patches } = readSeries([{ name: 'fuzz', bytes: mutate(sample, changes) }]);
        for (const patch of patches) {
          for (const file of patch.files) {
            expect(objectionTo(file.newPath)).toBeUndefined();
            wholeDeclarations(file);
          }
          const files = new Map([
            ['x.h', 'struct s {\n\tint a;\n\tint c;\n};\n'],
            ['qä.h', '#define A 1\n'],
          ]);
          applyPatch(patch, { read: (path) => files.get(path), weigh: () => 'needed' });
          read += 1;
        }
      } catch (error) {
        if (!(error instanceof UndecidedError) && !(error instanceof UserError)) throw error;
        for (const { location } of error.diagnostics) expect(location?.line ?? 1).toBeGreaterThan(0);
      }
    }),
    { numRuns: 1500 },
  );
  // A fuzzer that never gets past the first check tests nothing.
  expect(read).toBeGreaterThan(100);
});

test('what applies undoes what made it: any two texts, any context', () => {
  const line = fc.constantFrom('a', 'b', '', '\tc', 'd;');
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.array(line, { maxLength: 12 }), (before, after) => {
      fc.pre(before.join('\n') !== after.join('\n') && before.length > 0 && after.length > 0);
      // The simplest true diff: everything goes, everything comes.
      const hunk = `@@ -1,${String(before.length)} +1,${String(after.length)} @@\n`;
      const lines = [...before.map((text) => `-${text}`), ...after.map((text) => `+${text}`)].join('\n');
      const { patches } = readSeries([{ name: 'x', bytes: Buffer.from(`--- a/x.h\n+++ b/x.h\n${hunk}${lines}\n`) }]);
      const [patch] = patches;
      if (patch === undefined) throw new Error('no patch');
      const { files } = applyPatch(patch, { read: () => `${before.join('\n')}\n`, weigh: () => 'needed' });
      expect(files.get('x.h')).toEqual({ kind: 'text', text: `${after.join('\n')}\n` });
    }),
    { numRuns: 300 },
  );
});

test('50 MB are read in seconds', () => {
  const file = (number: number): string =>
    `diff --git a/f${String(number)}.c b/f${String(number)}.c\n--- a/f${String(number)}.c\n+++ b/f${String(number)}.c\n@@ -0,0 +1,1000 @@\n${'+\tsome line of some driver that nobody wants\n'.repeat(1000)}`;
  const bytes = Buffer.from(Array.from({ length: 1160 }, (_, index) => file(index)).join(''));
  expect(bytes.length).toBeGreaterThan(50_000_000);
  const start = performance.now();
  expect(readSeries([{ name: 'big', bytes }]).patches[0]?.files).toHaveLength(1160);
  expect(performance.now() - start).toBeLessThan(20_000);
});
