/**
 * KVM_GET_VCPU_EVENTS and KVM_SET_VCPU_EVENTS on x86 (arch/x86/kvm/x86.c), and which event the guest meets next.
 *
 * x86 looks at no pad or reserved byte: what was added later counts only with its flag bit, and two of the flags only once
 * a capability was enabled. Offsets as of 6.0; SVM keeps one bit for the interrupt shadow and reads it back as 3, VMX keeps
 * both bits. There is no "not initialised" check. No local APIC is simulated, so sipi_vector and latched_init do nothing.
 */

import { errno } from '../errno.ts';
import { enableX86Capability, x86MachineCapabilities } from './capabilities.ts';
import type { X86Host } from './host.ts';

export const x86EventsSize = 64;

const flags = { nmiPending: 1, sipiVector: 2, shadow: 4, smm: 8, payload: 0x10, tripleFault: 0x20 } as const;
const nmiVector = 2;
/** #BP and #OF are raised by instructions, and are raised again by them: GET does not show them. */
const softVectors = new Set([3, 4]);

/** What the guest is to meet: the kind decides what its delivery changes. */
export interface X86Delivery {
  readonly kind: 'exception' | 'nmi' | 'interrupt';
  readonly vector: number;
  /** For a page fault, the address that goes into CR2. */
  readonly payload?: bigint;
}

export class X86VcpuEvents {
  readonly #host: X86Host;
  /** What KVM_ENABLE_CAP turned on in the machine, shared by its vCPUs. */
  readonly #enabled: Map<number, bigint>;
  #injected = false;
  #pending = false;
  #vector = 0;
  #hasErrorCode = false;
  #errorCode = 0;
  #hasPayload = false;
  #payload = 0n;
  #interrupt = { injected: false, vector: 0, soft: false };
  #shadow = 0;
  #nmi = { injected: false, pending: 0, masked: false };
  #smi = { smm: false, pending: false, insideNmi: false };
  #tripleFault = false;

  constructor(host: X86Host, switches = new Map<number, bigint>()) {
    this.#host = host;
    this.#enabled = switches;
  }

  /** KVM_ENABLE_CAP on the machine. Returns 0 or a negative error number. */
  enableCapability(capability: number, isOn: boolean): number {
    const request = { cap: capability, flags: 0, argument: isOn ? 1n : 0n };
    return enableX86Capability(request, this.#enabled, this.#host);
  }

  /** Whether something keeps an interrupt from being taken after the current instruction. */
  get isShadowed(): boolean {
    return this.#shadow !== 0;
  }

  set isShadowed(value: boolean) {
    // STI holds interrupts off for one instruction; VMX tells that from what MOV SS does (2).
    this.#shadow = value ? this.#shadowOf(1) : 0;
  }

  get hasInterrupt(): boolean {
    return this.#interrupt.injected;
  }

  /** KVM_NMI: at most two wait, one while another is handled. */
  queueNmi(): void {
    const limit = this.#nmi.masked || this.#nmi.injected ? 1 : 2;
    this.#nmi = { ...this.#nmi, pending: Math.min(this.#nmi.pending + 1, limit) };
  }

  /** KVM_INTERRUPT without an interrupt chip in the kernel. */
  queueInterrupt(vector: number, isSoft = false): void {
    this.#interrupt = { injected: true, vector, soft: isSoft };
  }

  queueException(vector: number): void {
    this.#injected = true;
    this.#vector = vector;
    this.#hasErrorCode = false;
    this.#errorCode = 0;
  }

  /** Takes a waiting triple fault. */
  takeTripleFault(): boolean {
    const isWaiting = this.#tripleFault;
    this.#tripleFault = false;
    return isWaiting;
  }

  /** Takes the event that comes first, as kvm_check_and_inject_events does; its numbers stay to be seen. */
  takeNext(): X86Delivery | undefined {
    if (this.#injected || this.#pending) {
      const payload = this.#pending && this.#hasPayload ? this.#payload : undefined;
      this.#injected = false;
      this.#pending = false;
      this.#hasPayload = false;
      this.#payload = 0n;
      return { kind: 'exception', vector: this.#vector, ...(payload === undefined ? {} : { payload }) };
    }
    if (this.#nmi.injected || (this.#nmi.pending > 0 && !this.#nmi.masked)) {
      const pending = this.#nmi.injected ? this.#nmi.pending : this.#nmi.pending - 1;
      this.#nmi = { injected: false, pending, masked: true };
      return { kind: 'nmi', vector: nmiVector };
    }
    if (this.#interrupt.injected) {
      this.#interrupt = { ...this.#interrupt, injected: false };
      return { kind: 'interrupt', vector: this.#interrupt.vector };
    }
    return undefined;
  }

  /** IRET ends the handling of an NMI. */
  endNmi(): void {
    this.#nmi = { ...this.#nmi, masked: false };
  }

  /** INIT drops what waits, but not the numbers of what was under way. */
  reset(): void {
    this.#injected = false;
    this.#pending = false;
    this.#interrupt = { ...this.#interrupt, injected: false };
    this.#nmi = { injected: false, pending: 0, masked: false };
    this.#shadow = 0;
    this.#tripleFault = false;
  }

  get #takesPayload(): boolean {
    return this.#enabled.has(x86MachineCapabilities.exceptionPayload);
  }

  get #takesTripleFault(): boolean {
    return this.#enabled.has(x86MachineCapabilities.tripleFaultEvent);
  }

  /** Flag bits the kernel's headers name. */
  get #knownFlags(): number {
    const { version } = this.#host;
    let known = flags.nmiPending | flags.sipiVector | flags.shadow;
    if (version.isAtLeast(4, 2)) known |= flags.smm;
    if (version.isAtLeast(4, 20)) known |= flags.payload;
    if (version.isAtLeast(6, 0)) known |= flags.tripleFault;
    return known;
  }

  /** SET, once the 64 bytes are copied in. Returns 0 or a negative error number. */
  set(bytes: Uint8Array): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, x86EventsSize);
    const isSet = (at: number): boolean => view.getUint8(at) !== 0;
    const given = view.getUint32(20, true);
    if ((given & ~this.#knownFlags) !== 0) return -errno.EINVAL;
    let injected = isSet(0);
    let pending = isSet(3);
    let hasPayload = isSet(55);
    if ((given & flags.payload) !== 0) {
      if (!this.#takesPayload) return -errno.EINVAL;
      if (pending) injected = false;
      else hasPayload = false;
    } else {
      pending = false;
      hasPayload = false;
    }
    const vector = view.getUint8(1);
    if ((injected || pending) && (vector > 31 || vector === nmiVector)) return -errno.EINVAL;
    if ((given & flags.smm) !== 0 && this.#host.vendor === 'pvm' && (isSet(24) || isSet(25))) return -errno.EINVAL;
    this.#injected = injected;
    this.#pending = pending;
    this.#vector = vector;
    this.#hasErrorCode = isSet(2);
    this.#errorCode = view.getUint32(4, true);
    this.#hasPayload = hasPayload;
    this.#payload = view.getBigUint64(56, true);
    this.#interrupt = { injected: isSet(8), vector: view.getUint8(9), soft: isSet(10) };
    if ((given & flags.shadow) !== 0) this.#shadow = this.#shadowOf(view.getUint8(11));
    const masked = isSet(14);
    const limit = masked || isSet(12) ? 1 : 2;
    const nmiPending = (given & flags.nmiPending) !== 0 ? view.getUint8(13) : this.#nmi.pending;
    this.#nmi = { injected: isSet(12), pending: Math.min(nmiPending, limit), masked };
    if ((given & flags.smm) !== 0) {
      this.#smi = { smm: isSet(24), pending: isSet(25), insideNmi: isSet(24) && isSet(26) };
    }
    if ((given & flags.tripleFault) !== 0) {
      // Too late to refuse cleanly: everything above is in effect by now.
      if (!this.#takesTripleFault) return -errno.EINVAL;
      this.#tripleFault = isSet(28);
    }
    return 0;
  }

  #shadowOf(given: number): number {
    const { vendor } = this.#host;
    return vendor === 'svm' ? (given === 0 ? 0 : 3) : given & 3;
  }

  /** The 64 bytes GET copies out. */
  get(): Uint8Array {
    const bytes = new Uint8Array(x86EventsSize);
    const view = new DataView(bytes.buffer);
    const put = (at: number, value: boolean): void => {
      view.setUint8(at, value ? 1 : 0);
    };
    if (!softVectors.has(this.#vector)) {
      put(0, this.#injected || (this.#pending && !this.#takesPayload));
      put(3, this.#pending);
    }
    view.setUint8(1, this.#vector);
    put(2, this.#hasErrorCode);
    view.setUint32(4, this.#errorCode, true);
    put(8, this.#interrupt.injected && !this.#interrupt.soft);
    view.setUint8(9, this.#interrupt.vector);
    view.setUint8(11, this.#shadow);
    put(12, this.#nmi.injected);
    view.setUint8(13, this.#nmi.pending);
    put(14, this.#nmi.masked);
    put(24, this.#smi.smm);
    put(25, this.#smi.pending);
    put(26, this.#smi.insideNmi);
    put(28, this.#takesTripleFault && this.#tripleFault);
    put(55, this.#hasPayload);
    view.setBigUint64(56, this.#payload, true);
    let valid = flags.nmiPending | flags.shadow | flags.smm;
    if (this.#takesPayload) valid |= flags.payload;
    if (this.#takesTripleFault) valid |= flags.tripleFault;
    view.setUint32(20, valid, true);
    return bytes;
  }
}
