/**
 * A guest touched broken memory: a synchronous external abort (arch/arm64/kvm/mmu.c, kvm_handle_guest_sea).
 *
 * Up to 6.18: the firmware claims it, or the guest gets an SError. With the SEA capability enabled (6.19, or a posting before
 * it) the user gets an exit; nothing happens to the guest, which repeats the access if it is just run again. KVM traps these
 * aborts only on hosts with RAS; without, the guest takes them as they are.
 */

import { exceptionType } from './a64/guest-cpu.ts';
import type { CpuModel } from './cpu-models.ts';
import { defaultSErrorSyndrome, injectSError } from './injection.ts';
import type { KernelVersion } from './kernel-version.ts';
import { exitReasons } from './kvm-run-page.ts';
import type { Machine } from './machine.ts';
import type { LastTrap, Vcpu } from './vcpu.ts';
import { sysreg } from './a64/system-registers.ts';

const fnvBit = 1 << 10;
const setBits = 3 << 11;
/** EC, IL, EA, FnV, CM, WnR and FSC: what a user may rely on in exit 41. */
const seaSyndromeMask = 0xfe00_077f;
const pageMask = 0xfffn;

export interface SeaContext {
  readonly version: KernelVersion;
  readonly cpu: CpuModel;
  readonly machine: Machine;
  readonly firmwareClaimsAborts: boolean;
}

export function handleSea(vcpu: Vcpu, trap: LastTrap, context: SeaContext): 'resume' | { readonly result: number } {
  const { version, cpu, machine } = context;
  if (!cpu.features.has('ras')) {
    // The same abort with the "same level" class, if the guest was at EL1.
    vcpu.cpu.write(sysreg.ESR_EL1, BigInt((trap.syndrome | (vcpu.cpu.el === 1 ? 1 << 26 : 0)) >>> 0));
    vcpu.cpu.write(sysreg.FAR_EL1, trap.far);
    vcpu.cpu.enterException(exceptionType.synchronous, false);
    return 'resume';
  }
  vcpu.trap = trap;
  if (context.firmwareClaimsAborts) return 'resume';
  if (!machine.switches.seaToUser) {
    injectSError(vcpu, version, defaultSErrorSyndrome);
    return 'resume';
  }
  exitToUser(vcpu, trap, version);
  return { result: 0 };
}

function exitToUser(vcpu: Vcpu, trap: LastTrap, version: KernelVersion): void {
  const patch = version.patchFacts.find((facts) => facts.seaExitReason !== undefined);
  const isFarValid = (trap.syndrome & fnvBit) === 0;
  const syndrome = patch?.seaEsrIsRaw === true ? trap.syndrome : (trap.syndrome & (seaSyndromeMask | setBits)) >>> 0;
  const gva = isFarValid ? trap.far : 0n;
  // HPFAR is valid together with FAR.
  const gpa = isFarValid && trap.ipa !== undefined ? trap.ipa & ~pageMask : 0n;
  const esr = BigInt(syndrome >>> 0);
  if (patch?.seaLayout === 'esr-first') {
    vcpu.run.setSea(patch.seaExitReason ?? exitReasons.ARM_SEA, [esr, isFarValid ? 3n : 0n], gva, gpa);
  } else {
    vcpu.run.setSea(patch?.seaExitReason ?? exitReasons.ARM_SEA, [isFarValid ? 1n : 0n, esr], gva, gpa);
  }
}
