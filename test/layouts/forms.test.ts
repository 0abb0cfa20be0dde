/** The table of forms (`npm run generate`) leads from the form of a record to what the layouts say of its fields. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formModule, formRows } from '../../.ci/build/forms.ts';
import { abiOfSoundVariant, targetsOf, variantsOf } from '../../src/abi/definition/layout-file.ts';
import { fieldPathsOf } from '../../src/abi/field-paths.ts';
import { layoutOf } from '../../src/abi/layout-engine.ts';
import { shapeOf } from '../../src/abi/record-shape.ts';
import { findTarget } from '../../src/abi/target.ts';
import { builtInFile, builtInNames } from '../../src/cli/built-in-layouts.ts';
import { formOfShape, namesOfKnownForms } from '../../src/cli/known-forms.ts';

const abis = builtInNames()
  .map(builtInFile)
  .flatMap((file) =>
    variantsOf(file).flatMap((variant) => {
      const label = `${file.fileName}#${variant.name}`;
      return targetsOf(file, variant).map((target) => abiOfSoundVariant(file, variant.name, target, label));
    }),
  );

test('it is up to date', () => {
  const written = readFileSync(new URL('../../src/generated/forms.ts', import.meta.url), 'utf8');
  expect(written).toBe(formModule(formRows()));
});

test('it has the records that arm64 and x86 refuse or keep garbage in', () => {
  expect([...namesOfKnownForms]).toEqual(expect.arrayContaining(['struct kvm_vcpu_events', 'struct kvm_run']));
});

test.each([...namesOfKnownForms])('%s is found in all of its forms, with all that is said of its fields', (name) => {
  let found = 0;
  for (const { target, label, records } of abis) {
    const record = records.get(name)?.record;
    const shape = shapeOf(record, target);
    if (record === undefined || shape === undefined) continue;
    found += 1;
    const form = formOfShape(name, shape, target);
    if (form?.label !== label) {
      // Another variant has had that form before.
      expect(form, `${label} on ${target.name}`).toBeDefined();
      continue;
    }
    const said = fieldPathsOf(layoutOf(record, target)).flatMap(({ path, field: { semantics } }) =>
      semantics === undefined ? [] : [[path, semantics] as const],
    );
    expect(form.fields, `${label} on ${target.name}`).toEqual(new Map(said));
    expect(form.semantics).toEqual(record.semantics);
  }
  expect(found).toBeGreaterThan(0);
});

test('a form that no variant has is not found, nor is one of another record or target', () => {
  const [arm64, x86] = [findTarget('arm64') ?? expect.fail(), findTarget('x86_64') ?? expect.fail()];
  const abi = abiOfSoundVariant(builtInFile('kvm_vcpu_events.arm64.json'), 'v1', arm64, '');
  const shape = shapeOf(abi.records.get('struct kvm_vcpu_events')?.record, arm64) ?? expect.fail();
  expect(formOfShape('struct kvm_vcpu_events', shape, arm64)?.label).toBe('kvm_vcpu_events.arm64.json#v1');
  expect(formOfShape('struct kvm_vcpu_events', `${shape} `, arm64)).toBeUndefined();
  expect(formOfShape('struct kvm_run', shape, arm64)).toBeUndefined();
  expect(formOfShape('struct kvm_vcpu_events', shape, x86)).toBeUndefined();
});
