/**
 * Modules for users of binary-parser and restructure, run by Node as their users would run them: written to a folder that
 * has the libraries installed, imported, and given the bytes of a real SET_VCPU_EVENTS.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repository, runCli } from '../support/run-cli.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'uabi-library-'));
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

// An SError with syndrome 0x101d1ed and a data abort: bytes 0, 1, 2 and 8..11.
const bytes = Buffer.alloc(64);
bytes.set([1, 1, 1]);
bytes.set([0xed, 0xd1, 0x01, 0x01], 8);

async function generate(library: string): Promise<string> {
  const out = join(folder, library);
  const layout = 'layouts/kvm_vcpu_events.arm64.json#v1';
  const { code } = await runCli(['generate', layout, '--to', library, '--out', out]);
  expect(code).toBe(0);
  return join(out, readdirSync(out)[0] ?? '');
}

/** What a program prints that has the generated module as `m` and the bytes as `bytes`. */
function evaluate(module: string, expression: string): unknown {
  const program = `
    import * as m from ${JSON.stringify(module)};
    const bytes = Buffer.from('${bytes.toString('hex')}', 'hex');
    const shown = (_, value) => (typeof value === 'bigint' ? String(value) : value);
    console.log(JSON.stringify(${expression}, shown));
  `;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' }));
}

const read =
  '(({ exception: e, reserved }) => [e.serror_pending, e.serror_has_esr, e.ext_dabt_pending, e.serror_esr, reserved.length])';
const refusal = (call: string): string =>
  `(() => { try { ${call}; return null; } catch (error) { return error.message; } })()`;

test.each(['binary-parser', 'restructure'])('%s reads the record, and no other length', async (library) => {
  const module = await generate(library);
  expect(evaluate(module, `${read}(m.decodeKvmVcpuEvents(bytes))`)).toEqual([1, 1, 1, String(0x101d1ed), 12]);
  expect(evaluate(module, refusal('m.decodeKvmVcpuEvents(bytes.subarray(0, 63))'))).toMatch(/64 bytes/);
  expect(evaluate(module, refusal('m.decodeKvmVcpuEvents(Buffer.concat([bytes, bytes]))'))).toMatch(/64 bytes/);
});

test('restructure writes the bytes back and refuses what does not fit', async () => {
  const module = await generate('restructure');
  const encoded = "Buffer.from(m.encodeKvmVcpuEvents(m.decodeKvmVcpuEvents(bytes))).toString('hex')";
  expect(evaluate(module, encoded)).toBe(bytes.toString('hex'));
  const tooLarge =
    '{ const v = m.decodeKvmVcpuEvents(bytes); v.exception.serror_pending = 300; m.encodeKvmVcpuEvents(v) }';
  expect(evaluate(module, refusal(tooLarge))).toMatch(/300 is not an integer from 0 to 255/);
});
