import { describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

interface Decoded {
  readonly source: { readonly line: number; readonly step?: string };
  readonly type: string | null;
  readonly variant: string | null;
  readonly notes: readonly { readonly severity: string; readonly rule: string; readonly message: string }[];
}

async function decodeLog(...args: readonly string[]): Promise<{ code: number; stderr: string; rows: Decoded[] }> {
  const { code, stdout, stderr } = await runCli(['decode', ...args, '--format', 'json']);
  const rows = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Decoded);
  return { code, stderr, rows };
}

const rules = (row: Decoded | undefined): string[] => row?.notes.map(({ rule }) => rule) ?? [];

describe('uabi decode of logs', () => {
  test('tells what happened in an strace log, to people who do not know KVM', async () => {
    const { code, stdout, stderr } = await runCli(['decode', '--input', 'strace', 'fixtures/captures/x86.strace']);
    expect(code).toBe(0);
    expect(stderr).toContain('read as x86_64');
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      'process 12198',
      'line 2: /dev/kvm: KVM_GET_API_VERSION: which version of the interface is this? → 12, as ever since 2007',
    ]);
    expect(stdout).toContain('machine 1: KVM_SET_TSS_ADDR');
    expect(stdout).toContain('cs.base = 0xffff0000');
    expect(stdout).toContain('strace left members out');
    expect(stdout.match(/the address of the record only/g)).toHaveLength(1);
  });

  test('tells i386 from x86_64 by addresses and by what strace says of the program', async () => {
    const target = async (...lines: readonly string[]): Promise<string> => {
      const log = ['openat(AT_FDCWD, "/dev/kvm", O_RDWR) = 3', 'ioctl(3, KVM_CREATE_VM, 0) = 4', ...lines].join('\n');
      return (await runCli(['decode', '--input', 'strace', '-'], { stdin: log })).stderr;
    };
    const tss = 'ioctl(4, KVM_SET_TSS_ADDR, 0xfffbd000) = 0';
    expect(await target(tss)).toContain(
      'cannot tell the target: nothing in the log is missing on one of x86_64, i386;',
    );
    const high = 'ioctl(4, KVM_SET_USER_MEMORY_REGION, {slot=0, memory_size=4096, userspace_addr=0x7f10aa000000}) = 0';
    expect(await target(tss, high)).toContain(
      'read as x86_64: only there is KVM_SET_TSS_ADDR; a program of 64 bits, as line 4 hands over more than 32',
    );
    const mode = '[ Process PID=77 runs in 32 bit mode. ]';
    expect(await target(mode, tss)).toContain('read as i386: strace says that it is a program of 32 bits');
    // A negative number is a small one.
    expect(await target(tss, 'ioctl(4, KVM_SET_TSS_ADDR, -1) = -1 EINVAL (Invalid argument)')).toContain(
      'x86_64, i386',
    );
  });

  test('JSON lines: one object a line, in order, with the line it came from', async () => {
    const { rows } = await decodeLog('--input', 'jsonl', '--target', 'arm64', 'fixtures/captures/arm64.jsonl');
    expect(rows.map(({ source }) => source.line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(rows.map(({ type }) => type)).toEqual([
      ...Array.from({ length: 3 }, () => 'struct kvm_vcpu_events'),
      'struct kvm_vcpu_init',
      'struct kvm_vcpu_events',
      'struct kvm_vcpu_init',
      'struct kvm_vcpu_events',
      'struct kvm_run',
    ]);
    // Bytes the kernel refuses; that other versions have a name for them is said.
    expect(rules(rows[2])).toEqual(['reserved-not-zero', 'field-of-other-variant']);
    // The kernel took the same bytes: it must be another version.
    expect(rows[4]?.variant).toBe('iabt');
    expect(rules(rows[4])).toEqual(['other-variant']);
    // serror_esr with a bad bit is not looked at while nothing is pending.
    expect(rows[6]?.notes.filter(({ severity }) => severity === 'error')).toEqual([]);
    // Exit 40 is TDX in released kernels, and a memory error in the first draft of the arm64 series.
    expect(rows[7]?.variant).toBe('sea-v1');
  });

  test('--request picks the calls', async () => {
    const file = 'fixtures/captures/arm64.jsonl';
    const { rows } = await decodeLog('--input', 'jsonl', '--target', 'arm64', '--request', '0x4040aea0', file);
    expect(rows).toHaveLength(5);
  });

  test('a log without a single call is no answer', async () => {
    const { code, stderr } = await runCli(['decode', '--input', 'strace', '-'], { stdin: 'hello\n\0\u001b[2J\n' });
    expect(code).toBe(3);
    expect(stderr).toContain('not understood');
    expect(stderr).not.toContain('\u001b');
  });

  test('a file that is not there leaves nothing to decide', async () => {
    expect((await runCli(['decode', '--input', 'strace', 'nowhere.txt'])).code).toBe(3);
  });
});

describe('uabi decode of a syndrome register', () => {
  test('one sentence, then every bit', async () => {
    const { code, stdout } = await runCli(['decode', '--type', 'ESR_EL1', '0x96000010']);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toBe(
      'ESR_EL1 0x96000010: data abort from EL1, read, synchronous external abort, not on a table walk',
    );
  });

  test('no number is a wrong call', async () => {
    expect((await runCli(['decode', '--type', 'ESR_EL1', 'zero'])).code).toBe(2);
  });
});
