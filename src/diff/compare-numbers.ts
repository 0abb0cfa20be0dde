/**
 * Constants and enumerators, compared by value and as one name space: C lets a macro become an enumerator unnoticed by all but the preprocessor.
 *
 * In a family (`families.ts`) a number claimed twice is a collision. Outside families nothing is said about equal values:
 * most constants have the value of some other constant.
 */

import type { Abi } from '../abi/abi.ts';
import type { AbiPair, NamedNumber, NumberChange } from './changes.ts';
import { isMemberName } from './families.ts';
import { Heirs } from './heirs.ts';
import { collisionsAmong } from './number-collisions.ts';
import { ofConstant } from './number-group.ts';
import type { NumberPair } from './number-pair.ts';
import { isRespelled } from './respelled.ts';
import { RoutineChanges } from './routine-changes.ts';
import { numberAdded, numberChanged, numberGone } from './shared-changes.ts';
import type { SuspectedPair } from './suspected.ts';
import { TwinFamilies } from './twin-families.ts';

export function compareNumbers(pair: AbiPair, numbers: NumberPair, suspected: SuspectedPair): NumberChange[] {
  const { old, new: next } = numbers;
  const changes: NumberChange[] = [];
  const twins = new TwinFamilies(pair);
  const added: NamedNumber[] = [];
  const newcomers: NamedNumber[] = [];
  const newInHeader = new Map<string, NamedNumber[]>();
  for (const number of numbers.came) {
    if (isToldAsRequest(number, pair.new)) continue;
    const was = old.get(number.name);
    const { header } = number.declaration;
    // `AT_MINSIGSTKSZ` may have come from a common header before: to the header that counts its own, it is new.
    if (was?.declaration.header !== header) listAt(newInHeader, header).push(number);
    if (was?.value === number.value) continue;
    newcomers.push(number);
    if (was === undefined && !isRequest(number, pair.old)) added.push(number);
  }
  const routine = new RoutineChanges(pair, numbers, newInHeader);
  const ofGone = new Heirs(added, numbers, pair.new);
  const ofChanged = new Heirs(newcomers, numbers, pair.new);
  for (const number of numbers.left) {
    if (isToldAsRequest(number, pair.old)) continue;
    const is = next.get(number.name);
    if (is === undefined) {
      if (isRequest(number, pair.new)) continue;
      const here = ofGone.inHeader(number);
      const respelled = here.filter((other) => isRespelled(number.name, other.name));
      const [newName] = respelled;
      if (newName !== undefined && respelled.length === 1) {
        changes.push({ kind: 'number-removed', number, heirs: [newName], isRenamed: true });
        continue;
      }
      const heirs = ofGone.inOrder([
        ...ofGone.inEnum(number).filter((other) => isMemberName(other.name)),
        ...ofGone.inFamily(number),
        ...here.filter((other) => twins.areOfOne(number, other)),
      ]);
      changes.push(heirs.length === 0 ? numberGone(number) : { kind: 'number-removed', number, heirs });
    } else if (is.value !== number.value) {
      const [heir] = ofChanged.inOrder([...ofChanged.inEnum(number), ...ofChanged.inFamily(number)]);
      changes.push(
        numberChanged({ kind: 'number-changed', old: number, new: is, routine: routine.of(number, is), heir }),
      );
    }
  }
  for (const number of added) changes.push(numberAdded(number));
  changes.push(...collisionsAmong(newcomers, numbers), ...enumeratorsNow(pair, numbers, suspected));
  return changes;
}

/** What the compiler knows as before, and the preprocessor no longer. */
function enumeratorsNow({ new: next }: AbiPair, numbers: NumberPair, suspected: SuspectedPair): NumberChange[] {
  const changes: NumberChange[] = [];
  for (const [key, old] of suspected.old.constants) {
    const { name } = old;
    if (key !== name || next.constants.has(name) || next.macros.has(name)) continue;
    const number = numbers.new.get(name);
    if (number?.enumerator === undefined || next.requests.has(name)) continue;
    changes.push({ kind: 'macro-became-enumerator', old: ofConstant(old), new: number });
  }
  return changes;
}

function listAt<Key, Value>(lists: Map<Key, Value[]>, key: Key): Value[] {
  let list = lists.get(key);
  if (list === undefined) lists.set(key, (list = []));
  return list;
}

/** Whether an enumerator is made as requests are, on its own side. No request of a type has a smaller number. */
function isToldAsRequest(number: NamedNumber, own: Abi): boolean {
  return number.enumerator !== undefined && BigInt.asUintN(32, number.value) >= 0x100n && isRequest(number, own);
}

/** Whether a name stands for the same number as a request of a side. */
function isRequest(number: NamedNumber, abi: Abi): boolean {
  const request = abi.requests.get(number.name);
  return request !== undefined && BigInt(request.number) === BigInt.asUintN(32, number.value);
}
