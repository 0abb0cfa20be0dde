/** `uabi schema NAME`: the JSON Schema of something uabi reads or prints. */

import type { Command } from 'commander';
import { nearestWord } from '../abi/suggest.ts';
import { UserError } from '../diagnostic.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';

/** Every published schema; each is loaded only when it is asked for. */
const schemas: ReadonlyMap<string, () => Promise<object>> = new Map([
  ['check', async () => (await import('../report/check-schema.ts')).checkSchema],
  ['check-line', async () => (await import('../report/check-schema.ts')).checkLineSchema],
  ['decode', async () => (await import('../report/decode-schema.ts')).decodeSchema],
  ['decode-line', async () => (await import('../report/decode-schema.ts')).decodeLineSchema],
  ['decode-diff', async () => (await import('../report/decode-schema.ts')).decodeDiffSchema],
  ['snapshot', async () => (await import('../abi/snapshot-schema.ts')).snapshotSchema],
  ['lint', async () => (await import('../report/lint-schema.ts')).lintSchema],
  ['config', async () => (await import('../verdict/policy/config-schema.ts')).configSchema],
  ['waivers', async () => (await import('../verdict/policy/waiver-file.ts')).waiverSchema],
  ['layout-file', async () => (await import('../abi/definition/schema.ts')).layoutSchema],
]);

export function configure(command: Command): void {
  const names = [...schemas.keys()].join(', ');
  command
    .argument('<name>', `one of: ${names}`)
    .addHelpText('after', '\nExample:\n  uabi schema check > check.schema.json');
}

export async function run(args: readonly string[], _options: unknown, io: Io): Promise<ExitCode> {
  const [name = ''] = args;
  const names = [...schemas.keys()];
  const load = schemas.get(name);
  if (load === undefined) {
    const nearest = nearestWord(name, names);
    throw new UserError(
      `There is no schema "${name}"; ${nearest === undefined ? `there are ${names.join(', ')}` : `did you mean ${nearest}?`}`,
    );
  }
  io.stdout(`${JSON.stringify(await load(), undefined, 2)}\n`);
  return exitCodes.done;
}
