/** What KVM's common requests ask for, and why a guest stops, in plain words for readers who have never met them. */

const words: Readonly<Record<string, string>> = {
  KVM_GET_API_VERSION: 'which version of the interface is this?',
  KVM_CREATE_VM: 'make a virtual machine',
  KVM_CHECK_EXTENSION: 'does the kernel have a capability?',
  KVM_GET_VCPU_MMAP_SIZE: 'how many bytes of a virtual CPU are to be mapped?',
  KVM_CREATE_VCPU: 'make a virtual CPU',
  KVM_SET_USER_MEMORY_REGION: 'give the machine a piece of memory',
  KVM_SET_USER_MEMORY_REGION2: 'give the machine a piece of memory',
  KVM_SET_TSS_ADDR: 'set aside three pages of guest memory that Intel processors need',
  KVM_RUN: 'run the guest',
  KVM_GET_REGS: 'read the general registers',
  KVM_SET_REGS: 'write the general registers',
  KVM_GET_SREGS: 'read the segment and control registers',
  KVM_SET_SREGS: 'write the segment and control registers',
  KVM_GET_ONE_REG: 'read one register',
  KVM_SET_ONE_REG: 'write one register',
  KVM_GET_REG_LIST: 'which registers are there?',
  KVM_GET_VCPU_EVENTS: 'which exceptions and interrupts are pending?',
  KVM_SET_VCPU_EVENTS: 'make exceptions or interrupts pending',
  KVM_ENABLE_CAP: 'switch a capability on',
  KVM_GET_MP_STATE: 'does the virtual CPU run, or is it stopped?',
  KVM_SET_MP_STATE: 'start or stop the virtual CPU',
  KVM_GET_SUPPORTED_CPUID: 'which processor features can guests have?',
  KVM_SET_CPUID2: 'say which processor features the guest sees',
  KVM_GET_CPUID2: 'which processor features does the guest see?',
  KVM_ARM_PREFERRED_TARGET: 'which type of processor fits this host?',
  KVM_ARM_VCPU_INIT: 'reset the virtual CPU and choose its features',
  KVM_ARM_VCPU_FINALIZE: 'fix a feature of the virtual CPU for good',
  KVM_CREATE_DEVICE: 'make a device, such as an interrupt controller',
  KVM_SET_DEVICE_ATTR: 'configure a device',
  KVM_GET_DEVICE_ATTR: 'read the configuration of a device',
  KVM_HAS_DEVICE_ATTR: 'does a device have this attribute?',
  KVM_CREATE_IRQCHIP: 'make the interrupt controller',
  KVM_CREATE_PIT2: 'make the timer chip',
  KVM_INTERRUPT: 'inject an interrupt',
  KVM_IRQ_LINE: 'raise or lower an interrupt line',
  KVM_IRQFD: 'tie an interrupt to an event descriptor',
  KVM_IOEVENTFD: 'tie a guest write to an event descriptor',
  KVM_NMI: 'inject a non-maskable interrupt',
  KVM_SMI: 'inject a system management interrupt',
  KVM_GET_LAPIC: 'read the interrupt controller of the virtual CPU',
  KVM_SET_LAPIC: 'write the interrupt controller of the virtual CPU',
  KVM_SET_SIGNAL_MASK: 'say which signals may interrupt KVM_RUN',
  KVM_SET_GUEST_DEBUG: 'set breakpoints, or run the guest in single steps',
  KVM_GET_MSRS: 'read model-specific registers',
  KVM_SET_MSRS: 'write model-specific registers',
  KVM_GET_CLOCK: 'what time does the guest see?',
  KVM_SET_CLOCK: 'set the time the guest sees',
  KVM_GET_DIRTY_LOG: 'which pages has the guest written?',
  KVM_CLEAR_DIRTY_LOG: 'forget which pages the guest has written',
  KVM_GET_STATS_FD: 'open the statistics',
  KVM_SET_GSI_ROUTING: 'say which interrupt line leads where',
  KVM_SIGNAL_MSI: 'inject an interrupt by message',
  KVM_REGISTER_COALESCED_MMIO: 'let writes to a device be collected before the program sees them',
  KVM_UNREGISTER_COALESCED_MMIO: 'let writes to a device be seen one by one again',
  KVM_GET_IRQCHIP: 'read the interrupt controller of the machine',
  KVM_SET_IRQCHIP: 'write the interrupt controller of the machine',
  KVM_GET_PIT2: 'read the timer chip',
  KVM_SET_PIT2: 'write the timer chip',
  KVM_SET_IDENTITY_MAP_ADDR: 'set aside a page of guest memory that Intel processors need',
  KVM_SET_BOOT_CPU_ID: 'say which virtual CPU starts first',
  KVM_GET_FPU: 'read the floating-point registers',
  KVM_SET_FPU: 'write the floating-point registers',
  KVM_GET_XSAVE: 'read the floating-point and vector registers',
  KVM_GET_XSAVE2: 'read the floating-point and vector registers',
  KVM_SET_XSAVE: 'write the floating-point and vector registers',
  KVM_GET_XCRS: 'read the extended control registers',
  KVM_SET_XCRS: 'write the extended control registers',
  KVM_GET_DEBUGREGS: 'read the debug registers',
  KVM_SET_DEBUGREGS: 'write the debug registers',
  KVM_GET_SREGS2: 'read the segment and control registers',
  KVM_SET_SREGS2: 'write the segment and control registers',
  KVM_GET_NESTED_STATE: 'read the state of a guest in the guest',
  KVM_SET_NESTED_STATE: 'write the state of a guest in the guest',
  KVM_GET_TSC_KHZ: 'how fast does the time stamp counter run?',
  KVM_SET_TSC_KHZ: 'set how fast the time stamp counter runs',
  KVM_KVMCLOCK_CTRL: 'tell the guest that it was stopped for a while',
  KVM_GET_MSR_INDEX_LIST: 'which model-specific registers are there?',
  KVM_GET_MSR_FEATURE_INDEX_LIST: 'which model-specific registers describe features?',
  KVM_GET_EMULATED_CPUID: 'which processor features does the kernel emulate?',
  KVM_X86_GET_MCE_CAP_SUPPORTED: 'which machine checks can guests have?',
  KVM_X86_SETUP_MCE: 'set up machine checks',
  KVM_X86_SET_MSR_FILTER: 'say which model-specific registers the program plays',
  KVM_TPR_ACCESS_REPORTING: 'say whether accesses to the task priority are reported',
  KVM_SET_VAPIC_ADDR: 'say where the guest keeps its task priority',
  KVM_TRANSLATE: 'which physical address belongs to this virtual one?',
  KVM_CREATE_GUEST_MEMFD: 'make memory that only the guest can see',
  KVM_SET_MEMORY_ATTRIBUTES: 'say which memory is private to the guest',
  KVM_MEMORY_ENCRYPT_OP: 'do something for an encrypted guest',
  KVM_PRE_FAULT_MEMORY: 'make guest memory ready before it is touched',
};

/** A phrase for a request; with its argument, where that is a plain number with a meaning. */
export function requestWords(request: string, argument: string | null): string | undefined {
  const phrase = Object.hasOwn(words, request) ? words[request] : undefined;
  if (argument === null) return phrase;
  switch (request) {
    case 'KVM_CHECK_EXTENSION':
      return `does the kernel have ${argument.startsWith('0x') ? `capability ${decimal(argument)}` : argument}?`;
    case 'KVM_CREATE_VCPU':
      return `make virtual CPU ${decimal(argument)}`;
    case 'KVM_CREATE_VM':
      return argument === '0x0' ? phrase : `make a virtual machine of type ${argument}`;
    case 'KVM_SET_TSS_ADDR':
      return `set aside three pages of guest memory at ${argument}, which Intel processors need`;
    case 'KVM_GET_API_VERSION':
    case 'KVM_GET_VCPU_MMAP_SIZE':
    case 'KVM_RUN':
      return argument === '0x0' ? phrase : `${phrase ?? ''} [argument ${argument}]`;
    default:
      return phrase;
  }
}

function decimal(text: string): string {
  return /^0x[0-9a-f]{1,8}$/.test(text) ? String(Number(text)) : text;
}

const exits: Readonly<Record<string, string>> = {
  KVM_EXIT_UNKNOWN: 'for a reason the kernel has no name for',
  KVM_EXIT_EXCEPTION: 'an exception the kernel did not handle',
  KVM_EXIT_IO: 'it uses an I/O port, which the program has to play',
  KVM_EXIT_HYPERCALL: 'it calls the hypervisor',
  KVM_EXIT_DEBUG: 'it hit a breakpoint or made a single step',
  KVM_EXIT_HLT: 'it waits for an interrupt',
  KVM_EXIT_MMIO: 'it touches an address where no memory is, a device that the program has to play',
  KVM_EXIT_IRQ_WINDOW_OPEN: 'it can take an interrupt now',
  KVM_EXIT_SHUTDOWN: 'it failed while handling a failure and shut down (a triple fault)',
  KVM_EXIT_FAIL_ENTRY: 'the processor would not start it',
  KVM_EXIT_INTR: 'a signal came for the program',
  KVM_EXIT_INTERNAL_ERROR: 'the kernel could not go on with it',
  KVM_EXIT_SYSTEM_EVENT: 'it asks to be switched off, reset or put to sleep',
  KVM_EXIT_ARM_NISV: 'it touches an address where no memory is, with an instruction the processor does not describe',
  KVM_EXIT_X86_RDMSR: 'it reads a model-specific register that the program has to play',
  KVM_EXIT_X86_WRMSR: 'it writes a model-specific register that the program has to play',
  KVM_EXIT_MEMORY_FAULT: 'it touched memory that could not be given to it',
  KVM_EXIT_ARM_SEA: 'it touched memory with an uncorrectable error',
  KVM_EXIT_NMI: 'a non-maskable interrupt came for the host',
};

/** Why the guest stopped, by the name of the exit. */
export function exitWords(exitReason: string): string | undefined {
  const name = exitReason.split(' ').find((word) => word.startsWith('KVM_EXIT_')) ?? exitReason;
  return Object.hasOwn(exits, name) ? exits[name] : undefined;
}
