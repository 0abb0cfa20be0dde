/** Waivers: what they accept, what is said about those that do not fit, and how the file is written. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkAbis, type CheckResult, countsOf } from '../../../src/verdict/check.ts';
import { applyWaivers } from '../../../src/verdict/policy/apply-waivers.ts';
import { withWaiver } from '../../../src/verdict/policy/edit-waivers.ts';
import { isCalendarDay, readWaivers, type Waiver } from '../../../src/verdict/policy/waiver-file.ts';
import { abiOf } from '../../support/header-source.ts';

const types = 'typedef unsigned int __u32; typedef unsigned long long __u64;\n';
const check = (old: string, next: string): CheckResult =>
  checkAbis([{ old: abiOf(types + old), new: abiOf(types + next) }]);

const renamed = check('struct x { __u32 a; __u32 b; };', 'struct x { __u32 c; __u32 b; };');
const [broken] = renamed.findings;
if (broken === undefined) throw new Error('nothing was found');

const today = '2030-06-15';
const waiver = (more: Partial<Waiver> = {}): Waiver => ({
  fingerprint: broken.fingerprint,
  reason: 'nobody uses it',
  expires: '2030-06-15',
  file: 'w.json',
  line: 3,
  ...more,
});
const rulesOf = (result: CheckResult): string[] => result.findings.map((one) => one.rule);

describe('a waiver that fits', () => {
  test('accepts the finding up to its last day, and keeps its verdict and witness', () => {
    expect(renamed.verdict).toBe('break');
    const result = applyWaivers(renamed, { old: [waiver()], new: undefined, today });
    expect(result.verdict).toBe('compatible');
    expect(countsOf(result.findings)).toMatchObject({ break: 0, waived: 1 });
    expect(result.findings[0]).toMatchObject({
      verdict: 'break',
      waiver: { reason: 'nobody uses it', expires: '2030-06-15', file: 'w.json', line: 3 },
    });
    expect(result.findings[0]?.witness).not.toBeNull();
  });

  test('still fits after lines, comments and other declarations around it changed', () => {
    const moved = check(
      '/* a\n b */\n#define N 1\nstruct x { __u32 a; __u32 b; };',
      '#define N 1\n\n\nstruct x\n{\n\t__u32 c; /* new name */\n\t__u32 b;\n};',
    );
    expect(applyWaivers(moved, { old: [waiver()], new: undefined, today }).verdict).toBe('compatible');
  });

  test.each(['constant size_of', 'macro size_of'])('may call a macro %j, as the JSON does or the text', (subject) => {
    const changed = check('#define size_of(x) (x)', '#define size_of(x) (x + 1)');
    const { fingerprint = '' } = changed.findings[0] ?? {};
    expect(changed.verdict).toBe('review');
    const old = [waiver({ fingerprint, subject })];
    expect(applyWaivers(changed, { old, new: undefined, today }).verdict).toBe('compatible');
  });

  test('does not accept another change of the same field', () => {
    const other = check('struct x { __u32 a; __u32 b; };', 'struct x { __u32 d; __u32 b; };');
    const result = applyWaivers(other, { old: [waiver({ subject: broken.subject })], new: undefined, today });
    expect(result.verdict).toBe('break');
    expect(rulesOf(result)).toContain('waiver-mismatched');
  });

  test('hides nothing that could not be read', () => {
    const unread = { ...renamed, notUnderstood: [{ severity: 'error', code: 'x', message: 'x' } as const] };
    expect(applyWaivers(unread, { old: [waiver()], new: undefined, today }).verdict).toBe('undecided');
  });
});

describe('a waiver that does not fit is a finding', () => {
  const same = check('struct x { __u32 a; };', 'struct x { __u32 a; }; /* */');
  test.each([
    ['waiver-expired', renamed, [waiver({ expires: '2030-06-14' })], undefined],
    ['waiver-mismatched', renamed, [waiver({ rule: 'field-moved' })], undefined],
    ['waiver-unused', same, [waiver({ subject: 'struct x.a' })], undefined],
    ['waiver-unused', same, [waiver()], [waiver()]],
    ['waiver-in-the-change', renamed, [], [waiver()]],
    ['waiver-in-the-change', renamed, [waiver({ expires: '2030-06-14' })], [waiver({ expires: '2031-01-01' })]],
  ] as const)('%s', (rule, result, old, next) => {
    const judged = applyWaivers(result, { old, new: next, today });
    expect(rulesOf(judged)).toContain(rule);
    expect(judged.findings.every((one) => one.waiver === undefined)).toBe(true);
    expect(judged.verdict).toBe(result === renamed ? 'break' : 'review');
  });

  test('which nobody can waive', () => {
    const unused = waiver({ fingerprint: 'aaaaaaaaaaaa' });
    const first = applyWaivers(same, { old: [unused], new: undefined, today });
    const bookkeeping = first.findings.find((one) => one.rule === 'waiver-unused');
    const second = waiver({ fingerprint: bookkeeping?.fingerprint ?? '' });
    const result = applyWaivers(same, { old: [unused, second], new: undefined, today });
    expect(rulesOf(result).filter((rule) => rule === 'waiver-unused')).toHaveLength(2);
    expect(countsOf(result.findings).waived).toBe(0);
  });

  test('unless the change takes it out of the file, or what it speaks of was not compared', () => {
    expect(rulesOf(applyWaivers(same, { old: [waiver()], new: [], today }))).toEqual([]);
    const elsewhere = waiver({ subject: 'struct elsewhere.field' });
    expect(rulesOf(applyWaivers(same, { old: [elsewhere], new: [elsewhere], today }))).toEqual([]);
  });
});

describe('the file', () => {
  const text = `// ask the ABI people before you add one
{
    "waivers": [
        // until the tool is ported
        { "fingerprint": "0123456789ab", "reason": "old", "expires": "2031-01-31" }
    ]
}
`;

  test('keeps its comments, order and indentation when an entry is added or renewed', async () => {
    const { waivers } = await readWaivers(text, 'w');
    const added = withWaiver(text, waivers, { fingerprint: 'ba9876543210', reason: 'new', expires: '2032-02-29' });
    const entry =
      ',\n        {\n            "fingerprint": "ba9876543210",\n            "reason": "new",\n            "expires": "2032-02-29"\n        }';
    expect(added).toBe(text.replace('31" }', `31" }${entry}`));
    const both = await readWaivers(added, 'w');
    expect(both.diagnostics).toEqual([]);
    expect(both.waivers.map((one) => one.fingerprint)).toEqual(['0123456789ab', 'ba9876543210']);
    const renewed = withWaiver(added, both.waivers, {
      fingerprint: '0123456789ab',
      reason: 'renewed',
      expires: '2033-01-01',
    });
    expect(renewed).toContain('// until the tool is ported');
    const after = await readWaivers(renewed, 'w');
    expect(after.waivers.map((one) => one.reason)).toEqual(['renewed', 'new']);
  });

  test('is made where there is none', async () => {
    const made = withWaiver(undefined, [], { fingerprint: '0123456789ab', reason: 'r "x"\n', expires: '2031-01-31' });
    const { waivers, diagnostics } = await readWaivers(made, 'w');
    expect(diagnostics).toEqual([]);
    expect(waivers[0]).toMatchObject({ fingerprint: '0123456789ab', reason: 'r "x"\n', line: 3 });
  });

  test('says what is wrong with each entry, and where', async () => {
    const wrong = '{ "waivers": [\n { "fingerprint": "XYZ", "reason": " ", "expires": "soon", "until": 1 },\n 3 ] }';
    const { waivers, diagnostics } = await readWaivers(wrong, 'w.json');
    expect(waivers).toEqual([]);
    expect(diagnostics.map(({ location, code }) => [location?.line, location?.column, code])).toEqual([
      [2, 60, 'unknown-key'],
      [2, 19, 'bad-value'],
      [2, 36, 'bad-value'],
      [2, 52, 'bad-value'],
      [3, 2, 'wrong-type'],
    ]);
  });

  test('needs a reason and a day', async () => {
    const { diagnostics } = await readWaivers('{ "waivers": [{ "fingerprint": "0123456789ab" }] }', 'w');
    expect(diagnostics.length).toBeGreaterThan(0);
  });

  test.each([
    ['2024-02-29', true],
    ['2023-02-29', false],
    ['2030-06-31', false],
    ['2030-13-01', false],
    ['30-01-01', false],
    ['9999-12-31', true],
  ])('%s is a day: %s', (day, expected) => {
    expect(isCalendarDay(day)).toBe(expected);
  });

  test('whatever stands in it, reading answers with entries or with located problems', async () => {
    const key = fc.constantFrom('waivers', 'fingerprint', 'reason', 'expires', '__proto__', 'constructor', '//', '"');
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue(),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree')),
      ),
    }));
    const anything = fc.oneof(
      fc.string(),
      tree.map((value) => JSON.stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(anything, fc.nat(60), fc.string({ maxLength: 3 }), async (base, at, noise) => {
        const { waivers, diagnostics } = await readWaivers(base.slice(0, at) + noise + base.slice(at), 'w');
        expect(diagnostics.every((one) => one.location !== undefined)).toBe(true);
        if (diagnostics.length > 0) expect(waivers).toEqual([]);
        for (const one of waivers) expect(one.fingerprint).toMatch(/^[0-9a-f]{12}$/);
      }),
      { numRuns: 300 },
    );
  });
});
