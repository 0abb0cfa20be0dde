/**
 * `uabi decode` and `uabi encode` as a user meets them. The pending SError and the MMIO exit are buffers that Linux 6.12.117
 * wrote on arm64; where a test says so, the kernel's answer to one is known too. All other buffers are variations of them or
 * made up for the test.
 */

import { describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

interface Decoded {
  readonly fields: readonly {
    path: string;
    offsetBytes: number;
    sizeBytes: number;
    value: unknown;
    meaning: string | null;
  }[];
  readonly notes: readonly {
    severity: string;
    path: string | null;
    offsetBytes: number;
    rule: string;
    message: string;
  }[];
  readonly trailingBytes: number;
  readonly missingBytes: number;
  readonly variant: string;
  readonly bytes: string;
}

const events = (...head: number[]): Uint8Array => {
  const bytes = new Uint8Array(64);
  bytes.set(head);
  return bytes;
};

async function decode(bytes: Uint8Array, type = 'kvm_vcpu_events#v1'): Promise<{ code: number; decoded: Decoded }> {
  const { code, stdout } = await runCli(
    ['decode', '--type', type, '--target', 'arm64', '--input', 'bin', '--format', 'json'],
    {
      stdin: bytes,
    },
  );
  return { code, decoded: JSON.parse(stdout) as Decoded };
}

const valueOf = ({ fields }: Decoded, path: string): unknown => fields.find((field) => field.path === path)?.value;

describe('decode', () => {
  test('a pending SError with its syndrome, as the kernel returned it', async () => {
    const { code, decoded } = await decode(events(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1));
    expect(code).toBe(0);
    expect(decoded.variant).toBe('v1');
    expect(valueOf(decoded, 'exception.serror_pending')).toBe('0x1');
    expect(valueOf(decoded, 'exception.serror_esr')).toBe('0x1000000');
    expect(decoded.fields.find(({ path }) => path === 'reserved')).toMatchObject({ offsetBytes: 16, sizeBytes: 48 });
    expect(decoded.notes).toEqual([]);
  });

  test.each([3, 4, 5, 6, 7])('byte %i of padding is refused by the kernel, and we say so', async (at) => {
    const bytes = events();
    bytes[at] = 1;
    const { decoded } = await decode(bytes);
    expect(decoded.notes).toMatchObject([
      { severity: 'error', path: 'exception.pad', offsetBytes: at },
      // No version, proposed or released, has a name for bytes 5 to 7.
      ...(at <= 4 ? [{ severity: 'info', rule: 'field-of-other-variant', offsetBytes: at }] : []),
    ]);
    expect(decoded.notes[0]?.message).toContain('EINVAL');
  });

  test('the last reserved byte is refused too', async () => {
    const bytes = events();
    bytes[63] = 0x80;
    const { decoded } = await decode(bytes);
    expect(decoded.notes).toMatchObject([
      { severity: 'error', path: 'reserved', offsetBytes: 63 },
      { severity: 'info', rule: 'field-of-other-variant', offsetBytes: 63 },
    ]);
  });

  test('the same byte is a field in a later proposal', async () => {
    const { decoded } = await decode(events(0, 0, 0, 1), 'kvm_vcpu_events#iabt');
    expect(valueOf(decoded, 'exception.ext_iabt_pending')).toBe('0x1');
    expect(decoded.notes).toEqual([]);
  });

  test('a boolean of 0xff is true, and worth a warning', async () => {
    const { decoded } = await decode(events(0xff));
    expect(decoded.notes).toMatchObject([{ severity: 'warning', path: 'exception.serror_pending' }]);
  });

  test('every truncated length is reported, shows what is there and nothing that is not', async () => {
    const whole = events(1, 1, 1, 0, 0, 0, 0, 0, 1, 2, 3);
    for (let length = 0; length < 64; length++) {
      const { code, decoded } = await decode(whole.slice(0, length));
      expect(code).toBe(3);
      expect(decoded.missingBytes).toBe(64 - length);
      expect(decoded.notes.some(({ rule, severity }) => rule === 'missing-bytes' && severity === 'error')).toBe(true);
      expect(valueOf(decoded, 'exception.serror_pending')).toBe(length > 0 ? '0x1' : null);
      expect(valueOf(decoded, 'exception.serror_esr')).toBe(length >= 16 ? '0x30201' : null);
    }
  });

  test('trailing bytes are reported', async () => {
    const { code, decoded } = await decode(new Uint8Array(72));
    expect(code).toBe(3);
    expect(decoded.trailingBytes).toBe(8);
    expect(decoded.notes).toMatchObject([
      { severity: 'error', rule: 'trailing-bytes', offsetBytes: 64 },
      { severity: 'info', rule: 'size-of-other-version' },
    ]);
  });

  test('without a variant the newest merged one is taken, aloud', async () => {
    const { decoded } = await decode(events(), 'kvm_vcpu_events');
    expect(decoded.variant).toBe('v1');
    expect(decoded.notes).toMatchObject([{ severity: 'info', rule: 'default-variant' }]);
  });

  test('hexadecimal text in the spellings of xxd, hexdump and C', async () => {
    const zeros = '00'.repeat(62);
    const spellings = [
      `0102${zeros}`,
      `01 02 ${zeros}`,
      `0x01, 0x02, ${zeros}`,
      [
        '00000000: 0102 0000 0000 0000 0000 0000 0000 0000  ................',
        ...['10', '20', '30'].map((at) => `000000${at}: ${'0000 '.repeat(8)} ................`),
      ].join('\n'),
      '00000000  01 02 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n' +
        `00000010  ${'00 '.repeat(8)} ${'00 '.repeat(8)} |................|\n*\n00000040\n`,
    ];
    for (const stdin of spellings) {
      const { code, stdout } = await runCli(
        ['decode', '--type', 'kvm_vcpu_events#v1', '--target', 'arm64', '--input', 'hex', '--format', 'json'],
        { stdin },
      );
      expect(code, stdin).toBe(0);
      expect((JSON.parse(stdout) as Decoded).bytes).toBe(`0102${zeros}`);
    }
  });

  test('text that is no hexadecimal is located', async () => {
    const { code, stderr } = await runCli(['decode', '--type', 'kvm_vcpu_events#v1', '--input', 'hex'], {
      stdin: '01 02\n03 zz',
    });
    expect(code).toBe(3);
    expect(stderr).toContain('<stdin>:2:4: error: "z" is no hexadecimal digit');
  });

  test('a misspelt record and a misspelt variant get a suggestion', async () => {
    const record = await runCli(['decode', '--type', 'kvm_vcpu_event']);
    expect(record).toMatchObject({ code: 2 });
    expect(record.stderr).toContain('kvm_vcpu_events');
    const variant = await runCli(['decode', '--type', 'kvm_vcpu_events#v2', '--target', 'arm64']);
    expect(variant.code).toBe(2);
    expect(variant.stderr).toContain('v1');
  });

  test('a request finds its record', async () => {
    const { code, stdout } = await runCli(
      ['decode', '--request', '0x4040aea0', '--target', 'arm64', '--input', 'bin'],
      { stdin: events(1) },
    );
    expect(code).toBe(0);
    expect(stdout).toContain('0000  01                       exception.serror_pending');
  });
});

describe('encode', () => {
  const encode = (stdin: string): ReturnType<typeof runCli> =>
    runCli(['encode', '--type', 'kvm_vcpu_events#v1', '--target', 'arm64'], { stdin });

  test('gives back the bytes of what decode printed, padding included', async () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => (i * 37) & 0xff);
    const decoded = await runCli(
      ['decode', '--type', 'kvm_vcpu_events#v1', '--target', 'arm64', '--input', 'bin', '--format', 'json'],
      { stdin: bytes },
    );
    const { code, bytes: encoded } = await encode(decoded.stdout);
    expect(code).toBe(0);
    expect(new Uint8Array(encoded)).toEqual(bytes);
  });

  test('takes a nested object and leaves out nothing it was told', async () => {
    const { bytes } = await encode(
      '{"exception": {"serror_pending": true, "serror_has_esr": 1, "serror_esr": "0x123456"}}',
    );
    expect(new Uint8Array(bytes)).toEqual(events(1, 1, 0, 0, 0, 0, 0, 0, 0x56, 0x34, 0x12));
  });

  test.each([
    ['{"exception": {"serror_pendin": 1}}', '<stdin>:1:16: error', 'serror_pending'],
    ['{"exception": {"serror_pending": 256}}', '<stdin>:1:34: error', '0 to 255'],
    ['{"exception": {"serror_pending": -1}}', '<stdin>:1:34: error', '0 to 255'],
    ['{"exception": {"serror_esr": 18446744073709551615}}', 'error', 'write it as text'],
    ['{"exception": {"serror_esr": "0x10000000000000000"}}', 'error', 'does not fit __u64'],
    ['{"reserved": [1]}', '<stdin>:1:14: error', '12 elements'],
    ['{"reserved": 1', 'error', 'JSON'],
    ['[]', 'error', 'is an object'],
    ['{"__proto__": {"serror_pending": 1}}', 'error', 'no field'],
  ])('refuses %s with its place', async (text, place, reason) => {
    const { code, stderr, bytes } = await encode(text);
    expect(code).toBe(2);
    expect(stderr).toContain(place);
    expect(stderr).toContain(reason);
    expect(bytes).toHaveLength(0);
  });
});

describe('a document that asks for more than there is', () => {
  test('an element far away is no element, and takes no memory', async () => {
    const fields = [{ path: 'entries[99999999999].index', value: '0x1' }];
    const { code, stderr } = await runCli(['encode', '--type', 'kvm_msrs', '--target', 'x86_64', '-'], {
      stdin: JSON.stringify({ schemaVersion: 1, fields }),
    });
    expect(code).toBe(2);
    expect(stderr).toContain('there is no such element');
  });
});
