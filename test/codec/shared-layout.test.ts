/** Targets that place fields alike share a layout, whatever their byte order: a description is for one of them all the same. */

import { expect, test } from 'vitest';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import { FrontEnd } from '../../src/c/lower/front-end.ts';
import { describeRecord } from '../../src/codec/descriptor.ts';
import { abiOf, target } from '../support/header-source.ts';

test('a record in a record is described in the byte order of the target', () => {
  const text =
    'struct inner { unsigned short a; };\nstruct outer { unsigned int n; struct inner in; union { int u; }; };';
  const frontEnd = new FrontEnd();
  const fields = new Set<unknown>();
  for (const name of ['x86_64', 'ppc64', 'alpha', 'sparc64'] as const) {
    const record = abiOf({ 'x.h': text }, name, frontEnd).records.get('struct outer')?.record;
    expect(record).toBeDefined();
    if (record === undefined) return;
    const layout = layoutOf(record, target(name));
    fields.add(layout.fields);
    const described = describeRecord(layout);
    const order = name === 'ppc64' || name === 'sparc64' ? 'big' : 'little';
    const said = [...JSON.stringify(described).matchAll(/"byteOrder":"(\w+)"/g)].map(([, one]) => one);
    expect(said.length).toBeGreaterThan(3);
    expect(new Set(said)).toEqual(new Set([order]));
    expect(described.target).toBe(name);
    expect(JSON.stringify(described)).not.toContain(name === 'x86_64' ? 'ppc64' : 'x86_64');
  }
  expect(fields.size).toBe(1);
});
