/**
 * Old and new programs on old and new kernels: what each combination gets from KVM_SET_VCPU_EVENTS.
 *
 * Programs are written for one form of the record; careful ones clear all 64 bytes, sloppy ones leave garbage in the bytes
 * their form calls pad, or clear only `sizeof(exception)` of their form. A cell is `as meant` if the guest meets exactly what
 * the program asked for, `refused` if the kernel said no and nothing happened, and `otherwise` if something else happened:
 * the cell an ABI must not have.
 */

import type { CpuModel } from './cpu-models.ts';
import { type KernelVersion, parseKernelVersion } from './kernel-version.ts';
import { describeOutcome, type EventsOutcome, tryEvents } from './probe-events.ts';

export interface EventsProgram {
  readonly name: string;
  /** Form of the record it was built with. */
  readonly builtFor: string;
  readonly bytes: Uint8Array;
  /** What the guest should meet, told apart by exception class and ISS. */
  readonly wants: (outcome: EventsOutcome) => boolean;
}

export type CellVerdict = 'as meant' | 'refused' | 'otherwise';

export interface MatrixCell {
  readonly program: string;
  readonly builtFor: string;
  readonly kernel: string;
  readonly outcome: string;
  readonly verdict: CellVerdict;
}

/** One kernel for every form of the record. */
export const matrixKernels: readonly { readonly form: string; readonly version: KernelVersion }[] = [
  { form: 'serror', version: parseKernelVersion('4.19') },
  { form: 'v1', version: parseKernelVersion('6.12') },
  { form: 'iabt', version: parseKernelVersion('6.12+iabt') },
  { form: 'ext_abt_esr', version: parseKernelVersion('6.12+ext_abt_esr') },
];

function record(...fields: readonly (readonly [at: number, value: number])[]): Uint8Array {
  const bytes = new Uint8Array(64);
  for (const [at, value] of fields) bytes[at] = value;
  return bytes;
}

/** A program that clears `cleared` bytes and then sets its fields; the rest is what the stack held. */
function sloppy(cleared: number, ...fields: readonly (readonly [at: number, value: number])[]): Uint8Array {
  const bytes = new Uint8Array(64).fill(0x5a, cleared);
  for (const [at, value] of fields) bytes[at] = value;
  return bytes;
}

const onlySError = ({ error, takenSyndrome, pendingSError }: EventsOutcome): boolean =>
  error === '' && takenSyndrome === undefined && pendingSError !== undefined;

function onlyAbort(exceptionClass: number, iss: bigint): (outcome: EventsOutcome) => boolean {
  return ({ error, takenSyndrome, pendingSError }) =>
    error === '' &&
    pendingSError === undefined &&
    takenSyndrome !== undefined &&
    Number(takenSyndrome >> 26n) === exceptionClass &&
    (takenSyndrome & 0x1ff_ffffn) === iss;
}

const dataAbort = onlyAbort(0x25, 0x10n);
const instructionAbort = onlyAbort(0x21, 0x10n);
/** ESR bits 0x1c0c700 ORed with the fault status the kernel sets. */
const seededAbort = onlyAbort(0x25, 0x1c0_c710n);

export const matrixPrograms: readonly EventsProgram[] = [
  { name: 'SError, careful', builtFor: 'serror', bytes: record([0, 1]), wants: onlySError },
  { name: 'SError, garbage in pad', builtFor: 'serror', bytes: record([0, 1], [2, 1], [5, 7]), wants: onlySError },
  { name: 'SError, only byte 2 dirty', builtFor: 'serror', bytes: record([0, 1], [2, 1]), wants: onlySError },
  { name: 'SError, only byte 3 dirty', builtFor: 'serror', bytes: record([0, 1], [3, 1]), wants: onlySError },
  { name: 'SError, clears exception only', builtFor: 'serror', bytes: sloppy(16, [0, 1]), wants: onlySError },
  { name: 'data abort, careful', builtFor: 'v1', bytes: record([2, 1]), wants: dataAbort },
  { name: 'data abort, garbage in pad', builtFor: 'v1', bytes: record([2, 1], [3, 1], [6, 9]), wants: dataAbort },
  { name: 'data abort, only byte 4 dirty', builtFor: 'v1', bytes: record([2, 1], [4, 1]), wants: dataAbort },
  { name: 'data abort, clears exception only', builtFor: 'v1', bytes: sloppy(16, [2, 1]), wants: dataAbort },
  {
    name: 'data abort, words 0 and 1 of reserved dirty',
    builtFor: 'v1',
    bytes: record([2, 1], [16, 0x23], [17, 1]),
    wants: dataAbort,
  },
  { name: 'instruction abort, careful', builtFor: 'iabt', bytes: record([3, 1]), wants: instructionAbort },
  {
    name: 'instruction abort, clears exception only',
    builtFor: 'iabt',
    bytes: sloppy(16, [3, 1]),
    wants: instructionAbort,
  },
  {
    name: 'data abort with syndrome, careful',
    builtFor: 'ext_abt_esr',
    bytes: record([2, 1], [4, 1], [17, 0xc7], [18, 0xc0], [19, 1]),
    wants: seededAbort,
  },
  {
    name: 'data abort with syndrome, clears exception only',
    builtFor: 'ext_abt_esr',
    bytes: sloppy(24, [2, 1], [4, 1], [17, 0xc7], [18, 0xc0], [19, 1]),
    wants: seededAbort,
  },
];

/** Runs every program on every kernel. */
export function runEventsMatrix(cpu: CpuModel): readonly MatrixCell[] {
  return matrixPrograms.flatMap((program) =>
    matrixKernels.map(({ form, version }) => {
      const outcome = tryEvents(program.bytes, version, cpu);
      return {
        program: program.name,
        builtFor: program.builtFor,
        kernel: `${form} (${version.toString()})`,
        outcome: describeOutcome(outcome),
        verdict: judge(program, outcome),
      };
    }),
  );
}

function judge(program: EventsProgram, outcome: EventsOutcome): CellVerdict {
  if (program.wants(outcome)) return 'as meant';
  const isUntouched = outcome.takenSyndrome === undefined && outcome.pendingSError === undefined;
  return outcome.error !== '' && isUntouched ? 'refused' : 'otherwise';
}
