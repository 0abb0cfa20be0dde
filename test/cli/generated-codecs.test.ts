/** uabi's own generated modules, found by descriptor, say the same as the interpreter of descriptors. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findRecord } from '../../src/cli/find-record.ts';
import { generatedCodecOf, generatedRecords } from '../../src/cli/generated-codecs.ts';
import { decodeRecord } from '../../src/codec/interpret-decode.ts';
import { encodeRecord } from '../../src/codec/interpret-encode.ts';
import { jsonOf } from '../../src/codec/runtime.ts';
import { quietIo, repository, runCli } from '../support/run-cli.ts';

const io = quietIo(repository);

describe('the generated modules of uabi', () => {
  test('are all registered', () => {
    const tables = ['forms.ts', 'requests.ts'];
    const files = readdirSync(join(repository, 'src/generated')).filter((name) => !tables.includes(name));
    const registered = generatedRecords.map((name) => `${name.replace(/^struct /, '').replaceAll(' ', '.')}.ts`);
    expect(registered.toSorted()).toEqual(files.toSorted());
  });

  test.each(generatedRecords)('%s: the module reads and writes what the interpreter does', async (name) => {
    const [, record = '', variant = '', target = ''] = name.split(' ');
    const { descriptor } = await findRecord({ type: `${record}#${variant}`, target }, io);
    const codec = await generatedCodecOf(descriptor);
    expect(codec).toBeDefined();
    if (codec === undefined) return;
    const { sizeBytes } = descriptor;
    const bytesOf = fc.uint8Array({ minLength: sizeBytes, maxLength: sizeBytes });
    fc.assert(
      fc.property(bytesOf, fc.nat(50), (bytes, selector) => {
        // An exit reason that exists, most of the time.
        if (record === 'kvm_run') bytes.set([selector, 0, 0, 0], 8);
        const value = codec.decode(bytes);
        const interpreted = decodeRecord(descriptor, bytes);
        expect(JSON.stringify(value)).toBe(JSON.stringify(jsonOf(interpreted)));
        expect(codec.encode(value)).toEqual(bytes);
        expect(codec.encode(interpreted)).toEqual(encodeRecord(descriptor, interpreted));
      }),
      { numRuns: 20 },
    );
  });

  test('a record that says anything else is interpreted', async () => {
    const { descriptor } = await findRecord({ type: 'kvm_vcpu_events#v1', target: 'arm64' }, io);
    expect(await generatedCodecOf({ ...descriptor, alignBytes: 16 })).toBeUndefined();
    expect(await generatedCodecOf({ ...descriptor, variant: '__proto__' })).toBeUndefined();
  });

  test('decode --cross-check asks the module as well', async () => {
    const argv = [
      'decode',
      '--type',
      'kvm_vcpu_events#v1',
      '--target',
      'arm64',
      '--input',
      'hex',
      '--cross-check',
      '-',
    ];
    const { stdout } = await runCli(argv, { stdin: '01'.repeat(64) });
    expect(stdout).toContain('The generated module reads the same values and gives the bytes back.');
  });
});
