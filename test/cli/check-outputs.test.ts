/** `--format` and `-o`: where reports go, and what is left behind when they cannot go there. */

import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkFormatNames } from '../../src/report/check-formats.ts';
import { type CliResult, type CliWorld, repository, runCli } from '../support/run-cli.ts';

const layout = join(repository, 'layouts/kvm_vcpu_events.arm64.json');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uabi-outputs-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const check = (more: readonly string[], world: CliWorld = {}, to = 'ext_abt_esr'): Promise<CliResult> =>
  runCli(['check', `${layout}#v1`, `${layout}#${to}`, ...more], { cwd: folder, ...world });
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

describe('-o FORMAT=FILE', () => {
  test('writes every format from one run, beside the text on standard output', async () => {
    const { code, stdout } = await check(checkFormatNames.flatMap((name) => ['-o', `${name}=report.${name}`]));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^BREAK: /);
    expect(readdirSync(folder).sort()).toEqual(checkFormatNames.map((name) => `report.${name}`).sort());
    for (const name of checkFormatNames) expect(read(`report.${name}`).length).toBeGreaterThan(100);
  });

  test('replaces a report that is there, through a link as well', async () => {
    writeFileSync(join(folder, 'real.json'), 'old');
    symlinkSync('real.json', join(folder, 'link.json'));
    await check(['-o', 'json=link.json']);
    expect(JSON.parse(read('real.json'))).toMatchObject({ verdict: 'break' });
    expect(statSync(join(folder, 'link.json')).isFile()).toBe(true);
  });

  test('a device stays a device', async () => {
    expect((await check(['-o', 'json=/dev/null'])).code).toBe(1);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  test('a pipe gets the report', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const reader = import('node:fs/promises').then(({ readFile }) => readFile(join(folder, 'pipe'), 'utf8'));
    await check(['-o', 'terse=pipe']);
    expect(await reader).toContain('inner-record-grew');
  });

  test.each([
    [['-o', 'jsn=x'], /"jsn" is nothing for -o; .*did you mean json\?/],
    [['-o', 'report.json'], /not FORMAT=FILE/],
    [['-o', '=x'], /not FORMAT=FILE/],
    [['-o', 'json='], /not FORMAT=FILE/],
    [['-o', 'json=-'], /use --format json/],
    [['-o', 'json=missing/x.json'], /missing\/x\.json cannot be written: there is no such directory/],
    [['-o', `json=${'x'.repeat(300)}`], /the name is too long/],
    [['-o', 'json=folder'], /folder is a directory/],
    [['-o', 'json=x', '-o', 'html=./folder/../x'], /names .* twice/],
    [['-o', 'json=\u001b[31mx/y'], /\\x1b\[31mx\/y cannot be written/],
    [['--format', 'htlm'], /did you mean html\?/],
  ])('%j is a wrong call, and nothing is written', async (more, message) => {
    mkdirSync(join(folder, 'folder'));
    const { code, stdout, stderr } = await check(more);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(readdirSync(folder)).toEqual(['folder']);
  });

  test('where one report cannot be put in its place, none of the others is half there', async () => {
    const { code, stdout, stderr } = await check(['-o', 'json=a.json', '-o', 'html=/dev/full', '-o', 'terse=b.txt']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('/dev/full cannot be written: no space is left');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('standard output', () => {
  test('one line where nothing changed, none where the format has nothing to say', async () => {
    expect((await check([], {}, 'v1')).stdout).toBe('COMPATIBLE: Nothing changed (arm64).\n');
    expect((await check(['--format', 'terse'], {}, 'v1')).stdout).toBe('');
    expect((await check(['--format', 'github'], {}, 'v1')).stdout).toBe('');
  });

  test('colour only where it is asked for', async () => {
    expect((await check([])).stdout).not.toContain('\u001b');
    expect((await check([], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[31m');
    expect((await check([], { env: { FORCE_COLOR: '0' } })).stdout).not.toContain('\u001b');
    expect((await check(['-o', 'text=x.txt'], { env: { FORCE_COLOR: '1' } })).code).toBe(1);
    expect(read('x.txt')).not.toContain('\u001b');
  });
});

describe('the summary of a GitHub job', () => {
  test('is added to what is there', async () => {
    writeFileSync(join(folder, 'summary.md'), 'before\n');
    const { stdout } = await check(['--format', 'github'], {
      env: { GITHUB_STEP_SUMMARY: join(folder, 'summary.md') },
    });
    expect(stdout).toMatch(/^::error file=/);
    expect(read('summary.md')).toMatch(/^before\n## 🔴 uabi: break\n/);
  });

  test('that cannot be written costs no verdict', async () => {
    const { code, stderr } = await check(['--format', 'github'], {
      env: { GITHUB_STEP_SUMMARY: join(folder, 'no/x.md') },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('GITHUB_STEP_SUMMARY cannot be written');
  });
});
