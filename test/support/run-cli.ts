/** Runs a command line inside the test, with a world of its own, and returns all that it said. */

import { fileURLToPath } from 'node:url';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Uint8Array;
}

export const repository = fileURLToPath(new URL('../../', import.meta.url));

export interface CliWorld {
  readonly stdin?: Uint8Array | string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `uabi ARGV…` in the repository's folder, or in `cwd`. */
export async function runCli(argv: readonly string[], world: CliWorld = {}): Promise<CliResult> {
  const chunks: Uint8Array[] = [];
  let stderr = '';
  const input = world.stdin ?? '';
  const io: Io = {
    stdout: (data) => {
      chunks.push(typeof data === 'string' ? Buffer.from(data) : data);
    },
    stderr: (text) => {
      stderr += text;
    },
    stdin: () => Promise.resolve(typeof input === 'string' ? Buffer.from(input) : input),
    cwd: world.cwd ?? repository,
    env: world.env ?? {},
    isTerminal: { stdout: false, stderr: false },
    columns: undefined,
  };
  const code = await main(argv, io);
  const bytes = Buffer.concat(chunks);
  return { code, stdout: bytes.toString('utf8'), stderr, bytes };
}
