/**
 * The address space of the process that makes the calls: where `copy_from_user` and `copy_to_user` really fail.
 *
 * A range is mapped with a protection, or it is not mapped at all. Copies go byte by byte up to the first byte that cannot
 * be reached, as the kernel's do: a copy out to a page end leaves the bytes before the end written and still answers
 * EFAULT. Addresses are numbers, because no user address has more than 48 bits; whatever is larger is a kernel address.
 * A range can stand for a *broken* physical page: the host never touches it, a guest that does gets an external abort.
 */

export const pageSize = 4096;

/** First address that is no user address on arm64 with 48-bit virtual addresses. */
export const userAddressEnd = 2 ** 48;

/** What a load, store or fetch from a broken page reports (ESR_ELx fault status and flags). */
export interface BrokenPage {
  /** DFSC/IFSC: 0x10 external abort, 0x18 parity or ECC error. */
  readonly faultStatus: number;
  /** SET, bits 12:11 of a data abort's syndrome. */
  readonly errorType: number;
  /** FnV: the syndrome says that FAR is not valid. */
  readonly farNotValid: boolean;
  /** What FAR holds instead of the address, on hardware that leaves garbage there. */
  readonly far?: bigint;
}

export interface Mapping {
  readonly start: number;
  readonly bytes: Uint8Array;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly broken?: BrokenPage;
}

export interface MapOptions {
  readonly protection?: 'read-write' | 'read' | 'none';
  /** Memory to map, shared with whoever else holds it; fresh zeroes without it. */
  readonly bytes?: Uint8Array;
  readonly broken?: BrokenPage;
}

export class UserMemory {
  #mappings: Mapping[] = [];
  /** Far from where programs put things, because a served program's own addresses are mapped as well. */
  #nextFree = 0x100_0000_0000;
  /** Grows with every change, so that caches of translations can tell they are stale. */
  generation = 0;

  /**
   * Maps `length` bytes at `address`, or at a free place without one; replaces what was mapped there.
   *
   * @throws RangeError if the address is not a user address or not page-aligned.
   */
  map(length: number, options: MapOptions = {}, address?: number): number {
    const size = Math.ceil(length / pageSize) * pageSize;
    const start = address ?? this.#reserve(size);
    if (start % pageSize !== 0 || start < 0 || size <= 0 || start + size > userAddressEnd) {
      throw new RangeError(`Nothing can be mapped at 0x${start.toString(16)}.`);
    }
    this.unmap(start, size);
    const bytes = options.bytes ?? new Uint8Array(size);
    const protection = options.protection ?? 'read-write';
    const mapping: Mapping = {
      start,
      bytes,
      readable: protection !== 'none',
      writable: protection === 'read-write',
      ...(options.broken === undefined ? {} : { broken: options.broken }),
    };
    this.#mappings.push(mapping);
    this.generation++;
    return start;
  }

  /** Removes every mapping, or part of one, inside the range. */
  unmap(start: number, length: number): void {
    const end = start + length;
    const kept: Mapping[] = [];
    for (const mapping of this.#mappings) {
      const mappingEnd = mapping.start + mapping.bytes.length;
      if (mappingEnd <= start || mapping.start >= end) {
        kept.push(mapping);
        continue;
      }
      if (mapping.start < start) kept.push({ ...mapping, bytes: mapping.bytes.subarray(0, start - mapping.start) });
      if (mappingEnd > end) kept.push({ ...mapping, start: end, bytes: mapping.bytes.subarray(end - mapping.start) });
    }
    this.#mappings = kept;
    this.generation++;
  }

  /** The mapping that holds an address. */
  find(address: number): Mapping | undefined {
    for (const mapping of this.#mappings) {
      if (address >= mapping.start && address < mapping.start + mapping.bytes.length) return mapping;
    }
    return undefined;
  }

  /** Copies in; a shorter result than asked for means EFAULT. */
  read(address: number, length: number): Uint8Array {
    const result = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const mapping = this.#reachable(address + done, 'readable');
      if (mapping === undefined) return result.subarray(0, done);
      const from = address + done - mapping.start;
      const chunk = mapping.bytes.subarray(from, from + length - done);
      result.set(chunk, done);
      done += chunk.length;
    }
    return result;
  }

  /** Copies out as far as the memory can be written. Returns the number of bytes written. */
  write(address: number, source: Uint8Array): number {
    let done = 0;
    while (done < source.length) {
      const mapping = this.#reachable(address + done, 'writable');
      if (mapping === undefined) return done;
      const from = address + done - mapping.start;
      const count = Math.min(mapping.bytes.length - from, source.length - done);
      mapping.bytes.set(source.subarray(done, done + count), from);
      done += count;
    }
    return done;
  }

  #reachable(address: number, how: 'readable' | 'writable'): Mapping | undefined {
    const mapping = this.find(address);
    return mapping?.[how] === true && mapping.broken === undefined ? mapping : undefined;
  }

  #reserve(size: number): number {
    const start = this.#nextFree;
    // A hole after every mapping, so that an overrun meets EFAULT rather than a neighbour.
    this.#nextFree += size + pageSize;
    return start;
  }
}
