/** The modules uabi generated for itself are what `uabi generate` would write today. */

import { expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

test('src/generated is up to date', async () => {
  const { code, stderr } = await runCli([
    'generate',
    'layouts/kvm_vcpu_events.arm64.json',
    '--out',
    'src/generated',
    '--runtime',
    '../codec/runtime.ts',
    '--check',
  ]);
  expect(stderr).toContain('up to date');
  expect(code).toBe(0);
});
