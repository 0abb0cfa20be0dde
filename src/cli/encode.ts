/** `uabi encode`: values, as `uabi decode` prints them or as a nested object, into the bytes of a record. */

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { encodeJson } from '../codec/encode-json.ts';
import { hexOf } from '../codec/runtime.ts';
import { UserError } from '../diagnostic.ts';
import { readInput } from './decode.ts';
import { findRecord, type RecordOptions } from './find-record.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';
import { addSourceOptions } from './source-options.ts';

interface Options extends RecordOptions {
  readonly out?: string;
  readonly output: string;
}

export function configure(command: Command): void {
  addSourceOptions(command)
    .argument('[file]', 'the values as JSON; - or nothing for standard input', '-')
    .option('--type <name>', 'the record: kvm_vcpu_events, kvm_vcpu_events#v1')
    .option('--request <number>', 'the request that carries it')
    .option('--target <target>', 'the architecture it is for')
    .option('--in <source>', 'look the record up in this source instead of the layouts that come with uabi')
    .option('--out <file>', 'write the bytes there instead of to standard output')
    .option('--output <form>', 'bin or hex', 'bin')
    .addHelpText(
      'after',
      `\nExample:\n  echo '{"exception": {"serror_pending": 1}}' | uabi encode --type kvm_vcpu_events#v1 --output hex`,
    );
}

export async function run(args: readonly string[], options: Options, io: Io): Promise<ExitCode> {
  if (options.output !== 'bin' && options.output !== 'hex') {
    throw new UserError(`"${options.output}" is not a form of output; encode writes bin and hex.`);
  }
  const { descriptor, notes } = await findRecord(options, io);
  const file = args[0] ?? '-';
  const text = new TextDecoder().decode(await readInput(file, io));
  const { bytes, diagnostics } = encodeJson(descriptor, text, file === '-' ? '<stdin>' : file);
  if (bytes === undefined) throw new UserError(`These values cannot be encoded as ${descriptor.type}.`, diagnostics);
  for (const note of notes) io.stderr(`${note.severity}: ${note.message}\n`);
  const output = options.output === 'hex' ? `${hexOf(bytes)}\n` : bytes;
  if (options.out === undefined) io.stdout(output);
  else await writeFile(resolve(io.cwd, options.out), output);
  return exitCodes.done;
}
