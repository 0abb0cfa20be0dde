/** The built program at the end of a pipe: whole documents for those who read on, silence for those who stop. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from '../support/run-cli.ts';

const cli = join(repository, 'dist/cli.js');

function shell(script: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const result = spawnSync('bash', ['-c', script], {
    cwd: repository,
    encoding: 'utf8',
    env: { ...process.env, UABI: `${process.execPath} ${cli}` },
    maxBuffer: 1 << 28,
  });
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
}

const call =
  '$UABI check layouts/kvm_vcpu_events.arm64.json#v1 layouts/kvm_vcpu_events.arm64.json#ext_abt_esr --show all';

test.each(['json', 'sarif', 'html', 'jsonl'])('%s comes through a slow pipe whole, with its exit code', (format) => {
  const { status, stdout } = shell(`${call} --format ${format} | (sleep 1; cat); exit \${PIPESTATUS[0]}`);
  expect(status).toBe(1);
  expect(stdout).toBe(shell(`${call} --format ${format}`).stdout);
  expect(stdout.trimEnd()).toMatch(/[}>]$/);
});

test('who stops reading hears nothing more', () => {
  const { stdout, stderr } = shell(`${call} --format html | head -c 15; exit 0`);
  expect(stdout).toBe('<!doctype html>');
  expect(stderr).toBe('');
});

test('a closed standard output is no crash', () => {
  expect(shell(`${call} --format json >&-`).stderr).not.toContain('at ');
});

test('a full disk is told, and is no verdict', () => {
  const { status, stderr } = shell(`${call} --format json > /dev/full`);
  expect(status).toBe(2);
  expect(stderr).toContain('standard output cannot be written: ENOSPC');
});

test.each(['--version', 'check', 'check v1..v2', 'layout kvm_run', 'rules'])(
  'in a directory that is gone, %s says so',
  (argv) => {
    const { status, stdout, stderr } = shell(`gone=$(mktemp -d) && cd "$gone" && rmdir "$gone" && $UABI ${argv}`);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe('uabi: The current directory does not exist any more: change to one that does.\n');
  },
);
