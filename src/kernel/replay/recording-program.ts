/**
 * What the recording program does without writing it down: how it prepares a machine for a step, and what it changes
 * between two calls.
 *
 * A transcript holds the calls and their answers; the program's own source is not part of it. These are its inputs, and only
 * inputs: nothing here is an answer of a kernel. Notes in the transcript say some of them in words; the rest is told apart by
 * scenario and step, as the program itself does.
 */

import type { BrokenPage } from '../user-memory.ts';

export const guestLayout = {
  ram: 0x4000_0000,
  ramSize: 0x1_0000,
  vectors: 0x4000_1000,
  results: 0x4000_2000,
  stack: 0x4000_8000n,
  brokenSlot: 0x0a00_0000,
  readOnlySlot: 0x5000_0000,
} as const;

export const registerIds = {
  x0: 0x6030_0000_0010_0000n,
  x1: 0x6030_0000_0010_0002n,
  spEl0: 0x6030_0000_0010_003en,
  pc: 0x6030_0000_0010_0040n,
  pstate: 0x6030_0000_0010_0042n,
  spEl1: 0x6030_0000_0010_0044n,
  elrEl1: 0x6030_0000_0010_0046n,
  spsrEl1: 0x6030_0000_0010_0048n,
  esrEl1: 0x6030_0000_0013_c290n,
  farEl1: 0x6030_0000_0013_c300n,
  vbarEl1: 0x6030_0000_0013_c600n,
} as const;

export type RegisterName = keyof typeof registerIds;

export interface HostAction {
  readonly registers?: Readonly<Partial<Record<RegisterName, bigint>>>;
  /** Puts eight equal bytes into kvm_run.mmio.data. */
  readonly mmioData?: number;
  /** What the user answers a forwarded hypercall with (kvm_run.hypercall.ret). */
  readonly hypercallResult?: number;
  /** Calls KVM_ARM_VCPU_INIT again, with the same features. */
  readonly initAgain?: true;
  /** A new machine with an initialised vCPU. */
  readonly newMachine?: true;
}

/** The scenarios this program has; what another one does between its calls is in no transcript. */
export const scenarios: ReadonlySet<string> = new Set([
  ...['main', 'env', 'sys', 'checkext', 'preinit', 'init', 'events', 'evptr', 'evseq', 'enablecap', 'memslot'],
  ...['mmio', 'dabt', 'byte3run', 'nisv', 'nisv2', 'serror', 'exits', 'romem', 'skip', 'sea'],
]);

type Call = 'RUN' | 'SET' | 'GET' | 'regs';

interface ActionRow {
  readonly at: string;
  /** The n-th such call of the step (from 1), before which the action happens. */
  readonly before: Call;
  readonly occurrence: number;
  readonly action: HostAction;
}

function row(at: string, before: Call, occurrence: number, action: HostAction): ActionRow {
  return { at, before, occurrence, action };
}

const answer5a: HostAction = { mmioData: 0x5a };

const actions: readonly ActionRow[] = [
  row('mmio/imm-exit-completes', 'RUN', 1, answer5a),
  row('mmio/setpc-at-mmio-exit', 'RUN', 1, { mmioData: 0x11, registers: { pc: 0x4000_0100n } }),
  row('dabt/after-mmio-load', 'RUN', 2, answer5a),
  row('dabt/with-serror-unmasked', 'SET', 1, { registers: { pstate: 0x2c5n } }),
  row('dabt/el0', 'regs', 1, { registers: { pstate: 0x3c0n } }),
  row('dabt/el1t', 'regs', 1, { registers: { pstate: 0x3c4n, spEl0: 0x4000_8000n } }),
  row('dabt/pstate-bits', 'regs', 1, { registers: { pstate: 0xf140_13c5n } }),
  row('dabt/pstate-il', 'regs', 1, { registers: { pstate: 0xf010_03c5n } }),
  row('byte3run/iabt-el0', 'SET', 1, { registers: { pstate: 0x3c0n } }),
  row('nisv/nisv-skip-by-user', 'RUN', 2, { registers: { x0: 0xfeedn, x1: 0xa00_0008n, pc: 0x4000_0010n } }),
  row('serror/imm-exit-keeps-pending', 'SET', 1, { registers: { pstate: 0x2c5n } }),
  row('skip/load', 'RUN', 2, answer5a),
  row('skip/load-exit-reason-cleared', 'RUN', 2, answer5a),
  row('evseq/reinit-clears', 'GET', 1, { initAgain: true }),
  row('evseq/double-dabt', 'regs', 1, {
    newMachine: true,
    registers: { pc: 0x4000_0000n, vbarEl1: 0x4000_1000n },
  }),
  row('evseq/dabt-then-setpc', 'SET', 1, { registers: { pc: 0x4000_0000n } }),
  row('evseq/dabt-then-setpc', 'regs', 1, { registers: { pc: 0x4000_0040n, vbarEl1: 0x4000_3000n } }),
  row('evseq/dabt-then-reinit', 'SET', 1, { registers: { pc: 0x4000_0000n } }),
  row('evseq/dabt-then-reinit', 'regs', 1, { initAgain: true }),
  row('exits/smccc-filter-user', 'RUN', 2, { hypercallResult: 0x7777 }),
  row('sea/serror-after-sea', 'SET', 1, { registers: { pstate: 0x2c5n } }),
];

/** What the program does before the n-th call of a kind in a step. */
export function actionsBefore(at: string, call: Call, occurrence: number): readonly HostAction[] {
  return actions
    .filter((one) => one.at === at && one.before === call && one.occurrence === occurrence)
    .map(({ action }) => action);
}

/** Registers the program sets before each step of the `events` scenario, so that a change is seen. */
export const eventsRegisters: HostAction['registers'] = {
  pc: 0x4000_0000n,
  spEl1: 0x4000_8000n,
  elrEl1: 0x1111_1111_1111_1111n,
  spsrEl1: 0x3c4n,
  esrEl1: 0x2222_2222n,
  farEl1: 0x3333_3333_3333_3333n,
  vbarEl1: 0x4000_1000n,
};

export interface MachineSetup {
  /** Feature word of KVM_ARM_VCPU_INIT. */
  readonly features: number;
  readonly enablesNisv: boolean;
  readonly hasReadOnlySlot: boolean;
  readonly pstate?: bigint;
}

/** How the machine of a step that runs a guest is made. */
export function setupOf(scenario: string, step: string): MachineSetup {
  const usesPsci02 = (step.startsWith('psci') && !step.startsWith('psci01')) || step.startsWith('system-suspend');
  const features = (usesPsci02 ? 4 : 0) | (step === 'init-power-off' ? 1 : 0);
  const enablesNisv = /^(nisv|nisv2|romem)$/.test(scenario) && /-on$|^nisv-skip-by-user$/.test(step);
  const pstate = startsAt.get(`${scenario}/${step}`);
  return { features, enablesNisv, hasReadOnlySlot: scenario === 'romem', ...(pstate === undefined ? {} : { pstate }) };
}

const startsAt = new Map<string, bigint>([
  ['sea/el0-load', 0x3c0n],
  ['sea/el0-exec', 0x3c0n],
  ['sea/s1-table-walk-unmasked', 0x2c5n],
]);

/** Guest code of steps that do not record it: it equals that of another step. */
export const unrecordedCode: ReadonlyMap<string, string> = new Map([
  ['exits/system-suspend-cap', '0140a1d20920a1d20080b8d2c00180f20100a8d2e20e80d2020000d4200100b900000014'],
  [
    'exits/smccc-filter-user',
    '0140a1d20920a1d200c0b85280468272210280d2420480d2630680d2020000d4200100b9a20000d400000014',
  ],
]);

/** KVM_ARM_VM_SMCCC_FILTER: function 0xc6001234, one function, forward to the user. */
export const smcccFilter = { base: 0xc600_1234, count: 1, action: 2 } as const;

/** Broken physical pages of the patched machine emulator, by host address. */
export function brokenPageAt(hostAddress: number): BrokenPage {
  const plain: BrokenPage = { faultStatus: 0x10, errorType: 0, farNotValid: false };
  switch (hostAddress) {
    case 0x0d00_1000:
      return { ...plain, farNotValid: true, far: 0xbad0_bad0_bad0_bad0n };
    case 0x0d00_2000:
      return { ...plain, faultStatus: 0x18 };
    case 0x0d00_3000:
      return { ...plain, errorType: 3 };
    case 0x0d00_4000:
      return { ...plain, errorType: 2, farNotValid: true };
    default:
      return plain;
  }
}
