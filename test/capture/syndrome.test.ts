import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bitsOf } from '../../src/capture/syndrome-bits.ts';
import { assignedClasses } from '../../src/capture/syndrome-classes.ts';
import { explainSyndrome, syndromeRegisters } from '../../src/capture/syndrome.ts';

function named(value: bigint, name: string): { value: bigint; meaning: string | undefined } {
  const found = explainSyndrome('ESR_EL1', value).fields.find((field) => field.name === name);
  if (found === undefined) throw new Error(`no field ${name}`);
  return { value: found.value, meaning: found.meaning };
}

describe('syndromes of a guest after an injected abort', () => {
  test.each([
    [0x96000010n, 'data abort from EL1, read, synchronous external abort, not on a table walk'],
    [0x92000010n, 'data abort from EL0, read, synchronous external abort, not on a table walk'],
    [0x86000010n, 'instruction abort from EL1, synchronous external abort, not on a table walk'],
    [0x82000010n, 'instruction abort from EL0, synchronous external abort, not on a table walk'],
    [0x96000410n, 'data abort from EL1, read, synchronous external abort, not on a table walk, FAR not valid'],
    [0xbf000000n, 'SError, no details given'],
    [0xbe000000n | 0x101d1edn, 'SError, implementation defined 0x1d1ed'],
    [0x5600deadn, 'SVC from AArch64, immediate 0xdead'],
    [0xf2000001n, 'BRK instruction from AArch64, immediate 0x1'],
  ])('%s', (value, summary) => {
    const syndrome = explainSyndrome('ESR_EL1', value);
    expect(syndrome.summary).toBe(summary);
    expect(syndrome.warnings).toEqual([]);
  });

  test('an access that ISV describes names its size and register', () => {
    // EC 0x24, IL, ISV, SAS 2 (4 bytes), SRT 3, WnR, DFSC 5.
    const value = (0x24n << 26n) | (1n << 25n) | (1n << 24n) | (2n << 22n) | (3n << 16n) | (1n << 6n) | 5n;
    expect(explainSyndrome('ESR_EL1', value).summary).toBe(
      'data abort from EL0, write of 4 bytes from w3, translation fault, level 1',
    );
  });

  test('the trap of a system register names the register', () => {
    // MRS x5, MPIDR_EL1: op0 3, op2 5, op1 0, CRn 0, Rt 5, CRm 0, read.
    const value = (0x18n << 26n) | (1n << 25n) | (3n << 20n) | (5n << 17n) | (5n << 5n) | 1n;
    expect(explainSyndrome('ESR_EL2', value).summary).toContain('read of MPIDR_EL1 to x5');
  });

  test('IL = 0 is KVM’s doing and said to be', () => {
    for (const value of [0x94000010n, 0x84000010n, 0xbd000000n]) {
      expect(explainSyndrome('ESR_EL1', value).warnings.join()).toContain('IL is 0');
    }
    // The esr patch's result: ISV is set, so IL = 0 can be a 16-bit instruction.
    expect(explainSyndrome('ESR_EL1', 0x95c0c710n).warnings).toEqual([]);
  });

  test('a sign-extended register is read all the same', () => {
    const syndrome = explainSyndrome('ESR_EL1', 0xffffffff96000010n);
    expect(syndrome.summary).toContain('data abort from EL1');
    expect(syndrome.warnings).toEqual([expect.stringContaining('0x96000010 was sign-extended')]);
  });

  test('seed of the esr patch: ISV, SAS 3, SF, AR, CM, FnV, EA', () => {
    const value = 0x97c0c710n;
    expect(named(value, 'SAS').meaning).toBe('8 bytes');
    for (const name of ['ISV', 'SF', 'AR', 'CM', 'FnV', 'EA']) expect(named(value, name).value, name).toBe(1n);
    expect(named(value, 'WnR').value).toBe(0n);
  });

  test('a store with SET=3 from a real machine check', () => {
    expect(explainSyndrome('ESR_EL2', 0x92001850n).summary).toBe(
      'data abort from EL0 or EL1, write, synchronous external abort, not on a table walk, restartable',
    );
    // With parity the range is not SET.
    expect(explainSyndrome('ESR_EL2', 0x92001818n).warnings).not.toEqual([]);
  });
});

describe('all bits are accounted for', () => {
  test.each(syndromeRegisters)('%s: the fields cover bits 63 to 0 once, and together are the value', (register) => {
    const values = fc.oneof(
      fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      fc
        .tuple(fc.constantFrom(...assignedClasses()), fc.bigInt({ min: 0n, max: (1n << 26n) - 1n }), fc.nat(0xffffff))
        .map(([code, low, iss2]) => (BigInt(iss2) << 32n) | (BigInt(code) << 26n) | low),
    );
    fc.assert(
      fc.property(values, (value) => {
        const { fields, summary } = explainSyndrome(register, value);
        let next = 63;
        let sum = 0n;
        for (const field of fields) {
          expect(field.high).toBe(next);
          expect(field.low).toBeLessThanOrEqual(field.high);
          expect(field.value).toBe(bitsOf(value, field.high, field.low));
          sum |= field.value << BigInt(field.low);
          next = field.low - 1;
        }
        expect(next).toBe(-1);
        expect(sum).toBe(value);
        expect(summary).not.toBe('');
      }),
      { numRuns: 400 },
    );
  });

  test('every reserved bit that is set is named in a warning', () => {
    // EC 0 has no ISS at all.
    const { warnings } = explainSyndrome('ESR_EL1', (1n << 25n) | 0x42n);
    expect(warnings).toEqual(['bits 24:0 of ESR_EL1 should be zero here, but hold 0x42']);
  });

  test('a bare ISS has 25 bits', () => {
    expect(explainSyndrome('SERROR_ISS', 1n << 25n).warnings).toEqual([
      'bits 63:25 of ISS should be zero here, but hold 0x1',
    ]);
    expect(explainSyndrome('ISS', 0x45n).summary).toBe('abort syndrome: write, translation fault, level 1');
  });
});
