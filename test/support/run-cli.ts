/** Runs a command line inside the test, with a world of its own, and returns all that it said. */

import { fileURLToPath } from 'node:url';
import { askEarly } from '../../src/cli/early-questions.ts';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Uint8Array;
}

export const repository = fileURLToPath(new URL('../../', import.meta.url));

/** All of the environment that git needs. */
export const gitEnv: Readonly<Record<string, string>> = { PATH: process.env['PATH'] ?? '' };

/** A world in which nobody talks or listens: only what is named is read. */
export function quietIo(cwd: string, env: Io['env'] = {}): Io {
  return {
    stdout: () => undefined,
    stderr: () => undefined,
    stdin: () => Promise.resolve(new Uint8Array()),
    cwd,
    env,
    isTerminal: { stdout: false, stderr: false },
    columns: undefined,
  };
}

export interface CliWorld {
  readonly stdin?: Uint8Array | string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Git is asked before `main` is called, as `cli.ts` does it. */
  readonly asksEarly?: boolean;
}

/** Runs `uabi ARGV…` in the repository's folder, or in `cwd`. */
export async function runCli(argv: readonly string[], world: CliWorld = {}): Promise<CliResult> {
  const chunks: Uint8Array[] = [];
  let stderr = '';
  const input = world.stdin ?? '';
  const io = quietIo(world.cwd ?? repository, world.env);
  const code = await main(argv, {
    ...io,
    stdout: (data) => {
      chunks.push(typeof data === 'string' ? Buffer.from(data) : data);
    },
    stderr: (text) => {
      stderr += text;
    },
    stdin: () => Promise.resolve(typeof input === 'string' ? Buffer.from(input) : input),
    ...(world.asksEarly === true ? { begun: await askEarly(argv, io.cwd, io.env) } : {}),
  });
  const bytes = Buffer.concat(chunks);
  return { code, stdout: bytes.toString('utf8'), stderr, bytes };
}
