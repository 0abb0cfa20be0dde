/**
 * What people do with uabi every day: a commit that changes headers is checked, and a record is laid out.
 *
 * It is done in a kernel tree in miniature, whose headers are the cases of `fixtures/`: small ones of all that headers hold and of
 * all that can happen to them, so that what real headers ask for has been called here. Measured on the kernel's own, a fortieth
 * of the bytecode was still missing.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Program } from '../../src/cli/compiled-program.ts';
import { exitCodes, type Io } from '../../src/cli/io.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url));

const usualCommands = [
  ['check', 'HEAD^..HEAD'],
  ['check', 'HEAD^..HEAD', '--format', 'json'],
  ['layout', 'struct vcpu_events', '--in', 'HEAD'],
];

/** Runs the usual commands in `program`. Throws if one of them does not come to an answer. */
export async function runUsualCommands(program: Program): Promise<void> {
  const repository = mkdtempSync(join(tmpdir(), 'uabi-build-'));
  try {
    git(repository, 'init', '--quiet');
    for (const side of ['old.h', 'new.h']) {
      for (const [name, text] of kernelTree(side)) {
        const path = join(repository, name);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      }
      git(repository, 'add', '--all');
      git(repository, '-c', 'user.name=uabi', '-c', 'user.email=uabi@example.org', 'commit', '--quiet', '-m', side);
    }
    for (const argv of usualCommands) await runCommand(program, argv, repository);
  } finally {
    rmSync(repository, { recursive: true, force: true });
  }
}

async function runCommand(program: Program, argv: readonly string[], cwd: string): Promise<void> {
  let said = '';
  const io: Io = {
    stdout: () => undefined,
    stderr: (text) => {
      said += text;
    },
    stdin: () => Promise.resolve(new Uint8Array()),
    cwd,
    env: process.env,
    isTerminal: { stdout: false, stderr: false },
    columns: undefined,
  };
  const code = await program.main(argv, io);
  if (code === exitCodes.wrongCall || code === exitCodes.bug) throw new Error(`uabi ${argv.join(' ')}: ${said}`);
}

function* kernelTree(side: string): Generator<readonly [name: string, text: string]> {
  yield ['include/uapi/asm-generic/Kbuild', 'mandatory-y += types.h\n'];
  yield ['include/uapi/asm-generic/types.h', readFileSync(join(fixtures, 'history/prelude.h'), 'utf8')];
  yield ['include/uapi/linux/types.h', guarded('TYPES', '#include <asm/types.h>\n')];
  for (const architecture of ['x86', 'arm64', 'riscv']) yield [`arch/${architecture}/include/uapi/asm/Kbuild`, ''];
  for (const room of ['history', 'rules']) {
    for (const name of readdirSync(join(fixtures, room))) {
      const file = join(fixtures, room, name, side);
      // Some cases are whole trees.
      if (!existsSync(file)) continue;
      const guard = name.toUpperCase().replaceAll('-', '_');
      yield [`include/uapi/linux/${name}.h`, guarded(guard, `#include <linux/types.h>\n${readFileSync(file, 'utf8')}`)];
    }
  }
}

function guarded(name: string, text: string): string {
  return `#ifndef _UAPI_LINUX_${name}_H\n#define _UAPI_LINUX_${name}_H\n${text}#endif /* _UAPI_LINUX_${name}_H */\n`;
}

/** The user's own configuration of git (hooks, signatures) has no say in it. */
function git(directory: string, ...parameters: readonly string[]): void {
  execFileSync('git', parameters, {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env['PATH'], HOME: directory, GIT_CONFIG_NOSYSTEM: '1' },
  });
}
