/** A layout file beside headers: it is about a record or a few, they are about everything. */

import { describe, expect, test } from 'vitest';
import { kernelFiles, scratchDirectory, scratchRepository } from '../source/scratch.ts';
import { gitEnv, runCli } from '../support/run-cli.ts';

const layout = (more: object = {}): string =>
  JSON.stringify({
    header: 'linux/area.h',
    targets: ['x86_64', 'arm64'],
    record: 'struct area',
    variants: [{ name: 'now', status: 'merged' }],
    fields: [{ field: '__u32 flags' }, { field: '__u32 size' }],
    constants: [
      { family: 'AREA_F_', kind: 'flags', values: { AREA_F_A: 1, AREA_F_B: 2 } },
      { family: 'SPEC_', kind: 'enumeration', undeclared: true, values: { SPEC_ONE: 7 } },
    ],
    ...more,
  });

const header = (fields: string): string =>
  'typedef unsigned int __u32;\nstruct other { int x; };\n#define OTHER 7\n#define AREA_F_C 4\n' +
  `struct area { ${fields} };\n#define AREA_F_A 1\nenum area_flags { AREA_F_B = 2 };\n`;

interface Told {
  readonly verdict: string;
  readonly findings: readonly { readonly rule: string; readonly subject: string }[];
}

async function check(old: string, next: string, files: Readonly<Record<string, string>>): Promise<string[]> {
  const cwd = scratchDirectory(files);
  const { stdout, stderr } = await runCli(['check', old, next, '--show', 'all', '--format', 'json'], { cwd });
  expect(stderr).toBe('');
  const { verdict, findings } = JSON.parse(stdout) as Told;
  return [verdict, ...findings.map(({ rule, subject }) => `${rule} ${subject}`)];
}

describe('a layout file and a header', () => {
  const files = {
    'area.json': layout(),
    'linux/area.h': header('__u32 flags; __u32 size;'),
    'changed/linux/area.h': header('__u32 size; __u32 flags;'),
    'gone/linux/area.h': header('__u32 flags; __u32 size;').replace('#define AREA_F_A 1\n', ''),
  };

  test('that agree have nothing to tell each other, whatever else the header declares', async () => {
    expect(await check('area.json', 'linux/area.h', files)).toEqual(['compatible']);
    expect(await check('linux/area.h', 'area.json', files)).toEqual(['compatible']);
  });

  test('of which the header is one of two that the layout speaks of', async () => {
    const asm = {
      ...files,
      'area.json': layout({
        requests: [{ request: 'GET_AREA', define: '_IOR(0xae, 1, struct area)', header: 'asm/area.h' }],
      }),
    };
    expect(await check('area.json', 'linux/area.h', asm)).toEqual(['compatible']);
    // By another name, it has to have everything.
    const other = { ...asm, 'other.h': files['linux/area.h'] };
    expect(await check('area.json', 'other.h', other)).toEqual(['break', 'request-removed request GET_AREA']);
  });

  test('that disagree about the record break, either way round', async () => {
    expect(await check('area.json', 'changed/linux/area.h', files)).toEqual(['break', 'field-moved struct area.flags']);
    expect(await check('changed/linux/area.h', 'area.json', files)).toEqual(['break', 'field-moved struct area.size']);
  });

  test('are missed in the header where the layout has them, and not in the layout where it has not', async () => {
    expect(await check('area.json', 'gone/linux/area.h', files)).toEqual([
      'break',
      'constant-removed constant AREA_F_A',
    ]);
    expect(await check('gone/linux/area.h', 'area.json', files)).toEqual([
      'compatible',
      'constant-added constant AREA_F_A',
    ]);
  });
});

describe("arm64's kvm_vcpu_events in a header, beside a variant of it", () => {
  const v1 =
    'typedef unsigned char __u8;\ntypedef unsigned int __u32;\ntypedef unsigned long long __u64;\n' +
    'struct kvm_vcpu_events { struct { __u8 serror_pending; __u8 serror_has_esr; __u8 ext_dabt_pending;\n' +
    '__u8 pad[5]; __u64 serror_esr; } exception; __u32 reserved[12]; };\n';

  test('is judged as that record in the form it has', async () => {
    const cwd = scratchRepository({ ...kernelFiles, 'arch/arm64/include/uapi/asm/kvm.h': v1 });
    const verdictOf = async (variant: string): Promise<string> => {
      const argv = ['check', 'v1', `layouts/kvm_vcpu_events.arm64.json#${variant}`, '--format', 'json'];
      const { stdout } = await runCli(argv, { cwd, env: gitEnv });
      return (JSON.parse(stdout) as Told).verdict;
    };
    // What the kernel does with non-zero bytes in pad is known, so that the flag in it is no doubt.
    expect(await verdictOf('v1')).toBe('compatible');
    expect(await verdictOf('iabt')).toBe('compatible');
    expect(await verdictOf('ext_abt_esr')).toBe('break');
  });
});
