/**
 * `struct kvm_run`: the page a vCPU shares with its user, on 64-bit targets.
 *
 * Only the bytes a kernel writes are written, because a user may keep its own in the rest. So the generated codec is not used
 * here: it encodes whole arms of the union, where a kernel leaves parts alone (the data of an MMIO read), and it is 300 KB to
 * load for six structs. The tests read these bytes back with it. All offsets are from the start of the page; the union of exits begins at 32 on arm64 and x86 alike (FAM: include/uapi/linux/kvm.h).
 *
 * | offset | bytes | member |
 * |---|---|---|
 * | 1 | 1 | immediate_exit |
 * | 8 | 4 | exit_reason |
 * | 14 | 2 | flags |
 * | 32 | 256 | one struct per exit reason |
 * | 304 | 8 | s.regs.device_irq_level (arm64) |
 */

export const exitReasons = {
  UNKNOWN: 0,
  HYPERCALL: 3,
  DEBUG: 4,
  MMIO: 6,
  INTR: 10,
  SYSTEM_EVENT: 24,
  ARM_NISV: 28,
  ARM_SEA: 41,
} as const;

const unionStart = 32;

/** Size of the struct system_event: type, ndata and sixteen words. */
const systemEventSize = 136;
/** Size of the struct hypercall: nr, six arguments, ret, flags. */
const hypercallSize = 72;

export class KvmRunPage {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get immediateExit(): boolean {
    return this.#view.getUint8(1) !== 0;
  }

  get exitReason(): number {
    return this.#view.getUint32(8, true);
  }

  set exitReason(value: number) {
    this.#view.setUint32(8, value, true);
  }

  set flags(value: number) {
    this.#view.setUint16(14, value, true);
  }

  get deviceIrqLevel(): bigint {
    return this.#view.getBigUint64(304, true);
  }

  set deviceIrqLevel(value: bigint) {
    this.#view.setBigUint64(304, value, true);
  }

  /** The data of a read, as the user left it. */
  mmioData(length: number): bigint {
    return BigInt.asUintN(length * 8, this.#view.getBigUint64(40, true));
  }

  /** Exit 6. A read leaves the data bytes alone; a write fills only its own length. */
  setMmio(address: bigint, length: number, value: bigint | undefined): void {
    this.#view.setBigUint64(unionStart, address, true);
    if (value !== undefined) {
      for (let index = 0; index < length; index++) {
        this.#view.setUint8(40 + index, Number((value >> BigInt(index * 8)) & 0xffn));
      }
    }
    this.#view.setUint32(48, length, true);
    this.#view.setUint8(52, value === undefined ? 0 : 1);
    this.exitReason = exitReasons.MMIO;
  }

  setNisv(iss: bigint, address: bigint): void {
    this.exitReason = exitReasons.ARM_NISV;
    this.#view.setBigUint64(unionStart, iss, true);
    this.#view.setBigUint64(40, address, true);
  }

  setSystemEvent(type: number, data: readonly bigint[]): void {
    this.bytes.fill(0, unionStart, unionStart + systemEventSize);
    this.#view.setUint32(unionStart, type, true);
    this.#view.setUint32(36, data.length, true);
    for (const [index, word] of data.entries()) this.#view.setBigUint64(40 + index * 8, word, true);
    this.exitReason = exitReasons.SYSTEM_EVENT;
  }

  /** Exit 3: only nr and flags say anything, the rest is cleared. */
  setHypercall(number: bigint, flags: bigint): void {
    this.bytes.fill(0, unionStart, unionStart + hypercallSize);
    this.#view.setBigUint64(unionStart, number, true);
    this.#view.setBigUint64(96, flags, true);
    this.exitReason = exitReasons.HYPERCALL;
  }

  /** Exit 4. `far` is written for watchpoints only. */
  setDebug(syndrome: number): void {
    this.exitReason = exitReasons.DEBUG;
    this.#view.setUint32(unionStart, syndrome, true);
    this.#view.setUint32(36, 0, true);
    this.flags = 1;
  }

  /** Exit 40 or 41: two words whose order changed between postings, then gva and gpa. */
  setSea(reason: number, words: readonly [bigint, bigint], gva: bigint, gpa: bigint): void {
    this.exitReason = reason;
    this.#view.setBigUint64(unionStart, words[0], true);
    this.#view.setBigUint64(40, words[1], true);
    this.#view.setBigUint64(48, gva, true);
    this.#view.setBigUint64(56, gpa, true);
  }
}
