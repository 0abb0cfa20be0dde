/** Machine formats keep their published shape; text stays readable and safe. */

import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { checkJson } from '../../src/report/check-json.ts';
import { makeReport } from '../../src/report/check-report.ts';
import { checkSchema } from '../../src/report/check-schema.ts';
import { checkTerse } from '../../src/report/check-terse.ts';
import { checkText } from '../../src/report/check-text.ts';
import { adviseOn } from '../../src/verdict/advice.ts';
import { checkAbis } from '../../src/verdict/check.ts';
import type { Abi } from '../../src/abi/abi.ts';
import { abiOf } from '../support/header-source.ts';
import { abi, field, record, struct } from '../verdict/build.ts';
import { eventsForms, vcpuEvents } from '../verdict/vcpu-events.ts';

const validate = new Ajv({ allErrors: true, strict: false }).compile(checkSchema);

describe('json', () => {
  test.each(eventsForms)('v1 → %s obeys the published schema', (form) => {
    const result = checkAbis([{ old: vcpuEvents('v1'), new: vcpuEvents(form) }]);
    const alternatives = new Map([...result.records.keys()].map((name) => [name, adviseOn(result, name)] as const));
    const document: unknown = JSON.parse(checkJson(makeReport(result, { showAll: true, alternatives })));
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
  });

  test('the schema refuses a break without a witness', () => {
    const result = checkAbis([{ old: vcpuEvents('v1'), new: vcpuEvents('ext_abt_esr') }]);
    const document = JSON.parse(checkJson(makeReport(result))) as { findings: { witness: unknown }[] };
    for (const finding of document.findings) finding.witness = null;
    expect(validate(document)).toBe(false);
  });

  test('without --show all only breaks and reviews are listed, but all are counted', () => {
    const result = checkAbis([{ old: vcpuEvents('v1'), new: vcpuEvents('iabt') }]);
    const document = JSON.parse(checkJson(makeReport(result))) as {
      findings: unknown[];
      counts: { compatible: number };
    };
    expect(document.findings).toEqual([]);
    expect(document.counts.compatible).toBeGreaterThan(0);
  });
});

describe('text', () => {
  const attr = (arms: string): Abi =>
    abiOf(`typedef unsigned int u32; union attr { ${arms} struct { u32 all[8]; } rest; };`);

  test('asks one question once, however many fields raise it', () => {
    const added = 'struct { u32 prog; u32 first_fd; u32 second_fd; };';
    const text = checkText(makeReport(checkAbis([{ old: attr('struct { u32 prog; };'), new: attr(added) }])));
    expect(text.match(/^review field-added-in-arm: union attr\.\w+$/gm)).toHaveLength(1);
    expect(text).toContain('first_fd (4 bytes at 4) and second_fd (4 bytes at 8) are new in unused bytes');
  });

  test('keeps the members of an arm together, and what is gone where it was', () => {
    const old = attr('struct { u32 a0, a1; } a; struct { u32 b0, b1; } b;');
    const next = attr('struct { u32 a0, a2; } a; struct { u32 c0, c1; } c;');
    const text = checkText(makeReport(checkAbis([{ old, new: next }])));
    const rows = [...text.matchAll(/^ +[\d-]+ +[\d-]+ +[\d-]+ +[\d-]+ {2}([ +~-]) +(\w+)/gm)];
    const expected = [' a', ' a0', '~a2', '-b', '-b0', '-b1', '+c', '+c0', '+c1', ' rest', ' all'];
    expect(rows.map(([, mark, name]) => `${mark ?? ''}${name ?? ''}`)).toEqual(expected);
  });

  test('begins with the verdict and fits 80 columns', () => {
    for (const form of eventsForms) {
      const result = checkAbis([{ old: vcpuEvents('v1'), new: vcpuEvents(form) }]);
      const text = checkText(makeReport(result, { showAll: true }));
      expect(text).toMatch(/^(BREAK|REVIEW|COMPATIBLE|UNDECIDED): /);
      expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    }
  });

  test('shows both offsets of reserved, the witness bytes and both readings', () => {
    const text = checkText(makeReport(checkAbis([{ old: vcpuEvents('v1'), new: vcpuEvents('ext_abt_esr') }])));
    expect(text).toMatch(/^ +16 +48 +24 +40 {2}~ reserved/m);
    expect(text).toMatch(/^ +0010 {2}88 77 66 01 00 00 00 00/m);
    expect(text).toContain('exception.ext_abt_esr = 0x1667788');
    expect(text).toContain('reserved[0] = 0x1667788');
  });

  test('a name from the input cannot reach the terminal as an escape', () => {
    const hostile = (name: string): Parameters<typeof checkAbis>[0][0]['old'] =>
      abi({ label: '\u001b]0;x\u0007', records: [record('struct', 'r', [field('__u32', name), field('__u32', 'b')])] });
    const result = checkAbis([{ old: hostile('\u001b[31mred'), new: hostile('__proto__') }]);
    for (const text of [
      checkText(makeReport(result, { showAll: true })),
      checkTerse(makeReport(result, { showAll: true })),
    ]) {
      expect(text).not.toContain('\u001b');
      expect(text).toContain('\\x1b');
    }
  });

  test('old against itself says that nothing changed', () => {
    const one = abi({ records: [struct('r', field('__u32', 'a'))] });
    expect(checkText(makeReport(checkAbis([{ old: one, new: one }])))).toContain('Nothing changed');
  });
});
