/**
 * KVM_CHECK_EXTENSION and KVM_ENABLE_CAP on x86 (arch/x86/kvm/x86.c): one row a capability, by version and host.
 *
 * As on arm64, a row holds from the version it names on. Capabilities that need a build option or nested paging answer 0
 * without it; a number no row names is unknown, and 0.
 */

import { errno } from '../errno.ts';
import { factsOf, type X86Host, type X86HostFacts } from './host.ts';

type Answer = number | ((facts: X86HostFacts) => number);

interface CapabilityRow {
  readonly number: number;
  readonly since?: readonly [major: number, minor: number];
  readonly answer: Answer;
  /** What a machine's descriptor answers instead. */
  readonly onMachine?: Answer;
}

const always = [
  0, 1, 2, 3, 4, 6, 7, 8, 11, 12, 14, 16, 21, 22, 23, 24, 26, 30, 32, 33, 34, 35, 36, 37, 40, 41, 47, 50, 51, 54, 55,
  56, 59, 61, 72, 76, 77, 81, 82, 89, 95, 97, 98, 100, 105, 116, 121, 122, 127, 136, 153, 159, 162, 164, 173, 182, 183,
  184,
];

const ifFull =
  (value: number): Answer =>
  ({ isFullBuild }) =>
    isFullBuild ? value : 0;

/** Hyper-V's interfaces: one build option since 6.8, always there before. */
const hyperV = [44, 45, 46, 96, 123, 148, 149, 154, 155, 161, 167, 191, 199];

const rows: readonly CapabilityRow[] = [
  ...always.map((number) => ({ number, answer: 1 })),
  ...hyperV.map((number) => ({ number, answer: ifFull(1) })),
  { number: 9, answer: ({ onlineProcessors }) => onlineProcessors },
  { number: 10, answer: 32764 },
  // Page of the coalesced MMIO ring: behind kvm_run and the page of port data.
  { number: 15, answer: 2 },
  { number: 25, answer: 4096 },
  // Banks of machine-check registers.
  { number: 31, answer: 32 },
  { number: 38, answer: ifFull(0x1ff) },
  // KVM_CLOCK_TSC_STABLE, _REALTIME, _HOST_TSC
  { number: 39, answer: 14 },
  { number: 66, answer: ({ maximumVcpus }) => maximumVcpus },
  { number: 128, answer: ({ maximumVcpuIds }) => maximumVcpuIds },
  { number: 70, since: [6, 18], answer: 1 },
  // KVM_SYNC_X86_REGS, _SREGS, _EVENTS
  { number: 74, answer: 7 },
  { number: 117, answer: ifFull(1) },
  { number: 118, answer: ifFull(2) },
  { number: 129, answer: 3 },
  { number: 143, answer: ({ disableExits }) => disableExits },
  { number: 157, answer: ({ nestedStateSize }) => nestedStateSize },
  { number: 168, since: [5, 2], answer: 3 },
  // GUEST_MAXPHYADDR below the host's works only where KVM walks the page tables itself.
  { number: 185, since: [5, 9], answer: ({ hasNestedPaging }) => (hasNestedPaging ? 0 : 1) },
  { number: 187, since: [5, 10], answer: 1 },
  { number: 188, since: [5, 10], answer: 1 },
  { number: 189, since: [5, 10], answer: 1 },
  { number: 190, since: [5, 10], answer: 1 },
  { number: 192, since: [5, 11], answer: 1_048_576 },
  { number: 195, since: [5, 13], answer: 0x1f_0003 },
  { number: 196, since: [5, 13], answer: ifFull(1) },
  { number: 197, since: [5, 13], answer: 1 },
  { number: 200, since: [5, 14], answer: 1 },
  // A set of hypercalls that can exit: KVM_HC_MAP_GPA_RANGE is number 12.
  { number: 201, since: [5, 14], answer: 1 << 12 },
  { number: 203, since: [5, 14], answer: 1 },
  { number: 204, since: [5, 15], answer: 1 },
  { number: 206, since: [5, 16], answer: 1 },
  { number: 208, since: [5, 17], answer: 4096 },
  { number: 209, since: [5, 17], answer: 1 },
  { number: 213, since: [5, 18], answer: ({ laterQuirks }) => 0x1ff | laterQuirks },
  { number: 215, since: [5, 18], answer: 1 },
  { number: 218, since: [6, 0], answer: 1 },
  { number: 220, since: [6, 0], answer: 1 },
  { number: 223, since: [6, 1], answer: 1_048_576 },
  { number: 226, since: [6, 3], answer: 1 },
  { number: 231, since: [6, 8], answer: 1 },
  { number: 232, since: [6, 8], answer: 1 },
  // Private memory: only machines of a type that has it, which an ordinary one is not.
  { number: 233, since: [6, 8], answer: ifFull(8), onMachine: 0 },
  { number: 235, since: [6, 8], answer: 1 },
  { number: 236, since: [6, 11], answer: ({ hasNestedPaging }) => (hasNestedPaging ? 1 : 0) },
  { number: 237, since: [6, 11], answer: 1 },
  { number: 238, since: [6, 12], answer: 1 },
  { number: 244, since: [6, 18], answer: 3 },
];

/** What KVM_CHECK_EXTENSION answers; the argument counts whole, not cut to 32 bits. */
export function checkX86Extension(number: bigint, descriptor: 'kvm' | 'vm', host: X86Host): number {
  const small = number <= 0xffff_ffffn ? Number(number) : -1;
  const facts = factsOf(host.vendor);
  // guest_memfd: asked without a machine, any host that could have it says yes. Since 6.18 ordinary machines have it, too.
  if (small === 234)
    return host.version.isAtLeast(6, 18) || (descriptor === 'kvm' && host.version.isAtLeast(6, 8)) ? 1 : 0;
  // KVM_X2APIC_API_*: since 6.18 also who suppresses broadcasts of EOI, which depends on the machine's interrupt chip.
  if (small === 129 && host.version.isAtLeast(6, 18)) return descriptor === 'kvm' ? 15 : 11;
  const row = rows.find((one) => one.number === small);
  if (row === undefined) return 0;
  if (row.since !== undefined && !host.version.isAtLeast(...row.since)) return 0;
  const answer = descriptor === 'vm' && row.onMachine !== undefined ? row.onMachine : row.answer;
  return typeof answer === 'number' ? answer : answer(facts);
}

/** What KVM_ENABLE_CAP can turn on in a machine that is simulated. */
export const x86MachineCapabilities = {
  exceptionPayload: 164,
  userSpaceMsr: 188,
  exitOnEmulationFailure: 204,
  tripleFaultEvent: 218,
} as const;

const enableable = new Map<number, readonly [major: number, minor: number]>([
  [x86MachineCapabilities.exceptionPayload, [4, 20]],
  [x86MachineCapabilities.userSpaceMsr, [5, 10]],
  [x86MachineCapabilities.exitOnEmulationFailure, [5, 15]],
  [x86MachineCapabilities.tripleFaultEvent, [6, 0]],
]);

/** Reasons for which an MSR may become an exit: invalid 1, unknown 2, filtered 4. */
const msrReasons = 7n;

/**
 * KVM_ENABLE_CAP on a machine. Returns 0 or a negative error number.
 *
 * @param switches the first argument of every capability that is on; changed by the call
 */
export function enableX86Capability(
  request: { readonly cap: number; readonly flags: number; readonly argument: bigint },
  switches: Map<number, bigint>,
  { version }: X86Host,
): number {
  const { cap, flags, argument } = request;
  const since = enableable.get(cap);
  if (flags !== 0 || since === undefined || !version.isAtLeast(...since)) return -errno.EINVAL;
  if (cap === x86MachineCapabilities.userSpaceMsr && (argument & ~msrReasons) !== 0n) return -errno.EINVAL;
  if (argument === 0n) switches.delete(cap);
  else switches.set(cap, argument);
  return 0;
}
