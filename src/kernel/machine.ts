/** One virtual machine: its memory slots, its processors, the switches KVM_ENABLE_CAP turned on. */

import type { MachineSwitches } from './capabilities.ts';
import { MemorySlots } from './memory-slots.ts';
import type { UserMemory } from './user-memory.ts';
import type { Vcpu } from './vcpu.ts';

/** What KVM_ARM_VM_SMCCC_FILTER says of a range of function ids. */
export interface SmcccFilter {
  readonly base: number;
  readonly count: number;
  /** 0 handle, 1 deny, 2 forward to the user. */
  readonly action: number;
}

export class Machine {
  readonly ipaBits: number;
  readonly slots: MemorySlots;
  readonly vcpus = new Map<number, Vcpu>();
  readonly switches: MachineSwitches = { nisvToUser: false, seaToUser: false, systemSuspend: false };
  readonly smcccFilters: SmcccFilter[] = [];
  /** The process that created it; calls from another one are EIO. */
  readonly owner: number;

  constructor(ipaBits: number, memory: UserMemory, owner: number) {
    this.ipaBits = ipaBits;
    this.slots = new MemorySlots(memory, ipaBits);
    this.owner = owner;
  }
}
