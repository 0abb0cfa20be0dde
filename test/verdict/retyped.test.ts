/** Types that changed in two ways at once: the one that source code sees may not hide the one that the bytes see. */

import { describe, expect, test } from 'vitest';
import { checkAbis } from '../../src/verdict/check.ts';
import type { Finding } from '../../src/verdict/finding.ts';
import { abiOf } from '../support/header-source.ts';

const prelude = 'typedef unsigned int __be32; typedef unsigned int __u32;\n';

function only(old: string, next: string): Finding {
  const side = (fields: string): ReturnType<typeof abiOf> => abiOf(`${prelude}struct r { ${fields} };`, 'i386');
  const { findings } = checkAbis([{ old: side(old), new: side(next) }]);
  const [finding] = findings;
  if (finding === undefined || findings.length > 1) throw new Error(`${String(findings.length)} findings`);
  return finding;
}

const answer = ({ answers }: Finding): string | undefined =>
  answers.find(({ contract }) => contract === 'old-binary')?.answer;

describe('a field of another type at the same place', () => {
  test('a pointer that became a number of a fixed byte order leaves its bytes in question', () => {
    expect(answer(only('void *p;', '__be32 p;'))).toBe('unknown');
    expect(answer(only('void *p;', '__u32 p;'))).toBe('kept');
  });

  test('a pointer that became a floating-point number has other bytes', () => {
    expect(answer(only('void *p;', 'float p;'))).toBe('broken');
  });

  test('an open array that became one value is another type, and its size is no matter', () => {
    const single = checkAbis([
      { old: abiOf('struct r { char n; char list[]; };'), new: abiOf('struct r { char n; char list; };') },
    ]).findings.find(({ subject }) => subject === 'struct r.list');
    expect(single?.rule).toBe('field-retyped');
    expect(single?.verdict).toBe('break');
    expect(single?.message).toBe('list changed its type from char[] to char');
  });

  test('a record of another name is the same type where a macro leads from the old name to it', () => {
    const user = 'struct config { struct old_header header[2]; int mode; };\n';
    const old = abiOf(`struct old_header { int type; int size; };\n${user}`);
    const rulesOf = (next: string): string[] =>
      checkAbis([{ old, new: abiOf(next) }]).findings.map(({ verdict, rule }) => `${verdict} ${rule}`);
    const renamed = 'struct new_header { int kind; int size; };\n';
    expect(rulesOf(`${renamed}#define old_header new_header\n${user}`)).toContain('compatible field-retyped');
    // Without it, and with one that leads elsewhere.
    const plain = user.replace('old_header', 'new_header');
    expect(rulesOf(renamed + plain)).toContain('break field-retyped');
    expect(rulesOf(`${renamed}struct third { int x; };\n#define old_header third\n${plain}`)).toContain(
      'break field-retyped',
    );
  });
});
