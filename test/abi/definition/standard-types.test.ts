/** Types of the standard headers that are the same everywhere, and those that a data model decides. */

import { expect, test } from 'vitest';
import { modelOf, namesByModel, standardTypes } from '../../../src/abi/definition/standard-types.ts';
import { layoutOf } from '../../../src/abi/layout-engine.ts';
import { targets } from '../../../src/abi/target.ts';
import type { Type } from '../../../src/abi/types.ts';

test('only names of the model have other types on other targets, and one model has one of each', () => {
  const anywhere = new Map<string, unknown>();
  const byModel = new Map<string, unknown>();
  for (const target of targets) {
    for (const [name, type] of standardTypes(target)) {
      const known = namesByModel.test(name) ? byModel : anywhere;
      const key = known === byModel ? `${modelOf(target)} ${name}` : name;
      if (!known.has(key)) known.set(key, type);
      expect(type, `${name} on ${target.name}`).toEqual(known.get(key));
    }
  }
  expect(anywhere.size).toBeGreaterThan(20);
});

test('x32 has the long of a 64-bit kernel, and pointers of 32 bits', () => {
  const sizeOn = (name: string, type: string): number => {
    const target = targets.find((one) => one.name === name) ?? expect.fail();
    const found: Type = standardTypes(target).get(type) ?? expect.fail();
    const fields = [{ name: 'a', type: found }];
    return layoutOf({ kind: 'record', recordKind: 'struct', tag: 's', isComplete: true, fields }, target).sizeBytes;
  };
  // <asm/posix_types_x32.h>, and what gcc -mx32 says of sizeof (size_t).
  expect(['x86_64', 'x32', 'i386'].map((name) => sizeOn(name, '__kernel_long_t'))).toEqual([8, 8, 4]);
  expect(['x86_64', 'x32', 'i386'].map((name) => sizeOn(name, 'size_t'))).toEqual([8, 4, 4]);
});
