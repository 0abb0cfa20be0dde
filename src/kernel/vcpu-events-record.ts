/**
 * The bytes of arm64's `struct kvm_vcpu_events`, in the forms kernels have known.
 *
 * | offset | bytes | field | since |
 * |---|---|---|---|
 * | 0 | 1 | exception.serror_pending | 4.19 |
 * | 1 | 1 | exception.serror_has_esr | 4.19 |
 * | 2 | 1 | exception.ext_dabt_pending | 5.5 |
 * | 3 | 1 | exception.ext_iabt_pending | proposed |
 * | 4 | 1 | exception.ext_abt_has_esr | proposed |
 * | 8 | 8 | exception.serror_esr | 4.19 |
 * | 16 | 8 | exception.ext_abt_esr | proposed; reserved[0..1] before |
 *
 * What a form does not name is pad or reserved, and has to be zero.
 */

import type { KernelVersion } from './kernel-version.ts';

export const eventsSize = 64;

export interface VcpuEvents {
  readonly serrorPending: boolean;
  readonly serrorHasEsr: boolean;
  readonly dataAbortPending: boolean;
  readonly instructionAbortPending: boolean;
  readonly abortHasEsr: boolean;
  readonly serrorEsr: bigint;
  readonly abortEsr: bigint;
}

/** One byte per byte of the record: whether the kernel's form has a field there. */
function knownBytes(version: KernelVersion): ReadonlySet<number> {
  const known = new Set([0, 1, 8, 9, 10, 11, 12, 13, 14, 15]);
  if (version.isAtLeast(5, 5)) known.add(2);
  if (version.hasPatchThat('injectsInstructionAborts')) known.add(3);
  if (version.hasPatchThat('takesAbortSyndrome')) for (const at of [4, 16, 17, 18, 19, 20, 21, 22, 23]) known.add(at);
  return known;
}

const knownBytesOf = new WeakMap<KernelVersion, ReadonlySet<number>>();

/** Reads a record; `undefined` if a pad or reserved byte is not zero, which every kernel answers with EINVAL. */
export function decodeEvents(bytes: Uint8Array, version: KernelVersion): VcpuEvents | undefined {
  let known = knownBytesOf.get(version);
  if (known === undefined) {
    known = knownBytes(version);
    knownBytesOf.set(version, known);
  }
  for (let at = 0; at < eventsSize; at++) if (bytes[at] !== 0 && !known.has(at)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, eventsSize);
  // Any non-zero byte is true.
  const isSet = (at: number): boolean => view.getUint8(at) !== 0;
  return {
    serrorPending: isSet(0),
    serrorHasEsr: isSet(1),
    dataAbortPending: isSet(2),
    instructionAbortPending: isSet(3),
    abortHasEsr: isSet(4),
    serrorEsr: view.getBigUint64(8, true),
    abortEsr: view.getBigUint64(16, true),
  };
}

/** Writes what GET fills in: only the SError fields, everything else zero. */
export function encodeEvents(pending: boolean, hasEsr: boolean, esr: bigint): Uint8Array {
  const bytes = new Uint8Array(eventsSize);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, pending ? 1 : 0);
  view.setUint8(1, hasEsr ? 1 : 0);
  view.setBigUint64(8, esr, true);
  return bytes;
}
