/** `uabi layout`, with a layout file whose record differs between 32- and 64-bit programs. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'uabi-layout-'));
  const file = {
    record: 'struct probe',
    header: 'linux/probe.h',
    targets: ['x86_64', 'i386', 'ppc'],
    variants: [
      {
        name: 'v1',
        status: 'merged',
        fields: [
          { field: '__u32 flags' },
          { field: '__u64 address' },
          { field: '__u8 kind : 3' },
          { field: '__u8 level : 5' },
          { struct: '', fields: [{ field: '__u16 inner' }] },
          { field: 'unsigned long word' },
        ],
      },
    ],
  };
  writeFileSync(join(folder, 'probe.json'), JSON.stringify(file));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface LayoutDocument {
  readonly target: string;
  readonly records: readonly {
    readonly name: string;
    readonly sizeBytes: number;
    readonly alignBytes: number;
    readonly fields: readonly { path: string; offsetBits: number; sizeBits: number; type: string }[];
  }[];
}

async function fieldsOn(target: string): Promise<Map<string, readonly [number, number]>> {
  const argv = ['layout', 'probe', '--in', 'probe.json', '--target', target, '--format', 'json'];
  const { stdout } = await runCli(argv, { cwd: folder });
  const [record] = (JSON.parse(stdout) as LayoutDocument).records;
  return new Map(record?.fields.map(({ path, offsetBits, sizeBits }) => [path, [offsetBits, sizeBits]]));
}

describe('json', () => {
  // By hand, from the System V ABIs: i386 aligns 8-byte integers in records to 4; unsigned long is 4 or 8 bytes.
  test('on x86_64', async () => {
    expect([...(await fieldsOn('x86_64'))]).toEqual([
      ['flags', [0, 32]],
      ['address', [64, 64]],
      ['kind', [128, 3]],
      ['level', [131, 5]],
      ['inner', [144, 16]],
      ['word', [192, 64]],
    ]);
  });

  test('on i386', async () => {
    expect([...(await fieldsOn('i386'))]).toEqual([
      ['flags', [0, 32]],
      ['address', [32, 64]],
      ['kind', [96, 3]],
      ['level', [99, 5]],
      ['inner', [112, 16]],
      ['word', [128, 32]],
    ]);
  });

  test('a request is listed among the constants as well, in decimal', async () => {
    const argv = ['layout', 'KVM_SET_VCPU_EVENTS', '--in', 'layouts/kvm_vcpu_events.arm64.json', '--format', 'json'];
    const { stdout } = await runCli(argv);
    expect(JSON.parse(stdout)).toMatchObject({
      constants: { KVM_SET_VCPU_EVENTS: '1077980832' },
      requests: [{ name: 'KVM_SET_VCPU_EVENTS', number: '0x4040aea0', direction: 'write' }],
    });
  });

  test('several targets are one document a line', async () => {
    const { stdout } = await runCli(['layout', '--all', '--in', 'probe.json', '--format', 'json'], { cwd: folder });
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as LayoutDocument);
    expect(documents.map(({ target }) => target)).toEqual(['x86_64', 'i386', 'ppc']);
    expect(documents.map(({ records }) => records[0]?.sizeBytes)).toEqual([32, 20, 24]);
  });
});

test('text shows targets side by side only where they differ', async () => {
  const { code, stdout } = await runCli(['layout', 'probe', '--in', 'probe.json', '--target', 'x86_64,i386'], {
    cwd: folder,
  });
  expect(code).toBe(0);
  const line = (start: string): string => stdout.split('\n').find((one) => one.trimStart().startsWith(start)) ?? '';
  expect(line('__u32 flags').trim().split(/\s+/)).toEqual(['__u32', 'flags', '0', '4']);
  expect(line('__u64 address').trim().split(/\s+/)).toEqual(['__u64', 'address', '8', '8', '4', '8']);
  expect(line('__u8 level').trim()).toMatch(/16:3\s+5 bits\s+12:3\s+5 bits$/);
  expect(line('(hole)').trim().split(/\s+/)).toEqual(['(hole)', '4', '4', '-', '-']);
  expect(stdout).toMatch(/\[1\] size 32, align 8, 6 fields, 3 holes of 9 bytes in all/);
  expect(stdout).toMatch(/\[2\] size 20, align 4/);
});

describe('a record that has its name from a typedef', () => {
  // What gcc 12 says of each: the attribute belongs to the name, in either direction.
  const text = `typedef struct { char c[16]; } raised_t __attribute__((aligned(16)));
typedef struct { int c[4]; } lowered_t __attribute__((aligned(2)));
typedef struct { char c[4]; } __attribute__((aligned(8))) own_t;
struct holder { char c; raised_t r; };\n`;

  beforeAll(() => {
    writeFileSync(join(folder, 'named.h'), text);
  });

  test('is as aligned as the name', async () => {
    const argv = ['layout', '--all', '--in', 'named.h', '--target', 'x86_64'];
    const { stdout } = await runCli([...argv, '--format', 'json'], { cwd: folder });
    const { records } = JSON.parse(stdout) as LayoutDocument;
    expect(records.map(({ name, sizeBytes, alignBytes }) => `${name} ${sizeBytes}/${alignBytes}`)).toEqual([
      'raised_t 16/16',
      'lowered_t 16/2',
      'own_t 8/8',
      'struct holder 32/16',
    ]);
    const asserted = await runCli([...argv, '--format', 'c-assert'], { cwd: folder });
    expect(asserted.stdout).toContain('_Alignof(raised_t) == 16');
    const listed = await runCli([...argv, '--format', 'text'], { cwd: folder });
    expect(listed.stdout).toContain('size 16, align 2, 1 field');
  });
});

describe('mistakes', () => {
  test.each<[string, readonly string[], number, RegExp]>([
    ['no name and no --all', ['layout'], 2, /Name a record/],
    ['an unknown record', ['layout', 'prob', '--in', 'probe.json'], 2, /declares no "prob"; did you mean "probe"/],
    ['an unknown target', ['layout', 'probe', '--target', 'arm46'], 2, /did you mean "arm64"/],
    [
      'a target the file is not for',
      ['layout', 'probe', '--in', 'probe.json', '--target', 'arm64'],
      2,
      /not for arm64/,
    ],
    ['a missing file', ['layout', 'probe', '--in', 'nowhere.json'], 3, /nowhere\.json/],
    ['an unknown format', ['layout', 'probe', '--format', 'xml'], 2, /text, json and c-assert/],
    ['C for two targets', ['layout', 'probe', '--in', 'probe.json', '--format', 'c-assert'], 2, /one target/],
    ['a record of no layout file', ['layout', 'fuse_init_out'], 2, /"fuse_init_out"; --in SOURCE looks in headers/],
    ['a record of a layout file, misspelt', ['layout', 'kvm_rum'], 2, /did you mean "kvm_run"/],
    ['what no header declares, decoded', ['decode', '--type', 'prob', '--in', 'probe.json'], 2, /"prob" in probe.json/],
    ['what no layout file has, decoded', ['decode', '--type', 'fuse_init_out'], 2, /--in SOURCE looks in headers/],
    ['a request of no layout file', ['ioctl', 'FUSE_DEV_IOC_CLONE'], 2, /--in SOURCE looks in headers/],
    ['an unknown variant', ['layout', 'kvm_vcpu_events#v11'], 2, /did you mean "v1"/],
    [
      'a variant from before an architecture had it',
      ['layout', 'kvm_run#6.1', '--target', 'loongarch64'],
      2,
      /kvm_run has no variant "6\.1" on loongarch64/,
    ],
  ])('%s', async (_, argv, code, message) => {
    const result = await runCli(argv, { cwd: folder });
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(code);
    expect(result.stdout).toBe('');
  });
});

test('a line is one of the file that is named with it: of the layout file, not of the header it describes', async () => {
  const { stdout } = await runCli(['layout', 'probe', '--in', 'probe.json', '--target', 'x86_64'], { cwd: folder });
  expect(stdout.split('\n')[0]).toMatch(/^struct probe {2}\(\S*probe\.json:\d+\)$/);
});

// alpha's asm/ioctl.h makes an unsigned int of a request; elsewhere it has the type of the size in it (gcc 12 with linux/ioctl.h).
test.each([
  ['alpha', '4', '3220932606'],
  ['arm64', '8', '18446744071561775102'],
  ['arm', '4', '2147190782'],
])('a header without a tree has requests of the type that they have on %s', async (target, size, inverted) => {
  const text = '#include <linux/ioctl.h>\n#define R _IOR(0x78, 1, int)\n#define S sizeof(R)\n#define N (~R)\n';
  writeFileSync(join(folder, 'request.h'), text);
  const argv = ['layout', '--all', '--in', 'request.h', '--target', target, '--format', 'json'];
  const { stdout } = await runCli(argv, { cwd: folder });
  expect((JSON.parse(stdout) as { constants: Record<string, string> }).constants).toMatchObject({
    S: size,
    N: inverted,
  });
});
