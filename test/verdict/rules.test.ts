/**
 * The catalogue against fixtures: every rule has a pair of headers that fires it and one that stays silent, every rule runs
 * on every pair, and no finding appears that the fixture does not name.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Abi } from '../../src/abi/abi.ts';
import type { TargetName } from '../../src/abi/target.ts';
import { checkAbis, type CheckResult } from '../../src/verdict/check.ts';
import { contracts } from '../../src/verdict/contract.ts';
import { findRule, type RuleId, rules, suggestRules } from '../../src/verdict/rules.ts';
import { abiOf } from '../support/header-source.ts';
import { semanticCases } from './semantic-cases.ts';

const root = fileURLToPath(new URL('../../fixtures/rules/', import.meta.url));

interface Expected {
  /** Findings of old.h → new.h as `verdict rule subject`, compatible ones included. */
  readonly fires: readonly string[];
  /** Findings of old.h → near.h; the rule of the folder is never among them. */
  readonly near: readonly string[];
  /** Targets to look at; x86_64 by itself where none are named. */
  readonly targets?: readonly TargetName[];
}

function headers(folder: string, side: string, target: TargetName): Abi {
  const text = (name: string): string => readFileSync(join(root, folder, name), 'utf8');
  // A fixture about headers themselves is a folder of them.
  const files = readdirSync(join(root, folder));
  if (!files.includes(side)) return abiOf({ 'x.h': text(`${side}.h`) }, target);
  const names = readdirSync(join(root, folder, side));
  return abiOf(Object.fromEntries(names.map((name) => [name, text(join(side, name))])), target);
}

/** Fixtures compare one header with itself under one name, so that the header's own name is no change. */
function check(folder: string, side: 'new' | 'near', targets: readonly TargetName[] = ['x86_64']): CheckResult {
  return checkAbis(
    targets.map((target) => ({ old: headers(folder, 'old', target), new: headers(folder, side, target) })),
  );
}

const lines = (result: CheckResult): string[] =>
  result.findings.map((one) => `${one.verdict} ${one.rule} ${one.subject}`).sort();

const folders = readdirSync(root).sort();

describe('every fixture', () => {
  test.each(folders)('%s', (folder) => {
    const expected = JSON.parse(readFileSync(join(root, folder, 'expected.json'), 'utf8')) as Expected;
    const fires = check(folder, 'new', expected.targets);
    expect(fires.notUnderstood).toEqual([]);
    expect(lines(fires)).toEqual([...expected.fires].sort());
    expect(fires.findings.some((one) => one.rule === folder)).toBe(true);
    const near = check(folder, 'near', expected.targets);
    expect(near.notUnderstood).toEqual([]);
    expect(lines(near)).toEqual([...expected.near].sort());
    expect(near.findings.filter((one) => one.rule === folder)).toEqual([]);
  });

  test.each(semanticCases)('declared meaning: $rule', ({ rule, old, fires, near, verdict }) => {
    const found = checkAbis([{ old, new: fires }]).findings.filter((one) => one.rule === rule);
    expect(found.map((one) => one.verdict)).toEqual([verdict]);
    expect(checkAbis([{ old, new: near }]).findings.filter((one) => one.rule === rule)).toEqual([]);
  });
});

test('a field that became narrower is not called safe for programs that are rebuilt', () => {
  // gcc -Wall -Wextra says nothing about narrow.n = wide.n
  const answers = (folder: string): readonly (string | undefined)[] =>
    check(folder, 'new')
      .findings.filter((one) => one.rule === folder)
      .map((one) => one.answers.find(({ contract }) => contract === 'rebuild')?.answer);
  expect(answers('field-shrank')).toEqual(['unknown']);
  expect(answers('bit-field-shrank')).toEqual(['unknown']);
  expect(answers('field-grew')).toEqual(['kept']);
});

describe('the catalogue', () => {
  test('every rule has a fixture', () => {
    const covered = new Set<string>([...folders, ...semanticCases.map((one) => one.rule)]);
    // Rules about waivers judge no headers; policy/waivers.test.ts has their cases.
    expect([...rules].filter(([id, rule]) => !covered.has(id) && rule.object !== 'waiver')).toEqual([]);
  });

  test('every fixture belongs to a rule', () => {
    expect(folders.filter((folder) => findRule(folder) === undefined)).toEqual([]);
  });

  test('every rule with a direction has a mirror, or says why not', () => {
    const opposite = { more: 'less', less: 'more', other: 'other' } as const;
    const lonely = [...rules].filter(([id, rule]) => {
      const mirrors = [...rules].filter(
        ([other, { object, aspect, direction }]) =>
          other !== id && object === rule.object && aspect === rule.aspect && direction === opposite[rule.direction],
      );
      return mirrors.length === 0 && (rule.noMirror ?? '') === '';
    });
    expect(lonely.map(([id]) => id)).toEqual([]);
  });

  test.each([...rules])('%s speaks in whole sentences', (_id, rule) => {
    for (const text of [rule.explanation, rule.lookAt, rule.wayOut]) expect(text).toMatch(/[.!]$/);
    expect(rule.title).not.toMatch(/\.$/);
    expect(rule.contracts.every((contract) => contracts.includes(contract))).toBe(true);
    expect(rule.contracts.length === 0).toBe(rule.verdict === 'compatible' || rule.object === 'waiver');
  });

  test.each([
    ['field-move', 'field-moved'],
    ['inner-record-grow', 'inner-record-grew'],
    ['requst-size-changed', 'request-size-changed'],
  ] as const)('a misspelt %s suggests %s', (id, wanted: RuleId) => {
    expect(suggestRules(id)[0]).toBe(wanted);
  });

  test('names of object properties are no rules', () => {
    expect(findRule('__proto__')).toBeUndefined();
    expect(findRule('constructor')).toBeUndefined();
  });
});

describe('what must change nothing', () => {
  const old = `typedef unsigned int __u32;\n#define A 1\n#define B (1 << 1)\nstruct p { __u32 x; __u32 y; };\nstruct q { struct p p; __u32 z; };`;
  test.each([
    [
      'the order of declarations',
      `#define B (1 << 1)\ntypedef unsigned int __u32;\nstruct p { __u32 x; __u32 y; };\n#define A 1\nstruct q { struct p p; __u32 z; };`,
    ],
    [
      'comments and white space',
      `/* hi */ typedef   unsigned int __u32;\n#define A 1 // one\n#define B (1<<1)\nstruct p {\n  __u32 x, y; };\nstruct q { struct p p; __u32 z; };`,
    ],
    [
      'the spelling of types',
      `typedef unsigned __u32;\n#define A 1\n#define B (1 << 1)\nstruct p { unsigned int x; unsigned y; };\nstruct q { struct p p; __u32 z; };`,
    ],
    [
      'the spelling of values',
      `typedef unsigned int __u32;\n#define A 0x1\n#define B 2U\nstruct p { __u32 x; __u32 y; };\nstruct q { struct p p; __u32 z; };`,
    ],
    [
      'a macro that repeats an enumerator, with its value',
      `typedef unsigned int __u32;\nenum { A = 1 };\n#define A A\n#define B (1 << 1)\nstruct p { __u32 x; __u32 y; };\nstruct q { struct p p; __u32 z; };`,
    ],
  ])('%s', (_what, next) => {
    expect(lines(checkAbis([{ old: abiOf(old), new: abiOf(next) }]))).toEqual([]);
  });

  test('the order of declarations changes neither findings nor their order', () => {
    const parts = ['struct a { int x; int y; };', 'struct b { int x; };', '#define N 1', 'enum e { P, Q };'];
    const next = abiOf('struct b { long x; };\nenum e { Q, P };\nstruct a { int y; int x; };\n#define N 2');
    const forwards = checkAbis([{ old: abiOf(parts.join('\n')), new: next }]);
    const backwards = checkAbis([{ old: abiOf([...parts].reverse().join('\n')), new: next }]);
    expect(forwards.findings.map((one) => one.fingerprint)).toEqual(backwards.findings.map((one) => one.fingerprint));
    expect(forwards.findings.length).toBeGreaterThan(4);
  });
});
