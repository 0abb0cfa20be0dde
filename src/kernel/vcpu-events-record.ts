/**
 * arm64's `struct kvm_vcpu_events` in the forms kernels have known, read through the generated codecs.
 *
 * | form | kernels | names |
 * |---|---|---|
 * | serror | 4.19 – 5.4 | serror_pending, serror_has_esr, serror_esr |
 * | v1 | 5.5 – | + ext_dabt_pending |
 * | iabt | proposed | + ext_iabt_pending |
 * | ext_abt_esr | proposed | + ext_abt_has_esr, ext_abt_esr |
 *
 * What a form does not name is pad or reserved, and has to be zero.
 */

import { KvmVcpuEventsView as AbortSyndromeForm } from '../generated/kvm_vcpu_events.ext_abt_esr.arm64.ts';
import { KvmVcpuEventsView as InstructionAbortForm } from '../generated/kvm_vcpu_events.iabt.arm64.ts';
import { KvmVcpuEventsView as SErrorForm } from '../generated/kvm_vcpu_events.serror.arm64.ts';
import { KvmVcpuEvents, KvmVcpuEventsView as DataAbortForm } from '../generated/kvm_vcpu_events.v1.arm64.ts';
import type { KernelVersion } from './kernel-version.ts';

export const eventsSize = KvmVcpuEvents.sizeBytes;

export interface VcpuEvents {
  readonly serrorPending: boolean;
  readonly serrorHasEsr: boolean;
  readonly dataAbortPending: boolean;
  readonly instructionAbortPending: boolean;
  readonly abortHasEsr: boolean;
  readonly serrorEsr: bigint;
  readonly abortEsr: bigint;
}

/** Reads a record; `undefined` if a pad or reserved byte is not zero, which every kernel answers with EINVAL. */
export type EventsDecoder = (bytes: Uint8Array) => VcpuEvents | undefined;

interface Padding {
  readonly reserved: (index: number) => number;
  readonly exception: { readonly pad: (index: number) => number };
}

function isClear(view: Padding, padBytes: number, reservedWords: number): boolean {
  for (let index = 0; index < reservedWords; index++) if (view.reserved(index) !== 0) return false;
  const { exception } = view;
  for (let index = 0; index < padBytes; index++) if (exception.pad(index) !== 0) return false;
  return true;
}

interface SErrorFields {
  readonly serror_pending: number;
  readonly serror_has_esr: number;
  readonly serror_esr: bigint;
}

/** The part every form has; any non-zero byte is true. */
function serrorPart({ serror_pending, serror_has_esr, serror_esr }: SErrorFields): VcpuEvents {
  return {
    serrorPending: serror_pending !== 0,
    serrorHasEsr: serror_has_esr !== 0,
    dataAbortPending: false,
    instructionAbortPending: false,
    abortHasEsr: false,
    serrorEsr: serror_esr,
    abortEsr: 0n,
  };
}

const decodeSErrorForm: EventsDecoder = (bytes) => {
  const view = new SErrorForm().reset(bytes);
  return isClear(view, 6, 12) ? serrorPart(view.exception) : undefined;
};

const decodeDataAbortForm: EventsDecoder = (bytes) => {
  const view = new DataAbortForm().reset(bytes);
  if (!isClear(view, 5, 12)) return undefined;
  const { exception } = view;
  return { ...serrorPart(exception), dataAbortPending: exception.ext_dabt_pending !== 0 };
};

const decodeInstructionAbortForm: EventsDecoder = (bytes) => {
  const view = new InstructionAbortForm().reset(bytes);
  if (!isClear(view, 4, 12)) return undefined;
  const { exception } = view;
  return {
    ...serrorPart(exception),
    dataAbortPending: exception.ext_dabt_pending !== 0,
    instructionAbortPending: exception.ext_iabt_pending !== 0,
  };
};

const decodeAbortSyndromeForm: EventsDecoder = (bytes) => {
  const view = new AbortSyndromeForm().reset(bytes);
  if (!isClear(view, 3, 10)) return undefined;
  const { exception } = view;
  return {
    ...serrorPart(exception),
    dataAbortPending: exception.ext_dabt_pending !== 0,
    instructionAbortPending: exception.ext_iabt_pending !== 0,
    abortHasEsr: exception.ext_abt_has_esr !== 0,
    abortEsr: exception.ext_abt_esr,
  };
};

/** The decoder of the form a kernel was built with. */
export function eventsDecoder(version: KernelVersion): EventsDecoder {
  if (version.hasPatchThat('takesAbortSyndrome')) return decodeAbortSyndromeForm;
  if (version.hasPatchThat('injectsInstructionAborts')) return decodeInstructionAbortForm;
  return version.isAtLeast(5, 5) ? decodeDataAbortForm : decodeSErrorForm;
}

/** Writes what GET fills in: only the SError fields, which stand at the same place in every form. */
export function encodeEvents(pending: boolean, hasEsr: boolean, esr: bigint): Uint8Array {
  return KvmVcpuEvents.encode({
    exception: { serror_pending: pending ? 1 : 0, serror_has_esr: hasEsr ? 1 : 0, serror_esr: esr },
  });
}
