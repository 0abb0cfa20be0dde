/**
 * `uabi snapshot [SOURCE]`: the ABI of a source as one reviewable file that `uabi check` accepts as a SOURCE later.
 */

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { writeSnapshot } from '../abi/snapshot.ts';
import { parseTargetList } from '../abi/target-list.ts';
import { formatDiagnostic, UserError } from '../diagnostic.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';
import { isHeaders, openSource } from './open-source.ts';
import { addSourceOptions, type SourceFlags, sourceOptionsOf } from './source-options.ts';

interface Options extends SourceFlags {
  readonly target?: string;
  readonly out?: string;
}

export function configure(command: Command): void {
  addSourceOptions(command)
    .argument('[source]', 'a tree, a header, a revision, a layout file', '.')
    .option('--target <list>', 'targets, or "all" (default: all that the source is for)')
    .option('-o, --out <file>', 'where to write (default: standard output)')
    .addHelpText(
      'after',
      '\nExamples:\n  uabi snapshot v6.12 --target arm64,x86_64 -o abi.json\n  uabi check abi.json HEAD',
    );
}

export async function run(args: readonly string[], options: Options, io: Io): Promise<ExitCode> {
  const chosen = sourceOptionsOf(options);
  const source = await openSource(args[0] ?? '.', io, chosen);
  const wanted = options.target === undefined ? undefined : parseTargetList(options.target);
  const targets = source.targets.filter((target) => wanted?.includes(target) ?? true);
  if (targets.length === 0)
    throw new UserError(`${source.label} cannot be read for ${options.target ?? 'any target'}.`);
  source.expect?.(targets);
  const digested = isHeaders(source) ? (await import('./header-digests.ts')).withDigests(source) : source;
  const abis = targets.map((target) => digested.abiFor(target));
  const text = writeSnapshot(abis, source.label, chosen.headers);
  if (options.out === undefined) io.stdout(text);
  else await writeText(resolve(io.cwd, options.out), options.out, text);
  const problems = new Set(abis.flatMap(({ notUnderstood }) => notUnderstood.map(formatDiagnostic)));
  for (const problem of problems) io.stderr(`${problem}\n`);
  return problems.size === 0 ? exitCodes.done : exitCodes.undecided;
}

async function writeText(path: string, shown: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new UserError(`${shown} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
