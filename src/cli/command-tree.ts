/**
 * All commands at once, fully configured: what shell completion and the man page are made from, so that neither can tell of
 * an option that is not there.
 */

import { Command, type Option } from 'commander';
import { targetNames } from '../abi/target.ts';
import { lintRules } from '../verdict/lint/rules.ts';
import { rules } from '../verdict/rules.ts';
import type { CommandEntry } from './command.ts';
import { commands } from './commands.ts';

export interface CommandPage {
  readonly command: Command;
  /** Notes and examples, as they follow the options in `--help`. */
  readonly notes: string;
}

/** `last`: the command that asks, which the table does not hold. */
export async function loadCommandTree(last: CommandEntry): Promise<CommandPage[]> {
  const program = new Command('uabi');
  const pages: CommandPage[] = [];
  for (const entry of [...commands, last]) {
    const command = program.command(entry.name).description(entry.summary);
    (await entry.load()).configure(command);
    pages.push({ command, notes: notesOf(command) });
  }
  return pages;
}

/** commander keeps what `addHelpText` was given to itself; it comes out where help is written. */
function notesOf(command: Command): string {
  let written = '';
  command.configureOutput({
    writeOut: (text) => {
      written += text;
    },
  });
  command.outputHelp();
  return written.slice(command.helpInformation().length).trim();
}

/** The words an option takes, where it takes one of a few. */
export function wordsOfOption(option: Option): readonly string[] {
  if (option.long === '--target') return ['all', ...targetNames];
  return option.required || option.optional ? listedIn(option.description) : [];
}

/** The words the first argument of a command can be, where it is one of a few. */
export function wordsOfArgument(command: Command): readonly string[] {
  if (command.name() === 'explain') return [...rules.keys(), ...lintRules.keys()];
  return listedIn(command.registeredArguments[0]?.description ?? '');
}

/** Descriptions end in what is allowed: `text, json`, `one of: a, b`, `exit with 1 from this verdict on: a, b (default: a)`. */
function listedIn(description: string): readonly string[] {
  const list =
    description
      .replace(/\([^()]*\)/g, '')
      .split(':')
      .at(-1) ?? '';
  const words = list.split(/,| or /).map((word) => word.trim().replace(/^"(.*)"$/, '$1'));
  return words.length > 1 && words.every((word) => /^[a-z][a-z0-9-]*$/.test(word)) ? words : [];
}
