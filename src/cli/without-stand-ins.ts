/**
 * Two files that were named, of which one lies in a tree and the other does not. The one alone gets stand-ins for what it includes
 * (`fallback-headers.ts`), which declare a part of what the headers in the tree do: the difference is nobody's change.
 */

import type { Target } from '../abi/target.ts';
import type { AbiPair } from '../diff/changes.ts';
import { declaredWithin } from './abi-within.ts';
import type { HeaderSource } from './header-source.ts';

/** What the named files declare, and what headers do that both sides have, where one side has stand-ins for headers of the other. */
export function withoutStandIns(
  pair: AbiPair,
  sources: readonly HeaderSource[],
  named: readonly string[],
  target: Target,
): AbiPair {
  const sides = sources.map((source) => source.headersFor(target));
  const isReal = (name: string): readonly (boolean | undefined)[] =>
    sides.map((headers) => {
      const file = headers.resolve(name, 'angle', undefined);
      return file && !file.isBuiltIn;
    });
  const isStandIn = (name: string): boolean => isReal(name).includes(true) && isReal(name).includes(false);
  if (![...pair.old.headers, ...pair.new.headers].some(isStandIn)) return pair;
  const isCompared = (header: string): boolean => named.includes(header) || isReal(header).every((one) => one === true);
  return { old: declaredWithin(pair.old, isCompared), new: declaredWithin(pair.new, isCompared) };
}
