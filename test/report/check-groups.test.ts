/** Who is hurt, and why: each reason once, and one that says something. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { TargetName } from '../../src/abi/target.ts';
import { contractAnswers } from '../../src/report/check-groups.ts';
import { checkAbis } from '../../src/verdict/check.ts';
import { abiOf } from '../support/header-source.ts';

const prelude = readFileSync(new URL('../../fixtures/history/prelude.h', import.meta.url), 'utf8');

function reasonFor(contract: string, old: string, next: string, ...targets: readonly TargetName[]): string {
  const result = checkAbis(
    targets.map((name) => ({ old: abiOf(prelude + old, name), new: abiOf(prelude + next, name) })),
  );
  return contractAnswers(result).find((one) => one.contract === contract)?.reason ?? '';
}

describe('the reason', () => {
  test('of one record with other sizes in 32-bit programs is told once', () => {
    const old = 'struct r { long a; };\n';
    const reason = reasonFor('mixed-objects', old, 'struct r { long a; long b; char c; };\n', 'x86_64', 'i386');
    expect(reason).not.toContain(';');
  });

  test('of two requests that carry a record is told once', () => {
    const requests = '#define GET_R _IOR(174, 1, struct r)\n#define SET_R _IOW(174, 2, struct r)\n';
    const old = `struct r { unsigned a; unsigned b; };\n${requests}`;
    const reason = reasonFor('old-binary', old, old.replace('unsigned b', 'unsigned x; unsigned b'), 'x86_64');
    expect(reason.match(/does not know/g)).toHaveLength(1);
    expect(reason).toContain('the bytes an old program knows as b now mean x');
    expect(reason).not.toContain('more');
  });

  test('of two records is told of both', () => {
    const old = 'struct r { unsigned a; };\nstruct s { unsigned b; };\n';
    const reason = reasonFor('old-binary', old, old.replaceAll('unsigned', 'long'), 'x86_64');
    expect(reason).toBe('one side reads 4 bytes, the other 8 bytes');
    const moved = reasonFor(
      'mixed-objects',
      'struct r { int one; int two; };\nstruct s { int three; int four; };\n',
      'struct r { int two; int one; };\nstruct s { int four; int three; };\n',
      'x86_64',
    );
    expect(moved).toContain('one and two');
    expect(moved).toContain('three and four');
  });

  test('of a record is not that its padding says nothing', () => {
    const record = 'struct r { int a; char pad[4000]; };\n';
    const request = '#define GET_R _IOR(174, 1, struct r)\n';
    const next = record.replace('}', '} __attribute__((aligned(64)))').replace('pad[4000]', 'pad[4096]');
    const reason = reasonFor('new-binary', record + request, next + request, 'x86_64');
    expect(reason).not.toContain('no information');
    expect(reason).toContain('an old kernel does not know the new number');
  });
});
