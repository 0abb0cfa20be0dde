/**
 * Constants and enumerators, compared by value and as one name space: C lets a macro become an enumerator unnoticed.
 *
 * In a family (`families.ts`) a number claimed twice is a collision. Outside families nothing is said about equal values:
 * most constants have the value of some other constant.
 */

import type { Abi } from '../abi/abi.ts';
import { wordOf } from '../abi/portion.ts';
import type { AbiPair, NamedNumber, NumberChange } from './changes.ts';
import { isMemberName } from './families.ts';
import { areOfOneList } from './number-lists.ts';
import { groupBy, type NumberPair, type Numbers } from './numbers.ts';
import { RoutineChanges } from './routine-changes.ts';
import { TwinFamilies } from './twin-families.ts';

export function compareNumbers(pair: AbiPair, { old, new: next }: NumberPair): NumberChange[] {
  if (old === next) return [];
  const changes: NumberChange[] = [];
  let routine: RoutineChanges | undefined;
  const twins = new TwinFamilies(pair);
  const added: NamedNumber[] = [];
  const addedByValue = new Map<bigint, NamedNumber[]>();
  const cameTo = new Map<bigint, NamedNumber[]>();
  const newcomers: NamedNumber[] = [];
  for (const number of next.suspected()) {
    const was = old.get(number.name);
    if (was?.value === number.value) continue;
    newcomers.push(number);
    listAt(cameTo, number.value).push(number);
    if (was !== undefined || isRequest(number, pair.old)) continue;
    added.push(number);
    listAt(addedByValue, number.value).push(number);
  }
  for (const number of old.suspected()) {
    const is = next.get(number.name);
    if (is === undefined) {
      if (isRequest(number, pair.new)) continue;
      const heirs = (addedByValue.get(number.value) ?? []).filter(
        (other) =>
          old.familyOf(wordOf(number.name)).common(number.name, other.name) !== undefined ||
          twins.areOfOne(number, other),
      );
      changes.push({ kind: 'number-removed', number, heirs });
    } else if (is.value !== number.value) {
      routine ??= new RoutineChanges(pair, { old, new: next });
      const heir = (cameTo.get(number.value) ?? []).find(
        (other) =>
          (number.enum !== undefined && other.enum === number.enum) ||
          old.familyOf(wordOf(number.name)).common(number.name, other.name) !== undefined,
      );
      changes.push({ kind: 'number-changed', old: number, new: is, routine: routine.of(number, is), heir });
    }
  }
  for (const number of added) changes.push({ kind: 'number-added', number });
  changes.push(...collisions(newcomers, old, next));
  return changes;
}

function listAt<Key, Value>(lists: Map<Key, Value[]>, key: Key): Value[] {
  let list = lists.get(key);
  if (list === undefined) lists.set(key, (list = []));
  return list;
}

/** Whether a name stands for the same number as a request of the other side. */
function isRequest(number: NamedNumber, abi: Abi): boolean {
  const request = abi.requests.get(number.name);
  return request !== undefined && BigInt(request.number) === BigInt.asUintN(32, number.value);
}

/** `newcomers`: the numbers of the new side whose value the old side did not give their name. */
function collisions(newcomers: readonly NamedNumber[], old: Numbers, next: Numbers): NumberChange[] {
  const isNew = new Set(newcomers);
  const changes: NumberChange[] = [];
  for (const sharers of placesOf(newcomers, next)) {
    for (const newcomer of sharers) {
      if (!isNew.has(newcomer) || !isMemberName(newcomer.name)) continue;
      const families = old.familyOf(wordOf(newcomer.name));
      for (const holder of sharers) {
        if (holder === newcomer || !isMemberName(holder.name) || isAlias(newcomer, holder)) continue;
        if (isNew.has(holder) && holder.name > newcomer.name) continue;
        const family = families.common(newcomer.name, holder.name) ?? families.atTop(newcomer, holder.name);
        if (family === undefined || !families.isRecent(family, newcomer.value)) continue;
        if (!families.isNumberSpace(family) || isOfNewGroup(newcomer, family, old, next)) continue;
        if (!areOfOneList(newcomer, holder, keptMembers(family, old, next))) continue;
        changes.push({ kind: 'number-collision', family, newcomer, holder });
      }
    }
  }
  return changes;
}

/** The names under a prefix that both sides give one number, where they stand now. */
function keptMembers(family: string, old: Numbers, next: Numbers): readonly NamedNumber[] {
  return next
    .familyOf(wordOf(family))
    .withPrefix(family)
    .filter(({ name, value }) => isMemberName(name) && old.get(name)?.value === value);
}

/** Two names for one thing on purpose: one is defined by the other, or both by a third. */
function isAlias(a: NamedNumber, b: NamedNumber): boolean {
  return nameBehind(a) === nameBehind(b);
}

function nameBehind({ name, declaration, enumerator }: NamedNumber): string {
  if (enumerator !== undefined) return enumerator.sameAs ?? name;
  const text = 'text' in declaration ? declaration.text.replace(/[()\s]/g, '') : '';
  return /^[A-Za-z_]\w*$/.test(text) ? text : name;
}

/** Names that share one value in one header, where one of them is new. In the order of the first name at each place. */
function placesOf(newcomers: readonly NamedNumber[], next: Numbers): readonly (readonly NamedNumber[])[] {
  const places: (readonly NamedNumber[])[] = [];
  for (const [header, inHeader] of groupBy(newcomers, ({ declaration }) => declaration.header)) {
    for (const value of new Set(inHeader.map((number) => number.value))) {
      const sharers = next.inHeader(header, value);
      if (sharers.length > 1) places.push(sharers);
    }
  }
  const rank = ([first]: readonly NamedNumber[]): number => (first === undefined ? -1 : next.rankOf(first));
  return places.sort((a, b) => rank(a) - rank(b));
}

/**
 * Whether a name came together with others under a longer prefix that is new (`CAN_RAW_XL_VCID_…`): those number
 * themselves, and are no members of the family their prefix happens to extend.
 */
function isOfNewGroup(newcomer: NamedNumber, family: string, old: Numbers, next: Numbers): boolean {
  const word = wordOf(newcomer.name);
  const families = { old: old.familyOf(word), next: next.familyOf(word) };
  for (let end = newcomer.name.lastIndexOf('_') + 1; end > family.length;) {
    const prefix = newcomer.name.slice(0, end);
    if (families.next.hasWithPrefix(prefix, 2) && !families.old.hasWithPrefix(prefix, 1)) return true;
    end = newcomer.name.lastIndexOf('_', end - 2) + 1;
  }
  return false;
}
