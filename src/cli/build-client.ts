/**
 * Builds the preload library of `uabi simulate serve` with the system's C compiler, where somebody asks for it.
 *
 * The compiler reads the source from its standard input, writes beside the place asked for, and the result is put there
 * only when it is whole.
 */

import { execFile } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UndecidedError } from '../diagnostic.ts';
import type { Io } from './io.ts';
import { clientSource } from './simulate-client.ts';

/**
 * Writes the shared library to `out`, with `$CC` (which may hold options) or `cc`.
 *
 * @throws UndecidedError if there is no compiler, or it fails: with what it said.
 */
export async function buildClient(out: string, io: Io): Promise<void> {
  const [compiler = 'cc', ...options] = (io.env['CC'] ?? '').split(/\s+/).filter((word) => word !== '');
  const target = resolve(io.cwd, out);
  // An absolute path, so that no name can be taken for an option of the compiler.
  const unfinished = join(dirname(target), `.${basename(target)}.unfinished`);
  try {
    await compile(compiler, [...options, '-O2', '-shared', '-fPIC', '-x', 'c', '-', '-o', unfinished, '-ldl'], io);
    await rename(unfinished, target);
  } finally {
    await rm(unfinished, { force: true });
  }
}

function compile(compiler: string, parameters: readonly string[], io: Io): Promise<void> {
  return new Promise((resolved, rejected) => {
    const child = execFile(compiler, parameters, { cwd: io.cwd, env: io.env }, (error, _, complaint) => {
      if (error === null) resolved();
      else if (error.code === 'ENOENT') {
        rejected(new UndecidedError(`There is no C compiler "${compiler}"; CC names another one.`));
      } else {
        rejected(new UndecidedError(`${compiler} could not build the client: ${complaint.trim().slice(0, 2000)}`));
      }
    });
    // A compiler that is not there, or gives up early, reads nothing.
    child.stdin?.on('error', () => undefined).end(clientSource);
  });
}
