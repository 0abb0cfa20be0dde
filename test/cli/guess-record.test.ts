import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'uabi-guess-record-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

interface Document {
  readonly type: string | null;
  readonly notes: readonly { readonly rule: string; readonly message: string }[];
  readonly candidates: readonly {
    readonly type: string;
    readonly target: string;
    readonly against: readonly string[];
  }[];
}

async function decode(bytes: Uint8Array, ...more: readonly string[]): Promise<{ code: number; document: Document }> {
  const args = ['decode', '--input', 'bin', '--format', 'json', ...more];
  const { code, stdout } = await runCli(args, { stdin: bytes });
  return { code, document: JSON.parse(stdout) as Document };
}

describe('bytes of which nobody says what they are', () => {
  test('an SError to be injected on arm64: the record of events comes first, but others take any bytes', async () => {
    const bytes = Buffer.alloc(64);
    bytes.set([1, 1, 0, 0, 0, 0, 0, 0, 0xed, 0xd1, 1, 1]);
    const { code, document } = await decode(bytes);
    expect(code).toBe(3);
    expect(document.type).toBeNull();
    expect(document.notes.map(({ rule }) => rule)).toEqual(['cannot-tell-type']);
    expect(document.candidates[0]).toMatchObject({ type: 'struct kvm_vcpu_events', target: 'arm64', against: [] });
    // What has something against it comes behind, with the reason.
    const last = document.candidates.at(-1);
    expect(last?.against[0]).toMatch(/not zero/);
  });

  test('the only record of a size that is not refuted is read, with the reason', async () => {
    // kvm_tpr_access_ctl has 40 bytes of which 32 are reserved; an event filter ends with as many events as it counts.
    const filter = Buffer.alloc(40);
    filter.writeUInt32LE(1, 0);
    filter.writeUInt32LE(1, 4);
    filter.writeUInt32LE(0x300, 32);
    const { code, document } = await decode(filter, '--target', 'x86_64');
    expect(code).toBe(0);
    expect(document.type).toBe('struct kvm_pmu_event_filter');
    expect(document.notes[0]?.rule).toBe('guessed-type');
    expect(document.notes[0]?.message).toContain('for struct kvm_tpr_access_ctl, reserved is not zero');
  });

  test('no record has that size', async () => {
    const { code, document } = await decode(Buffer.alloc(7));
    expect([code, document.type]).toEqual([3, null]);
    expect(document.notes[0]?.message).toBe('No record of a known request has 7 bytes.');
  });

  test('logs are known by their lines, whatever the file is called', async () => {
    const path = join(directory, 'unnamed');
    writeFileSync(path, 'openat(AT_FDCWD, "/dev/kvm", O_RDWR) = 3\nioctl(3, KVM_GET_API_VERSION, 0) = 12\n');
    const strace = await runCli(['decode', path]);
    expect([strace.code, strace.stderr]).toEqual([0, expect.stringContaining('read as an strace log')]);
    expect(strace.stdout).toContain('KVM_GET_API_VERSION');
    const json = await runCli(['decode', 'fixtures/captures/arm64.jsonl', '--type', 'kvm_vcpu_init']);
    expect([json.code, json.stderr]).toEqual([0, expect.stringContaining('read as JSON lines')]);
    const { code, stderr } = await runCli(['decode'], { stdin: 'ioctl(3, KVM_GET_API_VERSION, 0) = 12\n' });
    expect([code, stderr]).toEqual([2, expect.stringContaining('add --input strace')]);
  });

  test('nothing at all is said to be nothing', async () => {
    const { code, stderr } = await runCli(['decode'], { stdin: '' });
    expect([code, stderr]).toEqual([3, expect.stringContaining('standard input is empty')]);
  });
});

describe('the whole mapping of a virtual CPU', () => {
  /** KVM_EXIT_IO: the guest wrote two bytes to port 0x3f8, which lie in the second page. */
  const mapping = Buffer.alloc(8192);
  mapping.writeUInt32LE(2, 8);
  mapping.set([1, 1, 0xf8, 0x03], 32);
  mapping.writeUInt32LE(2, 36);
  mapping.writeUInt32LE(4096, 40);
  mapping.set([0x48, 0x69], 4096);

  test('has nothing too many, and shows the data of a port access', async () => {
    const { code, stdout } = await runCli(['decode', '--type', 'kvm_run', '--target', 'x86_64', '--input', 'bin'], {
      stdin: mapping,
    });
    expect(code).toBe(0);
    expect(stdout).toContain(
      "The data of the access lies at byte 4096 of the vCPU's mapping (page 1 of the mapping): 48 69.",
    );
    expect(stdout).not.toContain('error:');
  });

  test('cut inside of the second page it is told where the data would be', async () => {
    const { code, stdout } = await runCli(['decode', '--type', 'kvm_run', '--target', 'x86_64', '--input', 'bin'], {
      stdin: mapping.subarray(0, 4097),
    });
    expect(code).toBe(3);
    expect(stdout).toContain('it is not in these bytes');
  });
});

test('a record that older variants of its file lack is read, and its absence there said', async () => {
  const { code } = await runCli(
    ['decode', '--type', 'kvm_userspace_memory_region2', '--target', 'x86_64', '--input', 'bin'],
    {
      stdin: Buffer.alloc(160),
    },
  );
  expect(code).toBe(0);
  const { stderr } = await runCli(['decode', '--type', 'kvm_userspace_memory_region2#6.1', '--target', 'x86_64'], {
    stdin: Buffer.alloc(160),
  });
  expect(stderr).toContain('kvm_userspace_memory_region2 is not in variant "6.1" on x86_64');
});
