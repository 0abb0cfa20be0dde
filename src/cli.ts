#!/usr/bin/env node
/**
 * The process: argv in, exit code out. The only file that touches `process`. The program itself comes compiled, or from its
 * modules.
 *
 * The exit code goes through `process.exitCode`, never `process.exit`, which would cut a report that is still on its way
 * through a pipe. A reader that closes the pipe early (`uabi … | head`) has what it wanted: that is not an error.
 */

import { compiledProgram, storedProgram } from './cli/compiled-program.ts';
import { askEarly } from './cli/early-questions.ts';
import { exitCodes, type Io } from './cli/io.ts';
import { optimiseLater } from './cli/optimise-later.ts';

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

const argv = process.argv.slice(2);
// git works while the program is loaded.
const asked = askEarly(argv, process.cwd(), process.env);
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
  cwd: process.cwd(),
  env: process.env,
  isTerminal: { stdout: process.stdout.isTTY, stderr: process.stderr.isTTY },
  columns: process.stdout.columns,
  begun,
  expectLongRun: () => {
    optimiseLater(process.versions.v8, 'any');
  },
};

const compiled = stored === undefined ? undefined : compiledProgram(stored);
const { main } = compiled ?? (await import('./cli/main.ts'));
// Of revisions, most often little is read.
optimiseLater(process.versions.v8, begun === undefined ? 'any' : 'short');
const code = await main(argv, io);
begun?.stop();
process.exitCode = output.isCut ? exitCodes.wrongCall : code;
