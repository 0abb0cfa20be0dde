/**
 * Whether two sides differ in numbers and texts at most, so that no size of a type can have changed in any language.
 *
 * Most commits add a constant or a request. To know that C++ programs see nothing else of one than C programs do, it is enough
 * that all types are the same and that all requests and sizes are still those of the same types.
 */

import { areAlike } from './alike.ts';
import type { AbiPair } from './changes.ts';
import { suspectsOf } from './suspects.ts';

export function areTypesTheSame(pair: AbiPair): boolean {
  const suspects = suspectsOf(pair);
  if (suspects === undefined || suspects.typedefs.size > 0 || !suspects.areSpelledAlike) return false;
  for (const name of suspects.records) {
    const [was, is] = [pair.old.records.get(name), pair.new.records.get(name)];
    if (was === undefined || is === undefined || !areAlike(was.record, is.record)) return false;
  }
  return true;
}
