import { describe, expect, test } from 'vitest';
import { parseScript } from '../../src/kernel/scenario/script.ts';
import { selftests } from '../../src/kernel/scenario/selftests.ts';
import { runCli } from '../support/run-cli.ts';

async function tap(script: string, kernel: string, cpu = 'max'): Promise<{ code: number; lines: readonly string[] }> {
  const { code, stdout } = await runCli(['simulate', 'run', script, '--kernel', kernel, '--cpu', cpu]);
  return { code, lines: stdout.trimEnd().split('\n') };
}

describe('the three selftests', () => {
  test.each([
    ['sea_to_user', '6.19', 'max'],
    ['sea_to_user', '7.3', 'neoverse-n1'],
    ['sea_to_user', '6.12+sea-v1', 'max'],
    ['sea_to_user', '6.12+sea-v2', 'max'],
    ['sea_to_user', '6.17+sea-v3', 'max'],
    ['sea_to_user', '6.18+sea-v4', 'max'],
    ['inject_iabt', '6.12+iabt', 'max'],
    ['inject_iabt', '7.3+ext_abt_esr', 'max'],
    ['external_aborts', '6.1', 'max'],
    ['external_aborts', '6.12', 'cortex-a57'],
    ['external_aborts', '6.12+ext_abt_esr', 'max'],
    ['external_aborts', '7.3', 'max'],
  ])('%s passes on %s %s, in TAP', async (script, kernel, cpu) => {
    const { code, lines } = await tap(script, kernel, cpu);
    expect(lines.filter((line) => line.startsWith('not ok') || line.startsWith('# line'))).toEqual([]);
    expect(lines.some((line) => line.startsWith('ok 1 '))).toBe(true);
    expect(lines[0]).toBe('TAP version 13');
    expect(lines[1]).toMatch(/^1\.\.\d+$/);
    expect(code).toBe(0);
  });

  test('skip, saying why, what a kernel does not have', async () => {
    const { lines } = await tap('sea_to_user', '6.12');
    expect(lines).toContain('ok 1 sea_to_user # SKIP the kernel has no KVM_EXIT_ARM_SEA');
  });

  test('take external aborts through the SError vector where SCTLR2_EL1.EASE is set', async () => {
    const ease = async (kernel: string, cpu: string): Promise<string | undefined> =>
      (await tap('external_aborts', kernel, cpu)).lines.find((line) => line.includes('mmio_ease'));
    expect(await ease('6.17', 'max,+doublefault2')).toBe('ok 8 mmio_ease');
    expect(await ease('7.3', 'max,+doublefault2')).toBe('ok 8 mmio_ease');
    expect(await ease('6.16', 'max,+doublefault2')).toContain('# SKIP the guest has no SCTLR2_EL1');
    expect(await ease('7.3', 'max')).toContain('# SKIP');
  });

  test('are scripts without mistakes', () => {
    for (const [name, script] of selftests) expect(parseScript(script, name).diagnostics).toEqual([]);
  });
});

describe('a script', () => {
  const run = (script: string): Promise<{ code: number; stdout: string; stderr: string }> =>
    runCli(['simulate', 'run', '-', '--kernel', '6.12'], { stdin: script });

  test('that expects wrongly fails with the line, what was expected and what came', async () => {
    const { code, stdout } = await run(
      'test x\nguest 0x14000000\nset dabt\nexpect EINVAL\nexpect ec(esrEl1) == 0x21\n',
    );
    expect(code).toBe(1);
    expect(stdout).toContain('# line 4: expected the call to give EINVAL, got ok');
    expect(stdout).toContain('# line 5: expected ec(esrEl1) == 0x21, got 0x25');
    expect(stdout).toContain('not ok 1 x');
  });

  test('that hangs or meets an unknown instruction says so', async () => {
    expect((await run('test x\nguest 0x14000000\nrun\n')).stdout).toContain('no signal is armed');
    expect((await run('test x\nguest 0x1e602800\nrun\n')).stdout).toContain('0x1e602800');
  });

  test('shows that an SError taken inside SET gives up the unfinished access, so that no later run steps PC', async () => {
    // mov x1, #0x0a000000; msr daifclr, #4; mov x0, #0x1111; ldr x0, [x1]
    const script = `test x
      guest 0xd2a14001 0xd50344ff 0xd2822220 0xf9400020 0x14000000
      run
      expect exit MMIO
      set serror
      expect pc == 0x40001380
      run
      expect guest.elr == 0x4000000c
      expect guest.x0 == 0x1111`;
    const { stdout } = await runCli(['simulate', 'run', '-', '--kernel', '6.17'], { stdin: script });
    expect(stdout).toContain('\nok 1 x');
  });

  test.each(['guest 1\n', 'test x\nfly\n', 'test x\nset wings\n', 'test x\nexpect a == b\n', 'test x\nneeds luck\n'])(
    'that is not understood leaves nothing to decide: %j',
    async (script) => {
      expect((await run(script)).code).toBe(3);
    },
  );
});
