/**
 * The layout files say of a release what its headers do, on every target, and nothing besides: each is held against the other, in
 * either order. The headers are those of a repository that `UABI_KERNEL_REPOSITORY` names, which has releases as tags (`v6.12`);
 * where there is none, or not that release, the test is skipped and says so.
 */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

const repository = process.env['UABI_KERNEL_REPOSITORY'];
const tags = repository === undefined ? '' : execFileSync('git', ['-C', repository, 'tag'], { encoding: 'utf8' });

function layout(source: string): string {
  return fileURLToPath(new URL('../../layouts/', import.meta.url)) + source;
}

const pairs = [
  ['kvm.json#6.1', 'v6.1'],
  ['kvm.json#6.12', 'v6.12'],
  ['kvm_run.json#6.1', 'v6.1'],
  ['kvm_run.json#6.12', 'v6.12'],
  ['kvm_vcpu_events.arm64.json#v1', 'v6.12'],
  ['kvm_vcpu_events.x86.json#6.0', 'v6.12'],
] as const;

for (const [source, release] of pairs) {
  const isThere = tags.split('\n').includes(release);
  test.skipIf(!isThere)(`${source} is ${release} (UABI_KERNEL_REPOSITORY)`, { timeout: 120_000 }, async () => {
    const sides = [layout(source), release];
    for (const [old = '', next = ''] of [sides, [...sides].reverse()]) {
      const args = ['check', old, next, '-C', repository ?? '', '--show', 'all', '--format', 'json'];
      const { code, stdout } = await runCli(args);
      expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({
        code: 0,
        verdict: 'compatible',
        findings: [],
      });
    }
  });
}
