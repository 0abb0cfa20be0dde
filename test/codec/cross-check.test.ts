/** Second opinions on real records, and the modules generated for the libraries' own users. */

import { expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

const check = async (type: string, bytes: Uint8Array): Promise<string> => {
  const argv = ['decode', '--type', type, '--target', 'arm64', '--input', 'bin', '--cross-check'];
  return (await runCli(argv, { stdin: bytes })).stdout;
};

test('binary-parser and restructure agree about events and an MMIO exit', async () => {
  const events = Uint8Array.from({ length: 64 }, (_, i) => (i * 31) & 0xff);
  expect(await check('kvm_vcpu_events#v1', events)).toContain(
    'binary-parser agrees on 4 values, restructure gives the bytes back',
  );
  const page = new Uint8Array(2352);
  page[8] = 6;
  page.set([0, 0, 0, 0x0a], 32);
  expect(await check('kvm_run', page)).toMatch(/binary-parser agrees on 13 values/);
});

test('they are not asked about truncated bytes, which both accept', async () => {
  expect(await check('kvm_vcpu_events#v1', new Uint8Array(63))).toContain('No second opinion');
});
