/**
 * Exception classes: bits 31:26 of ESR_ELx (Arm ARM, table of EC values), each with the layouts of its ISS and ISS2.
 */

import {
  dataAbortIss2,
  dataAbortLayout,
  granuleCheckLayout,
  instructionAbortIss2,
  instructionAbortLayout,
  serrorLayout,
  watchpointLayout,
} from './syndrome-aborts.ts';
import { bit, type BitRange, plain } from './syndrome-bits.ts';
import {
  breakInstructionLayout,
  breakpointLayout,
  btiLayout,
  callLayout,
  conditionLayout,
  eretLayout,
  floatLayout,
  fpacLayout,
  gcsLayout,
  ldcLayout,
  ls64Layout,
  mcrLayout,
  mcrrLayout,
  mopsLayout,
  profilingLayout,
  smc32Layout,
  smeLayout,
  stepLayout,
  systemRegister128Layout,
  systemRegisterLayout,
  tstartLayout,
  wfxLayout,
} from './syndrome-traps.ts';

export interface ExceptionClass {
  /** `data abort`, without the level it came from. */
  readonly name: string;
  /** Where it came from, for the classes that come in pairs. */
  readonly from?: 'lower' | 'same';
  readonly iss: (register: bigint) => readonly BitRange[];
  readonly iss2: readonly BitRange[];
  /** The architecture always has IL = 1 here (for a data abort, only if ISV is 0). */
  readonly isAlwaysLong: boolean;
}

const noFields: readonly BitRange[] = [];
const watchpointIss2: readonly BitRange[] = [
  bit('GCS', 8, 'access to a guarded control stack', 'no', 'guarded control stack access'),
];

function fixed(name: string, layout: readonly BitRange[], isAlwaysLong = false): ExceptionClass {
  return { name, iss: () => layout, iss2: noFields, isAlwaysLong };
}

function pair(lower: number, one: Omit<ExceptionClass, 'from'>): readonly (readonly [number, ExceptionClass])[] {
  return [
    [lower, { ...one, from: 'lower' }],
    [lower + 1, { ...one, from: 'same' }],
  ];
}

const classes: ReadonlyMap<number, ExceptionClass> = new Map<number, ExceptionClass>([
  [0x00, fixed('unknown reason', noFields, true)],
  [0x01, fixed('trapped WFI or WFE', wfxLayout)],
  [0x03, fixed('trapped MCR or MRC to CP15', mcrLayout)],
  [0x04, fixed('trapped MCRR or MRRC to CP15', mcrrLayout)],
  [0x05, fixed('trapped MCR or MRC to CP14', mcrLayout)],
  [0x06, fixed('trapped LDC or STC to CP14', ldcLayout)],
  [0x07, fixed('access to SVE, SIMD or floating point while disabled', conditionLayout)],
  [0x08, fixed('trapped VMRS of an ID register (CP10)', mcrLayout)],
  [0x09, fixed('trapped pointer authentication', noFields)],
  [0x0a, fixed('trapped LD64B or ST64B', ls64Layout)],
  [0x0c, fixed('trapped MRRC to CP14', mcrrLayout)],
  [0x0d, fixed('branch target exception', btiLayout)],
  [0x0e, fixed('illegal execution state', noFields, true)],
  [0x11, fixed('SVC from AArch32', callLayout)],
  [0x12, fixed('HVC from AArch32', callLayout)],
  [0x13, fixed('trapped SMC from AArch32', smc32Layout)],
  [0x14, fixed('trapped MSRR, MRRS or SYSP', systemRegister128Layout)],
  [0x15, fixed('SVC from AArch64', callLayout)],
  [0x16, fixed('HVC from AArch64', callLayout)],
  [0x17, fixed('trapped SMC from AArch64', callLayout)],
  [0x18, fixed('trapped MSR, MRS or system instruction', systemRegisterLayout)],
  [0x19, fixed('access to SVE while disabled', noFields)],
  [0x1a, fixed('trapped ERET', eretLayout)],
  [0x1b, fixed('trapped TSTART', tstartLayout)],
  [0x1c, fixed('pointer authentication failure', fpacLayout)],
  [0x1d, fixed('access to SME while disabled', smeLayout)],
  [0x1e, fixed('granule protection check', granuleCheckLayout, true)],
  [0x1f, fixed('implementation defined exception to EL3', [plain('IMPDEF', 24, 0, 'implementation defined')])],
  ...pair(0x20, {
    name: 'instruction abort',
    iss: instructionAbortLayout,
    iss2: instructionAbortIss2,
    isAlwaysLong: true,
  }),
  [0x22, fixed('PC alignment fault', noFields, true)],
  ...pair(0x24, { name: 'data abort', iss: dataAbortLayout, iss2: dataAbortIss2, isAlwaysLong: true }),
  [0x26, fixed('SP alignment fault', noFields, true)],
  [0x27, fixed('memory copy or set exception', mopsLayout)],
  [0x28, fixed('floating point exception from AArch32', floatLayout)],
  [0x2c, fixed('floating point exception from AArch64', floatLayout)],
  [0x2d, fixed('guarded control stack exception', gcsLayout)],
  [0x2f, { name: 'SError', iss: serrorLayout, iss2: noFields, isAlwaysLong: true }],
  ...pair(0x30, { name: 'breakpoint', iss: () => breakpointLayout, iss2: noFields, isAlwaysLong: true }),
  ...pair(0x32, { name: 'software step', iss: () => stepLayout, iss2: noFields, isAlwaysLong: true }),
  ...pair(0x34, { name: 'watchpoint', iss: () => watchpointLayout, iss2: watchpointIss2, isAlwaysLong: true }),
  [0x38, fixed('BKPT instruction from AArch32', breakInstructionLayout)],
  [0x3a, fixed('vector catch from AArch32', breakpointLayout, true)],
  [0x3c, fixed('BRK instruction from AArch64', breakInstructionLayout)],
  [0x3d, fixed('profiling exception', profilingLayout)],
]);

/** The class of an EC value; `undefined` for the ones the architecture has not assigned. */
export function exceptionClass(code: number): ExceptionClass | undefined {
  return classes.get(code);
}

/** All assigned EC values, ascending. */
export function assignedClasses(): readonly number[] {
  return [...classes.keys()].sort((a, b) => a - b);
}
