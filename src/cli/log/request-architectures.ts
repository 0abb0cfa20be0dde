/**
 * Requests that `linux/kvm.h` declares for every architecture though only some have them, as Documentation/virt/kvm/api.rst
 * says ("Architectures:"). Those whose names tell (KVM_ARM_…, KVM_S390_…) are in the headers of their architecture or need no list.
 */

const x86 = ['x86'];

const architectures: ReadonlyMap<string, readonly string[]> = new Map([
  ['KVM_GET_REGS', ['x86', 's390', 'ppc', 'mips', 'riscv', 'loongarch']],
  ['KVM_SET_REGS', ['x86', 's390', 'ppc', 'mips', 'riscv', 'loongarch']],
  ['KVM_INTERRUPT', ['x86', 'ppc', 'mips', 'riscv', 'loongarch']],
  ['KVM_GET_SREGS', ['x86', 'ppc', 's390']],
  ['KVM_SET_SREGS', ['x86', 'ppc', 's390']],
  ['KVM_GET_FPU', ['x86', 's390', 'loongarch']],
  ['KVM_SET_FPU', ['x86', 's390', 'loongarch']],
  ['KVM_GET_VCPU_EVENTS', ['x86', 'arm64', 'arm']],
  ['KVM_SET_VCPU_EVENTS', ['x86', 'arm64', 'arm']],
  ...[
    'KVM_TRANSLATE',
    'KVM_GET_MSRS',
    'KVM_SET_MSRS',
    'KVM_GET_MSR_INDEX_LIST',
    'KVM_SET_CPUID',
    'KVM_SET_CPUID2',
    'KVM_GET_CPUID2',
    'KVM_GET_SUPPORTED_CPUID',
    'KVM_GET_EMULATED_CPUID',
    'KVM_GET_IRQCHIP',
    'KVM_SET_IRQCHIP',
    'KVM_GET_CLOCK',
    'KVM_SET_CLOCK',
    'KVM_GET_DEBUGREGS',
    'KVM_SET_DEBUGREGS',
    'KVM_SET_TSS_ADDR',
    'KVM_SET_IDENTITY_MAP_ADDR',
    'KVM_SET_BOOT_CPU_ID',
    'KVM_GET_XSAVE',
    'KVM_SET_XSAVE',
    'KVM_GET_XCRS',
    'KVM_SET_XCRS',
    'KVM_GET_LAPIC',
    'KVM_SET_LAPIC',
    'KVM_NMI',
    'KVM_SMI',
    'KVM_CREATE_PIT',
    'KVM_CREATE_PIT2',
    'KVM_GET_PIT2',
    'KVM_SET_PIT2',
    'KVM_GET_NESTED_STATE',
    'KVM_SET_NESTED_STATE',
    'KVM_GET_SREGS2',
    'KVM_SET_SREGS2',
  ].map((name): [string, readonly string[]] => [name, x86]),
]);

/** The architecture of KVM that a target belongs to: `x86` for x86_64, i386 and x32. */
function architectureOf(target: string): string {
  if (/^(?:x86|i386|x32)/.test(target)) return 'x86';
  return /^(?:arm64|arm|s390|ppc|mips|riscv|loongarch)/.exec(target)?.[0] ?? target;
}

/** Whether KVM has the request on that target, as far as the documentation says. */
export function isOnTarget(request: string, target: string): boolean {
  return architectures.get(request)?.includes(architectureOf(target)) !== false;
}
