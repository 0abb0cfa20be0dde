/** The names that a record's fields surely have are in its layout, and no others are than those they may have; other forms are not read to be compared. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formNamesIn } from '../../../src/abi/definition/field-names.ts';
import { abiOfSoundVariant, loadLayoutFile, targetsOf, variantsOf } from '../../../src/abi/definition/layout-file.ts';
import { shapeOf } from '../../../src/abi/record-shape.ts';

const directory = new URL('../../../layouts/', import.meta.url);
const fileNames = readdirSync(directory).filter((name) => name !== 'layout.schema.json');

test.each(fileNames)('every form of every record of %s has them', (fileName) => {
  const file = loadLayoutFile(readFileSync(new URL(fileName, directory), 'utf8'), fileName);
  let found = 0;
  for (const target of targetsOf(file).filter((_, index) => index % 3 === 0)) {
    for (const { name: variant } of variantsOf(file)) {
      for (const [name, { record }] of abiOfSoundVariant(file, variant, target, '').records) {
        const shape = new Set(shapeOf(record, target)?.match(/[A-Za-z_]\w*/g));
        const { sure, possible } = formNamesIn(file, name, variant, target);
        const where = `${name} on ${target.name} in ${variant}`;
        expect(
          [...sure].filter((one) => !shape.has(one)),
          where,
        ).toEqual([]);
        expect(
          [...shape].filter((one) => !possible().has(one)),
          where,
        ).toEqual([]);
        found += sure.size;
      }
    }
  }
  expect(found).toBeGreaterThan(0);
});

const written = {
  header: 'linux/h.h',
  targets: ['x86_64', 's390x'],
  record: 'struct s',
  variants: [
    { name: 'one', status: 'merged' },
    { name: 'two', status: 'merged' },
  ],
  fields: [
    { field: '__u32 a' },
    { field: '__u8 b[6]' },
    { field: 'unsigned int : 3' },
    { field: '__u32 c : 5' },
    { field: 'void *d', from: 'two' },
    { field: '__u32 e', targets: ['s390x'] },
    {
      union: '',
      fields: [
        { struct: 'f', fields: [{ field: '__u32 g' }] },
        { struct: 'h[2]', fields: [{ field: '__u32 i' }] },
      ],
    },
  ],
};

test.each([
  ['one', 'x86_64', ['a', 'b', 'c', 'f', 'g', 'h']],
  ['two', 'x86_64', ['a', 'b', 'c', 'd', 'f', 'g', 'h']],
  ['one', 's390x', ['a', 'b', 'c', 'e', 'f', 'g', 'h']],
])('are those of variant %s on %s', (variant, targetName, names) => {
  const file = loadLayoutFile(JSON.stringify(written), 's.json');
  const [target] = targetsOf(file).filter(({ name }) => name === targetName);
  expect(target && [...formNamesIn(file, 'struct s', variant, target).sure].sort()).toEqual(names);
});

test.each([
  ['one', 'x86_64', []],
  ['two', 'x86_64', ['d']],
  ['one', 's390x', ['e']],
])('what comes only elsewhere is not possible in variant %s on %s', (variant, targetName, names) => {
  const file = loadLayoutFile(JSON.stringify(written), 's.json');
  const [target] = targetsOf(file).filter(({ name }) => name === targetName);
  const { possible } = formNamesIn(file, 'struct s', variant, target ?? expect.fail());
  expect(['d', 'e'].filter((one) => possible().has(one))).toEqual(names);
  // An element's field has no path of its own, but is there.
  expect(possible().has('i')).toBe(true);
});
