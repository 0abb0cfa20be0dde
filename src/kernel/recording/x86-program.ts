/**
 * What an x86 kernel is asked: descriptors, capabilities, and what KVM_SET_VCPU_EVENTS takes, keeps and refuses.
 *
 * Every event is set on a machine of its own and read back; those that need a capability are tried with and without.
 */

import { requests } from '../request-numbers.ts';
import {
  bufferCall,
  enableCapBytes,
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
  const onVcpu = (name: string, request: number): ProgramCall =>
    bufferCall('unknown-ioctl-vcpu', 'vcpu', name, request, new Uint8Array(104));
  return {
    name: 'sys',
    hasMachinePerStep: false,
    prepare: [],
    calls: [
      ...[0n, 1n].map((value) => valueCall('api', 'kvm', 'KVM_GET_API_VERSION', requests.GET_API_VERSION, value)),
      ...[0n, 1n].map((value) => valueCall('api', 'kvm', 'KVM_GET_VCPU_MMAP_SIZE', requests.GET_VCPU_MMAP_SIZE, value)),
      ...[0n, 40n, 0x8000_0000n, (1n << 64n) - 1n].map((type) =>
        valueCall('create-vm-types', 'kvm', 'KVM_CREATE_VM', requests.CREATE_VM, type),
      ),
      valueCall('unknown-ioctl-dev', 'kvm', '(unknown 0xAE,0x7e none)', 0xae7e, 0n),
      valueCall('unknown-ioctl-dev', 'kvm', 'KVM_RUN on dev fd', requests.RUN, 0n),
      valueCall('unknown-ioctl-vm', 'vm', '(unknown 0xAE,0x7e none)', 0xae7e, 0n),
      valueCall('unknown-ioctl-vm', 'vm', 'KVM_RUN on vm fd', requests.RUN, 0n),
      valueCall('unknown-ioctl-vm', 'vm', 'KVM_ARM_PREFERRED_TARGET', requests.ARM_PREFERRED_TARGET, 0n),
      valueCall('create-vcpu', 'vm', 'KVM_CREATE_VCPU', requests.CREATE_VCPU, 0n),
      valueCall('create-vcpu', 'vm', 'KVM_CREATE_VCPU', requests.CREATE_VCPU, 0n),
      valueCall('create-vcpu', 'vm', 'KVM_CREATE_VCPU', requests.CREATE_VCPU, 0xffff_ffffn),
      onVcpu('GET size 56', 0x8038ae9f),
      onVcpu('GET size 72', 0x8048ae9f),
      onVcpu('GET dir W', 0x4040ae9f),
      onVcpu('GET type 0xAF', 0x8040af9f),
      onVcpu('SET size 56', 0x4038aea0),
      onVcpu('KVM_ARM_VCPU_INIT', requests.ARM_VCPU_INIT),
      valueCall('closed-fd', '(closed)', 'KVM_GET_API_VERSION', requests.GET_API_VERSION, 0n),
    ],
  };
}

function capabilityScenario(): ProgramScenario {
  const enable = (step: string, bytes: Uint8Array): ProgramCall =>
    bufferCall(step, 'vm', 'KVM_ENABLE_CAP', requests.ENABLE_CAP, bytes);
  return {
    name: 'enablecap',
    hasMachinePerStep: false,
    prepare: [],
    calls: [
      ...Array.from({ length: 261 }, (_, cap) => enable('each-cap-flags1', enableCapBytes(cap, 0n, 1))),
      enable('variants', enableCapBytes(164)),
      enable('variants', enableCapBytes(164, 1n)),
      enable('variants', enableCapBytes(218, 1n)),
      enable('variants', enableCapBytes(177)),
      enable('variants', enableCapBytes(9999)),
      { step: 'variants', fd: 'vm', name: 'KVM_ENABLE_CAP', request: requests.ENABLE_CAP, argument: null },
    ],
  };
}

/** Offsets of `struct kvm_vcpu_events` that the cases set. */
const at = {
  injected: 0,
  vector: 1,
  hasErrorCode: 2,
  pending: 3,
  errorCode: 4,
  interrupt: 8,
  interruptVector: 9,
  interruptSoft: 10,
  shadow: 11,
  nmiInjected: 12,
  nmiPending: 13,
  nmiMasked: 14,
  nmiPad: 15,
  sipi: 16,
  flags: 20,
  smm: 24,
  smiPending: 25,
  tripleFault: 28,
  reserved: 29,
  hasPayload: 55,
  payload: 56,
} as const;

type Case = readonly [step: string, ...fields: readonly (readonly [at: number, value: number])[]];

const plainCases: readonly Case[] = [
  ['zero'],
  ...Array.from({ length: 32 }, (_, bit): Case => [
    `flags-bit${String(bit)}`,
    [at.flags + (bit >>> 3), 1 << (bit & 7)],
  ]),
  ...[0, 1, 2, 3, 4, 13, 14, 31, 32, 255].map((vector): Case => [
    `injected-${String(vector)}`,
    [at.injected, 1],
    [at.vector, vector],
  ]),
  ['injected-2-is-true', [at.injected, 2], [at.vector, 13]],
  ['error-code', [at.injected, 1], [at.vector, 13], [at.hasErrorCode, 1], [at.errorCode, 0x77]],
  ['pending-without-flag', [at.pending, 1], [at.vector, 13]],
  ['vector-without-injected', [at.vector, 77]],
  ['interrupt', [at.interrupt, 1], [at.interruptVector, 0x21]],
  ['interrupt-soft', [at.interrupt, 1], [at.interruptVector, 0x21], [at.interruptSoft, 1]],
  ['shadow-without-flag', [at.shadow, 3]],
  ['shadow-3', [at.flags, 4], [at.shadow, 3]],
  ['nmi-pending-without-flag', [at.nmiPending, 1]],
  ['nmi-pending', [at.flags, 1], [at.nmiPending, 1]],
  ['nmi-pending-ff', [at.flags, 1], [at.nmiPending, 0xff]],
  ['nmi-pending-masked', [at.flags, 1], [at.nmiPending, 0xff], [at.nmiMasked, 1]],
  ['nmi-injected', [at.nmiInjected, 1]],
  ['nmi-pad', [at.nmiPad, 0xff]],
  ['sipi', [at.flags, 2], [at.sipi, 0x55]],
  ['reserved', [at.reserved, 0xff], [at.reserved + 25, 1]],
  ['payload-without-capability', [at.flags, 0x10], [at.pending, 1], [at.vector, 14]],
  ['triple-without-capability', [at.flags, 0x20], [at.tripleFault, 1]],
  ['arm64-bytes', [0, 1], [1, 1], [8, 0x34], [9, 0x12]],
];

const capabilityCases: readonly Case[] = [
  ['caps-zero'],
  ['caps-pending-13', [at.flags, 0x10], [at.pending, 1], [at.vector, 13]],
  ['caps-pending-and-injected', [at.flags, 0x10], [at.pending, 1], [at.injected, 1], [at.vector, 13]],
  ['caps-pending-2', [at.flags, 0x10], [at.pending, 1], [at.vector, 2]],
  ['caps-payload-14', [at.flags, 0x10], [at.pending, 1], [at.vector, 14], [at.hasPayload, 1], [at.payload + 1, 0xa0]],
  ['caps-payload-without-flag', [at.pending, 1], [at.vector, 14], [at.hasPayload, 1], [at.payload + 1, 0xa0]],
  ['caps-triple', [at.flags, 0x20], [at.tripleFault, 1]],
  ['caps-triple-ff', [at.flags, 0x20], [at.tripleFault, 0xff]],
];

function eventScenario(): ProgramScenario {
  const setAndGet = ([step, ...fields]: Case): ProgramCall[] => [
    bufferCall(step, 'vcpu', set, requests.SET_VCPU_EVENTS, zeroesBut(64, ...fields)),
    bufferCall(step, 'vcpu', get, requests.GET_VCPU_EVENTS, filled(64)),
  ];
  return {
    name: 'events',
    hasMachinePerStep: true,
    prepare: [],
    calls: [
      bufferCall('fresh', 'vcpu', get, requests.GET_VCPU_EVENTS, filled(64)),
      ...plainCases.flatMap(setAndGet),
      ...capabilityCases.flatMap((one) => [
        bufferCall(one[0], 'vm', 'KVM_ENABLE_CAP', requests.ENABLE_CAP, enableCapBytes(164, 1n)),
        bufferCall(one[0], 'vm', 'KVM_ENABLE_CAP', requests.ENABLE_CAP, enableCapBytes(218, 1n)),
        ...setAndGet(one),
      ]),
      { step: 'get-null', fd: 'vcpu', name: get, request: requests.GET_VCPU_EVENTS, argument: null },
      { step: 'set-null', fd: 'vcpu', name: set, request: requests.SET_VCPU_EVENTS, argument: null },
    ],
  };
}

export function x86Program(): readonly ProgramScenario[] {
  return [systemScenario(), extensionScenario(), capabilityScenario(), eventScenario()];
}
