import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readHex } from '../../src/capture/hex.ts';

const hexOf = (text: string): string => Buffer.from(readHex(text, 'x').bytes).toString('hex');

describe('one buffer in the forms people paste', () => {
  const wanted = '010000a541000000ff7f0000000000000200';
  test.each([
    ['plain', '010000a541000000ff7f0000000000000200'],
    ['spaced', '01 00 00 a5 41 00 00 00 ff 7f 00 00 00 00 00 00\n02 00'],
    [
      'C array',
      'static const uint8_t a[] = { 0x01, 0x00, 0x00, 0xa5, /* A */ 0x41, 0, 0x00, 0x00,'.replace(' 0,', ' 0x00,') +
        '\n 0xff, 0x7f, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00 };',
    ],
    ['\\x string', String.raw`"\x01\x00\x00\xa5\x41\x00\x00\x00\xff\x7f\x00\x00\x00\x00\x00\x00\x02\x00"`],
    [
      'xxd',
      '00000000: 0100 00a5 4100 0000 ff7f 0000 0000 0000  ....A...........\n00000010: 0200                                     ..',
    ],
    [
      'hexdump -C',
      '00000000  01 00 00 a5 41 00 00 00  ff 7f 00 00 00 00 00 00  |....A...........|\n00000010  02 00                                             |..|\n00000012',
    ],
    ['hexdump', '0000000 0001 a500 0041 0000 7fff 0000 0000 0000\n0000010 0002\n0000012'],
    ['od -tx1', '0000000 01 00 00 a5 41 00 00 00 ff 7f 00 00 00 00 00 00\n0000020 02 00\n0000022'],
    ['od -tx8', '0000000 00000041a5000001 0000000000007fff\n0000020 0200\n0000022'.replace('0200', '0002')],
    [
      'gdb x/xb',
      '0x7ffe10:\t0x01\t0x00\t0x00\t0xa5\t0x41\t0x00\t0x00\t0x00\n0x7ffe18 <buf+8>:\t0xff\t0x7f\t0x00\t0x00\t0x00\t0x00\t0x00\t0x00\n0x7ffe20:\t0x02\t0x00',
    ],
    ['gdb x/xw', '0x7ffe10:\t0xa5000001\t0x00000041\t0x00007fff\t0x00000000\n0x7ffe20:\t0x0002'],
  ])('%s', (_, text) => {
    expect(readHex(text, 'x').diagnostics).toEqual([]);
    expect(hexOf(text)).toBe(wanted);
  });

  test('a star stands for as many lines as the next offset says', () => {
    const text =
      '00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n00000040  01                                                |.|\n00000041';
    expect(hexOf(text)).toBe(`${'00'.repeat(64)}01`);
  });
});

describe('forms of other digits', () => {
  const bytes = Uint8Array.from({ length: 40 }, (_, index) => (index < 16 ? index * 17 : index === 20 ? 65 : 0));
  const dump = (command: string, ...args: readonly string[]): string =>
    execFileSync(command, args, { input: bytes, encoding: 'utf8' });
  const forms: readonly (readonly [string, ...string[]])[] = [
    ...['-b', '-d', '-o', '-x', '-C'].map((option) => ['hexdump', option] as const),
    ...['o1', 'o2', 'o4', 'o8', 'd1', 'u1', 'd2', 'u2', 'd4', 'u4', 'd8', 'u8', 'x1c', 'x1z'].map(
      (type) => ['od', '-t', type] as const,
    ),
    ['od', '-Ad', '-t', 'u1'],
    ['od', '-Ax', '-v', '-t', 'd4'],
    ['od'],
    ['xxd', '-b'],
    ['xxd', '-d'],
  ];

  test.each(forms)('%s %s %s', (command, ...args) => {
    const read = readHex(dump(command, ...args), 'x');
    expect(read.diagnostics).toEqual([]);
    expect(Buffer.from(read.bytes).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
  });

  test.each([
    ['C array of decimal numbers', 'unsigned char b[4] = { 1, 20, 255, 0 };'],
    ['Python list', '[1, 20, 255, 0]'],
    ['Python bytearray', String.raw`bytearray(b'\x01\x14\xff\x00')`],
    ['Node.js', '<Buffer 01 14 ff 00>'],
    ['dashes', '01-14-FF-00'],
    ['colours', '00000000: \u001b[1;32m01\u001b[0m\u001b[1;32m14\u001b[0m ff00  ....'],
  ])('%s', (_, text) => {
    expect(readHex(text, 'x').diagnostics).toEqual([]);
    expect(hexOf(text)).toBe('0114ff00');
  });

  // As gdb 13 prints them.
  test.each([
    ['x/4ub', '0x5555 <buf>:\t1\t20\n0x5557 <buf+2>:\t255\t0'],
    ['x/4db', '0x5555:\t1\t20\n0x5557:\t-1\t0'],
    ['x/4c', "0x5555 <buf>:\t1 '\\001'\t20 '\\024'\t-1 '\\377'\t0 '\\000'"],
    ['x/2dh', '0x5555:\t5121\n0x5557:\t255'],
    ['print/x', '$1 = {0x1, 0x14, 0xff, 0x0}'],
    ['print', '$1 = "\\001\\024\\377\\000"'],
  ])('gdb %s', (_, text) => {
    expect(readHex(text, 'x').diagnostics).toEqual([]);
    expect(hexOf(text)).toBe('0114ff00');
  });

  test('what gdb leaves out is put back', () => {
    expect(hexOf('$1 = {0x1, 0x0 <repeats 14 times>, 0x2}')).toBe(`01${'00'.repeat(14)}02`);
    expect(hexOf(`$2 = "\\001A", '\\000' <repeats 13 times>, "B"`)).toBe(`0141${'00'.repeat(13)}42`);
    expect(hexOf('$3 = {1, 0 <repeats 14 times>, 200}')).toBe(`01${'00'.repeat(14)}c8`);
  });

  test('digits that may be hexadecimal are that', () => {
    expect(hexOf('{ 10, 20 }')).toBe('1020');
    expect(hexOf('0000000 1234 5678\n0000004')).toBe('34127856');
  });
});

describe('what cannot be read is said with its place', () => {
  test.each([
    ['01 0g', 1, 5, 'no hexadecimal digit'],
    ['01\n0 1', 2, 1, 'odd number'],
    ['00000000: 0102\n00000008: 03', 2, 1, 'bytes are missing'],
    ['0000000 001  \\0   A 245\n0000004', 1, 9, 'odd number'],
  ])('%s', (text, line, column, message) => {
    const [first] = readHex(text, 'x').diagnostics;
    expect(first?.location).toEqual({ file: 'x', line, column });
    expect(first?.message).toContain(message);
  });

  test('no text makes it throw or grow beyond reason', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => readHex(text, 'x')).not.toThrow();
      }),
    );
    const bomb = '00000000  00 |.|\n*\nfffffffffff0  00 |.|';
    expect(readHex(bomb, 'x').bytes.length).toBeLessThan(10);
  });
});

describe('against the programs themselves', () => {
  const run =
    (program: string, ...args: readonly string[]) =>
    (bytes: Uint8Array): string =>
      execFileSync(program, args, { input: bytes, encoding: 'latin1' });
  const programs: readonly (readonly [string, (bytes: Uint8Array) => string])[] = [
    ['od -tx1', run('od', '-tx1')],
    ['od -tx4', run('od', '-tx4')],
  ];
  test.each(programs)('%s', (_, dump) => {
    const bytes = Uint8Array.from({ length: 96 }, (_unused, i) => (i >= 16 && i < 64 ? 0 : (i * 37) & 0xff));
    expect(hexOf(dump(bytes))).toBe(Buffer.from(bytes).toString('hex'));
  });
});

describe('forms of other programs', () => {
  /** An event with syndrome 0x101d1ed, then text, so that the order of bytes can be seen. */
  const bytes = Buffer.from('0101000000000000edd1010100000000414243440000000000000000ffff0000', 'hex');
  const rows = [0, 16].map((at) => bytes.subarray(at, at + 16));
  const digits = (row: Uint8Array): string => Array.from(row, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const words = (row: Uint8Array, size: number): string[] =>
    Array.from({ length: 16 / size }, (_, i) =>
      Buffer.from(row.slice(i * size, (i + 1) * size))
        .reverse()
        .toString('hex'),
    );
  const text = (row: Uint8Array): string =>
    Array.from(row, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
  const address = (at: number): string => at.toString(16).padStart(8, '0');
  type Print = (row: Uint8Array, at: number) => string;
  const programs: readonly (readonly [string, Print])[] = [
    ['kernel log', (row, at) => `[   12.345678] kvm: ${address(at)}: ${digits(row)}  ${text(row)}`],
    ['kernel log', (row, at) => `[   12.345678][ T77] ${address(at)}: ${words(row, 8).join(' ')}  ${text(row)}`],
    ['kernel log', (row, at) => `events: ${address(at)}: ${digits(row)}  ${text(row)}`],
    ['crash', (row, at) => `ffff88803e4a${address(at).slice(4)}:  ${words(row, 8).join(' ')}   ${text(row)}`],
    ['lldb', (row, at) => `0x16fdff${address(at).slice(5)}: ${digits(row)}  ${text(row)}`],
    ['xxd', (row, at) => `${address(at)}: ${words(row, 4).join(' ')}  ${text(row)}`],
    ['od', (row, at) => `${address(at).slice(2)} ${digits(row)}  >${text(row)}<`],
    ['od', (row, at) => `${String(at).padStart(7, '0')} ${digits(row)}`],
    [
      'array',
      (row) =>
        words(row, 4)
          .map((word) => `0x${word},`)
          .join(' '),
    ],
  ];

  test.each(programs)('%s', (form, line) => {
    const read = readHex(rows.map((row, index) => line(row, index * 16)).join('\n'), 'x');
    expect(read.diagnostics).toEqual([]);
    expect(read.form).toBe(form);
    expect(Buffer.from(read.bytes).toString('hex')).toBe(bytes.toString('hex'));
  });

  test('arrays of numbers are numbers, in the byte order of the target', () => {
    const array = '__u32 a[] = {\n  0x101, 0x0\n};\nunsigned int a_len = 8;';
    expect([...readHex(array, 'x').bytes]).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
    expect([...readHex(array, 'x', 'big').bytes]).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
    expect(readHex(array, 'x').warnings).toEqual(['the array was read as little-endian numbers of 4 bytes']);
  });

  test('gdb prints numbers of the machine that is debugged', () => {
    expect([...readHex('0x1000:\t0x00000101', 'x', 'big').bytes]).toEqual([0, 0, 1, 1]);
  });

  test('a length that is not that of the bytes above it is told', () => {
    const array = 'unsigned char e_bin[] = {\n  0x01, 0x02\n};\nunsigned int e_bin_len = 3;\n';
    expect(readHex(array, 'x').diagnostics.map(({ message }) => message)).toEqual([
      'This says 3 bytes, but 2 bytes stand above it.',
    ]);
    expect(readHex(array.replace('= 3', '= 2'), 'x').diagnostics).toEqual([]);
  });

  test('words whose order nothing tells are read, and that is said', () => {
    const { bytes: read, warnings } = readHex('00000000: 00000101 00000000 00000000 00000000  ................', 'x');
    expect([...read.subarray(0, 4)]).toEqual([0, 0, 1, 1]);
    expect(warnings[0]).toContain('xxd -g1');
    expect(readHex('00000000: 0001 0203 0405 0607  ........', 'x').warnings).toEqual([]);
  });

  test.each(['[1', '{1,', '0000000 1', '0x5555:\t1', '$1 = {1', '$1 = "', '00000000: 00000001', '00000000: ', 'a = '])(
    'endless blanks behind %s take no endless time',
    (start) => {
      const started = performance.now();
      readHex(`${start}${' '.repeat(300_000)}x`, 'x');
      readHex(`${start}${' \\n'.repeat(100_000)}x`, 'x');
      readHex(`${start}${'a'.repeat(300_000)}x`, 'x');
      readHex(`${start}${', 1'.repeat(100_000)}x`, 'x');
      expect(performance.now() - started).toBeLessThan(4000);
    },
  );

  test('a line of endless blanks takes no endless time', () => {
    const blanks = `[    1.000000] ${' '.repeat(200_000)}x`;
    const started = performance.now();
    readHex(`${blanks}\n[    1.000000] a: 00000000: 01 02`, 'x');
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('strings of Python and C with text in them', () => {
    expect([...readHex(String.raw`b'\x01\x00A\n'`, 'x').bytes]).toEqual([1, 0, 0x41, 10]);
    expect([...readHex(String.raw`"\x01\x00" "A\"" ;`, 'x').bytes]).toEqual([1, 0, 0x41, 0x22]);
  });
});
