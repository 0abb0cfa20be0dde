/** What a layout file says of one record is what the whole file says of it: its fields, what holds for them, and who carries it. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Abi } from '../../../src/abi/abi.ts';
import { fileAbout, fileOfShapes } from '../../../src/abi/definition/document-about.ts';
import { abiOfSoundVariant, loadLayoutFile, targetsOf, variantsOf } from '../../../src/abi/definition/layout-file.ts';
import { shapeOf } from '../../../src/abi/record-shape.ts';

const directory = new URL('../../../layouts/', import.meta.url);
const fileNames = readdirSync(directory).filter((name) => name !== 'layout.schema.json');

test.each(fileNames)('every record of %s, on all targets and in all variants', (fileName) => {
  const file = loadLayoutFile(readFileSync(new URL(fileName, directory), 'utf8'), fileName);
  const { record: main, records = [] } = file.document;
  const names = new Set([...(main === undefined ? [] : [main]), ...records.map(({ record }) => record)]);
  const abouts = [...names].map((name) => ({ name, about: fileAbout(file, name.replace(/^\w+ /, '')) }));
  let found = 0;
  for (const target of targetsOf(file)) {
    for (const { name: variant } of variantsOf(file)) {
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

test.each(fileNames)('every record of %s has in the same variants the same forms for the first time', (fileName) => {
  const file = loadLayoutFile(readFileSync(new URL(fileName, directory), 'utf8'), fileName);
  const { record: main, records = [] } = file.document;
  const names = new Set([...(main === undefined ? [] : [main]), ...records.map(({ record }) => record)]);
  const targets = targetsOf(file).filter((_, index) => index % 4 === 0);
  for (const target of targets) {
    const wholes = variantsOf(file).map(({ name }) => abiOfSoundVariant(file, name, target, name));
    for (const name of names) {
      const shapes = fileOfShapes(file, name.replace(/^\w+ /, ''));
      const bare = variantsOf(shapes).map((variant) => abiOfSoundVariant(shapes, variant.name, target, variant.name));
      expect(firstForms(bare, name), `${name} on ${target.name}`).toEqual(firstForms(wholes, name));
    }
  }
});

/** By the form of a record, the first variant that has it. */
function firstForms(abis: readonly Abi[], name: string): ReadonlyMap<string, string> {
  const forms = new Map<string, string>();
  for (const { records, target, label } of abis) {
    const shape = shapeOf(records.get(name)?.record, target);
    if (shape !== undefined && !forms.has(shape)) forms.set(shape, label);
  }
  return forms;
}

test('a record in a large file needs little of it', () => {
  const file = loadLayoutFile(readFileSync(new URL('kvm.json', directory), 'utf8'), 'kvm.json');
  const { document } = fileAbout(file, 'kvm_enable_cap');
  expect(document.records?.map(({ record }) => record)).toEqual(['struct kvm_enable_cap']);
  expect(document.requests?.map(({ request }) => request)).toEqual(['KVM_ENABLE_CAP']);
});
