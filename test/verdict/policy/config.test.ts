/** `uabi.config.json`: mistakes have places, semantics decide verdicts, hostile keys do nothing. */

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkAbis, type CheckResult } from '../../../src/verdict/check.ts';
import { withoutIgnored } from '../../../src/verdict/policy/apply-ignore.ts';
import { configSchema } from '../../../src/verdict/policy/config-schema.ts';
import { readConfig } from '../../../src/verdict/policy/config.ts';
import { Declarations } from '../../../src/verdict/policy/declare-semantics.ts';
import { abiOf } from '../../support/header-source.ts';

test('the published schema is the one that is used', () => {
  const published = readFileSync(new URL('../../../docs/config.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(published)).toEqual(configSchema);
});

describe('mistakes', () => {
  test.each([
    ['{ "targts": [] }', 1, 3, 'did you mean "targets"?'],
    ['{ "targets": ["arm65"] }', 1, 15, 'did you mean "arm64"?'],
    ['{ "contracts": ["rebuilt"] }', 1, 17, 'did you mean "rebuild"?'],
    ['{ "contracts": 1 }', 1, 16, undefined],
    ['{\n "failOn": "brek" }', 2, 12, 'did you mean "break"?'],
    ['{ "ignore": [1] }', 1, 14, undefined],
    ['{ "records": [] }', 1, 14, undefined],
    ['{ "records": { "struct a b": {} } }', 1, 16, undefined],
    ['{ "records": { "struct a": { "sizeRule": "extensble" } } }', 1, 42, 'did you mean "extensible"?'],
    ['{ "records": { "struct a": { "fields": { "b": { "rol": "padding" } } } } }', 1, 49, 'did you mean "role"?'],
    ['{ "records": { "struct a": { "requests": [{ "name": "A" }] } } }', 1, 43, undefined],
    ['{ "lint": { "off": ["implicit-holes"] } }', 1, 21, 'did you mean "implicit-hole"?'],
    ['{ "__proto__": { "failOn": "never" } }', 1, 3, undefined],
    ['{ "failOn": "never", "failOn": "break" }', 1, 22, undefined],
    ['[]', 1, 1, undefined],
    ['{', 1, 2, undefined],
    ['', 1, 1, undefined],
  ])('%s', async (text, line, column, hint) => {
    const { config, diagnostics } = await readConfig(text, 'uabi.config.json');
    expect(config).toBeUndefined();
    expect(diagnostics[0]?.location).toEqual({ file: 'uabi.config.json', line, column });
    if (hint !== undefined) expect(diagnostics[0]?.hint).toBe(hint);
  });

  test('comments hide no brackets from the limit of depth', async () => {
    const { diagnostics } = await readConfig(`/* " */ ${'['.repeat(100_000)}`, 'c');
    expect(diagnostics.map((one) => one.code)).toEqual(['too-deep']);
  });

  test('whatever stands in it, reading answers with a configuration or with located problems', async () => {
    const key = fc.constantFrom(
      'records',
      'struct a',
      'fields',
      'lint',
      'off',
      '__proto__',
      'toString',
      'ignore',
      '*/',
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, fc.jsonValue(), fc.dictionary(key, tie('tree'))),
    }));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          tree.map((value) => JSON.stringify(value)),
        ),
        async (text) => {
          const { config, diagnostics } = await readConfig(text, 'c');
          expect(config === undefined).toBe(diagnostics.length > 0);
          expect(diagnostics.every((one) => one.location !== undefined)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
    expect(({} as Record<string, unknown>)['failOn']).toBeUndefined();
  });
});

const types = 'typedef unsigned int __u32; typedef unsigned long long __u64;\n';

async function check(config: object, old: string, next: string): Promise<CheckResult & { mistakes: string[] }> {
  const { config: read, diagnostics } = await readConfig(JSON.stringify(config), 'c');
  expect(diagnostics).toEqual([]);
  if (read === undefined) throw new Error('no configuration');
  const declarations = new Declarations(read);
  const result = checkAbis([
    { old: declarations.declare(abiOf(types + old)), new: declarations.declare(abiOf(types + next)) },
  ]);
  return { ...result, mistakes: declarations.mistakes().map((one) => `${one.message} ${one.hint ?? ''}`.trim()) };
}

const verdictOn = (result: CheckResult, rule: string): string | undefined =>
  result.findings.find((one) => one.rule === rule)?.verdict;

describe('what is declared decides', () => {
  const request = "\n#define SET ((1u << 30) | (sizeof(struct x) << 16) | ('x' << 8) | 1)";
  const old = `struct x { __u32 flags; __u32 kind; __u64 reserved[4]; };${request}`;
  const next = `struct x { __u32 flags; __u32 kind; __u64 extra; __u64 reserved[3]; };${request}`;
  const rule = 'reserved-became-field';

  test('nothing declared: the headers cannot tell', async () => {
    expect(verdictOn(await check({}, old, next), rule)).toBe('review');
  });

  test('refused bytes are zero in every program that works', async () => {
    const said = { records: { 'struct x': { writer: 'user', nonZero: 'rejected' } } };
    expect(verdictOn(await check(said, old, next), rule)).toBe('compatible');
    const field = {
      records: { 'struct x': { fields: { reserved: { role: 'reserved', nonZero: 'rejected', writer: 'user' } } } },
    };
    expect(verdictOn(await check(field, old, next), rule)).not.toBe('break');
  });

  test('ignored bytes can hold anything', async () => {
    const said = { records: { 'struct x': { writer: 'user', nonZero: 'ignored' } } };
    expect(verdictOn(await check(said, old, next), rule)).toBe('break');
  });

  test('a new flag that the old kernel refuses opens the field to new programs only', async () => {
    const flags = '\n#define X_A 1\n';
    const gated = {
      records: {
        'struct x': {
          writer: 'user',
          nonZero: 'ignored',
          fields: {
            flags: { meaning: { flags: 'X_' } },
            extra: { validIf: 'flags & X_EXTRA', writer: 'user' },
          },
        },
      },
    };
    const result = await check(gated, old + flags, `${next}${flags}#define X_EXTRA 2\n`);
    expect(result.mistakes).toEqual([]);
    expect(result.findings.find((one) => one.rule === rule)?.answers[0]).toMatchObject({
      contract: 'old-binary',
      answer: 'kept',
    });
  });

  test('a record may grow where the kernel copies by the size it is told', async () => {
    const grown = old.replace('reserved[4]', 'reserved[6]');
    expect(verdictOn(await check({}, old, grown), 'record-grew')).not.toBe('compatible');
    const said = { records: { 'struct x': { sizeRule: 'extensible' } } };
    const answers = (await check(said, old, grown)).findings.find((one) => one.rule === 'record-grew')?.answers;
    expect(answers?.find((one) => one.contract === 'old-binary')?.answer).toBe('kept');
  });

  test('an entry that fits on neither side is a mistake; one that fits on one side is not', async () => {
    const said = {
      records: {
        'struct x': {
          fields: { extra: { doc: 'new' }, reservd: { role: 'reserved' }, kind: { validIf: 'flag & 1' } },
        },
        'struct absent': { fields: { whatever: { role: 'padding' } } },
      },
    };
    expect((await check(said, old, next)).mistakes).toEqual([
      'struct x has no field "reservd". did you mean "reserved"?',
      'The record has no field "flag". did you mean "flags"?',
    ]);
  });

  test('fields of anonymous, nested and repeated records are found by their paths', async () => {
    const nested =
      'struct x { union { struct { __u32 a; __u32 pad; } in; __u64 raw; }; struct { __u32 b; } list[2]; };';
    const said = {
      records: {
        'struct x': { fields: { 'in.pad': { role: 'padding', nonZero: 'rejected' }, 'list[].b': { doc: 'd' } } },
      },
    };
    const changed = nested.replace('pad;', 'extra;');
    const result = await check(said, nested, changed);
    expect(result.mistakes).toEqual([]);
    expect(result.findings.flatMap((one) => one.answers.map((answer) => answer.reason)).join()).toMatch(
      /EINVAL|refuse/,
    );
  });
});

test('ignored headers are left out of the verdict, by file and by directory', () => {
  const result = checkAbis([
    {
      old: abiOf({ 'drm/a.h': 'struct a { int x; };', 'linux/b.h': 'struct b { int x; };' }),
      new: abiOf({ 'drm/a.h': 'struct a { int y; };', 'linux/b.h': 'struct b { int x; };' }),
    },
  ]);
  expect(result.verdict).toBe('break');
  expect(withoutIgnored(result, ['drm/']).result.verdict).toBe('compatible');
  expect(withoutIgnored(result, ['include/uapi/drm', 'a.h.x', 'rm/a.h'])).toMatchObject({ left: 0 });
  expect(withoutIgnored(result, ['drm/a.h']).left).toBe(1);
});
