/** Completion in a real bash, and the man page as groff reads it. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'uabi-completion-'));
  writeFileSync(join(folder, 'uabi.bash'), (await runCli(['completion', 'bash'])).stdout);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What bash would offer for the last of these words. */
function complete(...words: string[]): string[] {
  const script = [
    `source ${join(folder, 'uabi.bash')}`,
    'uabi() { printf "%s\\n" "x.json#v1" "x.json#v2"; }',
    'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _uabi; printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n');
  const done = spawnSync('bash', ['-c', script, 'bash', 'uabi', ...words], { encoding: 'utf8' });
  expect(done.stderr).toBe('');
  return done.stdout.split('\n').filter((line) => line !== '');
}

describe('bash offers', () => {
  test.each([
    [['ch'], ['check']],
    [['check', '--fo'], ['--format']],
    [['check', '--format', 'js'], ['json']],
    [
      ['check', '--fail-on', ''],
      ['break', 'review', 'never'],
    ],
    [['check', '--contracts', 'old-binary,reb'], ['old-binary,rebuild']],
    [
      ['layout', '--target', 'arm64,risc'],
      ['arm64,riscv64', 'arm64,riscv32'],
    ],
    [['explain', 'inner-record-g'], ['inner-record-grew']],
    [['explain', 'implicit'], ['implicit-hole']],
    [['completion', 'f'], ['fish']],
    [['lint', '--fail-on', 'w'], ['warning']],
    [
      ['check', 'x.json#v'],
      ['x.json#v1', 'x.json#v2'],
    ],
    [['check', 'layouts/kvm_r'], ['layouts/kvm_run.json']],
    [['help', 'way'], []],
    [['help', 'wai'], ['waive']],
  ])('uabi %j: %j', (words, expected) => {
    const offered = complete(...words);
    if (words.at(-1) === 'js') expect(offered).toContain('json');
    else expect(offered).toEqual(expected);
  });
});

test('variants of a layout file, for the script to ask', async () => {
  const { stdout, code } = await runCli(['completion', '--variants', 'layouts/kvm_vcpu_events.arm64.json#v']);
  expect(code).toBe(0);
  expect(stdout.split('\n')).toContain('layouts/kvm_vcpu_events.arm64.json#v1');
});

test.each(['zsh', 'fish'])('the script for %s names every command and the values of its options', async (shell) => {
  const { stdout } = await runCli(['completion', shell]);
  for (const word of ['check', 'waive', 'lint', 'completion', 'loongarch64', 'inner-record-grew', 'sarif']) {
    expect(stdout).toContain(word);
  }
});

test('an unknown shell is a wrong call', async () => {
  expect((await runCli(['completion', 'bsh'])).code).toBe(2);
});

test.skipIf(spawnSync('groff', ['--version']).error !== undefined)(
  'the man page names every option, and groff reads it without a word',
  async () => {
    const file = join(folder, 'uabi.1');
    writeFileSync(file, (await runCli(['completion', 'man'])).stdout);
    const done = spawnSync('groff', ['-man', '-Tutf8', '-ww', file], { encoding: 'utf8' });
    expect(done.stderr).toBe('');
    // Bold letters are struck twice.
    const shown = done.stdout.replace(/.\u0008/gu, '');
    for (const option of ['--fail-on', '--onto', '--expires', '--variants']) expect(shown).toContain(option);
  },
);
