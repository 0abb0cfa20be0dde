/**
 * `uabi simulate`: the simulated /dev/kvm from the command line.
 *
 * `matrix` runs programs built for old and new forms of a record on kernels of each. `run` runs a script. `serve` lends it
 * to unmodified programs, through the library that `client` prints. `probe` asks a real kernel. `--replay FILE` drives it with the inputs of a transcript of a real kernel and compares every answer.
 */

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Command, Option } from 'commander';
import { formatDiagnostic, printable, UndecidedError, UserError } from '../diagnostic.ts';
import { cpuModelNames, parseCpuModel } from '../kernel/cpu-models.ts';
import { parseKernelVersion, patchNames } from '../kernel/kernel-version.ts';
import { type ReplayReport, replayTranscript } from '../kernel/replay/replay.ts';
import { parseTranscript } from '../kernel/replay/transcript.ts';
import { formatTap, runScript } from '../kernel/scenario/run-script.ts';
import { parseScript } from '../kernel/scenario/script.ts';
import { selftests } from '../kernel/scenario/selftests.ts';
import { isX86Transcript, replayX86Transcript, x86VendorOf } from '../kernel/x86/replay.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';
import { buildClient } from './build-client.ts';
import { clientSource } from './simulate-client.ts';
import { matrixReport } from './simulate-matrix.ts';
import { probe } from './simulate-probe.ts';
import { serve } from './simulate-serve.ts';

const unzip = promisify(gunzip);

/** Mismatches and skips shown in full in the text report. */
const shownInText = 20;

interface Options {
  readonly type: string;
  readonly kernel?: string;
  readonly cpu: string;
  readonly replay?: string;
  readonly socket?: string;
  readonly device: string;
  readonly out?: string;
  readonly format: string;
}

export function configure(command: Command): void {
  command
    .argument('[what]', 'matrix: old and new programs on old and new kernels; run: a script; serve; client; probe')
    .argument('[script]', `for run: a file, - or a selftest (${[...selftests.keys()].join(', ')})`)
    .option('--type <record>', 'record the matrix is about', 'kvm_vcpu_events')
    .option('--kernel <version>', `kernel to simulate: 6.1 … 7.3, patches added with + (${patchNames.join(', ')})`)
    .option(
      '--cpu <model>',
      `processor: ${cpuModelNames.join(', ')}; features off with ,-NAME; of x86: svm, vmx, pvm`,
      'max',
    )
    .option('--replay <file>', 'transcript of a real kernel (.jsonl or .jsonl.gz; - for standard input)')
    .option('--socket <path>', 'for serve: the Unix socket to listen on')
    .option('--out <file>', "for client: build the library with the system's C compiler ($CC or cc)")
    .option('--device <path>', 'for probe: the device to ask', '/dev/kvm')
    .addOption(new Option('--format <format>', 'form of the report').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      `
Examples:
  uabi simulate --kernel 6.12 --cpu max --replay run.jsonl.gz
  uabi simulate matrix --type kvm_vcpu_events
  uabi simulate run sea_to_user --kernel 6.19
  uabi simulate probe > real.jsonl && uabi simulate --kernel 6.12 --cpu svm --replay real.jsonl
  uabi simulate client --out client.so
  uabi simulate serve --socket kvm.socket --kernel 6.12 &
  UABI_SOCKET=kvm.socket LD_PRELOAD=./client.so ./vmm
  uabi simulate --kernel 6.12+ext_abt_esr --cpu max,-pmu --replay run.jsonl --format json

Exits with 1 if an answer differs from the recorded one, with 3 if the transcript could not be read whole.`,
    );
}

export async function run(
  [what, script]: readonly string[],
  options: Readonly<Record<string, unknown>>,
  io: Io,
): Promise<ExitCode> {
  const { kernel, cpu, replay, format, type, out } = options as unknown as Options;
  if (what === 'matrix') {
    io.stdout(matrixReport(type, cpu, format));
    return exitCodes.done;
  }
  if (what === 'run') return runScriptFile(script, { kernel, cpu, format }, io);
  if (what === 'client') {
    if (out === undefined) io.stdout(clientSource);
    else await buildClient(out, io);
    return exitCodes.done;
  }
  if (what === 'serve') return serveUntilClosed(options as unknown as Options, io);
  if (what === 'probe') return probe((options as unknown as Options).device, io);
  if (what !== undefined) {
    throw new UserError(`There is nothing to simulate called "${what}"; known: matrix, run, serve, client, probe.`);
  }
  if (replay === undefined) throw new UserError('Say what to simulate: --replay FILE.');
  if (kernel === undefined) throw new UserError('Say which kernel to simulate: --kernel 6.12.');
  const version = parseKernelVersion(kernel);
  const transcript = parseTranscript(await readText(replay, io), replay);
  for (const diagnostic of transcript.diagnostics) io.stderr(`${formatDiagnostic(diagnostic)}\n`);
  if (transcript.records.length === 0) throw new UndecidedError(`${replay} holds no record of a transcript.`);
  const report = isX86Transcript(transcript.records)
    ? replayX86Transcript(transcript.records, version, x86VendorOf(cpu))
    : replayTranscript(transcript.records, version, parseCpuModel(cpu));
  if (format === 'json') {
    io.stdout(`${JSON.stringify({ schemaVersion: 1, kernel, cpu, ...report }, undefined, 2)}\n`);
  } else {
    io.stdout(describe(report, { kernel, cpu }));
  }
  return exitCodeOf(report, transcript.diagnostics.length > 0);
}

interface ScriptOptions {
  readonly kernel: string | undefined;
  readonly cpu: string;
  readonly format: string;
}

/** `uabi simulate run SCRIPT`: TAP, or the same results as JSON; 1 if a test fails. */
async function runScriptFile(
  name: string | undefined,
  { kernel, cpu, format }: ScriptOptions,
  io: Io,
): Promise<ExitCode> {
  if (name === undefined)
    throw new UserError(`Say what to run: a file, or one of ${[...selftests.keys()].join(', ')}.`);
  if (kernel === undefined) throw new UserError('Say which kernel to simulate: --kernel 6.12.');
  const script = parseScript(selftests.get(name) ?? (await readText(name, io)), name);
  if (script.diagnostics.length > 0) throw new UndecidedError(`${name} is not understood.`, script.diagnostics);
  if (script.tests.length === 0) throw new UndecidedError(`${name} holds no test.`);
  const machine = { version: parseKernelVersion(kernel), cpu: parseCpuModel(cpu) };
  let results: ReturnType<typeof runScript>;
  try {
    results = runScript(script, machine);
  } catch (error) {
    // What a script asks for is known to make no sense only when it is asked.
    if (error instanceof UserError) throw new UndecidedError(error.message, error.diagnostics);
    throw error;
  }
  io.stdout(
    format === 'json'
      ? `${JSON.stringify({ schemaVersion: 1, kernel, cpu, script: name, tests: results }, undefined, 2)}\n`
      : formatTap(results),
  );
  return results.some(({ outcome }) => outcome === 'not ok') ? exitCodes.findings : exitCodes.done;
}

/** `uabi simulate serve`: runs until it is stopped. */
async function serveUntilClosed({ kernel, cpu, socket }: Options, io: Io): Promise<ExitCode> {
  if (socket === undefined) throw new UserError('Say where to listen: --socket PATH.');
  if (kernel === undefined) throw new UserError('Say which kernel to simulate: --kernel 6.12.');
  const server = await serve(resolve(io.cwd, socket), {
    version: parseKernelVersion(kernel),
    cpu: parseCpuModel(cpu),
    onNote: (note) => {
      io.stderr(`${printable(note)}\n`);
    },
  });
  io.stderr(`uabi: /dev/kvm of ${kernel} on ${cpu} at ${printable(socket)}\n`);
  await once(server, 'close');
  return exitCodes.done;
}

function exitCodeOf(report: ReplayReport, isIncomplete: boolean): ExitCode {
  if (report.mismatched.length > 0) return exitCodes.findings;
  return isIncomplete ? exitCodes.undecided : exitCodes.done;
}

async function readText(path: string, io: Io): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = path === '-' ? await io.stdin() : await readFile(resolve(io.cwd, path));
    // gzip's magic number
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = await unzip(bytes);
  } catch (error) {
    throw new UndecidedError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return new TextDecoder().decode(bytes);
}

function describe(report: ReplayReport, names: { readonly kernel: string; readonly cpu: string }): string {
  const { steps, matched, skipped, mismatched } = report;
  const lines = [
    `kernel ${names.kernel} on ${names.cpu}: ${String(steps)} steps, ${String(matched)} matched, ` +
      `${String(skipped.length)} skipped, ${String(steps - matched - skipped.length)} different`,
  ];
  const reasons = new Map<string, number>();
  for (const { reason } of skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  for (const [reason, count] of reasons) lines.push(`  skipped ${String(count)}: ${reason}`);
  for (const { i, scenario, step, field, expected, actual } of mismatched.slice(0, shownInText)) {
    lines.push(`  #${String(i)} ${scenario}/${step} ${field}`, `    recorded  ${expected}`, `    simulated ${actual}`);
  }
  if (mismatched.length > shownInText) lines.push(`  … and ${String(mismatched.length - shownInText)} more`);
  return `${lines.map(printable).join('\n')}\n`;
}
