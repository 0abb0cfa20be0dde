/**
 * What an arm64 kernel is asked: descriptors, capabilities, a vCPU before and after KVM_ARM_VCPU_INIT, and what
 * KVM_SET_VCPU_EVENTS takes and refuses.
 */

import { requests } from '../request-numbers.ts';
import { eventsRegisters, registerIds, type RegisterName } from '../replay/recording-program.ts';
import {
  bufferCall,
  extensionScenario,
  filled,
  type ProgramCall,
  type ProgramScenario,
  valueCall,
  zeroesBut,
} from './program.ts';

const set = 'KVM_SET_VCPU_EVENTS';
const get = 'KVM_GET_VCPU_EVENTS';

function systemScenario(): ProgramScenario {
  return {
    name: 'sys',
    hasMachinePerStep: false,
    prepare: [],
    calls: [
      ...[0n, 1n].map((value) => valueCall('api', 'kvm', 'KVM_GET_API_VERSION', requests.GET_API_VERSION, value)),
      ...[0n, 1n].map((value) => valueCall('api', 'kvm', 'KVM_GET_VCPU_MMAP_SIZE', requests.GET_VCPU_MMAP_SIZE, value)),
      ...[0n, 1n, 31n, 32n, 40n, 44n, 48n, 52n, 53n, 0x100n, 0x8000_0000n].map((type) =>
        valueCall('create-vm-types', 'kvm', 'KVM_CREATE_VM', requests.CREATE_VM, type),
      ),
      valueCall('unknown-ioctl-dev', 'kvm', '(unknown 0xAE,0x7e none)', 0xae7e, 0n),
      valueCall('unknown-ioctl-vm', 'vm', '(unknown 0xAE,0x7e none)', 0xae7e, 0n),
      valueCall('closed-fd', '(closed)', 'KVM_GET_API_VERSION', requests.GET_API_VERSION, 0n),
    ],
  };
}

function uninitialisedScenario(): ProgramScenario {
  return {
    name: 'preinit',
    hasMachinePerStep: false,
    prepare: [],
    calls: [
      bufferCall('get', 'vcpu', get, requests.GET_VCPU_EVENTS, filled(64)),
      bufferCall('set', 'vcpu', set, requests.SET_VCPU_EVENTS, zeroesBut(64, [2, 1])),
    ],
  };
}

/** `struct kvm_vcpu_init` for the generic target, no features. */
const initialise = bufferCall('init', 'vcpu', 'KVM_ARM_VCPU_INIT', requests.ARM_VCPU_INIT, zeroesBut(32, [0, 5]));

type Case = readonly [step: string, ...fields: readonly (readonly [at: number, value: number])[]];

const cases: readonly Case[] = [
  ['zero'],
  ...[3, 4, 5, 6, 7].map((at): Case => [`pad-byte${String(at)}-1`, [at, 1]]),
  ...Array.from({ length: 12 }, (_, index): Case => [`reserved${String(index)}-1`, [16 + index * 4, 1]]),
  ['serror', [0, 1]],
  ['serror-has-esr0', [0, 1], [1, 1]],
  ['serror-has-esr-123456', [0, 1], [1, 1], [8, 0x56], [9, 0x34], [10, 0x12]],
  ['serror-bad-esr', [0, 1], [1, 1], [11, 2]],
  ['has-only', [1, 1], [8, 1]],
  ['dabt', [2, 1]],
  ['dabt-2', [2, 2]],
  ['dabt+serror', [0, 1], [2, 1]],
  ['dabt+serror-badesr', [0, 1], [1, 1], [2, 1], [11, 2]],
];

function eventScenario(): ProgramScenario {
  return {
    name: 'events',
    hasMachinePerStep: true,
    prepare: [
      initialise,
      ...Object.entries(eventsRegisters ?? {}).map(([name, value]): ProgramCall => ({
        step: 'prepare',
        fd: 'vcpu',
        name: 'KVM_SET_ONE_REG',
        request: requests.SET_ONE_REG,
        argument: oneRegister(registerIds[name as RegisterName], value),
      })),
    ],
    calls: cases.flatMap(([step, ...fields]) => [
      bufferCall(step, 'vcpu', set, requests.SET_VCPU_EVENTS, zeroesBut(64, ...fields)),
      bufferCall(step, 'vcpu', get, requests.GET_VCPU_EVENTS, filled(64)),
    ]),
  };
}

/** id, address, and the value the address is to point to. */
const oneRegisterSize = 24;

/** `struct kvm_one_reg` with the value behind it; whoever makes the call fills in the address. */
function oneRegister(id: bigint, value: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(oneRegisterSize));
  view.setBigUint64(0, id, true);
  view.setBigUint64(16, value, true);
  return new Uint8Array(view.buffer);
}

export function arm64Program(): readonly ProgramScenario[] {
  return [systemScenario(), extensionScenario(), uninitialisedScenario(), eventScenario()];
}
