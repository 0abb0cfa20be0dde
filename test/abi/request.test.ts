/** Request numbers, against values worked out by hand from asm/ioctl.h of each architecture. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RequestDirection } from '../../src/abi/abi.ts';
import { decodeRequest, encodeRequest, largestRequestSizeBytes } from '../../src/abi/request.ts';
import { findTarget, type Target, type TargetName, targets } from '../../src/abi/target.ts';

function targetNamed(name: TargetName): Target {
  const target = findTarget(name);
  if (target === undefined) throw new Error(name);
  return target;
}

describe('KVM_GET_VCPU_EVENTS, _IOR(0xAE, 0x9f, 64 bytes)', () => {
  const request = { direction: 'read', type: 0xae, nr: 0x9f, sizeBytes: 64 } as const;
  test.each<[TargetName, number]>([
    ['arm64', 0x8040ae9f],
    ['x86_64', 0x8040ae9f],
    ['s390x', 0x8040ae9f],
    ['ppc64le', 0x4040ae9f],
    ['mips', 0x4040ae9f],
    ['alpha', 0x4040ae9f],
    ['sparc64', 0x4040ae9f],
    ['parisc', 0x4040ae9f],
  ])('on %s', (name, number) => {
    expect(encodeRequest(request, targetNamed(name))).toBe(number);
    expect(decodeRequest(number, targetNamed(name))).toEqual(request);
  });
});

test('a request without data carries the direction NONE, which is 1 on powerpc', () => {
  const run = { direction: 'none', type: 0xae, nr: 0x80, sizeBytes: 0 } as const;
  expect(encodeRequest(run, targetNamed('arm64'))).toBe(0x0000ae80);
  expect(encodeRequest(run, targetNamed('ppc'))).toBe(0x2000ae80);
});

test('sparc lets a size of 14 bits overlap the direction NONE', () => {
  // _IOR('a', 1, 8192 bytes): size bit 13 falls onto bit 29.
  const number = 0x40000000 + 8192 * 0x10000 + 0x6101;
  const sparc = targetNamed('sparc64');
  expect(decodeRequest(number, sparc)).toEqual({ direction: 'read', type: 0x61, nr: 1, sizeBytes: 8192 });
  expect(decodeRequest(number, targetNamed('ppc64')).sizeBytes).toBe(0);
  expect(largestRequestSizeBytes('read', sparc)).toBe(16383);
  expect(largestRequestSizeBytes('none', sparc)).toBe(8191);
});

test('what is encoded is decoded again, on every target', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...targets),
      fc.constantFrom<RequestDirection>('read', 'write', 'readwrite'),
      fc.nat(255),
      fc.nat(255),
      fc.nat(8191),
      (target, direction, type, nr, sizeBytes) => {
        const parts = { direction, type, nr, sizeBytes };
        expect(decodeRequest(encodeRequest(parts, target), target)).toEqual(parts);
      },
    ),
  );
});
