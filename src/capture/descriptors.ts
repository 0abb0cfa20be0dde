/**
 * What the file descriptors of traced processes stand for, followed through a log.
 *
 * One request number can mean two things: 0x4010aeab is KVM_GET_ONE_REG on a virtual CPU and KVM_ARM_SET_DEVICE_ADDR on a
 * virtual machine. What a descriptor is follows from, in order of trust: strace's own annotation (-yy), the call that made it
 * (openat, KVM_CREATE_VM, KVM_CREATE_VCPU, KVM_CREATE_DEVICE, dup), a request that succeeded and that only one kind takes.
 * A request that failed proves nothing.
 *
 * Processes share their table with threads and copy it to children. A log of `-e trace=ioctl` shows neither close nor clone: a
 * process never seen before starts with what its parent, or failing that the process seen last, has.
 */

import type { DescriptorKind } from '../abi/abi.ts';

export interface Descriptor {
  /** `other` is a file that has nothing to do with KVM. */
  readonly kind: DescriptorKind | 'other' | 'unknown';
  /** `kvm-vcpu:0`, `/dev/null`; where it is known. */
  readonly name: string | undefined;
  /** Which one it is, among all of the log: `machine 3`, `virtual CPU 0 of machine 3`. */
  readonly label?: string;
  /** How we know, for people: `opened as /dev/kvm on line 3`. */
  readonly evidence: string;
}

export const unknownDescriptor: Descriptor = {
  kind: 'unknown',
  name: undefined,
  evidence: 'nothing in the log says what the descriptor is',
};

/** Most descriptors a log may fill the tables with; a hostile log gets no more. */
const maxDescriptors = 65_536;
const maxProcesses = 4096;

type Table = Map<number, Descriptor>;

export class DescriptorTables {
  readonly #tables = new Map<number, Table>();
  #last: Table | undefined;

  #table(process: number): Table {
    const known = this.#tables.get(process);
    if (known !== undefined) {
      this.#last = known;
      return known;
    }
    const table: Table = new Map(this.#last ?? []);
    if (this.#tables.size < maxProcesses) this.#tables.set(process, table);
    this.#last = table;
    return table;
  }

  find(process: number, number: number): Descriptor {
    return this.#table(process).get(number) ?? unknownDescriptor;
  }

  set(process: number, number: number, descriptor: Descriptor): void {
    const table = this.#table(process);
    if (table.size < maxDescriptors || table.has(number)) table.set(number, descriptor);
  }

  close(process: number, number: number): void {
    this.#table(process).delete(number);
  }

  closeRange(process: number, first: number, last: number): void {
    const table = this.#table(process);
    for (const number of [...table.keys()]) if (number >= first && number <= last) table.delete(number);
  }

  duplicate(process: number, from: number, to: number): void {
    this.set(process, to, this.find(process, from));
  }

  /** A process made another one. `sharesFiles`: a thread, or CLONE_FILES. */
  fork(parent: number, child: number, sharesFiles: boolean): void {
    if (this.#tables.size >= maxProcesses) return;
    const table = this.#table(parent);
    // The child may have been seen before its parent's call came back; its own table then stands.
    if (sharesFiles || !this.#tables.has(child)) this.#tables.set(child, sharesFiles ? table : new Map(table));
  }

  exit(process: number): void {
    this.#tables.delete(process);
  }
}

/** What an annotation of -y or -yy says. */
export function describeAnnotation(annotation: string): Descriptor {
  const evidence = 'annotated by strace';
  const path = annotation.replace(/<.*$/, '').replace(/ \(deleted\)$/, '');
  if (path === '/dev/kvm') return { kind: 'system', name: path, evidence };
  const inode = /^anon_inode:\[?([\w:.-]+)\]?$/.exec(path)?.[1];
  if (inode === 'kvm-vm') return { kind: 'vm', name: inode, evidence };
  if (inode !== undefined && /^kvm-vcpu:\d+$/.test(inode)) return { kind: 'vcpu', name: inode, evidence };
  const isDevice =
    inode !== undefined && inode.startsWith('kvm-') && !/^kvm-(?:vcpu-stats|vm-stats|gmem|htab)/.test(inode);
  return { kind: isDevice ? 'device' : 'other', name: path, evidence };
}

/** Requests that one kind of descriptor alone answers with success: number without size and direction → kind. */
const telling: ReadonlyMap<number, DescriptorKind> = new Map<number, DescriptorKind>([
  [0xae00, 'system'],
  [0xae01, 'system'],
  [0xae04, 'system'],
  [0xae41, 'vm'],
  [0x4020ae46, 'vm'],
  [0xae47, 'vm'],
  [0x8020aeaf, 'vm'],
  [0xc00caee0, 'vm'],
  [0xae80, 'vcpu'],
  [0x4020aeae, 'vcpu'],
  [0x8040ae9f, 'vcpu'],
  [0x4040aea0, 'vcpu'],
  [0x4010aeac, 'vcpu'],
]);

/** The kind a successful request proves, with the encoding of arm64 and x86. */
export function kindProvenBy(request: number): DescriptorKind | undefined {
  return telling.get(request);
}
