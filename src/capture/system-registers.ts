/**
 * Names of AArch64 system registers by their encoding: op0, op1, CRn, CRm, op2 (Arm ARM, "System register encoding").
 *
 * Those that KVM's ONE_REG interface lists or that a guest commonly traps on; any other is written in the assembler's
 * generic form `S3_0_C1_C0_1`, which names it just as well.
 */

// name, CRm, op2 of op0 3, op1 0, CRn 0
// prettier-ignore
const idRegisters: readonly (readonly [string, number, number])[] = [
  ['ID_PFR0_EL1', 1, 0], ['ID_PFR1_EL1', 1, 1], ['ID_DFR0_EL1', 1, 2], ['ID_AFR0_EL1', 1, 3],
  ['ID_MMFR0_EL1', 1, 4], ['ID_MMFR1_EL1', 1, 5], ['ID_MMFR2_EL1', 1, 6], ['ID_MMFR3_EL1', 1, 7],
  ['ID_ISAR0_EL1', 2, 0], ['ID_ISAR1_EL1', 2, 1], ['ID_ISAR2_EL1', 2, 2], ['ID_ISAR3_EL1', 2, 3],
  ['ID_ISAR4_EL1', 2, 4], ['ID_ISAR5_EL1', 2, 5], ['ID_MMFR4_EL1', 2, 6], ['ID_ISAR6_EL1', 2, 7],
  ['MVFR0_EL1', 3, 0], ['MVFR1_EL1', 3, 1], ['MVFR2_EL1', 3, 2], ['ID_PFR2_EL1', 3, 4],
  ['ID_DFR1_EL1', 3, 5], ['ID_MMFR5_EL1', 3, 6], ['ID_AA64PFR0_EL1', 4, 0], ['ID_AA64PFR1_EL1', 4, 1],
  ['ID_AA64PFR2_EL1', 4, 2], ['ID_AA64ZFR0_EL1', 4, 4], ['ID_AA64SMFR0_EL1', 4, 5], ['ID_AA64FPFR0_EL1', 4, 7],
  ['ID_AA64DFR0_EL1', 5, 0], ['ID_AA64DFR1_EL1', 5, 1], ['ID_AA64AFR0_EL1', 5, 4], ['ID_AA64AFR1_EL1', 5, 5],
  ['ID_AA64ISAR0_EL1', 6, 0], ['ID_AA64ISAR1_EL1', 6, 1], ['ID_AA64ISAR2_EL1', 6, 2], ['ID_AA64ISAR3_EL1', 6, 3],
  ['ID_AA64MMFR0_EL1', 7, 0], ['ID_AA64MMFR1_EL1', 7, 1], ['ID_AA64MMFR2_EL1', 7, 2], ['ID_AA64MMFR3_EL1', 7, 3],
  ['ID_AA64MMFR4_EL1', 7, 4],
];

// name, op0, op1, CRn, CRm, op2
// prettier-ignore
const others: readonly (readonly [string, number, number, number, number, number])[] = [
  ['MDCCINT_EL1', 2, 0, 0, 2, 0], ['MDSCR_EL1', 2, 0, 0, 2, 2], ['OSDTRRX_EL1', 2, 0, 0, 0, 2],
  ['OSDTRTX_EL1', 2, 0, 0, 3, 2], ['OSECCR_EL1', 2, 0, 0, 6, 2], ['OSLAR_EL1', 2, 0, 1, 0, 4],
  ['OSLSR_EL1', 2, 0, 1, 1, 4], ['OSDLR_EL1', 2, 0, 1, 3, 4], ['DBGPRCR_EL1', 2, 0, 1, 4, 4],
  ['DBGVCR32_EL2', 2, 4, 0, 7, 0],
  ['MIDR_EL1', 3, 0, 0, 0, 0], ['MPIDR_EL1', 3, 0, 0, 0, 5], ['REVIDR_EL1', 3, 0, 0, 0, 6],
  ['SCTLR_EL1', 3, 0, 1, 0, 0], ['ACTLR_EL1', 3, 0, 1, 0, 1], ['CPACR_EL1', 3, 0, 1, 0, 2],
  ['SCTLR2_EL1', 3, 0, 1, 0, 3], ['RGSR_EL1', 3, 0, 1, 0, 5], ['GCR_EL1', 3, 0, 1, 0, 6],
  ['ZCR_EL1', 3, 0, 1, 2, 0], ['TRFCR_EL1', 3, 0, 1, 2, 1], ['SMPRI_EL1', 3, 0, 1, 2, 4],
  ['SMCR_EL1', 3, 0, 1, 2, 6], ['TTBR0_EL1', 3, 0, 2, 0, 0], ['TTBR1_EL1', 3, 0, 2, 0, 1],
  ['TCR_EL1', 3, 0, 2, 0, 2], ['TCR2_EL1', 3, 0, 2, 0, 3], ['APIAKEYLO_EL1', 3, 0, 2, 1, 0],
  ['APIAKEYHI_EL1', 3, 0, 2, 1, 1], ['APIBKEYLO_EL1', 3, 0, 2, 1, 2], ['APIBKEYHI_EL1', 3, 0, 2, 1, 3],
  ['APDAKEYLO_EL1', 3, 0, 2, 2, 0], ['APDAKEYHI_EL1', 3, 0, 2, 2, 1], ['APDBKEYLO_EL1', 3, 0, 2, 2, 2],
  ['APDBKEYHI_EL1', 3, 0, 2, 2, 3], ['APGAKEYLO_EL1', 3, 0, 2, 3, 0], ['APGAKEYHI_EL1', 3, 0, 2, 3, 1],
  ['SPSR_EL1', 3, 0, 4, 0, 0], ['ELR_EL1', 3, 0, 4, 0, 1], ['SP_EL0', 3, 0, 4, 1, 0],
  ['ICC_PMR_EL1', 3, 0, 4, 6, 0], ['AFSR0_EL1', 3, 0, 5, 1, 0], ['AFSR1_EL1', 3, 0, 5, 1, 1],
  ['ESR_EL1', 3, 0, 5, 2, 0], ['ERRIDR_EL1', 3, 0, 5, 3, 0], ['ERRSELR_EL1', 3, 0, 5, 3, 1],
  ['ERXFR_EL1', 3, 0, 5, 4, 0], ['ERXCTLR_EL1', 3, 0, 5, 4, 1], ['ERXSTATUS_EL1', 3, 0, 5, 4, 2],
  ['ERXADDR_EL1', 3, 0, 5, 4, 3], ['ERXMISC0_EL1', 3, 0, 5, 5, 0], ['ERXMISC1_EL1', 3, 0, 5, 5, 1],
  ['TFSR_EL1', 3, 0, 5, 6, 0], ['TFSRE0_EL1', 3, 0, 5, 6, 1], ['FAR_EL1', 3, 0, 6, 0, 0],
  ['PAR_EL1', 3, 0, 7, 4, 0], ['PMINTENSET_EL1', 3, 0, 9, 14, 1], ['PMINTENCLR_EL1', 3, 0, 9, 14, 2],
  ['PMMIR_EL1', 3, 0, 9, 14, 6], ['MAIR_EL1', 3, 0, 10, 2, 0], ['PIRE0_EL1', 3, 0, 10, 2, 2],
  ['PIR_EL1', 3, 0, 10, 2, 3], ['POR_EL1', 3, 0, 10, 2, 4], ['AMAIR_EL1', 3, 0, 10, 3, 0],
  ['LORSA_EL1', 3, 0, 10, 4, 0], ['VBAR_EL1', 3, 0, 12, 0, 0], ['DISR_EL1', 3, 0, 12, 1, 1],
  ['ISR_EL1', 3, 0, 12, 1, 0], ['ICC_IAR0_EL1', 3, 0, 12, 8, 0], ['ICC_EOIR0_EL1', 3, 0, 12, 8, 1],
  ['ICC_DIR_EL1', 3, 0, 12, 11, 1], ['ICC_SGI1R_EL1', 3, 0, 12, 11, 5], ['ICC_ASGI1R_EL1', 3, 0, 12, 11, 6],
  ['ICC_SGI0R_EL1', 3, 0, 12, 11, 7], ['ICC_IAR1_EL1', 3, 0, 12, 12, 0], ['ICC_EOIR1_EL1', 3, 0, 12, 12, 1],
  ['ICC_CTLR_EL1', 3, 0, 12, 12, 4], ['ICC_SRE_EL1', 3, 0, 12, 12, 5], ['ICC_IGRPEN0_EL1', 3, 0, 12, 12, 6],
  ['ICC_IGRPEN1_EL1', 3, 0, 12, 12, 7], ['CONTEXTIDR_EL1', 3, 0, 13, 0, 1], ['TPIDR_EL1', 3, 0, 13, 0, 4],
  ['SCXTNUM_EL1', 3, 0, 13, 0, 7], ['CNTKCTL_EL1', 3, 0, 14, 1, 0], ['CCSIDR_EL1', 3, 1, 0, 0, 0],
  ['CLIDR_EL1', 3, 1, 0, 0, 1], ['CCSIDR2_EL1', 3, 1, 0, 0, 2], ['SMIDR_EL1', 3, 1, 0, 0, 6],
  ['AIDR_EL1', 3, 1, 0, 0, 7], ['CSSELR_EL1', 3, 2, 0, 0, 0], ['CTR_EL0', 3, 3, 0, 0, 1],
  ['DCZID_EL0', 3, 3, 0, 0, 7], ['RNDR', 3, 3, 2, 4, 0], ['SVCR', 3, 3, 4, 2, 2], ['FPCR', 3, 3, 4, 4, 0],
  ['FPSR', 3, 3, 4, 4, 1], ['PMCR_EL0', 3, 3, 9, 12, 0], ['PMCNTENSET_EL0', 3, 3, 9, 12, 1],
  ['PMCNTENCLR_EL0', 3, 3, 9, 12, 2], ['PMOVSCLR_EL0', 3, 3, 9, 12, 3], ['PMSWINC_EL0', 3, 3, 9, 12, 4],
  ['PMSELR_EL0', 3, 3, 9, 12, 5], ['PMCEID0_EL0', 3, 3, 9, 12, 6], ['PMCEID1_EL0', 3, 3, 9, 12, 7],
  ['PMCCNTR_EL0', 3, 3, 9, 13, 0], ['PMXEVTYPER_EL0', 3, 3, 9, 13, 1], ['PMXEVCNTR_EL0', 3, 3, 9, 13, 2],
  ['PMUSERENR_EL0', 3, 3, 9, 14, 0], ['PMOVSSET_EL0', 3, 3, 9, 14, 3], ['POR_EL0', 3, 3, 10, 2, 4],
  ['TPIDR_EL0', 3, 3, 13, 0, 2], ['TPIDRRO_EL0', 3, 3, 13, 0, 3], ['TPIDR2_EL0', 3, 3, 13, 0, 5],
  ['SCXTNUM_EL0', 3, 3, 13, 0, 7], ['CNTFRQ_EL0', 3, 3, 14, 0, 0], ['CNTPCT_EL0', 3, 3, 14, 0, 1],
  ['CNTVCT_EL0', 3, 3, 14, 0, 2], ['CNTP_TVAL_EL0', 3, 3, 14, 2, 0], ['CNTP_CTL_EL0', 3, 3, 14, 2, 1],
  ['CNTP_CVAL_EL0', 3, 3, 14, 2, 2], ['CNTV_TVAL_EL0', 3, 3, 14, 3, 0], ['CNTV_CTL_EL0', 3, 3, 14, 3, 1],
  ['CNTV_CVAL_EL0', 3, 3, 14, 3, 2], ['PMCCFILTR_EL0', 3, 3, 14, 15, 7], ['DACR32_EL2', 3, 4, 3, 0, 0],
  ['IFSR32_EL2', 3, 4, 5, 0, 1], ['FPEXC32_EL2', 3, 4, 5, 3, 0], ['VPIDR_EL2', 3, 4, 0, 0, 0],
  ['VMPIDR_EL2', 3, 4, 0, 0, 5], ['SCTLR_EL2', 3, 4, 1, 0, 0], ['ACTLR_EL2', 3, 4, 1, 0, 1],
  ['HCR_EL2', 3, 4, 1, 1, 0], ['MDCR_EL2', 3, 4, 1, 1, 1], ['CPTR_EL2', 3, 4, 1, 1, 2],
  ['HSTR_EL2', 3, 4, 1, 1, 3], ['HFGRTR_EL2', 3, 4, 1, 1, 4], ['HFGWTR_EL2', 3, 4, 1, 1, 5],
  ['HFGITR_EL2', 3, 4, 1, 1, 6], ['HACR_EL2', 3, 4, 1, 1, 7], ['ZCR_EL2', 3, 4, 1, 2, 0],
  ['HCRX_EL2', 3, 4, 1, 2, 2], ['TTBR0_EL2', 3, 4, 2, 0, 0], ['TTBR1_EL2', 3, 4, 2, 0, 1],
  ['TCR_EL2', 3, 4, 2, 0, 2], ['VTTBR_EL2', 3, 4, 2, 1, 0], ['VTCR_EL2', 3, 4, 2, 1, 2],
  ['VNCR_EL2', 3, 4, 2, 2, 0], ['SPSR_EL2', 3, 4, 4, 0, 0], ['ELR_EL2', 3, 4, 4, 0, 1],
  ['SP_EL1', 3, 4, 4, 1, 0], ['AFSR0_EL2', 3, 4, 5, 1, 0], ['AFSR1_EL2', 3, 4, 5, 1, 1],
  ['ESR_EL2', 3, 4, 5, 2, 0], ['VSESR_EL2', 3, 4, 5, 2, 3], ['FAR_EL2', 3, 4, 6, 0, 0],
  ['HPFAR_EL2', 3, 4, 6, 0, 4], ['MAIR_EL2', 3, 4, 10, 2, 0], ['AMAIR_EL2', 3, 4, 10, 3, 0],
  ['VBAR_EL2', 3, 4, 12, 0, 0], ['VDISR_EL2', 3, 4, 12, 1, 1], ['CONTEXTIDR_EL2', 3, 4, 13, 0, 1],
  ['TPIDR_EL2', 3, 4, 13, 0, 2], ['CNTVOFF_EL2', 3, 4, 14, 0, 3], ['CNTHCTL_EL2', 3, 4, 14, 1, 0],
  ['SP_EL2', 3, 6, 4, 1, 0],
];

function key(op0: number, op1: number, crn: number, crm: number, op2: number): number {
  return (op0 << 14) | (op1 << 11) | (crn << 7) | (crm << 3) | op2;
}

function buildNames(): Map<number, string> {
  const names = new Map<number, string>();
  for (const [name, crm, op2] of idRegisters) names.set(key(3, 0, 0, crm, op2), name);
  for (const [name, ...encoding] of others) names.set(key(...encoding), name);
  for (let n = 0; n < 16; n++) {
    names.set(key(2, 0, 0, n, 4), `DBGBVR${String(n)}_EL1`);
    names.set(key(2, 0, 0, n, 5), `DBGBCR${String(n)}_EL1`);
    names.set(key(2, 0, 0, n, 6), `DBGWVR${String(n)}_EL1`);
    names.set(key(2, 0, 0, n, 7), `DBGWCR${String(n)}_EL1`);
  }
  for (let n = 0; n < 31; n++) {
    names.set(key(3, 3, 14, 8 + (n >> 3), n & 7), `PMEVCNTR${String(n)}_EL0`);
    names.set(key(3, 3, 14, 12 + (n >> 3), n & 7), `PMEVTYPER${String(n)}_EL0`);
  }
  return names;
}

const names: ReadonlyMap<number, string> = buildNames();
const encodings: ReadonlyMap<string, number> = new Map([...names].map(([encoding, name]) => [name, encoding]));

/** `ESR_EL1`, or `S3_0_C5_C2_0` for a register without a name here. */
export function systemRegisterName(op0: number, op1: number, crn: number, crm: number, op2: number): string {
  return (
    names.get(key(op0, op1, crn, crm, op2)) ??
    `S${String(op0)}_${String(op1)}_C${String(crn)}_C${String(crm)}_${String(op2)}`
  );
}

/** The name of a 16-bit encoding, as the low half of a KVM register id has it. */
export function systemRegisterOf(encoding: number): string {
  return systemRegisterName(
    (encoding >> 14) & 3,
    (encoding >> 11) & 7,
    (encoding >> 7) & 15,
    (encoding >> 3) & 15,
    encoding & 7,
  );
}

/** The 16-bit encoding of a name, generic names included; `undefined` if there is no such register. */
export function encodingOf(name: string): number | undefined {
  const known = encodings.get(name);
  if (known !== undefined) return known;
  const generic = /^S([0-3])_([0-7])_C(\d{1,2})_C(\d{1,2})_([0-7])$/.exec(name);
  if (generic === null) return undefined;
  const [op0 = 0, op1 = 0, crn = 0, crm = 0, op2 = 0] = generic.slice(1).map(Number);
  return crn > 15 || crm > 15 ? undefined : key(op0, op1, crn, crm, op2);
}
