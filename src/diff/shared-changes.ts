/**
 * Changes that are the same object for every target that sees them, so that they can be judged and told once.
 *
 * Most of what changes between two kernels says no more than that something was declared, or is no longer. Targets share
 * declarations (`abi/portion.ts`), and with them what is made of them here; it is kept as long as they are.
 */

import type { MacroDeclaration, RecordDeclaration, RequestDeclaration, TypedefDeclaration } from '../abi/abi.ts';
import type { NamedNumber, NameChange, NumberChange, RecordChange, RequestChange } from './changes.ts';
import { onceFor } from '../abi/once.ts';

export const recordAdded = onceFor((declaration: RecordDeclaration): RecordChange => ({
  kind: 'record-added',
  declaration,
}));
export const recordRemoved = onceFor((declaration: RecordDeclaration): RecordChange => ({
  kind: 'record-removed',
  declaration,
}));
export const typedefAdded = onceFor((typedef: TypedefDeclaration): NameChange => ({ kind: 'typedef-added', typedef }));
export const typedefRemoved = onceFor((typedef: TypedefDeclaration): NameChange => ({
  kind: 'typedef-removed',
  typedef,
}));
export const macroAdded = onceFor((macro: MacroDeclaration): NameChange => ({ kind: 'macro-added', macro }));
export const macroRemoved = onceFor((macro: MacroDeclaration): NameChange => ({ kind: 'macro-removed', macro }));
export const requestAdded = onceFor((request: RequestDeclaration): RequestChange => ({
  kind: 'request-added',
  request,
}));
export const requestRemoved = onceFor((request: RequestDeclaration): RequestChange => ({
  kind: 'request-removed',
  request,
}));
export const numberAdded = onceFor((number: NamedNumber): NumberChange => ({ kind: 'number-added', number }));

/** A number that is gone and whose value nobody of its family has. */
export const numberGone = onceFor((number: NamedNumber): NumberChange => ({
  kind: 'number-removed',
  number,
  heirs: [],
}));

type Renumbered = Extract<NumberChange, { readonly kind: 'number-changed' }>;

const renumbered = onceFor<NamedNumber, Renumbered[]>(() => []);

export function numberChanged(change: Renumbered): NumberChange {
  const known = renumbered(change.old);
  const same = known.find(
    ({ new: is, routine, heir }) => is === change.new && routine === change.routine && heir === change.heir,
  );
  if (same === undefined) known.push(change);
  return same ?? change;
}
