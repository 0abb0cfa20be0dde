/** The names that a record's fields surely have are names in its layout; a form without one of them is not read to be compared. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fieldNamesIn } from '../../../src/abi/definition/field-names.ts';
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
        const shape = new Set(shapeOf(record, target)?.match(/\w+/g));
        const names = [...fieldNamesIn(file, name, variant, target)];
        expect(
          names.filter((one) => !shape.has(one)),
          `${name} on ${target.name} in ${variant}`,
        ).toEqual([]);
        found += names.length;
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
  expect(target && [...fieldNamesIn(file, 'struct s', variant, target)].sort()).toEqual(names);
});
