/**
 * KVM_ARM_VCPU_INIT and KVM_ARM_PREFERRED_TARGET (arch/arm64/kvm/arm.c).
 *
 * The first word is the target: kernels up to 6.5 tell processors apart, later ones know only "generic". Then come 224
 * feature bits. One the kernel has never heard of is ENOENT, one it cannot give EINVAL.
 */

import type { CpuModel } from './cpu-models.ts';
import { errno } from './errno.ts';
import type { KernelVersion } from './kernel-version.ts';
import { mpStates, type Vcpu, vcpuFeatures } from './vcpu.ts';

export const vcpuInitSize = 32;
const genericTarget = 5;

export function preferredTarget(version: KernelVersion, cpu: CpuModel): number {
  return version.isAtLeast(6, 6) ? genericTarget : cpu.target;
}

/** How many feature bits the kernel knows. */
function featureCount(version: KernelVersion): number {
  if (version.isAtLeast(7, 3)) return 10;
  return version.isAtLeast(6, 16) ? 9 : 7;
}

function has(features: number, feature: number): boolean {
  return ((features >>> feature) & 1) === 1;
}

/** Whether the host can give a vCPU these features. */
function isSupported(features: number, cpu: CpuModel): boolean {
  const { features: host } = cpu;
  const pauth = [vcpuFeatures.pauthAddress, vcpuFeatures.pauthGeneric].map((one) => has(features, one));
  if (has(features, vcpuFeatures.el1Is32Bit) && !host.has('aarch32')) return false;
  if (has(features, vcpuFeatures.pmu) && !host.has('pmu')) return false;
  if (has(features, vcpuFeatures.sve) && !host.has('sve')) return false;
  if (pauth.includes(true) && (pauth.includes(false) || !host.has('pauth'))) return false;
  if (has(features, vcpuFeatures.el2)) return false;
  return !has(features, vcpuFeatures.pmuStrict) || (host.has('pmu') && has(features, vcpuFeatures.pmu));
}

/** The call, once the 32 bytes are copied in; `siblings` are the machine's other vCPUs. Returns 0 or a negative error number. */
export function initialiseVcpu(
  vcpu: Vcpu,
  bytes: Uint8Array,
  siblings: Iterable<Vcpu>,
  version: KernelVersion,
  cpu: CpuModel,
): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, vcpuInitSize);
  const target = view.getUint32(0, true);
  const isKnownTarget = target === preferredTarget(version, cpu) || (version.isAtLeast(6, 6) && target === cpu.target);
  if (!isKnownTarget) return -errno.EINVAL;
  const words = [4, 8, 12, 16, 20, 24, 28].map((at) => view.getUint32(at, true));
  const [first = 0, ...rest] = words;
  if (first >>> featureCount(version) !== 0 || rest.some((word) => word !== 0)) return -errno.ENOENT;
  // POWER_OFF is not a property of the vCPU: it says how to start, and may differ between two inits.
  const features = (first & ~1) >>> 0;
  if (!isSupported(features, cpu)) return -errno.EINVAL;
  if (vcpu.isInitialised && vcpu.features !== features) return -errno.EINVAL;
  if (version.isAtLeast(6, 6)) {
    for (const other of siblings) if (other.isInitialised && other.features !== features) return -errno.EINVAL;
  }
  vcpu.features = features;
  vcpu.isInitialised = true;
  vcpu.cpu.reset();
  if (has(features, vcpuFeatures.el1Is32Bit)) vcpu.cpu.pstate = 0x1d3;
  // Since 6.9 HCR_EL2 is rebuilt only for a vCPU that never ran: a pending SError of one that did survives.
  if (!vcpu.hasRunOnce || !version.isAtLeast(6, 9)) vcpu.cpu.virtualSError = false;
  vcpu.mpState = has(first, vcpuFeatures.powerOff) ? mpStates.stopped : mpStates.runnable;
  if (version.isAtLeast(6, 17)) {
    vcpu.pendingException = undefined;
    vcpu.pendingIncrement = false;
  }
  return 0;
}
