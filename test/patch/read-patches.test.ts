/** Reading patches out of everything they are sent in. */

import { describe, expect, test } from 'vitest';
import { UndecidedError } from '../../src/diagnostic.ts';
import { addedText, applyHunks } from '../../src/patch/apply.ts';
import type { FilePatch } from '../../src/patch/patch.ts';
import { readPatches, readSeries } from '../../src/patch/read-patches.ts';
import { formsOf, input } from './mails.ts';

const old = `/* Größe */
struct s {
\t__u32 a;

\t__u32 a_rather_long_name_so_that_the_line_is_wrapped_by_mail; /* is it */
\t__u32 z;
};
`;
const next = old.replace('\t__u32 z;', '\t__u32 b; /* für Käse, which has a long comment too */\n\t__u32 z;');
const diff = `diff --git a/include/uapi/linux/s.h b/include/uapi/linux/s.h
index 1111111..2222222 100644
--- a/include/uapi/linux/s.h
+++ b/include/uapi/linux/s.h
@@ -1,7 +1,8 @@
 /* Größe */
 struct s {
 \t__u32 a;
${' '}
 \t__u32 a_rather_long_name_so_that_the_line_is_wrapped_by_mail; /* is it */
+\t__u32 b; /* für Käse, which has a long comment too */
 \t__u32 z;
 };
`;
const body = `Why it grows.\n\nSigned-off-by: A\n---\n include/uapi/linux/s.h | 1 +\n 1 file changed\n\n${diff}-- \n2.40.0\n`;

function only<T>(all: readonly T[]): T {
  expect(all).toHaveLength(1);
  return all[0] as T;
}

function patchOf(text: string): FilePatch {
  return only(only(readPatches(input(text))).files);
}

function failure(action: () => unknown): { readonly message: string; readonly place: string } {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(UndecidedError);
    const { message, diagnostics } = error as UndecidedError;
    const [first] = diagnostics;
    return {
      message: first?.message ?? message,
      place: `${first?.location?.file ?? ''}:${String(first?.location?.line ?? 0)}`,
    };
  }
  throw new Error('it was taken');
}

describe('one change, however it was sent', () => {
  test.each(Object.entries(formsOf(body)))('%s', (_form, bytes) => {
    const patch = only(readPatches({ name: 'x', bytes }));
    expect(patch.title).toBe(patch.title === 'x' ? 'x' : 'Grow');
    const file = only(patch.files);
    expect(file).toMatchObject({ newPath: 'include/uapi/linux/s.h', oldBlob: '1111111', change: 'modify' });
    const applied = applyHunks(file, old);
    // A flowed empty context line loses its blank; the text it gives is the same.
    expect(applied).toMatchObject({ kind: 'applied', text: next });
  });

  test.each(Object.entries(formsOf(body)))('%s: a problem is told at the line of the file', (form, bytes) => {
    if (form.includes('base64') || form.includes('UTF-16') || form.includes('attachment')) return;
    const { place } = only(readPatches({ name: 'x', bytes })).files[0]?.hunks[0] ?? { place: undefined };
    const lines = bytes.toString('latin1').split('\n');
    expect(lines[(place?.line ?? 0) - 1]).toMatch(/^@@ -1,7 \+1,8 @@/);
  });
});

describe('series', () => {
  const mail = (subject: string, number: number): string =>
    `From abc Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\nSubject: ${subject}\nMessage-ID: <${number}@x>\n\ntext\n>From here on\n---\n${diff.replaceAll('/s.h', `/s${number}.h`)}-- \n2.40\n\n`;

  test('is put in the order of its numbers; cover letter and replies are passed over', () => {
    const cover =
      'From abc Mon Sep 17 00:00:00 2001\nFrom: A\nSubject: [PATCH 0/3] Cover\nMessage-ID: <0@x>\n\nHello\n\n';
    const reply = `From abc Mon Sep 17 00:00:00 2001\nFrom: B\nSubject: Re: [PATCH 1/3] one\nMessage-ID: <r@x>\n\n> ${diff.replaceAll('\n', '\n> ')}\nNo.\n\n`;
    const { patches, notes } = readSeries([
      input(cover + mail('[PATCH 2/3] two', 2) + reply + mail('[PATCH kvmtool 3/3] three', 3)),
      input(mail('[PATCH 1/3] one', 1)),
    ]);
    expect(patches.map(({ title }) => title)).toEqual(['one', 'two', 'three']);
    expect(notes).toEqual([]);
  });

  test('of several versions the last counts; what is missing is told', () => {
    const { patches, notes } = readSeries([
      input(mail('[PATCH v2 1/2] old', 1) + mail('[PATCH v10 1/3] new', 1) + mail('[PATCH v10 3/3] last', 3)),
    ]);
    expect(patches.map(({ title }) => title)).toEqual(['new', 'last']);
    expect(notes.map(({ code }) => code)).toEqual(['older-version', 'missing-patch']);
    expect(notes[1]?.message).toContain('number 2 is not here');
  });

  test('without numbers keeps its order', () => {
    const files = [input(diff, 'z.diff'), input(diff.replaceAll('/s.h', '/t.h'), 'a.diff')];
    expect(readSeries(files).patches.map(({ title }) => title)).toEqual(['z.diff', 'a.diff']);
  });

  test('that holds no patch says so', () => {
    expect(failure(() => readSeries([input('Hello, world\n', 'letter')])).message).toContain('no patch in letter');
  });
});

describe('diffs', () => {
  test.each([
    ['git', 'diff --git a/x.h b/x.h\n--- a/x.h\n+++ b/x.h\n', 'x.h'],
    ['mnemonic prefixes', 'diff --git i/x.h w/x.h\n--- i/x.h\n+++ w/x.h\n', 'x.h'],
    [
      'no prefix',
      'diff --git include/uapi/x.h include/uapi/x.h\n--- include/uapi/x.h\n+++ include/uapi/x.h\n',
      'include/uapi/x.h',
    ],
    [
      'diff -ru',
      '--- linux.orig/include/uapi/x.h\t2024-01-01 10:00:00.0 +0100\n+++ linux/include/uapi/x.h\t2024-01-02\n',
      'include/uapi/x.h',
    ],
    [
      'a quoted name',
      'diff --git "a/d\\303\\244 \\"x\\".h" "b/d\\303\\244 \\"x\\".h"\n--- "a/d\\303\\244 \\"x\\".h"\n+++ "b/d\\303\\244 \\"x\\".h"\n',
      'dä "x".h',
    ],
    ['a name with blanks', 'diff --git a/a b.h b/a b.h\n--- a/a b.h\t\n+++ b/a b.h\t\n', 'a b.h'],
    ['__proto__', 'diff --git a/__proto__ b/__proto__\n--- a/__proto__\n+++ b/__proto__\n', '__proto__'],
    ['a name with a line feed', 'diff --git "a/x\\ny.h" "b/x\\ny.h"\n--- "a/x\\ny.h"\n+++ "b/x\\ny.h"\n', 'x\ny.h'],
  ])('%s', (_what, head, path) => {
    expect(patchOf(`${head}@@ -1 +1 @@\n-a\n+b\n`)).toMatchObject({ oldPath: path, newPath: path, change: 'modify' });
  });

  test('renames, copies, new and deleted files, modes and binary files', () => {
    const text = [
      'diff --git a/old.h b/new.h\nsimilarity index 100%\nrename from old.h\nrename to new.h\n',
      'diff --git a/c.h b/d.h\nsimilarity index 90%\ncopy from c.h\ncopy to d.h\nindex 123456..654321 100644\n--- a/c.h\n+++ b/d.h\n@@ -1 +1 @@\n-a\n+b\n',
      'diff --git a/n.h b/n.h\nnew file mode 100644\nindex 000000..654321\n--- /dev/null\n+++ b/n.h\n@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file\n',
      'diff --git a/gone.h b/gone.h\ndeleted file mode 100644\nindex 654321..000000\n--- a/gone.h\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n',
      'diff --git a/m.sh b/m.sh\nold mode 100644\nnew mode 100755\n',
      'diff --git a/p.png b/p.png\nindex 123456..654321 100644\nGIT binary patch\nliteral 3\nKcmZQzfB^wO\n\nliteral 0\nHcmV?d00001\n\n',
      'diff --git a/q.png b/q.png\nindex 123456..654321 100644\nBinary files a/q.png and b/q.png differ\n',
      'diff --git a/empty.h b/empty.h\nnew file mode 100644\nindex 0000000..e69de29\n',
    ].join('');
    const [patch] = readPatches(input(text));
    expect(patch?.files.map(({ change, oldPath, newPath, isBinary }) => [change, oldPath, newPath, isBinary])).toEqual([
      ['rename', 'old.h', 'new.h', false],
      ['copy', 'c.h', 'd.h', false],
      ['add', 'n.h', 'n.h', false],
      ['delete', 'gone.h', 'gone.h', false],
      ['modify', 'm.sh', 'm.sh', false],
      ['modify', 'p.png', 'p.png', true],
      ['modify', 'q.png', 'q.png', true],
      ['add', 'empty.h', 'empty.h', false],
    ]);
    const added = patch?.files[2];
    expect(added === undefined ? '' : addedText(added)).toBe('a\nb');
  });

  test.each([
    [
      'a path that leaves the tree',
      'diff --git a/../../etc/passwd b/../../etc/passwd\n--- a/../../etc/passwd\n+++ b/../../etc/passwd\n@@ -1 +1 @@\n-a\n+b\n',
      'leads out of the tree',
      1,
    ],
    ['an absolute path', '--- /etc/passwd\n+++ /etc/passwd\n@@ -1 +1 @@\n-a\n+b\n', 'absolute', 1],
    [
      'a path into .git',
      'diff --git a/.git/config b/.git/config\nnew file mode 100644\n--- /dev/null\n+++ b/.git/config\n@@ -0,0 +1 @@\n+b\n',
      '.git',
      1,
    ],
    [
      'a rename out of the tree',
      'diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to ../y\n',
      'leads out of the tree',
      1,
    ],
    [
      'a hunk of two thousand million lines',
      'x\n--- a/x.h\n+++ b/x.h\n@@ -1,2147483647 +1,2147483647 @@\n a\n',
      'claims 2147483647 lines',
      4,
    ],
    ['counts that lie', '--- a/x.h\n+++ b/x.h\n@@ -1,3 +1,4 @@\n a\n+b\n', 'the text ends', 3],
    [
      'a hunk that is cut',
      '--- a/x.h\n+++ b/x.h\n@@ -1,3 +1,4 @@\n a\nJunk\n',
      'after 1 line comes line 5, which is no part of it',
      3,
    ],
    ['a merge', 'diff --cc x.h\nindex 1,2..3\n', 'no patch', 1],
  ])('%s is refused where it stands', (_what, text, reason, line) => {
    const { message, place } = failure(() => readPatches(input(text, 'evil.patch')));
    expect(message).toContain(reason);
    expect(place).toBe(`evil.patch:${String(line)}`);
  });
});
