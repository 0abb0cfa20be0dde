/** A compiler accepts the assertions of a layout exactly when the layout is right. */

import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { RecordDeclaration } from '../../src/abi/abi.ts';
import { targets } from '../../src/abi/target.ts';
import type { RecordType } from '../../src/abi/types.ts';
import { renderAssertions } from '../../src/report/layout-assert.ts';
import { findGcc } from '../oracle/gcc.ts';
import { printRecords } from '../support/print-c.ts';

const record = (third: 'int' | 'long long'): RecordType => ({
  kind: 'record',
  recordKind: 'struct',
  tag: 'asserted',
  isComplete: true,
  fields: [
    { name: 'first', type: { kind: 'integer', base: 'char' } },
    { name: 'bits', type: { kind: 'integer', base: 'unsigned int' }, bitWidth: 3 },
    { name: 'third', type: { kind: 'integer', base: third } },
    { name: 'rest', type: { kind: 'array', element: { kind: 'integer', base: 'short' }, length: undefined } },
  ],
});

const gccs = targets.flatMap((target) => {
  const gcc = findGcc(target.name);
  return gcc === undefined ? [] : [{ target, gcc }];
});

test.skipIf(gccs.length === 0)('gcc accepts a right layout and refuses a wrong one', () => {
  for (const { target, gcc } of gccs) {
    const accepts = (asserted: RecordType, compiled: RecordType): boolean => {
      const declaration: RecordDeclaration = { name: 'struct asserted', header: '', record: asserted };
      const text = `${printRecords([compiled])}${renderAssertions({ target, records: new Map([[declaration.name, declaration]]), typedefs: new Map() })}`;
      const flags = [...gcc.flags, '-xc', '-fsyntax-only', '-'];
      return spawnSync(gcc.command, flags, { input: text }).status === 0;
    };
    expect(accepts(record('int'), record('int')), target.name).toBe(true);
    expect(accepts(record('int'), record('long long')), target.name).toBe(false);
  }
});
