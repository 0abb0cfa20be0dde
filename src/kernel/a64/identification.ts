/**
 * Identification registers as a guest (and KVM_GET_ONE_REG) sees them: what the hardware says, minus what KVM hides.
 *
 * The machine has no EL3 and a GICv3. KVM hides SVE, MTE, activity monitors and memory partitioning from a vCPU that was not
 * given them, says that branch prediction is safe (CSV2) and memory not leaked to user mode (CSV3) where it knows the
 * processor to be unaffected, and never promises more than CSV2 = 1 (arch/arm64/kvm/sys_regs.c). A feature that was switched
 * on or off in the model shows in its field.
 */

import type { CpuFeature, CpuModel } from '../cpu-models.ts';
import { sysreg } from './system-registers.ts';

/** Replaces the four bits from `shift` on. */
function withField(value: bigint, shift: bigint, field: bigint): bigint {
  return (value & ~(0xfn << shift)) | (field << shift);
}

function field(value: bigint, shift: bigint): bigint {
  return (value >> shift) & 0xfn;
}

/** 0 without the feature; with it what the hardware says, or the smallest number that means "there". */
function presence(cpu: CpuModel, feature: CpuFeature, hardware: bigint, least = 1n): bigint {
  if (!cpu.features.has(feature)) return 0n;
  return hardware > least ? hardware : least;
}

const pfr0 = {
  el1: 4n,
  el3: 12n,
  gic: 24n,
  ras: 28n,
  sve: 32n,
  mpam: 40n,
  amu: 44n,
  dit: 48n,
  csv2: 56n,
  csv3: 60n,
} as const;

function idAa64Pfr0(cpu: CpuModel): bigint {
  let value = cpu.hardware.idAa64Pfr0;
  value = withField(value, pfr0.el1, cpu.features.has('aarch32') ? 2n : 1n);
  for (const hidden of [pfr0.el3, pfr0.sve, pfr0.mpam, pfr0.amu]) value = withField(value, hidden, 0n);
  value = withField(value, pfr0.gic, 1n);
  value = withField(value, pfr0.ras, presence(cpu, 'ras', field(value, pfr0.ras)));
  value = withField(value, pfr0.dit, presence(cpu, 'dit', field(value, pfr0.dit)));
  const { hasSafeBranches, hidesKernelMemory } = cpu.hardware;
  if (hasSafeBranches || field(value, pfr0.csv2) > 0n) value = withField(value, pfr0.csv2, 1n);
  if (hidesKernelMemory || field(value, pfr0.csv3) > 0n) value = withField(value, pfr0.csv3, 1n);
  return value;
}

const pfr1 = { bt: 0n, ssbs: 4n, mte: 8n, df2: 56n } as const;

function idAa64Pfr1(cpu: CpuModel): bigint {
  let value = withField(cpu.hardware.idAa64Pfr1, pfr1.mte, 0n);
  value = withField(value, pfr1.bt, presence(cpu, 'bti', field(value, pfr1.bt)));
  value = withField(value, pfr1.ssbs, presence(cpu, 'ssbs', field(value, pfr1.ssbs)));
  return withField(value, pfr1.df2, presence(cpu, 'doublefault2', 0n));
}

const mmfr3SctlrX = 4n;

/** The value, or `undefined` for an identification register that is not simulated. */
export function identification(cpu: CpuModel, encoding: number): bigint | undefined {
  switch (encoding) {
    case sysreg.MIDR_EL1:
      return cpu.midr;
    case sysreg.MPIDR_EL1:
      // One processor, number 0: only RES1.
      return 0x8000_0000n;
    case sysreg.ID_AA64PFR0_EL1:
      return idAa64Pfr0(cpu);
    case sysreg.ID_AA64PFR1_EL1:
      return idAa64Pfr1(cpu);
    case sysreg.ID_AA64MMFR0_EL1:
      return cpu.hardware.idAa64Mmfr0;
    case sysreg.ID_AA64MMFR3_EL1:
      return cpu.features.has('doublefault2') ? 1n << mmfr3SctlrX : undefined;
    default:
      return undefined;
  }
}

/** MIDR, MPIDR and the block of feature registers, AArch32's included. */
export function isIdentification(encoding: number): boolean {
  return encoding === sysreg.MIDR_EL1 || encoding === sysreg.MPIDR_EL1 || (encoding >= 0xc008 && encoding <= 0xc03f);
}
