/**
 * The answers to the patches in `fixtures/patches`, as a maintainer gets them.
 *
 * Each was read and approved by a person; a change in one is to be read again. `UABI_APPROVE=1` writes what there is now.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { scratchDirectory } from '../source/scratch.ts';
import { gitEnv, runCli } from '../support/run-cli.ts';

const folder = fileURLToPath(new URL('../../fixtures/patches/', import.meta.url));
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.patch'))
  .map((name) => name.slice(0, -'.patch'.length));
const repository = process.env['UABI_KERNEL_REPOSITORY'];
const nowhere = scratchDirectory();

async function answer(name: string, cwd: string, more: readonly string[] = []): Promise<string> {
  const argv = ['check', '--patch', join(folder, `${name}.patch`), '--format', 'mail', ...more];
  const { code, stdout } = await runCli(argv, { cwd, env: { ...gitEnv, GIT_CEILING_DIRECTORIES: '/' } });
  expect(code).toBeLessThan(4);
  return stdout;
}

function approved(file: string, text: string): string {
  if (process.env['UABI_APPROVE'] === '1') writeFileSync(join(folder, file), text);
  return readFileSync(join(folder, file), 'utf8');
}

/** What holds for every mail, whatever is in it. */
function expectMail(text: string): void {
  for (const line of text.split('\n')) {
    if (line.startsWith('> ') || line.startsWith('    ')) continue;
    expect(line.length, line).toBeLessThanOrEqual(72);
  }
  expect(text).not.toMatch(/[^\n\t -~]/);
  expect(text).not.toMatch(/undefined|\[object|\b1 (?:bytes|fields|changes|patches)\b/);
  // A paragraph that stands twice tells nothing the second time.
  const paragraphs = text.split('\n\n').filter((one) => !one.startsWith('>') && one.length > 60);
  expect(new Set(paragraphs).size).toBe(paragraphs.length);
}

describe('without a repository', () => {
  test.each(names)('%s', async (name) => {
    const text = await answer(name, nowhere);
    expectMail(text);
    expect(text).toBe(approved(`${name}.hunks.txt`, text));
  });
});

describe.skipIf(repository === undefined)('in a kernel repository (UABI_KERNEL_REPOSITORY)', () => {
  test.each(names)('%s', { timeout: 60_000 }, async (name) => {
    const text = await answer(name, repository ?? '', ['--onto', 'v6.12']);
    expectMail(text);
    expect(text).toBe(approved(`${name}.txt`, text));
  });
});
