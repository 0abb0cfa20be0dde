/** Sequences of calls: the same answers twice, events as the rules say, and an x86 kernel that survives anything. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requests } from '../../src/kernel/request-numbers.ts';
import { SimulatedKernel } from '../../src/kernel/simulated-kernel.ts';
import { pageSize } from '../../src/kernel/user-memory.ts';
import { SimulatedX86Kernel } from '../../src/kernel/x86/simulated-x86-kernel.ts';

const versions = ['4.19', '5.5', '6.1', '6.12', '6.16', '6.17', '6.18', '6.19', '7.2', '7.3'];

const anyCall = fc.record({
  on: fc.constantFrom(0, 1, 2),
  request: fc.constantFrom(...Object.values(requests)),
  argument: fc.oneof(fc.constant('buffer' as const), fc.bigInt({ min: 0n, max: 64n })),
  content: fc.uint8Array({ minLength: 0, maxLength: 64, max: 5 }),
});

type Call = typeof anyCall extends fc.Arbitrary<infer T> ? T : never;

/** Every answer and every byte of the buffer, as one text. */
function play(version: string, calls: readonly Call[]): string {
  const kernel = new SimulatedKernel({ version, cpu: 'max' });
  const kvm = kernel.open('/dev/kvm').ret;
  const vm = kernel.ioctl(kvm, requests.CREATE_VM, 0).ret;
  const descriptors = [kvm, vm, kernel.ioctl(vm, requests.CREATE_VCPU, 0).ret];
  const buffer = kernel.memory.map(pageSize);
  const log: unknown[] = [];
  for (const { on, request, argument, content } of calls) {
    kernel.memory.write(buffer, content);
    const fd = descriptors[on] ?? 0;
    log.push(kernel.ioctl(fd, request, argument === 'buffer' ? buffer : argument, { signalArmed: true }));
    log.push(Buffer.from(kernel.memory.read(buffer, 2200)).toString('base64'));
  }
  return JSON.stringify(log);
}

describe('a sequence of calls', () => {
  test('is answered the same twice', () => {
    fc.assert(
      fc.property(fc.constantFrom(...versions), fc.array(anyCall, { maxLength: 25 }), (version, calls) => {
        expect(play(version, calls)).toBe(play(version, calls));
      }),
      { numRuns: 60 },
    );
  });
});

const someEvents = fc.record({
  pending: fc.constantFrom(0, 1, 0xff),
  hasEsr: fc.constantFrom(0, 1, 2),
  abort: fc.constantFrom(0, 1),
  esr: fc.bigInt({ min: 0n, max: 0x3ff_ffffn }),
});

describe('GET after SET', () => {
  // The guest masks SErrors after an init, so each one waits and can be read back.
  test.each([
    { cpu: 'max', hasRas: true },
    { cpu: 'cortex-a53', hasRas: false },
    { cpu: 'neoverse-n1', hasRas: true },
  ])('shows on $cpu the SError that waits, and whether the host has RAS', ({ cpu, hasRas }) => {
    fc.assert(
      fc.property(fc.constantFrom(...versions.slice(1)), fc.array(someEvents, { maxLength: 6 }), (version, sets) => {
        const kernel = new SimulatedKernel({ version, cpu });
        const vm = kernel.ioctl(kernel.open('/dev/kvm').ret, requests.CREATE_VM, 0).ret;
        const vcpu = kernel.ioctl(vm, requests.CREATE_VCPU, 0).ret;
        const buffer = kernel.memory.map(pageSize);
        kernel.ioctl(vm, requests.ARM_PREFERRED_TARGET, buffer);
        expect(kernel.ioctl(vcpu, requests.ARM_VCPU_INIT, buffer).ret).toBe(0);
        let waiting: bigint | undefined;
        for (const { pending, hasEsr, abort, esr } of sets) {
          const bytes = new Uint8Array(64);
          bytes.set([pending, hasEsr, abort]);
          new DataView(bytes.buffer).setBigUint64(8, esr, true);
          kernel.memory.write(buffer, bytes);
          const isBad = pending !== 0 && hasEsr !== 0 && (!hasRas || esr >> 25n !== 0n);
          expect(kernel.ioctl(vcpu, requests.SET_VCPU_EVENTS, buffer).errno).toBe(isBad ? 22 : 0);
          if (pending !== 0 && !isBad) waiting = hasEsr !== 0 ? esr : 0x100_0000n;
          kernel.memory.write(buffer, new Uint8Array(64).fill(0xa5));
          expect(kernel.ioctl(vcpu, requests.GET_VCPU_EVENTS, buffer).ret).toBe(0);
          const expected = new Uint8Array(64);
          expected[0] = waiting === undefined ? 0 : 1;
          expected[1] = hasRas ? 1 : 0;
          new DataView(expected.buffer).setBigUint64(8, hasRas ? (waiting ?? 0n) : 0n, true);
          expect(kernel.memory.read(buffer, 64)).toEqual(expected);
        }
      }),
      { numRuns: 80 },
    );
  });

  test('can always be fed back to the kernel that gave it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...versions), someEvents, (version, { pending, hasEsr, esr }) => {
        const kernel = new SimulatedKernel({ version, cpu: 'max' });
        const vm = kernel.ioctl(kernel.open('/dev/kvm').ret, requests.CREATE_VM, 0).ret;
        const vcpu = kernel.ioctl(vm, requests.CREATE_VCPU, 0).ret;
        const buffer = kernel.memory.map(pageSize);
        kernel.ioctl(vm, requests.ARM_PREFERRED_TARGET, buffer);
        kernel.ioctl(vcpu, requests.ARM_VCPU_INIT, buffer);
        const bytes = Uint8Array.of(pending, hasEsr, ...new Array<number>(62).fill(0));
        new DataView(bytes.buffer).setBigUint64(8, esr, true);
        kernel.memory.write(buffer, bytes);
        kernel.ioctl(vcpu, requests.SET_VCPU_EVENTS, buffer);
        kernel.ioctl(vcpu, requests.GET_VCPU_EVENTS, buffer);
        expect(kernel.ioctl(vcpu, requests.SET_VCPU_EVENTS, buffer).ret).toBe(0);
      }),
    );
  });
});

describe('the x86 kernel', () => {
  const x86Requests = [
    ...Object.values(requests),
    ...[0x8090ae81, 0x4090ae82, 0x4138ae84, 0x4004ae86, 0xae9a, 0x4048ae9b],
  ];
  const call = fc.record({
    on: fc.constantFrom(0, 1, 2, 3),
    request: fc.oneof(fc.constantFrom(...x86Requests), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })),
    argument: fc.oneof(
      { weight: 3, arbitrary: fc.constant('buffer' as const) },
      fc.constantFrom(0n, 1n, 164n, 0x1000n, (1n << 64n) - 1n),
    ),
    content: fc.uint8Array({ minLength: 0, maxLength: 320 }),
  });

  test('never throws, and never writes outside the buffer', () => {
    fc.assert(
      fc.property(fc.constantFrom('svm', 'vmx', 'pvm'), fc.array(call, { maxLength: 25 }), (vendor, calls) => {
        const kernel = new SimulatedX86Kernel({ version: '6.12', vendor });
        const kvm = kernel.open('/dev/kvm').ret;
        const vm = kernel.ioctl(kvm, requests.CREATE_VM, 0).ret;
        const descriptors = [kvm, vm, kernel.ioctl(vm, requests.CREATE_VCPU, 0).ret, 99];
        const start = kernel.memory.map(3 * pageSize);
        const guard = new Uint8Array(pageSize).fill(0xa5);
        for (const { on, request, argument, content } of calls) {
          for (const page of [0, 2]) kernel.memory.write(start + page * pageSize, guard);
          kernel.memory.write(start + pageSize, content);
          const given = argument === 'buffer' ? start + pageSize : argument;
          const { ret, errno } = kernel.ioctl(descriptors[on] ?? 0, request, given, { signalArmed: true });
          expect(errno === 0).toBe(ret !== -1);
          for (const page of [0, 2]) {
            expect(Buffer.compare(kernel.memory.read(start + page * pageSize, pageSize), guard)).toBe(0);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});
