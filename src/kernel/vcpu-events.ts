/**
 * KVM_GET_VCPU_EVENTS and KVM_SET_VCPU_EVENTS on arm64 (arch/arm64/kvm/guest.c), version by version.
 *
 * The same record means the same in every version, but not the order of checks and effects. Up to 6.16 the SError comes first
 * and every check precedes every effect; since 6.17 the abort is injected before the SError is looked at, so an EINVAL can
 * leave an abort behind. The proposed forms moved the order twice more.
 */

import type { CpuModel } from './cpu-models.ts';
import { errno } from './errno.ts';
import { commitsAtOnce, defaultSErrorSyndrome, injectAbort, injectSError, issMask } from './injection.ts';
import type { KernelVersion } from './kernel-version.ts';
import type { Vcpu } from './vcpu.ts';
import { encodeEvents, eventsDecoder, type VcpuEvents } from './vcpu-events-record.ts';

/** Whether GET and SET refuse a vCPU that was not initialised: every kernel but 6.16 does (the check was lost there). */
export function refusesUninitialised(version: KernelVersion): boolean {
  return !(version.major === 6 && version.minor === 16);
}

/** The 64 bytes GET copies out. serror_has_esr tells of the host, not of what was set. */
export function getEvents(vcpu: Vcpu, cpu: CpuModel): Uint8Array {
  const hasRas = cpu.features.has('ras');
  const pending = vcpu.cpu.virtualSError;
  return encodeEvents(pending, hasRas, pending && hasRas ? vcpu.cpu.virtualSErrorSyndrome : 0n);
}

/** SET, once the 64 bytes are copied in. Returns 0 or a negative error number. */
export function setEvents(vcpu: Vcpu, bytes: Uint8Array, version: KernelVersion, cpu: CpuModel): number {
  const events = eventsDecoder(version)(bytes);
  if (events === undefined) return -errno.EINVAL;
  const hasRas = cpu.features.has('ras');
  if (version.hasPatchThat('takesAbortSyndrome')) return setValidated(vcpu, events, version, hasRas);
  if (!commitsAtOnce(version)) {
    const result = setSError(vcpu, events, version, hasRas);
    return result === 0 ? setAbort(vcpu, events, version) : result;
  }
  const result = setAbort(vcpu, events, version);
  if (result !== 0) return result;
  vcpu.commitInjected();
  const sErrorResult = setSError(vcpu, events, version, hasRas);
  vcpu.commitInjected();
  return sErrorResult;
}

function setSError(vcpu: Vcpu, events: VcpuEvents, version: KernelVersion, hasRas: boolean): number {
  if (!events.serrorPending) return 0;
  if (events.serrorHasEsr && (!hasRas || (events.serrorEsr & ~issMask) !== 0n)) return -errno.EINVAL;
  injectSError(vcpu, version, events.serrorHasEsr ? events.serrorEsr : defaultSErrorSyndrome);
  return 0;
}

function setAbort(vcpu: Vcpu, events: VcpuEvents, version: KernelVersion, seed = 0n): number {
  if (events.dataAbortPending && events.instructionAbortPending) return -errno.EINVAL;
  if (events.dataAbortPending) injectAbort(vcpu, version, 'data', seed);
  if (events.instructionAbortPending) injectAbort(vcpu, version, 'instruction', seed);
  return 0;
}

/** The form with ext_abt_esr: everything is checked before anything happens, syndromes even where nothing is pending. */
function setValidated(vcpu: Vcpu, events: VcpuEvents, version: KernelVersion, hasRas: boolean): number {
  if (!hasRas && (events.serrorHasEsr || events.abortHasEsr)) return -errno.EINVAL;
  if (events.serrorHasEsr && (events.serrorEsr & ~issMask) !== 0n) return -errno.EINVAL;
  if (events.abortHasEsr && (events.abortEsr & ~issMask) !== 0n) return -errno.EINVAL;
  const result = setAbort(vcpu, events, version, events.abortHasEsr ? events.abortEsr : 0n);
  if (result !== 0) return result;
  if (commitsAtOnce(version)) vcpu.commitInjected();
  if (events.serrorPending) {
    injectSError(vcpu, version, events.serrorHasEsr ? events.serrorEsr : defaultSErrorSyndrome);
    if (commitsAtOnce(version)) vcpu.commitInjected();
  }
  return 0;
}
