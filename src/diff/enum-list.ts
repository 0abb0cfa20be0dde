/**
 * An enum as a list: which of its names are in the middle of it, and which mark its end.
 *
 * Enumerators without a value count on from the one before. So the name that marks the end stands behind all others and moves when one
 * comes, which breaks nobody; and every other name that moves breaks all who know its number, even if it is called
 * `IFLA_GSO_MAX_SIZE`.
 */

import type { Abi } from '../abi/abi.ts';
import type { Enumerator } from '../abi/types.ts';
import type { NamedNumber } from './changes.ts';
import { firstWord, isMemberName, isSentinelName } from './families.ts';
import type { Numbers } from './number-pair.ts';

/** An enum of one side, as far as its names go by it and have no other meaning. */
export class EnumList {
  readonly #key: string;
  readonly #enumerators: readonly Enumerator[];
  readonly #numbers: Numbers;
  /** What all names begin with that share a first word, by that word. */
  readonly #prefixes = new Map<string, string>();

  /** `key`: the name under which `abi` has it. */
  constructor(key: string, abi: Abi, numbers: Numbers) {
    this.#key = key;
    this.#enumerators = abi.enums.get(key)?.type.enumerators ?? [];
    this.#numbers = numbers;
  }

  /** Whether the names before and behind have the numbers before and behind. */
  isInside({ name, value }: NamedNumber): boolean {
    const at = this.#enumerators.findIndex((one) => one.name === name);
    return this.#enumerators[at - 1]?.value === value - 1n && this.#enumerators[at + 1]?.value === value + 1n;
  }

  /** Whether a name calls itself the end of the list. A word that all have says nothing: `PERF_COUNT_HW_CPU_CYCLES` counts no list. */
  isSentinel(name: string): boolean {
    return isSentinelName(this.#tailOf(name));
  }

  /** Whether nobody stands above a number, but for other ends. */
  endsWith({ name, value }: NamedNumber): boolean {
    return !this.#enumerators.some((one) => one.value > value && one.name !== name && this.#isMember(one));
  }

  /** Whether a number is one more than another: the first of two lists that share an enum ends so. */
  isCountedBy({ name, value }: NamedNumber): boolean {
    return (
      /(?:MAX|LAST|NUM|COUNT)$|^_*(?:MAX|NUM|NR)_/.test(name) &&
      this.#enumerators.some((one) => one.value === value - 1n && one.name !== name && this.#counts(one))
    );
  }

  /** The highest number of a member, or 0. */
  highest(): bigint {
    let highest = 0n;
    // Most lists rise.
    for (const one of this.#enumerators.toReversed()) {
      if (one.value > highest && this.#isMember(one)) highest = one.value;
    }
    return highest;
  }

  #isMember(one: Enumerator): boolean {
    return isMemberName(this.#tailOf(one.name)) && this.#counts(one);
  }

  #counts({ name }: Enumerator): boolean {
    return this.#numbers.get(name)?.enum === this.#key;
  }

  #tailOf(name: string): string {
    const word = firstWord(name);
    let prefix = this.#prefixes.get(word);
    if (prefix === undefined) this.#prefixes.set(word, (prefix = this.#prefixOf(word)));
    const bare = withoutUnderscores(name);
    return bare.length > prefix.length ? bare.slice(prefix.length) : bare;
  }

  #prefixOf(word: string): string {
    const names = this.#enumerators
      .map(({ name }) => withoutUnderscores(name))
      .filter((name) => firstWord(name) === word);
    const [first = '', ...others] = names;
    if (others.length === 0) return '';
    let shared = first.length;
    for (const name of others) while (!name.startsWith(first.slice(0, shared))) shared--;
    return first.slice(0, first.lastIndexOf('_', shared - 1) + 1);
  }
}

function withoutUnderscores(name: string): string {
  return name.replace(/^_+/, '');
}
