/**
 * Every class and every field of a syndrome, one by one. Expected values are from the Arm architecture's register description,
 * not from our tables: class number → what the sentence must say, bit by bit for the two ISS layouts that KVM uses most.
 */

import { describe, expect, test } from 'vitest';
import { explainSyndrome } from '../../src/capture/syndrome.ts';

const il = 1n << 25n;
const esr = (ec: number, iss = 0n, iss2 = 0n): bigint => (iss2 << 32n) | (BigInt(ec) << 26n) | il | iss;
const summary = (value: bigint): string => explainSyndrome('ESR_EL2', value).summary;
const field = (value: bigint, name: string): { value: bigint; meaning: string | undefined } | undefined => {
  const found = explainSyndrome('ESR_EL2', value).fields.find((one) => one.name === name);
  return found === undefined ? undefined : { value: found.value, meaning: found.meaning };
};

describe('exception classes', () => {
  test.each([
    [0x00, /unknown|uncategorized/i],
    [0x01, /WF[IEx]/],
    [0x03, /MCR|MRC|CP15/i],
    [0x04, /MCRR|MRRC|CP15/i],
    [0x05, /MCR|MRC|CP14/i],
    [0x06, /LDC|STC|CP14/i],
    [0x07, /SIMD|floating|SVE/i],
    [0x08, /VMRS|CP10/i],
    [0x09, /pointer authentication/i],
    [0x0a, /LD64B|ST64B|64/],
    [0x0c, /MRRC|CP14/i],
    [0x0d, /branch target|BTI/i],
    [0x0e, /illegal/i],
    [0x11, /SVC/],
    [0x12, /HVC/],
    [0x13, /SMC/],
    [0x15, /SVC/],
    [0x16, /HVC/],
    [0x17, /SMC/],
    [0x18, /MSR|MRS|system/i],
    [0x19, /SVE/],
    [0x1a, /ERET/],
    [0x1c, /pointer authentication/i],
    [0x1d, /SME/],
    [0x20, /instruction abort from EL0|instruction abort from a lower/i],
    [0x21, /instruction abort/i],
    [0x22, /PC alignment/i],
    [0x24, /data abort/i],
    [0x25, /data abort/i],
    [0x26, /SP alignment/i],
    [0x27, /MOPS|memory copy|memory set/i],
    [0x28, /floating/i],
    [0x2c, /floating/i],
    [0x2d, /GCS|guarded control stack/i],
    [0x2f, /SError/],
    [0x30, /breakpoint/i],
    [0x31, /breakpoint/i],
    [0x32, /step/i],
    [0x33, /step/i],
    [0x34, /watchpoint/i],
    [0x35, /watchpoint/i],
    [0x38, /BKPT/],
    [0x3a, /vector catch/i],
    [0x3c, /BRK/],
    [0x3d, /PMU|profiling/i],
  ])('%i', (ec, words) => {
    expect(summary(esr(ec))).toMatch(words);
  });

  test('a class that nothing has is a warning, not a refusal', () => {
    const { warnings, fields } = explainSyndrome('ESR_EL2', esr(0x02));
    expect(warnings.length).toBeGreaterThan(0);
    expect(fields.length).toBeGreaterThan(0);
  });
});

describe('fault status codes of data aborts', () => {
  test.each([
    [0x00, 'address size fault, level 0'],
    [0x07, 'translation fault, level 3'],
    [0x09, 'access flag fault, level 1'],
    [0x0f, 'permission fault, level 3'],
    [0x10, 'synchronous external abort, not on a table walk'],
    [0x11, 'synchronous tag check fault'],
    [0x13, 'synchronous external abort on a table walk, level −1'],
    [0x17, 'synchronous external abort on a table walk, level 3'],
    [0x18, 'synchronous parity or ECC error, not on a table walk'],
    [0x1b, 'synchronous parity or ECC error on a table walk, level −1'],
    [0x1f, 'synchronous parity or ECC error on a table walk, level 3'],
    [0x21, 'alignment fault'],
    [0x28, 'granule protection fault, not on a table walk'],
    [0x29, 'address size fault, level −1'],
    [0x2b, 'translation fault, level −1'],
    [0x30, 'TLB conflict'],
    [0x31, 'unsupported atomic hardware update'],
    [0x34, 'lockdown'],
    [0x35, 'unsupported exclusive or atomic'],
  ])('%i', (code, words) => {
    expect(summary(esr(0x25, BigInt(code)))).toContain(words);
  });
});

describe('bits of a data abort', () => {
  const isv = 1n << 24n;
  test.each([
    ['ISV', isv, 1n],
    ['SAS', isv | (3n << 22n), 3n],
    ['SSE', isv | (1n << 21n), 1n],
    ['SRT', isv | (31n << 16n), 31n],
    ['SF', isv | (1n << 15n), 1n],
    ['AR', isv | (1n << 14n), 1n],
    ['VNCR', 1n << 13n, 1n],
    ['SET', 0x10n | (3n << 11n), 3n],
    ['FnV', 0x10n | (1n << 10n), 1n],
    ['EA', 1n << 9n, 1n],
    ['CM', 1n << 8n, 1n],
    ['S1PTW', 1n << 7n, 1n],
    ['WnR', 1n << 6n, 1n],
    ['DFSC', 0x3fn, 0x3fn],
  ])('%s', (name, iss, value) => {
    expect(field(esr(0x24, iss), name)?.value).toBe(value);
  });

  test.each([
    [0n, /recoverable|UER/i],
    [2n, /uncontainable|UC/i],
    [3n, /restartable|UEO/i],
  ])('SET %i', (set, words) => {
    expect(field(esr(0x24, 0x10n | (set << 11n)), 'SET')?.meaning).toMatch(words);
  });

  test('all of what memory-error exits carry: a write, FnV, EA', () => {
    // Seen in the field: esr 0x92000610.
    const text = explainSyndrome('ESR_EL2', 0x92000610n).summary;
    expect(text).toContain('data abort from EL0');
    expect(text).toContain('synchronous external abort, not on a table walk');
    expect(text).toContain('FAR not valid');
  });
});

describe('bits of ISS2', () => {
  test.each([
    ['Xs', 0x1fn, 0x1fn],
    ['DirtyBit', 1n << 5n, 1n],
    ['Overlay', 1n << 6n, 1n],
    ['GCS', 1n << 8n, 1n],
    ['TagAccess', 1n << 9n, 1n],
    ['TnD', 1n << 10n, 1n],
  ])('%s', (name, iss2, value) => {
    expect(field(esr(0x24, 0x10n, iss2), name)?.value).toBe(value);
  });

  test('bits above ISS2 are reserved, and a warning', () => {
    expect(explainSyndrome('ESR_EL2', esr(0x24, 0x10n) | (1n << 60n)).warnings.length).toBeGreaterThan(0);
  });
});

describe('SErrors', () => {
  test.each([
    [0n, /uncontainable/i],
    [1n, /unrecoverable/i],
    [2n, /restartable/i],
    [3n, /recoverable/i],
    [6n, /corrected/i],
  ])('AET %i', (aet, words) => {
    const iss = (aet << 10n) | 0x11n;
    expect(field(esr(0x2f, iss), 'AET')?.meaning).toMatch(words);
    expect(explainSyndrome('SERROR_ISS', iss).fields.find(({ name }) => name === 'AET')?.value).toBe(aet);
  });

  test('IDS makes the rest implementation defined', () => {
    expect(explainSyndrome('SERROR_ISS', 0x101d1edn).summary).toContain('implementation defined');
    expect(explainSyndrome('SERROR_ISS', 0x1000000n).warnings).toEqual([]);
  });
});
