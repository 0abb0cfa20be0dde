/**
 * The processors a kernel can run on, as QEMU 7.2 models them: what KVM asks of the host, as data.
 *
 * Values of identification registers are the hardware's, from QEMU's tables of processors; a64/identification.ts says what a
 * guest sees of them.
 */

import { UserError } from '../diagnostic.ts';
import type { KernelVersion } from './kernel-version.ts';

/** What can be switched off in a model: `max,-pmu`. */
const switchableFeatures = [
  'ras',
  'sve',
  'pauth',
  'bti',
  'dit',
  'ssbs',
  'pan',
  'uao',
  'mte',
  'vhe',
  'pmu',
  'aarch32',
  'doublefault2',
] as const;

export type CpuFeature = (typeof switchableFeatures)[number];

/** What the processor says of itself, and what Linux knows of it. */
export interface HardwareIdentification {
  readonly idAa64Pfr0: bigint;
  readonly idAa64Pfr1: bigint;
  readonly idAa64Mmfr0: bigint;
  /** On Linux's list of processors whose branch prediction cannot be steered (Spectre 2), though CSV2 does not say so. */
  readonly hasSafeBranches: boolean;
  /** On Linux's list of processors that need no page table isolation (Meltdown), though CSV3 does not say so. */
  readonly hidesKernelMemory: boolean;
}

export interface CpuModel {
  readonly name: string;
  readonly features: ReadonlySet<CpuFeature>;
  /** Bits of a physical address; kernels that do not use LPA2 see at most 48. */
  readonly physicalAddressBits: number;
  readonly breakpoints: number;
  readonly watchpoints: number;
  /** KVM_ARM_TARGET_* of kernels that named processors (6.1): 5 is "generic". */
  readonly target: number;
  readonly midr: bigint;
  readonly hardware: HardwareIdentification;
}

const armv8 = { breakpoints: 6, watchpoints: 4, target: 5 } as const;

function features(...names: readonly CpuFeature[]): ReadonlySet<CpuFeature> {
  return new Set(names);
}

/** Processors of 2012 to 2015: no feature registers beyond v8.0's, EL3 present, the GIC not in system registers. */
const early = { idAa64Pfr0: 0x2222n, idAa64Pfr1: 0n, hidesKernelMemory: true } as const;

/** Cortex-A76 and Neoverse N1 differ in little: AArch64 only above EL0, RAS, CSV2 and CSV3. */
const v82 = { idAa64Pfr0: 0x1100_0000_1011_1112n, hasSafeBranches: false, hidesKernelMemory: false } as const;

const max: CpuModel = {
  ...armv8,
  name: 'max',
  features: features('ras', 'sve', 'pauth', 'bti', 'dit', 'ssbs', 'pan', 'uao', 'vhe', 'pmu', 'aarch32'),
  physicalAddressBits: 52,
  midr: 0xf0510n,
  hardware: {
    // CSV2_2, which KVM cuts to 1; SVE and EL3, which guests do not see
    idAa64Pfr0: 0x1201_0011_2111_2222n,
    idAa64Pfr1: 0x21n,
    idAa64Mmfr0: 0x323_1020_1126n,
    hasSafeBranches: false,
    hidesKernelMemory: false,
  },
};

const models: readonly CpuModel[] = [
  max,
  { ...max, name: 'max-nvhe', features: new Set([...max.features].filter((name) => name !== 'vhe')) },
  {
    ...armv8,
    name: 'cortex-a53',
    features: features('pmu', 'aarch32'),
    physicalAddressBits: 40,
    target: 4,
    midr: 0x410f_d034n,
    hardware: { ...early, idAa64Mmfr0: 0x1122n, hasSafeBranches: true },
  },
  {
    ...armv8,
    name: 'cortex-a57',
    features: features('pmu', 'aarch32'),
    physicalAddressBits: 44,
    target: 2,
    midr: 0x411f_d070n,
    hardware: { ...early, idAa64Mmfr0: 0x1124n, hasSafeBranches: false },
  },
  {
    ...armv8,
    name: 'cortex-a72',
    features: features('pmu', 'aarch32'),
    physicalAddressBits: 44,
    midr: 0x410f_d083n,
    hardware: { ...early, idAa64Mmfr0: 0x1124n, hasSafeBranches: false },
  },
  {
    ...armv8,
    name: 'cortex-a76',
    features: features('ras', 'pan', 'uao', 'ssbs', 'vhe', 'pmu'),
    physicalAddressBits: 40,
    midr: 0x414f_d0b1n,
    hardware: { ...v82, idAa64Pfr1: 0x10n, idAa64Mmfr0: 0x10_1122n },
  },
  {
    ...armv8,
    name: 'neoverse-n1',
    features: features('ras', 'pan', 'uao', 'ssbs', 'vhe', 'pmu'),
    physicalAddressBits: 48,
    midr: 0x414f_d0c1n,
    hardware: { ...v82, idAa64Pfr1: 0x20n, idAa64Mmfr0: 0x10_1125n },
  },
];

export const cpuModelNames: readonly string[] = models.map(({ name }) => name);

/**
 * Reads `max`, `cortex-a57`, `max,-pmu`, `max,-vhe,-sve`.
 *
 * @throws UserError if the model or a feature is unknown.
 */
export function parseCpuModel(text: string): CpuModel {
  const [name = '', ...changes] = text.split(',');
  const model = models.find((one) => one.name === name);
  if (model === undefined) throw new UserError(`There is no CPU model "${name}"; known: ${cpuModelNames.join(', ')}.`);
  const chosen = new Set(model.features);
  for (const change of changes) {
    const feature = switchableFeatures.find((one) => one === change.slice(1));
    if (feature === undefined || !/^[+-]/.test(change)) {
      throw new UserError(
        `"${change}" changes no feature; write -NAME or +NAME with ${switchableFeatures.join(', ')}.`,
      );
    }
    if (change.startsWith('-')) chosen.delete(feature);
    else chosen.add(feature);
  }
  return { ...model, features: chosen };
}

/** The processor as a kernel lets its guests see it: SCTLR2_EL1 and FEAT_DoubleFault2 are handled since 6.17. */
export function guestModel(cpu: CpuModel, version: KernelVersion): CpuModel {
  if (version.isAtLeast(6, 17) || !cpu.features.has('doublefault2')) return cpu;
  return { ...cpu, features: new Set([...cpu.features].filter((name) => name !== 'doublefault2')) };
}
