/**
 * The interpreter, one instruction at a time. Words are from the Arm Architecture Reference Manual's encodings, results
 * calculated by hand.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GuestBus } from '../../src/kernel/a64/bus.ts';
import { GuestCpu } from '../../src/kernel/a64/guest-cpu.ts';
import { runGuest, step } from '../../src/kernel/a64/interpreter.ts';
import { sysreg } from '../../src/kernel/a64/system-registers.ts';
import type { Trap } from '../../src/kernel/a64/trap.ts';
import { parseCpuModel } from '../../src/kernel/cpu-models.ts';

const base = 0x4000_0000;

/** Two pages: code, and data behind it. Everything else is a hole. */
function memory(): { readonly bus: GuestBus; readonly view: DataView } {
  const bytes = new Uint8Array(0x2000);
  const bus: GuestBus = {
    page: (address) => {
      if (address < base || address >= base + bytes.length) return { kind: 'hole', level: 1 };
      const page = bytes.subarray(address - base, address - base + 0x1000);
      return { bytes: page, view: new DataView(page.buffer, page.byteOffset, 0x1000), isWritable: true };
    },
  };
  return { bus, view: new DataView(bytes.buffer) };
}

interface Ran {
  readonly cpu: GuestCpu;
  readonly view: DataView;
  readonly trap: Trap;
}

/** Runs words at 0x40000000 with x1 = the data page; ends at a branch to itself. */
function run(words: readonly number[], prepare: (cpu: GuestCpu, view: DataView) => void = () => undefined): Ran {
  const { bus, view } = memory();
  const cpu = new GuestCpu(parseCpuModel('max'));
  for (const [index, word] of [...words, 0x1400_0000].entries()) view.setUint32(index * 4, word, true);
  cpu.pc = BigInt(base);
  cpu.write(sysreg.VBAR_EL1, BigInt(base + 0x800));
  cpu.setX(1, BigInt(base + 0x1000));
  prepare(cpu, view);
  const trap = runGuest(cpu, bus, { budget: 1000, guestDebug: false });
  return { cpu, view, trap };
}

const allOnes = (1n << 64n) - 1n;

describe('data processing', () => {
  test.each([
    ['movz x0, #0x1234, lsl #16', [0xd2a2_4680], 0x1234_0000n],
    ['movn x0, #0', [0x9280_0000], allOnes],
    ['movn w0, #0', [0x1280_0000], 0xffff_ffffn],
    ['mov x0, #5; movk x0, #1, lsl #48', [0xd280_00a0, 0xf2e0_0020], 0x1_0000_0000_0005n],
    ['mov x0, #5; add x0, x0, #7', [0xd280_00a0, 0x9100_1c00], 12n],
    ['mov x0, #5; sub x0, x0, #7', [0xd280_00a0, 0xd100_1c00], allOnes - 1n],
    ['mov w0, #5; sub w0, w0, #7', [0x5280_00a0, 0x5100_1c00], 0xffff_fffen],
    ['orr x0, xzr, #0xff', [0xb240_1fe0], 0xffn],
    ['and x0, x1, #0xff00', [0x9278_1c20], 0x1000n],
    ['mov x0, #3; lsl x0, x0, #4', [0xd280_0060, 0xd37c_ec00], 0x30n],
    ['movn x0, #0; lsr x0, x0, #60', [0x9280_0000, 0xd37c_fc00], 15n],
    ['mov x2, #6; mov x3, #7; mul x0, x2, x3', [0xd280_00c2, 0xd280_00e3, 0x9b03_7c40], 42n],
    ['mov x2, #7; mov x3, #2; udiv x0, x2, x3', [0xd280_00e2, 0xd280_0043, 0x9ac3_0840], 3n],
    ['udiv by zero gives zero', [0xd280_00e2, 0x9adf_0840], 0n],
    ['mov x2, #1; clz x0, x2', [0xd280_0022, 0xdac0_1040], 63n],
    ['mov x2, #1; rev x0, x2', [0xd280_0022, 0xdac0_0c40], 1n << 56n],
    ['adr x0, . + 8', [0x1000_0040], 0x4000_0008n],
  ] as const)('%s', (_name, words, expected) => {
    const { cpu, trap } = run(words);
    expect(trap.kind).toBe('spins');
    expect(cpu.x(0)).toBe(expected);
  });

  test('adds and subtracts as BigInt does, modulo 2^64, with the carry the architecture defines', () => {
    const any64 = fc.bigInt({ min: 0n, max: allOnes });
    fc.assert(
      fc.property(any64, any64, (a, b) => {
        // adds x0, x2, x3; subs x4, x2, x3
        const { cpu } = run([0xab03_0040, 0xeb03_0044], (one) => {
          one.setX(2, a);
          one.setX(3, b);
        });
        expect(cpu.x(0)).toBe((a + b) & allOnes);
        expect(cpu.x(4)).toBe((a - b) & allOnes);
        // C after a subtraction means "no borrow".
        expect((cpu.pstate & 0x2000_0000) !== 0).toBe(a >= b);
        expect((cpu.pstate & 0x4000_0000) !== 0).toBe(a === b);
      }),
    );
  });

  test('cmp and a conditional branch: a loop adds 1 … 10', () => {
    // mov x0,#0; mov x2,#10; loop: add x0,x0,x2; subs x2,x2,#1; b.ne loop
    const { cpu } = run([0xd280_0000, 0xd280_0142, 0x8b02_0000, 0xf100_0442, 0x54ff_ffc1]);
    expect(cpu.x(0)).toBe(55n);
  });
});

describe('loads and stores', () => {
  test('every size, with and without sign', () => {
    const fill = (_cpu: GuestCpu, view: DataView): void => {
      view.setBigUint64(0x1000, 0x8182_8384_8586_8788n, true);
    };
    const loaded = (word: number): bigint => run([word], fill).cpu.x(0);
    expect(loaded(0xf940_0020)).toBe(0x8182_8384_8586_8788n);
    expect(loaded(0xb940_0020)).toBe(0x8586_8788n);
    expect(loaded(0x7940_0020)).toBe(0x8788n);
    expect(loaded(0x3940_0020)).toBe(0x88n);
    expect(loaded(0xb980_0020)).toBe(0xffff_ffff_8586_8788n);
    expect(loaded(0x7980_0020)).toBe(0xffff_ffff_ffff_8788n);
    expect(loaded(0x79c0_0020)).toBe(0xffff_8788n);
    expect(loaded(0x39c0_0020)).toBe(0xffff_ff88n);
  });

  test('write-back before and after, pairs, the zero register', () => {
    // str x2, [x1], #8; str x3, [x1, #8]!; stp x2, xzr, [x1, #16]
    const { cpu, view } = run([0xf800_8422, 0xf800_8c23, 0xa901_7c22], (one) => {
      one.setX(2, 0x22n);
      one.setX(3, 0x33n);
    });
    expect(view.getBigUint64(0x1000, true)).toBe(0x22n);
    expect(view.getBigUint64(0x1010, true)).toBe(0x33n);
    expect(view.getBigUint64(0x1020, true)).toBe(0x22n);
    expect(view.getBigUint64(0x1028, true)).toBe(0n);
    expect(cpu.x(1)).toBe(0x4000_1010n);
  });

  test('an exclusive store succeeds once after its load', () => {
    // ldxr x0, [x1]; stxr w2, x3, [x1]; stxr w4, x3, [x1]
    const { cpu, view } = run([0xc85f_7c20, 0xc802_7c23, 0xc804_7c23], (one) => {
      one.setX(3, 7n);
    });
    expect([cpu.x(2), cpu.x(4), view.getBigUint64(0x1000, true)]).toEqual([0n, 1n, 7n]);
  });

  test.each([
    // ISV 24, SAS 23:22, SSE 21, SRT 20:16, SF 15, AR 14, WnR 6.
    ['str w0, [x1]', 0xb900_0020, 0x9380_0040],
    ['ldr x2, [x1]', 0xf940_0022, 0x93c2_8000],
    ['ldrsb x3, [x1]', 0x3980_0023, 0x9323_8000],
    ['ldar w4, [x1]', 0x88df_fc24, 0x9384_4000],
    ['ldr x0, [x1], #8: write-back, so no syndrome', 0xf840_8420, 0x9200_0000],
    ['ldp x0, x2, [x1]', 0xa940_0820, 0x9200_0000],
    ['ldxr x0, [x1]', 0xc85f_7c20, 0x9200_0000],
  ])('%s outside memory has the syndrome of its class', (_name, word, syndrome) => {
    const { cpu, trap } = run([word], (one) => {
      one.setX(1, 0xa00_0000n);
    });
    expect(trap).toMatchObject({ kind: 'data-abort', syndrome, address: 0xa00_0000n });
    expect(cpu.pc).toBe(BigInt(base));
    expect(cpu.x(1)).toBe(0xa00_0000n);
  });
});

describe('exceptions', () => {
  test('BRK goes to the vector of the current level, with PC and PSTATE saved', () => {
    // brk #0x123; the vector: b .
    const { cpu } = run([0xd420_2460], (one, view) => {
      view.setUint32(0x800 + 0x200, 0x1400_0000, true);
      one.pstate = 0x8000_02c5;
    });
    expect(cpu.pc).toBe(0x4000_0a00n);
    expect(cpu.read(sysreg.ESR_EL1)).toBe(0xf200_0123n);
    expect(cpu.read(sysreg.ELR_EL1)).toBe(0x4000_0000n);
    expect(cpu.read(sysreg.SPSR_EL1)).toBe(0x8000_02c5n);
    expect(cpu.pstate & 0x3cf).toBe(0x3c5);
  });

  test('ERET to EL0 and SVC back', () => {
    // 0: msr elr_el1, x2; msr spsr_el1, xzr; eret; … 0x40: svc #7; vector +0x400: b .
    const { cpu } = run([0xd518_4022, 0xd518_401f, 0xd69f_03e0], (one, view) => {
      one.setX(2, 0x4000_0040n);
      view.setUint32(0x40, 0xd400_00e1, true);
      view.setUint32(0x800 + 0x400, 0x1400_0000, true);
    });
    expect(cpu.pc).toBe(0x4000_0c00n);
    expect(cpu.read(sysreg.ESR_EL1)).toBe(0x5600_0007n);
    expect(cpu.read(sysreg.ELR_EL1)).toBe(0x4000_0044n);
    expect(cpu.el).toBe(1);
  });

  test('a virtual SError waits for PSTATE.A, or is consumed by ESB', () => {
    // msr daifclr, #4; nop
    const taken = run([0xd503_44ff, 0xd503_201f], (one, view) => {
      one.virtualSError = true;
      one.virtualSErrorSyndrome = 0x45n;
      view.setUint32(0x800 + 0x380, 0x1400_0000, true);
    }).cpu;
    expect(taken.pc).toBe(0x4000_0b80n);
    expect(taken.read(sysreg.ESR_EL1)).toBe(0xbe00_0045n);
    // esb
    const consumed = run([0xd503_221f], (one) => {
      one.virtualSError = true;
      one.virtualSErrorSyndrome = 0x45n;
    }).cpu;
    expect(consumed.virtualSError).toBe(false);
    expect(consumed.read(sysreg.DISR_EL1)).toBe(0x8000_0045n);
  });
});

describe('the fast path', () => {
  test('agrees with the full interpreter on random code', () => {
    const field = fc.integer({ min: 0, max: 0xff_ffff });
    const top = fc.constantFrom(
      ...[0x11, 0x31, 0x51, 0x71, 0x91, 0xb1, 0xd1, 0xf1, 0x0b, 0x2b, 0x4b, 0x6b, 0x8b, 0xab, 0xcb, 0xeb],
      ...[0x0a, 0x2a, 0x4a, 0x8a, 0xaa, 0xca, 0x12, 0x52, 0x72, 0x92, 0xd2, 0xf2, 0x39, 0x79, 0xb9, 0xf9],
    );
    const dense = fc.tuple(top, field).map(([high, low]) => ((high << 24) | (low & 0xff1f_03ff)) >>> 0);
    const anyWord = fc.oneof(
      dense,
      fc.tuple(top, field).map(([high, low]) => ((high << 24) | low) >>> 0),
      // b.cond and cbz, a few instructions forward
      fc
        .tuple(fc.integer({ min: 0, max: 14 }), fc.integer({ min: 1, max: 4 }))
        .map(([c, by]) => 0x5400_0000 | (by << 5) | c),
      fc
        .tuple(fc.integer({ min: 0, max: 31 }), fc.integer({ min: 1, max: 4 }))
        .map(([r, by]) => 0x3500_0000 | (by << 5) | r),
    );
    const values = fc.array(fc.bigInt({ min: 0n, max: allOnes }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(anyWord, { minLength: 1, maxLength: 24 }), values, (words, [a, b, c, d]) => {
        const prepare = (cpu: GuestCpu): void => {
          for (const [index, value] of [a, b, c, d].entries()) cpu.setX(index + 2, value ?? 0n);
        };
        const fast = run(words, prepare);
        const { bus, view } = memory();
        const slow = new GuestCpu(parseCpuModel('max'));
        for (const [index, word] of [...words, 0x1400_0000].entries()) view.setUint32(index * 4, word, true);
        slow.pc = BigInt(base);
        slow.write(sysreg.VBAR_EL1, BigInt(base + 0x800));
        slow.setX(1, BigInt(base + 0x1000));
        prepare(slow);
        let trap: Trap | undefined;
        for (let count = 0; count < 1000 && trap === undefined; count++) trap = step(slow, bus, false);
        expect(fast.trap.kind).toBe(trap?.kind ?? 'spins');
        // A guest that only stumbles from one vector to the next is cut off wherever the budget ends.
        if (trap === undefined) return;
        expect([fast.cpu.pc, fast.cpu.pstate]).toEqual([slow.pc, slow.pstate]);
        for (let register = 0; register < 31; register++) expect(fast.cpu.x(register)).toBe(slow.x(register));
        expect(Buffer.compare(Buffer.from(fast.view.buffer), Buffer.from(view.buffer))).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what is not known', () => {
  test('stops the run and is named', () => {
    // fadd d0, d0, d0
    const { trap, cpu } = run([0x1e60_2800]);
    expect(trap).toMatchObject({ kind: 'unknown-instruction', word: 0x1e60_2800 });
    expect('note' in trap && trap.note).toContain('0x1e602800 at 0x40000000');
    expect(cpu.pc).toBe(BigInt(base));
  });

  test('any word at all is executed, trapped or named, never thrown over', () => {
    const anyWord = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(fc.array(anyWord, { minLength: 1, maxLength: 8 }), (words) => {
        expect(run(words).trap.kind).toMatch(/^[a-z-]+$/);
      }),
      { numRuns: 500 },
    );
  });
});
