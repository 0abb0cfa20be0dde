/**
 * What C++ programs alone see of a change, through the program: only headers are read twice that C++ reads differently.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uabi-cxx-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

interface Told {
  readonly verdict: string;
  readonly rule: string;
  readonly subject: string;
  readonly language?: string;
  readonly message: string;
  readonly contracts: readonly string[];
}

async function check(
  old: Record<string, string>,
  next: Record<string, string>,
): Promise<{ code: number; findings: readonly Told[] }> {
  for (const [side, files] of Object.entries({ old, next })) {
    mkdirSync(join(folder, side), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, side, name), text);
  }
  const args = ['check', 'old', 'next', '--target', 'x86_64', '--format', 'json', '--show', 'all'];
  const { code, stdout } = await runCli(args, { cwd: folder });
  return { code, findings: (JSON.parse(stdout) as { findings: readonly Told[] }).findings };
}

const brief = (findings: readonly Told[]): string[] =>
  findings.map(({ verdict, rule, subject, language = 'both' }) => `${verdict} ${rule} ${subject} ${language}`);

const variant = (name: string): string => `struct s {
#ifdef __cplusplus
	int ${name};
#else
	int register_;
#endif
	int last;
};
`;

describe('a change under __cplusplus', () => {
  test('is told, with who sees it', async () => {
    const { code, findings } = await check({ 'x.h': variant('reg') }, { 'x.h': variant('reg0') });
    expect(brief(findings)).toEqual(['break field-renamed struct s.reg C++']);
    expect(findings[0]?.message).toBe('in C++ programs only: reg is now called reg0: same place, size and type');
    expect(findings[0]?.contracts).toEqual(['rebuild']);
    expect(code).toBe(1);
  });

  test('of the C part is told as ever', async () => {
    const to = variant('reg').replace('register_', 'reg_');
    expect(brief((await check({ 'x.h': variant('reg') }, { 'x.h': to })).findings)).toEqual([
      'break field-renamed struct s.register_ both',
    ]);
  });

  test('of both is told once', async () => {
    const to = variant('reg').replace('int last;', 'int more;\n\tint last;');
    expect(brief((await check({ 'x.h': variant('reg') }, { 'x.h': to })).findings)).toEqual([
      'break field-moved struct s.last both',
    ]);
  });

  test('in a header that others include is told where it matters', async () => {
    const helper = (inCxx: string): string =>
      `#ifndef H\n#define H\n#ifdef __cplusplus\n#define ENTRY ${inCxx}\n#else\n#define ENTRY short\n#endif\n#endif\n`;
    const user = '#include "h.h"\nstruct s { ENTRY a; ENTRY b; };\n';
    const { findings } = await check({ 'h.h': helper('short'), 'u.h': user }, { 'h.h': helper('int'), 'u.h': user });
    expect(brief(findings).filter((line) => line.startsWith('break'))).toContain('break field-grew struct s.a C++');
    expect(findings.every(({ language }) => language === 'C++')).toBe(true);
  });

  test('that C++ cannot read leaves the question open', async () => {
    const broken = '#ifdef __cplusplus\ntemplate <class T> struct t { T x; };\n#endif\nint f(void);\n';
    const { code } = await check({ 'x.h': 'int f(void);\n' }, { 'x.h': broken });
    expect(code).toBe(3);
  });

  test("a name that only C programs could write was nobody's in C++", async () => {
    const named = (name: string): string => `struct s {\n\tint x;\n\tint ${name};\n};\n`;
    const to = `#ifdef __cplusplus\n${named('_or')}#else\n${named('or')}#endif\n`;
    expect(brief((await check({ 'x.h': named('or') }, { 'x.h': to })).findings)).toEqual([
      'compatible field-renamed struct s.or C++',
    ]);
  });
});

describe('a record without fields', () => {
  test('moves what stands behind it, although both languages read the same text', async () => {
    const old = '#define _IOC(d, t, n, s) (((d) << 30) | ((s) << 16) | ((t) << 8) | (n))\n';
    const list = (array: string): string =>
      `${old}struct list {\n\tlong long n;\n\t${array}\n};\n#define GET _IOC(2U, 7, 1, sizeof(struct list))\n`;
    const { findings } = await check(
      { 'x.h': list('long long reg[0];') },
      { 'x.h': list('union { struct { struct { } empty; long long reg[]; }; };') },
    );
    expect(brief(findings.filter(({ verdict }) => verdict !== 'compatible'))).toEqual([
      'break request-size-changed request GET C++',
      'break field-moved struct list.reg C++',
    ]);
  });

  test('has a byte in C++, and a request that carries it another number', async () => {
    const header = (argument: string): string => `
#define _IOC(d, t, n, s) (((d) << 30) | ((s) << 16) | ((t) << 8) | (n))
#define _IOR(t, n, s) _IOC(2U, t, n, sizeof(s))
struct nothing { };
struct one { char c; };
#define GET _IOR(7, 1, ${argument})
`;
    const { findings } = await check({ 'x.h': header('struct one') }, { 'x.h': header('struct nothing') });
    // To C++ programs the number stays what it was.
    expect(brief(findings)).toEqual(['break request-size-changed request GET both']);
    const back = await check({ 'x.h': header('char[0]') }, { 'x.h': header('struct nothing') });
    expect(brief(back.findings)).toEqual(['break request-size-changed request GET C++']);
  });

  const nothing = 'struct nothing { };\n';

  test('where others have the room it takes, hides nothing and adds nothing', async () => {
    const run = (more: string): string =>
      `${nothing}struct run {\n\tint reason;\n\tunion {\n\t\tstruct { struct nothing arch; } debug;\n\t\tlong pad[4];\n\t\t${more}\n\t};\n\tlong last;\n};\n`;
    const grown = await check({ 'x.h': run('') }, { 'x.h': run('long arm[5];') });
    expect(brief(grown.findings.filter(({ verdict }) => verdict === 'break'))).toEqual([
      'break union-outgrown struct run both',
      'break field-moved struct run.last both',
    ]);
    const { findings } = await check({ 'x.h': run('') }, { 'x.h': run('struct { struct nothing arch; } other;') });
    expect(findings.filter(({ language }) => language === 'C++')).toEqual([]);
  });

  test('takes room from what stands behind it', async () => {
    const record = (more: string): string =>
      `${nothing}struct s {\n\tshort first;\n\tstruct nothing arch;\n\t${more}\n\tlong last;\n};\n`;
    // From 2 to 8 in C; behind the byte of the other, and so from 3 to 9, in C++.
    const { findings } = await check({ 'x.h': record('') }, { 'x.h': record('char six[6];') });
    expect(brief(findings)).toContain('break field-moved struct s.last C++');
  });

  test.each([
    ['itself', '', 'sizeof(struct nothing) * 4'],
    ['by a macro', '#define SIZE(type) sizeof(type)\n', 'SIZE(struct nothing) * 4'],
    [
      'by a macro that is made of others',
      '#define S sizeof\n#define SIZE(type) S(type)\n#define FOUR (4 * SIZE(struct nothing))\n',
      'FOUR',
    ],
    ['by where others lie', 'struct two { struct nothing a; int b; };\n', '__builtin_offsetof(struct two, b)'],
  ])('has its size in numbers, where a text measures it %s', async (_, macros, length) => {
    const record = (more: string): string =>
      `${nothing}${macros}struct s {\n\tshort first;\n\tchar a[${length}];\n\t${more}\n\tlong last;\n};\n`;
    // a ends at 2 in C, and at 6 in C++.
    const { findings } = await check({ 'x.h': record('') }, { 'x.h': record('char mid[4];') });
    expect(brief(findings)).toContain('break field-moved struct s.last C++');
  });

  test('has its size in the numbers of enumerators, too', async () => {
    const header = (more: string, field: string): string =>
      `${nothing}enum e { A = 2 * sizeof(struct nothing)${more} };\nstruct s { struct nothing a; ${field} };\n`;
    const { findings } = await check(
      { 'x.h': header('', 'int n;') },
      { 'x.h': header(' + sizeof(struct nothing)', 'unsigned int n;') },
    );
    expect(brief(findings)).toContain('break enumerator-renumbered enum e.A C++');
  });
});
