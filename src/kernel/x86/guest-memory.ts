/**
 * One instruction's view of guest memory: reads are answered, writes wait until the instruction is known to complete.
 *
 * A read outside every memory slot has to be asked of the user, who answers at the next run; the instruction then starts
 * again and finds the answer. So an instruction either happens as a whole, or not at all.
 */

import { isFault } from '../a64/bus.ts';
import type { MemorySlots } from '../memory-slots.ts';
import { pageSize } from '../user-memory.ts';

export interface MemoryAccess {
  readonly address: number;
  readonly size: number;
}

export interface MemoryWrite extends MemoryAccess {
  readonly value: number;
}

export class GuestMemory {
  readonly #slots: MemorySlots;
  /** Answers of the user to the reads of the instruction that is under way, in their order. */
  #answers: number[] = [];
  #used = 0;
  #writes: MemoryWrite[] = [];
  #missing: MemoryAccess | undefined;

  constructor(slots: MemorySlots) {
    this.#slots = slots;
  }

  /** The read only the user can answer, if the instruction made one. */
  get missing(): MemoryAccess | undefined {
    return this.#missing;
  }

  /** Starts an instruction, or starts it again after an answer. */
  begin(): void {
    this.#used = 0;
    this.#writes = [];
    this.#missing = undefined;
  }

  answer(value: number): void {
    this.#answers.push(value);
  }

  read(address: number, size: number): number {
    const stored = this.#load(address, size);
    if (stored !== undefined) return stored;
    const answer = this.#answers[this.#used];
    if (answer !== undefined) {
      this.#used++;
      return answer;
    }
    this.#missing ??= { address, size };
    return 0;
  }

  write(address: number, size: number, value: number): void {
    this.#writes.push({ address, size, value });
  }

  /** A byte to execute; `undefined` where no slot is. */
  fetch(address: number): number | undefined {
    return this.#load(address, 1);
  }

  /** Ends an instruction: stores what can be stored and answers the write that is the user's, if there is one. */
  commit(): MemoryWrite | undefined {
    this.#answers = [];
    let outside: MemoryWrite | undefined;
    for (const write of this.#writes) if (!this.#store(write)) outside ??= write;
    this.#writes = [];
    return outside;
  }

  #load(address: number, size: number): number | undefined {
    let value = 0;
    for (let index = 0; index < size; index++) {
      const byte = this.#byte(address + index, false);
      if (byte === undefined) return undefined;
      value += (byte.bytes[byte.at] ?? 0) * 2 ** (index * 8);
    }
    return value;
  }

  #store({ address, size, value }: MemoryWrite): boolean {
    for (let index = 0; index < size; index++) {
      const byte = this.#byte(address + index, true);
      if (byte === undefined) return false;
      byte.bytes[byte.at] = Math.floor(value / 2 ** (index * 8)) & 0xff;
    }
    return true;
  }

  #byte(address: number, isWrite: boolean): { readonly bytes: Uint8Array; readonly at: number } | undefined {
    const at = address % pageSize;
    const page = this.#slots.page(address - at, isWrite);
    return isFault(page) ? undefined : { bytes: page.bytes, at };
  }
}
