/**
 * Constants and enumerators, compared by value and as one name space: C lets a macro become an enumerator unnoticed.
 *
 * A *family* is a set of names with one prefix whose numbers are all different on the old side, and that is large enough
 * for this to be no accident: `KVM_CAP_…`, `KVM_EXIT_…`. In a family a number claimed twice is a collision. A name that
 * extends another member's (`KVM_EXIT_IO_OUT` beside `KVM_EXIT_IO`) is a detail of that member and belongs to a smaller
 * family. Outside families nothing is said about equal values: most constants have the value of some other constant.
 */

import type { Abi } from '../abi/abi.ts';
import type { AbiPair, NamedNumber, NumberChange } from './changes.ts';

const MIN_FAMILY = 4;

/** Every constant and enumerator of an ABI by name; a macro that repeats its enumerator (`#define A A`) is that enumerator. */
export function numbersOf(abi: Abi): Map<string, NamedNumber> {
  const result = new Map<string, NamedNumber>();
  for (const declaration of abi.constants.values()) {
    result.set(declaration.name, {
      name: declaration.name,
      value: declaration.value,
      declaration,
      enum: undefined,
      enumerator: undefined,
    });
  }
  for (const [key, declaration] of abi.enums) {
    for (const enumerator of declaration.type.enumerators) {
      const { name, value } = enumerator;
      result.set(name, { name, value, declaration, enum: key, enumerator });
    }
  }
  return result;
}

export function compareNumbers(pair: AbiPair): NumberChange[] {
  const old = numbersOf(pair.old);
  const next = numbersOf(pair.new);
  const families = new Families(old);
  const changes: NumberChange[] = [];
  const added = [...next.values()].filter((number) => !old.has(number.name) && !isRequest(number, pair.old));
  for (const number of old.values()) {
    const is = next.get(number.name);
    if (is === undefined) {
      if (isRequest(number, pair.new)) continue;
      const heirs = added.filter(
        (other) => other.value === number.value && families.common(number.name, other.name) !== undefined,
      );
      changes.push({ kind: 'number-removed', number, heirs });
    } else if (is.value !== number.value) {
      changes.push({ kind: 'number-changed', old: number, new: is, isSentinel: isSentinel(number, is, old, next) });
    }
  }
  for (const number of added) changes.push({ kind: 'number-added', number });
  changes.push(...collisions(old, next, families));
  return changes;
}

/** Whether a name stands for the same number as a request of the other side. */
function isRequest(number: NamedNumber, abi: Abi): boolean {
  const request = abi.requests.get(number.name);
  return request !== undefined && BigInt(request.number) === BigInt.asUintN(32, number.value);
}

const SENTINEL_NAME =
  /(?:^|_)(?:MAX|LAST|END|COUNT|NUM|NR|CNT|MASK|ALL|ALL_FLAGS|VALID)(?:$|_)|(?:MAX|NUM|COUNT|LAST)$|^(?:NR|NUM|MAX)_|_VERSION(?:$|_)|_SUBVERSION$/i;

/** `FOO_MAX` moves whenever the list it ends grows, a version whenever anything does; nothing else about them is promised. */
function isSentinel(
  was: NamedNumber,
  is: NamedNumber,
  old: ReadonlyMap<string, NamedNumber>,
  next: ReadonlyMap<string, NamedNumber>,
): boolean {
  if (is.value < was.value || !SENTINEL_NAME.test(was.name)) return false;
  return endsList(was, old) && endsList(is, next);
}

const membersByEnum = new WeakMap<ReadonlyMap<string, NamedNumber>, ReadonlyMap<string, readonly NamedNumber[]>>();

/** The numbers of each enum; worked out once for each side. */
function membersOf(all: ReadonlyMap<string, NamedNumber>): ReadonlyMap<string, readonly NamedNumber[]> {
  const known = membersByEnum.get(all);
  if (known !== undefined) return known;
  const found = new Map<string, NamedNumber[]>();
  for (const number of all.values()) {
    if (number.enum === undefined) continue;
    const members = found.get(number.enum);
    if (members === undefined) found.set(number.enum, [number]);
    else members.push(number);
  }
  membersByEnum.set(all, found);
  return found;
}

/** Nobody of its enum stands above it, or it is one more than a member: it counts the list. */
function endsList(number: NamedNumber, all: ReadonlyMap<string, NamedNumber>): boolean {
  if (number.enum === undefined) return true;
  const others = (membersOf(all).get(number.enum) ?? []).filter((other) => other.name !== number.name);
  return (
    others.every((other) => other.value <= number.value || SENTINEL_NAME.test(other.name)) ||
    (/(?:MAX|LAST|NUM|COUNT)$/.test(number.name) && others.some((other) => other.value === number.value - 1n))
  );
}

function collisions(
  old: ReadonlyMap<string, NamedNumber>,
  next: ReadonlyMap<string, NamedNumber>,
  families: Families,
): NumberChange[] {
  // Of one value in one header: thousands of constants are 1, a handful of them in any one header.
  const byPlace = new Map<string, NamedNumber[]>();
  const placeOf = ({ value, declaration }: NamedNumber): string => `${value} ${declaration.header}`;
  for (const number of next.values()) {
    const place = placeOf(number);
    const there = byPlace.get(place);
    if (there === undefined) byPlace.set(place, [number]);
    else there.push(number);
  }
  const changes: NumberChange[] = [];
  for (const sharers of byPlace.values()) {
    if (sharers.length < 2) continue;
    for (const newcomer of sharers) {
      if (old.get(newcomer.name)?.value === newcomer.value) continue;
      for (const holder of sharers) {
        if (holder === newcomer) continue;
        if (SENTINEL_NAME.test(holder.name) || SENTINEL_NAME.test(newcomer.name)) continue;
        const isBothNew = old.get(holder.name)?.value !== holder.value;
        if (isBothNew && holder.name > newcomer.name) continue;
        const family = families.common(newcomer.name, holder.name);
        if (family === undefined || !families.isRecent(family, newcomer.value)) continue;
        if (isOfNewGroup(newcomer, family, old, next)) continue;
        changes.push({ kind: 'number-collision', family, newcomer, holder });
      }
    }
  }
  return changes;
}

/**
 * Whether a name came together with others under a longer prefix that is new (`CAN_RAW_XL_VCID_…`): those number
 * themselves, and are no members of the family their prefix happens to extend.
 */
function isOfNewGroup(
  newcomer: NamedNumber,
  family: string,
  old: ReadonlyMap<string, NamedNumber>,
  next: ReadonlyMap<string, NamedNumber>,
): boolean {
  for (let end = newcomer.name.lastIndexOf('_') + 1; end > family.length;) {
    const prefix = newcomer.name.slice(0, end);
    const has = (all: ReadonlyMap<string, NamedNumber>, least: number): boolean =>
      [...all.keys()].filter((name) => name.startsWith(prefix)).length >= least;
    if (has(next, 2) && !has(old, 1)) return true;
    end = newcomer.name.lastIndexOf('_', end - 2) + 1;
  }
  return false;
}

/** Families of an ABI, found on demand. */
class Families {
  private readonly isFamily = new Map<string, boolean>();
  private readonly numbers: ReadonlyMap<string, NamedNumber>;
  /** By name, so that all with one prefix stand together. */
  private readonly sorted: readonly NamedNumber[];

  constructor(numbers: ReadonlyMap<string, NamedNumber>) {
    this.numbers = numbers;
    this.sorted = [...numbers.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  private *withPrefix(prefix: string): Generator<NamedNumber> {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.sorted[middle]?.name ?? '') < prefix) low = middle + 1;
      else high = middle;
    }
    for (let index = low; this.sorted[index]?.name.startsWith(prefix) === true; index++) {
      const number = this.sorted[index];
      if (number !== undefined) yield number;
    }
  }

  /** The longest prefix two names share that marks a family of the old side to which both would belong. */
  common(a: string, b: string): string | undefined {
    let shared = 0;
    while (shared < Math.min(a.length, b.length) && a[shared] === b[shared]) shared++;
    for (let end = a.lastIndexOf('_', shared - 1) + 1; end > 0; end = a.lastIndexOf('_', end - 2) + 1) {
      const prefix = a.slice(0, end);
      if (prefix.replaceAll('_', '') === '') return undefined;
      // `KVM_EXIT_IO_OUT` details `KVM_EXIT_IO`: then it is no member of the family of `KVM_EXIT_IO`.
      if (this.details(a, prefix) || this.details(b, prefix)) continue;
      if (this.hasFamily(prefix)) return prefix;
    }
    return undefined;
  }

  /** Numbers are handed out upwards, so a clash is one near the top; a small number is another list's. */
  isRecent(prefix: string, value: bigint): boolean {
    const values = [...this.withPrefix(prefix)].map((one) => one.value);
    return values.filter((one) => one < value).length * 2 >= values.length;
  }

  private details(name: string, prefix: string): boolean {
    for (let end = name.indexOf('_', prefix.length); end > 0; end = name.indexOf('_', end + 1)) {
      if (this.numbers.has(name.slice(0, end))) return true;
    }
    return false;
  }

  private hasFamily(prefix: string): boolean {
    const known = this.isFamily.get(prefix);
    if (known !== undefined) return known;
    const values = new Set<bigint>();
    let count = 0;
    for (const number of this.withPrefix(prefix)) {
      if (this.details(number.name, prefix) || SENTINEL_NAME.test(number.name)) continue;
      count++;
      values.add(number.value);
    }
    const result = count >= MIN_FAMILY && values.size === count;
    this.isFamily.set(prefix, result);
    return result;
  }
}
