/** Captures that end early or late: all that can be read is, the first missing field is named, and the exit code is 3. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { repository, runCli } from '../support/run-cli.ts';

interface Decoded {
  readonly missingBytes: number;
  readonly trailingBytes: number;
  readonly fields: readonly {
    readonly path: string;
    readonly offsetBytes: number;
    readonly sizeBytes: number;
    readonly value: unknown;
  }[];
  readonly notes: readonly { readonly rule: string; readonly path: string | null; readonly offsetBytes: number }[];
}

async function decode(bytes: Uint8Array, type: string, target: string): Promise<{ code: number; decoded: Decoded }> {
  const { code, stdout } = await runCli(
    ['decode', '--type', type, '--target', target, '--input', 'bin', '--format', 'json'],
    { stdin: bytes },
  );
  return { code, decoded: JSON.parse(stdout) as Decoded };
}

/** Offset, size and path, by hand from the kernel's header. */
const eventFields = [
  [0, 1, 'exception.serror_pending'],
  [1, 1, 'exception.serror_has_esr'],
  [2, 1, 'exception.ext_dabt_pending'],
  [3, 5, 'exception.pad'],
  [8, 8, 'exception.serror_esr'],
  [16, 48, 'reserved'],
] as const;

describe('truncated buffers', () => {
  test('kvm_vcpu_events of arm64, at every length', async () => {
    const whole = Buffer.alloc(64);
    whole.set([1, 1, 0, 0, 0, 0, 0, 0, 0xed, 0xd1, 0x01, 0x01]);
    for (let length = 0; length < 64; length++) {
      const { code, decoded } = await decode(whole.subarray(0, length), 'kvm_vcpu_events#v1', 'arm64');
      expect(code, String(length)).toBe(3);
      expect(decoded.missingBytes).toBe(64 - length);
      const first = eventFields.find(([offset, size]) => offset + size > length);
      const note = decoded.notes.find(({ rule }) => rule === 'missing-bytes');
      expect([note?.path, note?.offsetBytes], String(length)).toEqual([first?.[2], length]);
      for (const [offset, size, path] of eventFields) {
        const field = decoded.fields.find((one) => one.path === path);
        if (offset + size <= length) expect(field?.value, `${path} of ${String(length)}`).not.toBeNull();
      }
      if (length >= 16) {
        expect(decoded.fields.find(({ path }) => path === 'exception.serror_esr')?.value).toBe('0x101d1ed');
      }
    }
  }, 30_000);

  test('kvm_run of arm64, every 67 bytes: an MMIO exit', async () => {
    const whole = Buffer.alloc(2352);
    whole.writeUInt32LE(6, 8);
    whole.writeBigUInt64LE(0x0900_0000n, 32);
    whole.writeUInt32LE(4, 48);
    for (let length = 1; length < 2352; length += 67) {
      const { code, decoded } = await decode(whole.subarray(0, length), 'kvm_run', 'arm64');
      expect(code).toBe(3);
      expect(decoded.missingBytes).toBe(2352 - length);
      expect(decoded.notes.find(({ rule }) => rule === 'missing-bytes')?.offsetBytes).toBe(length);
      const address = decoded.fields.find(({ path }) => path === 'mmio.phys_addr');
      if (length >= 40) expect(address?.value).toBe('0x9000000');
      for (const field of decoded.fields) {
        const isWhole = field.offsetBytes + field.sizeBytes <= length;
        if (isWhole) expect(field.value, `${field.path} of ${String(length)}`).not.toBeNull();
      }
    }
  }, 30_000);

  test('the words say which field, and how much of it is there', async () => {
    const { stdout } = await runCli(['decode', '--type', 'kvm_vcpu_events#v1', '--target', 'arm64', '--input', 'bin'], {
      stdin: Buffer.alloc(11),
    });
    expect(stdout).toContain(
      'struct kvm_vcpu_events has 64 bytes; the last 53 of them are missing, from exception.serror_esr, of which 3 of 8 bytes are there.',
    );
  });

  test('bytes behind the record are shown and counted', async () => {
    const { code, decoded } = await decode(Buffer.alloc(67), 'kvm_vcpu_events#v1', 'arm64');
    expect([code, decoded.trailingBytes]).toEqual([3, 3]);
    expect(decoded.notes.map(({ rule }) => rule)).toContain('trailing-bytes');
  });

  test('a capture that is not there is input missing', async () => {
    const { code, stderr } = await runCli(['decode', '--type', 'kvm_run', '--target', 'arm64', 'nowhere.bin']);
    expect(code).toBe(3);
    expect(stderr).toContain('nowhere.bin');
  });
});

describe('notes on real and made-up buffers', () => {
  const events = (set: Readonly<Record<number, number>>): Buffer => {
    const bytes = Buffer.alloc(64);
    for (const [offset, value] of Object.entries(set)) bytes[Number(offset)] = value;
    return bytes;
  };
  const page = (set: Readonly<Record<number, number>>): Buffer => {
    const bytes = Buffer.alloc(2352);
    for (const [offset, value] of Object.entries(set)) bytes[Number(offset)] = value;
    return bytes;
  };

  test.each([
    ['a boolean above 1', 'kvm_vcpu_events#v1', 'arm64', events({ 2: 2 }), 'boolean-not-0-or-1', 2],
    ['padding the kernel refuses', 'kvm_vcpu_events#v1', 'arm64', events({ 7: 1 }), 'reserved-not-zero', 7],
    ['padding the kernel ignores', 'kvm_vcpu_events', 'x86_64', events({ 15: 1 }), 'reserved-not-zero', 15],
    ['both aborts at once', 'kvm_vcpu_events#iabt', 'arm64', events({ 2: 1, 3: 1 }), 'contradictory-fields', 3],
    ['an exception that is none', 'kvm_vcpu_events', 'x86_64', events({ 0: 1, 1: 32 }), 'contradictory-fields', 1],
    ['a syndrome that is not looked at', 'kvm_vcpu_events#v1', 'arm64', events({ 1: 1, 8: 5 }), 'ignored-value', 8],
    [
      'a syndrome that is too long',
      'kvm_vcpu_events#v1',
      'arm64',
      events({ 0: 1, 1: 1, 11: 2 }),
      'outside-accepted-mask',
      8,
    ],
    ['an unknown exit', 'kvm_run', 'arm64', page({ 8: 0xc8 }), 'unknown-discriminant', 32],
    ['bytes of an earlier exit', 'kvm_run', 'arm64', page({ 8: 6, 48: 4, 100: 0x5a }), 'left-over-bytes', 100],
    ['an access of 3 bytes', 'kvm_run', 'arm64', page({ 8: 6, 48: 3 }), 'impossible-length', 48],
    ['data in another page', 'kvm_run', 'x86_64', page({ 8: 2, 33: 1, 36: 1, 41: 0x10 }), 'data-outside-record', 40],
    [
      'a reserved bit in a syndrome',
      'kvm_run',
      'arm64',
      page({ 8: 41, 43: 0x92, 40: 0x10, 47: 0x80 }),
      'odd-syndrome',
      40,
    ],
  ] as const)('%s', async (_name, type, target, bytes, rule, offset) => {
    const { decoded } = await decode(bytes, type, target);
    const note = decoded.notes.find((one) => one.rule === rule);
    expect(note, JSON.stringify(decoded.notes)).toBeDefined();
    expect(note?.offsetBytes).toBe(offset);
  });

  test('what a kernel answered is not called refused, on all lines of a log', async () => {
    const log = readFileSync(`${repository}fixtures/captures/arm64.jsonl`);
    const { stdout } = await runCli(['decode', '--input', 'jsonl', '--target', 'arm64', '--format', 'json', '-'], {
      stdin: log,
    });
    const rows = stdout
      .split('\n')
      .filter((text) => text !== '')
      .map((text) => JSON.parse(text) as { call?: { errno: string | null }; notes: { severity: string }[] });
    for (const { call, notes } of rows) {
      if (call?.errno === null) expect(notes.filter(({ severity }) => severity === 'error')).toEqual([]);
    }
  });
});

describe('records of variable length', () => {
  const numbers = (...values: readonly (readonly [bigint, 4 | 8])[]): Buffer =>
    Buffer.concat(
      values.map(([value, size]) => {
        const bytes = Buffer.alloc(size);
        if (size === 8) bytes.writeBigUInt64LE(value);
        else bytes.writeUInt32LE(Number(value));
        return bytes;
      }),
    );
  const entry = (...words: readonly number[]): Buffer => numbers(...words.map((word) => [BigInt(word), 4] as const));

  test.each([
    ['kvm_reg_list', 'arm64', numbers([2n, 8], [0x6030_0000_0010_0040n, 8], [0x6030_0000_0013_c290n, 8]), 24],
    ['kvm_msrs', 'x86_64', Buffer.concat([entry(1, 0), entry(0xc000_0080, 0), numbers([0x500n, 8])]), 24],
    ['kvm_cpuid2', 'x86_64', Buffer.concat([entry(1, 0), Buffer.alloc(40, 1)]), 48],
    ['kvm_irq_routing', 'arm64', Buffer.concat([entry(1, 0), Buffer.alloc(48)]), 56],
    ['kvm_signal_mask', 'arm64', Buffer.concat([entry(8), Buffer.alloc(8, 0xff)]), 12],
  ] as const)('%s is as long as its count says', async (type, target, bytes, length) => {
    expect(bytes.length).toBe(length);
    const whole = await decode(bytes, type, target);
    expect([whole.code, whole.decoded.missingBytes, whole.decoded.trailingBytes]).toEqual([0, 0, 0]);
    const short = await decode(bytes.subarray(0, length - 1), type, target);
    expect([short.code, short.decoded.missingBytes]).toEqual([3, 1]);
    const long = await decode(Buffer.concat([bytes, Buffer.alloc(5)]), type, target);
    expect([long.code, long.decoded.trailingBytes]).toEqual([3, 5]);
  });

  test('ids of a register list are names', async () => {
    const bytes = numbers([1n, 8], [0x6030_0000_0013_c290n, 8]);
    const { stdout } = await runCli(['decode', '--type', 'kvm_reg_list', '--target', 'arm64', '--input', 'bin'], {
      stdin: bytes,
    });
    expect(stdout).toContain('ESR_EL1');
  });
});

describe('input that is no single record', () => {
  test('is refused with its size, as bytes and as text', async () => {
    const args = ['decode', '--type', 'kvm_vcpu_events', '--target', 'arm64', '-'];
    const bytes = await runCli([...args, '--input', 'bin'], { stdin: new Uint8Array((1 << 20) + 1) });
    expect(bytes).toMatchObject({ code: 3, stdout: '' });
    expect(bytes.stderr).toContain('1048577 bytes, which is no single record');
    const text = await runCli([...args, '--input', 'hex'], { stdin: 'aa'.repeat(1 << 22) });
    expect(text).toMatchObject({ code: 3, stdout: '' });
  });

  test('very much behind a record is told, not printed', async () => {
    const { code, stdout } = await runCli(['decode', '--type', 'kvm_vcpu_events#v1', '--target', 'arm64', '-'], {
      stdin: Buffer.alloc(900_000, 'x\0'),
    });
    expect(code).toBe(3);
    expect(stdout).toContain('895840 bytes more');
    expect(stdout.length).toBeLessThan(100_000);
  });

  test('a count that no memory could hold is said to be that', async () => {
    const huge = Buffer.alloc(24);
    huge.writeBigUInt64LE(0xffff_ffff_ffff_ffffn);
    const { code, stdout } = await runCli(['decode', '--type', 'kvm_reg_list', '--target', 'arm64', '-'], {
      stdin: huge,
    });
    expect(code).toBe(3);
    expect(stdout).toContain(
      'struct kvm_reg_list has more bytes than any memory; nearly all of them are missing, from reg',
    );
  });
});
