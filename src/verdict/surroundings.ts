/**
 * What the judge of a record asks about what is around it: which requests carry it, what became of them, in which order bytes
 * stand, and how a kernel has it that runs other programs too.
 *
 * A record that changed in one way for many targets is one change for all of them (`diff/compare-placed.ts`). Where these answers
 * are the same as well, so is the judgement.
 */

import type { RequestDeclaration } from '../abi/abi.ts';
import type { ByteOrder, TargetName } from '../abi/target.ts';
import type { AbiPair, RecordPair } from '../diff/changes.ts';
import { onceFor, onceForPair } from '../abi/once.ts';
import { layoutTakenFrom } from './companions.ts';
import { carriersOf } from './traffic.ts';

/** A request that carries the record, and what it is now (`undefined`: gone). */
export interface Renewal {
  readonly old: RequestDeclaration;
  readonly new: RequestDeclaration | undefined;
}

/** One object for all targets that answer alike. */
export interface Surroundings {
  readonly order: ByteOrder;
  /** The requests that carry the record. */
  readonly carriers: { readonly old: readonly RequestDeclaration[]; readonly new: readonly RequestDeclaration[] };
  readonly renewals: readonly Renewal[];
  /** The 64-bit target whose layout this 32-bit one took over. */
  readonly takenFrom: TargetName | undefined;
}

export const surroundingsOf = onceForPair((abis: AbiPair, pair: RecordPair): Surroundings => {
  const found = findSurroundings(abis, pair);
  const known = knownSurroundings(pair);
  const same = known.find((one) => areSame(one, found));
  if (same === undefined) known.push(found);
  return same ?? found;
});

const knownSurroundings = onceFor<RecordPair, Surroundings[]>(() => []);

function findSurroundings(abis: AbiPair, pair: RecordPair): Surroundings {
  const { old, new: next } = abis;
  const carriers = { old: carriersOf(pair.name, old), new: carriersOf(pair.name, next) };
  const renewals = carriers.old.map((request) => ({ old: request, new: next.requests.get(request.name) }));
  return { order: old.target.byteOrder, carriers, renewals, takenFrom: layoutTakenFrom(pair, abis) };
}

function areSame(one: Surroundings, other: Surroundings): boolean {
  return (
    one.order === other.order &&
    one.takenFrom === other.takenFrom &&
    areEach(one.carriers.old, other.carriers.old) &&
    areEach(one.carriers.new, other.carriers.new) &&
    one.renewals.every((renewal, index) => renewal.new === other.renewals[index]?.new)
  );
}

function areEach<T>(some: readonly T[], others: readonly T[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}
