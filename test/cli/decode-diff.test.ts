import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'uabi-diff-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function file(name: string, size: number, set: Readonly<Record<number, number>>): string {
  const bytes = Buffer.alloc(size);
  for (const [offset, value] of Object.entries(set)) bytes[Number(offset)] = value;
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

const type = ['decode', '--diff', '--type', 'kvm_vcpu_events#v1', '--target', 'arm64'];

describe('uabi decode --diff', () => {
  test('GET against SET: only what changed, by field and by byte', async () => {
    const before = file('get.bin', 64, { 1: 1 });
    const after = file('set.bin', 64, { 0: 1, 1: 1, 8: 0xed, 9: 0xd1, 10: 1, 11: 1 });
    const { code, stdout } = await runCli([...type, before, after]);
    expect(code).toBe(0);
    const lines = stdout.split('\n').slice(1, -1);
    expect(lines[0]).toBe('5 bytes differ, in 2 fields.');
    expect(lines[1]).toMatch(/^0000 {2}exception\.serror_pending +__u8 +0x0 \(no\) → 0x1 \(yes\)$/);
    expect(lines[2]).toMatch(/^0008 {2}exception\.serror_esr +__u64 +0x0 .*→ 0x101d1ed /);
    expect(lines.slice(4)).toEqual([
      '0000  00 01 00 00 00 00 00 00  │  01 ·· ·· ·· ·· ·· ·· ··',
      '0008  00 00 00 00 00 00 00 00  │  ed d1 01 01 ·· ·· ·· ··',
    ]);
  });

  test('two pages of kvm_run: the members of another exit come and go', async () => {
    const before = file('mmio.bin', 2352, { 8: 6, 35: 9, 48: 4 });
    const after = file('event.bin', 2352, { 8: 24, 32: 2 });
    const { stdout } = await runCli(['decode', '--diff', '--type', 'kvm_run', '--target', 'arm64', before, after]);
    expect(stdout).toMatch(/exit_reason.*KVM_EXIT_MMIO.* → .*KVM_EXIT_SYSTEM_EVENT/);
    expect(stdout).toMatch(/mmio\.phys_addr.*0x9000000.* → \(not in use\)/);
    expect(stdout).toMatch(/system_event\.type.*\(not in use\) → 0x2 \(KVM_SYSTEM_EVENT_RESET\)/);
  });

  test('as JSON, with the notes of both sides', async () => {
    const before = file('plain.bin', 64, {});
    const after = file('pad.bin', 64, { 5: 0x80 });
    const { stdout } = await runCli([...type, before, after, '--format', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      type: 'struct kvm_vcpu_events',
      changedBytes: 1,
      fields: [
        {
          path: 'exception.pad',
          offsetBytes: 3,
          sizeBytes: 5,
          old: { value: '0000000000' },
          new: { value: '0000800000' },
        },
      ],
      bytes: [{ offsetBytes: 5, old: '00', new: '80' }],
      old: { notes: [] },
      new: { notes: [{ rule: 'reserved-not-zero', severity: 'error', offsetBytes: 5 }] },
    });
  });

  test('two lines of a JSON lines log', async () => {
    const log = 'fixtures/captures/arm64.jsonl';
    const { code, stdout } = await runCli([...type, `${log}:5:before`, `${log}:7:before`]);
    expect(code).toBe(0);
    expect(stdout).toContain('exception.pad');
  });

  test('equal captures, and captures that are too short', async () => {
    const one = file('one.bin', 64, { 0: 1 });
    const same = await runCli([...type, one, file('two.bin', 64, { 0: 1 })]);
    expect(same.stdout).toContain('No byte differs.');
    const short = await runCli([...type, one, file('short.bin', 9, { 0: 1 })]);
    expect(short.code).toBe(3);
    expect(short.stdout).toContain('(missing)');
  });

  test('one capture is not two, and a line that is not there is no capture', async () => {
    expect((await runCli([...type, 'one.bin'])).code).toBe(2);
    const log = 'fixtures/captures/arm64.jsonl';
    expect((await runCli([...type, `${log}:5`, `${log}:999`])).code).toBe(3);
  });
});
