/**
 * Register ids of KVM_GET_ONE_REG and KVM_SET_ONE_REG: number → name and back (Linux, Documentation/virt/kvm/api.rst §4.68,
 * and the arm64 UAPI header).
 *
 * | bits | arm64 |
 * |---|---|
 * | 63:60 | architecture: 6 is arm64 (x86 2, s390 5, riscv 8, loongarch 9, mips 7, ppc 1, arm 4) |
 * | 55:52 | log2 of the size in bytes |
 * | 27:16 | class: 0x10 core, 0x11 demux, 0x13 system register, 0x14 firmware, 0x15 SVE, 0x16 firmware features |
 * | 15:0 | core: offset in `struct kvm_regs` in units of 4 bytes; system register: op0, op1, CRn, CRm, op2 |
 */

import { encodingOf, systemRegisterOf } from './system-registers.ts';
import { counted } from '../diagnostic.ts';

export interface RegisterId {
  readonly id: bigint;
  readonly architecture: string;
  /** Size of the register; a core register read with another size is refused. */
  readonly sizeBytes: number;
  /** `core`, `system register`, `demux`, `firmware`, `SVE`, `firmware features`, or `unknown`. */
  readonly kind: string;
  /** `PC`, `x3`, `ESR_EL1`, `SVE Z0 slice 0`; `undefined` where the id names no register that is known. */
  readonly name: string | undefined;
  readonly warnings: readonly string[];
}

const architectures: Readonly<Record<number, string>> = {
  1: 'ppc',
  2: 'x86',
  3: 'ia64',
  4: 'arm',
  5: 's390',
  6: 'arm64',
  7: 'mips',
  8: 'riscv',
  9: 'loongarch',
};

const arm64 = 0x6000_0000_0000_0000n;
const sizeU32 = 0x0020_0000_0000_0000n;
const sizeU64 = 0x0030_0000_0000_0000n;
const sizeU128 = 0x0040_0000_0000_0000n;

interface CoreRegister {
  readonly name: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Members of arm64's `struct kvm_regs`, offsets in units of four bytes. */
const coreRegisters: readonly CoreRegister[] = [
  ...Array.from({ length: 31 }, (_, n) => ({ name: `x${String(n)}`, offset: 2 * n, sizeBytes: 8 })),
  ...['SP_EL0', 'PC', 'PSTATE', 'SP_EL1', 'ELR_EL1', 'SPSR_EL1', 'SPSR_ABT', 'SPSR_UND', 'SPSR_IRQ', 'SPSR_FIQ'].map(
    (name, n) => ({ name, offset: 62 + 2 * n, sizeBytes: 8 }),
  ),
  ...Array.from({ length: 32 }, (_, n) => ({ name: `v${String(n)}`, offset: 0x54 + 4 * n, sizeBytes: 16 })),
  { name: 'FPSR', offset: 0xd4, sizeBytes: 4 },
  { name: 'FPCR', offset: 0xd5, sizeBytes: 4 },
];

const coreByOffset: ReadonlyMap<number, CoreRegister> = new Map(coreRegisters.map((one) => [one.offset, one]));
const coreByName: ReadonlyMap<string, CoreRegister> = new Map(
  coreRegisters.map((one) => [one.name.toLowerCase(), one]),
);

const firmware: Readonly<Record<number, string>> = {
  0: 'PSCI_VERSION',
  1: 'SMCCC_ARCH_WORKAROUND_1',
  2: 'SMCCC_ARCH_WORKAROUND_2',
  3: 'SMCCC_ARCH_WORKAROUND_3',
};

const firmwareFeatures: Readonly<Record<number, string>> = {
  0: 'STD_BMAP',
  1: 'STD_HYP_BMAP',
  2: 'VENDOR_HYP_BMAP',
  3: 'VENDOR_HYP_BMAP_2',
};

/** Takes a register id apart. */
export function explainRegisterId(id: bigint): RegisterId {
  const bits = BigInt.asUintN(64, id);
  const field = (high: number, low: number): number =>
    Number((bits >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n));
  const architecture = architectures[field(63, 60)];
  const sizeBytes = 2 ** field(55, 52);
  const common = { id: bits, architecture: architecture ?? 'unknown', sizeBytes };
  if (architecture !== 'arm64') {
    const warnings = architecture === undefined ? [`no architecture has the number ${String(field(63, 60))}`] : [];
    return { ...common, kind: 'unknown', name: undefined, warnings };
  }
  const warnings: string[] = [];
  if (field(59, 56) !== 0 || field(51, 32) !== 0 || field(31, 28) !== 0)
    warnings.push('reserved bits of the id are set');
  const low = field(15, 0);
  switch (field(27, 16)) {
    case 0x10:
      return coreRegister(common, low, warnings);
    case 0x11:
      return {
        ...common,
        kind: 'demux',
        name: (low & 0xff00) === 0 ? `CCSIDR[${String(low & 0xff)}]` : undefined,
        warnings,
      };
    case 0x13:
      return { ...common, kind: 'system register', name: timerName(low) ?? systemRegisterOf(low), warnings };
    case 0x14:
      return { ...common, kind: 'firmware', name: firmware[low], warnings };
    case 0x15:
      return { ...common, kind: 'SVE', name: sveName(low), warnings };
    case 0x16:
      return { ...common, kind: 'firmware features', name: firmwareFeatures[low], warnings };
    default:
      return {
        ...common,
        kind: 'unknown',
        name: undefined,
        warnings: [...warnings, 'no class of registers has this number'],
      };
  }
}

function coreRegister(
  common: Pick<RegisterId, 'id' | 'architecture' | 'sizeBytes'>,
  offset: number,
  warnings: string[],
): RegisterId {
  const found = coreByOffset.get(offset);
  if (found !== undefined && found.sizeBytes !== common.sizeBytes) {
    warnings.push(
      `${found.name} has ${counted(found.sizeBytes, 'byte')}, the id says ${String(common.sizeBytes)}: the kernel refuses it with EINVAL`,
    );
  }
  if (found === undefined) warnings.push(`no core register starts at offset ${String(offset * 4)} of struct kvm_regs`);
  return { ...common, kind: 'core', name: found?.name, warnings };
}

// The ids of the virtual timer's compare value and counter were swapped in their first release and have stayed so: what the
// header calls CNT has the encoding of CNTV_CVAL_EL0, and the other way round.
const timerNames: ReadonlyMap<number, string> = new Map([
  [0xdf02, 'timer CVAL (at the encoding of CNTVCT_EL0)'],
  [0xdf1a, 'timer CNT (at the encoding of CNTV_CVAL_EL0)'],
]);

function timerName(encoding: number): string | undefined {
  return timerNames.get(encoding);
}

function sveName(low: number): string | undefined {
  const slice = `slice ${String(low & 0x1f)}`;
  if (low === 0xffff) return 'SVE VLS (vector lengths)';
  if (low < 0x400) return `SVE Z${String(low >> 5)} ${slice}`;
  if (low < 0x600) return `SVE P${String((low - 0x400) >> 5)} ${slice}`;
  return low < 0x620 ? `SVE FFR ${slice}` : undefined;
}

/** The arm64 id of a register name, in any case (`pc`, `X3`, `ESR_EL1`, `S3_0_C5_C2_0`); `undefined` if there is none. */
export function registerIdOf(name: string): bigint | undefined {
  const core = coreByName.get(name.toLowerCase());
  if (core !== undefined) {
    const size = core.sizeBytes === 8 ? sizeU64 : core.sizeBytes === 16 ? sizeU128 : sizeU32;
    return arm64 | size | 0x10_0000n | BigInt(core.offset);
  }
  const encoding = encodingOf(name.toUpperCase());
  return encoding === undefined ? undefined : arm64 | sizeU64 | 0x13_0000n | BigInt(encoding);
}

/** One line for the "meaning" column: `ESR_EL1 (arm64 system register, 8 bytes)`. */
export function registerIdText(id: bigint): string {
  const { architecture, kind, name, sizeBytes, warnings } = explainRegisterId(id);
  const what = kind === 'unknown' ? `${architecture} register` : `${architecture} ${kind}`;
  const text = `${name ?? 'unnamed'} (${what}, ${counted(sizeBytes, 'byte')})`;
  return warnings.length === 0 ? text : `${text}; ${warnings.join('; ')}`;
}
