/**
 * Exceptions KVM injects (arch/arm64/kvm/inject_fault.c), with what differs between versions.
 *
 * - Before 6.17 an injection writes the syndrome registers at once and leaves the entry for the next run; SErrors always wait
 *   in HCR_EL2.VSE. Since 6.17 `kvm_arm_vcpu_set_events` commits at once, and an SError the guest does not mask is entered.
 * - IL is copied from the last trap (0 if there was none) until 7.2 set it always.
 * - From 5.18 to 6.11 the class constants were signed ints: ESR_EL1 is sign-extended.
 */

import { recordAarch32Abort } from './a64/aarch32-abort.ts';
import { exceptionType } from './a64/guest-cpu.ts';
import { exceptionLevel, pstateBits } from './a64/pstate.ts';
import { sysreg } from './a64/system-registers.ts';
import type { KernelVersion } from './kernel-version.ts';
import { type Vcpu, vcpuFeatures } from './vcpu.ts';

const ilBit = 1 << 25;
const fnvBit = 1 << 10;
const faultExternalAbort = 0x10;
const sctlr2Ease = 1n << 5n;
const classes = {
  instructionLower: 0x20,
  instructionSame: 0x21,
  dataLower: 0x24,
  dataSame: 0x25,
  sError: 0x2f,
} as const;

/** The syndrome of an SError that came without one: IDS, implementation defined. */
export const defaultSErrorSyndrome = 0x100_0000n;

export const issMask = 0x1ff_ffffn;

export function commitsAtOnce(version: KernelVersion): boolean {
  return version.isAtLeast(6, 17);
}

function setsIlAlways(version: KernelVersion): boolean {
  return version.isAtLeast(7, 2);
}

/** IL of an injected syndrome: that of the last trap, until kernels set it always. */
function il(vcpu: Vcpu, version: KernelVersion): number {
  return setsIlAlways(version) ? ilBit : vcpu.trap.syndrome & ilBit;
}

/** The width of ESR_EL1 the kernel writes: sign-extended where its class constants were ints. */
function widen(syndrome: number, version: KernelVersion): bigint {
  const isSignExtended = version.isAtLeast(5, 18) && !version.isAtLeast(6, 11);
  return isSignExtended ? BigInt.asUintN(64, BigInt(syndrome | 0)) : BigInt(syndrome >>> 0);
}

/**
 * Injects a synchronous external abort with FAR of the last trap.
 *
 * @param seed ISS bits the user gives (ext_abt_esr); ORed in, so it can add bits but not clear FSC's
 */
export function injectAbort(vcpu: Vcpu, version: KernelVersion, kind: 'data' | 'instruction', seed = 0n): void {
  const { cpu } = vcpu;
  if (vcpu.hasFeature(vcpuFeatures.el1Is32Bit)) {
    const abort = kind === 'data' ? 'aarch32-data' : 'aarch32-instruction';
    recordAarch32Abort(cpu, abort, vcpu.trap.far);
    vcpu.pend(abort);
    return;
  }
  const isLower = exceptionLevel(cpu.pstate) === 0;
  const exceptionClass =
    kind === 'data'
      ? isLower
        ? classes.dataLower
        : classes.dataSame
      : isLower
        ? classes.instructionLower
        : classes.instructionSame;
  let syndrome = (exceptionClass << 26) | il(vcpu, version) | faultExternalAbort | Number(seed);
  if (version.hasPatchThat('emulatesFnv')) syndrome |= vcpu.trap.syndrome & fnvBit;
  // SCTLR2_EL1.EASE: external aborts come through the SError vector; everything else stays as it is.
  const isSError = (cpu.read(sysreg.SCTLR2_EL1) & sctlr2Ease) !== 0n;
  vcpu.pend(isSError ? exceptionType.sError : exceptionType.synchronous);
  cpu.write(sysreg.ESR_EL1, widen(syndrome, version));
  cpu.write(sysreg.FAR_EL1, vcpu.trap.far);
}

/** An undefined-instruction exception for a trapped access KVM does not know. */
export function injectUndefined(vcpu: Vcpu, version: KernelVersion): void {
  vcpu.pend(exceptionType.synchronous);
  vcpu.cpu.write(sysreg.ESR_EL1, BigInt(il(vcpu, version)));
}

/**
 * Injects an SError with `syndrome` as its ISS.
 *
 * Since 6.17 it is entered by software where the guest has SErrors unmasked: then ESR_EL1 has no IL until 7.2.
 */
export function injectSError(vcpu: Vcpu, version: KernelVersion, syndrome: bigint): void {
  const { cpu } = vcpu;
  const isMasked = (cpu.pstate & pstateBits.a) !== 0;
  if (!commitsAtOnce(version) || isMasked) {
    cpu.virtualSErrorSyndrome = syndrome & issMask;
    cpu.virtualSError = true;
    return;
  }
  const ilOfEntry = setsIlAlways(version) ? ilBit : 0;
  vcpu.pend(exceptionType.sError);
  cpu.write(sysreg.ESR_EL1, (BigInt(classes.sError) << 26n) | BigInt(ilOfEntry) | (syndrome & issMask));
}
