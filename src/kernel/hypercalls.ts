/**
 * HVC and SMC from a guest: the SMC calling convention, PSCI, and what leaves to the user (arch/arm64/kvm/hypercalls.c,
 * psci.c).
 *
 * Version, power off, reset, reset2, suspend and the calls a single processor can make are simulated; CPU_ON of another
 * processor is not and answers INVALID_PARAMETERS. Other services are NOT_SUPPORTED.
 */

import { psciVersion } from './one-reg.ts';
import type { KernelVersion } from './kernel-version.ts';
import type { Machine } from './machine.ts';
import { mpStates, type Vcpu, vcpuFeatures } from './vcpu.ts';

const notSupported = -1n;
const invalidParameters = -2n;
const alreadyOn = -4n;
const internalFailure = -6n;

const systemEvent = { shutdown: 1, reset: 2, suspend: 5 } as const;
/** KVM_SYSTEM_EVENT_RESET_FLAG_PSCI_RESET2. */
const reset2Flag = 1n;

/** What becomes of the run: it goes on, exits to the user, or the processor went to sleep. */
export type HypercallOutcome = 'resume' | 'exit';

export function handleHypercall(vcpu: Vcpu, machine: Machine, version: KernelVersion): HypercallOutcome {
  const functionId = vcpu.cpu.w(0);
  const filter = machine.smcccFilters.find(({ base, count }) => functionId >= base && functionId < base + count);
  if (filter?.action === 2) {
    vcpu.run.setHypercall(BigInt(functionId), 0n);
    return 'exit';
  }
  if (filter?.action === 1) return answer(vcpu, notSupported);
  if (functionId === 0x8000_0000) return answer(vcpu, 0x1_0001n);
  if ((functionId & 0xbfff_ffe0) >>> 0 === 0x8400_0000) return handlePsci(vcpu, machine, version, functionId);
  return answer(vcpu, notSupported);
}

/** An SMCCC result is four registers: the value, and three zeros. */
function answer(vcpu: Vcpu, value: bigint): HypercallOutcome {
  vcpu.cpu.setX(0, BigInt.asUintN(64, value));
  for (const register of [1, 2, 3]) vcpu.cpu.setX(register, 0n);
  return 'resume';
}

/** Every processor stops before the user hears of a power off or reset. */
function stopMachine(vcpu: Vcpu, machine: Machine, type: number, data: bigint): HypercallOutcome {
  for (const other of machine.vcpus.values()) other.mpState = mpStates.stopped;
  vcpu.run.setSystemEvent(type, [data]);
  return 'exit';
}

function handlePsci(vcpu: Vcpu, machine: Machine, version: KernelVersion, functionId: number): HypercallOutcome {
  // PSCI 0.1 has function numbers of its own; these are unknown to it.
  if (!vcpu.hasFeature(vcpuFeatures.psci02)) return answer(vcpu, notSupported);
  switch (functionId & 0x1f) {
    case 0:
      return answer(vcpu, BigInt(psciVersion(vcpu, version)));
    case 2:
      vcpu.mpState = mpStates.stopped;
      return answer(vcpu, 0n);
    case 3:
      return answer(vcpu, vcpu.cpu.x(1) === 0n ? alreadyOn : invalidParameters);
    case 4:
      return answer(vcpu, vcpu.cpu.x(1) === 0n ? 0n : invalidParameters);
    case 6:
      return answer(vcpu, 2n);
    case 8:
      answer(vcpu, internalFailure);
      return stopMachine(vcpu, machine, systemEvent.shutdown, 0n);
    case 9:
      answer(vcpu, internalFailure);
      return stopMachine(vcpu, machine, systemEvent.reset, 0n);
    case 0x0e:
      if (!machine.switches.systemSuspend) return answer(vcpu, notSupported);
      vcpu.run.setSystemEvent(systemEvent.suspend, []);
      return 'exit';
    case 0x12: {
      const type = vcpu.cpu.w(1);
      if (type !== 0 && type < 0x8000_0000) return answer(vcpu, invalidParameters);
      // Of all, this call sets x0 alone.
      vcpu.cpu.setX(0, BigInt.asUintN(64, internalFailure));
      return stopMachine(vcpu, machine, systemEvent.reset, reset2Flag);
    }
    default:
      return answer(vcpu, notSupported);
  }
}
