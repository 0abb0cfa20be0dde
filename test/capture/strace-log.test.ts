/** Whole logs of strace -f: the forms are those that strace 6.1 writes for a program with two threads. */

import { describe, expect, test } from 'vitest';
import { StraceLog } from '../../src/capture/strace-log.ts';

function calls(...lines: readonly string[]): string[] {
  const log = new StraceLog();
  const items = lines.flatMap((text, index) => log.read({ number: index + 1, text, cutBytes: 0 }));
  return [...items, ...log.end()].map((item) =>
    item.kind === 'call'
      ? `${String(item.call.line)} ${item.call.request.text} ${item.call.result === undefined ? '?' : String(item.call.result)}`
      : `${String(item.line)} ${item.reason}`,
  );
}

describe('an strace log', () => {
  test('calls stand in the order in which they began', () => {
    expect(
      calls(
        '11 ioctl(6, KVM_RUN <unfinished ...>',
        '12 ioctl(4, KVM_CREATE_VCPU, 1 <unfinished ...>',
        '13 ioctl(3, KVM_GET_API_VERSION, 0) = 12',
        '12 <... ioctl resumed>)              = 7',
        '11 <... ioctl resumed>, 0)           = 0',
        '12 ioctl(7, KVM_RUN, 0) = 0',
      ),
    ).toEqual(['1 KVM_RUN 0', '2 KVM_CREATE_VCPU 7', '3 KVM_GET_API_VERSION 12', '6 KVM_RUN 0']);
  });

  test('what is finished is told as soon as nothing older is open', () => {
    const log = new StraceLog();
    const read = (number: number, text: string): number => log.read({ number, text, cutBytes: 0 }).length;
    expect(read(1, '11 ioctl(6, KVM_RUN <unfinished ...>')).toBe(0);
    expect(read(2, '12 ioctl(3, KVM_GET_API_VERSION, 0) = 12')).toBe(0);
    expect(read(3, '11 <... ioctl resumed>, 0) = 0')).toBe(2);
    expect(read(4, '12 ioctl(3, KVM_GET_API_VERSION, 0) = 12')).toBe(1);
  });

  test('a call that runs on and on does not hold everything back', () => {
    const log = new StraceLog();
    log.read({ number: 1, text: '11 ioctl(6, KVM_RUN <unfinished ...>', cutBytes: 0 });
    let told = 0;
    for (let number = 2; number < 30_000; number++) {
      told += log.read({ number, text: '12 ioctl(3, KVM_GET_API_VERSION, 0) = 12', cutBytes: 0 }).length;
    }
    expect(told).toBeGreaterThan(10_000);
  });

  test('a call that never returns is told, at the end of its process or of the log', () => {
    expect(
      calls(
        '11 ioctl(6, KVM_RUN, 0 <unfinished ...>',
        '12 ioctl(7, KVM_RUN <unfinished ...>',
        '11 +++ killed by SIGKILL +++',
      ),
    ).toEqual(['1 KVM_RUN ?', '2 KVM_RUN ?']);
  });

  test('stacks, dumps, counts and calls that could not be looked at are read over', () => {
    expect(
      calls(
        '11 ioctl(3, KVM_GET_API_VERSION, 0) = 12',
        ' > /usr/lib/x86_64-linux-gnu/libc.so.6(ioctl+0x3b) [0x10ad1b]',
        ' > /home/user/p(main+0x4d) [0x12f1]',
        '11 write(1, "x"..., 1) = 1',
        ' | 00000  78                                                x                |',
        '11 ???()                             = ?',
        '% time     seconds  usecs/call     calls    errors syscall',
        '------ ----------- ----------- --------- --------- ----------------',
        ' 93.10    0.000027          27         1           ioctl',
        '------ ----------- ----------- --------- --------- ----------------',
        '100.00    0.000029           2        12         1 total',
      ),
    ).toEqual(['1 KVM_GET_API_VERSION 12']);
  });
});
