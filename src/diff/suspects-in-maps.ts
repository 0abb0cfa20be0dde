/**
 * Which names can differ between two sides of which one is no list of portions, as a snapshot is none.
 *
 * Every name is looked up on the other side. A snapshot holds one declaration for all targets that share it, and so does a tree: what
 * was found out about two declarations holds for all of these.
 */

import { filled } from '../abi/declaration-map.ts';
import { onceForPair } from '../abi/once.ts';
import type { Declared, DeclaredKind } from '../abi/portion.ts';
import { isSurelyLaidOut } from './alike.ts';
import type { AbiPair } from './changes.ts';
import { areOne } from './differing-names.ts';
import { type DeclarationKind, declarationKinds, SuspectNames, type Suspects } from './suspect-names.ts';

type Declaration = Declared['declaration'];

/** Everything that may differ between two sides. */
export function suspectsInMaps({ old, new: next }: AbiPair): Suspects {
  const suspects = new SuspectNames();
  for (const map of declarationKinds) {
    const before = filled<Declaration>(old[map]);
    const after = filled<Declaration>(next[map]);
    for (const [key, was] of before) {
      const is = after.get(key);
      if (is === undefined || !areSettled[map](was, is)) suspect(suspects, map, key, was, is);
    }
    for (const [key, is] of after) if (!before.has(key)) suspect(suspects, map, key, undefined, is);
  }
  return suspects;
}

/** Whether two declarations are one, and such as needs no second look. */
const areSettled: Readonly<Record<DeclarationKind, (was: Declaration, is: Declaration) => boolean>> = {
  records: areSettledAs('record'),
  enums: areSettledAs('enum'),
  typedefs: areSettledAs('typedef'),
  constants: areSettledAs('constant'),
  requests: areSettledAs('request'),
  macros: areSettledAs('text'),
};

function areSettledAs(kind: DeclaredKind): (was: Declaration, is: Declaration) => boolean {
  return onceForPair((was, is) => {
    const [one, other] = [declared(kind, was), declared(kind, is)];
    // That a record has no layout has to be said.
    return areOne(one, other) && (one.kind !== 'record' || isSurelyLaidOut(one.declaration.record));
  });
}

function suspect(
  suspects: SuspectNames,
  map: DeclarationKind,
  key: string,
  was: Declaration | undefined,
  is: Declaration | undefined,
): void {
  const name = key.split('@', 1)[0] ?? key;
  switch (map) {
    case 'records':
    case 'typedefs':
      suspects[map].add(name);
      break;
    case 'enums':
      suspects.enums.add(name);
      for (const one of [was, is]) if (one !== undefined) suspects.addEnumerators(declared('enum', one));
      break;
    case 'constants':
    case 'requests':
    case 'macros':
      suspects.addNumber(name);
      // What is new is made of nothing that was there.
      if (map !== 'macros' && was !== undefined) suspects.areSpelledAlike = false;
      break;
    default:
      map satisfies never;
  }
}

function declared(kind: DeclaredKind, declaration: Declaration): Declared {
  return { kind, declaration } as Declared;
}
