/**
 * Which kernel is simulated: a version, and proposed patches laid over it.
 *
 * Rules ask two questions only: is the version at least X.Y, and is a patch applied. So a new version is no new code, and a
 * rule reads like the kernel's history. `6.12.117+iabt` is version 6.12 (the third number never matters: what stable
 * kernels backported is written into the rules) with the patch `iabt`.
 */

import { UserError } from '../diagnostic.ts';

/** Where a proposed series put its numbers, and which form of `kvm_vcpu_events` it defined. */
export interface PatchFacts {
  readonly summary: string;
  /** ext_iabt_pending at byte 3. */
  readonly injectsInstructionAborts?: true;
  /** ext_abt_has_esr at byte 4 and ext_abt_esr at byte 16. */
  readonly takesAbortSyndrome?: true;
  /** KVM_CAP number for injecting instruction aborts (or giving a syndrome). */
  readonly abortCapability?: number | ((version: KernelVersion) => number);
  readonly seaCapability?: number;
  readonly seaExitReason?: number;
  /** v1 and v2: esr before flags, bit 0 means "gva valid", bit 1 "gpa valid". */
  readonly seaLayout?: 'esr-first' | 'flags-first';
  /** v1 hands out ESR_EL2 unmasked. */
  readonly seaEsrIsRaw?: true;
  /** FnV of the last trap is copied into the injected syndrome. */
  readonly emulatesFnv?: true;
}

const patchTable = {
  iabt: {
    summary: 'ext_iabt_pending in byte 3 (patch 3 of the first SEA series)',
    injectsInstructionAborts: true,
    abortCapability: 241,
  },
  ext_abt_esr: {
    summary: 'ext_abt_has_esr and ext_abt_esr: a syndrome for injected aborts (July 2025)',
    injectsInstructionAborts: true,
    takesAbortSyndrome: true,
    // On kernels whose 241 is taken, the builds the rules were measured on used the made-up number 252.
    abortCapability: (version) => (version.isAtLeast(6, 16) ? 252 : 241),
  },
  'sea-v1': {
    summary: 'series "VMM can handle guest SEA", first posting (May 2025): exit 40, capability 240',
    injectsInstructionAborts: true,
    abortCapability: 241,
    seaCapability: 240,
    seaExitReason: 40,
    seaLayout: 'esr-first',
    seaEsrIsRaw: true,
    emulatesFnv: true,
  },
  'sea-v2': {
    summary: 'second posting (June 2025): exit 40, capability 242',
    injectsInstructionAborts: true,
    abortCapability: 243,
    seaCapability: 242,
    seaExitReason: 40,
    seaLayout: 'esr-first',
    emulatesFnv: true,
  },
  'sea-v3': {
    summary: 'third posting (July 2025): exit 41, capability 244, flags first',
    seaCapability: 244,
    seaExitReason: 41,
    seaLayout: 'flags-first',
  },
  'sea-v4': {
    summary: 'fourth posting (October 2025), as merged in 6.19: exit 41, capability 245',
    seaCapability: 245,
    seaExitReason: 41,
    seaLayout: 'flags-first',
  },
} as const satisfies Record<string, PatchFacts>;

export type PatchName = keyof typeof patchTable;

export const patchNames = Object.keys(patchTable) as PatchName[];

const oldest = { major: 4, minor: 19 };

/** The last release of each major number; of the last one, the newest whose rules are written here. */
const lastMinors: ReadonlyMap<number, number> = new Map([
  [4, 20],
  [5, 19],
  [6, 19],
  [7, 3],
]);

function patchNamed(name: string): PatchName {
  const known = patchNames.find((one) => one === name);
  if (known === undefined) throw new UserError(`There is no patch "${name}"; known: ${patchNames.join(', ')}.`);
  return known;
}

export class KernelVersion {
  readonly major: number;
  readonly minor: number;
  readonly patches: readonly PatchName[];

  /** @throws UserError if there was no such release, its rules are not known, or a patch is unknown. */
  constructor(major: number, minor: number, patches: readonly string[] = []) {
    this.major = major;
    this.minor = minor;
    this.patches = patches.map(patchNamed);
    if (!this.isAtLeast(oldest.major, oldest.minor)) {
      throw new UserError('Kernels before 4.19 are not simulated: they have no KVM_GET_VCPU_EVENTS on arm64.');
    }
    const last = lastMinors.get(major);
    if (last === undefined || minor > last) {
      const newest = [...lastMinors].at(-1)?.join('.') ?? '';
      throw new UserError(
        last === undefined || newest === `${String(major)}.${String(last)}`
          ? `What kernels after ${newest} answer is not known.`
          : `There is no kernel ${String(major)}.${String(minor)}: ${String(major)}.${String(last)} was the last of its kind.`,
      );
    }
  }

  isAtLeast(major: number, minor: number): boolean {
    return this.major > major || (this.major === major && this.minor >= minor);
  }

  /** The facts of every applied patch, in the order they were written. */
  get patchFacts(): readonly PatchFacts[] {
    return this.patches.map((name) => patchTable[name]);
  }

  hasPatchThat(fact: 'injectsInstructionAborts' | 'takesAbortSyndrome' | 'emulatesFnv'): boolean {
    return this.patchFacts.some((facts) => facts[fact] === true);
  }

  toString(): string {
    return [`${String(this.major)}.${String(this.minor)}`, ...this.patches].join('+');
  }
}

/**
 * Reads `6.12`, `6.12.117`, `6.12.117-deb`, `7.3+ext_abt_esr`.
 *
 * @throws UserError if it is no version, none that is simulated (4.19 to 7.3), or names an unknown patch.
 */
export function parseKernelVersion(text: string): KernelVersion {
  const [base = '', ...patches] = text.split('+');
  const match = /^(\d{1,3})\.(\d{1,3})(?:\.\d+)?(?:-[\w.-]+)?$/.exec(base);
  if (match === null) throw new UserError(`"${text}" is no kernel version (such as 6.12 or 6.12+iabt).`);
  return new KernelVersion(Number(match[1]), Number(match[2]), patches);
}
