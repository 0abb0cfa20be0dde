/**
 * Syndrome registers of Arm processors, explained in full: what happened, and what each bit of ESR_ELx says.
 *
 * | bits | field |
 * |---|---|
 * | 63:56 | reserved |
 * | 55:32 | ISS2, more about the same |
 * | 31:26 | EC, the class of the exception |
 * | 25 | IL, length of the instruction: 0 is 16 bits |
 * | 24:0 | ISS, which means something else in every class |
 *
 * KVM's interface also carries bare ISS values: `serror_esr` (an SError's), `arm_nisv.esr_iss` and the proposed
 * `ext_abt_esr` (an abort's). Reserved bits that are set are a warning, never a refusal: processors are newer than manuals.
 */

import { dataFaultStatus, instructionFaultStatus } from './fault-status.ts';
import { dataAbortLayout, serrorLayout } from './syndrome-aborts.ts';
import { type BitRange, bitsOf, choice, cut, plain, type SyndromeField } from './syndrome-bits.ts';
import { assignedClasses, type ExceptionClass, exceptionClass } from './syndrome-classes.ts';
import { systemRegisterName } from './system-registers.ts';
import { counted } from '../diagnostic.ts';

/** What a value is the syndrome of. `ISS` is an abort's without EC; `SERROR_ISS` an SError's. */
export type SyndromeRegister = 'ESR_EL1' | 'ESR_EL2' | 'ISS' | 'SERROR_ISS';

export const syndromeRegisters: readonly SyndromeRegister[] = ['ESR_EL1', 'ESR_EL2', 'ISS', 'SERROR_ISS'];

export interface Syndrome {
  readonly register: SyndromeRegister;
  readonly value: bigint;
  /** One sentence without a full stop. */
  readonly summary: string;
  /** From bit 63 down; every bit is in exactly one of them. */
  readonly fields: readonly SyndromeField[];
  /** What should not be so: reserved bits, unassigned classes, an IL no processor writes. */
  readonly warnings: readonly string[];
}

/** Explains a syndrome value, taken as 64 bits wide. */
export function explainSyndrome(register: SyndromeRegister, value: bigint): Syndrome {
  const bits = BigInt.asUintN(64, value);
  switch (register) {
    case 'ESR_EL1':
    case 'ESR_EL2':
      return explainRegister(register, bits);
    case 'ISS':
      return explainBareIss(register, bits, dataAbortLayout(bits), `abort syndrome: ${abortSummary(bits, true)}`);
    case 'SERROR_ISS':
      return explainBareIss(register, bits, serrorLayout(bits), serrorSummary(bits));
    default:
      return register satisfies never;
  }
}

function explainBareIss(
  register: SyndromeRegister,
  bits: bigint,
  layout: readonly BitRange[],
  summary: string,
): Syndrome {
  const fields = [...cut(bits, 63, 25, []), ...cut(bits, 24, 0, layout)];
  return { register, value: bits, summary, fields, warnings: reservedWarnings(fields, 'ISS') };
}

function explainRegister(register: 'ESR_EL1' | 'ESR_EL2', bits: bigint): Syndrome {
  const code = Number(bitsOf(bits, 31, 26));
  const found = exceptionClass(code);
  // A 32-bit value that was stored in a signed int on its way: EC of any abort has the top bit set.
  const isSignExtended = bitsOf(bits, 63, 31) === (1n << 33n) - 1n;
  const classLayout: BitRange[] = [
    { ...plain('EC', 31, 26, 'class of the exception'), explain: () => className(register, found) },
    choice('IL', 25, 25, 'length of the trapped instruction', { 0: '16 bits', 1: '32 bits, or no single instruction' }),
  ];
  const fields = [
    ...(isSignExtended ? [signExtension(bits)] : cut(bits, 63, 56, [])),
    ...(isSignExtended ? [] : cut(bits, 55, 32, found?.iss2 ?? [], 32)),
    ...cut(bits, 31, 25, classLayout),
    ...cut(bits, 24, 0, found?.iss(bits) ?? [plain('ISS', 24, 0, 'syndrome of an unassigned class')]),
  ];
  const warnings = reservedWarnings(fields, register);
  if (isSignExtended) {
    const low = bitsOf(bits, 31, 0).toString(16);
    warnings.push(`bits 63:32 are all ones: 0x${low} was sign-extended on its way, as KVM did up to Linux 6.1`);
  }
  if (found === undefined) {
    warnings.push(`EC 0x${code.toString(16)} is not assigned; known are ${String(assignedClasses().length)} of 64`);
  }
  const describesInstruction = found?.name === 'data abort' && bitsOf(bits, 24, 24) === 1n;
  if (found?.isAlwaysLong === true && !describesInstruction && bitsOf(bits, 25, 25) === 0n) {
    warnings.push(
      `IL is 0, where a processor writes 1 for ${withArticle(found.name)}: KVM injects it so (a virtual CPU that has not trapped yet, or an SError that it delivers itself)`,
    );
  }
  return { register, value: bits, summary: summaryOf(register, bits, code, found), fields, warnings };
}

function signExtension(bits: bigint): SyndromeField {
  const doc = 'copies of bit 31';
  return {
    name: 'sign',
    high: 63,
    low: 32,
    value: bitsOf(bits, 63, 32),
    doc,
    meaning: 'sign-extended from 32 bits',
    isReserved: false,
  };
}

function reservedWarnings(fields: readonly SyndromeField[], register: string): string[] {
  return fields
    .filter(({ isReserved, value }) => isReserved && value !== 0n)
    .map(({ high, low, value }) => {
      const range = high === low ? `bit ${String(high)}` : `bits ${String(high)}:${String(low)}`;
      return `${range} of ${register} should be zero here, but hold 0x${value.toString(16)}`;
    });
}

function className(register: 'ESR_EL1' | 'ESR_EL2', found: ExceptionClass | undefined): string {
  if (found === undefined) return 'unassigned class';
  if (found.from === undefined) return found.name;
  const level = register === 'ESR_EL1' ? { lower: 'EL0', same: 'EL1' } : { lower: 'EL0 or EL1', same: 'EL2' };
  return `${found.name} from ${level[found.from]}`;
}

function summaryOf(
  register: 'ESR_EL1' | 'ESR_EL2',
  bits: bigint,
  code: number,
  found: ExceptionClass | undefined,
): string {
  const name = className(register, found);
  switch (code) {
    case 0x24:
    case 0x25:
      return `${name}, ${abortSummary(bits, true)}`;
    case 0x20:
    case 0x21:
      return `${name}, ${abortSummary(bits, false)}`;
    case 0x2f:
      return serrorSummary(bits);
    case 0x18:
      return `${name}: ${systemRegisterAccess(bits)}`;
    case 0x11:
    case 0x12:
    case 0x15:
    case 0x16:
    case 0x17:
    case 0x38:
    case 0x3c:
      return `${name}, immediate 0x${bitsOf(bits, 15, 0).toString(16)}`;
    case 0x01:
      return `trapped ${['WFI', 'WFE', 'WFIT', 'WFET'][Number(bitsOf(bits, 1, 0))] ?? 'WFI'}`;
    default:
      return found === undefined ? `unassigned exception class 0x${code.toString(16)}` : name;
  }
}

function systemRegisterAccess(bits: bigint): string {
  const part = (high: number, low: number): number => Number(bitsOf(bits, high, low));
  const name = systemRegisterName(part(21, 20), part(16, 14), part(13, 10), part(4, 1), part(19, 17));
  const transfer = part(9, 5) === 31 ? 'xzr' : `x${String(part(9, 5))}`;
  return part(0, 0) === 1 ? `read of ${name} to ${transfer}` : `write of ${transfer} to ${name}`;
}

function abortSummary(bits: bigint, isData: boolean): string {
  const part = (high: number, low: number): number => Number(bitsOf(bits, high, low));
  const status = isData ? dataFaultStatus(part(5, 0)) : instructionFaultStatus(part(5, 0));
  const words: string[] = [];
  if (isData) words.push(accessSummary(part));
  words.push(status.text);
  if (part(7, 7) === 1) words.push('during a stage 1 table walk');
  if (part(5, 0) === 0x10) {
    if (part(10, 10) === 1) words.push('FAR not valid');
    if (part(12, 11) === 2) words.push('uncontainable');
    if (part(12, 11) === 3) words.push('restartable');
  }
  return words.join(', ');
}

function accessSummary(part: (high: number, low: number) => number): string {
  const isWrite = part(6, 6) === 1;
  if (part(8, 8) === 1) return 'cache maintenance or address translation';
  if (part(24, 24) === 0) return isWrite ? 'write' : 'read';
  const size = 1 << part(23, 22);
  const width = part(15, 15) === 1 ? 'x' : 'w';
  const register = part(20, 16) === 31 ? `${width}zr` : `${width}${String(part(20, 16))}`;
  const bytes = counted(size, 'byte');
  const extended = part(21, 21) === 1 ? ', sign-extended' : '';
  return isWrite ? `write of ${bytes} from ${register}` : `read of ${bytes} into ${register}${extended}`;
}

function serrorSummary(bits: bigint): string {
  if (bitsOf(bits, 24, 24) === 1n) {
    const rest = bitsOf(bits, 23, 0);
    return rest === 0n ? 'SError, no details given' : `SError, implementation defined 0x${rest.toString(16)}`;
  }
  if (bitsOf(bits, 5, 0) !== 0x11n) return bitsOf(bits, 24, 0) === 0n ? 'SError, uncategorized' : 'SError';
  const state = cut(bits, 24, 0, serrorLayout(bits)).find(({ name }) => name === 'AET');
  return `SError, asynchronous, ${state?.meaning ?? 'state not said'}`;
}

function withArticle(name: string): string {
  return /^[aeiouS]/.test(name) ? `an ${name}` : `a ${name}`;
}
