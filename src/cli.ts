#!/usr/bin/env node
/**
 * The process: argv in, exit code out. The only file that touches `process`. The program itself comes compiled, or from its
 * modules.
 *
 * The exit code goes through `process.exitCode`: `process.exit` would cut a report that is still on its way through a pipe, so it is
 * called only once all has left. A reader that closes the pipe early (`uabi … | head`) has what it wanted: that is not an error.
 */

import { compiledProgram, storedProgram } from './cli/compiled-program.ts';
import { askEarly } from './cli/early-questions.ts';
import { prepareEngine } from './cli/engine-flags.ts';
import { type ExitCode, exitCodes, type Io } from './cli/io.ts';

// A report that could not be written (a full disk behind `>`) must not look like a verdict; stdout may fail after main ended.
const output = { isCut: false };
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' || output.isCut) return;
  output.isCut = true;
  process.exitCode = exitCodes.wrongCall;
  process.stderr.write(`uabi: standard output cannot be written: ${error.code ?? error.message}.\n`);
});
// Nobody is left to be told.
process.stderr.on('error', () => undefined);

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** A closed pipe never drains, and nobody waits for it. */
async function standardOutputDrained(): Promise<void> {
  if (!process.stdout.writableNeedDrain || process.stdout.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      process.stdout.off('drain', done);
      process.stdout.off('close', done);
      resolve();
    };
    process.stdout.once('drain', done);
    process.stdout.once('close', done);
  });
}

/** Whether all that was written to a stream so far has left. */
function hasLeft(stream: NodeJS.WriteStream): Promise<boolean> {
  return new Promise((resolve) => {
    stream.write('', (error) => {
      resolve(error === undefined || error === null);
    });
  });
}

/** `undefined` where the directory one stands in is gone, and no path can start at it. */
function currentDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function runIn(cwd: string): Promise<ExitCode> {
  const argv = process.argv.slice(2);
  // git works while the program is loaded.
  const asked = askEarly(argv, cwd, process.env);
  const stored = storedProgram(new URL('.', import.meta.url), process);
  const begun = await asked;
  const io: Io = {
    stdout: (text) => {
      process.stdout.write(text);
    },
    drained: standardOutputDrained,
    stderr: (text) => {
      process.stderr.write(text);
    },
    stdin: readStandardInput,
    stdinChunks: () => process.stdin as AsyncIterable<Uint8Array>,
    cwd,
    env: process.env,
    isTerminal: { stdout: process.stdout.isTTY, stderr: process.stderr.isTTY },
    columns: process.stdout.columns,
    begun,
    expectRun: (length) => {
      prepareEngine(process.versions.v8, length);
    },
  };
  const compiled = stored === undefined ? undefined : compiledProgram(stored);
  const { main } = compiled ?? (await import('./cli/main.ts'));
  prepareEngine(process.versions.v8, begun === undefined ? 'any' : 'perhaps short');
  const code = await main(argv, io);
  begun?.stop();
  return code;
}

const directory = currentDirectory();
if (directory === undefined) {
  process.stderr.write('uabi: The current directory does not exist any more: change to one that does.\n');
  process.exitCode = exitCodes.wrongCall;
} else {
  const code = await runIn(directory);
  process.exitCode = output.isCut ? exitCodes.wrongCall : code;
}
// To leave the heap as it lies is faster than to take it apart. What could not be written is told first (above).
if ((await hasLeft(process.stdout)) && (await hasLeft(process.stderr))) process.exit();
