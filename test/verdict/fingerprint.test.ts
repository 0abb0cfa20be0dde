/** A waiver fits wherever the change is seen: the fingerprint of a finding is no matter of the targets that were asked. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { TargetName } from '../../src/abi/target.ts';
import { FrontEnd } from '../../src/c/lower/front-end.ts';
import { checkAbis, type CheckResult } from '../../src/verdict/check.ts';
import { applyWaivers } from '../../src/verdict/policy/apply-waivers.ts';
import { abiOf } from '../support/header-source.ts';

const root = fileURLToPath(new URL('../../fixtures/', import.meta.url));
const prelude = readFileSync(join(root, 'history/prelude.h'), 'utf8');
const frontEnd = new FrontEnd();
const targets: readonly TargetName[] = ['x86_64', 'i386', 'arm64', 's390x', 'm68k', 'riscv32'];

const folders = ['rules', 'history'].flatMap((kind) =>
  readdirSync(join(root, kind))
    .filter((folder) => existsSync(join(root, kind, folder, 'old.h')))
    .map((folder) => join(root, kind, folder)),
);

function check(old: string, next: string, names: readonly TargetName[]): CheckResult {
  return checkAbis(names.map((name) => ({ old: abiOf(old, name, frontEnd), new: abiOf(next, name, frontEnd) })));
}

const keysOf = ({ findings }: CheckResult): readonly (readonly [string, string])[] =>
  findings.map((one) => [`${one.verdict} ${one.rule} ${one.subject}`, one.fingerprint]);

describe('the fingerprint of a finding', () => {
  test.each(folders.map((folder) => [folder.slice(root.length), folder] as const))('of %s', (_name, folder) => {
    const [old, next] = ['old.h', 'new.h'].map((side) => readFileSync(join(folder, side), 'utf8')) as [string, string];
    const before = folder.includes('/history/') ? prelude : '';
    const all = new Map(keysOf(check(before + old, before + next, targets)));
    for (const target of targets) {
      for (const [key, fingerprint] of keysOf(check(before + old, before + next, [target]))) {
        // Two targets may answer differently; where they answer the same, it is one finding.
        if (all.has(key)) expect(fingerprint, `${key} on ${target}`).toBe(all.get(key));
      }
    }
  });

  test('tells another change of the same thing from it', () => {
    const old = 'struct r { char a; long b; long c; };';
    const one = check(old, 'struct r { char a; long b; int x; long c; };', targets);
    const two = check(old, 'struct r { char a; long b; long x[4]; long c; };', targets);
    const printOf = (result: CheckResult): string | undefined =>
      result.findings.find(({ verdict }) => verdict === 'break')?.fingerprint;
    expect(printOf(one)).toBeDefined();
    expect(printOf(one)).not.toBe(printOf(two));
  });
});

const sides = ['struct r { long a; };\n#define GONE 1', 'struct r { long n; long a; };'] as const;

describe('a waiver that was written for all targets', () => {
  const whole = check(...sides, targets);
  const waivers = whole.findings
    .filter(({ verdict }) => verdict !== 'compatible')
    .map(({ fingerprint, rule, subject }, index) => ({
      ...{ fingerprint, rule, subject, reason: 'accepted', expires: '2099-01-01', file: 'w.json', line: index + 1 },
    }));
  const apply = (result: CheckResult): CheckResult =>
    applyWaivers(result, { old: waivers, new: undefined, today: '2030-01-01' });

  test.each(targets)('holds for %s alone', (target) => {
    expect(whole.verdict).toBe('break');
    expect(apply(whole).verdict).toBe('compatible');
    const result = apply(check(...sides, [target]));
    expect(result.findings.filter(({ rule }) => rule.startsWith('waiver-'))).toEqual([]);
    expect(result.verdict).toBe('compatible');
  });

  test('is called unused by those who looked at every target only', () => {
    const sides = [abiOf('struct r { long a; };'), abiOf('struct r { long a; };')] as const;
    const pairs = [{ old: sides[0], new: sides[1] }];
    const rulesOf = (result: CheckResult): string[] => apply(result).findings.map(({ rule }) => rule);
    expect(rulesOf(checkAbis(pairs))).toContain('waiver-unused');
    expect(rulesOf(checkAbis(pairs, { leftOut: ['i386'] }))).toEqual([]);
  });
});
