/**
 * KVM_CHECK_EXTENSION and KVM_ENABLE_CAP on arm64: one row a capability, true of every version from the one named on.
 *
 * A row answers from the version and the processor alone, so a new kernel needs a row only for what it adds. A patch adds
 * rows of its own, and where its number is another capability's upstream, the patch wins on the kernel it is applied to.
 */

import type { CpuModel } from './cpu-models.ts';
import { errno } from './errno.ts';
import type { KernelVersion } from './kernel-version.ts';

interface Host {
  readonly version: KernelVersion;
  readonly cpu: CpuModel;
}

type Answer = number | ((host: Host) => number);

interface CapabilityRow {
  readonly number: number;
  readonly since?: readonly [major: number, minor: number];
  readonly answer: Answer;
  /** The kernel looks at the machine to answer, and answers EINVAL on /dev/kvm, where there is none. */
  readonly needsMachine?: true;
}

const featureOf =
  (name: Parameters<CpuModel['features']['has']>[0]): Answer =>
  ({ cpu }) =>
    cpu.features.has(name) ? 1 : 0;

/** Bits of guest physical address the host can offer: KVM uses LPA2's 52 bits since 6.8. */
export function ipaLimitBits({ version, cpu }: Host): number {
  return version.isAtLeast(6, 8) ? cpu.physicalAddressBits : Math.min(48, cpu.physicalAddressBits);
}

const always = [
  0, 3, 9, 14, 15, 16, 21, 23, 30, 32, 36, 40, 41, 70, 77, 81, 82, 87, 88, 89, 98, 102, 105, 122, 127, 136, 144, 162,
  174,
];

const rows: readonly CapabilityRow[] = [
  ...always.map((number) => ({ number, answer: 1 })),
  { number: 10, answer: 32767 },
  { number: 25, answer: 4096 },
  { number: 66, answer: 512 },
  { number: 128, answer: 512 },
  { number: 93, answer: featureOf('aarch32') },
  { number: 119, answer: ({ cpu }) => cpu.breakpoints },
  { number: 120, answer: ({ cpu }) => cpu.watchpoints },
  { number: 126, answer: featureOf('pmu') },
  { number: 131, answer: 0, needsMachine: true },
  { number: 158, answer: featureOf('ras') },
  { number: 165, answer: ipaLimitBits },
  { number: 168, since: [5, 2], answer: 3 },
  { number: 170, since: [5, 2], answer: featureOf('sve') },
  { number: 171, since: [5, 2], answer: featureOf('pauth') },
  { number: 172, since: [5, 2], answer: featureOf('pauth') },
  { number: 177, since: [5, 5], answer: 1 },
  { number: 178, since: [5, 5], answer: 1 },
  { number: 182, since: [5, 8], answer: 1 },
  { number: 187, since: [5, 10], answer: 1 },
  { number: 195, since: [5, 13], answer: 0x30003 },
  { number: 198, since: [5, 13], answer: 1 },
  { number: 203, since: [5, 14], answer: 1 },
  { number: 205, since: [5, 14], answer: featureOf('mte') },
  { number: 215, since: [5, 18], answer: 1 },
  { number: 216, since: [5, 19], answer: 1 },
  { number: 223, since: [6, 2], answer: 1_048_576 },
  { number: 225, since: [6, 2], answer: 1 },
  { number: 227, since: [6, 4], answer: 1 },
  // Sizes of stage-2 mappings: 1 GiB, 2 MiB and 4 KiB.
  { number: 229, since: [6, 5], answer: 0x4020_1000 },
  { number: 230, since: [6, 7], answer: 1 },
  { number: 231, since: [6, 8], answer: 1 },
  { number: 234, since: [6, 18], answer: 1 },
  { number: 239, since: [6, 15], answer: 1 },
  { number: 243, since: [6, 17], answer: 0, needsMachine: true },
  { number: 244, since: [6, 18], answer: 3 },
  { number: 245, since: [6, 19], answer: 1 },
  { number: 251, since: [7, 3], answer: featureOf('pmu') },
];

/** Numbers the applied patches claim, each answering 1. */
function patchCapabilities(version: KernelVersion): Set<number> {
  const numbers = new Set<number>();
  for (const { abortCapability, seaCapability } of version.patchFacts) {
    if (seaCapability !== undefined) numbers.add(seaCapability);
    if (abortCapability !== undefined) {
      numbers.add(typeof abortCapability === 'number' ? abortCapability : abortCapability(version));
    }
  }
  return numbers;
}

/**
 * What KVM_CHECK_EXTENSION answers: the value, or a negative error number.
 *
 * @param number the whole 64-bit argument; a number above 32 bits is unknown, not truncated
 */
export function checkExtension(number: bigint, descriptor: 'kvm' | 'vm', host: Host): number {
  const small = number <= 0xffff_ffffn ? Number(number) : -1;
  if (patchCapabilities(host.version).has(small)) return 1;
  const row = rows.find((one) => one.number === small);
  if (row === undefined) return 0;
  if (row.since !== undefined && !host.version.isAtLeast(...row.since)) return 0;
  if (row.needsMachine === true && descriptor === 'kvm') return -errno.EINVAL;
  return typeof row.answer === 'number' ? row.answer : row.answer(host);
}

/** The capability that makes a guest's external aborts exits, if the kernel has one. */
export function seaCapability(version: KernelVersion): number | undefined {
  const patched = version.patchFacts.find((facts) => facts.seaCapability !== undefined);
  return patched?.seaCapability ?? (version.isAtLeast(6, 19) ? 245 : undefined);
}

/** Flags of a machine that KVM_ENABLE_CAP can set. */
export interface MachineSwitches {
  nisvToUser: boolean;
  seaToUser: boolean;
  systemSuspend: boolean;
}

/**
 * KVM_ENABLE_CAP on a machine. Returns 0 or a negative error number.
 *
 * Generic capabilities come first and look at their arguments; of the arm64 ones only `flags` is looked at, and `pad` by
 * none, so neither can be given a meaning later.
 */
export function enableCapability(
  request: { readonly cap: number; readonly flags: number; readonly argument: bigint },
  machine: { readonly switches: MachineSwitches; readonly vcpuCount: number; readonly hasSlots: boolean },
  host: Host,
): number {
  const { cap, flags, argument } = request;
  const { version, cpu } = host;
  if (cap === 168 && version.isAtLeast(5, 2)) {
    // KVM_DIRTY_LOG_INITIALLY_SET (2) makes no sense without MANUAL_PROTECT_ENABLE (1).
    return flags !== 0 || argument > 3n || argument === 2n ? -errno.EINVAL : 0;
  }
  if (cap === 182 && version.isAtLeast(5, 8)) return flags !== 0 || argument > 0xffff_ffffn ? -errno.EINVAL : 0;
  if (flags !== 0) return -errno.EINVAL;
  if (cap === 177 && version.isAtLeast(5, 5)) {
    machine.switches.nisvToUser = true;
    return 0;
  }
  if (cap === seaCapability(version)) {
    machine.switches.seaToUser = true;
    return 0;
  }
  if (cap === 216 && version.isAtLeast(5, 19)) {
    machine.switches.systemSuspend = true;
    return 0;
  }
  if (cap === 205 && version.isAtLeast(5, 14))
    return cpu.features.has('mte') && machine.vcpuCount === 0 ? 0 : -errno.EINVAL;
  if (cap === 228 && version.isAtLeast(6, 5)) {
    const isBlockSize = argument === 0n || (argument & 0x4020_1000n) === argument;
    return isBlockSize && !machine.hasSlots ? 0 : -errno.EINVAL;
  }
  if (cap === 239 && version.isAtLeast(6, 15)) return machine.vcpuCount === 0 ? 0 : -errno.EBUSY;
  return -errno.EINVAL;
}
