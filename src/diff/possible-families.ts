/**
 * Which prefixes may mark a family (`families.ts`) among numbers of which some were left unread.
 *
 * What is unread may be a number or none, and is of any value. A prefix with few names marks no family all the same, and neither does
 * one under which two numbers that are read are equal: `KVM_` is none, whatever the rest of it may be worth.
 */

import { firstTwoWordsOf, wordOf } from '../abi/portion.ts';
import type { NamedNumber } from './changes.ts';
import { isCharacterCode, isMember, isMemberName, minimumMembers } from './families.ts';
import type { NumberGroup } from './number-group.ts';
import { onceFor } from '../abi/once.ts';

/** What may be a number in one header. */
class PossibleNumbers {
  readonly #numbers: readonly NamedNumber[];
  readonly #names: ReadonlySet<string>;
  readonly #known = new Map<string, boolean>();

  constructor(numbers: readonly NamedNumber[], unread: readonly string[]) {
    this.#numbers = numbers;
    this.#names = new Set([...numbers.map(({ name }) => name), ...unread]);
  }

  mayBeFamily(prefix: string): boolean {
    let known = this.#known.get(prefix);
    if (known === undefined) this.#known.set(prefix, (known = this.#hasMembers(prefix) && !this.#areTwoEqual(prefix)));
    return known;
  }

  #hasMembers(prefix: string): boolean {
    let count = 0;
    for (const name of this.#names) {
      if (name.startsWith(prefix) && isMemberName(name) && ++count >= minimumMembers) return true;
    }
    return false;
  }

  #areTwoEqual(prefix: string): boolean {
    const values = new Set<bigint>();
    for (const number of this.#numbers) {
      if (!number.name.startsWith(prefix) || !isMember(number) || this.#mayBeDetail(number.name, prefix)) continue;
      if (values.has(number.value)) return true;
      values.add(number.value);
    }
    return false;
  }

  #mayBeDetail(name: string, prefix: string): boolean {
    for (let end = name.indexOf('_', prefix.length); end > 0; end = name.indexOf('_', end + 1)) {
      if (this.#names.has(name.slice(0, end))) return true;
    }
    return false;
  }
}

class PossibleFamilies {
  readonly #group: NumberGroup;
  readonly #byHeader = new Map<string, PossibleNumbers>();

  constructor(group: NumberGroup) {
    this.#group = group;
  }

  /** The shortest prefix of a name that may mark a family of its header. */
  shortestOf({ name, value, declaration: { header } }: NamedNumber): string | undefined {
    // A list of characters is one whatever else is equal under its prefix.
    if (isCharacterCode(value)) return firstTwoWordsOf(name);
    for (let end = wordOf(name).length; end > 0; end = name.indexOf('_', end) + 1) {
      const prefix = name.slice(0, end);
      if (prefix.endsWith('_') && this.#in(header).mayBeFamily(prefix)) return prefix;
    }
    return undefined;
  }

  #in(header: string): PossibleNumbers {
    let numbers = this.#byHeader.get(header);
    if (numbers === undefined) {
      const { members, unread } = this.#group;
      const unreadHere = [...unread].flatMap(([name, headers]) => (headers.has(header) ? [name] : []));
      const here = members.filter(({ declaration }) => declaration.header === header);
      this.#byHeader.set(header, (numbers = new PossibleNumbers(here, unreadHere)));
    }
    return numbers;
  }
}

export const possibleFamilies = onceFor((group: NumberGroup): PossibleFamilies => new PossibleFamilies(group));
