/** Which architecture and version bytes come from: expected values are the layouts' own rules, and answers of real kernels. */

import { describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

interface Decoded {
  readonly target: string;
  readonly variant: string;
  readonly notes: readonly { readonly rule: string; readonly message: string }[];
  readonly readings: readonly {
    readonly target: string;
    readonly variant: string;
    readonly sameOn: readonly string[];
    readonly penalty: number;
    readonly against: readonly string[];
  }[];
}

async function decode(set: Readonly<Record<number, number>>, size = 64, ...args: readonly string[]): Promise<Decoded> {
  const bytes = Buffer.alloc(size);
  for (const [offset, value] of Object.entries(set)) bytes[Number(offset)] = value;
  const which = args.includes('--type') ? [] : ['--request', '0x4040aea0'];
  const { stdout } = await runCli(['decode', ...which, '--input', 'bin', '--format', 'json', ...args], {
    stdin: bytes,
  });
  return JSON.parse(stdout) as Decoded;
}

const noteOf = (decoded: Decoded, rule: string): string =>
  decoded.notes.find((note) => note.rule === rule)?.message ?? '';

describe('guessing what bytes are', () => {
  test('the request number is the same on arm64 and x86, and zeros fit both: cannot tell', async () => {
    const decoded = await decode({});
    expect(decoded.target).toBe('arm64');
    expect(noteOf(decoded, 'cannot-tell-target')).toMatch(/^Cannot tell arm64.* from x86_64/);
  });

  test('proposals of every architecture are in the list: one may fit where no merged version does', async () => {
    // Byte 4 set: what a kernel with the ext_abt_esr proposal accepted.
    const decoded = await decode({ 4: 1 });
    expect(decoded.readings[0]).toMatchObject({ target: 'arm64', variant: 'ext_abt_esr', penalty: 0 });
    expect(noteOf(decoded, 'other-versions-fit')).toContain('ext_abt_esr');
  });

  test('flags of x86 lie in what arm64 refuses, so it is x86, and the evidence is named', async () => {
    const decoded = await decode({ 20: 0x0d });
    expect(decoded.target).toBe('x86_64');
    const message = noteOf(decoded, 'guessed-target');
    expect(message).toMatch(/^Read for x86_64/);
    expect(message).toContain('for arm64, reserved is not zero');
    const arm = decoded.readings.find(({ target, variant }) => target === 'arm64' && variant === 'v1');
    expect(arm?.against).toEqual(['reserved is not zero: the kernel refuses it with EINVAL.']);
    expect(arm?.penalty).toBeGreaterThan(0);
  });

  test('i386 lays the record out like x86_64: one reading, not two', async () => {
    const decoded = await decode({ 20: 0x0d });
    const own = decoded.readings.find(({ target, variant }) => target === 'x86_64' && variant === decoded.variant);
    expect(own?.sameOn).toContain('i386');
  });

  test('bytes that only a proposal takes: it is named, and the merged version stays the one shown', async () => {
    const decoded = await decode({ 3: 1 }, 64, '--target', 'arm64');
    expect(decoded.variant).toBe('v1');
    expect(noteOf(decoded, 'other-versions-fit')).toContain('iabt');
    expect(noteOf(decoded, 'field-of-other-variant')).toContain('exception.ext_iabt_pending');
    expect(decoded.readings[0]?.penalty).toBe(0);
    expect(decoded.readings.find(({ variant }) => variant === 'v1')?.against).toHaveLength(1);
  });

  test('a size that is that of another version', async () => {
    const decoded = await decode({}, 72, '--target', 'arm64');
    expect(noteOf(decoded, 'size-of-other-version')).toContain('ext_abt_esr_doc');
  });

  test('a target and a version that the user names are not guessed', async () => {
    const decoded = await decode({ 20: 0x0d }, 64, '--target', 'arm64', '--type', 'kvm_vcpu_events#v1');
    expect([decoded.target, decoded.variant]).toEqual(['arm64', 'v1']);
    expect(decoded.notes.map(({ rule }) => rule)).toEqual(['reserved-not-zero', 'field-of-other-variant']);
  });
});
