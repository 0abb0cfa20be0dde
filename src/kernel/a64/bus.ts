/** How the interpreter reaches guest memory. */

import type { GuestPage } from './guest-cpu.ts';
import type { MemoryFault } from './trap.ts';

export interface GuestBus {
  /** The 4 KiB page of a guest physical address, or why it cannot be used. */
  readonly page: (address: number, isWrite: boolean) => GuestPage | MemoryFault;
}

/** Whether an answer of the bus is a fault. */
export function isFault(page: GuestPage | MemoryFault): page is MemoryFault {
  return 'kind' in page;
}
