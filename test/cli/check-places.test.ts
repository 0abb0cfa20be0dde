/** What is said of a header as a whole stands at a path of the tree, and at a line where there is one. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uabi-places-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

type Headers = Readonly<Record<string, string>>;

async function told(old: Headers, next: Headers, ...more: readonly string[]): Promise<string> {
  for (const [side, headers] of Object.entries({ old, new: next })) {
    const asm = ['x86', 'arm64'].map((arch) => [`arch/${arch}/include/uapi/asm/stub.h`, ''] as const);
    const generic = Object.entries(headers).map(([name, text]) => [`include/uapi/${name}`, text] as const);
    for (const [path, text] of [...generic, ...asm]) {
      const file = join(folder, side, path);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, text);
    }
  }
  const args = ['check', 'old', 'new', '--target', 'x86_64,arm64', '--format', 'terse', ...more];
  return (await runCli(args, { cwd: folder })).stdout;
}

test('what is under a condition now is at the line where it is', async () => {
  const old = { 'linux/l.h': '#define A 1\n#define B 2\n' };
  const next = { 'linux/l.h': '#define A 1\n#ifdef __x86_64__\n#define B 2\n#endif\n' };
  expect(await told(old, next)).toMatch(
    /^include\/uapi\/linux\/l\.h:3: break: header linux\/l\.h: <linux\/l\.h> no longer declares B: /m,
  );
  const { findings } = JSON.parse(await told(old, next, '--format', 'json')) as { findings: { old: unknown }[] };
  expect(findings[0]?.old).toMatchObject({ file: 'include/uapi/linux/l.h', line: 2 });
});

test('an enumerator is in its enum', async () => {
  const list = (second: string): Headers => ({
    'linux/e.h': `${second.includes('#') ? '\n\n' : ''}enum e {\n\tFIRST,\n${second}};\n`,
  });
  expect(await told(list('\tSECOND,\n'), list('#ifdef __x86_64__\n\tSECOND,\n#endif\n'))).toMatch(
    /^include\/uapi\/linux\/e\.h:3: break: header linux\/e\.h: /m,
  );
});

test('what went to another header is where it is now', async () => {
  const old = { 'linux/a.h': '#define A 1\n\n#define GONE_TO_B 2\n', 'linux/b.h': '#define B 1\n' };
  const next = { 'linux/a.h': '#define A 1\n', 'linux/b.h': '#define B 1\n#define GONE_TO_B 2\n' };
  expect(await told(old, next)).toMatch(/^include\/uapi\/linux\/b\.h:2: break: header linux\/a\.h: /m);
});

test('a header that is gone is where it stood', async () => {
  const old = { 'linux/a.h': '#define A 1\n', 'linux/gone.h': '#define G 1\n' };
  const next = { 'linux/a.h': '#define A 1\n' };
  expect(await told(old, next)).toMatch(/^include\/uapi\/linux\/gone\.h: break: header linux\/gone\.h: /m);
});
