/**
 * Breaks and near-misses that the kernel's headers really had, each as a pair of headers in `fixtures/history/` with the
 * verdict it deserves on each target, and every finding that is no "compatible".
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { TargetName } from '../../src/abi/target.ts';
import type { AbiPair } from '../../src/diff/changes.ts';
import { checkAbis } from '../../src/verdict/check.ts';
import { abiOf } from '../support/header-source.ts';

const root = fileURLToPath(new URL('../../fixtures/history/', import.meta.url));
const prelude = readFileSync(join(root, 'prelude.h'), 'utf8');

interface Expected {
  readonly title: string;
  readonly sides: readonly {
    readonly targets: readonly TargetName[];
    readonly verdict: 'break' | 'review' | 'compatible';
    readonly findings: readonly string[];
  }[];
}

const cases = readdirSync(root)
  .filter((name) => /^\d\d-/.test(name))
  .sort()
  .flatMap((folder) => {
    const text = (name: string): string => readFileSync(join(root, folder, name), 'utf8');
    const { title, sides } = JSON.parse(text('expected.json')) as Expected;
    return sides.map((side) => ({ folder, title, old: text('old.h'), next: text('new.h'), ...side }));
  });

describe('what happened to the kernel', () => {
  test.each(cases)('$folder on $targets: $verdict', ({ old, next, targets, verdict, findings }) => {
    const pairOf = (target: TargetName, language: 'C' | 'C++'): AbiPair => ({
      old: abiOf(prelude + old, target, undefined, language),
      new: abiOf(prelude + next, target, undefined, language),
    });
    const result = checkAbis(
      targets.map((target) => pairOf(target, 'C')),
      { openInCxx: ({ name }) => ({ pair: pairOf(name, 'C++') }) },
    );
    expect(result.notUnderstood).toEqual([]);
    const found = result.findings.filter((one) => one.verdict !== 'compatible');
    const lines = found.map(({ verdict, rule, subject, language }) =>
      [verdict, rule, subject, ...(language === undefined ? [] : [`(${language})`])].join(' '),
    );
    expect(lines.sort()).toEqual([...findings].sort());
    expect(result.verdict).toBe(verdict);
    expect(found.filter((one) => one.verdict === 'break' && one.witness === null)).toEqual([]);
  });

  test('the other way round nothing is missed either: what breaks one way is no silent change the other way', () => {
    const silent = cases.filter(({ old, next, targets, verdict }) => {
      const back = checkAbis(
        targets.map((target) => ({ old: abiOf(prelude + next, target), new: abiOf(prelude + old, target) })),
      );
      return verdict === 'break' && back.findings.every((one) => one.verdict === 'compatible');
    });
    // Names that come back are additions.
    expect(silent.map(({ folder }) => folder)).toEqual(['47-have-macros']);
  });
});
