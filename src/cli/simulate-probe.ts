/**
 * `uabi simulate probe`: asks a real /dev/kvm what the simulated one is asked, and prints the transcript.
 *
 * The transcript is in the format `--replay` reads, so one command more says where the simulation differs from this host.
 */

import { machine, release, type } from 'node:os';
import { printable, UndecidedError, UserError } from '../diagnostic.ts';
import { errnoName } from '../kernel/errno.ts';
import { arm64Program } from '../kernel/recording/arm64-program.ts';
import type { ProgramScenario } from '../kernel/recording/program.ts';
import { recordTranscript } from '../kernel/recording/record.ts';
import { x86Program } from '../kernel/recording/x86-program.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';
import { loadRealKernel } from './real-kernel.ts';

/**
 * Prints a transcript of `device`.
 *
 * @throws UserError if koffi is missing or the processor is neither x86 nor arm64.
 * @throws UndecidedError if the device cannot be opened.
 */
export async function probe(device: string, io: Io): Promise<ExitCode> {
  const kernel = await loadRealKernel();
  const lines = recordTranscript(
    kernel,
    programFor(machine()),
    { sysname: type(), release: release(), machine: machine() },
    device,
  );
  if ('kind' in lines) {
    const why = lines.kind === 'unopened' ? `cannot be opened (${errnoName(lines.errno)})` : 'is no KVM';
    throw new UndecidedError(`${device} ${why}: there is no real kernel to ask.`);
  }
  io.stdout(`${lines.join('\n')}\n`);
  return exitCodes.done;
}

/** The questions for a processor, by the name uname gives it. */
function programFor(name: string): readonly ProgramScenario[] {
  if (name === 'x86_64') return x86Program();
  if (name === 'aarch64') return arm64Program();
  throw new UserError(`There are no questions for a ${printable(name)} processor; known: x86_64, aarch64.`);
}
