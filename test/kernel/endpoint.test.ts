/** The endpoint under random calls: it never throws, and it writes only what the kernel would write. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requests } from '../../src/kernel/request-numbers.ts';
import { SimulatedKernel } from '../../src/kernel/simulated-kernel.ts';
import { pageSize } from '../../src/kernel/user-memory.ts';

interface Machine {
  readonly kernel: SimulatedKernel;
  readonly kvm: number;
  readonly vm: number;
  readonly vcpu: number;
  readonly buffer: number;
}

function openMachine(version: string, cpu = 'max'): Machine {
  const kernel = new SimulatedKernel({ version, cpu });
  const kvm = kernel.open('/dev/kvm').ret;
  const vm = kernel.ioctl(kvm, requests.CREATE_VM, 0).ret;
  const vcpu = kernel.ioctl(vm, requests.CREATE_VCPU, 0).ret;
  return { kernel, kvm, vm, vcpu, buffer: kernel.memory.map(2 * pageSize) };
}

function initialise({ kernel, vm, vcpu, buffer }: Machine): void {
  expect(kernel.ioctl(vm, requests.ARM_PREFERRED_TARGET, buffer).ret).toBe(0);
  expect(kernel.ioctl(vcpu, requests.ARM_VCPU_INIT, buffer).ret).toBe(0);
}

const EINVAL = 22;

describe('descriptors', () => {
  test('are the lowest free numbers, and a closed one is EBADF', () => {
    const kernel = new SimulatedKernel({ version: '6.12', cpu: 'max' });
    expect(kernel.open('/dev/kvm').ret).toBe(3);
    expect(kernel.open('/dev/null')).toEqual({ ret: -1, errno: 2 });
    const vm = kernel.ioctl(3, requests.CREATE_VM, 0).ret;
    expect(vm).toBe(4);
    expect(kernel.close(3).ret).toBe(0);
    expect(kernel.ioctl(3, requests.GET_API_VERSION, 0)).toEqual({ ret: -1, errno: 9 });
    expect(kernel.open('/dev/kvm').ret).toBe(3);
    expect(kernel.close(99).errno).toBe(9);
  });

  test('of a forked child answer EIO, but /dev/kvm itself does not', () => {
    const { kernel, kvm, vm, vcpu, buffer } = openMachine('6.12');
    expect(kernel.ioctl(vm, requests.CHECK_EXTENSION, 3, { process: 2 }).errno).toBe(5);
    expect(kernel.ioctl(vcpu, requests.GET_MP_STATE, buffer, { process: 2 }).errno).toBe(5);
    expect(kernel.ioctl(kvm, requests.GET_API_VERSION, 0, { process: 2 }).ret).toBe(12);
  });

  test('two meanings of 0x4010aeab: a machine does not know it, a vCPU reads a register', () => {
    const machine = openMachine('6.12');
    initialise(machine);
    const { kernel, vm, vcpu, buffer } = machine;
    const record = new DataView(new ArrayBuffer(16));
    record.setBigUint64(0, 0x6030_0000_0010_0042n, true);
    record.setBigUint64(8, BigInt(buffer + 64), true);
    kernel.memory.write(buffer, new Uint8Array(record.buffer));
    expect(kernel.ioctl(vm, 0x4010aeab, buffer).errno).toBe(EINVAL);
    expect(kernel.ioctl(vcpu, 0x4010aeab, buffer).ret).toBe(0);
    // PSTATE after an init: EL1h, DAIF.
    expect(kernel.memory.read(buffer + 64, 8)).toEqual(Uint8Array.of(0xc5, 3, 0, 0, 0, 0, 0, 0));
  });
});

describe('copies', () => {
  test('a GET over the end of a page fails, with the bytes before the end written', () => {
    const machine = openMachine('6.12');
    initialise(machine);
    const { kernel, vcpu } = machine;
    const page = kernel.memory.map(pageSize, { bytes: new Uint8Array(pageSize).fill(0xa5) });
    expect(kernel.ioctl(vcpu, requests.GET_VCPU_EVENTS, page + pageSize - 40)).toEqual({ ret: -1, errno: 14 });
    const written = kernel.memory.read(page + pageSize - 41, 41);
    expect([...written]).toEqual([0xa5, 0, 1, ...new Array<number>(38).fill(0)]);
  });

  test('the upper half of a request number is ignored, any other size or direction is not', () => {
    const machine = openMachine('6.12');
    initialise(machine);
    const { kernel, vcpu, buffer } = machine;
    expect(kernel.ioctl(vcpu, 0x1_8040_ae9fn, buffer).ret).toBe(0);
    for (const request of [0xae9f, 0x8038ae9f, 0x8048ae9f, 0x4040ae9f, 0xc040ae9f, 0x8040af9f]) {
      expect(kernel.ioctl(vcpu, request, buffer).errno).toBe(EINVAL);
    }
  });
});

const knownRequests = Object.values(requests);
const anyRequest = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...knownRequests) },
  fc.integer({ min: 0, max: 0xffff_ffff }).map((low) => (low & 0xffff_00ff) | 0xae00),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
);
const anyCall = fc.record({
  on: fc.constantFrom('kvm', 'vm', 'vcpu', 'closed'),
  request: anyRequest,
  argument: fc.oneof(
    { weight: 4, arbitrary: fc.constant('buffer' as const) },
    fc.constantFrom(0n, 1n, 3n, 40n, 0x1000n, 0xffff_8000_0000_0000n, (1n << 64n) - 1n),
  ),
  content: fc.uint8Array({ minLength: 0, maxLength: 96 }),
  small: fc.boolean(),
});

describe('random calls', () => {
  test('never throw, and never write outside the buffer', () => {
    const bufferSize = 4096;
    fc.assert(
      fc.property(
        fc.constantFrom('4.19', '6.1', '6.12', '6.16', '6.17', '6.19', '7.3', '7.3+ext_abt_esr', '6.12+sea-v1'),
        fc.constantFrom('max', 'cortex-a57', 'neoverse-n1'),
        fc.array(anyCall, { minLength: 1, maxLength: 30 }),
        (version, cpu, calls) => {
          const machine = openMachine(version, cpu);
          initialise(machine);
          const { kernel } = machine;
          const guard = new Uint8Array(bufferSize).fill(0xa5);
          const start = kernel.memory.map(3 * bufferSize);
          for (const call of calls) {
            const fd = call.on === 'closed' ? 77 : machine[call.on];
            const content = call.small ? call.content.map((byte) => byte & 3) : call.content;
            kernel.memory.write(start, guard);
            kernel.memory.write(start + bufferSize, content);
            kernel.memory.write(start + 2 * bufferSize, guard);
            const argument = call.argument === 'buffer' ? BigInt(start + bufferSize) : call.argument;
            const result = kernel.ioctl(fd, call.request, argument);
            expect(Number.isInteger(result.ret)).toBe(true);
            expect(result.errno === 0).toBe(result.ret !== -1);
            expect(Buffer.compare(kernel.memory.read(start, bufferSize), guard)).toBe(0);
            expect(Buffer.compare(kernel.memory.read(start + 2 * bufferSize, bufferSize), guard)).toBe(0);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('a failed call leaves its buffer alone', () => {
    fc.assert(
      fc.property(fc.constantFrom('6.1', '6.12', '7.3'), anyCall, (version, call) => {
        const machine = openMachine(version);
        initialise(machine);
        const { kernel, buffer } = machine;
        const request = BigInt.asUintN(32, BigInt(call.request));
        // This one writes the true count and then fails: that is its job.
        if (call.on === 'closed' || Number(request) === requests.GET_REG_LIST) return;
        kernel.memory.write(buffer, call.content);
        const before = kernel.memory.read(buffer, 256);
        if (kernel.ioctl(machine[call.on], request, buffer).ret === -1) {
          expect(kernel.memory.read(buffer, 256)).toEqual(before);
        }
      }),
    );
  });
});
