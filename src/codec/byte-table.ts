/**
 * Numbers for byte strings of one length: equal bytes get equal numbers, counted from 0 in the order they first appear.
 *
 * A hash table with open addressing over typed arrays, because a JavaScript string as a key for each of ten million records
 * costs more than all the other work. Its memory is fixed: when it is full it says so, and the owner decides what to forget.
 */
export class ByteTable {
  readonly #sizeBytes: number;
  readonly #capacity: number;
  /** Numbers plus one by hash; 0 is a free slot. */
  readonly #slots: Int32Array;
  readonly #known: Uint8Array;
  readonly #knownView: DataView;
  #count = 0;

  constructor(sizeBytes: number, capacity: number) {
    this.#sizeBytes = sizeBytes;
    this.#capacity = capacity;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 2 + 1)));
    this.#known = new Uint8Array(capacity * sizeBytes);
    this.#knownView = new DataView(this.#known.buffer);
  }

  /** How many different byte strings are known. */
  get count(): number {
    return this.#count;
  }

  /** The byte strings one behind the other, by number. */
  get bytes(): Uint8Array {
    return this.#known.subarray(0, this.#count * this.#sizeBytes);
  }

  clear(): void {
    this.#slots.fill(0);
    this.#count = 0;
  }

  /** The number of the bytes at `start` of a view; the old `count` for new ones, and -1 for new ones in a full table. */
  numberOf(view: DataView, start: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = this.#hash(view, start) & mask; ; slot = (slot + 1) & mask) {
      const number = (this.#slots[slot] ?? 0) - 1;
      if (number === -1) return this.#add(slot, view, start);
      if (this.#isEqual(number * this.#sizeBytes, view, start)) return number;
    }
  }

  #add(slot: number, view: DataView, start: number): number {
    const number = this.#count;
    if (number === this.#capacity) return -1;
    this.#slots[slot] = number + 1;
    this.#known.set(new Uint8Array(view.buffer, view.byteOffset + start, this.#sizeBytes), number * this.#sizeBytes);
    this.#count += 1;
    return number;
  }

  #hash(view: DataView, start: number): number {
    const end = start + this.#sizeBytes;
    let hash = 0x9e3779b9;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      hash = Math.imul(hash ^ view.getInt32(at, true), 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    for (; at < end; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x85ebca6b);
    return hash ^ (hash >>> 13);
  }

  #isEqual(known: number, view: DataView, start: number): boolean {
    const size = this.#sizeBytes;
    let i = 0;
    for (; i + 4 <= size; i += 4) {
      if (this.#knownView.getInt32(known + i, true) !== view.getInt32(start + i, true)) return false;
    }
    for (; i < size; i++) if (this.#knownView.getUint8(known + i) !== view.getUint8(start + i)) return false;
    return true;
  }
}
