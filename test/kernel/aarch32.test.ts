/** Aborts injected into a guest whose EL1 is AArch32: values as real kernels (6.1 to 7.3) showed them. */

import { describe, expect, test } from 'vitest';
import { requests } from '../../src/kernel/request-numbers.ts';
import { SimulatedKernel } from '../../src/kernel/simulated-kernel.ts';
import { pageSize } from '../../src/kernel/user-memory.ts';

const core = 0x6030_0000_0010_0000n;
const ids = {
  pc: core + 0x40n,
  pstate: core + 0x42n,
  spsrAbort: core + 0x4an,
  x20: core + 40n,
  esr: 0x6030_0000_0013_c290n,
  far: 0x6030_0000_0013_c300n,
  ifsr: 0x6030_0000_0013_e281n,
} as const;

function boot(version: string): {
  readonly set: (at: number) => number;
  readonly runAtOnce: () => number;
  readonly get: (id: bigint) => string;
} {
  const kernel = new SimulatedKernel({ version, cpu: 'cortex-a57' });
  const vm = kernel.ioctl(kernel.open('/dev/kvm').ret, requests.CREATE_VM, 0).ret;
  const vcpu = kernel.ioctl(vm, requests.CREATE_VCPU, 0).ret;
  const page = kernel.memory.map(pageSize);
  kernel.ioctl(vm, requests.ARM_PREFERRED_TARGET, page);
  kernel.memory.write(page + 4, Uint8Array.of(2));
  expect(kernel.ioctl(vcpu, requests.ARM_VCPU_INIT, page).ret).toBe(0);
  const oneRegister = (request: number, id: bigint, value: bigint): bigint => {
    const view = new DataView(new ArrayBuffer(24));
    view.setBigUint64(0, id, true);
    view.setBigUint64(8, BigInt(page + 16), true);
    view.setBigUint64(16, value, true);
    kernel.memory.write(page, new Uint8Array(view.buffer));
    expect(kernel.ioctl(vcpu, request, page).ret).toBe(0);
    return new DataView(kernel.memory.read(page + 16, 8).buffer).getBigUint64(0, true);
  };
  oneRegister(requests.SET_ONE_REG, ids.pc, 0x4000_0008n);
  return {
    set: (at) => {
      const bytes = new Uint8Array(64);
      bytes[at] = 1;
      kernel.memory.write(page, bytes);
      return kernel.ioctl(vcpu, requests.SET_VCPU_EVENTS, page).errno;
    },
    runAtOnce: () => {
      kernel.memory.write(kernel.mmap(vcpu) + 1, Uint8Array.of(1));
      return kernel.ioctl(vcpu, requests.RUN, 0).errno;
    },
    get: (id) => `0x${oneRegister(requests.GET_ONE_REG, id, 0n).toString(16)}`,
  };
}

describe('an abort injected into an AArch32 guest', () => {
  test.each(['6.12', '7.3'])('of data is in DFSR and DFAR, with LR_abt and SPSR_abt, on %s', (version) => {
    const { set, get, runAtOnce } = boot(version);
    expect(set(2)).toBe(0);
    // The fault registers change at once on every kernel; DFAR is the low half of FAR_EL1.
    expect(get(ids.esr)).toBe('0x8');
    expect(get(ids.far)).toBe('0x1de7ec7e00000000');
    // Before 6.17 the entry waits for the next run.
    expect(get(ids.pc)).toBe(version === '6.12' ? '0x40000008' : '0x10');
    expect(get(ids.pstate)).toBe(version === '6.12' ? '0x1d3' : '0x1d7');
    expect(runAtOnce()).toBe(4);
    expect([ids.pc, ids.pstate, ids.spsrAbort, ids.x20].map(get)).toEqual(['0x10', '0x1d7', '0x1d3', '0x40000010']);
    expect(get(ids.ifsr)).toBe('0x1de7ec7edbadc0de');
  });

  test('of an instruction is in IFSR and IFAR, one vector earlier', () => {
    const { set, get } = boot('7.3+ext_abt_esr');
    expect(set(3)).toBe(0);
    expect([ids.pc, ids.x20, ids.ifsr].map(get)).toEqual(['0xc', '0x4000000c', '0x8']);
    expect(get(ids.far)).toBe('0xdbadc0de');
    expect(get(ids.esr)).toBe('0x1de7ec7edbadc0de');
  });
});
