/** Every numbered layout case, on every target, is laid out as the recorded compilers say. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fieldPathsOf } from '../../src/abi/field-paths.ts';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import { targets } from '../../src/abi/target.ts';
import { FrontEnd } from '../../src/c/lower/front-end.ts';
import { abiOf } from '../support/header-source.ts';
import { expectedAnswer, layoutCases, readRecorded } from '../support/layout-cases.ts';

const recorded = readRecorded();
const files = readdirSync(layoutCases).filter((name) => name.endsWith('.h'));
const frontEnd = new FrontEnd();

test('every case is recorded for every target', () => {
  expect(Object.keys(recorded.cases).sort()).toEqual(files.sort());
  for (const file of files) {
    for (const { name } of targets) expect(expectedAnswer(recorded, file, name), `${file} ${name}`).toBeDefined();
  }
});

describe.each(files)('%s', (file) => {
  const text = readFileSync(layoutCases + file, 'utf8');
  test.each(targets.map((target) => [target.name, target] as const))('on %s', (name, target) => {
    const expected = expectedAnswer(recorded, file, name);
    // A type the target's compiler refuses (__int128) has no layout to compare.
    if (expected === 'refused' || expected === undefined) {
      expect(target.hasInt128).toBe(false);
      return;
    }
    const record = abiOf(text, name, frontEnd).records.get('struct probe')?.record;
    if (record === undefined) throw new Error('struct probe was not read');
    const layout = layoutOf(record, target);
    expect({
      sizeBytes: layout.sizeBytes,
      alignBytes: layout.alignBytes,
      fields: Object.fromEntries(
        fieldPathsOf(layout).map(({ path, offsetBits, sizeBits }) => [path, [offsetBits, sizeBits]]),
      ),
    }).toEqual(expected);
  });
});
