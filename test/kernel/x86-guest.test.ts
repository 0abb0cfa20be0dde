import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { operate, step } from '../../src/kernel/x86/arithmetic.ts';
import { registers, X86Cpu } from '../../src/kernel/x86/cpu.ts';
import { SimulatedX86Kernel } from '../../src/kernel/x86/simulated-x86-kernel.ts';

const request = {
  createVm: 0xae01,
  createVcpu: 0xae41,
  region: 0x4020ae46,
  run: 0xae80,
  getRegs: 0x8090ae81,
  nmi: 0xae9a,
  getEvents: 0x8040ae9f,
} as const;

/**
 * A machine with 64 KiB at the top of the first 4 GiB, so that a reset processor starts in `code`; `low` is what the first
 * page holds, if there is one.
 */
function boot(
  code: readonly number[],
  low?: Uint8Array,
): {
  readonly nmi: () => void;
  readonly events: () => Uint8Array;
  readonly run: (signalArmed?: boolean) => { readonly ret: number; readonly errno: number; readonly note?: string };
  readonly page: () => DataView;
  readonly registers: () => DataView;
} {
  const kernel = new SimulatedX86Kernel({ version: '6.12', vendor: 'svm' });
  const vm = kernel.ioctl(kernel.open('/dev/kvm').ret, request.createVm, 0).ret;
  const vcpu = kernel.ioctl(vm, request.createVcpu, 0).ret;
  const ram = new Uint8Array(0x1_0000);
  ram.set(code, 0xfff0);
  const user = kernel.memory.map(ram.length, { bytes: ram });
  const scratch = kernel.memory.map(4096);
  const region = new DataView(new ArrayBuffer(32));
  region.setBigUint64(8, 0xffff_0000n, true);
  region.setBigUint64(16, 0x1_0000n, true);
  region.setBigUint64(24, BigInt(user), true);
  kernel.memory.write(scratch, new Uint8Array(region.buffer));
  expect(kernel.ioctl(vm, request.region, scratch).ret).toBe(0);
  if (low !== undefined) {
    const bytes = new Uint8Array(4096);
    bytes.set(low);
    region.setUint32(0, 1, true);
    region.setBigUint64(8, 0n, true);
    region.setBigUint64(16, 4096n, true);
    region.setBigUint64(24, BigInt(kernel.memory.map(4096, { bytes })), true);
    kernel.memory.write(scratch, new Uint8Array(region.buffer));
    expect(kernel.ioctl(vm, request.region, scratch).ret).toBe(0);
  }
  const page = kernel.mmap(vcpu);
  return {
    nmi: () => {
      expect(kernel.ioctl(vcpu, request.nmi, 0).ret).toBe(0);
    },
    events: () => {
      expect(kernel.ioctl(vcpu, request.getEvents, scratch).ret).toBe(0);
      return kernel.memory.read(scratch, 64);
    },
    run: (signalArmed = false) => kernel.ioctl(vcpu, request.run, 0, { signalArmed }),
    page: () => new DataView(kernel.memory.read(page, 12288).buffer),
    registers: () => {
      expect(kernel.ioctl(vcpu, request.getRegs, scratch).ret).toBe(0);
      return new DataView(kernel.memory.read(scratch, 144).buffer);
    },
  };
}

describe('a guest in real mode', () => {
  test('starts at the reset vector and leaves with its port output', () => {
    // mov al, 0x42; out 0x80, al; hlt
    const guest = boot([0xb0, 0x42, 0xe6, 0x80, 0xf4]);
    expect(guest.run()).toEqual({ ret: 0, errno: 0 });
    expect(guest.page().getUint32(8, true)).toBe(2);
    expect([32, 33].map((at) => guest.page().getUint8(at))).toEqual([1, 1]);
    expect(guest.page().getUint16(34, true)).toBe(0x80);
    expect(guest.page().getUint8(4096)).toBe(0x42);
    guest.run();
    expect(guest.page().getUint32(8, true)).toBe(5);
    expect(guest.registers().getUint32(128, true)).toBe(0xfff5);
  });

  test('names an instruction that is not simulated instead of guessing', () => {
    // cpuid
    expect(boot([0x0f, 0xa2]).run().note).toContain('0f a2');
  });

  test('takes an NMI and masks the next until IRET', () => {
    // Vector 2 leads to 0000:0100: out 0x80, al; iret. The stack begins at the top of segment 0, which is mapped below 4 KiB.
    const low = new Uint8Array(0x110);
    low.set([0x00, 0x01, 0, 0], 8);
    low.set([0xe6, 0x80, 0xcf], 0x100);
    // mov sp, 0x800; hlt; hlt
    const guest = boot([0xbc, 0x00, 0x08, 0xf4, 0xf4], low);
    guest.run();
    guest.nmi();
    expect(guest.events()[13]).toBe(1);
    guest.run();
    expect(guest.page().getUint32(8, true)).toBe(2);
    expect([...guest.events().subarray(12, 15)]).toEqual([0, 0, 1]);
    // One more waits while the first is handled, and comes right after IRET.
    guest.nmi();
    guest.nmi();
    expect([...guest.events().subarray(12, 15)]).toEqual([0, 1, 1]);
    guest.run();
    expect(guest.page().getUint32(8, true)).toBe(2);
    expect([...guest.events().subarray(12, 15)]).toEqual([0, 0, 1]);
    guest.run();
    // The base of a reset's code segment is gone: f000:fff4 is 0xffff4 now, where no memory is.
    expect(guest.page().getUint32(8, true)).toBe(17);
    expect(guest.registers().getUint32(128, true)).toBe(0xfff4);
    expect([...guest.events().subarray(12, 15)]).toEqual([0, 0, 0]);
  });

  test('with no interrupt table in memory is not guessed about', () => {
    const guest = boot([0xf4]);
    guest.nmi();
    expect(guest.run().note).toContain('Interrupt tables');
  });

  test('that spins is interrupted by a signal, and reported without one', () => {
    expect(boot([0xeb, 0xfe]).run(true)).toEqual({ ret: -1, errno: 4 });
    expect(boot([0xeb, 0xfe]).run().note).toContain('spins');
  });

  test('of any bytes ends in an exit, an error or a note', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 16 }), (code) => {
        const guest = boot([...code]);
        for (let runs = 0; runs < 4; runs++) {
          const { ret, errno, note } = guest.run(true);
          expect(ret === 0 || errno > 0).toBe(true);
          if (note !== undefined) return;
          expect([2, 5, 6, 8, 10, 17]).toContain(guest.page().getUint32(8, true));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('arithmetic', () => {
  const flagsOf = (
    operation: number,
    left: number,
    right: number,
    size: number,
  ): readonly [number | undefined, string] => {
    const cpu = new X86Cpu();
    const result = operate(cpu, operation, left, right, size);
    const names: readonly (readonly [number, string])[] = [
      [1, 'C'],
      [4, 'P'],
      [0x10, 'A'],
      [0x40, 'Z'],
      [0x80, 'S'],
      [0x800, 'O'],
    ];
    return [result, names.map(([bit, name]) => ((cpu.flags & bit) === 0 ? '' : name)).join('')];
  };

  test('sets the flags of the manual', () => {
    expect(flagsOf(0, 0x88, 0x78, 1)).toEqual([0, 'CPAZ']);
    expect(flagsOf(0, 0x7f, 1, 1)).toEqual([0x80, 'ASO']);
    expect(flagsOf(5, 0, 1, 2)).toEqual([0xffff, 'CPAS']);
    expect(flagsOf(7, 5, 5, 4)).toEqual([undefined, 'PZ']);
    expect(flagsOf(6, 0xffff_ffff, 0xffff_ffff, 4)).toEqual([0, 'PZ']);
    expect(flagsOf(0, 0xffff_ffff, 2, 4)).toEqual([1, 'CA']);
  });

  test('INC leaves carry alone', () => {
    const cpu = new X86Cpu();
    cpu.flags |= 1;
    expect(step(cpu, 0xff, 1, 1)).toBe(0);
    expect(cpu.flags & 1).toBe(1);
  });

  test('byte registers 4 to 7 are high halves', () => {
    const cpu = new X86Cpu();
    cpu.write(registers.ax, 4, 0x1122_3344);
    cpu.write(4, 1, 0xaa);
    expect(cpu.read(registers.ax, 4)).toBe(0x1122_aa44);
    expect(cpu.read(registers.ax, 2)).toBe(0xaa44);
  });
});
