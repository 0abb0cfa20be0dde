/**
 * Syndromes of trapped and undefined instructions and of debug exceptions (Arm ARM, "ISS encoding for an exception from …").
 */

import { bit, type BitRange, choice, plain, registerNumber } from './syndrome-bits.ts';

const conditionCodes = [
  'EQ',
  'NE',
  'CS',
  'CC',
  'MI',
  'PL',
  'VS',
  'VC',
  'HI',
  'LS',
  'GE',
  'LT',
  'GT',
  'LE',
  'AL',
  'NV',
] as const;

/** The condition of a trapped AArch32 instruction; AArch64 ones have COND 0xe and CV 1. */
const condition: readonly BitRange[] = [
  bit('CV', 24, 'whether COND is valid', 'COND is not valid', 'COND is valid'),
  {
    ...plain('COND', 23, 20, 'condition code of the instruction'),
    explain: (value) => conditionCodes[value] ?? 'reserved value',
  },
];

const systemDirection = bit(
  'Direction',
  0,
  'direction of the transfer',
  'write to the register',
  'read of the register',
);

export const wfxLayout: readonly BitRange[] = [
  ...condition,
  registerNumber('RN', 9, 5, 'register that holds the timeout (WFIT, WFET)'),
  bit('RV', 2, 'whether RN is valid', 'RN is not valid', 'RN is valid'),
  choice('TI', 1, 0, 'which instruction', { 0: 'WFI', 1: 'WFE', 2: 'WFIT', 3: 'WFET' }),
];

/** MCR and MRC to coprocessors 14, 15 and 10. */
export const mcrLayout: readonly BitRange[] = [
  ...condition,
  plain('Opc2', 19, 17, 'second opcode'),
  plain('Opc1', 16, 14, 'first opcode'),
  plain('CRn', 13, 10, 'coprocessor register n'),
  registerNumber('Rt', 9, 5, 'register that is transferred'),
  plain('CRm', 4, 1, 'coprocessor register m'),
  bit('Direction', 0, 'direction of the transfer', 'write (MCR)', 'read (MRC)'),
];

/** MCRR and MRRC. */
export const mcrrLayout: readonly BitRange[] = [
  ...condition,
  plain('Opc1', 19, 16, 'first opcode'),
  registerNumber('Rt2', 14, 10, 'second register that is transferred'),
  registerNumber('Rt', 9, 5, 'first register that is transferred'),
  plain('CRm', 4, 1, 'coprocessor register m'),
  bit('Direction', 0, 'direction of the transfer', 'write (MCRR)', 'read (MRRC)'),
];

/** LDC and STC to coprocessor 14. */
export const ldcLayout: readonly BitRange[] = [
  ...condition,
  plain('imm8', 19, 12, 'offset of the address'),
  registerNumber('Rn', 9, 5, 'register that holds the address'),
  bit('Offset', 4, 'sign of the offset', 'subtracted', 'added'),
  choice('AM', 3, 1, 'addressing mode', {
    0: 'immediate unindexed',
    1: 'immediate post-indexed',
    2: 'immediate offset',
    3: 'immediate pre-indexed',
    4: 'literal unindexed',
    6: 'literal offset',
  }),
  bit('Direction', 0, 'direction of the transfer', 'to memory (STC)', 'from memory (LDC)'),
];

/** Access to floating point, SIMD or SVE while it is disabled. */
export const conditionLayout: readonly BitRange[] = condition;

export const ls64Layout: readonly BitRange[] = [
  choice('instruction', 24, 0, 'which instruction', { 0: 'ST64BV', 1: 'ST64BV0', 2: 'LD64B or ST64B' }),
];

export const btiLayout: readonly BitRange[] = [plain('BTYPE', 1, 0, 'PSTATE.BTYPE, the kind of branch that was taken')];

/** SVC and HVC, from AArch32 and AArch64, and SMC from AArch64. */
export const callLayout: readonly BitRange[] = [plain('imm16', 15, 0, 'immediate of the instruction')];

export const smc32Layout: readonly BitRange[] = [
  ...condition,
  bit('CCKNOWNPASS', 19, 'whether CV and COND say anything', 'the instruction is unconditional', 'conditional'),
];

/** MSR, MRS and system instructions. */
export const systemRegisterLayout: readonly BitRange[] = [
  plain('Op0', 21, 20, 'op0 of the register'),
  plain('Op2', 19, 17, 'op2 of the register'),
  plain('Op1', 16, 14, 'op1 of the register'),
  plain('CRn', 13, 10, 'CRn of the register'),
  registerNumber('Rt', 9, 5, 'register that is transferred'),
  plain('CRm', 4, 1, 'CRm of the register'),
  systemDirection,
];

/** MSRR, MRRS and SYSP (FEAT_SYSREG128): an even register and the one after it. */
export const systemRegister128Layout: readonly BitRange[] = [
  plain('Op0', 21, 20, 'op0 of the register'),
  plain('Op2', 19, 17, 'op2 of the register'),
  plain('Op1', 16, 14, 'op1 of the register'),
  plain('CRn', 13, 10, 'CRn of the register'),
  plain('Rt', 9, 6, 'half the number of the first register of the pair'),
  plain('CRm', 4, 1, 'CRm of the register'),
  systemDirection,
];

export const eretLayout: readonly BitRange[] = [
  bit('ERET', 1, 'whether the return authenticates the address', 'ERET', 'ERETAA or ERETAB'),
  bit('ERETA', 0, 'which key', 'A key (if it authenticates)', 'B key'),
];

export const tstartLayout: readonly BitRange[] = [registerNumber('Rd', 9, 5, 'destination of TSTART')];

export const fpacLayout: readonly BitRange[] = [
  bit('key', 1, 'instruction or data key', 'instruction key', 'data key'),
  bit('AB', 0, 'A or B key', 'A key', 'B key'),
];

export const smeLayout: readonly BitRange[] = [
  choice('SMTC', 2, 0, 'why it trapped', {
    0: 'access to SME is trapped',
    1: 'illegal in streaming mode (PSTATE.SM is 1)',
    2: 'needs streaming mode (PSTATE.SM is 0)',
    3: 'needs ZA (PSTATE.ZA is 0)',
    4: 'access to ZT0 is trapped',
  }),
];

/** Memory copy and set instructions (FEAT_MOPS). */
export const mopsLayout: readonly BitRange[] = [
  bit('MemInst', 24, 'copy or set', 'copy (CPY…)', 'set (SET…)'),
  bit('isSETG', 23, 'whether tags are set as well', 'no', 'SETG…'),
  plain('Options', 22, 19, 'options of the instruction'),
  bit('FromEpilogue', 18, 'which part of the sequence', 'main part', 'epilogue'),
  bit('WrongOption', 17, 'whether PSTATE.C has the wrong option', 'no', 'wrong option'),
  bit('OptionA', 16, 'which option the processor uses', 'option B', 'option A'),
  registerNumber('destreg', 14, 10, 'destination address'),
  registerNumber('srcreg', 9, 5, 'source address, or data'),
  registerNumber('sizereg', 4, 0, 'number of bytes'),
];

/** Floating point exceptions from AArch32 and AArch64. */
export const floatLayout: readonly BitRange[] = [
  bit('TFV', 23, 'whether the bits below say which exception', 'not said which', 'valid'),
  plain('VECITR', 10, 8, 'vector iteration (AArch32)'),
  bit('IDF', 7, 'input denormal', 'no', 'input denormal'),
  bit('IXF', 4, 'inexact', 'no', 'inexact'),
  bit('UFF', 3, 'underflow', 'no', 'underflow'),
  bit('OFF', 2, 'overflow', 'no', 'overflow'),
  bit('DZF', 1, 'division by zero', 'no', 'division by zero'),
  bit('IOF', 0, 'invalid operation', 'no', 'invalid operation'),
];

/** Guarded control stack (FEAT_GCS). */
export const gcsLayout: readonly BitRange[] = [
  choice('ExType', 23, 20, 'what went wrong', {
    0: 'return address does not match',
    1: 'EXLOCK',
    2: 'trapped GCSSTR or GCSSTTR',
  }),
  registerNumber('Raddr', 14, 10, 'register with the address (GCSSTR)'),
  registerNumber('Rvalue', 9, 5, 'register with the value, or the target of the return'),
  choice('IT', 4, 0, 'which instruction', {
    0: 'RET',
    1: 'GCSPOPM',
    2: 'RETAA',
    3: 'RETAB',
    4: 'GCSSS1',
    5: 'GCSSS2',
    6: 'GCSPOPCX',
    7: 'GCSPOPX',
  }),
];

const debugStatus = choice('IFSC', 5, 0, 'fault status code', { 0x22: 'debug exception' });

/** Breakpoint and vector catch. */
export const breakpointLayout: readonly BitRange[] = [debugStatus];

export const stepLayout: readonly BitRange[] = [
  bit('ISV', 24, 'whether EX is valid', 'EX is not valid', 'EX is valid'),
  bit('EX', 6, 'whether a load-exclusive was stepped', 'other instruction', 'load-exclusive'),
  debugStatus,
];

/** BKPT and BRK. */
export const breakInstructionLayout: readonly BitRange[] = [plain('Comment', 15, 0, 'immediate of the instruction')];

export const profilingLayout: readonly BitRange[] = [
  bit('SYNC', 0, 'synchronous or asynchronous', 'asynchronous', 'synchronous'),
];
