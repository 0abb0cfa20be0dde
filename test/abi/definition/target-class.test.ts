/** Targets of one class: what a layout file says of a field on one of them holds on the others, where the field has its place there. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fieldPathsOf } from '../../../src/abi/field-paths.ts';
import { abiOfSoundVariant, loadLayoutFile, targetsOf, variantsOf } from '../../../src/abi/definition/layout-file.ts';
import { readingClassIn, targetClassIn } from '../../../src/abi/definition/target-class.ts';
import { layoutOf } from '../../../src/abi/layout-engine.ts';
import { shapeOf } from '../../../src/abi/record-shape.ts';
import type { RecordType } from '../../../src/abi/types.ts';
import type { Target } from '../../../src/abi/target.ts';

const directory = new URL('../../../layouts/', import.meta.url);
const fileNames = readdirSync(directory).filter((name) => name !== 'layout.schema.json');

function said(record: RecordType, target: Target): unknown {
  return [record.semantics, fieldPathsOf(layoutOf(record, target)).map(({ path, field }) => [path, field.semantics])];
}

test.each(fileNames)('in %s they have the same forms with the same semantics', (fileName) => {
  const file = loadLayoutFile(readFileSync(new URL(fileName, directory), 'utf8'), fileName);
  for (const info of variantsOf(file)) {
    const variant = info.name;
    /** By class, record and shape. */
    const first = new Map<string, unknown>();
    for (const target of targetsOf(file, info)) {
      for (const [name, { record }] of abiOfSoundVariant(file, variant, target, '').records) {
        const key = [targetClassIn(file, target), name, shapeOf(record, target)].join('\n');
        const saying = said(record, target);
        if (first.has(key)) expect(saying, `${name} on ${target.name} in ${variant}`).toEqual(first.get(key));
        else first.set(key, saying);
      }
    }
  }
});

test.each(fileNames)(
  'what was read of %s for one target holds for others of its class, with their sizes',
  (fileName) => {
    const file = loadLayoutFile(readFileSync(new URL(fileName, directory), 'utf8'), fileName);
    for (const info of variantsOf(file)) {
      const variant = info.name;
      const first = new Map<string, ReadonlyMap<string, { readonly record: RecordType }>>();
      for (const target of targetsOf(file, info)) {
        const { records } = abiOfSoundVariant(file, variant, target, '');
        const key = readingClassIn(file, target);
        const read = first.get(key);
        if (read === undefined) first.set(key, records);
        expect([...(read ?? records).keys()]).toEqual([...records.keys()]);
        for (const [name, { record }] of read ?? []) {
          const own = records.get(name)?.record ?? expect.fail();
          expect(shapeOf(record, target), `${name} on ${target.name} in ${variant}`).toBe(shapeOf(own, target));
          expect(said(record, target)).toEqual(said(own, target));
        }
      }
    }
  },
);

test('targets differ where a type does, or an error number', () => {
  const classes = (more: object): readonly string[] => {
    const written = {
      header: 'linux/h.h',
      targets: ['x86_64', 'arm64', 'i386', 'arm', 'x32'],
      record: 'struct s',
      variants: [{ name: 'one', status: 'merged' }],
      ...more,
    };
    const file = loadLayoutFile(JSON.stringify(written), 's.json');
    return targetsOf(file).map((target) => readingClassIn(file, target));
  };
  expect(new Set(classes({ fields: [{ field: 'long a' }, { field: '__u64 my_size_t' }] })).size).toBe(1);
  for (const type of ['size_t', 'ssize_t', 'uintptr_t', '__kernel_long_t']) {
    const [x86, arm64, i386, arm, x32] = classes({ fields: [{ field: `${type} a` }] });
    expect([x86, i386]).toEqual([arm64, arm]);
    expect(new Set([x86, i386, x32]).size, type).toBe(3);
  }
  const [x86, arm64, i386] = classes({
    fields: [{ field: '__u32 a' }],
    unknownErrno: { vm: { arm64: 'EINVAL', '*': 'ENOTTY' } },
  });
  expect(x86).toBe(i386);
  expect(arm64).not.toBe(x86);
});

test('a limit tells targets apart, wherever it stands', () => {
  const classes = (fields: readonly object[]): readonly string[] => {
    const written = {
      header: 'linux/h.h',
      targets: ['x86_64', 'arm64', 's390x'],
      record: 'struct s',
      variants: [{ name: 'one', status: 'merged' }],
      fields,
    };
    const file = loadLayoutFile(JSON.stringify(written), 's.json');
    return targetsOf(file).map((target) => targetClassIn(file, target));
  };
  const [x86, arm, s390] = classes([{ field: '__u32 a' }]);
  expect([arm, s390]).toEqual([x86, x86]);
  const [little, other, big] = classes([
    { field: '__u32 a' },
    { struct: 'b', fields: [{ field: '__u8 c', targets: ['s390x'] }] },
  ]);
  expect(little).toBe(other);
  expect(big).not.toBe(little);
});
