/**
 * Families of numbers: which constants are numbered together.
 *
 * A *family* is a set of names of one header with one prefix whose numbers are all different on the old side, and that is large
 * enough for this to be no accident: `KVM_CAP_…`, `KVM_EXIT_…`. What other headers do under the same prefix (each driver has a
 * `DRM_` of its own) says nothing about it. A name that extends another member's (`KVM_EXIT_IO_OUT` beside
 * `KVM_EXIT_IO`) is a detail of that member and belongs to a smaller family.
 */

import { firstTwoWordsOf, firstWordOf, wordOf } from '../abi/portion.ts';
import type { NamedNumber } from './changes.ts';
import { onceFor } from '../abi/once.ts';

export const minimumMembers = 4;
/** So many that the highest numbers of a family are nobody else's by accident. */
const largeFamily = 16;
/** So many numbers of four characters are a list of them. */
const minimumCodes = 8;

/**
 * What kind of number a name announces. These are habits of the kernel's headers, and each is only a hint: what a name is
 * taken for has to agree with what its number did (`routine-changes.ts`).
 */
const sentinelName =
  /(?:^|_)(?:MAX|LAST|END|COUNT|NUM|NR|CNT)(?:$|_)|(?:MAX|NUM|COUNT|LAST)$|_MAXLEN$|^(?:NR|NUM|MAX)_/i;
const versionName = /(?:^|_)(?:SUB)?VERSION(?:$|_)|_(?:SUBLEVEL|PATCHLEVEL)$|_ABI_(?:MAJOR|MINOR|PATCH)$/i;
const maskName = /(?:^|_)(?:MASK|ALL|ALLFLAGS|ALLBITS|FLAGS|VALID|SUPPORTED|FEATURES)(?:$|_)/i;
const positionName = /_(?:BIT|SHIFT|POS|OFFSET|WIDTH|BITS|SIZE|SIZEOF|LEN|LENGTH)$/i;

/** The end of a list, or a count: its number moves whenever the list grows. `__NR_read` is a system call and no count. */
export function isSentinelName(name: string): boolean {
  return sentinelName.test(name) && !/^__NR\w*_(?!syscalls$)/.test(name);
}

/** A version, or a part of one. */
export function isVersionName(name: string): boolean {
  return versionName.test(name);
}

/** Several flags in one number: it gains a bit whenever a flag is added. */
export function isMaskName(name: string): boolean {
  return maskName.test(name);
}

/**
 * Whether a name is one of a list of things at all. The end of the list, a mask over it, a version, and the position or
 * width of a bit are numbers of another unit: `X86_CR4_PAE` is 1 << 5, and `X86_CR4_FRED_BIT` may be 32 all the same.
 */
export function isMemberName(name: string): boolean {
  return !isSentinelName(name) && !isVersionName(name) && !isMaskName(name) && !positionName.test(name);
}

/** `AT` of `AT_VECTOR_SIZE_ARCH`, `I915` of `__I915_EXEC_UNKNOWN_FLAGS`. */
export function firstWord(name: string): string {
  return /^_*([^_]+)/.exec(name)?.[1] ?? name;
}

/** As `isMemberName`, and so on, found once for a number that many are held against, or that many targets have. */
export const isMember = onceFor(({ name }: NamedNumber): boolean => isMemberName(name));
export const isSentinel = onceFor(({ name }: NamedNumber): boolean => isSentinelName(name));
export const isVersion = onceFor(({ name }: NamedNumber): boolean => isVersionName(name));

/** Four printable characters; the highest bit may say something else, as with the big-endian formats of V4L2. */
export function isCharacterCode(value: bigint): boolean {
  if (value <= 0n || value > 0xffff_ffffn) return false;
  return [0n, 8n, 16n, 24n].every((shift) => {
    const character = Number((value >> shift) & 0x7fn);
    return character >= 0x20 && character < 0x7f;
  });
}

/** How many characters two names begin with alike. */
function sharedLength(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < end && a.charCodeAt(shared) === b.charCodeAt(shared)) shared++;
  return shared;
}

/** The numbers of one first word (`KVM_`) in one header, and the families among them, found on demand. */
export class NumberFamily {
  readonly #members: readonly NamedNumber[];
  #names: ReadonlySet<string> | undefined;
  readonly #isFamily = new Map<string, boolean>();
  readonly #isNumberSpace = new Map<string, boolean>();
  readonly #isOfCodes = new Map<string, boolean>();

  constructor(members: readonly NamedNumber[]) {
    this.#members = members;
  }

  /** The longest prefix two names share that marks a family of the old side to which both would belong. */
  common(a: string, b: string): string | undefined {
    const word = wordOf(a);
    if (word !== wordOf(b)) return undefined;
    const shared = sharedLength(a, b);
    // A prefix has a first word, and that is theirs.
    for (let end = a.lastIndexOf('_', shared - 1) + 1; end >= word.length; end = a.lastIndexOf('_', end - 2) + 1) {
      const prefix = a.slice(0, end);
      if (this.#isFamily.get(prefix) === false) continue;
      // `KVM_EXIT_IO_OUT` details `KVM_EXIT_IO`: then it is no member of the family of `KVM_EXIT_IO`.
      if (this.#details(a, prefix) || this.#details(b, prefix)) continue;
      if (this.#hasFamily(prefix)) return prefix;
    }
    return undefined;
  }

  /**
   * The family at whose end a name took its number although it extends the name of another member (`KVM_CAP_GUEST_MEMFD_NODE`
   * beside `KVM_CAP_GUEST_MEMFD`): details of a member have small numbers of their own, and no place there.
   */
  atTop({ name, value }: NamedNumber, other: string): string | undefined {
    const shared = sharedLength(name, other);
    for (let end = name.lastIndexOf('_', shared - 1) + 1; end > 0; end = name.lastIndexOf('_', end - 2) + 1) {
      const prefix = name.slice(0, end);
      if (firstWordOf(prefix) === undefined) return undefined;
      if (this.#details(other, prefix) || !this.#hasFamily(prefix)) continue;
      const members = this.withPrefix(prefix).filter((one) => isMember(one) && !this.#details(one.name, prefix));
      const above = members.filter((one) => one.value > value).length;
      return members.length >= largeFamily && above * 16 < members.length ? prefix : undefined;
    }
    return undefined;
  }

  /**
   * The longest prefix two names share under which numbers are four characters (`V4L2_PIX_FMT_…`): nobody comes by accident to one
   * that is taken, and other names for one on purpose do not make a list of them any less.
   */
  codes({ name, value }: NamedNumber, other: string): string | undefined {
    if (!isCharacterCode(value)) return undefined;
    // With less in common than two words, two of them are of two lists.
    const least = firstTwoWordsOf(name)?.length ?? Infinity;
    const shared = sharedLength(name, other);
    for (let end = name.lastIndexOf('_', shared - 1) + 1; end >= least; end = name.lastIndexOf('_', end - 2) + 1) {
      const prefix = name.slice(0, end);
      if (this.#areCodes(prefix)) return prefix;
    }
    return undefined;
  }

  #areCodes(prefix: string): boolean {
    let answer = this.#isOfCodes.get(prefix);
    if (answer === undefined) {
      const members = this.withPrefix(prefix);
      const codes = members.filter(({ value }) => isCharacterCode(value)).length;
      this.#isOfCodes.set(prefix, (answer = codes >= minimumCodes && codes * 2 >= members.length));
    }
    return answer;
  }

  /** Numbers are handed out upwards, so a clash is one near the top; a small number is another list's. */
  isRecent(prefix: string, value: bigint): boolean {
    const members = this.withPrefix(prefix);
    return members.filter((one) => one.value < value).length * 2 >= members.length;
  }

  /**
   * Whether the numbers under a prefix are drawn from one space: one after another, or one bit each. The fields of a
   * register (`UART_IIR_…`: some bits, some masks, some values) are neither, and two of them may well be equal.
   */
  isNumberSpace(prefix: string): boolean {
    let answer = this.#isNumberSpace.get(prefix);
    if (answer === undefined) this.#isNumberSpace.set(prefix, (answer = this.#findNumberSpace(prefix)));
    return answer;
  }

  /** Whether at least so many names begin with `prefix`. */
  hasWithPrefix(prefix: string, least: number): boolean {
    let count = 0;
    for (const { name } of this.#members) if (name.startsWith(prefix) && ++count >= least) return true;
    return false;
  }

  #findNumberSpace(prefix: string): boolean {
    const members = this.withPrefix(prefix).filter((one) => !this.#details(one.name, prefix) && isMember(one));
    const values = members.map(({ value }) => value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    if (values.every((value) => value > 0n && (value & (value - 1n)) === 0n)) return true;
    const steps = values.slice(1).filter((value, index) => value - (values[index] ?? 0n) <= 2n);
    return steps.length * 8 >= (values.length - 1) * 7;
  }

  /** The members whose names begin so. */
  withPrefix(prefix: string): readonly NamedNumber[] {
    return this.#members.filter(({ name }) => name.startsWith(prefix));
  }

  #details(name: string, prefix: string): boolean {
    this.#names ??= new Set(this.#members.map((one) => one.name));
    for (let end = name.indexOf('_', prefix.length); end > 0; end = name.indexOf('_', end + 1)) {
      if (this.#names.has(name.slice(0, end))) return true;
    }
    return false;
  }

  #hasFamily(prefix: string): boolean {
    const known = this.#isFamily.get(prefix);
    if (known !== undefined) return known;
    const values = new Set<bigint>();
    let count = 0;
    for (const number of this.withPrefix(prefix)) {
      if (this.#details(number.name, prefix) || !isMember(number)) continue;
      count++;
      values.add(number.value);
    }
    const result = count >= minimumMembers && values.size === count;
    this.#isFamily.set(prefix, result);
    return result;
  }
}
