/** Every snippet a finding offers as proof compiles behind the old header and fails behind the new one, as gcc sees them. */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checkAbis } from '../../src/verdict/check.ts';
import { abiOf } from '../support/header-source.ts';

const roots = ['rules', 'history'].map((name) => fileURLToPath(new URL(`../../fixtures/${name}/`, import.meta.url)));

function compiles(text: string): boolean {
  try {
    // gnu17 as programs are built; offsetof as every program that uses it has it.
    const args = ['-std=gnu17', '-w', '-fsyntax-only', '-include', 'stddef.h', '-x', 'c', '-'];
    execFileSync('gcc', args, { input: text, stdio: ['pipe', 'ignore', 'pipe'] });
    return true;
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === 1) return false;
    throw error;
  }
}

const proofs = roots.flatMap((root) => {
  const prelude = root.endsWith('history/') ? readFileSync(join(root, 'prelude.h'), 'utf8') : '';
  const folders = readdirSync(root).filter((name) =>
    readdirSync(root, { withFileTypes: true }).some((one) => one.name === name && one.isDirectory()),
  );
  return folders.flatMap((folder) => {
    if (!readdirSync(join(root, folder)).includes('old.h')) return [];
    const [old, next] = ['old.h', 'new.h'].map((name) => prelude + readFileSync(join(root, folder, name), 'utf8'));
    if (old === undefined || next === undefined) return [];
    const { findings } = checkAbis([{ old: abiOf(old), new: abiOf(next) }]);
    return findings.flatMap(({ rule, subject, witness }) =>
      witness?.kind === 'source' ? [{ name: `${folder}: ${rule} ${subject}`, old, next, code: witness.code }] : [],
    );
  });
});

describe('a snippet that stops compiling', () => {
  test('there are some for fields, records, constants, macros and types', () => {
    expect(proofs.length).toBeGreaterThan(15);
  });

  test.each(proofs)('$name', ({ old, next, code }) => {
    expect(compiles(`${old}\n${code}\n`)).toBe(true);
    expect(compiles(`${next}\n${code}\n`)).toBe(false);
  });
});
