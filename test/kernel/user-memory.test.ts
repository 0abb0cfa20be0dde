/** The caller's memory as the kernel meets it: unmapped, protected and read-only ranges, and the shared pages. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requests } from '../../src/kernel/request-numbers.ts';
import { SimulatedKernel } from '../../src/kernel/simulated-kernel.ts';
import { pageSize } from '../../src/kernel/user-memory.ts';

const EFAULT = 14;

interface Machine {
  readonly kernel: SimulatedKernel;
  readonly vm: number;
  readonly vcpu: number;
}

function boot(version = '6.12'): Machine {
  const kernel = new SimulatedKernel({ version, cpu: 'max' });
  const vm = kernel.ioctl(kernel.open('/dev/kvm').ret, requests.CREATE_VM, 0).ret;
  const vcpu = kernel.ioctl(vm, requests.CREATE_VCPU, 0).ret;
  const init = kernel.memory.map(pageSize);
  expect(kernel.ioctl(vm, requests.ARM_PREFERRED_TARGET, init).ret).toBe(0);
  expect(kernel.ioctl(vcpu, requests.ARM_VCPU_INIT, init).ret).toBe(0);
  kernel.memory.unmap(init, pageSize);
  return { kernel, vm, vcpu };
}

/** Requests with a buffer, what the kernel reads from it and what it writes, by the direction in their numbers. */
const buffered = [
  { name: 'KVM_ENABLE_CAP', on: 'vm', request: requests.ENABLE_CAP, reads: 104, writes: 0 },
  { name: 'KVM_SET_USER_MEMORY_REGION', on: 'vm', request: requests.SET_USER_MEMORY_REGION, reads: 32, writes: 0 },
  { name: 'KVM_SET_USER_MEMORY_REGION2', on: 'vm', request: requests.SET_USER_MEMORY_REGION2, reads: 160, writes: 0 },
  { name: 'KVM_ARM_PREFERRED_TARGET', on: 'vm', request: requests.ARM_PREFERRED_TARGET, reads: 0, writes: 32 },
  { name: 'KVM_ARM_VCPU_INIT', on: 'vcpu', request: requests.ARM_VCPU_INIT, reads: 32, writes: 0 },
  { name: 'KVM_GET_VCPU_EVENTS', on: 'vcpu', request: requests.GET_VCPU_EVENTS, reads: 0, writes: 64 },
  { name: 'KVM_SET_VCPU_EVENTS', on: 'vcpu', request: requests.SET_VCPU_EVENTS, reads: 64, writes: 0 },
  { name: 'KVM_GET_MP_STATE', on: 'vcpu', request: requests.GET_MP_STATE, reads: 0, writes: 4 },
  { name: 'KVM_SET_MP_STATE', on: 'vcpu', request: requests.SET_MP_STATE, reads: 4, writes: 0 },
  { name: 'KVM_GET_ONE_REG', on: 'vcpu', request: requests.GET_ONE_REG, reads: 16, writes: 0 },
  { name: 'KVM_GET_REG_LIST', on: 'vcpu', request: requests.GET_REG_LIST, reads: 8, writes: 8 },
] as const;

describe.each(buffered)('$name', ({ on, request, reads, writes }) => {
  test('is EFAULT for a null pointer, an unmapped page, PROT_NONE and a kernel address', () => {
    const machine = boot();
    const { kernel } = machine;
    const none = kernel.memory.map(pageSize, { protection: 'none' });
    for (const pointer of [0, 0x10000, none, 0xffff_8000_0000_0000n, (1n << 64n) - 1n]) {
      expect(kernel.ioctl(machine[on], request, pointer)).toEqual({ ret: -1, errno: EFAULT });
    }
  });

  test('reads nothing past the end of a page, and writes up to it', () => {
    const machine = boot();
    const { kernel } = machine;
    const size = Math.max(reads, writes);
    const page = kernel.memory.map(pageSize, { bytes: new Uint8Array(pageSize).fill(0xa5) });
    const address = page + pageSize - (size - 1);
    expect(kernel.ioctl(machine[on], request, address)).toEqual({ ret: -1, errno: EFAULT });
    const left = kernel.memory.read(address, size - 1);
    // A copy in that fails writes nothing; a copy out has written all there was room for.
    if (reads > 0) expect(left.every((byte) => byte === 0xa5)).toBe(true);
    else expect(left.every((byte) => byte !== 0xa5)).toBe(true);
  });

  test('never writes to a read-only page', () => {
    const machine = boot();
    const { kernel } = machine;
    const page = kernel.memory.map(pageSize, { protection: 'read' });
    const { ret, errno } = kernel.ioctl(machine[on], request, page);
    if (writes > 0) expect({ ret, errno }).toEqual({ ret: -1, errno: EFAULT });
    else expect(errno).not.toBe(request === requests.GET_ONE_REG ? 0 : EFAULT);
    expect(kernel.memory.read(page, pageSize).every((byte) => byte === 0)).toBe(true);
  });

  test('writes only its own bytes, whatever it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 160 }), fc.boolean(), (content, isSmall) => {
        // The list of registers goes behind its count, as far as the count says there is room.
        if (request === requests.GET_REG_LIST) return;
        const machine = boot();
        const { kernel } = machine;
        const page = kernel.memory.map(2 * pageSize);
        kernel.memory.write(page, new Uint8Array(2 * pageSize).fill(0xa5));
        kernel.memory.write(page + 64, isSmall ? content.map((byte) => byte & 1) : content);
        const before = kernel.memory.read(page, 2 * pageSize);
        kernel.ioctl(machine[on], request, page + 64);
        const after = kernel.memory.read(page, 2 * pageSize);
        before.fill(0, 64, 64 + writes);
        after.fill(0, 64, 64 + writes);
        expect(Buffer.compare(after, before)).toBe(0);
      }),
      { numRuns: 25 },
    );
  });
});

describe('KVM_GET_REG_LIST', () => {
  test('writes the true count and E2BIG where there is no room, and nothing behind', () => {
    const { kernel, vcpu } = boot();
    const page = kernel.memory.map(pageSize, { bytes: new Uint8Array(pageSize).fill(0xa5) });
    kernel.memory.write(page, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
    expect(kernel.ioctl(vcpu, requests.GET_REG_LIST, page)).toEqual({ ret: -1, errno: 7 });
    const bytes = kernel.memory.read(page, 24);
    expect(new DataView(bytes.buffer).getBigUint64(0, true)).toBeGreaterThan(200n);
    expect([...bytes.subarray(8)]).toEqual(new Array<number>(16).fill(0xa5));
  });
});

describe('the shared pages of a vCPU', () => {
  test('are one memory under every mapping, until it is unmapped', () => {
    const { kernel, vcpu } = boot();
    const first = kernel.mmap(vcpu);
    const second = kernel.mmap(vcpu);
    kernel.memory.write(first + 1, Uint8Array.of(1));
    expect(kernel.memory.read(second + 1, 1)).toEqual(Uint8Array.of(1));
    expect(kernel.ioctl(vcpu, requests.RUN, 0)).toEqual({ ret: -1, errno: 4 });
    expect(kernel.munmap(first, 2 * pageSize).ret).toBe(0);
    expect(kernel.memory.read(first, 1)).toHaveLength(0);
    expect(kernel.memory.read(second, 1)).toHaveLength(1);
  });

  test('belong to vCPUs only, and lengths are whole pages', () => {
    const { kernel, vm, vcpu } = boot();
    expect(kernel.mmap(vm)).toBe(-19);
    expect(kernel.mmap(99)).toBe(-9);
    expect(kernel.mmap(vcpu, 0)).toBe(-22);
    const one = kernel.mmap(vcpu, 1);
    expect(kernel.memory.read(one, 2 * pageSize)).toHaveLength(pageSize);
    expect(kernel.munmap(one + 1, pageSize).errno).toBe(22);
  });
});
