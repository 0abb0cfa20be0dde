/**
 * The x86 hosts that can be simulated: what `/dev/kvm` is made of there, as data.
 *
 * `svm` is kvm-amd as QEMU's emulation of AMD's extension shows it, `vmx` is kvm-intel as far as vCPU events differ, `pvm` is
 * the paravirtual KVM that needs neither: it runs real mode in KVM's instruction emulator, so RIP has passed an OUT when the
 * user sees it, interrupt tables have no limit there, and a failed emulation reports no address.
 */

import type { KernelVersion } from '../kernel-version.ts';

export const x86Vendors = ['svm', 'vmx', 'pvm'] as const;

/** Intel's, AMD's, and the paravirtual KVM that runs without either and knows no system management mode. */
export type X86Vendor = (typeof x86Vendors)[number];

export interface X86Host {
  readonly version: KernelVersion;
  readonly vendor: X86Vendor;
}

export interface X86HostFacts {
  readonly onlineProcessors: number;
  readonly maximumVcpus: number;
  readonly maximumVcpuIds: number;
  /** Built with CONFIG_KVM_HYPERV, CONFIG_KVM_XEN, CONFIG_KVM_SMM, CONFIG_X86_SGX_KVM and support for private memory. */
  readonly isFullBuild: boolean;
  /** Stage-2 page tables by the processor (NPT, EPT). */
  readonly hasNestedPaging: boolean;
  /** Size of the state of a nested guest; 0 without nesting. */
  readonly nestedStateSize: number;
  /** KVM_CAP_X86_DISABLE_EXITS: MWAIT 1, HLT 2, PAUSE 4, CSTATE 8. */
  readonly disableExits: number;
  /** Quirks beyond the nine of 6.12 that stable releases and later versions added (KVM_CAP_DISABLE_QUIRKS2). */
  readonly laterQuirks: number;
  /** Real mode runs in KVM's emulator instead of on the processor. */
  readonly emulatesRealMode: boolean;
}

const processorHost: X86HostFacts = {
  onlineProcessors: 1,
  maximumVcpus: 4096,
  maximumVcpuIds: 16384,
  isFullBuild: true,
  hasNestedPaging: true,
  nestedStateSize: 4224,
  disableExits: 15,
  laterQuirks: 0x600,
  emulatesRealMode: false,
};

export function factsOf(vendor: X86Vendor): X86HostFacts {
  if (vendor !== 'pvm') return processorHost;
  return {
    onlineProcessors: 2,
    maximumVcpus: 1024,
    maximumVcpuIds: 4096,
    isFullBuild: false,
    hasNestedPaging: false,
    nestedStateSize: 0,
    // MWAIT may be left to the guest only where the host's time stamp counter never stops.
    disableExits: 14,
    laterQuirks: 0x400,
    emulatesRealMode: true,
  };
}
