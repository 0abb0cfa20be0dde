/**
 * The processors a kernel can run on, as QEMU 7.2 models them: what KVM asks of the host, as data.
 *
 * Identification registers are the values a guest (and KVM_GET_ONE_REG) sees: EL3 is absent, the GIC is a GICv3, SVE, MTE
 * and pointer authentication are hidden from a vCPU that was not given them, and KVM has set CSV2 and CSV3 where the
 * processor is known not to be vulnerable. Cortex-A57 and `max` were read from real kernels; the others follow QEMU's
 * tables and the kernel's lists of safe processors.
 */

import { UserError } from '../diagnostic.ts';

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
] as const;

export type CpuFeature = (typeof switchableFeatures)[number];

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
  readonly idAa64Pfr0: bigint;
  readonly idAa64Pfr1: bigint;
  readonly idAa64Mmfr0: bigint;
}

const armv8 = { breakpoints: 6, watchpoints: 4, target: 5 } as const;

function features(...names: readonly CpuFeature[]): ReadonlySet<CpuFeature> {
  return new Set(names);
}

const max: CpuModel = {
  ...armv8,
  name: 'max',
  features: features('ras', 'sve', 'pauth', 'bti', 'dit', 'ssbs', 'pan', 'uao', 'vhe', 'pmu', 'aarch32'),
  physicalAddressBits: 52,
  midr: 0xf0510n,
  idAa64Pfr0: 0x1101_0010_2111_0222n,
  idAa64Pfr1: 0x21n,
  idAa64Mmfr0: 0x323_1020_1126n,
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
    idAa64Pfr0: 0x1100_0000_0100_0222n,
    idAa64Pfr1: 0n,
    idAa64Mmfr0: 0x1122n,
  },
  {
    ...armv8,
    name: 'cortex-a57',
    features: features('pmu', 'aarch32'),
    physicalAddressBits: 44,
    target: 2,
    midr: 0x411f_d070n,
    idAa64Pfr0: 0x1000_0000_0100_0222n,
    idAa64Pfr1: 0n,
    idAa64Mmfr0: 0x1124n,
  },
  {
    ...armv8,
    name: 'cortex-a72',
    features: features('pmu', 'aarch32'),
    physicalAddressBits: 44,
    midr: 0x410f_d083n,
    idAa64Pfr0: 0x1000_0000_0100_0222n,
    idAa64Pfr1: 0n,
    idAa64Mmfr0: 0x1124n,
  },
  {
    ...armv8,
    name: 'cortex-a76',
    features: features('ras', 'pan', 'uao', 'ssbs', 'vhe', 'pmu'),
    physicalAddressBits: 40,
    midr: 0x414f_d0b1n,
    idAa64Pfr0: 0x1100_0000_1111_0112n,
    idAa64Pfr1: 0x10n,
    idAa64Mmfr0: 0x10_1122n,
  },
  {
    ...armv8,
    name: 'neoverse-n1',
    features: features('ras', 'pan', 'uao', 'ssbs', 'vhe', 'pmu'),
    physicalAddressBits: 48,
    midr: 0x414f_d0c1n,
    idAa64Pfr0: 0x1100_0000_1111_0112n,
    idAa64Pfr1: 0x20n,
    idAa64Mmfr0: 0x10_1125n,
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
