/**
 * The way to a real device. Where /dev/kvm can be opened, the real kernel's answers are compared with the simulated ones;
 * where it cannot, that test is listed as skipped. The calls themselves are tried on a pipe and a terminal, which are anywhere.
 */

import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { machine, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadRealKernel } from '../../src/cli/real-kernel.ts';
import { parseKernelVersion } from '../../src/kernel/kernel-version.ts';
import { parseTranscript } from '../../src/kernel/replay/transcript.ts';
import { replayX86Transcript } from '../../src/kernel/x86/replay.ts';
import { runCli } from '../support/run-cli.ts';

const directory = mkdtempSync(join(tmpdir(), 'uabi-probe-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const requests = { FIONREAD: 0x541b, TIOCGWINSZ: 0x5413, TIOCSWINSZ: 0x5414 } as const;

describe('calls on real descriptors', () => {
  test('FIONREAD counts what a pipe holds, and errors have their numbers', async () => {
    const kernel = await loadRealKernel();
    const path = join(directory, 'pipe');
    execFileSync('mkfifo', [path]);
    const pipe = kernel.open(path);
    expect(pipe.errno).toBe(0);
    writeFileSync(path, 'hello');
    const count = new Uint8Array(4);
    expect(kernel.call(pipe.ret, requests.FIONREAD, count)).toEqual({ ret: 0, errno: 0 });
    expect([...count]).toEqual([5, 0, 0, 0]);
    expect(kernel.call(pipe.ret, requests.FIONREAD, null)).toEqual({ ret: -1, errno: 14 });
    expect(kernel.call(pipe.ret, 0xae00, 0n)).toEqual({ ret: -1, errno: 25 });
    kernel.close(pipe.ret);
    expect(kernel.call(pipe.ret, requests.FIONREAD, count)).toEqual({ ret: -1, errno: 9 });
  });

  test('a terminal keeps the size it is given, to the byte', async () => {
    const kernel = await loadRealKernel();
    const terminal = kernel.open('/dev/ptmx');
    expect(terminal.errno).toBe(0);
    const given = Uint8Array.of(24, 0, 80, 0, 1, 2, 3, 4);
    expect(kernel.call(terminal.ret, requests.TIOCSWINSZ, given.slice()).ret).toBe(0);
    const size = new Uint8Array(10).fill(0xa5);
    expect(kernel.call(terminal.ret, requests.TIOCGWINSZ, size).ret).toBe(0);
    expect([...size]).toEqual([...given, 0xa5, 0xa5]);
    kernel.close(terminal.ret);
  });
});

describe('uabi simulate probe', () => {
  test('says that a device is missing, or is another one', async () => {
    const missing = await runCli(['simulate', 'probe', '--device', '/dev/no-such-device']);
    expect(missing).toMatchObject({ code: 3, stdout: '' });
    expect(missing.stderr).toContain('/dev/no-such-device cannot be opened (ENOENT)');
    const other = await runCli(['simulate', 'probe', '--device', '/dev/null']);
    expect(other).toMatchObject({ code: 3, stdout: '' });
    expect(other.stderr).toContain('/dev/null is no KVM');
  });

  const why = whyNoRealKernel();
  test.skipIf(why !== undefined)(
    `agrees with the simulation about KVM_GET/SET_VCPU_EVENTS on this host's x86 kernel${why === undefined ? '' : ` (${why})`}`,
    async () => {
      const { code, stdout } = await runCli(['simulate', 'probe']);
      expect(code).toBe(0);
      const { records, diagnostics } = parseTranscript(stdout, 'probe');
      expect(diagnostics).toEqual([]);
      const kept = records.filter(({ scenario, op }) => scenario === 'events' || op === 'env');
      const report = replayX86Transcript(kept, parseKernelVersion(hostVersion()), hostVendor());
      expect(report.mismatched).toEqual([]);
      expect(report.matched).toBeGreaterThan(130);
    },
  );
});

/** Why the real kernel cannot be asked here, if it cannot. */
function whyNoRealKernel(): string | undefined {
  if (machine() !== 'x86_64') return `skipped: this is ${machine()}`;
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return undefined;
  } catch {
    return 'skipped: no access to /dev/kvm';
  }
}

function hostVersion(): string {
  return /^\d+\.\d+/.exec(release())?.[0] ?? '';
}

/** KVM runs on AMD's or Intel's extension, or it is the paravirtual one. */
function hostVendor(): 'svm' | 'vmx' | 'pvm' {
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ') ?? [];
  return (['svm', 'vmx'] as const).find((vendor) => flags.includes(vendor)) ?? 'pvm';
}
