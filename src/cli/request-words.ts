/** What KVM's common requests do, in plain words for readers who have never met them. */

const words: Readonly<Record<string, string>> = {
  KVM_GET_API_VERSION: 'asks for the version of the interface (12 ever since 2007)',
  KVM_CREATE_VM: 'makes a virtual machine; the answer is its descriptor',
  KVM_CHECK_EXTENSION: 'asks whether the kernel has a capability (0 is no)',
  KVM_GET_VCPU_MMAP_SIZE: 'asks how many bytes to map of a virtual CPU',
  KVM_CREATE_VCPU: 'makes a virtual CPU; the answer is its descriptor',
  KVM_SET_USER_MEMORY_REGION: 'gives the machine a piece of memory',
  KVM_SET_TSS_ADDR: 'sets aside three pages of guest memory that Intel processors need',
  KVM_RUN: 'runs the virtual CPU until it needs the program',
  KVM_GET_REGS: 'reads the general registers',
  KVM_SET_REGS: 'writes the general registers',
  KVM_GET_SREGS: 'reads the segment and control registers',
  KVM_SET_SREGS: 'writes the segment and control registers',
  KVM_GET_ONE_REG: 'reads one register',
  KVM_SET_ONE_REG: 'writes one register',
  KVM_GET_REG_LIST: 'asks which registers can be read',
  KVM_GET_VCPU_EVENTS: 'asks which exceptions and interrupts are pending',
  KVM_SET_VCPU_EVENTS: 'makes exceptions or interrupts pending',
  KVM_ENABLE_CAP: 'switches a capability on',
  KVM_GET_MP_STATE: 'asks whether the virtual CPU runs or is stopped',
  KVM_SET_MP_STATE: 'starts or stops the virtual CPU',
  KVM_GET_SUPPORTED_CPUID: 'asks which processor features guests can have',
  KVM_SET_CPUID2: 'says which processor features the guest sees',
  KVM_ARM_PREFERRED_TARGET: 'asks which kind of processor to make',
  KVM_ARM_VCPU_INIT: 'resets the virtual CPU and chooses its features',
  KVM_CREATE_DEVICE: 'makes a device, such as an interrupt controller',
  KVM_SET_DEVICE_ATTR: 'configures a device',
  KVM_INTERRUPT: 'injects an interrupt',
  KVM_IRQ_LINE: 'raises or lowers an interrupt line',
  KVM_NMI: 'injects a non-maskable interrupt',
  KVM_GET_LAPIC: 'reads the interrupt controller of the virtual CPU',
  KVM_SET_SIGNAL_MASK: 'says which signals may interrupt KVM_RUN',
};

/** A phrase for a request; with its argument, where that is a plain number with a meaning. */
export function requestWords(request: string, argument: string | null): string | undefined {
  const phrase = Object.hasOwn(words, request) ? words[request] : undefined;
  const carriesNumber =
    request === 'KVM_CHECK_EXTENSION' || request === 'KVM_CREATE_VCPU' || request === 'KVM_CREATE_VM';
  if (!carriesNumber || argument === null) return phrase;
  return `${phrase ?? ''} [${argument}]`.trim();
}
