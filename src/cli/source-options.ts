/** The options that every command with a SOURCE takes. */

import type { Command } from 'commander';
import type { SourceOptions } from './open-source.ts';

export interface SourceFlags {
  readonly include?: readonly string[];
  readonly header?: readonly string[];
  readonly directory?: string;
}

export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

/** Adds `--include`, `--header` and `-C`. */
export function addSourceOptions(command: Command): Command {
  return command
    .option('--include <dir>', 'where <headers> are looked for, for headers that come alone (repeatable)', collect, [])
    .option('--header <name>', 'only this header, written as programs include it (repeatable)', collect, [])
    .option('-C, --directory <dir>', 'the git repository that revisions are of (default: the one around here)');
}

export function sourceOptionsOf(flags: SourceFlags): SourceOptions {
  return { includes: flags.include ?? [], headers: flags.header ?? [], gitDirectory: flags.directory };
}
