import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'uabi-decode-schema-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** What `uabi schema NAME` prints, as a check that tells every place that is wrong. */
async function checkOf(name: string): Promise<(document: unknown) => string> {
  const { stdout } = await runCli(['schema', name]);
  const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
  const validate = ajv.compile(JSON.parse(stdout) as object);
  return (document) => (validate(document) ? '' : ajv.errorsText(validate.errors));
}

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

const header = `
typedef unsigned int __u32;
struct thing { __u32 flags : 3, mode : 5; float ratio; double no_number; union { __u32 a; char b[8]; }; long long data[]; };
`;

describe('published schemas of uabi decode', () => {
  test('one buffer: whole, cut, too long, guessed and not, of any record, and syndromes', async () => {
    const check = await checkOf('decode');
    const thing = file('thing.h', header);
    const not_a_number = Buffer.concat([Buffer.alloc(8), Buffer.from('ffffffffffffffff', 'hex'), Buffer.alloc(24)]);
    const outputs = await Promise.all(
      [
        ['--type', 'kvm_vcpu_events', file('events.bin', Buffer.alloc(64, 1))],
        ['--type', 'kvm_vcpu_events#v1', '--target', 'arm64', file('cut.bin', Buffer.alloc(9, 1))],
        ['--type', 'kvm_run', '--target', 'x86_64', file('page.bin', Buffer.alloc(4096, 2))],
        ['--request', '0x8040ae9f', file('long.bin', Buffer.alloc(70))],
        ['--in', thing, '--type', 'thing', '--target', 'x86_64', file('thing.bin', not_a_number)],
        [file('zeros.bin', Buffer.alloc(64))],
        [file('seven.bin', Buffer.alloc(7))],
        ['--type', 'ESR_EL1', '0x96000010'],
        ['--type', 'SERROR_ISS', '0xffffffffffffffff'],
        [
          '--type',
          'kvm_msrs',
          '--target',
          'x86_64',
          '--cross-check',
          file('msrs.bin', Buffer.from('0100000000000000', 'hex')),
        ],
      ].map((args) => runCli(['decode', '--format', 'json', ...args])),
    );
    for (const { stdout, stderr } of outputs) expect(check(JSON.parse(stdout || `"${stderr}"`)), stdout).toBe('');
    expect(check({ ...(JSON.parse(outputs[0]?.stdout ?? '') as object), surprise: 1 })).not.toBe('');
  });

  test.each([
    ['strace', 'fixtures/captures/x86.strace'],
    ['jsonl', 'fixtures/captures/arm64.jsonl'],
    ['jsonl', 'fixtures/captures/kernel/6.12.117-deb-max.jsonl.gz'],
  ])('every line of a log: %s %s', async (form, log) => {
    const check = await checkOf('decode-line');
    const { stdout } = await runCli(['decode', '--format', 'json', '--input', form, log]);
    const lines = stdout.trim().split('\n');
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) expect(check(JSON.parse(line)), line).toBe('');
  });

  test('two captures compared', async () => {
    const check = await checkOf('decode-diff');
    const sides = [file('old.bin', Buffer.alloc(2352)), file('new.bin', Buffer.alloc(2000, 6))];
    const args = ['decode', '--diff', '--format', 'json', '--type', 'kvm_run', '--target', 'arm64', ...sides];
    const { stdout } = await runCli(args);
    expect(check(JSON.parse(stdout))).toBe('');
  });
});
