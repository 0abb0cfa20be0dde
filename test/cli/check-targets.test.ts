/** What is said of some targets fits what is said of all: fingerprints and waivers. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uabi-targets-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

interface Told {
  readonly rule: string;
  readonly subject: string;
  readonly fingerprint: string;
}

async function check(...more: readonly string[]): Promise<readonly Told[]> {
  const { stdout } = await runCli(['check', 'old', 'new', '--format', 'json', ...more], { cwd: folder });
  return (JSON.parse(stdout) as { findings: readonly Told[] }).findings;
}

describe('the fingerprint of a constant whose value is another on every target', () => {
  const define = (count: number): string => `#define ROOM (${String(count)} * sizeof(long))\n`;

  test('does not depend on the targets that are asked for', async () => {
    write({ 'old/x.h': define(2), 'new/x.h': define(3) });
    const [whole] = await check();
    expect(whole).toMatchObject({ rule: 'constant-changed', subject: 'constant ROOM' });
    for (const target of ['x86_64', 'i386', 'm68k,arm64']) {
      expect((await check('--target', target)).map(({ fingerprint }) => fingerprint)).toEqual([whole?.fingerprint]);
    }
  });

  test('does depend on the values', async () => {
    write({ 'old/x.h': define(2), 'new/x.h': define(3) });
    const [one] = await check('--target', 'i386');
    write({ 'new/x.h': define(4) });
    const [other] = await check('--target', 'i386');
    expect(other?.fingerprint).not.toBe(one?.fingerprint);
  });

  test('of an enumerator too', async () => {
    const list = (first: string): string => `enum e { FIRST = ${first}, SECOND = sizeof(void *) };\n`;
    write({ 'old/x.h': list('sizeof(long)'), 'new/x.h': list('sizeof(long) + 1') });
    const [whole] = await check();
    expect(whole).toMatchObject({ rule: 'enumerator-renumbered' });
    const [one] = await check('--target', 'i386');
    expect(one?.fingerprint).toBe(whole?.fingerprint);
  });
});

describe('a waiver that nothing needs', () => {
  const waivers = (subject: string): string =>
    JSON.stringify({
      waivers: [{ fingerprint: '0123456789ab', reason: 'accepted', expires: '2099-01-01', subject }],
    });
  const headers = {
    'old/x.h': '#ifdef __aarch64__\nstruct s { int a; };\n#endif\nextern int f;\n',
    'new/x.h': '#ifdef __aarch64__\nstruct s { int a; };\n#endif\nextern int g;\n',
  };
  const rules = async (...more: readonly string[]): Promise<string[]> => (await check(...more)).map(({ rule }) => rule);

  test('is unused if every target was looked at, whichever of them has the thing', async () => {
    write({ ...headers, 'old/uabi.waivers.json': waivers('struct s.a') });
    expect(await rules()).toEqual(['waiver-unused']);
  });

  test('may be needed by a target that was not asked for', async () => {
    write({ ...headers, 'old/uabi.waivers.json': waivers('struct s.a') });
    expect(await rules('--target', 'arm64')).toEqual([]);
    expect(await rules('--target', 'x86_64')).toEqual([]);
  });

  test('is unused if all targets were looked at that the configuration names', async () => {
    write({
      ...headers,
      'old/uabi.waivers.json': waivers('struct s.a'),
      'old/uabi.config.json': JSON.stringify({ targets: ['arm64', 'x86_64'] }),
    });
    expect(await rules()).toEqual(['waiver-unused']);
    expect(await rules('--target', 'arm64')).toEqual([]);
  });

  test('is none of ours if the thing was not compared', async () => {
    write({ ...headers, 'old/uabi.waivers.json': waivers('struct other.a') });
    expect(await rules()).toEqual([]);
  });
});
