/**
 * What a command is. Each lives in a file of its own that is loaded only when it is called: `uabi ioctl` must not pay for
 * the C front end.
 */

import type { Command as Commander } from 'commander';
import type { ExitCode, Io } from './io.ts';

export interface CommandDefinition {
  /** Adds arguments, options and examples to the (already named and summarised) command. */
  readonly configure: (command: Commander) => void;
  /**
   * Runs it. `args` are the positional arguments; `options` is what commander parsed, in the shape `configure` asked for:
   * a method, because only then may a command name that shape. `afterDashes` is how many of `args` stood after `--`.
   */
  run(args: readonly string[], options: object, io: Io, afterDashes: number): Promise<ExitCode>;
}

/** An entry of the command table: enough for `uabi --help`, with the code itself a lazy import away. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandDefinition>;
}
