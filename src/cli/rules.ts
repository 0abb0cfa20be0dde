/** `uabi rules`: the rule catalogue. */

import type { Command } from 'commander';
import { UserError } from '../diagnostic.ts';
import { rulesJson, rulesText } from '../report/rules-text.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';

export function configure(command: Command): void {
  command
    .option('--format <format>', 'text or json', 'text')
    .addHelpText('after', '\nuabi explain RULE says why a rule exists, with an example and the way out.');
}

export function run(_args: readonly string[], options: { readonly format: string }, io: Io): Promise<ExitCode> {
  if (options.format !== 'text' && options.format !== 'json') {
    throw new UserError(`"${options.format}" is not a format; rules has text and json.`);
  }
  io.stdout(options.format === 'json' ? rulesJson() : rulesText());
  return Promise.resolve(exitCodes.done);
}
