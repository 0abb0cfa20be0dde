/**
 * Whether two sides differ in numbers and texts at most, so that no size of a type can have changed in any language.
 *
 * Most commits add a constant or a request. To know that C++ programs see nothing else of one than C programs do, it is enough
 * that all types are the same and that all requests and sizes are still those of the same types.
 */

import { type DeclarationList, listOf } from '../abi/declaration-list.ts';
import { areAlike } from './alike.ts';
import type { AbiPair } from './changes.ts';
import { suspectsOf } from './suspects.ts';

/** `headers`: those in which types may be mentioned that another language sees otherwise. */
export function areTypesTheSame(pair: AbiPair, headers: ReadonlySet<string>): boolean {
  const suspects = suspectsOf(pair);
  const [before, after] = [listOf(pair.old), listOf(pair.new)];
  if (suspects === undefined || before === undefined || after === undefined || suspects.typedefs.size > 0) return false;
  for (const name of suspects.records) {
    const [was, is] = [pair.old.records.get(name), pair.new.records.get(name)];
    if (was === undefined || is === undefined || !areAlike(was.record, is.record)) return false;
  }
  const [old, next] = [typesMentioned(before, headers), typesMentioned(after, headers)];
  return [...next].every(([name, text]) => (old.get(name) ?? text) === text);
}

/** What requests carry and how numbers are computed, where that may be from a size. */
function typesMentioned(list: DeclarationList, headers: ReadonlySet<string>): ReadonlyMap<string, string> {
  const mentioned = new Map<string, string>();
  for (const header of headers) {
    for (const { declared } of list.portionsIn(header)) {
      for (const { kind, declaration } of declared) {
        if (kind === 'request') mentioned.set(declaration.name, declaration.argument ?? '');
        else if (kind === 'constant' && declaration.text !== undefined) {
          mentioned.set(declaration.name, declaration.text);
        }
      }
    }
  }
  return mentioned;
}
