import { expect, test, vi } from 'vitest';
import { runCli } from '../support/run-cli.ts';

// The package is installed where the tests run; this is what an import answers where it is not.
vi.mock('koffi', () => {
  throw new Error("Cannot find package 'koffi'");
});

test('without koffi, probe says what to install and everything else works', async () => {
  const probe = await runCli(['simulate', 'probe']);
  expect(probe).toMatchObject({ code: 2, stdout: '' });
  expect(probe.stderr).toContain('npm install koffi');
  expect((await runCli(['simulate', 'matrix'])).code).toBe(0);
});
