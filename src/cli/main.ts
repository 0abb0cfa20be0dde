/**
 * From argv to an exit code: finds the command, loads it, runs it, and turns what it throws into words.
 */

import { Command, CommanderError } from 'commander';
import { formatDiagnostic, printable, UndecidedError, UserError } from '../diagnostic.ts';
import type { CommandEntry } from './command.ts';
import { commands, completionSummary } from './commands.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';
import { version } from './version.ts';

const completion: CommandEntry = {
  name: 'completion',
  summary: completionSummary,
  load: () => import('./completion.ts'),
};

/** Runs one command line. Never throws; never ends the process. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  let result: ExitCode = exitCodes.done;
  const program = new Command('uabi')
    .description('Is this change to a Linux UAPI header an ABI break?')
    .version(version, '-V, --version')
    .showHelpAfterError('(uabi --help lists the commands)')
    .exitOverride()
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr });

  const wanted = argv.find((argument) => !argument.startsWith('-'));
  try {
    for (const entry of [...commands, completion]) {
      const command = program.command(entry.name).description(entry.summary);
      // Only the command that is called is loaded; the others are known by name and summary alone.
      if (entry.name === wanted || (wanted === 'help' && argv.includes(entry.name))) {
        await configure(command, entry, io, countAfterDashes(argv), (code) => {
          result = code;
        });
      }
    }
    await program.parseAsync([...argv], { from: 'user' });
    return result;
  } catch (error) {
    return explain(error, io);
  }
}

function countAfterDashes(argv: readonly string[]): number {
  const dashes = argv.indexOf('--');
  return dashes < 0 ? 0 : argv.length - dashes - 1;
}

async function configure(
  command: Command,
  entry: CommandEntry,
  io: Io,
  afterDashes: number,
  done: (code: ExitCode) => void,
): Promise<void> {
  const definition = await entry.load();
  definition.configure(command);
  command.showHelpAfterError(`(uabi ${entry.name} --help says what it takes)`);
  command.exitOverride().action(async () => {
    done(await definition.run(command.args, command.opts(), io, afterDashes));
  });
}

function explain(error: unknown, io: Io): ExitCode {
  if (error instanceof CommanderError) {
    // commander has already printed its message; asking for help or the version is not a mistake.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.wrongCall;
  }
  if (error instanceof UserError || error instanceof UndecidedError) {
    for (const diagnostic of error.diagnostics) io.stderr(`${formatDiagnostic(diagnostic)}\n`);
    io.stderr(`uabi: ${printable(error.message)}\n`);
    return error instanceof UserError ? exitCodes.wrongCall : exitCodes.undecided;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr(`uabi: this is a bug in uabi; please report it with the command that led here.\n${detail}\n`);
  return exitCodes.bug;
}
