/**
 * Families of numbers: which constants are numbered together.
 *
 * A *family* is a set of names with one prefix whose numbers are all different on the old side, and that is large enough
 * for this to be no accident: `KVM_CAP_…`, `KVM_EXIT_…`. A name that extends another member's (`KVM_EXIT_IO_OUT` beside
 * `KVM_EXIT_IO`) is a detail of that member and belongs to a smaller family.
 */

import type { NamedNumber } from './changes.ts';

const minimumMembers = 4;

const sentinelName =
  /(?:^|_)(?:MAX|LAST|END|COUNT|NUM|NR|CNT|MASK|ALL|ALL_FLAGS|VALID)(?:$|_)|(?:MAX|NUM|COUNT|LAST)$|^(?:NR|NUM|MAX)_|_VERSION(?:$|_)|_SUBVERSION$/i;

/** Whether a name is that of a list's end, of a count or of a version: its number moves whenever the list grows. */
export function isSentinelName(name: string): boolean {
  return sentinelName.test(name);
}

/** Families of an ABI, found on demand. */
export class Families {
  readonly #numbers: ReadonlyMap<string, NamedNumber>;
  readonly #isFamily = new Map<string, boolean>();
  #byFirstWord: ReadonlyMap<string, readonly NamedNumber[]> | undefined;

  constructor(numbers: ReadonlyMap<string, NamedNumber>) {
    this.#numbers = numbers;
  }

  /** The longest prefix two names share that marks a family of the old side to which both would belong. */
  common(a: string, b: string): string | undefined {
    let shared = 0;
    while (shared < Math.min(a.length, b.length) && a[shared] === b[shared]) shared++;
    for (let end = a.lastIndexOf('_', shared - 1) + 1; end > 0; end = a.lastIndexOf('_', end - 2) + 1) {
      const prefix = a.slice(0, end);
      if (firstWordOf(prefix) === undefined) return undefined;
      // `KVM_EXIT_IO_OUT` details `KVM_EXIT_IO`: then it is no member of the family of `KVM_EXIT_IO`.
      if (this.#details(a, prefix) || this.#details(b, prefix)) continue;
      if (this.#hasFamily(prefix)) return prefix;
    }
    return undefined;
  }

  /** Numbers are handed out upwards, so a clash is one near the top; a small number is another list's. */
  isRecent(prefix: string, value: bigint): boolean {
    const members = this.#withPrefix(prefix);
    return members.filter((one) => one.value < value).length * 2 >= members.length;
  }

  #withPrefix(prefix: string): readonly NamedNumber[] {
    this.#byFirstWord ??= groupByFirstWord(this.#numbers.values());
    const there = this.#byFirstWord.get(firstWordOf(prefix) ?? '') ?? [];
    return there.filter(({ name }) => name.startsWith(prefix));
  }

  #details(name: string, prefix: string): boolean {
    for (let end = name.indexOf('_', prefix.length); end > 0; end = name.indexOf('_', end + 1)) {
      if (this.#numbers.has(name.slice(0, end))) return true;
    }
    return false;
  }

  #hasFamily(prefix: string): boolean {
    const known = this.#isFamily.get(prefix);
    if (known !== undefined) return known;
    const values = new Set<bigint>();
    let count = 0;
    for (const number of this.#withPrefix(prefix)) {
      if (this.#details(number.name, prefix) || isSentinelName(number.name)) continue;
      count++;
      values.add(number.value);
    }
    const result = count >= minimumMembers && values.size === count;
    this.#isFamily.set(prefix, result);
    return result;
  }
}

/** `__KVM_` of `__KVM_EXIT_IO`: what every prefix of a family begins with. `undefined` for a name of one word. */
function firstWordOf(name: string): string | undefined {
  let start = 0;
  while (name.charCodeAt(start) === 0x5f) start++;
  const end = name.indexOf('_', start);
  return end < 0 || start === name.length ? undefined : name.slice(0, end + 1);
}

function groupByFirstWord(numbers: Iterable<NamedNumber>): ReadonlyMap<string, readonly NamedNumber[]> {
  const groups = new Map<string, NamedNumber[]>();
  for (const number of numbers) {
    const word = firstWordOf(number.name);
    if (word === undefined) continue;
    const group = groups.get(word);
    if (group === undefined) groups.set(word, [number]);
    else group.push(number);
  }
  return groups;
}
