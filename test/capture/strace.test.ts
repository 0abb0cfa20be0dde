import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CapturedCall } from '../../src/capture/call.ts';
import { LineSplitter } from '../../src/capture/lines.ts';
import { type StraceItem, StraceReader } from '../../src/capture/strace.ts';
import { readNumber } from '../../src/capture/strace-text.ts';

function read(text: string | Uint8Array): StraceItem[] {
  const reader = new StraceReader();
  const splitter = new LineSplitter();
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  return [...splitter.push(bytes), ...splitter.end()].flatMap((line) => reader.read(line) ?? []);
}

function calls(text: string): CapturedCall[] {
  return read(text).flatMap((item) => (item.kind === 'call' ? [item.call] : []));
}

function only(text: string): CapturedCall {
  const [call, ...more] = calls(text);
  if (call === undefined || more.length > 0) throw new Error(`expected one call in ${text}`);
  return call;
}

describe('the ways strace writes one ioctl', () => {
  test.each([
    ['plain', 'ioctl(7, KVM_RUN, 0) = 0', undefined, ['KVM_RUN']],
    ['raw', 'ioctl(0x7, 0xae80, 0) = 0', 0xae80, []],
    ['verbose', 'ioctl(7, 0xae80 /* KVM_RUN */, 0) = 0', 0xae80, ['KVM_RUN']],
    ['-f -tt -T', '13221 04:50:39.842627 ioctl(7, KVM_RUN, 0) = 0 <0.003124>', undefined, ['KVM_RUN']],
    ['-f on a terminal', '[pid 13221] ioctl(7, KVM_RUN, 0) = 0', undefined, ['KVM_RUN']],
    ['-ttt', '1700000000.123456 ioctl(7, KVM_RUN, 0) = 0', undefined, ['KVM_RUN']],
    ['-r', '     0.000123 ioctl(7, KVM_RUN, 0) = 0', undefined, ['KVM_RUN']],
    ['-i -n', '12 [00007ffff7d0a3ab] [  16] ioctl(7, KVM_RUN, 0) = 0', undefined, ['KVM_RUN']],
    ['--kvm=vcpu', 'ioctl(7, KVM_RUN, 0) = 0 (KVM_EXIT_HLT)', undefined, ['KVM_RUN']],
  ])('%s', (_, text, number, names) => {
    const call = only(text);
    expect(call.request.number).toBe(number);
    expect(call.request.names).toEqual(names);
    expect(call.descriptor.number).toBe(7);
    expect(call.result).toBe(0n);
  });

  test('a request strace knows no name of', () => {
    const call = only(
      '131 ioctl(9, _IOC(_IOC_READ|_IOC_WRITE, 0xae, 0xe0, 0xc), 0x4ba510) = -1 EINVAL (Invalid argument)',
    );
    expect(call.request.parts).toEqual({ direction: 'readwrite', type: 0xae, nr: 0xe0, sizeBytes: 12 });
    expect(call.errno).toBe('EINVAL');
    expect(call.argument).toEqual({ kind: 'number', value: 0x4ba510n });
  });

  test('a number with two names', () => {
    const call = only('ioctl(8, 0x4010aeab /* KVM_ARM_SET_DEVICE_ADDR or KVM_GET_ONE_REG */, 0xfffff8) = 0');
    expect(call.request.names).toEqual(['KVM_ARM_SET_DEVICE_ADDR', 'KVM_GET_ONE_REG']);
  });

  test('members by name, and that some were left out', () => {
    const call = only('ioctl(7, KVM_GET_SREGS, {cs={base=0xffff0000, limit=65535, selector=61440}, ...}) = 0');
    expect(call.argument).toEqual({
      kind: 'members',
      isComplete: false,
      members: [
        { path: 'cs.base', text: '0xffff0000', value: 0xffff0000n },
        { path: 'cs.limit', text: '65535', value: 65535n },
        { path: 'cs.selector', text: '61440', value: 61440n },
      ],
    });
  });

  test('bytes, with escapes, and that the string was cut', () => {
    const call = only(String.raw`ioctl(3, TIOCSTI, "a\0\x7f\n\"\377"...) = 0`);
    expect(call.argument).toEqual({
      kind: 'buffers',
      buffers: [{ moment: 'before', bytes: Uint8Array.of(97, 0, 0x7f, 10, 34, 255), isTruncated: true }],
    });
  });

  test('a call on two lines, with another process in between', () => {
    const found = calls(
      '130 ioctl(8, KVM_RUN, 0 <unfinished ...>\n131 ioctl(9, KVM_CREATE_VM, 0) = 10\n130 <... ioctl resumed>) = -1 EINTR (Interrupted system call)\n',
    );
    expect(found.map(({ line, process, errno }) => [line, process, errno])).toEqual([
      [2, 131, undefined],
      [1, 130, 'EINTR'],
    ]);
  });

  test('a call that never came back', () => {
    expect(only('ioctl(8, KVM_RUN, 0) = ?').result).toBeUndefined();
  });
});

test.each([
  ['0', 0n],
  ['017', 15n],
  ['-1', -1n],
  ['0x1f', 31n],
  ['18446744073709551615', 0xffff_ffff_ffff_ffffn],
  ['NULL', 0n],
  // A leading zero makes it octal, where there is no 8.
  ['0368547758085', undefined],
  ['0x', undefined],
])('the number %s', (text, value) => {
  expect(readNumber(text)).toBe(value);
});

describe('what a descriptor is', () => {
  const kindsIn = (text: string): string[] => calls(text).map(({ descriptor }) => descriptor.kind);

  test('followed from openat', () => {
    const log = `openat(AT_FDCWD, "/dev/kvm", O_RDWR|O_CLOEXEC) = 3
ioctl(3, KVM_GET_API_VERSION, 0) = 12
ioctl(3, KVM_CREATE_VM, 0) = 4
ioctl(4, KVM_CREATE_VCPU, 2) = 5
dup(5) = 6
ioctl(6, KVM_RUN, 0) = 0
close(6) = 0
ioctl(6, KVM_RUN, 0) = -1 EBADF (Bad file descriptor)
`;
    expect(kindsIn(log)).toEqual(['system', 'system', 'vm', 'vcpu', 'unknown']);
    const run = calls(log)[3]?.descriptor;
    expect(run?.name).toBe('kvm-vcpu:2');
    expect(run?.evidence).toContain('line 4');
  });

  test('annotated by -yy, also where the annotation holds brackets', () => {
    expect(kindsIn('ioctl(3</dev/kvm<char 10:232>>, KVM_CREATE_VM, 0) = 4<anon_inode:kvm-vm>')).toEqual(['system']);
    expect(kindsIn('ioctl(8<anon_inode:kvm-vcpu:0>, KVM_RUN, 0) = 0')).toEqual(['vcpu']);
    expect(kindsIn('ioctl(8<anon_inode:kvm-arm-vgic-v3>, 0x4018aee1, 0x1000) = 0')).toEqual(['device']);
    expect(kindsIn('ioctl(8<socket:[1, (2]>, FIONREAD, 0x1000) = 0')).toEqual(['other']);
  });

  test('one number, two meanings, told apart by the descriptor', () => {
    const log = `ioctl(3, KVM_CREATE_VM, 0) = 4
ioctl(4, KVM_CREATE_VCPU, 0) = 5
ioctl(4, 0x4010aeab, 0x1000) = 0
ioctl(5, 0x4010aeab, 0x1000) = 0`;
    expect(kindsIn(log)).toEqual(['system', 'vm', 'vm', 'vcpu']);
  });

  test('a failed request proves nothing, a successful one does', () => {
    expect(kindsIn('ioctl(3, KVM_RUN, 0) = -1 EINVAL (Invalid argument)')).toEqual(['unknown']);
    expect(kindsIn('ioctl(3, KVM_RUN, 0) = 0')).toEqual(['vcpu']);
  });

  test('a child starts with a copy, a thread shares', () => {
    const open = '1 openat(AT_FDCWD, "/dev/kvm", O_RDWR) = 3\n';
    const child = '1 clone(child_stack=NULL, flags=SIGCHLD) = 2\n2 close(3) = 0\n1 ioctl(3, KVM_CREATE_VM, 0) = 4\n';
    const thread = child.replace('SIGCHLD', 'CLONE_VM|CLONE_FILES');
    expect(kindsIn(open + child)).toEqual(['system']);
    expect(calls(open + thread)[0]?.descriptor.evidence).toContain('succeeded');
  });
});

describe('hostile logs', () => {
  test('a line longer than the limit is cut, and said to be', () => {
    const splitter = new LineSplitter(64);
    const long = `ioctl(3, KVM_RUN, "${'a'.repeat(1000)}") = 0\nioctl(3, KVM_RUN, 0) = 0\n`;
    const lines = [];
    for (let i = 0; i < long.length; i += 10) lines.push(...splitter.push(Buffer.from(long.slice(i, i + 10))));
    expect(lines.map(({ number, cutBytes }) => [number, cutBytes])).toEqual([
      [1, 961],
      [2, 0],
    ]);
    const reader = new StraceReader();
    expect(lines.map((line) => reader.read(line)?.kind)).toEqual(['skipped', 'call']);
  });

  test('deep nesting, unbalanced brackets, NUL bytes, huge numbers', () => {
    const nasty = [
      `ioctl(3, KVM_RUN, ${'{a='.repeat(5000)}1) = 0`,
      `ioctl(3, KVM_RUN, ${'['.repeat(100_000)}`,
      'ioctl(3, KVM_RUN, "\0\0\u001b[2J") = 0',
      'ioctl(99999999999999999999, KVM_RUN, 0) = 0',
      'ioctl(3, 0xffffffffffffffffffffffff, 0) = 99999999999999999999999',
      '<... ioctl resumed>) = 0',
      'ioctl(',
      `${'9'.repeat(50)} ioctl(3, KVM_RUN, 0) = 0`,
      'ioctl(3, _IOC(_IOC_READ, 0xae, 0x9f, -1), 0) = 0',
    ];
    expect(() => read(nasty.join('\n'))).not.toThrow();
  });

  test('no input makes it throw, and no line makes two answers', () => {
    const piece = fc.constantFrom(
      'ioctl(',
      '3',
      '<',
      '>',
      ', ',
      'KVM_RUN',
      '"',
      '\\',
      '{a=',
      '}',
      '[',
      ')',
      ' = ',
      '-1 EINVAL (x)',
      ' <unfinished ...>',
      '<... ioctl resumed>',
      '/*',
      '*/',
      '0xae80',
      '\n',
      '12 ',
      'close(',
      'dup(',
      '\0',
      '...',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const items = read(Buffer.from(text, 'utf8'));
        expect(items.length).toBeLessThanOrEqual(text.split('\n').length);
      }),
      { numRuns: 500 },
    );
  });
});
