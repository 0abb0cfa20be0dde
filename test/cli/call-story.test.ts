/** Sentences for readers who have never met KVM. What happened is from a log of a real host; the reasons are the kernel's code. */

import { describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

async function story(log: readonly string[], target = 'x86_64'): Promise<string[]> {
  const { stdout } = await runCli(['decode', '--input', 'strace', '--target', target, '-'], { stdin: log.join('\n') });
  return stdout.split('\n').filter((line) => line.startsWith('line '));
}

const opened = ['openat(AT_FDCWD, "/dev/kvm", O_RDWR) = 3', 'ioctl(3, KVM_CREATE_VM, 0) = 4'];
const booted = [...opened, 'ioctl(4, KVM_CREATE_VCPU, 0) = 5'];

describe('the story of a log', () => {
  test('machines and processors are numbered, so that they can be told apart', async () => {
    expect(await story([...booted, 'ioctl(3, KVM_CREATE_VM, 0) = 6', 'ioctl(6, KVM_CREATE_VCPU, 7) = 8'])).toEqual([
      'line 2: /dev/kvm: KVM_CREATE_VM: make a virtual machine → made: machine 1, as descriptor 4',
      'line 3: machine 1: KVM_CREATE_VCPU: make virtual CPU 0 → made, as descriptor 5',
      'line 4: /dev/kvm: KVM_CREATE_VM: make a virtual machine → made: machine 2, as descriptor 6',
      'line 5: machine 2: KVM_CREATE_VCPU: make virtual CPU 7 → made, as descriptor 8',
    ]);
  });

  test.each([
    ['ioctl(3, KVM_RUN, 0) = -1 EINVAL (Invalid argument)', 'this is a request to a virtual CPU, not to /dev/kvm'],
    ['ioctl(4, KVM_RUN, 0) = -1 ENOTTY (Inappropriate)', 'this is a request to a virtual CPU, not to a machine'],
    ['ioctl(5, KVM_RUN, 0x1) = -1 EINVAL (Invalid argument)', 'the argument has to be 0'],
    ['ioctl(5, KVM_RUN, 0) = -1 EINTR (Interrupted)', 'a signal came for the program, or it had set immediate_exit'],
    ['ioctl(5, KVM_RUN, 0) = -1 EIO (I/O error)', 'only the process that made the machine may use it'],
    ['ioctl(4, KVM_CREATE_VCPU, 0) = -1 EEXIST (File exists)', 'this machine has a virtual CPU of that number'],
    ['ioctl(5, KVM_GET_VCPU_EVENTS, 0) = -1 EFAULT (Bad address)', 'the address is NULL'],
    ['ioctl(5, TCGETS, 0x4d6790) = -1 EINVAL (Invalid argument)', 'this is no request of KVM'],
    ['ioctl(999, KVM_GET_API_VERSION, 0) = -1 EBADF (Bad file)', 'no file is open as descriptor 999'],
    [
      'ioctl(5, _IOC(_IOC_READ, 0xae, 0x9f, 0x38), 0x4d66e0) = -1 EINVAL (Invalid argument)',
      'KVM_GET_VCPU_EVENTS has this number but 64 bytes instead of 56, and the whole has to match',
    ],
    [
      'ioctl(5, _IOC(_IOC_NONE, 0xae, 0x9f, 0), 0x4d66e0) = -1 EINVAL (Invalid argument)',
      'KVM_GET_VCPU_EVENTS has this number but reads 64 bytes where this one carries nothing',
    ],
    [
      'ioctl(4, _IOC(_IOC_READ, 0xae, 0xaf, 0x20), 0x4d66e0) = -1 ENOTTY (Inappropriate)',
      'KVM_ARM_PREFERRED_TARGET exists on arm64 only',
    ],
    ['ioctl(3, _IOC(_IOC_NONE, 0xaf, 0, 0), 0) = -1 EINVAL (Invalid argument)', 'type 0xae, this one 0xaf'],
  ])('%s', async (line, reason) => {
    const told = await story([...booted, line]);
    expect(told.at(-1)).toMatch(/→ (?:refused|interrupted) \(E[A-Z]+\): /);
    expect(told.at(-1)).toContain(reason);
  });

  test('memory is told as sizes and addresses', async () => {
    const region = '{slot=0, flags=0, guest_phys_addr=0x40000000, memory_size=65536, userspace_addr=0x7f0000000000}';
    const told = await story([...opened, `ioctl(4, KVM_SET_USER_MEMORY_REGION, ${region}) = 0`]);
    expect(told.at(-1)).toContain('give the machine 64 KiB of memory at guest address 0x40000000 → done');
  });

  test('why a guest stopped, where the log says it', async () => {
    const told = await story([...booted, 'ioctl(5, KVM_RUN, 0) = 0 (KVM_EXIT_HLT)', 'ioctl(5, KVM_RUN, 0) = 0']);
    expect(told.at(-2)).toContain('the guest stopped: KVM_EXIT_HLT, it waits for an interrupt');
    expect(told.at(-1)).toContain('why is not in the log');
  });

  test('a long log ends with what happened in all', async () => {
    const runs = Array.from({ length: 9 }, () => 'ioctl(5, KVM_RUN, 0) = 0 (KVM_EXIT_MMIO)');
    const { stdout } = await runCli(['decode', '--input', 'strace', '--target', 'arm64', '-'], {
      stdin: [...booted, ...runs, 'ioctl(5, KVM_RUN, 0) = -1 EINTR (Interrupted)'].join('\n'),
    });
    const lines = stdout.split('\n');
    const end = lines.findIndex((line) => line.startsWith('In all: '));
    expect(lines.slice(end, end + 4)).toEqual([
      'In all: 12 calls: 11 done, 1 interrupted.',
      '  1 machine and 1 virtual CPU were made; guests ran 9 times in it.',
      '  Guests stopped:',
      '    9 × KVM_EXIT_MMIO: it touches an address where no memory is, a device that the program has to play',
    ]);
    expect(stdout).toMatch(/Refused or interrupted:\n +1 × KVM_RUN \(EINTR\): a signal came/);
    expect(stdout).toContain('KVM is the part of Linux that runs virtual machines');
  });

  test('what was not asked of KVM is not told as if it were', async () => {
    const { stdout } = await runCli(['decode', '--input', 'strace', '--target', 'x86_64', '-'], {
      stdin: Array.from({ length: 12 }, () => 'ioctl(0, TCGETS, 0x7ffe) = -1 ENOTTY (Inappropriate)').join('\n'),
    });
    expect(stdout).toContain('In all: 12 calls: 0 done, 12 refused.');
    expect(stdout).not.toContain('virtual machines');
  });
});

describe('what repeats in a log', () => {
  const machine = (at: number, ...more: readonly string[]): string[] => [
    `ioctl(3, KVM_CREATE_VM, 0) = ${String(at)}`,
    `ioctl(${String(at)}, KVM_CREATE_VCPU, 0) = ${String(at + 1)}`,
    ...['KVM_GET_MP_STATE', 'KVM_GET_REGS', 'KVM_GET_SREGS'].map(
      (name) => `ioctl(${String(at + 1)}, ${name}, 0x7ffc${String(at)}) = 0`,
    ),
    ...more,
  ];
  const told = async (...log: readonly string[]): Promise<string[]> => {
    const { stdout } = await runCli(['decode', '--input', 'strace', '--target', 'x86_64', '-'], {
      stdin: ['openat(AT_FDCWD, "/dev/kvm", O_RDWR) = 3', ...log].join('\n'),
    });
    return stdout.split('\n').filter((line) => /^(?:lines? |  …)/.test(line));
  };

  test('a call that is made again with the same answer is told once', async () => {
    const run = 'ioctl(5, KVM_RUN, 0) = 0 (KVM_EXIT_HLT)';
    const lines = await told(...machine(4), run, run, run, 'ioctl(5, KVM_RUN, 0) = 0 (KVM_EXIT_IO)');
    expect(lines.slice(-3)).toEqual([
      expect.stringMatching(/^line 7: .*KVM_EXIT_HLT/),
      '  … and the same 2 times more, up to line 9',
      expect.stringMatching(/^line 10: .*KVM_EXIT_IO/),
    ]);
  });

  test('machines that are given the same calls as an earlier one are told in a line', async () => {
    const lines = await told(...machine(4), ...machine(6), ...machine(8), ...machine(10, 'ioctl(11, KVM_RUN, 0) = 0'));
    expect(lines.slice(0, 5).map((line) => line.slice(0, 7))).toEqual([
      'line 2:',
      'line 3:',
      'line 4:',
      'line 5:',
      'line 6:',
    ]);
    expect(lines.slice(5)).toEqual([
      expect.stringMatching(
        /^lines 7–16: machines 2 to 3: each the same 5 calls and answers as machine 1 on lines 2–6 /,
      ),
      'lines 17–21: machine 4: made with the same 5 calls and answers as machine 1 on lines 2–6; then:',
      expect.stringContaining('line 22: virtual CPU 0 of machine 4: KVM_RUN'),
    ]);
  });

  test('another answer is another story', async () => {
    const failing = machine(6).map((line) => line.replace(/(SREGS.*) = 0/, '$1 = -1 EFAULT (Bad address)'));
    expect(await told(...machine(4), ...failing)).toHaveLength(10);
  });
});
