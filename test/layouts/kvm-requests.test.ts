/**
 * The numbers of KVM's requests on the three targets VMMs run on, compiled from the headers of 6.12 with gcc and written
 * down; and the descriptors each is for (S /dev/kvm, V machine, C processor, D device).
 */

import { describe, expect, test } from 'vitest';
import { abiOf, layoutFile } from './support.ts';

const file = layoutFile('kvm.json');

/** Name without KVM_, descriptors, number on arm64, x86_64 and (where it differs) i386; `-` where the record is missing. */
const table = `
GET_API_VERSION S 0x0000ae00 0x0000ae00
CREATE_VM S 0x0000ae01 0x0000ae01
GET_MSR_INDEX_LIST S - 0xc004ae02
S390_ENABLE_SIE S 0x0000ae06 0x0000ae06
CHECK_EXTENSION SV 0x0000ae03 0x0000ae03
GET_VCPU_MMAP_SIZE S 0x0000ae04 0x0000ae04
GET_SUPPORTED_CPUID S - 0xc008ae05
GET_EMULATED_CPUID S - 0xc008ae09
GET_MSR_FEATURE_INDEX_LIST S - 0xc004ae0a
CREATE_VCPU V 0x0000ae41 0x0000ae41
GET_DIRTY_LOG V 0x4010ae42 0x4010ae42
SET_NR_MMU_PAGES V 0x0000ae44 0x0000ae44
GET_NR_MMU_PAGES V 0x0000ae45 0x0000ae45
SET_USER_MEMORY_REGION V 0x4020ae46 0x4020ae46
SET_TSS_ADDR V 0x0000ae47 0x0000ae47
SET_IDENTITY_MAP_ADDR V 0x4008ae48 0x4008ae48
SET_USER_MEMORY_REGION2 V 0x40a0ae49 0x40a0ae49
S390_VCPU_FAULT C 0x4008ae52 0x4008ae52 0x4004ae52
CREATE_IRQCHIP V 0x0000ae60 0x0000ae60
IRQ_LINE V 0x4008ae61 0x4008ae61
GET_IRQCHIP V 0xc208ae62 0xc208ae62
SET_IRQCHIP V 0x8208ae63 0x8208ae63
CREATE_PIT V 0x0000ae64 0x0000ae64
GET_PIT V - 0xc048ae65
SET_PIT V - 0x8048ae66
IRQ_LINE_STATUS V 0xc008ae67 0xc008ae67
REGISTER_COALESCED_MMIO V 0x4010ae67 0x4010ae67
UNREGISTER_COALESCED_MMIO V 0x4010ae68 0x4010ae68
SET_GSI_ROUTING V 0x4008ae6a 0x4008ae6a
REINJECT_CONTROL V 0x0000ae71 0x0000ae71
IRQFD V 0x4020ae76 0x4020ae76
CREATE_PIT2 V 0x4040ae77 0x4040ae77
SET_BOOT_CPU_ID V 0x0000ae78 0x0000ae78
IOEVENTFD V 0x4040ae79 0x4040ae79
XEN_HVM_CONFIG V - 0x4038ae7a
SET_CLOCK V 0x4030ae7b 0x4030ae7b
GET_CLOCK V 0x8030ae7c 0x8030ae7c
GET_PIT2 V - 0x8070ae9f
SET_PIT2 V - 0x4070aea0
SET_TSC_KHZ VC 0x0000aea2 0x0000aea2
GET_TSC_KHZ VC 0x0000aea3 0x0000aea3
SIGNAL_MSI V 0x4020aea5 0x4020aea5
PPC_ALLOCATE_HTAB V 0xc004aea7 0xc004aea7
ARM_SET_DEVICE_ADDR V 0x4010aeab 0x4010aeab
SET_PMU_EVENT_FILTER V 0x4008aeb2 0x4020aeb2
PPC_SVM_OFF V 0x0000aeb3 0x0000aeb3
ARM_MTE_COPY_TAGS V 0x8030aeb4 -
ARM_SET_COUNTER_OFFSET V 0x4010aeb5 -
ARM_GET_REG_WRITABLE_MASKS V 0x8040aeb6 -
CREATE_DEVICE V 0xc00caee0 0xc00caee0
SET_DEVICE_ATTR DVC 0x4018aee1 0x4018aee1
GET_DEVICE_ATTR DVC 0x4018aee2 0x4018aee2
HAS_DEVICE_ATTR DVC 0x4018aee3 0x4018aee3
RUN C 0x0000ae80 0x0000ae80
GET_REGS C 0x8360ae81 0x8090ae81
SET_REGS C 0x4360ae82 0x4090ae82
GET_SREGS C 0x8000ae83 0x8138ae83
SET_SREGS C 0x4000ae84 0x4138ae84
TRANSLATE C 0xc018ae85 0xc018ae85
INTERRUPT C 0x4004ae86 0x4004ae86
GET_MSRS C - 0xc008ae88
SET_MSRS C - 0x4008ae89
SET_CPUID C - 0x4008ae8a
SET_SIGNAL_MASK C 0x4004ae8b 0x4004ae8b
GET_FPU C 0x8000ae8c 0x81a0ae8c
SET_FPU C 0x4000ae8d 0x41a0ae8d
GET_LAPIC C - 0x8400ae8e
SET_LAPIC C - 0x4400ae8f
SET_CPUID2 C - 0x4008ae90
GET_CPUID2 C - 0xc008ae91
TPR_ACCESS_REPORTING C 0xc028ae92 0xc028ae92
SET_VAPIC_ADDR C 0x4008ae93 0x4008ae93
S390_STORE_STATUS C 0x4008ae95 0x4008ae95 0x4004ae95
S390_INITIAL_RESET C 0x0000ae97 0x0000ae97
GET_MP_STATE C 0x8004ae98 0x8004ae98
SET_MP_STATE C 0x4004ae99 0x4004ae99
NMI C 0x0000ae9a 0x0000ae9a
SET_GUEST_DEBUG C 0x4208ae9b 0x4048ae9b
X86_SETUP_MCE C 0x4008ae9c 0x4008ae9c
X86_GET_MCE_CAP_SUPPORTED C 0x8008ae9d 0x8008ae9d
X86_SET_MCE C - 0x4040ae9e
GET_VCPU_EVENTS C 0x8040ae9f 0x8040ae9f
SET_VCPU_EVENTS C 0x4040aea0 0x4040aea0
GET_DEBUGREGS C - 0x8080aea1
SET_DEBUGREGS C - 0x4080aea2
ENABLE_CAP VC 0x4068aea3 0x4068aea3
GET_XSAVE C - 0x9000aea4
SET_XSAVE C - 0x5000aea5
GET_XCRS C - 0x8188aea6
SET_XCRS C - 0x4188aea7
DIRTY_TLB C 0x4010aeaa 0x4010aeaa 0x400caeaa
GET_ONE_REG C 0x4010aeab 0x4010aeab
SET_ONE_REG C 0x4010aeac 0x4010aeac
KVMCLOCK_CTRL C 0x0000aead 0x0000aead
ARM_VCPU_INIT C 0x4020aeae -
ARM_PREFERRED_TARGET V 0x8020aeaf -
GET_REG_LIST C 0xc008aeb0 0xc008aeb0
SMI C 0x0000aeb7 0x0000aeb7
MEMORY_ENCRYPT_OP V 0xc008aeba 0xc008aeba 0xc004aeba
MEMORY_ENCRYPT_REG_REGION V 0x8010aebb 0x8010aebb
MEMORY_ENCRYPT_UNREG_REGION V 0x8010aebc 0x8010aebc
HYPERV_EVENTFD V - 0x4018aebd
GET_NESTED_STATE C - 0xc080aebe
SET_NESTED_STATE C - 0x4080aebf
CLEAR_DIRTY_LOG V 0xc018aec0 0xc018aec0
GET_SUPPORTED_HV_CPUID SC - 0xc008aec1
ARM_VCPU_FINALIZE C 0x4004aec2 0x4004aec2
S390_NORMAL_RESET C 0x0000aec3 0x0000aec3
S390_CLEAR_RESET C 0x0000aec4 0x0000aec4
X86_SET_MSR_FILTER V - 0x4188aec6 0x4104aec6
RESET_DIRTY_RINGS V 0x0000aec7 0x0000aec7
XEN_HVM_GET_ATTR V - 0xc048aec8
XEN_HVM_SET_ATTR V - 0x4048aec9
XEN_VCPU_GET_ATTR C - 0xc048aeca
XEN_VCPU_SET_ATTR C - 0x4048aecb
XEN_HVM_EVTCHN_SEND V 0x400caed0 0x400caed0
GET_SREGS2 C - 0x8140aecc
SET_SREGS2 C - 0x4140aecd
GET_STATS_FD VC 0x0000aece 0x0000aece
GET_XSAVE2 C - 0x9000aecf
SET_MEMORY_ATTRIBUTES V 0x4020aed2 0x4020aed2
CREATE_GUEST_MEMFD V 0xc040aed4 0xc040aed4
PRE_FAULT_MEMORY C 0xc040aed5 0xc040aed5
`;

interface Row {
  readonly name: string;
  readonly descriptors: string;
  readonly arm64: string;
  readonly x86_64: string;
  readonly i386: string;
}

const rows: Row[] = table
  .trim()
  .split('\n')
  .map((line) => {
    const [name = '', descriptors = '', arm64 = '', x86_64 = '', i386 = x86_64] = line.split(' ');
    return { name: `KVM_${name}`, descriptors, arm64, x86_64, i386 };
  });

const letters = { system: 'S', vm: 'V', vcpu: 'C', device: 'D' } as const;

describe.each(['arm64', 'x86_64', 'i386'] as const)('on %s', (target) => {
  const { requests } = abiOf(file, '6.12', target);

  test('every request has the number gcc computes', () => {
    const numbers = rows.map(({ name }) => {
      const number = requests.get(name)?.number;
      return `${name} ${number === undefined ? '-' : `0x${number.toString(16).padStart(8, '0')}`}`;
    });
    expect(numbers).toEqual(rows.map((row) => `${row.name} ${row[target]}`));
  });

  test('every request is for the descriptors that take it', () => {
    const found = rows.filter(({ name }) => requests.has(name));
    const descriptors = found.map(({ name }) => {
      const kinds = requests.get(name)?.descriptors ?? [];
      return `${name} ${kinds.map((kind) => letters[kind]).join('')}`;
    });
    expect(descriptors).toEqual(found.map((row) => `${row.name} ${row.descriptors}`));
  });

  test('no request of 6.12 is missing from the table', () => {
    const known = new Set(rows.map(({ name }) => name));
    expect([...requests.keys()].filter((name) => !known.has(name))).toEqual([]);
  });
});

test('the records only s390 and powerpc have give their numbers there', () => {
  const s390x = abiOf(file, '7.3', 's390x').requests;
  // struct of 16 bytes; 72 bytes; 64 bytes; 48 bytes
  expect(s390x.get('KVM_S390_KEYOP')?.number).toBe(0xc010ae53);
  expect(s390x.get('KVM_S390_IRQ')?.number).toBe(0x4048aeb4);
  expect(s390x.get('KVM_S390_MEM_OP')?.number).toBe(0x4040aeb1);
  // powerpc has 13 bits of size and other direction bits.
  const ppc64le = abiOf(file, '6.12', 'ppc64le').requests;
  expect(ppc64le.get('KVM_RUN')?.number).toBe(0x2000ae80);
  expect(ppc64le.get('KVM_PPC_GET_PVINFO')?.number).toBe(0x8080aea1);
  expect(ppc64le.get('KVM_CREATE_SPAPR_TCE_64')?.number).not.toBe(ppc64le.get('KVM_CREATE_SPAPR_TCE')?.number);
});

test('one number has two meanings, told apart by the descriptor', () => {
  const { requests } = abiOf(file, '6.12', 'arm64');
  const same = [...requests.values()].filter(({ number }) => number === 0x4010aeab);
  expect(same.map(({ name, descriptors }) => [name, descriptors])).toEqual([
    ['KVM_ARM_SET_DEVICE_ADDR', ['vm']],
    ['KVM_GET_ONE_REG', ['vcpu']],
  ]);
});

test('what really travels is told where the macro is wrong', () => {
  const { requests } = abiOf(file, '6.12', 'arm64');
  expect(requests.get('KVM_SET_IRQCHIP')).toMatchObject({ direction: 'read', carries: 'write' });
  expect(requests.get('KVM_ARM_MTE_COPY_TAGS')).toMatchObject({ direction: 'read', carries: 'write' });
});
