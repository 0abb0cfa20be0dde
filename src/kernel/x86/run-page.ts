/**
 * `struct kvm_run` of an x86 vCPU, with the page of port data behind it (include/uapi/linux/kvm.h).
 *
 * | offset | bytes | member |
 * |---|---|---|
 * | 0 | 1 | request_interrupt_window |
 * | 12 | 1 | ready_for_interrupt_injection |
 * | 13 | 1 | if_flag |
 * | 16 | 8 | cr8 |
 * | 24 | 8 | apic_base |
 * | 32 | 256 | one struct per exit reason |
 * | 4096 | 4096 | data of port input and output |
 *
 * Unlike on arm64, every run writes bytes 12 to 31, also one that ends before it began.
 */

import { KvmRunPage } from '../kvm-run-page.ts';

export const x86ExitReasons = {
  IO: 2,
  DEBUG: 4,
  HLT: 5,
  IRQ_WINDOW_OPEN: 7,
  SHUTDOWN: 8,
  INTERNAL_ERROR: 17,
  X86_RDMSR: 29,
  X86_WRMSR: 30,
} as const;

export const portDataOffset = 4096;
const internalErrorEmulation = 1;
const debugVector = 1;
/** The boot processor's local APIC, enabled, at its usual address. */
const apicBase = 0xfee0_0900n;

export class X86RunPage extends KvmRunPage {
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    super(bytes);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get wantsInterruptWindow(): boolean {
    return this.#view.getUint8(0) !== 0;
  }

  /** The bytes every run ends with. */
  finish(state: { readonly isInterruptFlagSet: boolean; readonly isReady: boolean }): void {
    this.#view.setUint8(12, state.isReady ? 1 : 0);
    this.#view.setUint8(13, state.isInterruptFlagSet ? 1 : 0);
    this.flags = 0;
    this.#view.setBigUint64(16, 0n, true);
    this.#view.setBigUint64(24, apicBase, true);
  }

  /** Exit 2; the data is in the page behind. */
  setPort(access: {
    readonly isOut: boolean;
    readonly port: number;
    readonly size: number;
    readonly count: number;
  }): void {
    this.exitReason = x86ExitReasons.IO;
    this.#view.setUint8(32, access.isOut ? 1 : 0);
    this.#view.setUint8(33, access.size);
    this.#view.setUint16(34, access.port, true);
    this.#view.setUint32(36, access.count, true);
    this.#view.setBigUint64(40, BigInt(portDataOffset), true);
  }

  portData(length: number): Uint8Array {
    return this.bytes.subarray(portDataOffset, portDataOffset + length);
  }

  /** Exit 4: exception, pc, dr6 and (where the processor tells it) dr7. */
  setSingleStep(pc: number, dr7: bigint | undefined): void {
    this.exitReason = x86ExitReasons.DEBUG;
    this.#view.setUint32(32, debugVector, true);
    this.#view.setBigUint64(40, BigInt(pc), true);
    // BS, and the bits that are always one.
    this.#view.setBigUint64(48, 0xffff_4ff0n, true);
    if (dr7 !== undefined) this.#view.setBigUint64(56, dr7, true);
  }

  /** Exit 17: emulation failed; the words say what the processor told of the trap. */
  setEmulationFailure(words: readonly bigint[]): void {
    this.exitReason = x86ExitReasons.INTERNAL_ERROR;
    this.#view.setUint32(32, internalErrorEmulation, true);
    this.#view.setUint32(36, words.length, true);
    for (const [index, word] of words.entries()) this.#view.setBigUint64(40 + index * 8, word, true);
  }

  /** Exits 29 and 30. A read leaves zero for the user to fill in. */
  setMsr(isWrite: boolean, reason: number, index: number, data: bigint): void {
    this.exitReason = isWrite ? x86ExitReasons.X86_WRMSR : x86ExitReasons.X86_RDMSR;
    // error, and seven bytes of padding that KVM clears with it
    this.#view.setBigUint64(32, 0n, true);
    this.#view.setUint32(40, reason, true);
    this.#view.setUint32(44, index, true);
    this.#view.setBigUint64(48, data, true);
  }

  get msrError(): boolean {
    return this.#view.getUint8(32) !== 0;
  }

  get msrData(): bigint {
    return this.#view.getBigUint64(48, true);
  }
}
