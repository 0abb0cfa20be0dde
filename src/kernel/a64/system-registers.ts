/**
 * The system registers a guest at EL1 or EL0 reads and writes.
 *
 * A register is named by its encoding `op0<<14 | op1<<11 | CRn<<7 | CRm<<3 | op2`, which is also the low half of the id
 * KVM_GET_ONE_REG knows it by. Registers KVM traps and does not know make it inject an undefined-instruction exception.
 */

/** Packs the five fields of an encoding. */
export function systemRegister(op0: number, op1: number, crn: number, crm: number, op2: number): number {
  return (op0 << 14) | (op1 << 11) | (crn << 7) | (crm << 3) | op2;
}

export const sysreg = {
  MIDR_EL1: 0xc000,
  MPIDR_EL1: 0xc005,
  ID_AA64PFR0_EL1: 0xc020,
  ID_AA64PFR1_EL1: 0xc021,
  ID_AA64MMFR0_EL1: 0xc038,
  ID_AA64MMFR3_EL1: 0xc03b,
  SCTLR_EL1: 0xc080,
  ACTLR_EL1: 0xc081,
  CPACR_EL1: 0xc082,
  SCTLR2_EL1: 0xc083,
  TTBR0_EL1: 0xc100,
  TTBR1_EL1: 0xc101,
  TCR_EL1: 0xc102,
  SPSR_EL1: 0xc200,
  ELR_EL1: 0xc201,
  SP_EL0: 0xc208,
  SPSEL: 0xc210,
  CURRENTEL: 0xc212,
  PAN: 0xc213,
  UAO: 0xc214,
  AFSR0_EL1: 0xc288,
  AFSR1_EL1: 0xc289,
  ESR_EL1: 0xc290,
  FAR_EL1: 0xc300,
  PAR_EL1: 0xc3a0,
  MAIR_EL1: 0xc510,
  AMAIR_EL1: 0xc518,
  VBAR_EL1: 0xc600,
  ISR_EL1: 0xc608,
  DISR_EL1: 0xc609,
  CONTEXTIDR_EL1: 0xc681,
  TPIDR_EL1: 0xc684,
  CNTKCTL_EL1: 0xc708,
  NZCV: 0xda10,
  DAIF: 0xda11,
  DIT: 0xda15,
  SSBS: 0xda16,
  FPCR: 0xda20,
  FPSR: 0xda21,
  TPIDR_EL0: 0xde82,
  TPIDRRO_EL0: 0xde83,
  CNTVCT_EL0: 0xdf02,
  IFSR32_EL2: 0xe281,
} as const;

/** Plain storage: what was written is what is read. */
export const storedRegisters: ReadonlySet<number> = new Set([
  sysreg.SCTLR_EL1,
  sysreg.CPACR_EL1,
  sysreg.TTBR0_EL1,
  sysreg.TTBR1_EL1,
  sysreg.TCR_EL1,
  sysreg.AFSR0_EL1,
  sysreg.AFSR1_EL1,
  sysreg.ESR_EL1,
  sysreg.FAR_EL1,
  sysreg.PAR_EL1,
  sysreg.MAIR_EL1,
  sysreg.AMAIR_EL1,
  sysreg.VBAR_EL1,
  sysreg.CONTEXTIDR_EL1,
  sysreg.TPIDR_EL1,
  sysreg.CNTKCTL_EL1,
  sysreg.TPIDR_EL0,
  sysreg.TPIDRRO_EL0,
  sysreg.ELR_EL1,
  sysreg.SPSR_EL1,
  sysreg.FPCR,
  sysreg.FPSR,
]);

/** Those an EL0 program may use. */
export const el0Registers: ReadonlySet<number> = new Set([
  sysreg.NZCV,
  sysreg.DIT,
  sysreg.SSBS,
  sysreg.FPCR,
  sysreg.FPSR,
  sysreg.TPIDR_EL0,
  sysreg.TPIDRRO_EL0,
]);
