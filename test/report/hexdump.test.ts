import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'uabi-dump-'));
  writeFileSync(
    join(directory, 'thing.h'),
    `struct thing {
       unsigned int kind;
       union { unsigned long long whole; struct { unsigned short low, high; } parts; unsigned char raw[8]; };
     };
     union either { unsigned int whole; unsigned char bytes[4]; };`,
  );
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const dump = async (type: string, hex: string): Promise<string[]> => {
  const { stdout } = await runCli(
    ['decode', '--type', type, '--in', 'thing.h', '--target', 'x86_64', '--input', 'hex'],
    { cwd: directory, stdin: hex },
  );
  return stdout.split('\n').filter((line) => line !== '');
};

describe('the annotated hex dump', () => {
  test('a union that nothing selects from: its bytes once, then every reading', async () => {
    const lines = await dump('thing', '01000000 00000000 34127856 00000000');
    expect(lines.slice(3).map((line) => line.split(/ {2,}/))).toEqual([
      ['0008', '34 12 78 56 00 00 00 00', '(union)', 'union {…}', 'one of 3 readings:'],
      ['0008', 'as whole', 'unsigned long long', '0x56781234'],
      ['0008', 'as parts.low', 'unsigned short', '0x1234'],
      ['000a', 'as parts.high', 'unsigned short', '0x5678'],
      ['0008', 'as raw', 'unsigned char[8]', '34 12 78 56 00 00 00 00'],
    ]);
  });

  test('a record that is a union itself', async () => {
    const lines = await dump('either', '04 03 02 01');
    expect(lines.slice(1).map((line) => line.split(/ {2,}/))).toEqual([
      ['0000', '04 03 02 01', '(union)', 'union either', 'one of 2 readings:'],
      ['0000', 'as whole', 'unsigned int', '0x1020304'],
      ['0000', 'as bytes', 'unsigned char[4]', '04 03 02 01'],
    ]);
  });

  test('equal neighbours in an array are counted', async () => {
    const bytes = Buffer.alloc(2352);
    bytes.writeUInt32LE(24, 8);
    bytes.writeUInt32LE(7, 40);
    const { stdout } = await runCli(['decode', '--type', 'kvm_run', '--target', 'arm64', '--input', 'bin'], {
      stdin: bytes,
    });
    expect(stdout).toContain('[0x7, 0x0 × 15]');
  });
});
