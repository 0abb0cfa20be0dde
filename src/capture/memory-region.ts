/**
 * What is wrong with a piece of memory that a program wants to give to a machine, as far as its record alone proves it.
 *
 * The checks of `__kvm_set_memory_region` (virt/kvm/kvm_main.c) that depend on neither the page size of the host (4096 divides all
 * of them) nor the machine's other slots.
 */

/** One thing the kernel refuses with EINVAL, and the field it is about. */
export interface RegionFault {
  readonly path: string;
  readonly text: string;
}

const pageBytes = 4096n;
/** KVM_USER_MEM_SLOTS is at most SHRT_MAX. */
const maxSlots = 32_767n;
/** KVM_MEM_LOG_DIRTY_PAGES and KVM_MEM_READONLY, all that KVM_SET_USER_MEMORY_REGION takes. */
const flagsOfFirst = 0x3n;

/** Faults of a `kvm_userspace_memory_region` whose fields `valueOf` gives; `isFirst` for the one without a `2` at its end. */
export function memoryRegionFaults(
  valueOf: (path: string) => bigint | undefined,
  target: string,
  isFirst: boolean,
): RegionFault[] {
  const faults: RegionFault[] = [];
  const fault = (path: string, text: string): void => {
    faults.push({ path, text });
  };
  const [slot, flags, size] = [valueOf('slot'), valueOf('flags'), valueOf('memory_size')];
  const [guest, host] = [valueOf('guest_phys_addr'), valueOf('userspace_addr')];
  if (isFirst && flags !== undefined && (flags & ~flagsOfFirst) !== 0n) {
    fault('flags', 'flags has bits that only KVM_SET_USER_MEMORY_REGION2 takes, if any');
  }
  if (slot !== undefined) {
    // Two address spaces exist on x86 alone, where one is for system management mode.
    const spaces = /^(?:x86|i386|x32)/.test(target) ? 2n : 1n;
    if (slot >> 16n >= spaces) fault('slot', `slot asks for address space ${String(slot >> 16n)}, which there is not`);
    if ((slot & 0xffffn) >= maxSlots) fault('slot', `slot ${String(slot & 0xffffn)} is too high`);
  }
  for (const [path, value] of [
    ['memory_size', size],
    ['guest_phys_addr', guest],
    ['userspace_addr', host],
  ] as const) {
    if (value !== undefined && value % pageBytes !== 0n) fault(path, `${path} is no multiple of a page`);
  }
  if (guest !== undefined && size !== undefined && guest + size > 1n << 64n) {
    fault('guest_phys_addr', 'the memory would reach past the last guest address');
  }
  // On s390 programs and the kernel have an address space each.
  if (host !== undefined && host >= 1n << 63n && target !== 's390x') {
    fault('userspace_addr', 'userspace_addr is no address of a program');
  }
  return faults;
}
