/** What a layout file says of one record is what the whole file says of it: its fields, what holds for them, and who carries it. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fileAbout } from '../../../src/abi/definition/document-about.ts';
import { abiOfSoundVariant, loadLayoutFile, targetsOf, variantsOf } from '../../../src/abi/definition/layout-file.ts';

const directory = new URL('../../../layouts/', import.meta.url);
const fileNames = readdirSync(directory).filter((name) => name !== 'layout.schema.json');

test.each(fileNames)('every record of %s, on all targets and in all variants', (fileName) => {
  const file = loadLayoutFile(readFileSync(new URL(fileName, directory), 'utf8'), fileName);
  const { record: main, records = [] } = file.document;
  const names = new Set([...(main === undefined ? [] : [main]), ...records.map(({ record }) => record)]);
  const abouts = [...names].map((name) => ({ name, about: fileAbout(file, name.replace(/^\w+ /, '')) }));
  let found = 0;
  for (const target of targetsOf(file)) {
    for (const { name: variant } of variantsOf(file, target)) {
      const whole = abiOfSoundVariant(file, variant, target, '');
      for (const { name, about } of abouts) {
        const { records: few } = abiOfSoundVariant(about, variant, target, '');
        expect(few.get(name), `${name} on ${target.name} in ${variant}`).toEqual(whole.records.get(name));
        found += few.has(name) ? 1 : 0;
      }
    }
  }
  expect(found).toBeGreaterThan(0);
});

test('a record in a large file needs little of it', () => {
  const file = loadLayoutFile(readFileSync(new URL('kvm.json', directory), 'utf8'), 'kvm.json');
  const { document } = fileAbout(file, 'kvm_enable_cap');
  expect(document.records?.map(({ record }) => record)).toEqual(['struct kvm_enable_cap']);
  expect(document.requests?.map(({ request }) => request)).toEqual(['KVM_ENABLE_CAP']);
});
