import { describe, expect, test } from 'vitest';
import { explainRegisterId, registerIdOf, registerIdText } from '../../src/capture/register-id.ts';

// Ids as the kernel's header composes them, from its documentation.
const known: readonly (readonly [string, bigint])[] = [
  ['x0', 0x6030000000100000n],
  ['x30', 0x603000000010003cn],
  ['SP_EL0', 0x603000000010003en],
  ['PC', 0x6030000000100040n],
  ['PSTATE', 0x6030000000100042n],
  ['SP_EL1', 0x6030000000100044n],
  ['ELR_EL1', 0x6030000000100046n],
  ['SPSR_EL1', 0x6030000000100048n],
  ['v1', 0x6040000000100058n],
  ['FPSR', 0x60200000001000d4n],
  ['FPCR', 0x60200000001000d5n],
  ['MPIDR_EL1', 0x603000000013c005n],
  ['ID_AA64PFR0_EL1', 0x603000000013c020n],
  ['SCTLR_EL1', 0x603000000013c080n],
  ['CPACR_EL1', 0x603000000013c082n],
  ['TCR_EL1', 0x603000000013c102n],
  ['AFSR1_EL1', 0x603000000013c289n],
  ['ESR_EL1', 0x603000000013c290n],
  ['FAR_EL1', 0x603000000013c300n],
  ['PAR_EL1', 0x603000000013c3a0n],
  ['MAIR_EL1', 0x603000000013c510n],
  ['VBAR_EL1', 0x603000000013c600n],
  ['DISR_EL1', 0x603000000013c609n],
  ['CONTEXTIDR_EL1', 0x603000000013c681n],
];

describe('register ids', () => {
  test.each(known)('%s', (name, id) => {
    expect(explainRegisterId(id).name).toBe(name);
    expect(explainRegisterId(id).warnings).toEqual([]);
    expect(registerIdOf(name)).toBe(id);
    expect(registerIdOf(name.toLowerCase())).toBe(id);
  });

  test('a system register without a name has its generic one, and the way back', () => {
    const id = 0x6030000000138000n | (7n << 11n);
    const { name } = explainRegisterId(id);
    expect(name).toBe('S2_7_C0_C0_0');
    expect(registerIdOf(name ?? '')).toBe(id);
  });

  test('the two timer ids that were swapped for ever', () => {
    expect(registerIdText(0x603000000013df02n)).toContain('CVAL');
    expect(registerIdText(0x603000000013df1an)).toContain('CNT (');
  });

  test('a wrong size and an impossible offset are said', () => {
    expect(registerIdText(0x6020000000100040n)).toContain('PC has 8 bytes, the id says 4');
    expect(explainRegisterId(0x6030000000100001n).warnings).toEqual([
      'no core register starts at offset 4 of struct kvm_regs',
    ]);
  });

  test('other classes and architectures', () => {
    expect(explainRegisterId(0x6030000000140000n)).toMatchObject({ kind: 'firmware', name: 'PSCI_VERSION' });
    expect(explainRegisterId(0x608000000015_0021n)).toMatchObject({ kind: 'SVE', name: 'SVE Z1 slice 1' });
    expect(explainRegisterId(0x8030000000000000n).architecture).toBe('riscv');
    expect(explainRegisterId(0n).warnings).not.toEqual([]);
    expect(registerIdOf('__proto__')).toBeUndefined();
    expect(registerIdOf('S3_0_C16_C0_0')).toBeUndefined();
  });
});
