import { describe, expect, test } from 'vitest';
import { parseTargetList } from '../../src/abi/target-list.ts';
import { findTarget, targets } from '../../src/abi/target.ts';

describe('finding a target', () => {
  test.each([
    ['arm64', 'arm64'],
    ['aarch64-linux-gnu', 'arm64'],
    ['aarch64-unknown-linux-gnu', 'arm64'],
    ['arm-linux-gnueabihf', 'arm'],
    ['x86_64-pc-linux-gnu', 'x86_64'],
    ['i586-linux-gnu', 'i386'],
    ['m68k-linux-gnu', 'm68k'],
    ['hppa-linux-gnu', 'parisc'],
    ['x86_64-linux-gnux32', 'x32'],
  ])('%s means %s', (text, name) => {
    expect(findTarget(text)?.name).toBe(name);
  });

  test.each(['', 'pdp11', '__proto__', 'arm64 ', 'linux-gnu'])('%j means none', (text) => {
    expect(findTarget(text)).toBeUndefined();
  });

  test('every triple of the table finds its own target', () => {
    for (const target of targets) {
      for (const triple of target.triples) expect(findTarget(triple)?.name).toBe(target.name);
    }
  });
});

describe('a target list', () => {
  test('keeps the order it is written in and drops repetitions', () => {
    expect(parseTargetList('s390x, arm64,aarch64-linux-gnu').map(({ name }) => name)).toEqual(['s390x', 'arm64']);
  });

  test('all means all twenty', () => {
    expect(parseTargetList('all')).toHaveLength(20);
  });

  test('a misspelt name is answered with the nearest one', () => {
    expect(() => parseTargetList('arm46')).toThrow(/"arm46" is not a target; did you mean "arm64"\?/);
  });
});
